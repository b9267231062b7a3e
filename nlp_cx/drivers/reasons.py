"""Why a theme is not ranked, why nothing can be said, and what else a reader should know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from nlp_cx.drivers.cells import Cells
from nlp_cx.drivers.driver import Driver
from nlp_cx.drivers.effects import Effects
from nlp_cx.drivers.impact import MIN_MENTIONS, span_of
from nlp_cx.drivers.importance import ORDERS
from nlp_cx.drivers.logistic import Odds
from nlp_cx.drivers.penalty_reward import Regression
from nlp_cx.drivers.shares import Shares
from nlp_cx.drivers.table import NEGATIVE, POSITIVE
from nlp_cx.drivers.wording import note, note_of_metric, note_of_themes
from nlp_cx.histogram import Scale
from nlp_cx.scores import method_of

Note = Mapping[str, str]
"""In "en" and "vi"."""
_WEAK = 0.6
"""F1 below which a theme's figures are said to be too small."""


def why_unranked(
    cells: Cells, scale: Scale, themes: Sequence[str], theme: int, *, regression: Regression | None, effects: Effects
) -> Note | None:
    """Say why a theme cannot be ranked.

    Args:
        cells: The responses.
        scale: What was asked.
        themes: Ids of all themes.
        theme: Number of this one.
        regression: The score on all sides.
        effects: Penalty and reward of the theme.

    Returns:
        The reason; None if it can be ranked.
    """
    n = cells.mentions(theme)
    if n < MIN_MENTIONS:
        return note("few", n=n, least=MIN_MENTIONS)
    mine = [] if regression is None else [at for at, (owner, _) in enumerate(regression.sides) if owner == theme]
    if regression is not None and mine and not effects:
        return _tied(regression, themes, theme)
    judged = int(cells.counts[(cells.codes[:, theme] & (NEGATIVE | POSITIVE)) > 0].sum())
    if judged < MIN_MENTIONS:
        return note("few_sides", n=judged, least=MIN_MENTIONS)
    if cells.n - judged < MIN_MENTIONS:
        return note("few_rest", n=cells.n - judged, least=MIN_MENTIONS)
    if regression is None or not effects:
        return note("unfit")
    span = span_of(method_of(scale).unit, scale.min, scale.max)
    return note("wide") if all(one.high - one.low > span for one in effects.values()) else None


def notes_of(
    cells: Cells,
    scale: Scale,
    drivers: Sequence[Driver],
    *,
    regression: Regression | None,
    chance: float | None,
    shares: Shares | None,
    odds: Sequence[Odds],
) -> Iterator[Note]:
    """Say what a reader should know before trusting a number.

    Args:
        cells: The responses.
        scale: What was asked.
        drivers: What was found.
        regression: The score on all sides.
        chance: p-value of all themes together; None if there is none that is clear.
        shares: Parts of the themes.
        odds: The check.

    Yields:
        Notes, the gravest first.
    """
    if regression is None:
        yield _why_nothing(cells, scale, drivers)
    elif chance is not None:
        yield note("nothing")
    if shares is not None and not shares.exact:
        yield note("sampled", k=len(shares.players), orders=ORDERS)
    if cells.not_whole:
        yield note("left_out", n=cells.not_whole)
    if 1 < cells.n_respondents < cells.n:
        yield note("repeated", n=cells.n, people=cells.n_respondents)
    for one in odds:
        if not one.converged:
            yield note("unsure", outcome=one.outcome)
    weak = [one.theme for one in drivers if one.f1 is not None and one.f1 < _WEAK]
    if weak:
        yield note_of_themes("weak", "themes", weak, least=_WEAK)
    yield note("association")


def _tied(regression: Regression, themes: Sequence[str], theme: int) -> Note:
    """Name the themes that this one cannot be told from; itself if blame is the same as no praise."""
    others = {
        owner for at, (owner, _) in enumerate(regression.sides) if not regression.told_apart[at] and owner != theme
    }  # fmt: skip
    return note_of_themes("tied", "others", [themes[at] for at in sorted(others or {theme})])


def _why_nothing(cells: Cells, scale: Scale, drivers: Sequence[Driver]) -> Note:
    """Say why there is no regression."""
    if not cells.n:
        return note_of_metric("no_score", scale.metric)
    if cells.n_respondents == 1:
        return note("one")
    if not np.ptp(cells.worth):
        return note("same")
    if not any(one.n_rest for one in drivers):
        return note("no_theme")
    return note("few_all", n=cells.n_respondents)
