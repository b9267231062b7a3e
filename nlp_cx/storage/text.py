"""Strings as databases can hold, compare and index them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from hashlib import blake2b

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MARKS = re.compile("[\u0300-\u036f]")
_LONGEST_KEY = 500
"""Bytes of a key in an index; PostgreSQL takes some 2,700 for all its columns."""
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # of times as they were sent
UNDATED = -(1 << 40)
"""Seconds that stand for no date, earlier than any."""


def is_clean(text: str) -> bool:
    """Tell whether any database holds a string as it is."""
    return "\x00" not in text if text.isascii() else _UNSTORABLE.search(text) is None


def clean(text: str) -> str:
    r"""Replace what no database holds: NUL and halves of surrogate pairs.

    Examples:
        >>> clean("a\x00b") == "a\ufffdb"
        True
    """
    return text if is_clean(text) else _UNSTORABLE.sub("\ufffd", text)


def fold(text: str) -> str:
    """Take case and diacritics away, so that "giao hang" finds "Giao hàng".

    Examples:
        >>> fold("Giao hàng Đúng hẹn")
        'giao hang dung hen'
    """
    lower = text.casefold()
    if lower.isascii():
        return lower
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", lower))).replace("đ", "d")


def shorten(text: str) -> str:
    """Give a string that is the same for the same text and short enough for an index.

    Examples:
        >>> shorten("order-7"), len(shorten("x" * 100_000))
        ('order-7', 133)
    """
    if len(text) <= _LONGEST_KEY and len(text.encode()) <= _LONGEST_KEY:
        return text
    return f"{text[:100]}\ufffd{blake2b(text.encode(), digest_size=16).hexdigest()}"


def fingerprint(*parts: object) -> int:
    """Give a number other than 0 of 64 bits for something, the same on every machine."""
    digest = blake2b("\x00".join(map(str, parts)).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True) or 1


def seconds(moment: datetime | date | None) -> int:
    """Count the seconds from 1970 to a moment, as the clock showed that it was sent by; `UNDATED` for None."""
    if moment is None:
        return UNDATED
    if not isinstance(moment, datetime):
        return (moment - _EPOCH.date()).days * 86_400
    difference = moment.replace(tzinfo=None) - _EPOCH
    return difference.days * 86_400 + difference.seconds


def read_moment(text: str | None) -> datetime | date | None:
    """Read what `isoformat` wrote."""
    if text is None:
        return None
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
