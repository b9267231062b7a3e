"""What a comment says about one theme: the sentences around the words that prove it, personal data taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nlp_cx.records import Analysis, Comment, LanguageCode, Polarity, Span, ThemeMention
from nlp_cx.tokenise import sentences

REACH = 300
"""Code points kept before and after the evidence; what is farther away is not needed for terms and quotes."""
QUOTE_LENGTH = 240
"""Longest quote, in code points."""
# control characters could drive a terminal, direction overrides could turn a line round
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The part of one comment that one theme is mentioned in."""

    comment_id: str
    text: str
    """Redacted; at most `REACH` beyond the evidence on either side."""
    evidence: tuple[tuple[int, int], ...]
    """Sorted stretches of `text`; empty if they are not known."""
    begins: bool
    """Whether `text` starts where the comment starts."""
    ends: bool
    """Whether `text` ends where the comment ends."""
    language: LanguageCode
    sentiment: Polarity
    """How the theme is judged."""
    confidence: float
    agreement: float
    """Probability, 0 to 1, that the comment as a whole is judged like the theme."""
    themes: int
    """Themes that the comment mentions."""
    scores: Mapping[str, float]

    @classmethod
    def of(cls, comment: Comment, analysis: Analysis, mention: ThemeMention) -> Passage:
        """Cut the passage of one mention.

        Args:
            comment: As it came in; of it only id and scores are used, never its text.
            analysis: What was read in it.
            mention: One of its themes.

        Returns:
            The passage.
        """
        found = sorted(place for span in mention.spans if (place := _in_redacted(analysis, span)) is not None)
        first = found[0][0] if found else 0
        near = [place for place in found if place[1] <= first + REACH] or [
            (start, min(end, start + REACH)) for start, end in found[:1]
        ]
        start = max(0, first - REACH)
        end = min(len(analysis.text), (near[-1][1] if near else 0) + REACH)
        return cls(
            comment_id=comment.id,
            text=analysis.text[start:end],
            evidence=tuple((left - start, right - start) for left, right in near),
            begins=start == 0,
            ends=end == len(analysis.text),
            language=analysis.language.code,
            sentiment=mention.sentiment,
            confidence=mention.confidence,
            agreement=analysis.sentiment.scores[mention.sentiment],
            themes=len(analysis.themes),
            scores={score.metric: score.value for score in comment.scores},
        )

    @classmethod
    def whole(cls, analysis: Analysis, *, length: int = 2 * REACH) -> Passage:
        """Take the beginning of a comment as a passage, whatever its themes.

        Args:
            analysis: What was read in the comment.
            length: Code points, at most.
        """
        text = analysis.text[:length]
        return cls(
            comment_id=analysis.id,
            text=text,
            evidence=(),
            begins=True,
            ends=len(text) == len(analysis.text),
            language=analysis.language.code,
            sentiment=analysis.sentiment.label,
            confidence=analysis.sentiment.scores[analysis.sentiment.label],
            agreement=1.0,
            themes=len(analysis.themes),
            scores={},
        )

    def stretch(self) -> tuple[int, int]:
        """Give the sentences that hold the evidence, as one stretch of `text`; all of it without evidence."""
        if not self.evidence:
            return 0, len(self.text)
        first, last = self.evidence[0][0], self.evidence[-1][1]
        held = [(start, end) for start, end in sentences(self.text) if end > first and start < last]
        return (held[0][0], held[-1][1]) if held else (first, last)

    def quote(self) -> str:
        """Give the passage as one line of at most `QUOTE_LENGTH`, an ellipsis where the comment goes on."""
        start, end = self._quoted()
        lead = "" if self.begins and not self.text[:start].strip() else "… "
        tail = "" if self.ends and not self.text[end:].strip() else " …"
        line = " ".join(_UNPRINTABLE.sub("", self.text[start:end]).split())
        return f"{lead}{line}{tail}"

    def _quoted(self) -> tuple[int, int]:
        """Choose what is quoted: all if short, else the evidence's sentences and as many around them as fit."""
        room = QUOTE_LENGTH - 4
        if len(self.text) <= room:
            return 0, len(self.text)
        start, end = self.stretch()
        if end - start > room:
            return self._around(self.evidence[0] if self.evidence else (start, start), room)
        for left, right in self._neighbours(start, end):
            if max(end, right) - min(start, left) > room:
                break
            start, end = min(start, left), max(end, right)
        return start, end

    def _neighbours(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Give the sentences around a stretch, nearest first, following ones before preceding ones."""
        listed = sentences(self.text)
        if not self.begins:
            listed = listed[1:]  # its beginning is not here
        if not self.ends:
            listed = listed[:-1]
        after = [span for span in listed if span.start >= end]
        before = [span for span in reversed(listed) if span.end <= start]
        for number in range(max(len(after), len(before))):
            yield from (spans[number] for spans in (after, before) if number < len(spans))

    def _around(self, evidence: tuple[int, int], room: int) -> tuple[int, int]:
        """Cut at spaces, the evidence in the middle; inside a word only where no space is near."""
        middle = sum(evidence) // 2
        start = max(0, min(middle - room // 2, len(self.text) - room))
        end = min(len(self.text), start + room)
        if start and (found := re.search(r"\s", self.text[start : start + 40])):
            start += found.end()
        if end < len(self.text) and (found := re.search(r"\s\S*$", self.text[end - 40 : end])):
            end -= 40 - found.start()
        return start, end


def _in_redacted(analysis: Analysis, span: Span) -> tuple[int, int] | None:
    """Move evidence from offsets in the text as sent to offsets in the redacted text; None if it is not there."""
    shift = sum(
        len(redaction.kind) + 2 - (redaction.end - redaction.start)
        for redaction in analysis.redactions
        if redaction.end <= span.start
    )
    start = span.start + shift
    if span.text and not analysis.text.startswith(span.text, start):
        start = analysis.text.find(span.text)
    return (start, start + len(span.text)) if span.text and start >= 0 else None
