"""Where the header of a grid is, and how its columns are called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median_low, mode

from nlp_cx.ingest.cells import as_text, is_blank
from nlp_cx.ingest.columns import ends_in_text, header_confidence
from nlp_cx.ingest.table import Row

_KNOWN = 0.55
"""From here on a cell counts as a header that is known."""
_KNOWN_ALONE = 0.7
"""The same where it is the only cell of its row and may be a comment, unless it ends as a question."""
_CERTAIN = 0.95
_SENTENCE = 4
_ANSWERS = frozenset(("response", "open-ended response"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Unique column names, the number of the first row below them, and what a person should know of it."""

    names: tuple[str, ...]
    start: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Line:
    """A row that is not blank, with what it looks like."""

    number: int
    cells: Sequence[object]

    @cached_property
    def filled(self) -> int:
        """Count the cells that hold something."""
        return sum(not is_blank(cell) for cell in self.cells)

    @cached_property
    def width(self) -> int:
        """Count the cells up to the last that holds something."""
        return max((place for place, cell in enumerate(self.cells, 1) if not is_blank(cell)), default=0)

    @cached_property
    def known(self) -> int:
        """Count the cells that read like headers."""
        alone = self.filled == 1
        return sum(
            header_confidence(cell) >= (_KNOWN_ALONE if alone and not as_text(cell).rstrip().endswith("?") else _KNOWN)
            for cell in self.cells
        )


def find_header(top: Sequence[Row], *, ragged: bool = False, is_list: bool = False) -> Header | None:
    """Find the header among a grid's first rows; titles above it are passed over.

    Args:
        top: The first rows with their numbers.
        ragged: Whether rows may be wider than the table by mistake; else the widest row tells the table's width.
        is_list: Whether a single column is all texts, unless its first row is a header that is known.

    Returns:
        The header; its names are column_1, ... where the grid has none. None if there is nothing at all.
    """
    lines = [line for number, cells in top if (line := _Line(number, cells)).filled]
    if not lines:
        return None
    codes = next((place for place, line in enumerate(lines) if _is_import_codes(line)), 0)
    best = codes - 1 if codes else _best(lines)  # Qualtrics: short names, questions, codes
    line, below = lines[best], lines[max(codes, best) + 1 :]
    widths = [other.width for other in (line, *below)]
    if ragged:  # rows that are wider have unnamed columns, or commas in the comments that end them
        named = line.known > 1 and ends_in_text([as_text(cell) for cell in line.cells[: line.width]])
        width = line.width if named else max(line.width, mode(widths))
    else:
        width = max(widths)
    if not line.known and _is_data(line, is_list=is_list):
        names = tuple(f"column_{place}" for place in range(1, width + 1))
        note = f"row {line.number} is data and no header; columns are called {_called(names)}"
        return Header(names=names, start=line.number, notes=(note,))
    labels = below[0] if below and _is_labels(below[0]) else None
    last = labels or lines[max(codes, best)]
    names = _unique(_names(line, labels, width))
    notes = []
    if best and not codes:
        notes.append(f"row {line.number} was taken for the header; the rows above it were left out")
    elif not line.known:
        notes.append(f"no header was recognised; row {line.number} was taken for it: {_called(names)}")
    return Header(names=names, start=last.number + 1, notes=tuple(notes))


def _best(lines: Sequence[_Line]) -> int:
    """Choose the row with the most known headers, if it has nothing but titles above; else the first wide one."""
    usual = median_low(line.filled for line in lines)
    wide = next(place for place, line in enumerate(lines) if line.filled >= 0.5 * usual)
    open_to = [place for place in range(len(lines)) if all(_is_title(line, lines[place]) for line in lines[:place])]
    known = {place: lines[place].known for place in open_to}
    best = max(open_to, key=lambda place: (known[place], -place))
    return best if known[best] and (known[best] > 1 or best <= wide or lines[best].filled <= 3) else wide


def _is_title(line: _Line, header: _Line) -> bool:
    """Tell whether a row above a header may be a title: it is narrower, or it heads a single column."""
    if header.filled == 1:
        return any(header_confidence(cell) >= _CERTAIN for cell in header.cells) and not line.known
    return line.filled <= max(1, 0.7 * header.filled)


def _is_data(line: _Line, *, is_list: bool) -> bool:
    """Tell whether a row without any known header is data: it has numbers, or it is a sentence by itself."""
    if any(_is_number(cell) for cell in line.cells):
        return True
    words = " ".join(as_text(cell) for cell in line.cells).split()
    return line.filled == 1 and line.width == 1 and (is_list or len(words) >= _SENTENCE)


def _is_number(cell: object) -> bool:
    """Tell whether a cell is a bare number, which no header is."""
    return isinstance(cell, int | float) or (isinstance(cell, str) and bool(re.fullmatch(r"\s*\d[\d.,]*\s*", cell)))


def _is_import_codes(line: _Line) -> bool:
    """Tell the third header row of Qualtrics."""
    return any(isinstance(cell, str) and '"ImportId"' in cell for cell in line.cells)


def _is_labels(line: _Line) -> bool:
    """Tell the second header row of SurveyMonkey, which says how a question was answered."""
    return is_blank(line.cells[0]) and any(as_text(cell).strip().lower() in _ANSWERS for cell in line.cells)


def _names(line: _Line, labels: _Line | None, width: int) -> list[str]:
    """Name the columns; an option of a question is named after both."""
    names, question = [], ""
    for place in range(width):
        name = _tidy(line.cells[place]) if place < len(line.cells) else ""
        label = _tidy(labels.cells[place]) if labels and place < len(labels.cells) else ""
        question = name or question
        if label and label.lower() not in _ANSWERS:
            name = f"{question} – {label}"
        names.append(name or f"column_{place + 1}")
    return names


def _tidy(cell: object) -> str:
    """Write a header in one line."""
    return " ".join(as_text(cell).replace("\ufeff", "").split())


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    """Number names that repeat: "Comment", "Comment (2)"."""
    found: dict[str, None] = {}
    twins: dict[str, int] = {}
    for name in names:
        unique = name
        while unique in found:
            twins[name] = twins.get(name, 1) + 1
            unique = f"{name} ({twins[name]})"
        found[unique] = None
    return tuple(found)


def _called(names: Sequence[str]) -> str:
    """List the first names for a note."""
    return ", ".join(repr(name[:60]) for name in names[:5]) + (", ..." if len(names) > 5 else "")
