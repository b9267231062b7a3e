"""Tables as an Excel workbook that a person can filter, read and pivot. Strings stay strings: nothing is calculated."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp_cx.errors import OutputError
from nlp_cx.export.table import Kind, Table, writable
from nlp_cx.words import Tongue, say, theme_names

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

ROWS = 1_048_576
"""Rows of one sheet, the header counted; Excel's limit."""
CELL = 32_767
"""UTF-16 units of one cell; Excel's limit."""
CUT = " […]"
"""Stands at the end of a cell that was cut."""
_A4 = 9
_PAGE = 260
"""Characters that fit the width of a landscape page in a readable size."""
_LINE = 15
"""Points of one line of a row."""
_NARROW, _BOLD = 1.1, 0.9
"""Letters of texts and of titles, with the button of their filter, that take the room of one digit."""
_TALLEST = 12
"""Lines of a row that are shown; longer texts are whole in their cells."""
_WIDTHS: Mapping[Kind, float] = {
    "text": 20, "wide": 50, "long": 70, "themes": 38, "evidence": 44, "polarity": 14, "flag": 12, "count": 12,
    "number": 12, "figure": 12, "share": 12, "moment": 17,
}  # fmt: skip
_NUMBERS: Mapping[Kind, str] = {
    "count": "#,##0_)", "number": "0.00_)", "figure": "0.00_)", "share": "0.0%_)", "moment": "yyyy-mm-dd hh:mm",
}  # fmt: skip
"""Formats of numbers; `_)` keeps them apart from the text beside them."""
_COLOURS = {"negative": "#B3261E", "neutral": "#6B6B6B", "positive": "#1B7F3B"}


def fit(text: str) -> str:
    """Make text fit a cell: no control characters, at most CELL units, cut with a mark.

    Examples:
        >>> len(fit("a" * 40_000)), fit("a" * 40_000)[-5:]
        (32767, 'a […]')
    """
    text = writable(text)
    if len(text) > CELL // 2:
        units = text.encode("utf-16-le")
        if len(units) > 2 * CELL:
            text = units[: 2 * (CELL - len(CUT))].decode("utf-16-le", "ignore") + CUT
    if text.startswith("<r>") and text.endswith("</r>"):
        text += " "  # XlsxWriter would take it for markup of its own
    return text


def lines(text: str, width: float) -> int:
    r"""Tell how many lines text takes in a column, 1 to what is shown of a row.

    Examples:
        >>> lines("ok", 20), lines("a" * 50, 20), lines("one\ntwo", 20), lines("a" * 100_000, 20)
        (1, 3, 2, 12)
    """
    if len(text) <= width and "\n" not in text:
        return 1
    parts = text[: int(width * _TALLEST)].split("\n", _TALLEST)
    return min(_TALLEST, sum(max(1, ceil(len(part) / width)) for part in parts))


def shown(kind: Kind, cell: object, lang: Tongue) -> str:
    """Write a cell that is no number as people read it.

    Examples:
        >>> shown("themes", [["price", "positive"]], "vi")
        'Giá & giá trị: tích cực'
    """
    if kind == "themes":
        listed: Sequence[tuple[str, str]] = cell  # type: ignore[assignment]  # the kind says so
        return "\n".join(f"{theme_names(theme, lang)[0]}: {say(f'polarity.{how}', lang)}" for theme, how in listed)
    if kind == "evidence":
        proven: Sequence[tuple[str, Sequence[str]]] = cell  # type: ignore[assignment]
        return "\n".join(f"{theme_names(theme, lang)[0]}: {' | '.join(words)}" for theme, words in proven)
    if kind == "polarity":
        return say(f"polarity.{cell}", lang)
    if kind == "flag":
        return say("flag.true" if cell else "flag.false", lang)
    return str(cell)


