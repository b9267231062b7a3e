"""What a driver analysis says, as records and as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from nlp_cx.drivers.impact import Impact, Mention
from nlp_cx.drivers.screening import ALPHA
from nlp_cx.records import Direction
from nlp_cx.scores import Unit

Kind = Literal["basic", "performance", "excitement"]
"""How blame and praise of a theme weigh; `penalty_reward` has the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one side of a theme goes with, the other themes being equal."""

    n: int
    """Responses that judge the theme so."""
    value: float
    """Difference of the score, in its unit."""
    low: float
    """Lower bound of the 95% interval."""
    high: float
    p: float
    q: float | None
    """Smallest rate of false discoveries at which this is one, over the ranked sides of all themes; or None."""
    rank: int | None
    """1 = largest among the penalties, or the rewards; None below 30 mentions, or if wider than the scale."""

    @property
    def clear(self) -> bool:
        """Whether it is told from chance, at most one in twenty such by mistake."""
        return self.q is not None and self.q < ALPHA

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return _plain({name: getattr(self, name) for name in self.__dataclass_fields__} | {"clear": self.clear})


@dataclass(frozen=True, slots=True, kw_only=True)
class OddsRatio:
    """How the odds of an outcome change with one side of a theme, the other themes being equal."""

    outcome: str
    """"promoters", "detractors", "satisfied", "easy" or "above_median"."""
    mention: Mention
    ratio: float
    """Odds of those who judge the theme so, over the odds of the reference."""
    low: float
    high: float
    separated: bool
    """All or none of those who judge the theme so have the outcome: the ratio is held finite by a penalty."""
    agrees: bool
    """False only if it clearly points the other way than a clear penalty or reward."""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return _plain({name: getattr(self, name) for name in self.__dataclass_fields__})


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """One theme and what it is associated with."""

    theme: str
    name: Mapping[str, str]
    """In "en" and "vi"; the id itself for a theme that is not of the taxonomy."""
    n: int
    """Responses with this score that mention it."""
    n_rest: int
    rank: int | None
    """1 = largest share; None if too few stand behind it, and `reason` says so."""
    rank_low: int | None
    """Best rank in 95% of the resamples, among the ranked themes."""
    rank_high: int | None
    share: float | None
    """Part of the explained variance that is this theme's; the shares of all themes sum to 1."""
    share_low: float | None
    """Lower bound of the 95% interval by resampling respondents."""
    share_high: float | None
    q: float | None
    """Whether both sides together are told from chance, over all themes (Benjamini-Hochberg)."""
    kind: Kind | None
    """How blame and praise weigh; None if it cannot be told."""
    penalty: Effect | None
    """Of negative mentions; None if fewer than 10 make them or do not."""
    reward: Effect | None
    """Of positive mentions."""
    impacts: Mapping[Mention, Impact]
    """Score of all less score without the mentioners, by mention."""
    odds: tuple[OddsRatio, ...]
    f1: float | None
    """How well the model finds the theme, if known; a theme found badly shows less than there is."""
    reason: Mapping[str, str] | None
    """In "en" and "vi": why it has no rank."""
    sentences: tuple[Mapping[str, str], ...]
    """In "en" and "vi": its clear penalty and reward, in words."""

    @property
    def clear(self) -> bool:
        """Whether the theme as a whole is told from chance."""
        return self.q is not None and self.q < ALPHA

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return _plain(
            {
                **{name: getattr(self, name) for name in self.__dataclass_fields__},
                "clear": self.clear,
                "name": dict(self.name),
                "penalty": self.penalty.to_dict() if self.penalty else None,
                "reward": self.reward.to_dict() if self.reward else None,
                "impacts": {mention: one.to_dict() for mention, one in self.impacts.items()},
                "odds": [one.to_dict() for one in self.odds],
                "reason": dict(self.reason) if self.reason else None,
                "sentences": [dict(one) for one in self.sentences],
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drivers:
    """All themes and one score."""

    metric: str
    min: float
    max: float
    direction: Direction
    unit: Unit
    n: int
    """Responses with text and this score."""
    respondents: int
    score: float | None
    """Score of all of them; None of nobody."""
    r2: float | None
    """Part of the score's variance that all themes together go with; None if no regression could be made."""
    r2_adjusted: float | None
    """The same, less what as many random columns would explain."""
    p: float | None
    """Chance of an `r2` like this if no theme mattered (Wald's F over all columns)."""
    exact: bool
    """Whether shares come from all sets of themes; else from `orders` random orders."""
    orders: int | None
    resamples: int
    seed: int
    """With it, the same table gives the same figures again."""
    drivers: tuple[Driver, ...]
    """Ranked ones first, then the others, most mentions first."""
    notes: tuple[Mapping[str, str], ...]
    """In "en" and "vi": what a reader should know."""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return _plain(
            {
                **{name: getattr(self, name) for name in self.__dataclass_fields__},
                "drivers": [one.to_dict() for one in self.drivers],
                "notes": [dict(one) for one in self.notes],
            }
        )


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Round numbers to six digits behind the point; what is no number in JSON becomes None."""
    return {
        name: (round(value, 6) if math.isfinite(value) else None) if isinstance(value, float) else value
        for name, value in values.items()
    }
