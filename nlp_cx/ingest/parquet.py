"""Parquet, read in slices of bounded size: a file of a few kilobytes can hold gigabytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nlp_cx.errors import FileError
from nlp_cx.ingest.fields import Record, record_table
from nlp_cx.ingest.parquet_pages import check_pages
from nlp_cx.ingest.table import Table

if TYPE_CHECKING:
    import polars as pl

_FIRST, _MOST = 100, 50_000
"""Rows of the first slice, and of any."""
_GROWTH = 4
_BYTES = 32 << 20
"""About so much is decoded at once."""
CELL_KEPT = 2_000_000
"""Characters that are read of a cell: more than any text may have, so that what is cut is refused as too long."""


def open_parquet(path: Path, sheet: str | None) -> tuple[list[Table], list[str]]:
    """Open Parquet, read in slices."""
    import polars as pl

    try:
        frame = pl.scan_parquet(path, glob=False)
        total = int(frame.select(pl.len()).collect().item())
        kinds = frame.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise FileError(f"{path.name} cannot be read as Parquet ({error}): write it again") from error
    check_pages(path)
    words = [name for name, kind in kinds.items() if kind in (pl.String, pl.Categorical, pl.Enum)]
    cut = frame.with_columns(pl.col(words).cast(pl.String).str.slice(0, CELL_KEPT))

    def records() -> Iterator[Record]:
        number, start, count = 0, 0, _FIRST
        try:
            while start < total:
                part = cut.slice(start, count).collect()
                start += count
                size = max(1, _size(part, words))
                for record in part.iter_rows(named=True, buffer_size=max(1, min(512, count * _BYTES // size))):
                    number += 1
                    yield number, record
                count = max(1, min(_MOST, count * _GROWTH, count * _BYTES // size))
        except (pl.exceptions.PolarsError, OSError) as error:
            raise FileError(f"{path.name} breaks after record {number} ({error}): write it again") from error

    return record_table(records, total), []


def _size(part: pl.DataFrame, words: list[str]) -> int:
    """Count the bytes of a slice as Python will hold it: equal strings, which a file holds once, are counted each."""
    import polars as pl

    held = part.select(pl.col(words).str.len_bytes().sum()).row(0) if words else ()
    return int(part.estimated_size()) + sum(each or 0 for each in held)
