"""CSV and its kin: any delimiter, quoted line ends, stray quotes."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path

from nlp_cx.ingest.columns import ends_in_text, header_confidence
from nlp_cx.ingest.encoding import LINE, TextFile
from nlp_cx.ingest.header import find_header
from nlp_cx.ingest.rejected import CELL_SHOWN, Problem
from nlp_cx.ingest.table import Broken, Row, Table

_NONE = "\x1f"
"""Delimiter of a file that has one column: no text holds it."""
_DELIMITERS = ",;\t|"
_SNIFFED = 200
_TOP = 30
_OPEN_QUOTE = 5000
_HABIT = 0.2
"""From this share on, rows that end before the last column are a file's way to write blank cells."""
_PROSE = 0.8
"""From this share on, commas that a blank follows are punctuation, where lines have differing numbers of them."""


class _OpenQuoteError(Exception):
    """A quote was opened and not closed within reason."""


@dataclass(slots=True)
class _Records:
    """CSV records of a stream of lines, each with the lines it took; a stray quote costs its own line only."""

    lines: Iterator[str]
    delimiter: str
    taken: list[str] = field(default_factory=list)
    ended: bool = False
    again: deque[str] = field(default_factory=deque)

    def read(self, width: int = 0) -> Iterator[list[str] | str]:
        """Give each record's cells, or the line as it is if its quote never closes.

        Args:
            width: Cells of a sound record; one that spans lines and has not so many began with a stray quote.
        """
        while True:
            reader = csv.reader(self._feed(), delimiter=self.delimiter)
            try:
                for cells in reader:
                    if (len(self.taken) > 1 or self.ended) and self._is_open(cells, width):
                        raise _OpenQuoteError
                    yield cells
                    self.taken.clear()
            except _OpenQuoteError:
                yield self.taken[0]
                self.again.extendleft(reversed(self.taken[1:]))
                self.taken.clear()
                self.ended = False
                continue
            except csv.Error:
                yield self.taken[-1]
                self.taken.clear()
                continue
            return

    def _feed(self) -> Iterator[str]:
        """Hand lines to the parser and remember those of the current record."""
        size = 0
        while True:
            line = self.again.popleft() if self.again else next(self.lines, None)
            if line is None:
                self.ended = True
                return
            self.taken.append(line)
            size = size + len(line) if len(self.taken) > 1 else len(line)
            if len(self.taken) > _OPEN_QUOTE or size > 2 * LINE:
                raise _OpenQuoteError
            yield line

    def _is_open(self, cells: Sequence[str], width: int) -> bool:
        """Tell whether the record swallowed lines that are not its own."""
        if len(self.taken) > 1 and width and len(cells) != width:
            return True
        try:
            list(csv.reader(self.taken, delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            return len(self.taken) > 1 or "unexpected end" in str(error)
        return False


def _sniff(lines: Sequence[str]) -> str:
    """Find the delimiter that cuts most lines into equally many cells, or the first into headers that are known."""
    best = (0.0, _NONE)
    for delimiter in _DELIMITERS:
        cut = [cells for cells in _Records(iter(lines), delimiter).read() if isinstance(cells, list) and cells]
        cut = cut[: max(1, len(cut) - 1)] if len(lines) >= _SNIFFED else cut  # the last may be cut short
        if not cut:
            continue
        widths = [len(cells) for cells in cut]
        width = max(sorted(set(widths), reverse=True), key=widths.count)
        share = sum(found == width for found in widths) / len(widths)
        firsts = sum(found == width for found in widths[:3]) / len(widths[:3])
        known = len(cut[0]) > 1 and sum(header_confidence(cell) > 0.8 for cell in cut[0]) > 1
        if not known and share < 0.9 and _is_prose(cut):
            continue
        if width > 1 and (share > 0.85 or (share > 0.5 and firsts > 0.6) or known):
            best = max(best, (share * width**0.5 + known, delimiter))
    return best[1]


def _is_prose(cut: Sequence[Sequence[str]]) -> bool:
    """Tell whether lines were cut at the commas and semicolons of sentences."""
    later = [cell for cells in cut for cell in cells[1:]]
    return sum(cell[:1] == " " for cell in later) > _PROSE * len(later)


def open_delimited(path: Path, sheet: str | None) -> tuple[list[Table], list[str]]:
    """Open delimited text."""
    csv.field_size_limit(max(csv.field_size_limit(), 4 * LINE))
    source = TextFile.of(path)
    lines = source.first_lines(_SNIFFED)
    declared = re.fullmatch(r"\ufeff?sep=(.)\s*", lines[0]) if lines else None
    delimiter = declared[1] if declared else _sniff(lines)

    def records(width: int = 0) -> Iterator[tuple[int, list[str] | str]]:
        return enumerate(_Records(source.read_lines(), delimiter).read(width), start=1)

    few = len(lines) if len(lines) < _SNIFFED else _SNIFFED
    first = [(number, cells if isinstance(cells, list) else []) for number, cells in islice(records(), few)]
    is_list = delimiter == _NONE and path.suffix.lower() not in (".csv", ".tsv")
    header = find_header(first[1 if declared else 0 :][:_TOP], ragged=True, is_list=is_list)
    if header is None:
        return [], source.notes
    width = len(header.names)
    fill = _omits_blanks([len(cells) for number, cells in first if number >= header.start and cells], width)

    def rows() -> Iterator[Row | Broken]:
        for number, cells in records(0 if fill else width):
            if number < header.start:
                continue
            if cells.__class__ is list and len(cells) == width:
                yield number, cells
            elif isinstance(cells, str):
                problem = Problem("a quote is opened and never closed", "dấu ngoặc kép mở mà không đóng")
                yield Broken(number, problem, {"line": cells[:CELL_SHOWN].rstrip("\r\n")})
            elif cells:
                yield _fit(number, cells, header.names, fill=fill, delimiter=delimiter)

    total = None if source.lines is None else max(0, source.lines - header.start + 1)
    table = Table(name=None, header=header.names, rows=rows, total=total, damaged=not source.sound, notes=header.notes)
    return [table], source.notes


def _omits_blanks(widths: Sequence[int], width: int) -> bool:
    """Tell whether a file leaves out blank cells at the ends of rows, by habit and not because lines are broken."""
    broken = any(one < width and other < width and one + other == width + 1 for one, other in pairwise(widths))
    return not broken and sum(found < width for found in widths) > _HABIT * len(widths)


def _is_cut_elsewhere(cells: Sequence[str], width: int) -> bool:
    """Tell whether a row has one cell because it has another delimiter than the file: that would be lost in an id."""
    return len(cells) == 1 and width > 1 and any(cells[0].count(other) >= width - 1 for other in _DELIMITERS)


def _fit(number: int, cells: list[str], header: Sequence[str], *, fill: bool, delimiter: str) -> Row | Broken:
    """Make a row as wide as the header, if nothing is lost and nothing guessed by that."""
    width = len(header)
    if len(cells) > width and ends_in_text(header) and all(cell[:1] == " " for cell in cells[width:]):
        return number, [*cells[: width - 1], delimiter.join(cells[width - 1 :])]  # commas of an unquoted comment
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return number, cells[:width]
    if len(cells) < width and ((fill and not _is_cut_elsewhere(cells, width)) or not any(map(str.strip, cells))):
        return number, [*cells, *[""] * (width - len(cells))]
    problem = Problem(
        f"the row has {len(cells)} cells where the header has {width}: quote cells that hold delimiters or line ends",
        f"dòng có {len(cells)} ô nhưng tiêu đề có {width}: đặt ô chứa dấu phân cách hoặc xuống dòng trong ngoặc kép",
    )
    names = [*header, *(f"column_{place}" for place in range(width + 1, len(cells) + 1))]
    return Broken(number, problem, dict(zip(names, cells, strict=False)))
