"""What a Parquet file unpacks to, read off its footer and its page headers before anything is unpacked.

A page is unpacked whole, and a cell lies within one page: a bound on pages is a bound on cells. Headers, not the
footer's sums, are what a reader makes room by, so a footer that lies hides nothing. Both are structures of Thrift's
compact protocol, whose fields are read here by their numbers.

References:
    Apache Parquet, parquet.thrift: FileMetaData, RowGroup, ColumnChunk, ColumnMetaData, PageHeader.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nlp_cx.errors import FileError

PAGE_BYTES = 128 << 20
"""Most that one page may unpack to; writers end a page at 1 MB, some at 100 MB."""
HELD_BYTES = 512 << 20
"""Most that the largest pages of all columns of a row group, which are read side by side, may unpack to."""
HELD_VALUES = 1 << 26
"""Most values that these may hold: a run of equal ones takes no bytes."""
_PAGES = 1 << 20
_DEEPEST = 16
_MAGIC = b"PAR1"
Struct = dict[int, Any]


def check_pages(path: Path) -> None:
    """Refuse a file with pages that would fill the memory; nothing is unpacked to tell.

    Headers that cannot be followed, such as those of a table without rows, are left to whoever reads the file.

    Args:
        path: A Parquet file.

    Raises:
        FileError: If a page, or the pages that are read side by side, are too large.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            for group in _footer(data).get(4, ()):
                _check_group(path, data, group.get(1, ()))
    except (ValueError, TypeError, AttributeError, LookupError):
        return


def _check_group(path: Path, data: mmap.mmap, chunks: list[Struct]) -> None:
    """Look at the pages of one row group, column by column."""
    held = values = 0
    for chunk in chunks:
        about: Struct = chunk[3]
        name = ".".join(part.decode("utf-8", "replace") for part in about[3])
        largest = most = 0
        for size, count in _pages(data, about):
            largest, most = max(largest, size), max(most, count)
        if largest > PAGE_BYTES:
            raise FileError(
                f"{path.name}, column {name!r}, has a page that unpacks to {_megabytes(largest)} MB, more than "
                f"{_megabytes(PAGE_BYTES)} MB: shorten its longest cells or leave the column out, and write it again"
            )
        held, values = held + largest, values + most
    if held > HELD_BYTES or values > HELD_VALUES:
        raise FileError(
            f"{path.name} unpacks to {_megabytes(max(held, 8 * values))} MB for a single page of each column: write it "
            "again with smaller pages or fewer columns"
        )


def _pages(data: mmap.mmap, about: Struct) -> Iterator[tuple[int, int]]:
    """Walk through the pages of a column chunk: bytes when unpacked, and values."""
    place = min(about.get(11) or about[9], about[9])
    end = place + about[7]
    if not 0 <= place <= end <= len(data):
        raise ValueError("a chunk lies outside of the file")
    for _ in range(_PAGES):
        if place >= end:
            return
        header, place = _read_struct(data, place)
        kind = header.get(5) or header.get(8) or header.get(7) or {}
        if header[2] < 0 or header[3] < 0:
            raise ValueError("a size is negative")
        place += header[3]
        yield header[2], kind.get(1, 0)
    raise ValueError("there are too many pages")


def _footer(data: mmap.mmap) -> Struct:
    """Read the metadata of the file, which stand at its end."""
    size = int.from_bytes(data[-8:-4], "little")
    if data[-4:] != _MAGIC or size + 8 > len(data):
        raise ValueError("there is no footer")
    return _read_struct(data, len(data) - 8 - size)[0]


def _read_struct(data: mmap.mmap, place: int, depth: int = 0) -> tuple[Struct, int]:
    """Read a structure as field number -> value."""
    if depth > _DEEPEST:
        raise ValueError("structures lie too deep")
    found: Struct = {}
    number = 0
    while head := data[place]:
        place += 1
        if head >> 4:
            number += head >> 4
        else:
            number, place = _read_integer(data, place)
        kind = head & 15
        if kind in (1, 2):
            found[number] = kind == 1
        else:
            found[number], place = _read_value(data, place, kind, depth)
    return found, place + 1


def _read_value(data: mmap.mmap, place: int, kind: int, depth: int) -> tuple[Any, int]:
    """Read a value of a kind by Thrift's numbers."""
    if kind in (1, 2, 3):
        return data[place], place + 1
    if kind in (4, 5, 6):
        return _read_integer(data, place)
    if kind == 7:
        return None, place + 8
    if kind == 8:
        size, place = _read_count(data, place)
        return bytes(data[place : place + min(size, 1000)]), place + size
    if kind in (9, 10):
        head, place = data[place], place + 1
        size = head >> 4
        if size == 15:
            size, place = _read_count(data, place)
        items = []
        for _ in range(size):
            item, place = _read_value(data, place, head & 15, depth)
            items.append(item)
        return items, place
    if kind == 12:
        return _read_struct(data, place, depth + 1)
    raise ValueError("a value is of no known kind")


def _read_count(data: mmap.mmap, place: int) -> tuple[int, int]:
    """Read an unsigned number of at most 64 bits."""
    number = shift = 0
    while shift < 70:
        byte, place = data[place], place + 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, place
        shift += 7
    raise ValueError("a number is too long")


def _read_integer(data: mmap.mmap, place: int) -> tuple[int, int]:
    """Read a signed number."""
    number, place = _read_count(data, place)
    return number >> 1 ^ -(number & 1), place


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.0f}"
