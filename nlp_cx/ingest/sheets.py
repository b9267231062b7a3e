"""Which sheets of a spreadsheet are read, and a sheet's grid as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from nlp_cx.errors import ColumnError
from nlp_cx.ingest.columns import find_column
from nlp_cx.ingest.header import find_header
from nlp_cx.ingest.table import Broken, Row, Table

_TOP = 30


def choose_sheets(
    path: Path, names: Sequence[str], hidden: Sequence[str], sheet: str | None
) -> tuple[list[str], list[str]]:
    """Take the sheet that was named, else all that are not hidden."""
    if sheet is not None:
        try:
            return [find_column(sheet, names)], []
        except ColumnError as error:
            raise ColumnError(
                f"{path.name} has no sheet {sheet!r}; its sheets are: {', '.join(map(repr, names))}"
            ) from error
    visible = [name for name in names if name not in hidden] or list(names)
    return visible, [
        f"sheet {name!r} is hidden and was left out; name it to read it" for name in names if name not in visible
    ]


def grid_table(name: str, grid: Callable[[], Iterator[Row]], height: int | None = None) -> Table | None:
    """Make a table of a sheet; None if the sheet is empty."""
    header = find_header(list(islice(grid(), _TOP)))
    if header is None:
        return None
    width, start = len(header.names), header.start

    def rows() -> Iterator[Row | Broken]:
        for number, cells in grid():
            if number >= start:
                yield number, cells if len(cells) == width else [*cells[:width], *[None] * (width - len(cells))]

    total = None if height is None else max(0, height - start + 1)
    notes = tuple(f"sheet {name!r}: {note}" for note in header.notes)
    return Table(name=name, header=header.names, rows=rows, total=total, notes=notes)
