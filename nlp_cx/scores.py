"""NPS, CSAT, CES, stars and any other number a respondent ticked: definitions, scales, intervals.

    metric      headline                                          unit
    nps         promoters (9-10) less detractors (0-6)            points, -100 to 100
    csat        satisfied: the two best boxes of the scale        percent, 0 to 100
    ces         mean; beside it the share on the easy side        the scale's
    any other   mean                                              the scale's

Each headline is the mean of what one answer is worth (`Method.worth`): an NPS promoter 100, a detractor -100. So scores
can be counted instead of kept, and what drives them is arithmetic on counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any, Literal

from nlp_cx.errors import ScoreError
from nlp_cx.histogram import Histogram, Scale
from nlp_cx.records import Direction

Unit = Literal["points", "percent", "scale"]
"""NPS points (-100 to 100), percent (0 to 100), or the units of the scale that was ticked."""
Statistic = Literal["nps", "top_2_box", "mean"]

_NOTES: Mapping[str, Mapping[str, str]] = {
    "nps_scale": {
        "en": "an NPS is asked on 0-10, higher is better; this was asked otherwise, so its mean is given",
        "vi": "NPS phải hỏi trên thang 0-10, cao là tốt; câu này hỏi khác nên chỉ đưa ra trung bình",
    },
    "csat_scale": {
        "en": "a top-2-box needs a scale of 4 to 11 boxes; this one is another, so its mean is given",
        "vi": "tỷ lệ hai mức cao nhất cần thang 4 đến 11 mức; thang này khác nên chỉ đưa ra trung bình",
    },
    "rounded": {
        "en": "more different values than are kept apart; values are counted to a thousandth of the scale",
        "vi": "quá nhiều giá trị khác nhau; các giá trị được làm tròn đến một phần nghìn của thang điểm",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A part of a whole with its 95% Wilson interval; the three shares are None if the whole is empty."""

    count: int
    n: int
    share: float | None
    """`count / n`, in [0, 1]."""
    low: float | None
    high: float | None

    @classmethod
    def of(cls, count: int, n: int) -> Share:
        """Make a share of two counts.

        Examples:
            >>> Share.of(8, 10).share, Share.of(0, 0).share
            (0.8, None)
        """
        if not n:
            return cls(count=count, n=n, share=None, low=None, high=None)
        low, high = wilson_interval(count, n)
        return cls(count=count, n=n, share=count / n, low=low, high=high)

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {"count": self.count, "n": self.n, **{name: _round(getattr(self, name)) for name in _SHARES}}


