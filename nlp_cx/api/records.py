"""The records of nlp_cx as OpenAPI shows them, and how a comment is read from JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError

from nlp_cx import records
from nlp_cx.api.problems import InvalidParam, invalid_params
from nlp_cx.errors import CommentError, NlpCxError
from nlp_cx.ingest.fields import STRUCTURED, Problems
from nlp_cx.storage.cursors import cursor_pattern

MAX_TEXT = 100_000
"""Characters of a comment that is answered at once; longer ones go in a batch."""
MAX_NAME = 512
"""Characters of an id, a segment and the like."""
Polarity = Literal["negative", "neutral", "positive"]
_HALF = re.compile(r"[\ud800-\udfff]")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
Probability = Annotated[float, Field(ge=0, le=1)]

EXAMPLE_COMMENT: Mapping[str, Any] = {
    "id": "r-1027",
    "text": "Giao hàng chậm nhưng nhân viên dễ thương",
    "question": "Bạn thấy dịch vụ của chúng tôi thế nào?",
    "created_at": "2026-11-24T09:30:00+07:00",
    "respondent_id": "c-88",
    "touchpoint": "app",
    "segments": {"branch": "Quận 3"},
    "scores": [{"metric": "nps", "value": 6}],
}
EXAMPLE_ANALYSIS: Mapping[str, Any] = {
    "id": "r-1027",
    "language": {"code": "vi", "confidence": 1.0},
    "sentiment": {"label": "neutral", "scores": {"negative": 0.1315, "neutral": 0.7489, "positive": 0.1196}},
    "mixed": True,
    "themes": [
        {
            "theme": "delivery",
            "sentiment": "negative",
            "confidence": 0.9802,
            "spans": [{"start": 0, "end": 14, "text": "Giao hàng chậm"}],
        },
        {
            "theme": "staff",
            "sentiment": "positive",
            "confidence": 0.9609,
            "spans": [{"start": 21, "end": 40, "text": "nhân viên dễ thương"}],
        },
    ],
    "none": False,
    "complaint": 0.9071,
    "suggestion": 0.0114,
    "needs_review": False,
    "truncated": False,
    "text": "Giao hàng chậm nhưng nhân viên dễ thương",
    "redactions": [],
    "model": "2026.11.25-4",
    "taxonomy": "1",
}


class Record(BaseModel):
    """Base of what comes out: a description of plain records, which are sent as they are."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class Score(BaseModel):
    """What a respondent ticked. A scale is declared or is the metric's own (nps, csat, ces, stars); never guessed."""

    metric: str = Field(description="nps, csat, ces, stars, or a name of your own with min and max.")
    value: float
    min: float | None = Field(None, description="Lowest value of the scale.")
    max: float | None = Field(None, description="Highest value of the scale.")
    direction: Literal["higher_is_better", "lower_is_better"] | None = None


class Comment(BaseModel):
    """One open answer of one respondent. · Một ý kiến của một người trả lời."""

    model_config = ConfigDict(coerce_numbers_to_str=True, json_schema_extra={"examples": [dict(EXAMPLE_COMMENT)]})

    id: str | None = Field(None, min_length=1, max_length=MAX_NAME, description="Position from 1 if left out.")
    text: StrictStr = Field(
        max_length=MAX_TEXT,
        description="What was written, personal data and all: it is taken out. · Nguyên văn; dữ liệu cá nhân được che.",
    )
    question: StrictStr | None = Field(None, max_length=2000, description="The survey question that it answers.")
    language: Literal["vi", "en"] | None = Field(None, description="Its language, if you know it for sure.")
    created_at: StrictStr | None = Field(
        None, description="Date or time by ISO 8601.", examples=["2026-11-24T09:30:00+07:00", "2026-11-24"]
    )
    respondent_id: str | None = Field(None, max_length=MAX_NAME, description="Who answered.")
    touchpoint: StrictStr | None = Field(None, max_length=MAX_NAME, description="Where: app, branch, hotline ...")
    stage: StrictStr | None = Field(None, max_length=MAX_NAME, description="Stage of the customer journey.")
    segments: dict[str, str] | None = Field(None, max_length=100, description="Branch, region, channel ...")
    scores: list[Score] | None = Field(None, max_length=100)


class Language(Record):
    """Language of a text; `other` is recognised and left unlabelled."""

    code: Literal["vi", "en", "mixed", "other"]
    confidence: Probability


class SentimentScores(Record):
    """Calibrated probabilities, which sum to 1."""

    negative: Probability
    neutral: Probability
    positive: Probability


class Sentiment(Record):
    """Overall judgement of a comment."""

    label: Polarity
    scores: SentimentScores


