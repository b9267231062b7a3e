"""How far the mentions of one theme are associated with the score, whatever else is mentioned.

Presence impact: the score of all less the score without those who mention the theme, in NPS points, CSAT percentage
points or units of the scale. With p the share of mentioners it equals p * (their score - score of the rest), so a
theme weighs much if many mention it and if they score apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any, Literal, get_args

from nlp_cx.drivers.screening import benjamini_hochberg
from nlp_cx.histogram import Histogram
from nlp_cx.records import Direction
from nlp_cx.scores import Unit, method_of
from nlp_cx.taxonomy import load_taxonomy

Mention = Literal["any", "negative", "positive"]
MENTIONS: tuple[Mention, ...] = get_args(Mention)
MIN_MENTIONS = 30
"""A theme is ranked only if at least so many mention it and so many do not: with fewer the normal interval misleads."""
_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """How far those who mention a theme are associated with the overall score; never what causes it."""

    theme: str
    metric: str
    min: float
    max: float
    direction: Direction
    unit: Unit
    """Unit of `score`, `rest_score`, `impact`, `low` and `high`."""
    mention: Mention
    """Which mentions are looked at: any, or only those judged negative or positive."""
    n: int
    """Responses with this score that mention the theme so."""
    n_rest: int
    """Responses with this score that do not."""
    score: float
    """Score of those who mention the theme so."""
    rest_score: float
    """Score of those who do not."""
    impact: float
    """Score of all minus `rest_score`; equals share of mentioners times (`score` - `rest_score`)."""
    low: float
    """Lower bound of the 95% interval of `impact`."""
    high: float
    q: float | None
    """Smallest rate of false discoveries at which this is one, over the ranked themes of the same mention; or None."""
    rank: int | None
    """1 = largest absolute impact among the themes of the same metric and mention; None if not ranked."""

    @property
    def p(self) -> float:
        """Chance of an impact this far from 0, by the normal distribution, if there were none."""
        half = (self.high - self.low) / 2
        if half <= 0:
            return 0.0 if self.impact else 1.0
        return math.erfc(abs(self.impact) / half * _Z / math.sqrt(2))

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}


def find_impacts(everyone: Histogram, mentioners: Mapping[str, Mapping[Mention, Histogram]]) -> tuple[Impact, ...]:
    """Compute the presence impact of each theme on one metric.

    Themes that only restate the score (`driver = false` in the taxonomy) are left out, and so are mentions that nobody
    or everybody makes.

    Args:
        everyone: Scores of all responses with text, one per response.
        mentioners: Theme -> mention -> scores of those who mention the theme so, some of `everyone`.

    Returns:
        By mention, ranked ones first.

    Examples:
        >>> from nlp_cx.histogram import Scale
        >>> scale = Scale("nps", 0, 10)
        >>> everyone = Histogram(scale, {10: 60, 0: 40})
        >>> late = {"delivery": {"any": Histogram(scale, {10: 10, 0: 40})}}
        >>> [(one.theme, one.score, one.rest_score, one.impact) for one in find_impacts(everyone, late)]
        [('delivery', -60.0, 100.0, -80.0)]
    """
    no_driver = {theme.id for theme in load_taxonomy().themes if not theme.driver}
    return tuple(
        found
        for mention in MENTIONS
        for found in rank_impacts(
            impact(everyone, scores[mention], theme=theme, mention=mention)
            for theme, scores in mentioners.items()
            if theme not in no_driver and mention in scores
        )
    )


def impact(everyone: Histogram, mentioners: Histogram, *, theme: str, mention: Mention) -> Impact | None:
    """Compute the presence impact of one theme on one metric.

    The interval is the normal one, by the delta method: each answer's influence on the difference of the two scores,
    which share answers, is squared and summed. It takes the share of mentioners as drawn at random too.

    Args:
        everyone: Scores of all responses with text.
        mentioners: Scores of those who mention the theme, some of `everyone`.
        theme: Id of the theme.
        mention: Which mentions these are.

    Returns:
        The impact, unranked; None if nobody or everybody mentions the theme.
    """
    rest = everyone.minus(mentioners)
    if not mentioners.n or not rest.n:
        return None
    method, scale, n = method_of(everyone.scale), everyone.scale, everyone.n
    worth = method.worth
    overall, score, rest_score = everyone.mean(worth), mentioners.mean(worth), rest.mean(worth)
    difference = overall - rest_score
    # of a mentioner: x - overall; of another: (x - overall) - (x - rest) / q = (1 - 1/q) * (x - b), q the others' share
    # with b = (overall - rest / q) / (1 - 1/q)
    q = rest.n / n
    slope = 1 - 1 / q
    squares = mentioners.squares(overall, worth) + slope**2 * rest.squares((overall - rest_score / q) / slope, worth)
    half = _Z * math.sqrt(squares) / n
    return Impact(
        theme=theme,
        metric=scale.metric,
        min=scale.min,
        max=scale.max,
        direction=scale.direction,
        unit=method.unit,
        mention=mention,
        n=mentioners.n,
        n_rest=rest.n,
        score=score,
        rest_score=rest_score,
        impact=difference,
        low=difference - half,
        high=difference + half,
        q=None,
        rank=None,
    )


def rank_impacts(impacts: Iterable[Impact | None]) -> list[Impact]:
    """Rank the impacts of one mention by size, those that enough mention and enough do not.

    An interval wider than the scale says nothing; such an impact is not ranked either.

    Args:
        impacts: One per theme; None where there is none.

    Returns:
        The ranked ones with rank and q-value, the largest first; behind them the others, most mentions first.
    """
    found = [one for one in impacts if one is not None]
    firm = [one for one in found if _is_firm(one)]
    loose = [one for one in found if not _is_firm(one)]
    firm.sort(key=lambda one: (-abs(one.impact), one.theme))
    loose.sort(key=lambda one: (-one.n, one.theme))
    q_values = benjamini_hochberg([one.p for one in firm])
    return [replace(one, rank=rank, q=q) for rank, (one, q) in enumerate(zip(firm, q_values, strict=True), 1)] + loose


def _is_firm(one: Impact) -> bool:
    """Tell whether an impact may be ranked."""
    return min(one.n, one.n_rest) >= MIN_MENTIONS and one.high - one.low <= span_of(one.unit, one.min, one.max)


def span_of(unit: Unit, low: float, high: float) -> float:
    """Give the distance between the best and the worst score there can be.

    Args:
        unit: Unit of the score.
        low: Lower end of the scale that was ticked.
        high: Upper end.

    Examples:
        >>> span_of("points", 0, 10), span_of("percent", 1, 5), span_of("scale", 1, 5)
        (200.0, 100.0, 4.0)
    """
    return {"points": 200.0, "percent": 100.0}.get(unit, float(high - low))
