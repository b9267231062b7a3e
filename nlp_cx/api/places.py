"""Where words stand: offsets of the text as sent <-> offsets of the redacted text that is kept."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from nlp_cx.records import Redaction

_PLACEHOLDER = re.compile(r"\[[A-Z_]+\]")


class Places:
    """The way between both texts, found from the redacted one and what was replaced in it.

    Examples:
        >>> places = Places("Gọi [PHONE] chậm", [Redaction(kind="phone", start=4, end=14)])
        >>> places.kept(15, 19), places.sent(12, 16), places.kept(6, 9)
        ((12, 16), (15, 19), (4, 11))
    """

    def __init__(self, text: str, redactions: Sequence[Redaction]) -> None:
        """Find the placeholders.

        Args:
            text: The redacted text.
            redactions: What was replaced, sorted, offsets of the text as sent.
        """
        self.text = text
        self._sent: list[tuple[int, int]] = []
        self._kept: list[tuple[int, int]] = []
        shift = 0
        for redaction in redactions:
            match = _PLACEHOLDER.match(text, redaction.start + shift)
            if match is None:
                continue
            self._sent.append((redaction.start, redaction.end))
            self._kept.append(match.span())
            shift = match.end() - redaction.end
        self.length = len(text) - shift
        """Code points of the text as sent."""

    def kept(self, start: int, end: int) -> tuple[int, int]:
        """Give the stretch of the redacted text that covers one of the text as sent."""
        return _map(self._sent, self._kept, start, end)

    def sent(self, start: int, end: int) -> tuple[int, int]:
        """Give the stretch of the text as sent that covers one of the redacted text."""
        return _map(self._kept, self._sent, start, end)


def _map(one: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """Map a stretch that is not empty; where it cuts a replaced stretch it grows to hold it whole."""
    return _boundary(one, other, start, is_end=False), _boundary(one, other, end - 1, is_end=True)


def _boundary(one: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]], at: int, *, is_end: bool) -> int:
    """Map the first letter's begin, or the last letter's end."""
    index = bisect_right(one, (at, 1 << 60)) - 1
    if index < 0:
        return at + is_end
    if at < one[index][1]:
        return other[index][is_end]
    return other[index][1] + at - one[index][1] + is_end
