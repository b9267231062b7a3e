"""Opaque cursors: where a page ended.

A cursor is a letter for its list and a few numbers of fixed width, so that whatever fits `cursor_pattern` is a place in
that list: an edited cursor either is refused by its form or gives another page of the same list, never an error inside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from nlp_cx.errors import RequestError

LISTS: Mapping[str, tuple[str, int]] = {
    "batches": ("b", 1),
    "results": ("r", 1),
    "rejected": ("x", 1),
    "deliveries": ("d", 1),
    "firings": ("f", 1),
    "labels": ("l", 1),
    "stored": ("s", 1),
    "newest": ("n", 2),
    "oldest": ("o", 2),
}
"""List -> the letter and the count of numbers of its cursors."""
_OFFSET = 1 << 63
_DIGITS = 16


def cursor_pattern(*lists: str) -> str:
    """Give the form of the cursors of some lists, as a regular expression of JSON Schema.

    Examples:
        >>> cursor_pattern("batches")
        '^(b[0-9a-f]{16})$'
    """
    forms = (f"{letter}[0-9a-f]{{{_DIGITS * count}}}" for letter, count in (LISTS[each] for each in lists))
    return f"^({'|'.join(forms)})$"


def write_cursor(kind: str, *numbers: int) -> str:
    """Write a cursor.

    Examples:
        >>> write_cursor("newest", 7, -1)
        'n80000000000000077fffffffffffffff'
        >>> read_cursor("newest", write_cursor("newest", 7, -1), 2)
        (7, -1)
    """
    return LISTS[kind][0] + "".join(f"{number + _OFFSET:0{_DIGITS}x}" for number in numbers)


def read_cursor(kind: str, cursor: str, count: int) -> tuple[int, ...]:
    """Read a cursor.

    Args:
        kind: List that it must be of.
        cursor: As `write_cursor` made it.
        count: Numbers in it.

    Returns:
        The numbers, each of 64 bits.

    Raises:
        RequestError: If it was edited or is of another list.
    """
    if not re.fullmatch(cursor_pattern(kind), cursor):
        raise RequestError("after", "is no cursor of this list: take it from the page before, or leave it out")
    return tuple(int(cursor[1 + at * _DIGITS :][:_DIGITS], 16) - _OFFSET for at in range(count))
