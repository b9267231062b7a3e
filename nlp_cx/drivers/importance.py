"""Each theme's part in what all themes explain of the score: Shapley's value of R², called LMG.

A theme's share is what it adds to R², averaged over all orders in which themes can be added; the two columns of a theme
are one player. Up to 16 themes every one of the 2^k sets is looked at. They are not regressed one by one: the matrix of
sums of products is eliminated theme by theme, each theme once swept out and once struck out, so that a set costs what
is left of the matrix. Beyond 16 themes random orders are drawn, each with its reverse.

References:
    Lindeman, Merenda and Gold, "Introduction to Bivariate and Multivariate Analysis", 1980, p. 119.
    Grömping, "Estimators of relative importance in linear regression based on variance decomposition", The American
    Statistician 61, 2007.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np

MOST_EXACT = 16
"""Themes up to which all sets are looked at."""
ORDERS = 1_000
"""Orders drawn beyond that; half of them are the reverse of the other half."""
_SINGULAR = 1e-9


def lmg(products: np.ndarray, sizes: Sequence[int], *, responses: int | None = None) -> tuple[np.ndarray, float]:
    """Share R² out exactly.

    Args:
        products: Sums of products about the means, shape (d, d): columns of a player side by side, the score last.
        sizes: Columns of each player, each at least 1; they sum to d - 1.
        responses: Rows behind the sums: shares the adjusted R² out, from which what as many random columns would
            explain is taken off. R² itself when None.

    Returns:
        Parts of R² that sum to it, shape (players,), and R² itself. Adjusted ones may lie a little below 0.

    Examples:
        >>> parts, r2 = lmg(np.array([[4.0, 0.0, 2.0], [0.0, 1.0, 1.0], [2.0, 1.0, 4.0]]), [1, 1])
        >>> parts.tolist(), r2
        ([0.25, 0.25], 0.5)
    """
    players = len(sizes)
    explained = _explained(products, sizes)
    if responses is not None:
        explained = _adjusted(explained, _columns(tuple(sizes)), responses)
    weight = _weights(players)
    parts = np.zeros(players)
    for player in range(players):
        with_and_without = explained.reshape(-1, 2, 2**player)
        without = weight.reshape(-1, 2, 2**player)[:, 0]
        parts[player] = np.vdot(without, with_and_without[:, 1]) - np.vdot(without, with_and_without[:, 0])
    return parts, float(explained[-1])


def sampled_lmg(
    products: np.ndarray,
    sizes: Sequence[int],
    *,
    orders: int,
    draw: np.random.Generator,
    responses: int | None = None,
) -> tuple[np.ndarray, float]:
    """Share R² out over random orders.

    Args:
        products: As `lmg` takes them.
        sizes: As `lmg` takes them.
        orders: Orders that are drawn, an even number.
        draw: Where they come from.
        responses: As `lmg` takes them.

    Returns:
        As `lmg` gives them; the parts sum to R² whatever orders were drawn.
    """
    total, variances = float(products[-1, -1]), np.diag(products)
    begins = np.cumsum([0, *sizes])
    half = [draw.permutation(len(sizes)) for _ in range(orders // 2)]
    parts, r2 = np.zeros(len(sizes)), 0.0
    for order in (*half, *(each[::-1] for each in half)):
        columns = np.concatenate([np.arange(begins[player], begins[player + 1]) for player in order])
        places = np.append(columns, len(products) - 1)
        left, at, before = products[np.ix_(places, places)], 0, 0.0
        for player in order:
            for _ in range(sizes[player]):
                left = _sweep(left, variances[places[at]])
                at += 1
            after = 1 - float(left[-1, -1]) / total
            if responses is not None:
                after = float(_adjusted(np.array(after), np.array(at), responses))
            parts[player] += after - before
            before = after
        r2 += before
    return parts / (2 * len(half)), r2 / (2 * len(half))


def _adjusted(explained: np.ndarray, columns: np.ndarray, responses: int) -> np.ndarray:
    """Take off what as many random columns would explain."""
    return np.asarray(1 - (1 - explained) * (responses - 1) / np.maximum(responses - 1 - columns, 1))


@cache
def _columns(sizes: tuple[int, ...]) -> np.ndarray:
    """Give the number of columns of each set of players, shape (2^players,)."""
    columns = np.zeros(1, dtype=np.int64)
    for size in sizes:
        columns = np.concatenate([columns, columns + size])
    return columns


@cache
def _weights(players: int) -> np.ndarray:
    """Give the share of orders in which a set of players comes first, then a certain other; shape (2^players,)."""
    members = np.array([number.bit_count() for number in range(2**players)])
    by_size = [1 / (players * math.comb(players - 1, size)) for size in range(players)] + [0.0]
    return np.asarray(np.array(by_size)[members])


def _explained(products: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Give R² of each set of players, shape (2^players,); bit i of the place tells whether player i is in."""
    variances, at = np.diag(products), 0
    left = products[None]
    for size in sizes:
        swept = left
        for _ in range(size):
            swept = _sweep(swept, variances[at])
            at += 1
        left = np.concatenate([left[:, size:, size:], swept])
    residual = left[:, 0, 0]
    return np.asarray(1 - residual / residual[0])


def _sweep(left: np.ndarray, variance: float) -> np.ndarray:
    """Take the first column out of all others; one that follows from those taken out before changes nothing."""
    pivot = left[..., 0, 0]
    usable = pivot > _SINGULAR * variance
    factor = np.where(usable, 1 / np.where(usable, pivot, 1), 0.0)[..., None, None]
    return np.asarray(left[..., 1:, 1:] - left[..., 1:, :1] * (left[..., :1, 1:] * factor))
