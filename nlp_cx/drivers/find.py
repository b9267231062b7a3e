"""Which themes go with a score, and how sure that is: all of it in one call."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nlp_cx.drivers.cells import Cells
from nlp_cx.drivers.driver import Driver, Drivers
from nlp_cx.drivers.effects import Effects, effects_of, kind_of_theme
from nlp_cx.drivers.impact import Impact
from nlp_cx.drivers.importance import ORDERS
from nlp_cx.drivers.logistic import Odds, find_odds, ratios_of
from nlp_cx.drivers.penalty_reward import Regression, choose_sides, regress
from nlp_cx.drivers.presence import find_presence
from nlp_cx.drivers.reasons import notes_of, why_unranked
from nlp_cx.drivers.screening import ALPHA, benjamini_hochberg
from nlp_cx.drivers.shares import Shares, share_out
from nlp_cx.drivers.table import DriverTable
from nlp_cx.drivers.wording import sentences
from nlp_cx.errors import ScoreError
from nlp_cx.histogram import Scale
from nlp_cx.scores import method_of
from nlp_cx.taxonomy import load_taxonomy
from nlp_cx.words import theme_names

RESAMPLES = 200


def find_drivers(
    table: DriverTable,
    *,
    metric: str | Scale,
    resamples: int = RESAMPLES,
    seed: int | None = None,
    quality: Mapping[str, float] | None = None,
    leave_out: Collection[str] | None = None,
) -> Drivers:
    """Find which themes are associated with a score; never what causes it.

    Args:
        table: One row per response.
        metric: What was asked, by name ("nps") or with its scale.
        resamples: How often respondents are drawn anew for the intervals of shares and ranks; 0 for none.
        seed: Makes chance repeatable; drawn and returned when None.
        quality: Theme -> F1 of the model that found it, as `theme_quality` reads it.
        leave_out: Themes that only restate the score; those with `driver = false` in the taxonomy when None.

    Returns:
        Impacts, penalties and rewards, shares and ranks, each with its interval. Whatever cannot be told is None, and a
        note says why: a table without answers, with one respondent or with equal scores gives an answer too.

    Raises:
        ScoreError: If the table has no such score, or `resamples` is below 0.

    Examples:
        >>> from nlp_cx.drivers import DriverTable
        >>> late, other = {"delivery": ["negative"]}, {"staff": ["positive"]}
        >>> table = DriverTable.of_judgements(
        ...     [late] * 40 + [other] * 60 + [{}] * 60, {Scale("nps", 0, 10): [0, 3, 5, 9] * 10 + [10, 9, 7] * 40}
        ... )
        >>> found = find_drivers(table, metric="nps", seed=1)
        >>> [(one.theme, one.rank, round(one.penalty.value)) for one in found.drivers if one.penalty]
        [('delivery', 1, -117)]
    """
    if resamples < 0:
        raise ScoreError(f"resamples must be 0 or more, not {resamples}")
    scale = metric if isinstance(metric, Scale) else table.scale_of(metric)
    if scale not in table.scores:
        table.scale_of(scale.metric)
        raise ScoreError(f"there is no score called {scale}; the scores are: {', '.join(map(str, table.scores))}")
    seed = secrets.randbits(32) if seed is None else seed
    restated = (
        {theme.id for theme in load_taxonomy().themes if not theme.driver} if leave_out is None else set(leave_out)
    )
    kept = [at for at, theme in enumerate(table.themes) if theme not in restated]
    return _Search(
        cells=Cells.of(table, scale, kept),
        themes=[table.themes[at] for at in kept],
        scale=scale,
        resamples=resamples,
        seed=seed,
        quality=quality or {},
    ).run()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Search:
    """One metric's responses, and how to look at them."""

    cells: Cells
    themes: Sequence[str]
    scale: Scale
    resamples: int
    seed: int
    quality: Mapping[str, float]

    def run(self) -> Drivers:
        """Do all of it."""
        cells, scale = self.cells, self.scale
        draw = np.random.default_rng(self.seed)
        regression, shares, chance = None, None, None
        impacts: tuple[Impact, ...] = ()
        odds: tuple[Odds, ...] = ()
        if cells.n_respondents > 1 and np.ptp(cells.worth):
            impacts = find_presence(cells, self.themes, scale)
            regression = regress(cells, choose_sides(cells))
        if regression is not None:
            chance = regression.chance
            shares = share_out(cells, regression.sides, resamples=self.resamples, draw=draw)
            told = [side for side, apart in zip(regression.sides, regression.told_apart, strict=True) if apart]
            odds = find_odds(cells, told, scale, draw=draw) if told else ()
        drivers = self._drivers(impacts, regression, shares, odds)
        if chance is not None and chance < ALPHA:
            drivers = _in_ranks(drivers, shares, self.themes)
        return Drivers(
            metric=scale.metric,
            min=scale.min,
            max=scale.max,
            direction=scale.direction,
            unit=method_of(scale).unit,
            n=cells.n,
            respondents=cells.n_respondents,
            score=cells.mean if cells.n else None,
            r2=None if regression is None else regression.r2,
            r2_adjusted=None if regression is None else regression.r2_adjusted,
            p=chance,
            exact=shares is None or shares.exact,
            orders=None if shares is None or shares.exact else ORDERS,
            resamples=self.resamples,
            seed=self.seed,
            drivers=tuple(drivers),
            notes=tuple(
                notes_of(
                    cells,
                    scale,
                    drivers,
                    regression=regression,
                    chance=chance if chance is not None and chance >= ALPHA else None,
                    shares=shares,
                    odds=odds,
                )
            ),
        )

    def _drivers(
        self, impacts: Sequence[Impact], regression: Regression | None, shares: Shares | None, odds: Sequence[Odds]
    ) -> list[Driver]:
        """Put together what is known of each theme that is mentioned, most mentions first, none ranked."""
        effects = {} if regression is None else effects_of(self.cells, regression, self.scale)
        found = [
            self._driver(at, impacts, regression, shares, odds, effects.get(at, {}))
            for at in range(len(self.themes))
            if self.cells.mentions(at)
        ]
        found.sort(key=lambda one: (-one.n, one.theme))
        tested = [one for one in found if regression is not None and one.reason is None]
        p_values = [regression.joint_p_of(self.themes.index(one.theme)) for one in tested] if regression else []
        q_values = dict(zip((one.theme for one in tested), benjamini_hochberg(p_values), strict=True))
        return [replace(one, q=q_values.get(one.theme)) for one in found]

    def _driver(
        self,
        at: int,
        impacts: Sequence[Impact],
        regression: Regression | None,
        shares: Shares | None,
        odds: Sequence[Odds],
        effects: Effects,
    ) -> Driver:
        """Put together what is known of one theme."""
        theme, n = self.themes[at], self.cells.mentions(at)
        better = 1 if self.scale.direction == "higher_is_better" else -1
        interval = None if shares is None else shares.interval(at)
        return Driver(
            theme=theme,
            name={"en": theme_names(theme, "en")[0], "vi": theme_names(theme, "vi")[0]},
            n=n,
            n_rest=self.cells.n - n,
            rank=None,
            rank_low=None,
            rank_high=None,
            share=None if shares is None else shares.share(at),
            share_low=None if interval is None else interval[0],
            share_high=None if interval is None else interval[1],
            q=None,
            kind=None if regression is None else kind_of_theme(regression, at, effects, better=better),
            penalty=effects.get("negative"),
            reward=effects.get("positive"),
            impacts={one.mention: one for one in impacts if one.theme == theme},
            odds=tuple(ratios_of(odds, at, effects, better=better)),
            f1=self.quality.get(theme),
            reason=why_unranked(self.cells, self.scale, self.themes, at, regression=regression, effects=effects),
            sentences=tuple(sentences(theme, effects, self.scale)),
        )


def _in_ranks(drivers: Sequence[Driver], shares: Shares | None, themes: Sequence[str]) -> list[Driver]:
    """Rank by share the themes that may be ranked, and say between which ranks resampling puts them."""
    firm = sorted(
        (one for one in drivers if one.reason is None and one.share is not None),
        key=lambda one: (-(one.share or 0.0), one.theme),
    )
    places = [themes.index(one.theme) for one in firm]
    ranges = shares.ranks(places) if shares is not None else None
    ranked = [replace(one, rank=rank) for rank, one in enumerate(firm, 1)]
    if ranges is not None:
        ranked = [
            replace(one, rank_low=low, rank_high=high) for one, (low, high) in zip(ranked, ranges, strict=True)
        ]  # fmt: skip
    names = {one.theme for one in firm}
    return ranked + [one for one in drivers if one.theme not in names]
