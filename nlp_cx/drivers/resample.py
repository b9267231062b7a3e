"""What would have come out had other customers answered: respondents drawn anew, all rows of each together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from nlp_cx.drivers.cells import Cells, Side

GROUPS = 2_000
"""More respondents than this are dealt at random into so many groups, which are drawn instead: sums over groups vary as
sums over respondents do, and resampling a million comments costs no more than resampling these."""


def resampled_moments(
    cells: Cells, sides: Sequence[Side], *, resamples: int, draw: np.random.Generator
) -> Iterator[np.ndarray]:
    """Draw respondents with replacement, as many as there are, again and again.

    Args:
        cells: The responses.
        sides: The columns.
        resamples: How often.
        draw: Where chance comes from.

    Yields:
        Sums of products about the means, shape (sides + 1, sides + 1), the score last.
    """
    if not resamples:
        return
    moments = _group_moments(cells, sides, draw)
    groups, width = len(moments), len(sides) + 2
    flat = moments.reshape(groups, -1)
    for _ in range(resamples):
        weights = np.bincount(draw.integers(groups, size=groups), minlength=groups).astype(np.float64)
        products = (weights @ flat).reshape(width, width)
        sums = products[0]
        yield products[1:, 1:] - np.outer(sums[1:], sums[1:]) / sums[0]


def _group_moments(cells: Cells, sides: Sequence[Side], draw: np.random.Generator) -> np.ndarray:
    """Sum the products of 1, the columns and the score within each group; shape (groups, sides + 2, sides + 2)."""
    groups = min(GROUPS, cells.n_respondents)
    dealt = draw.permutation(cells.n_respondents) % groups
    mine = dealt[cells.respondents]
    order = np.argsort(mine, kind="stable")
    begins = np.searchsorted(mine[order], np.arange(groups + 1))
    kinds = cells.cell_of[order]
    columns = np.array([theme for theme, _ in sides], dtype=np.intp)
    bits = np.array([bit for _, bit in sides], dtype=np.uint8)
    moments = np.empty((groups, len(sides) + 2, len(sides) + 2))
    for group in range(groups):
        rows = kinds[begins[group] : begins[group + 1]]
        block = np.ones((len(rows), len(sides) + 2))
        block[:, 1:-1] = (cells.codes[rows[:, None], columns] & bits) > 0
        block[:, -1] = cells.worth[rows] - cells.mean
        moments[group] = block.T @ block
    return moments
