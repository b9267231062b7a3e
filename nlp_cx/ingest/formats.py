"""The format of a file, told by its content and not by its name."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

from nlp_cx.errors import FileError
from nlp_cx.ingest.encoding import LINE, TextFile
from nlp_cx.ingest.json_lines import ARRAY

_FOREIGN = (
    (b"\x1f\x8b", "is gzip-compressed: unpack it first"),
    (b"7z\xbc\xaf", "is a 7z archive: unpack it first"),
    (b"Rar!", "is a RAR archive: unpack it first"),
    (b"%PDF", "is a PDF: export the answers as CSV or XLSX"),
    (b"\x89PNG", "is a picture: export the answers as CSV or XLSX"),
    (b"\xff\xd8\xff", "is a picture: export the answers as CSV or XLSX"),
    (b"SQLite format 3", "is a database: export the table as CSV or Parquet"),
    (b"{\\rtf", "is a text document: export the answers as CSV or XLSX"),
)
_MARKUP = re.compile(rb"[\s\xef\xbb\xbf]*<(?:!doctype|html|table|\?xml|meta|head|div|style)", re.IGNORECASE)
_MAX_UNPACKED = 8 << 30
_MAX_STRINGS = 1 << 30


def recognise(path: Path) -> str:
    """Name the format of a file by its content."""
    head = _head(path)
    for magic, why in _FOREIGN:
        if head.startswith(magic):
            raise FileError(f"{path.name} {why}")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _recognise_zip(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _recognise_ole(path)
    if head.startswith(b"PAR1"):
        return "parquet"
    if _MARKUP.match(head):
        raise FileError(f"{path.name} is a web page or XML under another name: open it in Excel and save it as .xlsx")
    return _recognise_json(path, head) or "csv"


def _head(path: Path) -> bytes:
    """Read a file's beginning."""
    if path.is_dir():
        raise FileError(f"{path} is a folder: name a file in it")
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
    except FileNotFoundError as error:
        raise FileError(f"there is no file {path}: check the path") from error
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror or error}") from error
    if not head.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise FileError(f"{path.name} is empty")
    return head


def _recognise_zip(path: Path) -> str:
    """Tell spreadsheets from other archives, and refuse those that unpack to more than they should."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = {member.filename: member for member in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileError(f"{path.name} is cut short or broken ({error}): fetch or save it again") from error
    unpacked = sum(member.file_size for member in members.values())
    packed = max(1, sum(member.compress_size for member in members.values()))
    strings = members.get("xl/sharedStrings.xml")
    if (
        unpacked > _MAX_UNPACKED
        or (unpacked > 1 << 28 and unpacked / packed > 200)
        or (strings is not None and strings.file_size > _MAX_STRINGS)
    ):
        raise FileError(
            f"{path.name} unpacks from {packed / 2**20:,.1f} MB to {unpacked / 2**20:,.0f} MB and is not opened: "
            "save it as CSV"
        )
    if any(member.flag_bits & 1 for member in members.values()):
        raise FileError(f"{path.name} is protected by a password: save it without one")
    for member, kind in (("xl/workbook.xml", "xlsx"), ("xl/workbook.bin", "xlsb"), ("content.xml", "ods")):
        if member in members:
            return kind
    if any(name.startswith("xl/") for name in members):
        return "xlsx"
    raise FileError(f"{path.name} is a ZIP archive and no spreadsheet: unpack it and name the file inside")


def _recognise_ole(path: Path) -> str:
    """Tell old Excel files from encrypted new ones."""
    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise FileError(f"{path.name} is protected by a password: save it without one")
    if not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        raise FileError(f"{path.name} is an Office document but no spreadsheet: save the answers as .xlsx or CSV")
    return "xls"


def _recognise_json(path: Path, head: bytes) -> str | None:
    """Tell JSON lines and JSON from other text; None for other text."""
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1]
    named = path.suffix.lower() in (".jsonl", ".ndjson", ".json")
    if start not in (b"{", b"[") and not named:
        return None
    with TextFile.of(path).open() as file:
        filled = (line for line in iter(lambda: file.readline(LINE), "") if line.strip())
        first, alone = next(filled, "").strip(), next(filled, None) is None
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        if start == b"[":
            return "json" if named or re.match(r"\[\s*([\[{\"]|$)", first) else None
        return (
            ("json" if re.fullmatch(r"\{\s*|\{\s*\"[^\"]*\"\s*:.*[\[{,]", first[:500]) else "jsonl") if named else None
        )
    wrapper = alone and isinstance(value, dict) and "text" not in value and ARRAY.match(first)
    return "json" if wrapper or isinstance(value, list) else "jsonl" if isinstance(value, dict) or named else None
