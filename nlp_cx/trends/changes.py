"""Where a rate moved from one level to another and stayed there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from nlp_cx.trends.compare import Change, compare_shares
from nlp_cx.trends.control import MIN_BUCKETS, dispersion
from nlp_cx.trends.series import Count, comparable

_SHORTEST = 3
"""Buckets of a level, at least: what lasts shorter is a signal of the control chart, no new level."""
_PRICE = 3.0
"""What a further level must explain, in units of the logarithm of the buckets; found by simulation, see tests."""
_SIGNIFICANT = 0.01
_MOST = 600
"""Buckets that are looked at, the last ones: the search takes time by their square."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePoint:
    """A rate before and after a bucket."""

    bucket: str
    """First bucket of the new level."""
    change: Change
    """From the level before to the level after it."""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {"bucket": self.bucket, **self.change.to_dict()}


def change_points(counts: Sequence[Count]) -> tuple[ChangePoint, ...]:
    """Find the buckets from which on a rate keeps another level.

    PELT over the binomial likelihood, so that a bucket of few comments weighs little; a level must explain more than
    chance and the usual unrest of the series do. Only the end of the series that one model and taxonomy read is looked
    at: a change of these is no change of what customers say.

    Args:
        counts: In order of time, without gaps.

    Returns:
        In order of time; empty if fewer than `MIN_BUCKETS` comparable buckets have comments.

    References:
        Killick, Fearnhead and Eckley, "Optimal detection of changepoints with a linear computational cost", JASA 107,
        2012.
    """
    looked = [count for count in comparable(counts) if count.n][-_MOST:]
    n = sum(count.n for count in looked)
    total = sum(count.count for count in looked)
    if len(looked) < MIN_BUCKETS or not 0 < total < n:
        return ()
    spread = dispersion(looked, total / n)
    ends = _segments(looked, _PRICE * math.log(len(looked)) * spread**2)
    levels = _lasting([looked[start:end] for start, end in zip([0, *ends], ends, strict=False)])
    return tuple(
        ChangePoint(bucket=after[0].bucket, change=change)
        for before, after in pairwise(levels)
        if (change := compare_shares(*_sum(before), *_sum(after))) is not None
    )


def _lasting(levels: Sequence[Sequence[Count]]) -> list[Sequence[Count]]:
    """Join neighbouring levels that differ by a single bucket only, the least different ones first."""
    kept = list(levels)
    while len(kept) > 1:
        chances = [_chance(before, after) for before, after in pairwise(kept)]
        worst = max(range(len(chances)), key=chances.__getitem__)
        if chances[worst] < _SIGNIFICANT:
            break
        kept[worst : worst + 2] = [[*kept[worst], *kept[worst + 1]]]
    return kept


def _chance(before: Sequence[Count], after: Sequence[Count]) -> float:
    """Give the chance of a difference, each level without the bucket that speaks most for it."""
    higher, lower = sorted((before, after), key=lambda level: -_rate(level))
    change = compare_shares(*_sum(_without(lower, highest=False)), *_sum(_without(higher, highest=True)))
    return 1.0 if change is None or change.difference <= 0 else change.p


def _rate(level: Sequence[Count]) -> float:
    """Give the share of a level."""
    count, n = _sum(level)
    return count / n


def _without(level: Sequence[Count], *, highest: bool) -> Sequence[Count]:
    """Leave out the bucket with the highest or the lowest share."""
    order = sorted(range(len(level)), key=lambda at: level[at].count / level[at].n)
    left_out = order[-1 if highest else 0]
    return [count for at, count in enumerate(level) if at != left_out]


def _sum(counts: Sequence[Count]) -> tuple[int, int]:
    """Add counts up."""
    return sum(count.count for count in counts), sum(count.n for count in counts)


def _segments(counts: Sequence[Count], price: float) -> list[int]:
    """Cut the series into levels; gives where each ends."""
    import numpy as np
    import ruptures

    class Deviance(ruptures.base.BaseCost):  # type: ignore[misc]  # ruptures has no types
        """Twice the negative log-likelihood of one rate for a stretch of counts."""

        model = "binomial"
        min_size = _SHORTEST

        def fit(self, signal: np.ndarray) -> Deviance:
            """Add up, so that any stretch is a difference."""
            self.signal = signal
            self.counts, self.sizes = np.vstack([np.zeros((1, 2)), np.cumsum(signal, axis=0)]).T.tolist()
            return self

        def error(self, start: int, end: int) -> float:
            """Cost of one level for a stretch."""
            # asked for tens of thousands of times: plain numbers, no arrays
            count, n = self.counts[end] - self.counts[start], self.sizes[end] - self.sizes[start]
            rest, likelihood = n - count, 0.0
            if count > 0:
                likelihood += count * math.log(count / n)
            if rest > 0:
                likelihood += rest * math.log(rest / n)
            return -2 * likelihood

    signal = np.array([(count.count, count.n) for count in counts], float)
    search = ruptures.Pelt(custom_cost=Deviance(), min_size=_SHORTEST, jump=1).fit(signal)
    return [int(end) for end in search.predict(pen=price)]