_SHARES = ("share", "low", "high")


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricScore:
    """One metric over a group of responses."""

    metric: str
    """As declared: "nps", "csat", "ces", "stars" or a name of the caller's; "csat:Rooms" is a CSAT of its own."""
    min: float
    max: float
    direction: Direction
    statistic: Statistic
    """What `value` is; an NPS asked on another scale than 0-10 falls back to the mean, and `note` says so."""
    unit: Unit
    n: int
    """Responses with this score; above 0."""
    value: float
    """The headline: NPS in points, CSAT as its top-2-box percentage, else the mean."""
    low: float | None
    """Lower bound of the 95% interval of `value`; None if it cannot be told (one response, or all the same)."""
    high: float | None
    mean: float
    """Mean of what was ticked, in units of the scale."""
    shares: Mapping[str, Share]
    """NPS: promoters, passives, detractors. CSAT: satisfied (top 2 boxes). CES: easy. Else empty."""
    distribution: Mapping[str, int]
    """How often each value was ticked, values written as "9" or "4.5", in order of value."""
    note: Mapping[str, str] | None = None
    """In "en" and "vi": why the statistic is not the customary one, or what was left out."""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {
            "metric": self.metric,
            "min": self.min,
            "max": self.max,
            "direction": self.direction,
            "statistic": self.statistic,
            "unit": self.unit,
            "n": self.n,
            **{name: _round(getattr(self, name)) for name in ("value", "low", "high", "mean")},
            "shares": {name: share.to_dict() for name, share in self.shares.items()},
            "distribution": dict(self.distribution),
            "note": dict(self.note) if self.note else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How a metric becomes a number."""

    statistic: Statistic
    unit: Unit
    worth: Callable[[float], float]
    """What one answer is worth; the headline is the mean of it."""
    groups: Mapping[str, Callable[[float], bool]]
    """Groups of answers that are counted beside it."""
    note: Mapping[str, str] | None = None


def method_of(scale: Scale) -> Method:
    """Choose the customary statistic of a metric; where its scale forbids that, the mean with a note.

    Examples:
        >>> method_of(Scale("nps", 0, 10)).statistic, method_of(Scale("nps", 1, 10)).statistic
        ('nps', 'mean')
    """
    plain = Method(statistic="mean", unit="scale", worth=float, groups={})
    match scale.kind:
        case "nps":
            return replace(plain, note=_NOTES["nps_scale"]) if _nps_fault(scale) else _NPS
        case "csat":
            return replace(plain, note=_NOTES["csat_scale"]) if _csat_fault(scale) else _top_2_box(scale)
        case "ces":
            return replace(plain, groups={"easy": scale.is_easy})
        case _:
            return plain


def accepts(scale: Scale, value: float) -> bool:
    """Tell whether a value on the scale can be an answer: an NPS takes whole numbers only.

    Examples:
        >>> accepts(Scale("nps", 0, 10), 7.5), accepts(Scale("csat", 1, 5), 3.5)
        (False, True)
    """
    return scale.kind != "nps" or float(value).is_integer()


def measure(histogram: Histogram) -> MetricScore:
    """Sum up the answers to one metric by its customary statistic, or by the mean where that cannot be.

    Args:
        histogram: At least one answer.

    Returns:
        The score; its `note` says why an NPS or a CSAT is missing.

    Raises:
        ScoreError: If there is no answer.

    Examples:
        >>> score = measure(Histogram(Scale("nps", 0, 10), {10: 5, 8: 3, 0: 2}))
        >>> score.value, score.n, score.shares["detractors"].count
        (30.0, 10, 2)
    """
    return _measure(histogram, method_of(histogram.scale))


def nps(histogram: Histogram) -> MetricScore:
    """Compute the Net Promoter Score: share of 9 and 10 less share of 0 to 6, in points.

    Args:
        histogram: At least one answer on 0-10, whole numbers.

    Returns:
        The score with its adjusted-Wald interval and the shares of promoters, passives and detractors.

    Raises:
        ScoreError: If there is no answer, the scale is not 0-10, or an answer is not a whole number.

    References:
        Reichheld, "The one number you need to grow", Harvard Business Review 81, 2003.
    """
    fault = _nps_fault(histogram.scale)
    if fault is None:
        fault = next((f"{value:g} is not a whole number" for value in histogram.counts if value % 1), None)
    if fault is not None:
        raise ScoreError(f"no NPS: {fault}; declare another metric name to get its mean")
    return _measure(histogram, _NPS)


def csat(histogram: Histogram) -> MetricScore:
    """Compute the CSAT: share of the two best boxes of the scale (4 and 5 of 1-5, 6 and 7 of 1-7), in percent.

    Args:
        histogram: At least one answer, on a scale of 4 to 11 boxes.

    Returns:
        The score with its Wilson interval; the mean stands beside it.

    Raises:
        ScoreError: If there is no answer, or the scale has fewer or more boxes.
    """
    fault = _csat_fault(histogram.scale)
    if fault is not None:
        raise ScoreError(f"no CSAT: {fault}; declare another metric name to get its mean")
    return _measure(histogram, _top_2_box(histogram.scale))


def wilson_interval(successes: int, n: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Interval for a share, honest at small n and near 0 and 1.

    Args:
        successes: Comments that carry the theme, 0 to `n`.
        n: Comments looked at, above 0.
        confidence: Coverage, between 0 and 1; 0.95 is customary.

    Returns:
        Lower and upper bound of the share, each in [0, 1].

    Raises:
        ScoreError: If `n` is 0 or `successes` is not within 0 and `n`.

    Examples:
        >>> low, high = wilson_interval(8, 10)
        >>> round(low, 3), round(high, 3)
        (0.49, 0.943)

    References:
        Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.
    """
    if n <= 0 or not 0 <= successes <= n:
        raise ScoreError(f"{successes} of {n} is no share: n must be above 0 and successes within 0 and n")
    z = _z(confidence)
    share = successes / n
    center = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (0.0 if not successes else max(0.0, center - half)), (1.0 if successes == n else min(1.0, center + half))


def nps_interval(promoters: int, n: int, detractors: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Interval for an NPS, by the adjusted Wald method: as if three more had answered, 3/4 on either end.

    Args:
        promoters: Answers of 9 and 10.
        n: All answers, above 0.
        detractors: Answers of 0 to 6.
        confidence: Coverage, between 0 and 1.

    Returns:
        Lower and upper bound in points, each in [-100, 100], around the NPS itself.

    Raises:
        ScoreError: If `n` is 0 or less than promoters and detractors together.

    Examples:
        >>> low, high = nps_interval(50, 100, 20)
        >>> round(low, 1), round(high, 1)
        (14.1, 44.2)

    References:
        Rocks, "Interval estimation for the Net Promoter Score", The American Statistician 70, 2016.
    """
    if n <= 0 or min(promoters, detractors) < 0 or promoters + detractors > n:
        raise ScoreError(f"{promoters} promoters and {detractors} detractors of {n} answers cannot be")
    up, down = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    half = _z(confidence) * math.sqrt((up + down - (up - down) ** 2) / (n + 3))
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
        ScoreError: If there are fewer than two answers.

    Examples:
        >>> low, high = mean_interval(4.0, 1.0, 25)
        >>> round(low, 3), round(high, 3)
        (3.587, 4.413)
    """
    if n < 2:
        raise ScoreError("one answer has no spread: an interval of its mean needs two")
    half = _t((1 + confidence) / 2, n - 1) * deviation / math.sqrt(n)
    return mean - half, mean + half


def _nps_fault(scale: Scale) -> str | None:
    """Say why a scale is not that of an NPS."""
    if (scale.min, scale.max, scale.direction) == (0, 10, "higher_is_better"):
        return None
    return f"it is asked on 0-10, higher is better, not on {scale.min:g}-{scale.max:g}, {scale.direction}"


def _csat_fault(scale: Scale) -> str | None:
    """Say why a scale has no two best boxes."""
    steps = scale.max - scale.min
    if steps in range(3, 11):
        return None
    return f"a top-2-box needs a scale of 4 to 11 boxes, not {scale.min:g}-{scale.max:g}"


_NPS_GROUPS: Mapping[str, Callable[[float], bool]] = {
    "promoters": lambda value: value >= 9,
    "passives": lambda value: 7 <= value < 9,
    "detractors": lambda value: value < 7,
}
_NPS = Method(
    statistic="nps",
    unit="points",
    worth=lambda value: 100.0 * (_NPS_GROUPS["promoters"](value) - _NPS_GROUPS["detractors"](value)),
    groups=_NPS_GROUPS,
)


def _top_2_box(scale: Scale) -> Method:
    """Count the two best boxes of a scale."""

    def satisfied(value: float) -> bool:
        return scale.from_best(value) <= 1

    return Method(
        statistic="top_2_box",
        unit="percent",
        worth=lambda value: 100.0 * satisfied(value),
        groups={"satisfied": satisfied},
    )


def _measure(histogram: Histogram, method: Method) -> MetricScore:
    """Apply a method to at least one answer."""
    n, scale = histogram.n, histogram.scale
    if not n:
        raise ScoreError(f"no answer to {scale.metric}: nothing to sum up")
    mean, value = histogram.mean(), histogram.mean(method.worth)
    shares = {name: Share.of(histogram.count(belongs), n) for name, belongs in method.groups.items()}
    low, high = _interval(histogram, method, mean, shares)
    return MetricScore(
        metric=scale.metric,
        min=scale.min,
        max=scale.max,
        direction=scale.direction,
        statistic=method.statistic,
        unit=method.unit,
        n=n,
        value=value,
        low=low,
        high=high,
        mean=mean,
        shares=shares,
        distribution={f"{each:g}": histogram.counts[each] for each in sorted(histogram.counts)},
        note=method.note or (_NOTES["rounded"] if histogram.rounded else None),
    )


def _interval(
    histogram: Histogram, method: Method, mean: float, shares: Mapping[str, Share]
) -> tuple[float | None, float | None]:
    """Give the 95% interval of a headline; None and None where it cannot be told."""
    n, scale = histogram.n, histogram.scale
    if method.statistic == "nps":
        return nps_interval(shares["promoters"].count, n, shares["detractors"].count)
    if method.statistic == "top_2_box":
        low, high = wilson_interval(shares["satisfied"].count, n)
        return 100 * low, 100 * high
    if len(histogram.counts) < 2:
        return None, None
    low, high = mean_interval(mean, math.sqrt(histogram.squares(mean) / (n - 1)), n)
    return max(scale.min, low), min(scale.max, high)


def _round(number: float | None) -> float | None:
    """Keep four digits behind the point in JSON."""
    return None if number is None else round(number, 4)


def _z(confidence: float) -> float:
    """Give the two-sided normal quantile."""
    if not 0 < confidence < 1:
        raise ScoreError(f"confidence must be between 0 and 1, not {confidence:g}")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def _t(p: float, freedom: int) -> float:
    """Give a quantile of Student's t: exact for 1 and 2 degrees of freedom, else Abramowitz and Stegun 26.7.5."""
    if freedom == 1:
        return math.tan(math.pi * (p - 0.5))
    if freedom == 2:
        return (2 * p - 1) / math.sqrt(2 * p * (1 - p))
    z = NormalDist().inv_cdf(p)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / freedom**power for power, term in enumerate(terms, 1))
