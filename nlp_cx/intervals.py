"""How sure a figure can be that was computed from some of all customers: intervals for a share, an NPS and a mean."""

from __future__ import annotations

import math
from statistics import NormalDist

from nlp_cx.errors import ScoreError


def wilson_interval(successes: int, n: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Interval for a share, honest at small n and near 0 and 1.

    Args:
        successes: Comments or answers that are counted, 0 to `n`.
        n: All that were looked at, above 0.
        confidence: Coverage, between 0 and 1; 0.95 is customary.

    Returns:
        Lower and upper bound of the share, each in [0, 1].

    Raises:
        ScoreError: If `n` is 0, `successes` is not within 0 and `n`, or `confidence` not between 0 and 1.

    Examples:
        >>> low, high = wilson_interval(8, 10)
        >>> round(low, 3), round(high, 3)
        (0.49, 0.943)

    References:
        Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.
    """
    if n <= 0 or not 0 <= successes <= n:
        raise ScoreError(f"{successes} of {n} is no share: n must be above 0 and successes within 0 and n")
    z = _quantile(confidence)
    share = successes / n
    center = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (0.0 if not successes else max(0.0, center - half)), (1.0 if successes == n else min(1.0, center + half))


def nps_interval(promoters: int, detractors: int, n: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Interval for an NPS, by the adjusted Wald method: as if three more had answered, 3/4 on either end.

    Args:
        promoters: Answers of 9 and 10.
        detractors: Answers of 0 to 6.
        n: All answers, above 0.
        confidence: Coverage, between 0 and 1.

    Returns:
        Lower and upper bound in points, each in [-100, 100], around the NPS itself.

    Raises:
        ScoreError: If `n` is 0 or less than promoters and detractors together, a count is below 0, or `confidence`
            is not between 0 and 1.

    Examples:
        >>> low, high = nps_interval(50, 20, 100)
        >>> round(low, 1), round(high, 1)
        (14.1, 44.2)

    References:
        Rocks, "Interval estimation for the Net Promoter Score", The American Statistician 70, 2016.
    """
    if n <= 0 or min(promoters, detractors) < 0 or promoters + detractors > n:
        raise ScoreError(f"{promoters} promoters and {detractors} detractors of {n} answers cannot be")
    up, down = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    half = _quantile(confidence) * math.sqrt((up + down - (up - down) ** 2) / (n + 3))
    score = 100 * (promoters - detractors) / n
    low, high = 100 * (up - down - half), 100 * (up - down + half)
    return max(-100.0, min(low, score)), min(100.0, max(high, score))


def mean_interval(mean: float, deviation: float, n: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Interval for a mean, by Student's t.

    Args:
        mean: Mean of the answers.
        deviation: Their standard deviation, with n - 1 below the line.
        n: Number of answers, above 1.
        confidence: Coverage, between 0 and 1.

    Returns:
        Lower and upper bound, in the units of the mean.

    Raises:
        ScoreError: If there are fewer than two answers, or `confidence` is not between 0 and 1.

    Examples:
        >>> low, high = mean_interval(4.0, 1.0, 25)
        >>> round(low, 3), round(high, 3)
        (3.587, 4.413)
    """
    if n < 2:
        raise ScoreError("one answer has no spread: an interval of its mean needs two")
    half = _t_quantile(confidence, n - 1) * deviation / math.sqrt(n)
    return mean - half, mean + half


def _quantile(confidence: float) -> float:
    """Give the two-sided normal quantile."""
    if not 0 < confidence < 1:
        raise ScoreError(f"confidence must be between 0 and 1, not {confidence:g}")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def _t_quantile(confidence: float, freedom: int) -> float:
    """Give the two-sided quantile of Student's t, so that serving does without scipy.

    Exact for 1 and 2 degrees of freedom, else Abramowitz and Stegun 26.7.5: at 0.95 wrong by less than 0.2%.
    """
    z = _quantile(confidence)
    if freedom == 1:
        return math.tan(math.pi * confidence / 2)
    if freedom == 2:
        return confidence * math.sqrt(2 / (1 - confidence**2))
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / freedom**power for power, term in enumerate(terms, 1))
