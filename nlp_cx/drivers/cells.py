"""Responses that mention the same and score the same, counted once: a million rows are some ten thousand cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nlp_cx.drivers.table import DriverTable
from nlp_cx.histogram import Scale
from nlp_cx.scores import accepts, method_of

Side = tuple[int, int]
"""A theme's number, and the bit of the judgement: `NEGATIVE` or `POSITIVE`."""
_BLOCK = 12
"""Themes whose codes fit into a number beside 27 bits of what is already counted."""
_ROWS = 65_536


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """The responses to one metric, equal ones counted once."""

    codes: np.ndarray
    """Shape (cells, themes), uint8: mentions as `DriverTable` codes them."""
    worth: np.ndarray
    """Shape (cells,): what an answer is worth, so that the score is its mean: an NPS promoter 100, a detractor -100."""
    counts: np.ndarray
    """Shape (cells,), float64: responses of each cell."""
    cell_of: np.ndarray
    """Shape (n,): the cell of each response."""
    respondents: np.ndarray
    """Shape (n,): who answered, numbered from 0."""
    n_respondents: int
    not_whole: int
    """NPS answers that are no whole numbers, and answers off the scale: left out."""
    values: np.ndarray
    """Shape (cells,): what was ticked."""

    @classmethod
    def of(cls, table: DriverTable, scale: Scale, themes: list[int]) -> Cells:
        """Count the responses that answered.

        Args:
            table: All responses.
            scale: What was asked.
            themes: Numbers of the themes that are kept, in order.
        """
        method = method_of(scale)
        answered = np.flatnonzero(~np.isnan(table.scores[scale]))
        values, place = np.unique(table.scores[scale][answered], return_inverse=True)
        fits = np.array(
            [accepts(scale, value) and scale.min <= value <= scale.max for value in values.tolist()], dtype=bool
        )
        kept = fits[place] if len(values) else np.zeros(0, dtype=bool)
        rows, place = answered[kept], place[kept]
        worths = np.array([method.worth(value) for value in values.tolist()])
        mentions = table.mentions[rows][:, themes]
        first, cell_of = _equal_rows(mentions, place)
        known = np.arange(len(rows)) if table.respondents is None else table.respondents[rows]
        names, respondents = np.unique(known, return_inverse=True)
        return cls(
            codes=mentions[first],
            worth=worths[place[first]] if len(first) else np.zeros(0),
            counts=np.bincount(cell_of, minlength=len(first)).astype(np.float64),
            cell_of=cell_of,
            respondents=respondents,
            n_respondents=len(names),
            not_whole=len(answered) - len(rows),
            values=values[place[first]] if len(first) else np.zeros(0),
        )

    @property
    def n(self) -> int:
        """Responses."""
        return len(self.cell_of)

    @property
    def mean(self) -> float:
        """The score of all."""
        return float(self.counts @ self.worth) / max(self.n, 1)

    def mentions(self, theme: int) -> int:
        """Count the responses that mention a theme, however they judge it."""
        return int(self.counts[self.codes[:, theme] > 0].sum())

    def count(self, side: Side) -> int:
        """Count the responses that judge a theme so."""
        theme, bit = side
        return int(self.counts[(self.codes[:, theme] & bit) > 0].sum())

    def design(self, sides: list[Side], start: int = 0, stop: int | None = None) -> np.ndarray:
        """Give 0 and 1 per cell and side, shape (cells, sides), float64."""
        columns = [(self.codes[start:stop, theme] & bit) > 0 for theme, bit in sides]
        return np.column_stack(columns).astype(np.float64) if columns else np.zeros((len(self.codes[start:stop]), 0))

    def blocks(self) -> Iterator[slice]:
        """Cut the cells into pieces that fit the memory at hand."""
        for start in range(0, len(self.codes), _ROWS):
            yield slice(start, min(start + _ROWS, len(self.codes)))

    def outer(self, influence: np.ndarray) -> np.ndarray:
        """Sum the squares of what each of several respondents adds, the rows of one added up before.

        Args:
            influence: Shape (cells, c): what one response of a cell adds to each of c estimates.

        Returns:
            Shape (c, c): the sum over respondents of the outer product, times G / (G - 1) if some answered twice.
        """
        if self.n_respondents == self.n:
            return np.asarray((influence * self.counts[:, None]).T @ influence)
        if influence.shape[1] == 1:
            sums = np.bincount(self.respondents, weights=influence[self.cell_of, 0], minlength=self.n_respondents)
            return np.array([[sums @ sums]]) * self.n_respondents / (self.n_respondents - 1)
        order = np.argsort(self.respondents, kind="stable")
        begins = np.searchsorted(self.respondents[order], np.arange(self.n_respondents))
        total = np.zeros((influence.shape[1],) * 2)
        for start in range(0, self.n_respondents, _ROWS):
            mine = begins[start : start + _ROWS]
            end = begins[start + _ROWS] if start + _ROWS < self.n_respondents else self.n
            sums = np.add.reduceat(influence[self.cell_of[order[mine[0] : end]]], mine - mine[0], axis=0)
            total += sums.T @ sums
        return total * self.n_respondents / (self.n_respondents - 1)


def _equal_rows(mentions: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find rows that mention and score the same: one row of each kind, and the kind of each row."""
    key = place.astype(np.int64)
    for start in range(0, mentions.shape[1], _BLOCK):
        for theme in range(start, min(start + _BLOCK, mentions.shape[1])):
            key = (key << 3) | mentions[:, theme]
        key = np.unique(key, return_inverse=True)[1]
    _, first, kind = np.unique(key, return_index=True, return_inverse=True)
    return first, kind
