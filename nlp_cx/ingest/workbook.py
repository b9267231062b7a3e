"""XLSX, read row by row."""

from __future__ import annotations

import re
import warnings
import weakref
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from nlp_cx.errors import FileError
from nlp_cx.ingest.calamine import open_calamine
from nlp_cx.ingest.merged import find_merged
from nlp_cx.ingest.sheets import choose_sheets, grid_table
from nlp_cx.ingest.table import Row, Table

if TYPE_CHECKING:
    from openpyxl import Workbook

_XML_FAULTS = (
    zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError, OSError,
    NotImplementedError, zlib.error,
)  # fmt: skip
_ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"))
_ROW_BYTES = 15
"""No row of a sheet is written in less."""
_DIMENSION = re.compile(rb'<(?:\w+:)?dimension [^>]*?ref="[A-Z$]+\$?\d+:[A-Z$]+\$?(\d+)"')
_NO_VALUE = re.compile(rb'<c (?![^>]*t="str")[^>]*><f[^>]*>[^<]*</f>\s*(?:<v\s*/>|<v></v>|</c>)')
_UNCALCULATED = "sheet {!r} has formulas without values, read as blank: open the file in Excel, save it and try again"
_ESCAPED = re.compile(r"_x(00[01][0-9A-Fa-f]|005[Ff])_")


def open_xlsx(path: Path, sheet: str | None) -> tuple[list[Table], list[str]]:
    """Open XLSX with openpyxl's streaming reader, whose memory follows the texts and not the grid's corners."""
    try:
        book = _workbook(path)
    except _XML_FAULTS:
        return open_calamine(path, sheet)  # it reads some files that openpyxl refuses
    names = [each.title for each in book.worksheets]
    if not names:
        return open_calamine(path, sheet)
    hidden = [each.title for each in book.worksheets if each.sheet_state != "visible"]
    chosen, notes = choose_sheets(path, names, hidden, sheet)
    tables = []
    for name in chosen:
        part = book[name]._worksheet_path
        height, uncalculated = _look_into(path, part)
        table = grid_table(name, partial(_xlsx_rows, path, book[name]), height)
        if table is not None:
            tables.append(replace(table, merged=partial(find_merged, path, part)))
            notes += [_UNCALCULATED.format(name)] if uncalculated else []
    return tables, notes


def _look_into(path: Path, part: str) -> tuple[int | None, bool]:
    """Tell how many rows a sheet may hold, if what it declares is credible, and whether formulas lack their values."""
    with zipfile.ZipFile(path) as archive, archive.open(part) as file:
        head = file.read(1 << 20)
        declared = _DIMENSION.search(head)
        height = int(declared[1]) if declared else None
        credible = height is not None and height * _ROW_BYTES <= archive.getinfo(part).file_size
        return height if credible else None, _NO_VALUE.search(head) is not None


def _workbook(path: Path) -> Workbook:
    """Open a workbook for reading row by row, formulas as their last values; its file is closed when it is let go."""
    from openpyxl import load_workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

    # A sheet that does not declare its size would be read to its end, all of it in memory; nothing here asks for it.
    ReadOnlyWorksheet._get_size = lambda _sheet: None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    weakref.finalize(book, book._archive.close)
    return book


def _xlsx_rows(path: Path, sheet: Any) -> Iterator[Row]:
    """Read the rows of one sheet with their numbers."""
    number = 0
    sheet.reset_dimensions()
    try:
        rows = enumerate(sheet.iter_rows(values_only=True), start=1)
        while True:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                block = list(islice(rows, 500))
            if not block:
                return
            for number, cells in block:
                yield number, [_plain(cell) if isinstance(cell, str) else cell for cell in cells]
    except _XML_FAULTS as error:
        raise FileError(
            f"{path.name}, sheet {sheet.title!r}, breaks after row {number} ({error}): save it again"
        ) from error


def _plain(cell: str) -> str | None:
    """Take an error for nothing, and read what XLSX escapes: _x000D_ is a carriage return."""
    if cell[:1] == "#" and cell in _ERRORS:
        return None
    return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), cell) if "_x00" in cell else cell
