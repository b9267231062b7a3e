"""Penalties and rewards of all themes as records: ranked, and screened for false discoveries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nlp_cx.drivers.cells import Cells
from nlp_cx.drivers.driver import Effect, Kind
from nlp_cx.drivers.impact import MIN_MENTIONS, Mention, span_of
from nlp_cx.drivers.penalty_reward import Regression, kind_of
from nlp_cx.drivers.screening import benjamini_hochberg
from nlp_cx.drivers.table import NEGATIVE, POSITIVE
from nlp_cx.histogram import Scale
from nlp_cx.scores import method_of

SIDES: Mapping[Mention, int] = {"negative": NEGATIVE, "positive": POSITIVE}
Effects = Mapping[Mention, Effect]
"""Penalty under "negative", reward under "positive", as far as they can be told."""


def effects_of(cells: Cells, regression: Regression, scale: Scale) -> dict[int, Effects]:
    """Give each theme's penalty and reward.

    Ranked and tested are those with enough mentions, enough responses without, and an interval within the scale.

    Args:
        cells: The responses.
        regression: The score on their sides.
        scale: What was asked.

    Returns:
        By number of the theme.
    """
    span, p_values = span_of(method_of(scale).unit, scale.min, scale.max), regression.p
    found: dict[tuple[int, Mention], Effect] = {}
    for at, (theme, bit) in enumerate(regression.sides):
        if regression.told_apart[at]:
            low, high = regression.interval(at)
            mention: Mention = "negative" if bit == NEGATIVE else "positive"
            found[theme, mention] = Effect(
                n=cells.count((theme, bit)),
                value=float(regression.values[at]),
                low=low,
                high=high,
                p=float(p_values[at]),
                q=None,
                rank=None,
            )
    firm = [
        key
        for key, one in found.items()
        if min(one.n, cells.n - one.n) >= MIN_MENTIONS and one.high - one.low <= span
    ]  # fmt: skip
    for key, q in zip(firm, benjamini_hochberg([found[key].p for key in firm]), strict=True):
        found[key] = replace(found[key], q=q)
    for mention in SIDES:
        mine = sorted((key for key in firm if key[1] == mention), key=lambda key: -abs(found[key].value))
        for rank, key in enumerate(mine, 1):
            found[key] = replace(found[key], rank=rank)
    themes = dict.fromkeys(theme for theme, _ in found)
    return {
        theme: {mention: found[theme, mention] for mention in SIDES if (theme, mention) in found} for theme in themes
    }


def kind_of_theme(regression: Regression, theme: int, effects: Effects, *, better: int) -> Kind | None:
    """Tell how blame and praise of a theme weigh.

    Args:
        regression: The score on all sides.
        theme: Its number.
        effects: Its penalty and reward.
        better: 1 if a higher score is better, -1 if a lower one is.

    Returns:
        The class; None if it cannot be told.
    """
    if len(effects) < 2:
        return None
    low, high = regression.contrast(*(regression.sides.index((theme, bit)) for bit in SIDES.values()))
    return kind_of(effects["negative"], effects["positive"], (low, high), better=better)
