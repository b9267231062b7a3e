"""Themes by their part in what is explained, and how that part varies with who happens to answer.

R² overstates what is explained, the more so the fewer answered: each column explains something by chance. A resample
overstates it once more. So from the parts in each resample what chance adds is taken off twice: once by adjusting the
resample's R², once by the difference that the adjustment makes to the parts of what was answered. The percentiles of
what is left are an interval of the share among all customers; benchmarks/drivers.py counts how often it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp_cx.drivers.cells import Cells, Side
from nlp_cx.drivers.importance import MOST_EXACT, ORDERS, lmg, sampled_lmg
from nlp_cx.drivers.penalty_reward import moments_of
from nlp_cx.drivers.resample import resampled_moments

_ORDERS_EACH = 50
"""Random orders per resample, where shares are sampled."""
_UNTOLD = 0.01
"""Share of resamples in which the themes explain nothing, above which no share can be told."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shares:
    """Parts of R² per theme, with what resampling says of them."""

    players: Sequence[int]
    """Numbers of the themes that have a part."""
    values: np.ndarray
    """Shape (players,): shares of R², which sum to 1."""
    resampled: np.ndarray
    """Shape (resamples, players): parts of R², what chance adds taken off."""

    @property
    def exact(self) -> bool:
        """Whether every set of themes was looked at."""
        return len(self.players) <= MOST_EXACT

    def share(self, theme: int) -> float | None:
        """Give the share of a theme; None if it has none."""
        return float(self.values[self.players.index(theme)]) if theme in self.players else None

    def interval(self, theme: int) -> tuple[float, float] | None:
        """Give the 95% interval of a share, within 0 and 1; None without resamples."""
        if theme not in self.players or len(self.resampled) < 2:
            return None
        at, totals = self.players.index(theme), self.resampled.sum(axis=1)
        told = totals > 0
        if told.mean() < 1 - _UNTOLD:
            return 0.0, 1.0
        low, high = np.percentile(self.resampled[told, at] / totals[told], [2.5, 97.5])
        value = float(self.values[at])
        return min(value, max(0.0, float(low))), max(value, min(1.0, float(high)))

    def ranks(self, themes: Sequence[int]) -> list[tuple[int, int]] | None:
        """Give the ranks among some themes between which 95% of the resamples put each; None without resamples."""
        if len(self.resampled) < 2 or not themes:
            return None
        drawn = self.resampled[:, [self.players.index(theme) for theme in themes]]
        ranks = (-drawn).argsort(axis=1).argsort(axis=1) + 1
        low, high = np.percentile(ranks, [2.5, 97.5], axis=0, method="inverted_cdf")
        return [(int(low[at]), int(high[at])) for at in range(len(themes))]


def share_out(cells: Cells, sides: Sequence[Side], *, resamples: int, draw: np.random.Generator) -> Shares:
    """Share R² out over themes, for what was answered and for each resample.

    Args:
        cells: The responses, whose scores differ.
        sides: The columns, those of a theme side by side.
        resamples: How often respondents are drawn anew.
        draw: Where chance comes from.
    """
    players = sorted({theme for theme, _ in sides})
    sizes = [sum(theme == player for theme, _ in sides) for player in players]
    exact = len(players) <= MOST_EXACT

    def parts(products: np.ndarray, orders: int, responses: int | None) -> np.ndarray:
        if products[-1, -1] <= 0:
            return np.zeros(len(players))
        if exact:
            return lmg(products, sizes, responses=responses)[0]
        return sampled_lmg(products, sizes, orders=orders, draw=draw, responses=responses)[0]

    products = moments_of(cells, sides)[1]
    found = parts(products, ORDERS, None)
    again = []
    if resamples:
        chance = found - parts(products, ORDERS, cells.n)
        drawn = resampled_moments(cells, sides, resamples=resamples, draw=draw)
        again = [parts(each, _ORDERS_EACH, cells.n) - chance for each in drawn]
    total = float(found.sum())
    return Shares(
        players=players,
        values=found / total if total > 0 else np.full(len(players), 1 / len(players)),
        resampled=np.array(again).reshape(-1, len(players)),
    )
