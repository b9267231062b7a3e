"""Counts over many comments, from the facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta

import numpy as np
import sqlalchemy as sa

from nlp_cx.records import LANGUAGES, POLARITIES
from nlp_cx.storage.answers import answers_of, count_answers, count_codes, number_themes, presence_of
from nlp_cx.storage.base import Part
from nlp_cx.storage.block import COMPLAINT, HUMAN, MIXED, REVIEW, SUGGESTION, TRUNCATED
from nlp_cx.storage.buckets import Buckets, firsts, group
from nlp_cx.storage.facts import Facts
from nlp_cx.storage.interface import EVERYTHING
from nlp_cx.storage.names import read_scale
from nlp_cx.storage.records import (
    STANDINGS,
    Dimensions,
    Filter,
    PresenceMatrix,
    ScoreCount,
    ThemeCount,
    Totals,
)
from nlp_cx.storage.schema import batches
from nlp_cx.storage.selection import choose
from nlp_cx.storage.text import UNDATED

_EPOCH = date(1970, 1, 1)
_BLANK, _JUDGED = STANDINGS.index("blank"), STANDINGS.index("judged")
_VALUES = 200
"""Values of a segment that are listed."""
_COUNTED: Mapping[str, int] = {
    "mixed": MIXED,
    "complaints": COMPLAINT,
    "suggestions": SUGGESTION,
    "needs_review": REVIEW,
    "truncated": TRUNCATED,
    "human": HUMAN,
}


class SummaryPart(Part):
    """Implements `interface.Summaries`."""

    @contextmanager
    def _look(self, workspace: str, where: Filter) -> Iterator[tuple[Facts, np.ndarray, Mapping[int, str]]]:
        """Read the facts and tell which comments a filter means; gives the ids of batches too."""
        with self._database.read() as connection:
            number = self._database.number(connection, workspace) or 0
            facts = self._facts.read(connection, number)
            chosen = choose(self._database, connection, number, facts, where)
            listed = sa.select(batches.c.number, batches.c.id).where(batches.c.workspace == number)
            yield facts, chosen, dict(connection.execute(listed).all())

    def theme_counts(self, workspace: str, where: Filter = EVERYTHING, *, by: Sequence[str] = ()) -> list[ThemeCount]:
        """Count mentions per theme; themes that a bucket does not mention are left out."""
        with self._look(workspace, where) as (facts, chosen, ids):
            buckets = group(facts, chosen & _with_text(facts), by, ids)
            themes, names = number_themes(facts)
            sizes = count_codes(buckets.codes, buckets.n)
            of = buckets.codes[facts.columns["mention_slot"]]
            there = of >= 0
            cells = (of * len(names) + themes) * 3 + facts.columns["mention_sentiment"]
            counts = count_codes(cells[there], buckets.n * len(names) * 3).reshape(buckets.n, len(names), 3)
            return [
                ThemeCount(
                    bucket=buckets.keys[bucket],
                    theme=names[theme],
                    comments=int(sizes[bucket]),
                    negative=int(counts[bucket, theme, 0]),
                    neutral=int(counts[bucket, theme, 1]),
                    positive=int(counts[bucket, theme, 2]),
                )
                for bucket, theme in np.argwhere(counts.any(axis=2)).tolist()
            ]

    def pair_counts(self, workspace: str, where: Filter = EVERYTHING) -> dict[tuple[str, str], int]:
        """Count the comments that mention two themes both, per pair, the theme of the smaller id first."""
        with self._look(workspace, where) as (facts, chosen, _):
            themes, names = number_themes(facts)
            marks = np.zeros((facts.n, len(names)), bool)
            slots = facts.columns["mention_slot"]
            rows = (chosen & _with_text(facts))[slots]
            marks[slots[rows], themes[rows]] = True
            several = marks[marks.sum(axis=1) > 1].astype(np.float32)
            both = np.zeros((len(names), len(names)))
            for start in range(0, len(several), 1 << 20):  # sums of ones stay exact in 32 bits
                part = several[start : start + (1 << 20)]
                both += part.T @ part
            order = sorted(range(len(names)), key=lambda theme: names[theme])
            return {
                (names[one], names[other]): int(both[one, other])
                for place, one in enumerate(order)
                for other in order[place + 1 :]
                if both[one, other]
            }

    def totals(self, workspace: str, where: Filter = EVERYTHING, *, by: Sequence[str] = ()) -> list[Totals]:
        """Count comments; one row of zeros if nothing is grouped and there is none."""
        with self._look(workspace, where) as (facts, chosen, ids):
            buckets = group(facts, chosen, by, ids)
            columns, at = facts.columns, np.flatnonzero(chosen)
            codes, standings = buckets.codes[at], columns["standing"][at]
            told = standings != _BLANK
            stood = count_codes(codes * len(STANDINGS) + standings, buckets.n * len(STANDINGS))
            stood = stood.reshape(buckets.n, len(STANDINGS))
            judged = standings == _JUDGED
            felt = count_codes(codes[judged] * 3 + columns["sentiment"][at][judged], buckets.n * 3).reshape(
                buckets.n, 3
            )
            flags = columns["flags"][at]
            counts = {
                name: count_codes(codes[told & ((flags & bit) != 0)], buckets.n) for name, bit in _COUNTED.items()
            } | {
                "dated": count_codes(codes[told & (columns["when"][at] != UNDATED)], buckets.n),
                "responses": _count_responses(facts, chosen, buckets),
            }
            return [
                Totals(
                    bucket=key,
                    comments=int(stood[number].sum() - stood[number][_BLANK]),
                    **{name: int(stood[number][STANDINGS.index(name)]) for name in STANDINGS if name != "judged"},
                    **{polarity: int(felt[number][place]) for place, polarity in enumerate(POLARITIES)},
                    **{name: int(counted[number]) for name, counted in counts.items()},
                )
                for number, key in enumerate(buckets.keys)
            ]

    def score_counts(
        self,
        workspace: str,
        where: Filter = EVERYTHING,
        *,
        by: Sequence[str] = (),
        metric: str | None = None,
        themes: bool = False,
        blank: bool = False,
    ) -> list[ScoreCount]:
        """Count the answers to each metric on each scale it was asked on, one per response."""
        with self._look(workspace, where) as (facts, chosen, ids):
            if not blank:
                chosen = chosen & _with_text(facts)
            buckets = group(facts, chosen, by, ids)
            presence, names = presence_of(facts, chosen) if themes else (None, [])
            return [
                row
                for answers in answers_of(facts, chosen, metric)
                for row in count_answers(buckets, answers, presence, names)
            ]

    def presence_matrix(self, workspace: str, where: Filter = EVERYTHING, *, metric: str) -> tuple[PresenceMatrix, ...]:
        """Give the answers to a metric beside the themes mentioned; one matrix per scale, most answers first."""
        with self._look(workspace, where) as (facts, chosen, _):
            chosen = chosen & _with_text(facts)
            presence, names = presence_of(facts, chosen)
            matrices = []
            for answers in answers_of(facts, chosen, metric):
                at, when = answers.at, facts.columns["when"][answers.at]
                days = facts.days[at].astype("datetime64[D]")
                days[when == UNDATED] = np.datetime64("NaT")
                known = facts.columns["respondent"][at]
                respondents = np.where(known == 0, facts.places[at], known)
                matrices.append(
                    PresenceMatrix(
                        scale=answers.scale,
                        themes=tuple(names),
                        scores=answers.values,
                        presence=np.ascontiguousarray(presence[:, at].T),
                        days=days,
                        respondents=respondents,
                    )
                )
            return tuple(sorted(matrices, key=lambda matrix: -matrix.n))

    def dimensions(self, workspace: str, where: Filter = EVERYTHING) -> Dimensions:
        """Tell what comments can be filtered and grouped by."""
        with self._look(workspace, where) as (facts, chosen, ids):
            columns = facts.columns
            when = columns["when"][chosen]
            days = facts.days[chosen][when != UNDATED]
            scales = _by_count(columns["score_scale"][chosen[columns["score_slot"]]], facts.names.of("scale"))
            themes = _by_count(columns["mention_theme"][chosen[columns["mention_slot"]]], facts.names.of("theme"))
            return Dimensions(
                comments=int(chosen.sum()),
                first=_EPOCH + timedelta(days=int(days.min())) if len(days) else None,
                last=_EPOCH + timedelta(days=int(days.max())) if len(days) else None,
                languages=_by_count(columns["language"][chosen], dict(enumerate(LANGUAGES))),
                touchpoints=_by_count(columns["touchpoint"][chosen], facts.names.of("touchpoint")),
                stages=_by_count(columns["stage"][chosen], facts.names.of("stage")),
                segments=_segments(facts, chosen),
                scales={read_scale(name): count for name, count in scales.items()},
                themes=themes,
                models=_by_count(columns["model"][chosen], facts.names.of("model")),
                batches=_by_count(columns["batch"][chosen], ids),
            )


def _with_text(facts: Facts) -> np.ndarray:
    """Tell which comments have text."""
    return np.asarray(facts.columns["standing"] != _BLANK)


def _count_responses(facts: Facts, chosen: np.ndarray, buckets: Buckets) -> np.ndarray:
    """Count questionnaires per bucket; one that has answers in two buckets counts in both."""
    first = facts.responses(chosen)
    if first is None:
        return count_codes(buckets.codes, buckets.n)
    shared, alone = facts.shared[0], chosen.copy()
    alone[shared] = False
    shared = shared[chosen[shared]]
    pairs = buckets.codes[shared] * np.int64(facts.n) + first[shared]
    pairs = pairs[firsts(pairs, buckets.n * facts.n)]
    counts: np.ndarray = count_codes(buckets.codes[alone], buckets.n) + count_codes(pairs // facts.n, buckets.n)
    return counts


def _by_count(numbers: np.ndarray, names: Mapping[int, str]) -> dict[str, int]:
    """Count named numbers, most frequent first."""
    counts = np.bincount(numbers) if len(numbers) else np.zeros(0, np.int64)
    counted = {names[number]: int(counts[number]) for number in np.flatnonzero(counts).tolist() if number in names}
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _segments(facts: Facts, chosen: np.ndarray) -> dict[str, dict[str, int]]:
    """Count the values of each segment."""
    columns = facts.columns
    counts = np.bincount(columns["segment_name"][chosen[columns["segment_slot"]]])
    found: dict[str, dict[str, int]] = {}
    for number in np.flatnonzero(counts).tolist():
        kind, value = facts.names.by_number[number]
        found.setdefault(kind.partition(":")[2], {})[value] = int(counts[number])
    most = sorted(found.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    return {name: dict(sorted(values.items(), key=lambda item: (-item[1], item[0]))[:_VALUES]) for name, values in most}
