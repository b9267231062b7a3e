"""What goes with a score: how far the mentions of a theme are associated with it. Association is not cause.

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
class Driver:
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
    rank: int | None
    """1 = largest absolute impact among the themes of the same metric and mention; None if not ranked."""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}


def find_drivers(everyone: Histogram, mentioners: Mapping[str, Mapping[Mention, Histogram]]) -> tuple[Driver, ...]:
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
        >>> [(one.theme, one.score, one.rest_score, one.impact) for one in find_drivers(everyone, late)]
        [('delivery', -60.0, 100.0, -80.0)]
    """
    no_driver = {theme.id for theme in load_taxonomy().themes if not theme.driver}
    return tuple(
        driver
        for mention in MENTIONS
        for driver in _ranked(
            impact(everyone, scores[mention], theme=theme, mention=mention)
            for theme, scores in mentioners.items()
            if theme not in no_driver and mention in scores
        )
    )


def impact(everyone: Histogram, mentioners: Histogram, *, theme: str, mention: Mention) -> Driver | None:
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
    return Driver(
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
        rank=None,
    )


def _ranked(drivers: Iterable[Driver | None]) -> list[Driver]:
    """Rank by absolute impact those that enough mention and enough do not; the others follow, most mentions first."""
    found = [driver for driver in drivers if driver is not None]
    firm = [driver for driver in found if min(driver.n, driver.n_rest) >= MIN_MENTIONS]
    loose = [driver for driver in found if min(driver.n, driver.n_rest) < MIN_MENTIONS]
    firm.sort(key=lambda driver: (-abs(driver.impact), driver.theme))
    loose.sort(key=lambda driver: (-driver.n, driver.theme))
    return [replace(driver, rank=rank) for rank, driver in enumerate(firm, 1)] + loose
