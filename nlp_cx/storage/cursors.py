"""Opaque cursors: where a page ended."""

from __future__ import annotations

import base64
import binascii
import json

from nlp_cx.errors import RequestError

_LARGEST = 1 << 63


def write_cursor(kind: str, *numbers: int) -> str:
    """Write a cursor.

    Examples:
        >>> read_cursor("comments", write_cursor("comments", 7, -1), 2)
        (7, -1)
    """
    return base64.urlsafe_b64encode(json.dumps([kind, *numbers]).encode()).decode().rstrip("=")


def read_cursor(kind: str, cursor: str, count: int) -> tuple[int, ...]:
    """Read a cursor.

    Args:
        kind: List that it must be of.
        cursor: As `write_cursor` made it.
        count: Numbers in it.

    Returns:
        The numbers.

    Raises:
        RequestError: If it was edited or is of another list.
    """
    try:
        value = json.loads(base64.b64decode(cursor[:300] + "=" * (-len(cursor[:300]) % 4), b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        value = None
    if (
        not isinstance(value, list)
        or len(value) != count + 1
        or value[0] != kind
        or not all(type(number) is int and -_LARGEST <= number < _LARGEST for number in value[1:])
    ):
        raise RequestError("after", "is no cursor of this list: take it from the page before, or leave it out")
    return tuple(value[1:])
