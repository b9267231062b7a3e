"""Themes by their part in what is explained, and how that part varies with who happens to answer."""

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
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shares:
    """Parts of R² per theme, with what resampling says of them."""

    players: Sequence[int]
    """Numbers of the themes that have a part."""
    values: np.ndarray
    """Shape (players,): shares of R², which sum to 1."""
    resampled: np.ndarray
    """Shape (resamples, players)."""

    @property
    def exact(self) -> bool:
        """Whether every set of themes was looked at."""
        return len(self.players) <= MOST_EXACT

    def share(self, theme: int) -> float | None:
        """Give the share of a theme; None if it has none."""
        return float(self.values[self.players.index(theme)]) if theme in self.players else None

    def interval(self, theme: int) -> tuple[float, float] | None:
        """Give the 95% interval of a share: what resampling adds by itself is taken off; None without resamples."""
        if theme not in self.players or len(self.resampled) < 2:
            return None
        at = self.players.index(theme)
        drawn = self.resampled[:, at]
        center = 2 * float(self.values[at]) - float(drawn.mean())
        half = _Z * float(drawn.std(ddof=1))
        return center - half, center + half

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

    def shares(products: np.ndarray, orders: int) -> np.ndarray:
        equal = np.full(len(players), 1 / len(players))
        if products[-1, -1] <= 0:
            return equal
        exact = len(players) <= MOST_EXACT
        parts, r2 = lmg(products, sizes) if exact else sampled_lmg(products, sizes, orders=orders, draw=draw)
        return parts / r2 if r2 > 0 else equal

    values = shares(moments_of(cells, sides)[1], ORDERS)
    again = [
        shares(products, _ORDERS_EACH) for products in resampled_moments(cells, sides, resamples=resamples, draw=draw)
    ]
    return Shares(players=players, values=values, resampled=np.array(again).reshape(-1, len(players)))
