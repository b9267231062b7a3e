"""Comments into groups: what they are grouped by, as small numbers with names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from nlp_cx.errors import RequestError
from nlp_cx.records import LANGUAGES, POLARITIES
from nlp_cx.storage.facts import Facts
from nlp_cx.storage.records import CALENDAR, GROUPS, STANDINGS, Bucket
from nlp_cx.storage.text import UNDATED, clean

MAX_BUCKETS = 20_000
"""Groups of one answer, at most."""
_SCRATCH = 1 << 25
"""Numbers of scratch memory that a count may take."""
_SEGMENT = "segment:"
_FIXED: Mapping[str, Sequence[str]] = {"language": LANGUAGES, "sentiment": POLARITIES, "standing": STANDINGS}


class Grouping(NamedTuple):
    """Comments by one thing: a code per position, and what the codes mean, in order; None comes first."""

    codes: np.ndarray
    values: Sequence[str | None]


@dataclass(frozen=True, slots=True, eq=False)
class Buckets:
    """Comments by several things at once."""

    codes: np.ndarray
    """Position -> bucket; -1 for comments that were not chosen."""
    keys: tuple[Bucket, ...]

    @property
    def n(self) -> int:
        """Buckets."""
        return len(self.keys)


def compact(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number different values in ascending order.

    Returns:
        Code per value, and the value of each code.
    """
    if not len(values):
        return np.empty(0, np.int64), values
    if values.dtype.kind in "iu":
        low, high = int(values.min()), int(values.max())
        if high - low < 4 * len(values) + 100_000:  # no need to sort
            shifted = values.astype(np.int64) - low
            there = np.zeros(high - low + 1, bool)
            there[shifted] = True
            return (np.cumsum(there) - 1)[shifted], np.flatnonzero(there) + low
    found, codes = np.unique(values, return_inverse=True)
    return codes, found


def firsts(keys: np.ndarray, size: int) -> np.ndarray:
    """Give where each key occurs first.

    Args:
        keys: Whole numbers from 0.
        size: What they are all below.

    Returns:
        Positions in ascending order.
    """
    if size <= _SCRATCH:  # no need to sort
        order, last = np.arange(len(keys)), np.empty(size, np.int64)
        last[keys[::-1]] = order[::-1]
        return np.flatnonzero(last[keys] == order)
    return np.sort(np.unique(keys, return_index=True)[1])


def group(facts: Facts, chosen: np.ndarray, by: Sequence[str], batch_ids: Mapping[int, str]) -> Buckets:
    """Group the chosen comments.

    Args:
        facts: Of one workspace.
        chosen: Which comments to group, by position.
        by: Things to group by; nothing makes one bucket.
        batch_ids: Number -> id of batches.

    Returns:
        The buckets that have comments, in order; without `by` one, even if nothing was chosen.

    Raises:
        RequestError: If comments cannot be grouped by that, or there are too many groups.
    """
    at = np.flatnonzero(chosen)
    codes = np.full(facts.n, -1, np.int64)
    if not by:
        codes[at] = 0
        return Buckets(codes, ((),))
    groupings = [_group(facts, at, name, batch_ids) for name in by]
    total = 1
    for grouping in groupings:
        total *= max(len(grouping.values), 1)
    if total > 1 << 60:
        raise RequestError("by", "there are too many groups: narrow the filter or group by less")
    combined = np.zeros(len(at), np.int64)
    for grouping in groupings:
        combined = combined * max(len(grouping.values), 1) + grouping.codes
    numbers, present = compact(combined)
    if len(present) > MAX_BUCKETS:
        raise RequestError("by", f"there are more than {MAX_BUCKETS} groups: narrow the filter or group by less")
    codes[at] = numbers
    parts = []
    for grouping in reversed(groupings):
        parts.append([grouping.values[code] for code in (present % max(len(grouping.values), 1)).tolist()])
        present = present // max(len(grouping.values), 1)
    return Buckets(codes, tuple(zip(*reversed(parts), strict=True)))


def _group(facts: Facts, at: np.ndarray, by: str, batch_ids: Mapping[int, str]) -> Grouping:
    """Group positions by one thing."""
    if by.startswith(_SEGMENT) and len(by) > len(_SEGMENT):
        return _by_segment(facts, at, clean(by[len(_SEGMENT) :]))
    if by not in GROUPS:
        raise RequestError("by", f"must be any of {', '.join(GROUPS)}, or segment:NAME")
    if by in CALENDAR:
        return _by_time(facts, at, by)
    column = facts.columns[by][at]
    if by in _FIXED:
        codes, found = compact(column)
        return Grouping(codes, [_FIXED[by][number] for number in found.tolist()])
    names = batch_ids if by == "batch" else facts.names.of(by)
    return _by_name(column, names)


def _by_name(column: np.ndarray, names: Mapping[int, str]) -> Grouping:
    """Group by numbers that stand for names, 0 for none."""
    codes, found = compact(column)
    named = [names.get(number) for number in found.tolist()]
    order = sorted(range(len(named)), key=lambda place: (named[place] is not None, named[place] or ""))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return Grouping(rank[codes], [named[place] for place in order])


def _by_segment(facts: Facts, at: np.ndarray, name: str) -> Grouping:
    """Group by the value of a segment."""
    names = facts.names.of(f"segment:{name}")
    numbers, rows = np.zeros(facts.n, np.int32), facts.columns["segment_name"]
    if names:
        known = np.zeros(max(int(rows.max(initial=0)), max(names)) + 1, bool)
        known[list(names)] = True
        own = known[rows]
        numbers[facts.columns["segment_slot"][own]] = rows[own]
    return _by_name(numbers[at], names)


def _by_time(facts: Facts, at: np.ndarray, by: str) -> Grouping:
    """Group by a stretch of the calendar."""
    days, dated = facts.days[at], facts.columns["when"][at] != UNDATED
    codes, found = compact(days[dated])
    values, inverse = _stretches(found, by)
    whole = np.zeros(len(at), np.int64)
    if dated.all():
        return Grouping(inverse[codes], values)
    whole[dated] = inverse[codes] + 1 if len(values) else 0
    return Grouping(whole, [None, *values])


def _stretches(days: np.ndarray, by: str) -> tuple[list[str], np.ndarray]:
    """Name the stretches of some days; gives the names in order and which of them each day lies in."""
    dates = days.astype("datetime64[D]")
    match by:
        case "week":
            starts = dates - ((days + 3) % 7).astype("timedelta64[D]")
        case "month":
            starts = dates.astype("datetime64[M]")
        case "quarter":
            months = dates.astype("datetime64[M]").astype(np.int64)
            starts = (months // 3 * 3).astype("datetime64[M]")
        case "year":
            starts = dates.astype("datetime64[Y]")
        case _:
            starts = dates
    found, inverse = np.unique(starts, return_inverse=True)
    named = [str(start) for start in found]
    if by == "quarter":
        named = [f"{start[:-3]}-Q{(int(start[-2:]) + 2) // 3}" for start in named]
    return named, inverse
