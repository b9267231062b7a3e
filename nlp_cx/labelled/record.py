"""One comment with what a person says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from nlp_cx.records import Comment, Polarity


class Evidence(NamedTuple):
    """Words that prove a theme: code points `start:end` of the text."""

    theme: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A comment with what a person says of it; None where the person says nothing."""

    comment: Comment
    sentiment: Polarity | None
    themes: Mapping[str, Polarity | None] | None
    """Theme -> how it is judged; None for a judgement that is not told, and for a theme judged both ways."""
    both: frozenset[str] = frozenset()
    """Themes that are judged negatively and positively in the same comment."""
    evidence: tuple[Evidence, ...] = ()
    complaint: bool | None = None
    suggestion: bool | None = None
    none: bool | None = None
    row: int = 0
    """Row of the file it came from, as a spreadsheet counts; 0 if it came from none."""

    @property
    def is_labelled(self) -> bool:
        """Whether a person says anything at all."""
        told = (self.sentiment, self.themes, self.complaint, self.suggestion, self.none)
        return any(value is not None for value in told)

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {
            "id": self.comment.id,
            "text": self.comment.text,
            "question": self.comment.question,
            "language": self.comment.language,
            "respondent_id": self.comment.respondent_id,
            "sentiment": self.sentiment,
            "themes": None if self.themes is None else [
                {"theme": theme, "sentiment": judged, "spans": self._spans(theme)}
                for theme, told in self.themes.items()
                for judged in (("negative", "positive") if theme in self.both else (told,))
            ],
            "complaint": self.complaint,
            "suggestion": self.suggestion,
            "none": self.none,
        }  # fmt: skip

    def _spans(self, theme: str) -> list[dict[str, Any]]:
        """Give the words that prove a theme."""
        return [
            {"start": one.start, "end": one.end, "text": self.comment.text[one.start : one.end]}
            for one in self.evidence
            if one.theme == theme
        ]
