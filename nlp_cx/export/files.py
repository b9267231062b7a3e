"""Tables as files: CSV, Parquet and, through `workbook`, XLSX."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from nlp_cx.export.draft import Draft, writing
from nlp_cx.export.table import Column, Kind, Table, plain, writable
from nlp_cx.words import Tongue

if TYPE_CHECKING:
    import polars as pl

_GROUP = 50_000
_FORMULA = re.compile(r"[\t\r]|[\s\ufeff\u200b]*[=+\-@＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,15})?")


def safe(text: str) -> str:
    """Write text so that no spreadsheet takes it for a formula; a number stays one.

    Examples:
        >>> safe("=1+1"), safe("-5"), safe("tốt")
        ("'=1+1", '-5', 'tốt')
    """
    text = writable(text)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def write_csv(path: Path, table: Table) -> None:
    """Write a table as CSV: UTF-8 with BOM, commas, keys as header, nothing that a spreadsheet would calculate.

    Args:
        path: The file.
        table: Its rows are read once.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([safe(column.key) for column in table.columns])
        for row in table.rows:
            cells = (plain(column.kind, row.get(column.key)) for column in table.columns)
            writer.writerow([safe(cell) if isinstance(cell, str) else cell for cell in cells])


def write_parquet(path: Path, table: Table, *, group: int = _GROUP) -> None:
    """Write a table as Parquet, a row group at a time.

    Args:
        path: The file.
        table: Its rows are read once.
        group: Rows of one group.
    """
    import polars as pl
    from polars.io.plugins import register_io_source

    kinds = {name: column.kind for name, column in zip(_unique_keys(table.columns), table.columns, strict=True)}
    known: Mapping[Kind, pl.DataType] = {
        "flag": pl.Boolean(), "count": pl.Int64(), "number": pl.Float64(), "figure": pl.Float64(),
        "share": pl.Float64(), "moment": pl.Datetime("us"),
    }  # fmt: skip
    schema = {name: known.get(kind, pl.String()) for name, kind in kinds.items()}

    def frames(*_: object) -> Iterator[pl.DataFrame]:
        for batch in _batches(table.rows):
            rows = [[_typed(column.kind, row.get(column.key)) for column in table.columns] for row in batch]
            yield pl.DataFrame(rows, schema=schema, orient="row")

    register_io_source(frames, schema=schema).sink_parquet(path, row_group_size=group)


def _unique_keys(columns: Sequence[Column]) -> list[str]:
    """Give each column a name that can be written and that no other one has."""
    names: dict[str, None] = {}
    for column in columns:
        name = writable(column.key)
        while name in names:
            name += "_"
        names[name] = None
    return list(names)


def _batches(rows: Iterable[Mapping[str, object]]) -> Iterator[list[Mapping[str, object]]]:
    """Cut rows into batches of bounded size."""
    batch: list[Mapping[str, object]] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += 1000 + len(str(row.get("text", "")))
        if size > 8_000_000:
            yield batch
            batch, size = [], 0
    yield batch


def _typed(kind: Kind, cell: object) -> object:
    """Give a cell the type that its column has in Parquet; times as the clock on the wall showed them."""
    if cell is None or kind in ("flag", "count"):
        return cell
    if kind == "moment":
        return datetime.fromisoformat(str(cell)).replace(tzinfo=None)
    if kind in ("number", "figure", "share"):
        return float(cell)  # type: ignore[arg-type]  # the kind says so
    return writable(str(plain(kind, cell)))


def write_tables(target: Path | Draft, tables: Sequence[Table], *, lang: Tongue) -> None:
    """Write tables as a file that appears whole or not at all; its suffix is the format.

    Args:
        target: The file's name, or a draft of it that was opened before.
        tables: A workbook gets them all as sheets, CSV and Parquet take the first one.
        lang: Language of what people read in a workbook.

    Raises:
        OutputError: If it cannot be written.
    """
    draft = target if isinstance(target, Draft) else Draft(target)
    with draft, writing(draft.target):
        match draft.target.suffix.lower():
            case ".csv":
                write_csv(draft.path, tables[0])
            case ".parquet":
                write_parquet(draft.path, tables[0])
            case _:
                from nlp_cx.export.workbook import write_workbook

                write_workbook(draft.path, tables, lang=lang)
        draft.publish()
