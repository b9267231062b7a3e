"""Two periods side by side: how far a share or a score moved, how sure that is, and how likely by chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from nlp_cx.errors import ScoreError
from nlp_cx.histogram import Histogram
from nlp_cx.intervals import wilson_interval
from nlp_cx.scores import method_of

_Z = NormalDist().inv_cdf(0.975)
_EXPECTED = 5
"""Comments that are expected in each of four cells, from which the normal test is close enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a figure was, what it is, and the difference."""

    before: float
    n_before: int
    after: float
    n_after: int
    difference: float
    """`after - before`, in the figure's unit."""
    low: float
    """Lower bound of the 95% interval of the difference."""
    high: float
    p: float
    """Chance of a difference this large, if there were none."""

    @property
    def clear(self) -> bool:
        """Whether chance alone is an unlikely explanation, at one in twenty."""
        return self.p < 0.05

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: round(value, 5) if isinstance(value, float) else value for name, value in values.items()}


def compare_shares(count_before: int, n_before: int, count_after: int, n_after: int) -> Change | None:
    """Compare two shares of different comments.

    Args:
        count_before: Comments counted in the earlier period.
        n_before: Comments looked at there.
        count_after: The same of the later period.
        n_after: The same of the later period.

    Returns:
        The change in [-1, 1] with Newcombe's interval and a test: the pooled one of two proportions, Fisher's exact
        one where counts are small. None if a period has no comments.

    Raises:
        ScoreError: If a count is not within 0 and its n.

    Examples:
        >>> change = compare_shares(10, 100, 25, 100)
        >>> round(change.difference, 2), round(change.low, 3), round(change.high, 3), round(change.p, 4)
        (0.15, 0.045, 0.253, 0.0052)

    References:
        Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine 17,
        1998 (method 10).
    """
    if not 0 <= count_before <= n_before or not 0 <= count_after <= n_after:
        raise ScoreError(
            f"{count_before} of {n_before} and {count_after} of {n_after} are no shares: counts within 0 and n"
        )
    if not n_before or not n_after:
        return None
    before, after = count_before / n_before, count_after / n_after
    low_before, high_before = wilson_interval(count_before, n_before)
    low_after, high_after = wilson_interval(count_after, n_after)
    difference = after - before
    return Change(
        before=before,
        n_before=n_before,
        after=after,
        n_after=n_after,
        difference=difference,
        low=difference - math.hypot(after - low_after, high_before - before),
        high=difference + math.hypot(high_after - after, before - low_before),
        p=_share_p(count_before, n_before, count_after, n_after),
    )


def _share_p(count_before: int, n_before: int, count_after: int, n_after: int) -> float:
    """Test whether two shares differ."""
    n, together = n_before + n_after, count_before + count_after
    pooled = together / n
    if min(n_before, n_after) * min(pooled, 1 - pooled) < _EXPECTED:
        from scipy.stats import fisher_exact

        table = [[count_before, n_before - count_before], [count_after, n_after - count_after]]
        return min(1.0, float(fisher_exact(table).pvalue))
    error = math.sqrt(pooled * (1 - pooled) * (1 / n_before + 1 / n_after))
    return math.erfc(abs(count_after / n_after - count_before / n_before) / error / math.sqrt(2))


def compare_scores(before: Histogram, after: Histogram) -> Change | None:
    """Compare a score between two groups of different responses: NPS in points, CSAT in percent, else the mean.

    Args:
        before: Answers of the earlier period (or of one group).
        after: Answers on the same scale of the later one.

    Returns:
        The change with its normal interval and test; None if a period has fewer than two answers.

    Raises:
        ScoreError: If they were asked on different scales.

    Examples:
        >>> from nlp_cx.histogram import Scale
        >>> scale = Scale("nps", 0, 10)
        >>> change = compare_scores(Histogram(scale, {10: 50, 0: 50}), Histogram(scale, {10: 70, 0: 30}))
        >>> change.difference, change.clear
        (40.0, True)
    """
    if before.scale != after.scale:
        raise ScoreError(f"{before.scale.metric} was asked on different scales: what is compared must be alike")
    if before.n < 2 or after.n < 2:
        return None
    worth = method_of(before.scale).worth
    old, new = before.mean(worth), after.mean(worth)
    variance = sum(
        histogram.squares(mean, worth) / (histogram.n - 1) / histogram.n
        for histogram, mean in ((before, old), (after, new))
    )
    error, difference = math.sqrt(variance), new - old
    unequal = 0.0 if difference else 1.0  # without any spread there is nothing to test
    return Change(
        before=old,
        n_before=before.n,
        after=new,
        n_after=after.n,
        difference=difference,
        low=difference - _Z * error,
        high=difference + _Z * error,
        p=math.erfc(abs(difference) / error / math.sqrt(2)) if error else unequal,
    )
