"""XLS, XLSB, ODS, and XLSX that openpyxl refuses: read by calamine in a process of its own, which may fail alone."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from nlp_cx.errors import FileError
from nlp_cx.ingest.sheets import choose_sheets, grid_table
from nlp_cx.ingest.table import Row, Table

_PROGRAM = Path(__file__).with_name("calamine_process.py")


def open_calamine(path: Path, sheet: str | None) -> tuple[list[Table], list[str]]:
    """Open a spreadsheet; a sheet is held in memory, but not in ours."""
    sheets = list(_run(path))
    names = [each["name"] for each in sheets]
    chosen, notes = choose_sheets(path, names, [each["name"] for each in sheets if not each["visible"]], sheet)
    tables = [grid_table(name, partial(_rows, path, name)) for name in chosen]
    return [table for table in tables if table is not None], notes


def _rows(path: Path, sheet: str) -> Iterator[Row]:
    """Read the rows of one sheet with their numbers."""
    return enumerate(_run(path, sheet), start=1)


def _run(path: Path, *sheet: str) -> Iterator[Any]:
    """Run calamine and read what it writes, as it writes it."""
    command = [sys.executable, "-P", str(_PROGRAM), str(path.absolute()), *sheet]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as faults:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=faults, encoding="utf-8") as process:  # noqa: S603
            try:
                yield from map(json.loads, process.stdout or ())
            except GeneratorExit:
                process.kill()  # nobody wants the rest
                raise
        if process.returncode:
            faults.seek(0)
            raise FileError(_fault(path, faults.read(1 << 20)))


def _fault(path: Path, told: str) -> str:
    """Say why calamine failed, in a line."""
    lines = [line.strip() for line in told.splitlines()]
    why = next((line.partition(": ")[2] for line in lines if "Error: " in line), "its cells are out of bounds")
    if "password" in told.lower():
        return f"{path.name} is protected by a password: save it again as .xlsx without a password, or as CSV"
    return f"{path.name} cannot be opened ({why}): save it again as .xlsx without a password, or as CSV"
