"""A rate over time with the limits that chance alone would keep it in: a p-chart, and an EWMA for slow drifts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from nlp_cx.intervals import wilson_interval
from nlp_cx.trends.series import Count, comparable

Side = Literal["above", "below"]

MIN_BUCKETS = 8
"""Buckets with comments from which limits are drawn: with fewer nobody knows what is usual."""
RARE = 0.00135
"""Chance of a bucket beyond three standard deviations on one side."""
_SIGMAS = 3.0
_MEMORY = 0.2
"""Weight of the newest bucket in the EWMA."""
_EWMA_SIGMAS = 2.86
"""With that weight a stable rate is called drifting once in about 370 buckets, as often as the p-chart errs."""
_TO_SIGMA = 1.128
"""Mean distance of two normal numbers, in standard deviations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One bucket of a control chart."""

    bucket: str
    n: int
    count: int
    share: float | None
    """None for a bucket without comments."""
    low: float | None
    """Lower bound of the 95% interval of `share`."""
    high: float | None
    lower: float | None
    """Lower control limit; None where no limits can be drawn."""
    upper: float | None
    ewma: float | None
    ewma_lower: float | None
    ewma_upper: float | None
    signal: Side | None
    """The bucket is unlikely by itself: beyond its limits."""
    drift: Side | None
    """The EWMA is beyond its limits: the rate has moved for a while."""
    comparable: bool
    """Read by the same model and taxonomy as the last bucket."""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: round(value, 5) if isinstance(value, float) else value for name, value in values.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A rate over time."""

    centre: float | None
    """Mean rate of the comparable buckets; None of none."""
    dispersion: float
    """How much more buckets differ than chance makes them, at least 1; limits are that much wider."""
    points: tuple[Point, ...]

    @property
    def limited(self) -> bool:
        """Whether there were enough buckets to draw limits."""
        return any(point.upper is not None for point in self.points)

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {
            "centre": None if self.centre is None else round(self.centre, 5),
            "dispersion": round(self.dispersion, 3),
            "points": [point.to_dict() for point in self.points],
        }


def control_chart(counts: Sequence[Count]) -> Chart:
    """Draw the control chart of a rate.

    Limits are three standard deviations of a binomial share around the mean rate of all comparable buckets, times the
    dispersion that neighbouring buckets show (Laney), so that large counts are not called unusual for nothing. A bucket
    is a signal only if the exact binomial chance of it is small too, so that small counts are not either.

    Args:
        counts: In order of time, without gaps.

    Returns:
        A point per bucket; without limits if fewer than `MIN_BUCKETS` comparable buckets have comments.

    References:
        Laney, "Improved control charts for attributes", Quality Engineering 14, 2002.
        Lucas and Saccucci, "Exponentially weighted moving average control schemes", Technometrics 32, 1990.
    """
    stretch = comparable(counts)
    looked = [count for count in stretch if count.n]
    n = sum(count.n for count in looked)
    if not n:
        return Chart(centre=None, dispersion=1.0, points=tuple(_bare(count, same=True) for count in counts))
    centre = sum(count.count for count in looked) / n
    spread = dispersion(looked, centre)
    before = [_bare(count, same=False) for count in counts[: len(counts) - len(stretch)]]
    if len(looked) < MIN_BUCKETS or not 0 < centre < 1:
        after = [_bare(count, same=True) for count in stretch]
    else:
        after = _limited(stretch, centre, spread)
    return Chart(centre=centre, dispersion=spread, points=(*before, *after))


def dispersion(counts: Sequence[Count], centre: float) -> float:
    """Estimate how much more neighbouring buckets differ than a binomial of that rate would, at least 1.

    Args:
        counts: Buckets with comments.
        centre: Their rate.

    Examples:
        >>> dispersion([Count(bucket=str(n), n=100, count=50) for n in range(9)], 0.5)
        1.0
        >>> wild = [Count(bucket=str(n), n=100, count=20 if n % 2 else 80) for n in range(9)]
        >>> round(dispersion(wild, 0.5), 1)
        10.6
    """
    if len(counts) < 2 or not 0 < centre < 1:
        return 1.0
    scores = [(count.count / count.n - centre) / math.sqrt(centre * (1 - centre) / count.n) for count in counts]
    moves = [abs(after - before) for before, after in pairwise(scores)]
    return max(1.0, sum(moves) / len(moves) / _TO_SIGMA)


def tail(count: int, n: int, rate: float, side: Side) -> float:
    """Give the binomial chance of at least (or at most) so many.

    Examples:
        >>> round(tail(3, 3, 0.5, "above"), 3), round(tail(0, 3, 0.5, "below"), 3)
        (0.125, 0.125)
    """
    from scipy.special import bdtr, bdtrc

    if side == "below":
        return float(bdtr(count, n, rate))
    return float(bdtrc(count - 1, n, rate)) if count else 1.0


def limits(n: int, centre: float, spread: float) -> tuple[float, float]:
    """Give the control limits of a bucket of n comments."""
    half = _SIGMAS * spread * math.sqrt(centre * (1 - centre) / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def _bare(count: Count, *, same: bool) -> Point:
    """Give a point without limits."""
    low, high = wilson_interval(count.count, count.n) if count.n else (None, None)
    return Point(
        bucket=count.bucket, n=count.n, count=count.count, share=count.share, low=low, high=high, lower=None,
        upper=None, ewma=None, ewma_lower=None, ewma_upper=None, signal=None, drift=None, comparable=same,
    )  # fmt: skip


def _limited(counts: Sequence[Count], centre: float, spread: float) -> list[Point]:
    """Give points with limits."""
    points, level, variance = [], centre, 0.0
    for count in counts:
        if not count.n:
            points.append(_bare(count, same=True))
            continue
        share = count.count / count.n
        low, high = wilson_interval(count.count, count.n)
        lower, upper = limits(count.n, centre, spread)
        level = _MEMORY * share + (1 - _MEMORY) * level
        variance = _MEMORY**2 * centre * (1 - centre) / count.n + (1 - _MEMORY) ** 2 * variance
        half = _EWMA_SIGMAS * spread * math.sqrt(variance)
        points.append(
            Point(
                bucket=count.bucket,
                n=count.n,
                count=count.count,
                share=share,
                low=low,
                high=high,
                lower=lower,
                upper=upper,
                ewma=level,
                ewma_lower=max(0.0, centre - half),
                ewma_upper=min(1.0, centre + half),
                signal=_signal(count, share, lower, upper, centre),
                drift="above" if level > centre + half else "below" if level < centre - half else None,
                comparable=True,
            )
        )
    return points


def _signal(count: Count, share: float, lower: float, upper: float, centre: float) -> Side | None:
    """Tell whether a bucket is beyond its limits, and beyond chance."""
    side: Side = "above" if share > centre else "below"
    beyond = share > upper if side == "above" else share < lower
    return side if beyond and tail(count.count, count.n, centre, side) < RARE else None
