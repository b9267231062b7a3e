"""What the values of a column look like: sentences, categories, numbers, dates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from nlp_cx.ingest.dates import day_first, read_date
from nlp_cx.ingest.lexicon import fold, is_missing, lexicon
from nlp_cx.ingest.scales import ScoreColumn, read_number

MAX_CATEGORIES = 60
_LOST = re.compile(r"[^\W\d_]\?[^\W\d_A-Z]")
"""A question mark within a word."""
_MANY = 1 / 3
_TWICE = re.compile(r"[\u00c2-\u00f4][^\x00-\x7f]{1,3}")
"""What a letter of UTF-8 looks like in windows-1252."""


class Profile(NamedTuple):
    """What the sampled values of one column look like; shares are of the filled cells."""

    filled: int
    numeric: float
    dated: float
    worded: float
    words: float
    distinct: int

    @property
    def varied(self) -> bool:
        """Tell whether values rarely repeat."""
        return self.distinct > 0.5 * self.filled

    @property
    def free(self) -> bool:
        """Tell whether the values look like sentences people wrote."""
        return self.words >= 2.5 and (self.varied or self.distinct > MAX_CATEGORIES) and self.plain

    @property
    def plain(self) -> bool:
        """Tell whether the values are neither numbers nor dates."""
        return self.numeric < 0.6 and self.dated < 0.6

    @property
    def category(self) -> bool:
        """Tell whether few values repeat often."""
        few = min(MAX_CATEGORIES, max(2, 0.34 * self.filled))
        return 1 < self.distinct < self.filled and self.distinct <= few and self.words < 8


def look_at(values: Iterable[object]) -> Profile:
    """Look at the values of one column."""
    filled = [value for value in values if not is_missing(value)]
    anything = ScoreColumn(column="", metric="score", min=0, max=1)
    texts = [str(value)[:1000] for value in filled]
    count = max(1, len(filled))
    numbers = sum(
        read_number(value, anything) is not None if isinstance(value, str) else not isinstance(value, date | bool)
        for value in filled
    )
    likert = lexicon().likert
    worded = sum(fold(text) in likert for text in texts if len(text) < 60)
    dates = sum(
        isinstance(value, date)
        or (isinstance(value, str) and (read_date(value)[0] is not None or day_first(value) is not None))
        for value in filled
    )
    return Profile(
        filled=len(filled),
        numeric=numbers / count,
        dated=dates / count,
        worded=worded / count,
        words=sum(len(text.split()) for text in texts) / count,
        distinct=len(set(texts)),
    )


def encoded_twice(values: Iterable[object]) -> str | None:
    """Give one of some texts if most that have other letters than ASCII are UTF-8 that was taken for windows-1252.

    Examples:
        >>> encoded_twice(["NhÃ¢n viÃªn", "ok"]), encoded_twice(["Giao hàng", "café"])
        ('NhÃ¢n viÃªn', None)
    """
    lettered = [value[:1000] for value in values if isinstance(value, str) and not value.isascii()]
    twice = [text for text in lettered if _is_twice(text)]
    return twice[0][:40] if len(twice) > 0.5 * len(lettered) else None


def letters_lost(values: Iterable[object]) -> str | None:
    """Give one of some texts if many have question marks within words: they were saved without their letters.

    Examples:
        >>> letters_lost(["Giao hàng ch?m", "S?n ph?m t?t", "ok"]), letters_lost(["Sao chậm vậy?Tệ", "ok", "tốt"])
        ('Giao hàng ch?m', None)
    """
    texts = [value[:1000] for value in values if isinstance(value, str)]
    lost = [text for text in texts if _LOST.search(text)]
    return lost[0][:40] if len(lost) > _MANY * len(texts) else None


def _is_twice(text: str) -> bool:
    """Tell whether the letters of a text, as bytes of windows-1252, are sound UTF-8."""
    marks = _TWICE.findall(text)
    return bool(marks) and all(_is_letter(mark) for mark in marks)


def _is_letter(mark: str) -> bool:
    """Tell whether some signs, as bytes, begin with a letter in UTF-8."""
    data = b"".join(char.encode("cp1252", "ignore") or char.encode("latin-1", "ignore") for char in mark)
    return any("\ufffd" not in data[:length].decode("utf-8", "replace") for length in (2, 3, 4))
