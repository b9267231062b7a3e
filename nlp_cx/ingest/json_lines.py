"""JSON lines and JSON arrays, read a piece at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from nlp_cx.errors import FileError
from nlp_cx.ingest.encoding import LINE, TextFile
from nlp_cx.ingest.fields import Record, record_table
from nlp_cx.ingest.rejected import CELL_SHOWN, Problem
from nlp_cx.ingest.table import Broken, Table

_SURROGATE = re.compile("[\ud800-\udfff]")
_GAP = re.compile(r"[\s,]*")
ARRAY = re.compile(
    r"[\s\ufeff]*(?:\{\s*(?:\"[^\"]{0,100}\"\s*:\s*(?:\"[^\"]{0,500}\"|[\w.+-]{1,50})\s*,\s*){0,50}"
    r"\"[^\"]{0,100}\"\s*:\s*)?\["
)


def _mend(value: Any) -> Any:
    """Replace lone surrogates, which JSON can carry and no file can be written with; lengths stay."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_mend(each) for each in value]
    return {_mend(key): _mend(each) for key, each in value.items()} if isinstance(value, dict) else value


def _as_record(number: int, value: object, shown: str) -> Record | Broken:
    """Take an object as it is and a string as a text."""
    if isinstance(value, dict):
        return number, _mend(value) if "\\ud" in shown.lower() else value
    if isinstance(value, str):
        return number, {"text": _mend(value)}
    problem = Problem("a record must be a JSON object", "mỗi bản ghi phải là một đối tượng JSON")
    return Broken(number, problem, {"line": shown[:CELL_SHOWN]})


def open_json_lines(path: Path, sheet: str | None) -> tuple[list[Table], list[str]]:
    """Open JSON lines."""
    source = TextFile.of(path)

    def records() -> Iterator[Record | Broken]:
        for number, line in enumerate(source.read_lines(), start=1):
            bare = line.strip().removeprefix("\ufeff")
            if not bare:
                continue
            try:
                value = json.loads(bare)
            except (ValueError, RecursionError) as error:
                problem = Problem(f"the line is not JSON: {error}", f"dòng không phải JSON: {error}")
                yield Broken(number, problem, {"line": bare[:CELL_SHOWN]})
            else:
                yield _as_record(number, value, bare)

    tables = record_table(records, source.lines)
    if not tables:
        fault = next(iter(records()), None)
        told = f"line {fault.row}: {fault.problem.en}" if isinstance(fault, Broken) else "no line holds anything"
        raise FileError(f"{path.name} holds no JSON record ({told}): write one object per line")
    return tables, source.notes


def open_json(path: Path, sheet: str | None) -> tuple[list[Table], list[str]]:
    """Open a JSON array of records, or an object that holds one."""
    source = TextFile.of(path)

    def records() -> Iterator[Record | Broken]:
        return _array_records(path, source)

    tables = record_table(records, None)
    if not tables:
        fault = next(iter(records()), None)
        told = fault.problem.en if isinstance(fault, Broken) else "there is no record in it"
        raise FileError(f"{path.name} holds no JSON record ({told}): write an array of objects")
    return tables, source.notes


def _array_records(path: Path, source: TextFile) -> Iterator[Record | Broken]:
    """Read the elements of the first array in a file, a piece of the file at a time."""
    decoder, number, opened = json.JSONDecoder(), 0, False
    with source.open() as file:
        buffer, ended = "", False
        while True:
            if not ended:
                piece = file.read(1 << 20)
                buffer, ended = buffer + piece, not piece
            if not opened:
                head = ARRAY.match(buffer, 0, 100_000)
                if head is None or '"text"' in head[0]:
                    yield from _lone_record(path, buffer + file.read(64 << 20))
                    return
                buffer, opened = buffer[head.end() :], True
            place = 0
            while True:
                place = cast(re.Match[str], _GAP.match(buffer, place)).end()
                if buffer[place : place + 1] == "]":
                    return
                try:
                    value, end = decoder.raw_decode(buffer, place)
                except (ValueError, RecursionError) as error:
                    fault = error
                    break
                if end == len(buffer) and not ended:
                    fault = ValueError("cut")
                    break  # a number may go on in the next piece
                number += 1
                yield _as_record(number, value, buffer[place:end])
                place = end
            buffer = buffer[place:]
            if ended or len(buffer) > 8 * LINE:
                problem = Problem(
                    f"the JSON breaks in record {number + 1} ({fault}); nothing behind it could be read",
                    f"JSON bị hỏng ở bản ghi {number + 1} ({fault}); không đọc được phần sau đó",
                )
                yield Broken(number + 1, problem, {"line": buffer[:1000]})
                return


def _lone_record(path: Path, text: str) -> Iterator[Record | Broken]:
    """Read a JSON file that is one object: a record by itself."""
    try:
        value = json.loads(text.strip().removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise FileError(
            f"{path.name} is not JSON ({error}): write one object per line, or an array of objects"
        ) from error
    yield _as_record(1, value, text)
