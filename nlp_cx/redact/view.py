"""A text as recognisers see it: plain letters and digits, with the way back to what was written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

KINDS = ("phone", "email", "url", "address", "id", "card", "account", "name", "order")
"""Kinds of personal data; each is replaced by its name in capitals and brackets."""

Found = tuple[str, int, int]
"""Kind and stretch of the folded text."""


class _Folding(dict[int, str | None]):
    """What each code point looks like to the recognisers; None: nothing. Filled as letters are met."""

    def __missing__(self, code: int) -> str | None:
        plain = _plain(chr(code))
        if code < 0x20000:
            self[code] = plain
        return plain


def _plain(letter: str) -> str | None:
    """Give one letter's plain form, None if it cannot be seen by itself."""
    category = unicodedata.category(letter)
    if category in {"Cf", "Mn", "Me"}:
        return None
    if category == "Zs" or letter == "\t":
        return " "
    if category == "Pd" or letter == "−":
        return "-"
    if letter in "đĐ·•∙。":
        return "dD...."["đĐ·•∙。".index(letter)]
    digit = unicodedata.digit(letter, None)
    if digit is not None:
        return str(digit)
    parts = unicodedata.normalize("NFKD", letter)
    return parts[0] if parts[0].isascii() and all(map(unicodedata.combining, parts[1:])) else letter


_FOLDING = _Folding()
_PLACEHOLDER = re.compile(r"\[(?:" + "|".join(KINDS).upper() + r")\]")


def fold(text: str) -> str:
    """Write a text in plain letters and digits.

    Examples:
        >>> fold("Số nhà ０９ Đường Láng")
        'So nha 09 Duong Lang'
    """
    return text.translate(_FOLDING)


@dataclass(frozen=True, slots=True)
class View:
    """A folded text; placeholders in it are blacked out by NULs, which no recogniser takes."""

    text: str
    source: str
    offsets: Sequence[int]
    """Per letter of `text` its place in `source`, and one more for the end."""

    @classmethod
    def of(cls, source: str) -> View:
        """Fold a text.

        Args:
            source: Any text.

        Returns:
            The text as recognisers see it.
        """
        text = fold(source)
        offsets: Sequence[int] = range(len(source) + 1)
        if len(text) != len(source):
            offsets = [at for at, letter in enumerate(source) if _FOLDING[ord(letter)] is not None]
            offsets.append(len(source))
        return cls(_PLACEHOLDER.sub(lambda match: "\0" * len(match[0]), text), source, offsets)

    def written(self, start: int, end: int) -> str:
        """Give a stretch as it was written, composed and in lower case.

        Args:
            start: First letter of the stretch in the folded text.
            end: One past its last letter.
        """
        return unicodedata.normalize("NFC", self.source[self.offsets[start] : self.offsets[end]]).lower()


Recogniser = Callable[[View], Iterator[Found]]


def vocabulary(text: str) -> frozenset[str]:
    """Make a set of words.

    Args:
        text: The words, with space between them.
    """
    return frozenset(text.split())


def words(alternatives: str) -> str:
    """Make a pattern of words in any case that are not part of longer words.

    Args:
        alternatives: Folded words, `|` between them; may be patterns, and run over several lines.
    """
    return rf"(?i:(?<![a-z])(?:{joined(alternatives)})(?![a-z]))"


def joined(pattern: str) -> str:
    """Bring a pattern that runs over several lines onto one.

    Args:
        pattern: Lines, whose indentation means nothing.
    """
    return re.sub(r"\n\s*", "", pattern)
