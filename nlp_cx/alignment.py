"""A text that was rewritten, with the way back to the offsets of its source."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

Edit = tuple[int, int, str]
"""Replace code points `start:end` by these. Edits come sorted and do not overlap."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One round of edits: parallel, sorted offsets before and after it."""

    before: tuple[tuple[int, int], ...]
    after: tuple[tuple[int, int], ...]
    after_starts: tuple[int, ...]

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Map a span after the step to the smallest span before it that covers it."""
        return self._back(start, is_end=False), self._back(end, is_end=True)

    def _back(self, offset: int, *, is_end: bool) -> int:
        """Map one boundary; inside a replacement it moves out to the replaced stretch's edge."""
        search = bisect_left if is_end else bisect_right  # an edit that starts where a span ends is not part of it
        index = search(self.after_starts, offset) - 1
        if index < 0:
            return offset
        after_end = self.after[index][1]
        before_start, before_end = self.before[index]
        if offset >= after_end:
            return before_end + offset - after_end
        return before_end if is_end else before_start


@dataclass(frozen=True, slots=True)
class Aligned:
    """A text and the steps that made it from its source.

    Examples:
        >>> aligned = Aligned.of("sp ko tốt").edit([(0, 2, "sản phẩm"), (3, 5, "không")])
        >>> aligned.text
        'sản phẩm không tốt'
        >>> aligned.source_span(9, 14)
        (3, 5)
    """

    source: str
    text: str
    steps: tuple[_Step, ...] = ()

    @classmethod
    def of(cls, source: str) -> Aligned:
        """Start with a text that nobody has changed."""
        return cls(source, source)

    def edit(self, edits: Sequence[Edit]) -> Aligned:
        """Apply edits and remember them.

        Args:
            edits: Sorted, not overlapping `(start, end, replacement)`, offsets in `self.text`.

        Returns:
            The rewritten text, aligned with the same source.
        """
        if not edits:
            return self
        pieces: list[str] = []
        before: list[tuple[int, int]] = []
        after: list[tuple[int, int]] = []
        read = written = 0
        for start, end, replacement in edits:
            pieces.append(self.text[read:start])
            written += start - read
            pieces.append(replacement)
            before.append((start, end))
            after.append((written, written + len(replacement)))
            written += len(replacement)
            read = end
        pieces.append(self.text[read:])
        step = _Step(tuple(before), tuple(after), tuple(start for start, _ in after))
        return Aligned(self.source, "".join(pieces), (*self.steps, step))

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Map a span of `text` to the smallest span of `source` that covers it.

        Args:
            start: First code point of the span in `text`.
            end: One past its last code point.

        Returns:
            Start and end in `source`, 0 <= start <= end <= len(source).
        """
        for step in reversed(self.steps):
            start, end = step.back(start, end)
        return start, max(start, end)