class Span(Record):
    """Words that prove a theme: offsets in code points of the text as sent, words as redacted."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    text: str


class ThemeMention(Record):
    """One theme in one comment and how it was judged."""

    theme: str = Field(description="Id, as in /v1/themes.")
    sentiment: Polarity
    confidence: Probability
    spans: list[Span]


class Redaction(Record):
    """A stretch of personal data that was replaced; the data itself is not kept."""

    kind: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Analysis(Record):
    """All that nlp_cx says about one comment. · Tất cả những gì nlp_cx nhận ra trong một ý kiến."""

    model_config = ConfigDict(json_schema_extra={"examples": [dict(EXAMPLE_ANALYSIS)]})

    id: str
    language: Language
    sentiment: Sentiment
    mixed: bool = Field(description="Whether it both praises and blames.")
    themes: list[ThemeMention]
    none: bool = Field(description="Whether it says nothing.")
    complaint: Probability = Field(description="Probability that it is a complaint.")
    suggestion: Probability = Field(description="Probability that it holds a suggestion.")
    needs_review: bool = Field(description="Whether a person should look at it.")
    truncated: bool = Field(description="Whether only its beginning was read.")
    text: str = Field(description="The text with personal data replaced by [PHONE], [EMAIL] ...")
    redactions: list[Redaction]
    model: str = Field(description="Version of the model.")
    taxonomy: str = Field(description="Version of the themes.")


class ItemError(Record):
    """Why one comment could not be analysed; the others were."""

    code: str = Field(description="`comment`: it is not valid; `internal`: something broke, the log tells.")
    detail: str
    invalid_params: list[InvalidParam] = Field(description="Fields that are not valid.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A comment that is not valid: what is wrong with it."""

    id: str | None
    invalid: tuple[tuple[str, str], ...]


def cursor_of(*lists: str) -> Any:
    """Make the parameter `after` of a list: a cursor in the form that the store gives.

    Args:
        lists: Names of the lists, as in `storage.cursors.LISTS`.
    """
    return Query(pattern=cursor_pattern(*lists), description="Cursor: `next` of the page before.")


def read_comment(given: object, position: int) -> records.Comment | Refused:
    """Read one comment of a request.

    Args:
        given: Anything that JSON can hold.
        position: Its place in the request, from 1: its id, if it has none.

    Returns:
        The comment, or what is wrong with it. NUL and half surrogate pairs in its text became blanks and U+FFFD, so
        offsets still count the text as sent.

    Examples:
        >>> read_comment({"text": "Giao hàng chậm"}, 3).id
        '3'
        >>> read_comment({"id": "a", "text": 5}, 1)
        Refused(id='a', invalid=(('text', 'Input should be a valid string'),))
    """
    name = given.get("id") if isinstance(given, dict) else None
    name = str(name)[:MAX_NAME] if isinstance(name, str | int) and not isinstance(name, bool) else None
    shown = None if name is None else _HALF.sub("\ufffd", name)
    if isinstance(given, dict):
        written = {key: clean(given[key]) for key in ("text", "question") if isinstance(given.get(key), str)}
        given = {**given, **written}
    try:
        read = Comment.model_validate(given)
    except ValidationError as error:
        found = invalid_params({**each, "loc": ("comment", *each["loc"])} for each in error.errors(include_input=False))
        return Refused(id=shown, invalid=tuple(("" if at == "comment" else at, why) for at, why in found))
    try:
        return _comment(read, given if isinstance(given, dict) else {}, position)
    except CommentError as error:
        return Refused(id=shown, invalid=((error.field, str(error).removeprefix(f"{error.field}: ")),))
    except NlpCxError as error:
        return Refused(id=shown, invalid=(("", str(error)),))


def _comment(read: Comment, given: Mapping[str, Any], position: int) -> records.Comment:
    """Make the record of a comment whose fields have the right types."""
    scores: list[records.Score] = []
    problems: Problems = []
    STRUCTURED["scores"](given.get("scores") or [], scores, {}, problems)
    for field, problem in problems:
        named, _, reason = problem.en.partition(": ")
        raise CommentError(named if reason else field, reason or problem.en)
    names = {
        key: _name(key, value) if (value := getattr(read, key)) else None
        for key in ("id", "respondent_id", "touchpoint", "stage")
    }
    return records.Comment(
        id=names["id"] or str(position),
        text=read.text,
        question=read.question or None,
        language=read.language,
        created_at=_moment(read.created_at),
        respondent_id=names["respondent_id"],
        touchpoint=names["touchpoint"],
        stage=names["stage"],
        segments={
            _name("segments", key): _name(f"segments/{key}"[:80], value) for key, value in (read.segments or {}).items()
        },
        scores=tuple(scores),
    )


def clean(text: str) -> str:
    r"""Replace what no store and no UTF-8 can hold, one character by one.

    Examples:
        >>> clean("a\0b\ud800")
        'a b�'
    """
    return _HALF.sub("\ufffd", text.replace("\0", " "))


def _name(field: str, value: str) -> str:
    """Check an id or the like."""
    if "\0" in value or _HALF.search(value):
        raise CommentError(clean(field), "must not hold NUL or half a surrogate pair")
    if len(value) > MAX_NAME:
        raise CommentError(field, f"must not be longer than {MAX_NAME} characters")
    return value


def _moment(given: str | None) -> datetime | date | None:
    """Read a date or time by ISO 8601."""
    if not given:
        return None
    try:
        return date.fromisoformat(given) if _DATE.fullmatch(given) else datetime.fromisoformat(given)
    except ValueError:
        raise CommentError("created_at", "must be ISO 8601, such as 2026-11-24 or 2026-11-24T09:30:00+07:00") from None