def write_workbook(path: Path, tables: Sequence[Table], *, lang: Tongue = "en", rows_per_sheet: int = ROWS) -> None:
    """Write tables as sheets, in flat memory.

    Args:
        path: The file.
        tables: Their rows are read once; a table that is longer than a sheet goes on in further sheets.
        lang: Language of words in cells.
        rows_per_sheet: Rows of one sheet, the header counted.

    Raises:
        OutputError: If the workbook grows beyond what its format holds.
        OSError: If the file cannot be written.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError, FileSizeError

    with tempfile.TemporaryDirectory(prefix=".nlp-cx-", dir=path.parent) as folder:
        options = {"constant_memory": True, "tmpdir": folder, "use_zip64": True, "strings_to_urls": False}
        workbook = xlsxwriter.Workbook(str(path), options)
        sheets = _Sheets(workbook, lang, rows_per_sheet)
        try:
            for table in tables:
                sheets.add(table)
            workbook.close()
        except FileCreateError as error:
            raise OSError(str(error)) from error
        except FileSizeError as error:
            raise OutputError(f"the workbook gets too large ({error}): write .csv or .parquet instead") from error
        finally:
            workbook.fileclosed = True  # or XlsxWriter would try to write once more when it is collected
            for sheet in workbook.worksheets():
                with suppress(OSError, AttributeError):
                    sheet.row_data_fh.close()


class _Sheets:
    """Writes tables into a workbook, with the formats they share."""

    def __init__(self, workbook: Workbook, lang: Tongue, rows_per_sheet: int) -> None:
        self._workbook, self._lang, self._last = workbook, lang, rows_per_sheet - 1
        top = {"valign": "top"}
        self._head = workbook.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4", "bottom": 1}
        )
        self._text = workbook.add_format({"text_wrap": True, **top})
        self._quoted = workbook.add_format({"text_wrap": True, "quote_prefix": True, **top})
        self._plain = workbook.add_format(top)
        self._numbers = {kind: workbook.add_format({"num_format": form, **top}) for kind, form in _NUMBERS.items()}
        self._numbers["moment"].set_align("left")
        self._day = workbook.add_format({"num_format": "yyyy-mm-dd", "align": "left", **top})
        self._polarity = {name: workbook.add_format({"font_color": colour, **top}) for name, colour in _COLOURS.items()}
        self._names: set[str] = set()
        self._lines = 1  # of the row that is being written

    def add(self, table: Table) -> None:
        """Write one table, over as many sheets as it takes."""
        sheet = self._open(table)
        row = 0
        put = [(column.key, self._putter(column.kind)) for column in table.columns]
        for cells in table.rows:
            if row == self._last:
                self._close(sheet, table, row)
                sheet, row = self._open(table), 0
            row += 1
            for at, (key, write) in enumerate(put):
                cell = cells.get(key)
                if cell is not None:
                    write(sheet, row, at, cell)
            self._set_height(sheet, row)
        self._close(sheet, table, row)

    def _open(self, table: Table) -> Worksheet:
        """Start a sheet with its header."""
        name, number = table.title[:28], 1
        while name.casefold() in self._names:
            number += 1
            name = f"{table.title[:25]} {number}"
        self._names.add(name.casefold())
        sheet = self._workbook.add_worksheet(name)
        for at, column in enumerate(table.columns):
            sheet.set_column(at, at, _WIDTHS[column.kind])
        sheet.freeze_panes(1, 1)
        for at, column in enumerate(table.columns):
            sheet.write_string(0, at, fit(column.title), self._head)
            self._lines = max(self._lines, lines(column.title, _BOLD * _WIDTHS[column.kind]))
        self._set_height(sheet, 0)
        if table.name == "overview":
            sheet.activate()
        sheet.set_landscape()
        sheet.set_paper(_A4)
        if sum(_WIDTHS[column.kind] for column in table.columns) <= _PAGE:
            sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def _set_height(self, sheet: Worksheet, row: int) -> None:
        """Make a row as high as its texts, for not every program does so; what was kept of the row above it goes."""
        sheet.row_info.pop(row - 1, None)
        sheet.row_sizes.pop(row - 1, None)
        if self._lines > 1:
            sheet.set_row(row, _LINE * self._lines)
        self._lines = 1

    def _close(self, sheet: Worksheet, table: Table, last: int) -> None:
        """Finish a sheet."""
        sheet.autofilter(0, 0, last, len(table.columns) - 1)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})

    def _putter(self, kind: Kind) -> Callable[[Worksheet, int, int, Any], object]:
        """Give what writes a cell of a kind."""
        if kind == "number":
            return self._put_number
        if kind in ("count", "figure", "share"):
            style = self._numbers[kind]
            return lambda sheet, row, at, cell: sheet.write_number(row, at, cell, style)
        if kind == "moment":
            return self._put_moment
        if kind == "polarity":
            said = {name: (shown("polarity", name, self._lang), style) for name, style in self._polarity.items()}
            return lambda sheet, row, at, cell: sheet.write_string(row, at, *said[cell])
        if kind == "flag":
            words = {flag: shown("flag", flag, self._lang) for flag in (True, False)}
            return lambda sheet, row, at, cell: sheet.write_string(row, at, words[cell], self._plain)
        width = _WIDTHS[kind]
        return lambda sheet, row, at, cell: self._put_text(sheet, row, at, shown(kind, cell, self._lang), width)

    def _put_text(self, sheet: Worksheet, row: int, at: int, text: str, width: float) -> None:
        """Write text as text, even when it looks like a formula and even after somebody edits the cell."""
        style: Format = self._quoted if text[:1] in "=+-@" else self._text
        sheet.write_string(row, at, fit(text), style)
        self._lines = max(self._lines, lines(text, _NARROW * width))

    def _put_number(self, sheet: Worksheet, row: int, at: int, number: float) -> None:
        """Write a number with as many decimals as it is worth."""
        sheet.write_number(row, at, number, self._numbers["count" if float(number).is_integer() else "number"])

    def _put_moment(self, sheet: Worksheet, row: int, at: int, cell: object) -> None:
        """Write a date or a time as the clock on the wall showed it; Excel knows none before 1900."""
        moment = datetime.fromisoformat(str(cell)).replace(tzinfo=None)
        if moment.year < 1900:
            sheet.write_string(row, at, str(cell), self._plain)
        else:
            sheet.write_datetime(row, at, moment, self._day if len(str(cell)) == 10 else self._numbers["moment"])
