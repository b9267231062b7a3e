"""The frozen records that flow through nlp_cx, and their JSON form.

Field names are the same in the command line's output, the API and the exports. Offsets count Unicode code points of
the text as the caller sent it. Probabilities are in [0, 1].
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

from nlp_cx.errors import CommentError

if TYPE_CHECKING:
    import numpy as np

LanguageCode = Literal["vi", "en", "mixed", "other"]
Polarity = Literal["negative", "neutral", "positive"]
Direction = Literal["higher_is_better", "lower_is_better"]

POLARITIES: tuple[Polarity, ...] = get_args(Polarity)
LANGUAGES: tuple[LanguageCode, ...] = get_args(LanguageCode)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a respondent ticked, with the scale it was ticked on. A score of 0 is a score."""

    metric: str
    value: float
    min: float
    max: float
    direction: Direction = "higher_is_better"

    def __post_init__(self) -> None:
        """Refuse values that are not finite or off their scale."""
        name = f"scores.{self.metric}"
        if not all(math.isfinite(number) for number in (self.value, self.min, self.max)):
            raise CommentError(name, "must be a finite number")
        if self.min >= self.max:
            raise CommentError(name, f"the scale {self.min:g}-{self.max:g} is empty")
        if not self.min <= self.value <= self.max:
            raise CommentError(name, f"{self.value:g} is outside its scale {self.min:g}-{self.max:g}")
        if self.direction not in get_args(Direction):
            raise CommentError(name, f"direction must be one of {', '.join(get_args(Direction))}")

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {
            "metric": self.metric,
            "value": self.value,
            "min": self.min,
            "max": self.max,
            "direction": self.direction,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One open answer of one respondent, as it came in."""

    id: str
    text: str
    question: str | None = None
    language: Literal["vi", "en"] | None = None
    created_at: datetime | date | None = None
    respondent_id: str | None = None
    touchpoint: str | None = None
    stage: str | None = None
    segments: Mapping[str, str] = field(default_factory=dict)
    scores: tuple[Score, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a comment without id, with a text that is none, or in a language that is not read."""
        if not isinstance(self.id, str) or not self.id:
            raise CommentError("id", "must be a non-empty string")
        if not isinstance(self.text, str):
            raise CommentError("text", "must be a string")
        if self.language not in (None, "vi", "en"):
            raise CommentError("language", 'must be "vi" or "en", or left out')


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """One window of one comment as token ids; a short comment is one window."""

    comment: int
    """Position of the comment in the list that was encoded."""
    ids: Sequence[int]
    types: Sequence[int]
    """0 for the comment, 1 for the survey question behind it; as long as `ids`."""
    offsets: Sequence[tuple[int, int]]
    """Per token its stretch of the normalised text; (0, 0) for special tokens and the question."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prediction:
    """Raw outputs of the transformer for one window, float32 logits."""

    sentiment: np.ndarray
    """Shape (3,): negative, neutral, positive."""
    themes: np.ndarray
    """Shape (themes, 4): absent, negative, neutral, positive."""
    flags: np.ndarray
    """Shape (3,): complaint, suggestion, none."""
    evidence: np.ndarray
    """Shape (tokens, themes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Language of a text with the confidence of that guess."""

    code: LanguageCode
    confidence: float

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {"code": self.code, "confidence": round(self.confidence, 4)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """A stretch of personal data that was replaced; the data itself is not kept."""

    kind: str
    start: int
    end: int

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {"kind": self.kind, "start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Words that prove a theme: offsets in the text as sent, words as redacted."""

    start: int
    end: int
    text: str

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {"start": self.start, "end": self.end, "text": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeMention:
    """One theme in one comment, how it was judged and the words that show it."""

    theme: str
    sentiment: Polarity
    confidence: float
    spans: tuple[Span, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {
            "theme": self.theme,
            "sentiment": self.sentiment,
            "confidence": round(self.confidence, 4),
            "spans": [span.to_dict() for span in self.spans],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentiment:
    """Overall judgement of a comment with its three probabilities, which sum to 1."""

    label: Polarity
    scores: Mapping[Polarity, float]

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {"label": self.label, "scores": {key: round(self.scores[key], 4) for key in POLARITIES}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """All that nlp_cx says about one comment."""

    id: str
    language: Language
    sentiment: Sentiment
    mixed: bool
    themes: tuple[ThemeMention, ...]
    none: bool
    complaint: float
    suggestion: float
    needs_review: bool
    truncated: bool
    text: str
    redactions: tuple[Redaction, ...]
    model: str
    taxonomy: str

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form, the fields in the order of the API."""
        return {
            "id": self.id,
            "language": self.language.to_dict(),
            "sentiment": self.sentiment.to_dict(),
            "mixed": self.mixed,
            "themes": [mention.to_dict() for mention in self.themes],
            "none": self.none,
            "complaint": round(self.complaint, 4),
            "suggestion": round(self.suggestion, 4),
            "needs_review": self.needs_review,
            "truncated": self.truncated,
            "text": self.text,
            "redactions": [redaction.to_dict() for redaction in self.redactions],
            "model": self.model,
            "taxonomy": self.taxonomy,
        }
