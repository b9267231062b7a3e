"""A text file and the encoding that its bytes give evidence for."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import IO

from nlp_cx.errors import FileError

LINE = 4_000_000
"""Longest line that is read at once, in code points."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DOUBTED = 4 << 20
_VOWELS = frozenset(b"aeiouyAEIOUY\xe2\xea\xf4\xe3\xf5\xfd\xc2\xca\xd4\xc3\xd5\xdd")
_TONES = frozenset(b"\xcc\xd2\xde\xec\xf2")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A text file with the encoding that its bytes give evidence for."""

    path: Path
    encoding: str
    lines: int | None = None
    """Line ends outside quotes; None if they were not counted."""
    sound: bool = False
    """Whether all bytes are known to be of the encoding."""

    @classmethod
    def of(cls, path: Path) -> TextFile:
        """Look through the bytes of a file: byte order marks, then validity as UTF-8, then Vietnamese tone marks.

        Raises:
            FileError: If the bytes are no text.
        """
        with path.open("rb") as file:
            head = file.read(1 << 16)
        for mark, encoding in _MARKS:
            if head.startswith(mark):
                return cls(path=path, encoding=encoding)
        odd, even, half = head[1::2].count(0), head[::2].count(0), max(1, len(head) // 2)
        if max(odd, even) > 0.25 * half and min(odd, even) < 0.05 * half:
            return cls(path=path, encoding="utf-16-le" if odd > even else "utf-16-be")
        strange = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\v\f\r\x1a\x1b\0")
        if strange > 0.02 * len(head) or head.count(0) > 0.1 * len(head):
            raise FileError(
                f"{path.name} is a binary file of a kind that is not read here: save it as CSV, XLSX or Parquet"
            )
        lines, letters, doubted = _scan(path)
        if not doubted:
            return cls(path=path, encoding="utf-8-sig", lines=lines, sound=True)
        replaced = doubted.decode("utf-8", "replace")
        bad = replaced.count("\ufffd")
        if letters + sum(not char.isascii() for char in replaced) - bad >= bad:
            return cls(path=path, encoding="utf-8-sig", lines=lines)
        return cls(path=path, encoding="cp1258" if _is_vietnamese(doubted) else "cp1252", lines=lines)

    @property
    def notes(self) -> list[str]:
        """Say how the file was read, if that was not plain UTF-8."""
        if self.sound:
            return []
        broken = ", with bytes that are not" if self.encoding == "utf-8-sig" else ""
        return [f"read as {self.encoding.removesuffix('-sig')}{broken}"]

    def open(self) -> IO[str]:
        """Open the file for reading text, line ends as they are."""
        return self.path.open(encoding=self.encoding, errors="replace", newline="")

    def first_lines(self, count: int) -> list[str]:
        """Read the first lines, fewer where they are so long that together they would fill the memory."""
        first: list[str] = []
        size = 0
        for line in islice(self.read_lines(), count):
            first.append(line)
            size += len(line)
            if size > 2 * LINE:
                break
        return first

    def read_lines(self) -> Iterator[str]:
        """Read line by line; windows-1258 writes tones as marks of their own, which are joined to their letters."""
        with self.open() as file:
            lines = iter(lambda: file.readline(LINE), "")
            if self.encoding == "cp1258":
                yield from (unicodedata.normalize("NFC", line) for line in lines)
            else:
                yield from lines


def _scan(path: Path) -> tuple[int | None, int, bytes]:
    """Count the line ends outside quotes and the letters in sound UTF-8; give the first bytes that are not, if any."""
    import numpy as np

    decoder, doubted = codecs.getincrementaldecoder("utf-8")(), b""
    lines = letters = inside = 0
    last = b"\n"
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            data = np.frombuffer(chunk, np.uint8)
            quotes = np.cumsum(data == 34, dtype=np.int32) + inside
            lines += int(np.count_nonzero((data == 10) & (quotes % 2 == 0)))
            inside, last = int(quotes[-1]) % 2, chunk[-1:]
            if doubted:
                doubted += chunk if len(doubted) < _DOUBTED else b""
                continue
            try:
                decoder.decode(chunk)
                letters += int(np.count_nonzero(data >= 0xC0))
            except UnicodeDecodeError:
                doubted = chunk
    doubted = doubted or decoder.getstate()[0]  # a letter that is cut off by the file's end
    return (lines + (last != b"\n") if lines and not inside else None), letters, doubted


def _is_vietnamese(sample: bytes) -> bool:
    """Tell windows-1258 from windows-1252: its tone marks are bytes that follow vowels."""
    tones = [before in _VOWELS for before, byte in pairwise(sample) if byte in _TONES]
    return sum(tones) > 0.6 * len(tones) if tones else bool(re.search(rb"\xf0[\xe0-\xff a-z]", sample))
