"""Parquet, read in slices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nlp_cx.errors import FileError
from nlp_cx.ingest.fields import Record, record_table
from nlp_cx.ingest.table import Table

_SLICE = 50_000


def open_parquet(path: Path, sheet: str | None) -> tuple[list[Table], list[str]]:
    """Open Parquet, read in slices."""
    import polars as pl

    try:
        frame = pl.scan_parquet(path, glob=False)
        total = int(frame.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise FileError(f"{path.name} cannot be read as Parquet ({error}): write it again") from error

    def records() -> Iterator[Record]:
        number = 0
        try:
            for start in range(0, total, _SLICE):
                for record in frame.slice(start, _SLICE).collect().iter_rows(named=True):
                    number += 1
                    yield number, record
        except (pl.exceptions.PolarsError, OSError) as error:
            raise FileError(f"{path.name} breaks after record {number} ({error}): write it again") from error

    return record_table(records, total), []
