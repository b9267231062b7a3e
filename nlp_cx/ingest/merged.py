"""Cells that are merged over several rows of a sheet: their one value holds for each row."""

from __future__ import annotations

import re
import zipfile
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from nlp_cx.ingest.cells import all_blank
from nlp_cx.ingest.table import Broken, Row

Spans = Mapping[int, Sequence[tuple[int, int]]]
"""By column, counted from 0: (first row, last row), in order."""

_MERGED = re.compile(rb'mergeCell ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')


def find_merged(path: Path, part: str) -> Spans:
    """Find cells merged over several rows of one column; a sheet lists them behind its rows.

    Args:
        path: An XLSX file.
        part: The sheet's name inside it.

    Returns:
        The spans of each column that has some.
    """
    from openpyxl.utils.cell import range_boundaries

    found: dict[int, set[tuple[int, int]]] = {}
    with zipfile.ZipFile(path) as archive, archive.open(part) as file:
        tail = b""
        while chunk := file.read(1 << 20):
            text = tail + chunk
            for match in _MERGED.finditer(text):
                left, top, right, bottom = range_boundaries(match[1].decode())
                if bottom > top and left == right:
                    found.setdefault(left - 1, set()).add((top, bottom))
            tail = text[-40:]
    return {column: sorted(spans) for column, spans in found.items()}


def spread(rows: Iterator[Row | Broken], merged: Spans) -> Iterator[Row | Broken]:
    """Repeat the value of merged cells on each row they span; a row that is blank stays blank."""
    spans = {place: deque(listed) for place, listed in merged.items()}
    held: dict[int, object] = {}
    for row in rows:
        if isinstance(row, Broken):
            yield row
            continue
        number, cells = row[0], list(row[1])
        for place, listed in spans.items():
            while listed and listed[0][1] < number:
                listed.popleft()
            if listed and listed[0][0] <= number and place < len(cells):
                if number == listed[0][0]:
                    held[place] = cells[place]
                elif not all_blank(row[1]):
                    cells[place] = held.get(place)
        yield number, cells
