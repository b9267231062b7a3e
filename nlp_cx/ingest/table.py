"""A header and rows, whatever the format of the file they came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from nlp_cx.ingest.columns import RoleName
from nlp_cx.ingest.rejected import Problem

Row = tuple[int, Sequence[object]]
"""A row's number and its cells, in the order of the header."""


class Broken(NamedTuple):
    """A row that a file's reader could not make cells of."""

    row: int
    problem: Problem
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A header and rows that can be read again and again."""

    name: str | None
    """The sheet; None where the format has none."""
    header: tuple[str, ...]
    rows: Callable[[], Iterator[Row | Broken]]
    total: int | None = None
    """Rows to come, for a progress bar; None if counting them would cost a reading."""
    known: Mapping[str, RoleName] = field(default_factory=dict)
    """Roles that the format itself fixes."""
    structured: tuple[str, ...] = ()
    """Columns that hold scores or segments as objects."""
    every_row: bool = False
    """Whether a row without anything in it is a comment all the same, and ids are kept to the letter."""
    merged: Callable[[], Mapping[int, Sequence[tuple[int, int]]]] = dict
    """Cells merged over several rows, by column: (first row, last row)."""
    damaged: bool = False
    """Whether some bytes could not be decoded."""
    notes: tuple[str, ...] = ()


def characters(row: Row | Broken) -> int:
    """Count the characters of a row's cells, for whoever keeps several rows in memory.

    Examples:
        >>> characters((2, ["chậm", 7, None, "quá"]))
        7
    """
    return 0 if isinstance(row, Broken) else sum(len(cell) for cell in row[1] if isinstance(cell, str))
