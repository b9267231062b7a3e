"""Answers and mentions of responses, put beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nlp_cx.histogram import Scale
from nlp_cx.records import POLARITIES
from nlp_cx.storage.buckets import Buckets, compact, firsts
from nlp_cx.storage.facts import Facts
from nlp_cx.storage.names import read_scale
from nlp_cx.storage.records import ScoreCount
from nlp_cx.storage.text import clean
from nlp_cx.taxonomy import load_taxonomy

Mention = Literal["any", "negative", "neutral", "positive"]
MENTIONS: tuple[tuple[Mention, int], ...] = (("any", 7), ("negative", 1), ("neutral", 2), ("positive", 4))
"""Mention -> sum of the marks it goes by: 1 (negative), 2 (neutral), 4 (positive)."""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """The answers on one scale, one per response."""

    scale: Scale
    at: np.ndarray
    """Position of the response's first comment."""
    values: np.ndarray


def count_codes(codes: np.ndarray, size: int) -> np.ndarray:
    """Count how often each code from 0 to `size` - 1 occurs; negative ones are left out."""
    return np.bincount(codes[codes >= 0] if codes.min(initial=0) < 0 else codes, minlength=size)


def number_themes(facts: Facts) -> tuple[np.ndarray, list[str]]:
    """Number the themes from 0, those of the taxonomy in its order first; gives that number per mention, and names."""
    known = facts.names.of("theme")
    order = {theme: place for place, theme in enumerate(load_taxonomy().ids)}
    for theme in sorted(known.values()):
        order.setdefault(theme, len(order))
    table = np.zeros(max(known, default=0) + 1, np.int64)
    for number, theme in known.items():
        table[number] = order[theme]
    return table[facts.columns["mention_theme"]], list(order)


def presence_of(facts: Facts, chosen: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Tell what the chosen comments of each response mention.

    Returns:
        Per theme and position of a response's first comment the sum of 1 (negative), 2 (neutral) and 4 (positive);
        names of themes.
    """
    themes, names = number_themes(facts)
    slots = facts.columns["mention_slot"]
    rows = chosen[slots]
    first = facts.responses(chosen)
    at = slots[rows] if first is None else first[slots[rows]]
    cells, sentiment = themes[rows] * np.int64(facts.n) + at, facts.columns["mention_sentiment"][rows]
    flat = np.zeros(len(names) * facts.n, np.uint8)
    for place in range(len(POLARITIES)):
        flat[cells[sentiment == place]] |= 1 << place  # once per cell however often it is mentioned
    return flat.reshape(len(names), facts.n), names


def answers_of(facts: Facts, chosen: np.ndarray, metric: str | None) -> Iterator[Answers]:
    """Give the answers of the chosen comments, scale by scale, each value once per response."""
    columns, first = facts.columns, facts.responses(chosen)
    of_scale, slots, values = columns["score_scale"], columns["score_slot"], columns["score_value"]
    rows = chosen[slots]
    if not rows.all():
        of_scale, slots, values = of_scale[rows], slots[rows], values[rows]
    scales = {number: read_scale(name) for number, name in facts.names.of("scale").items()}
    for number, scale in sorted(scales.items(), key=lambda item: (item[1].metric, item[1].min, item[1].max, item[0])):
        if metric is not None and scale.metric != clean(metric):
            continue
        own = of_scale == number
        at, given = slots[own].astype(np.int64), values[own]
        if scale.kind == "nps":
            whole = given == np.floor(given)  # an NPS takes whole numbers only
            at, given = at[whole], given[whole]
        if first is not None and len(at):
            at = first[at]
            codes, found = compact(given)
            once = firsts(at * len(found) + codes, facts.n * len(found))
            at, given = at[once], given[once]
        if len(at):
            yield Answers(scale, at, given)


def count_answers(
    buckets: Buckets, answers: Answers, presence: np.ndarray | None, names: Sequence[str]
) -> Iterator[ScoreCount]:
    """Count answers per bucket, of all and of those who mention each theme."""
    of = buckets.codes[answers.at]
    inside = of >= 0
    at, of = answers.at[inside], of[inside]
    codes, values = compact(_whole(answers.values[inside]))
    cells, size, listed = of * len(values) + codes, buckets.n * len(values), values.tolist()
    yield from _rows(buckets, answers.scale, listed, count_codes(cells, size), None, "any")
    if presence is None:
        return
    for theme, name in enumerate(names):
        marks = presence[theme][at]
        told = np.flatnonzero(marks)
        by_marks = count_codes(marks[told] * np.int64(size) + cells[told], 8 * size).reshape(8, size)
        for mention, bits in MENTIONS:
            counts = by_marks[[mark for mark in range(8) if mark & bits]].sum(axis=0)
            yield from _rows(buckets, answers.scale, listed, counts, name, mention)


def _whole(values: np.ndarray) -> np.ndarray:
    """Give values as whole numbers if they are."""
    if len(values) and np.abs(values).max() < 1 << 40:
        whole = values.astype(np.int64)
        if (whole == values).all():
            return whole
    return values


def _rows(
    buckets: Buckets, scale: Scale, values: Sequence[float], counts: np.ndarray, theme: str | None, mention: Mention
) -> Iterator[ScoreCount]:
    """Make rows of counts by bucket and value."""
    table = counts.reshape(buckets.n, len(values))
    for number in np.flatnonzero(table.any(axis=1)).tolist():
        counted = {float(value): count for value, count in zip(values, table[number].tolist(), strict=True) if count}
        yield ScoreCount(bucket=buckets.keys[number], scale=scale, theme=theme, mention=mention, counts=counted)
