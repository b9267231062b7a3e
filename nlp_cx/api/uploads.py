"""A file in the body of a request, as it is or in a form, written to the disk as it comes: memory stays flat."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import IO, Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from nlp_cx.errors import MediaTypeError, RequestError, UnavailableError
from nlp_cx.jobs.files import Files
from nlp_cx.jobs.staging import read_mapping

FORM = "multipart/form-data"
TYPES: Mapping[str, str] = {
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-excel": "",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.apache.parquet": ".parquet",
    "application/octet-stream": "",
}
"""Content type -> suffix. What a file really is, its content tells."""
_SUFFIXES = {
    ".csv",
    ".tsv",
    ".txt",
    ".xlsx",
    ".xlsm",
    ".xlsb",
    ".xls",
    ".ods",
    ".json",
    ".jsonl",
    ".ndjson",
    ".parquet",
}
_FIELDS = ("mapping", "name")
_LONGEST_FIELD = 100_000
_LONGEST_NAME = 200
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that was received."""

    path: Path
    """A draft, its bytes on the disk."""
    name: str
    """What the caller calls it."""
    mapping: Mapping[str, Any]
    size: int
    digest: str
    """Hash of the file and of all that was said about it."""


@asynccontextmanager
async def received(
    request: Request, files: Files, *, name: str | None = None, mapping: str | None = None
) -> AsyncIterator[Upload]:
    """Receive a file.

    Args:
        request: Its body is the file, or a form with the file as `file` beside `mapping` and `name`.
        files: Where drafts are.
        name: What the caller calls it, unless the form says.
        mapping: What the columns are, as JSON, unless the form says.

    Yields:
        The upload; a draft that is still there afterwards is removed.

    Raises:
        MediaTypeError: If the content is of a kind that is not taken.
        RequestError: If there is no file, or the form or what was said about the file is not valid.
        UnavailableError: If there is no room for it.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM and kind not in TYPES:
        raise MediaTypeError(f"send one of {', '.join((FORM, *TYPES))}")
    draft = await run_in_threadpool(files.draft)
    told = {"name": name, "mapping": mapping}
    paths = [draft]
    try:
        with await run_in_threadpool(draft.open, "wb") as file:
            body = _Body(file)
            if kind == FORM:
                await _read_form(request, body)
            else:
                await _read(request, body)
            await body.finish()
        told |= body.fields
        if not body.size:
            raise RequestError("file", "is missing or empty")
        called = PurePath((told["name"] or body.filename or "").replace("\\", "/").replace("\0", "")).name
        suffix = PurePath(called).suffix.lower()
        suffix = suffix if suffix in _SUFFIXES else TYPES.get(kind, "")
        paths.append(draft.with_name(draft.name + suffix))
        upload = Upload(
            path=await run_in_threadpool(draft.rename, paths[-1]) if suffix else draft,
            name=called[:_LONGEST_NAME] or f"batch{suffix}",
            mapping=_mapping(told["mapping"]),
            size=body.size,
            digest=_digest(body, told),
        )
        yield upload
    except ClientDisconnect:
        raise HTTPException(400, "the body broke off") from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise UnavailableError("there is no room left for the file") from error
        raise
    finally:
        for path in paths:
            await run_in_threadpool(path.unlink, missing_ok=True)


@dataclass(slots=True)
class _Body:
    """What was received so far."""

    file: IO[bytes]
    size: int = 0
    filename: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    hash: Any = field(default_factory=hashlib.sha256)
    _buffer: bytearray = field(default_factory=bytearray)

    def add(self, piece: bytes) -> None:
        """Take some of the file."""
        self.size += len(piece)
        self._buffer += piece

    async def flush(self, least: int = _PIECE) -> None:
        """Write what is there, if it is enough to be worth it."""
        if len(self._buffer) >= least:
            piece, self._buffer = bytes(self._buffer), bytearray()
            await run_in_threadpool(self._write, piece)

    async def finish(self) -> None:
        """Write the rest, and make sure that all is on the disk."""
        await self.flush(1)
        await run_in_threadpool(self._sync)

    def _write(self, piece: bytes) -> None:
        self.hash.update(piece)
        self.file.write(piece)

    def _sync(self) -> None:
        self.file.flush()
        os.fsync(self.file.fileno())


async def _read(request: Request, body: _Body) -> None:
    """Take the whole body as the file."""
    async for piece in request.stream():
        body.add(piece)
        await body.flush()


async def _read_form(request: Request, body: _Body) -> None:
    """Take the file and the fields out of a form."""
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import MultipartParser, parse_options_header

    _, options = parse_options_header(request.headers["content-type"])
    if not options.get(b"boundary"):
        raise RequestError("body", "is no valid multipart/form-data")
    parts = _Parts(body)
    try:
        parser = MultipartParser(options[b"boundary"], parts.callbacks())  # type: ignore[arg-type]
        async for piece in request.stream():
            parser.write(piece)
            await body.flush()
        parser.finalize()
    except FormParserError:
        raise RequestError("body", "is no valid multipart/form-data") from None
    if not parts.ended:
        raise RequestError("body", "is no valid multipart/form-data")


class _Parts:
    """Sorts the parts of a form: one file, some fields."""

    def __init__(self, body: _Body) -> None:
        self._body = body
        self._headers: dict[bytes, bytes] = {}
        self._header = self._value = b""
        self._name = ""
        self._field = bytearray()
        self._files = 0
        self.ended = False

    def callbacks(self) -> dict[str, Callable[..., None]]:
        """Give what the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._add_header,
            "on_header_value": self._add_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._open,
            "on_part_data": self._add,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        self._headers.clear()
        self._header = self._value = b""
        self._field.clear()

    def _add_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header = self._value = b""

    def _open(self) -> None:
        from python_multipart.multipart import parse_options_header

        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if self._name == "file":
            self._files += 1
            if self._files > 1:
                raise RequestError("file", "may be there only once")
            self._body.filename = options.get(b"filename", b"").decode("utf-8", "replace")
        elif self._name not in _FIELDS:
            raise RequestError(self._name[:80] or "body", f"is unknown; known are file, {', '.join(_FIELDS)}")

    def _add(self, data: bytes, start: int, end: int) -> None:
        if self._name == "file":
            self._body.add(data[start:end])
        else:
            self._field += data[start:end]
            if len(self._field) > _LONGEST_FIELD:
                raise RequestError(self._name, f"must not be longer than {_LONGEST_FIELD} characters")

    def _end(self) -> None:
        if self._name != "file":
            try:
                self._body.fields[self._name] = self._field.decode("utf-8")
            except UnicodeDecodeError:
                raise RequestError(self._name, "must be UTF-8") from None

    def _finish(self) -> None:
        self.ended = True


def _mapping(given: str | None) -> dict[str, Any]:
    """Read what was said about the columns."""
    if not given:
        return {}
    try:
        value = json.loads(given)
    except (ValueError, RecursionError):
        raise RequestError("mapping", "must be a JSON object") from None
    return read_mapping(value)


def _digest(body: _Body, told: Mapping[str, str | None]) -> str:
    """Hash the file and all that was said about it."""
    said = json.dumps([told["name"], told["mapping"], body.filename])
    return hashlib.sha256(body.hash.digest() + said.encode()).hexdigest()
