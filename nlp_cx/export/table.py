"""A table with typed columns: what workbooks, CSV and Parquet files are written from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "text", "wide", "long", "themes", "evidence", "polarity", "flag", "count", "number", "figure", "share", "moment",
]  # fmt: skip
"""What a column's cells are.

text, wide and long (they want wider columns), polarity: str. themes: [[theme, polarity], ...].
evidence: [[theme, [words, ...]], ...]. flag: bool. count: int. number: float.
figure: float, shown with decimals always. share: float in [0, 1].
moment: a date or a time as ISO 8601. None is no value.
"""
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: a key for machines, a title for people, the kind of its cells."""

    key: str
    title: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A named table. Rows are read once, may be many, and leave out the keys of empty cells."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Mapping[str, object]]


def whole(text: str) -> str:
    """Replace halves of surrogate pairs, which no file can hold, by U+FFFD each; offsets stay."""
    return _SURROGATE.sub("\ufffd", text)


def writable(text: str) -> str:
    r"""Take out control characters and halves of surrogate pairs.

    Examples:
        >>> writable("a\x00b")
        'ab'
    """
    return whole(_UNWRITABLE.sub("", text))


def plain(kind: Kind, cell: object) -> str | int | float | None:
    """Write a cell for machines: one line, ids as they are, `true` and `false`.

    Args:
        kind: Of its column.
        cell: As in a table's rows.

    Returns:
        Text or a number; None for no value.

    Examples:
        >>> plain("themes", [["delivery", "negative"], ["staff", "positive"]])
        'delivery:negative; staff:positive'
    """
    if cell is None:
        return None
    if kind == "themes":
        return "; ".join(f"{theme}:{polarity}" for theme, polarity in cell)  # type: ignore[attr-defined]
    if kind == "evidence":
        return "; ".join(f"{theme}: {' | '.join(words)}" for theme, words in cell)  # type: ignore[attr-defined]
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 1e15 else round(cell, 6)
    return cell if isinstance(cell, int) else str(cell)
