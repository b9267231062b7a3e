"""One cell, whatever its type: is it blank, how is it written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date


def is_blank(cell: object) -> bool:
    """Tell whether a cell has nothing in it. 0 is something."""
    if cell.__class__ is str:
        return not cell or cell.isspace() or cell == "\ufeff"
    return cell is None or cell != cell


def all_blank(cells: Sequence[object]) -> bool:
    """Tell whether a row has nothing in it."""
    return all(map(is_blank, cells))


def as_text(cell: object) -> str:
    """Write a cell as text: nothing for a missing one, no '.0' behind whole numbers.

    Examples:
        >>> as_text(7.0), as_text(None), as_text(float("nan")), as_text(["a"])
        ('7', '', '', '["a"]')
    """
    if isinstance(cell, str):
        return cell
    if is_blank(cell):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    if isinstance(cell, date):
        return cell.isoformat()
    return json.dumps(cell, ensure_ascii=False, default=str) if isinstance(cell, dict | list) else str(cell)


def as_word(cell: object) -> str:
    """Write a cell as trimmed text without NUL: an id, a segment's value."""
    text = cell if isinstance(cell, str) else as_text(cell)
    return text.replace("\0", "").strip() if "\0" in text else text.strip()
