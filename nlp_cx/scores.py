"""NPS, CSAT, CES, stars and any other number a respondent ticked: definitions and scales.

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
from typing import Any, Literal

from nlp_cx.errors import ScoreError
from nlp_cx.histogram import Histogram, Scale
from nlp_cx.intervals import mean_interval, nps_interval, wilson_interval
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
    """How often each value was ticked, values written in full as "9" or "4.5", in order of value."""
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
            return _NPS if _is_nps(scale) else replace(plain, note=_NOTES["nps_scale"])
        case "csat":
            return _top_2_box(scale) if _has_top_2_boxes(scale) else replace(plain, note=_NOTES["csat_scale"])
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
        histogram: At least one answer, each one that `accepts` takes.

    Returns:
        The score; its `note` says why an NPS or a CSAT is missing.

    Raises:
        ScoreError: If there is no answer.

    Examples:
        >>> score = measure(Histogram(Scale("nps", 0, 10), {10: 5, 8: 3, 0: 2}))
        >>> score.value, score.n, score.shares["detractors"].count
        (30.0, 10, 2)

    References:
        Reichheld, "The one number you need to grow", Harvard Business Review 81, 2003.
    """
    n, scale = histogram.n, histogram.scale
    if not n:
        raise ScoreError(f"no answer to {scale.metric}: nothing to sum up")
    method = method_of(scale)
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
        distribution={f"{each:.15g}": histogram.counts[each] for each in sorted(histogram.counts)},
        note=method.note or (_NOTES["rounded"] if histogram.rounded else None),
    )


def top_box(histogram: Histogram, k: int = 2) -> Share:
    """Count the k best boxes of a scale, with Wilson's interval.

    Args:
        histogram: Answers on a scale of whole steps.
        k: Boxes that count, at least 1 and fewer than there are.

    Returns:
        The share of answers in them; an empty share of no answers.

    Raises:
        ScoreError: If the scale has no boxes, or not more than k.

    Examples:
        >>> top_box(Histogram(Scale("csat", 1, 7), {7: 2, 6: 3, 5: 1, 1: 4}), 3).share
        0.6
    """
    scale = histogram.scale
    if not _has_boxes(scale) or not 1 <= k <= scale.max - scale.min:
        raise ScoreError(f"there is no top-{k}-box of {scale.metric} on {scale.min:g}-{scale.max:g}")
    return Share.of(histogram.count(lambda value: scale.from_best(value) <= k - 1), histogram.n)


def remap(histogram: Histogram, scale: Scale, values: Mapping[float, float]) -> Histogram:
    """Read answers as if they had been given on another scale, value by value as the caller says.

    A 1-10 "NPS" is none; who knows how its answers compare with 0-10 can say so here, and nobody guesses.

    Args:
        histogram: Answers as they were ticked.
        scale: The scale they are to be read on.
        values: Ticked value -> value on that scale, for each value that was ticked.

    Returns:
        The answers on the other scale.

    Raises:
        ScoreError: If a ticked value is not told, or its new value is no answer on the other scale.

    Examples:
        >>> asked = Histogram(Scale("nps", 1, 10), {10: 3, 1: 1})
        >>> measure(remap(asked, Scale("nps", 0, 10), {value: value for value in range(2, 11)} | {1: 0})).value
        50.0
    """
    mapped = Histogram(scale)
    for value, count in histogram.counts.items():
        to = values.get(value)
        if to is None or not scale.min <= to <= scale.max or not accepts(scale, to):
            raise ScoreError(
                f"{value:g} of {histogram.scale.metric} is mapped to no answer on {scale.min:g}-{scale.max:g}"
            )
        mapped.counts[float(to)] += count
    return mapped


def _is_nps(scale: Scale) -> bool:
    """Tell whether this is the scale that an NPS is defined on."""
    return (scale.min, scale.max, scale.direction) == (0, 10, "higher_is_better")


def _has_top_2_boxes(scale: Scale) -> bool:
    """Tell whether a scale has 4 to 11 boxes: two of three would be nearly everybody, and finer ones have no boxes."""
    return scale.max - scale.min in range(3, 11)


def _has_boxes(scale: Scale) -> bool:
    """Tell whether a scale has whole steps that a person can tick, at most 11 of them."""
    return scale.max - scale.min in range(1, 11)


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


def _interval(
    histogram: Histogram, method: Method, mean: float, shares: Mapping[str, Share]
) -> tuple[float | None, float | None]:
    """Give the 95% interval of a headline; None and None where it cannot be told."""
    n, scale = histogram.n, histogram.scale
    if method.statistic == "nps":
        return nps_interval(shares["promoters"].count, shares["detractors"].count, n)
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
