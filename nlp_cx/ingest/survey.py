"""A survey file, opened: which columns are what, and its rows as comments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from nlp_cx.errors import ColumnError, FileError
from nlp_cx.ingest.calamine import open_calamine
from nlp_cx.ingest.columns import ColumnPlan, Overrides, suggest
from nlp_cx.ingest.comments import CommentReader
from nlp_cx.ingest.delimited import open_delimited
from nlp_cx.ingest.formats import recognise
from nlp_cx.ingest.ids import SeenIds
from nlp_cx.ingest.json_lines import open_json, open_json_lines
from nlp_cx.ingest.parquet import open_parquet
from nlp_cx.ingest.rejected import Rejected
from nlp_cx.ingest.table import Broken, Row, Table, characters
from nlp_cx.ingest.workbook import open_xlsx
from nlp_cx.records import Comment

_SAMPLE = 500
_SAMPLED = 8_000_000
"""Characters after which a sample of rows is large enough."""
_CHOICES = 500
"""Columns that an error lists to choose from."""
_SHEETED = frozenset(("xlsx", "xls", "xlsb", "ods"))
_OPENERS: Mapping[str, Callable[[Path, str | None], tuple[list[Table], list[str]]]] = {
    "csv": open_delimited,
    "xlsx": open_xlsx,
    "xls": open_calamine,
    "xlsb": open_calamine,
    "ods": open_calamine,
    "json": open_json,
    "jsonl": open_json_lines,
    "parquet": open_parquet,
}


class Survey:
    """A survey file that was opened: its plan, and its comments and rejected rows in file order, as often as wanted."""

    def __init__(
        self, path: Path, kind: str, tables: Sequence[tuple[Table, ColumnPlan]], notes: Sequence[str], origin: str = ""
    ) -> None:
        self.path = path
        self.format = kind
        self._tables = tuple(tables)
        self.notes = tuple(notes)
        self._origin = origin
        totals = [table.total for table, _ in tables]
        self.total_rows: int | None = None if None in totals else sum(total or 0 for total in totals)

    @property
    def plan(self) -> ColumnPlan:
        """Roles of the columns; of the first sheet, where there are several."""
        return self._tables[0][1].seen()

    @property
    def plans(self) -> Mapping[str | None, ColumnPlan]:
        """Roles of the columns by sheet; the only key is None where the format has no sheets."""
        return {table.name: plan.seen() for table, plan in self._tables}

    def __iter__(self) -> Iterator[Comment | Rejected]:
        """Read the file from its beginning."""
        return self.rows()

    def rows(self) -> Iterator[Comment | Rejected]:
        """Read the file from its beginning, in blocks.

        Yields:
            Comments and what was rejected, in file order; a field that was rejected goes before its comment.

        Raises:
            FileError: If the file turns out to be broken further on; the message names the row.
        """
        seen = SeenIds()
        for table, plan in self._tables:
            yield from CommentReader(table, plan, seen, several=len(self._tables) > 1, origin=self._origin).read()


def open_tables(path: Path, sheet: str | None = None) -> tuple[str, list[Table], list[str]]:
    """Open a file of any kind that is read here, whatever its columns mean.

    Args:
        path: The file.
        sheet: The sheet to read; every visible one when None.

    Returns:
        Its format, its tables, and how it was read where that was not plain.

    Raises:
        FileError: If the file is missing, empty, encrypted, broken or of no kind that is read here.
    """
    kind = recognise(path)
    return kind, *_OPENERS[kind](path, sheet)


def open_survey(
    path: str | Path, overrides: Overrides | None = None, *, sheet: str | None = None, origin: str = ""
) -> Survey:
    """Open a survey file: CSV and kin, XLSX (XLS, XLSB, ODS), JSON, JSON lines or Parquet, told by its content.

    Args:
        path: The file.
        overrides: What a person says about its columns; the rest is recognised. Of several sheets, each takes what
            names its own columns.
        sheet: The sheet to read; without it every visible sheet that has a text column is read.
        origin: What ids that count rows begin with, where comments of several files are kept together.

    Returns:
        The survey; nothing but its beginning has been turned into comments yet.

    Raises:
        FileError: If the file is missing, empty, encrypted, broken or of no kind that is read here.
        ColumnError: If it has no text column, or `overrides` does not fit it.
    """
    path, overrides = Path(path), overrides or Overrides()
    wanted = sheet if sheet is not None else overrides.sheet
    kind, tables, notes = open_tables(path, wanted)
    if wanted is not None and kind not in _SHEETED:
        raise ColumnError(f"{path.name} is {kind} and has no sheets: leave the sheet out")
    planned: list[tuple[Table, ColumnPlan]] = []
    misfits: list[ColumnError] = []
    headers = [column for table in tables for column in table.header]
    for table in tables:
        try:
            plan = _plan(table, overrides.within(table.header, headers))
        except ColumnError as error:
            misfits.append(error)
            continue
        planned.append((table, plan))
    if not planned:
        raise misfits[0] if misfits else FileError(f"{path.name} holds nothing to analyse: no header, no records")
    sure = [each for each in planned if not _is_guessed(each[1])]
    if sure and len(sure) < len(planned):
        notes += [f"skipped: sheet {table.name!r} has no column that is known to be of comments; name it to read it"
                  for table, plan in planned if _is_guessed(plan)]  # fmt: skip
        planned = sure
    notes += [note for table, plan in planned for note in (*table.notes, *plan.notes)]
    notes += [f"skipped: {error}" for error in misfits]
    return Survey(path, kind, planned, notes, origin)


def _plan(table: Table, overrides: Overrides) -> ColumnPlan:
    """Tell the roles of one table's columns; a table without text is refused."""
    sample = [dict(zip(table.header, row[1], strict=False)) for row in _first(table.rows(), _SAMPLE)]
    try:
        plan = suggest(table.header, sample, overrides, table.known)
    except ColumnError as error:
        raise ColumnError(f"sheet {table.name!r}: {error}" if table.name else str(error)) from error
    if not plan.text:
        where = f"sheet {table.name!r}" if table.name else "the file"
        listed = ", ".join(repr(name[:80]) for name in table.header[:60])
        nested = ", ".join(repr(name[:80]) for name in table.header[:60] if table.known.get(name) == "unused")
        raise ColumnError(
            f"{where} has no column of free text: say which one holds the comments. The columns are: {listed}"
            + (f". These hold lists or objects, which are no text: {nested}" if nested else ""),
            columns=table.header[:_CHOICES],
        )
    return plan


def _is_guessed(plan: ColumnPlan) -> bool:
    """Tell whether the text column was guessed from its values: on a sheet of notes that would be anything."""
    return all(column.why == "values" for column in plan.columns if column.role == "text")


def _first(rows: Iterable[Row | Broken], count: int) -> Iterator[Row]:
    """Give the first sound rows, fewer where they are so long that together they would fill the memory."""
    left = _SAMPLED
    for row in islice((row for row in rows if not isinstance(row, Broken)), count):
        yield row
        left -= characters(row)
        if left < 0:
            return
