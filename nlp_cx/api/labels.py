"""Corrections by people: given, taken back, asked for where they help most, exported for retraining."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Query, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictStr
from starlette.concurrency import run_in_threadpool

from nlp_cx.alignment import Aligned
from nlp_cx.api.auth import Caller, require
from nlp_cx.api.comments import StoredCommentOut, stored_record
from nlp_cx.api.filters import Drill, Moment, ThemeId
from nlp_cx.api.idempotency import Idempotent
from nlp_cx.api.places import Places
from nlp_cx.api.problems import problems
from nlp_cx.api.records import MAX_NAME, Polarity, Record, clean
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Here, Labeller, Service
from nlp_cx.errors import ConflictError, NotFoundError, RequestError
from nlp_cx.labelled import Evidence, Labelled
from nlp_cx.labelled.words import fold, locate
from nlp_cx.records import Comment, Span, ThemeMention
from nlp_cx.redact import Redactor
from nlp_cx.storage.interface import Correction, Label, LabelledComment, Page, StoredComment

router = make_router("labels")

_PAGE = 1000
_LINES = "application/x-ndjson"
LabelReader = Annotated[Caller, Depends(require("label", "read"))]
"""Parameter of a route: a caller with the scope label or read."""


# --- what comes in ---


def _whole(given: object) -> object:
    """Take 12.0 for 12, as JSON Schema does."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


Offset = Annotated[int, BeforeValidator(_whole)]


class GivenSpan(BaseModel):
    """Words that prove a theme, by their place or by themselves."""

    model_config = ConfigDict(extra="forbid", strict=True)

    start: Offset | None = Field(None, ge=0, description="First code point in the text as sent.")
    end: Offset | None = Field(None, ge=1, description="One past the last code point.")
    text: StrictStr | None = Field(
        None, min_length=1, max_length=10_000, description="The words; looked for in the text if no place is given."
    )


class GivenMention(BaseModel):
    """A theme that a person sees in a comment."""

    model_config = ConfigDict(extra="forbid", strict=True)

    theme: ThemeId
    sentiment: Polarity
    spans: list[GivenSpan] = Field(default_factory=list, max_length=50)


class LabelRequest(BaseModel):
    """What a person says of a comment; what is left out stays as it is, and teaches nothing."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "comment_id": "r-1027",
                    "sentiment": "negative",
                    "themes": [
                        {"theme": "delivery", "sentiment": "negative", "spans": [{"text": "Giao hàng chậm"}]},
                        {"theme": "staff", "sentiment": "positive"},
                    ],
                    "complaint": True,
                    "author": "lan",
                }
            ]
        },
    )

    comment_id: StrictStr = Field(min_length=1, max_length=MAX_NAME)
    sentiment: Polarity | None = None
    themes: list[GivenMention] | None = Field(
        None,
        max_length=64,
        description="All themes of the comment; an empty list says that there is none. A theme may stand there twice, "
        "negative and positive.",
    )
    complaint: bool | None = None
    suggestion: bool | None = None
    none: bool | None = Field(None, description="Whether it says nothing; then it has no themes.")
    note: StrictStr | None = Field(None, max_length=2000, description="For other people; personal data is taken out.")
    author: StrictStr | None = Field(
        None, min_length=1, max_length=200, description="Who says so; the key's prefix if left out."
    )


class UndoRequest(BaseModel):
    """Whose last correction is taken back."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [{"comment_id": "r-1027"}]})

    comment_id: StrictStr = Field(min_length=1, max_length=MAX_NAME)
    author: StrictStr | None = Field(None, min_length=1, max_length=200, description="Who takes it back.")


class ReviewQuery(Drill):
    """Which comments to choose from, and how many."""

    limit: int = Field(20, ge=1, le=200)


class ExportQuery(BaseModel):
    """Which corrections."""

    model_config = ConfigDict(extra="forbid")

    since: Moment | None = Field(
        None, description="Only comments whose last correction is of this moment or later: `2026-11-01T00:00:00Z`."
    )


class HistoryQuery(BaseModel):
    """Whose corrections."""

    model_config = ConfigDict(extra="forbid")

    comment_id: str = Field(min_length=1, max_length=MAX_NAME, description="Id of the comment.")


# --- what goes out ---


class LabelOut(Record):
    """One correction as history keeps it. · Một lần hiệu chỉnh."""

    number: int = Field(description="Counts up; larger is later.")
    comment_id: str
    author: str
    at: datetime
    undo: bool = Field(description="Whether it takes the correction before it back.")
    correction: dict[str, Any] = Field(description="What the person said, no more.")
    before: dict[str, Any] = Field(description="Sentiment, themes, complaint, suggestion, none that counted before.")
    after: dict[str, Any] = Field(description="The same as they count from then on.")
    model: str = Field(description="Model whose reading was corrected.")


class History(Record):
    """All corrections of a comment, first one first."""

    items: list[LabelOut]


class ReviewList(Record):
    """Comments that are most worth a look, most doubtful first."""

    items: list[StoredCommentOut]


# --- routes ---


@router.post(
    "/v1/labels",
    operation_id="create_label",
    summary="Correct a comment · Hiệu chỉnh một ý kiến",
    status_code=201,
    response_model=LabelOut,
    responses=problems(404, 409),
)
async def create_label(asked: LabelRequest, caller: Labeller, here: Here, once: Idempotent) -> Response:
    """Say what a comment's sentiment, themes or flags really are.

    It counts at once, in summaries too, marked as human; it stays when the same text is analysed again; history keeps
    what was there before.

    *Cho biết cảm xúc, nhóm nguyên nhân hoặc các dấu hiệu đúng của một ý kiến. Có hiệu lực ngay, kể cả trong bảng tổng
    hợp; lịch sử giữ lại giá trị cũ.*
    """
    digest = hashlib.sha256(asked.model_dump_json().encode("utf-8", "replace")).hexdigest()

    async def work() -> Response:
        label = await run_in_threadpool(_correct, here, caller, asked)
        return JSONResponse(label_record(label), status_code=201)

    return await once.run(digest, work)


@router.post(
    "/v1/labels/undo",
    operation_id="undo_label",
    summary="Take the last correction back · Hoàn tác hiệu chỉnh gần nhất",
    response_model=LabelOut,
    responses=problems(404, 409),
)
async def undo_label(asked: UndoRequest, caller: Labeller, here: Here) -> JSONResponse:
    """Take a comment's last correction back; what counted before it counts again. History keeps both.

    *Hoàn tác lần hiệu chỉnh gần nhất của một ý kiến; lịch sử giữ lại cả hai.*
    """
    label = await run_in_threadpool(_undo, here, caller, asked)
    return JSONResponse(label_record(label))


@router.get(
    "/v1/labels",
    operation_id="list_labels",
    summary="See how a comment was corrected · Xem lịch sử hiệu chỉnh",
    response_model=History,
    responses=problems(404),
)
async def list_labels(asked: Annotated[HistoryQuery, Query()], caller: LabelReader, here: Here) -> JSONResponse:
    """Give all corrections of a comment with author, time, and what was there before and after.

    *Mọi lần hiệu chỉnh của một ý kiến: ai, lúc nào, trước và sau.*
    """
    comment_id = clean(asked.comment_id)
    history = await run_in_threadpool(here.store.history, caller.workspace, comment_id)
    if not history:
        await run_in_threadpool(_find, here, caller.workspace, comment_id)
    return JSONResponse({"items": [label_record(label) for label in history]})


@router.get(
    "/v1/review",
    operation_id="list_review",
    summary="Get comments that are worth a look · Lấy các ý kiến nên xem lại",
    response_model=ReviewList,
)
async def list_review(asked: Annotated[ReviewQuery, Query()], caller: LabelReader, here: Here) -> JSONResponse:
    """Give the comments whose reading is least certain or disagrees most with itself or with the score.

    They are spread over themes and languages; those that a person corrected are left out.

    *Các ý kiến mà mô hình ít chắc chắn nhất hoặc mâu thuẫn nhất, trải đều theo nhóm nguyên nhân và ngôn ngữ.*
    """
    where = asked.where()
    chosen = await run_in_threadpool(partial(here.store.review, caller.workspace, where, limit=asked.limit))
    return JSONResponse({"items": [stored_record(one) for one in chosen]})


@router.get(
    "/v1/labels/export",
    operation_id="export_labels",
    summary="Fetch all corrections for retraining · Tải các hiệu chỉnh để huấn luyện lại",
    response_class=Response,
    responses={
        200: {
            "description": "JSON lines, one corrected comment a line.",
            "content": {_LINES: {"schema": {"type": "string"}}},
        },
        **problems(),
    },
)
async def export_labels(asked: Annotated[ExportQuery, Query()], caller: LabelReader, here: Here) -> Response:
    """Give every corrected comment with what people said of it, as `training.retrain` and `nlp-cx evaluate` read it.

    `text` is the redacted one, offsets count its code points. What nobody corrected is null.

    *Mỗi dòng là một ý kiến đã hiệu chỉnh, đúng định dạng mà việc huấn luyện lại đọc.*
    """
    first = await run_in_threadpool(partial(here.store.labels, caller.workspace, since=asked.since, limit=_PAGE))
    return StreamingResponse(
        _lines(here, caller.workspace, asked.since, first),
        media_type=_LINES,
        headers={"Content-Disposition": 'attachment; filename="labels.jsonl"'},
    )


# --- steps ---


def label_record(label: Label) -> dict[str, Any]:
    """Give a correction as the API shows it.

    Args:
        label: From the store.

    Returns:
        JSON.
    """
    correction = label.correction
    said = {
        name: value
        for name in ("sentiment", "complaint", "suggestion", "none", "note")
        if (value := getattr(correction, name)) is not None
    }
    if correction.themes is not None:
        said["themes"] = [mention.to_dict() for mention in correction.themes]
    return {
        "number": label.number,
        "comment_id": label.comment_id,
        "author": label.author,
        "at": label.at.isoformat(),
        "undo": not said,
        "correction": said,
        "before": dict(label.before),
        "after": dict(label.after),
        "model": label.model,
    }


def labelled_of(one: LabelledComment) -> Labelled:
    """Give a corrected comment in the form of retraining.

    Args:
        one: From the store.

    Returns:
        The comment with its redacted text, and what people said of it; None where nobody said anything.
    """
    stored, said = one.comment, one.label.correction
    analysis = stored.analysis
    places = Places(analysis.text, analysis.redactions)
    code = analysis.language.code
    judged: dict[str, set[Polarity]] = {}
    evidence: list[Evidence] = []
    for mention in said.themes or ():
        judged.setdefault(mention.theme, set()).add(mention.sentiment)
        for span in mention.spans:
            start, end = places.kept(span.start, span.end)
            if start < end <= len(analysis.text):
                evidence.append(Evidence(mention.theme, start, end))
    both = frozenset(theme for theme, told in judged.items() if len(told) > 1)
    return Labelled(
        comment=Comment(
            id=stored.id,
            text=analysis.text,
            question=stored.comment.question,
            language=stored.comment.language or (code if code in ("vi", "en") else None),
            respondent_id=stored.comment.respondent_id,
        ),
        sentiment=said.sentiment,
        themes=None if said.themes is None else {
            theme: None if theme in both else next(iter(told)) for theme, told in judged.items()
        },
        both=both,
        evidence=tuple(dict.fromkeys(evidence)),
        complaint=said.complaint,
        suggestion=said.suggestion,
        none=said.none,
    )  # fmt: skip


def _lines(here: Service, workspace: str, since: datetime | None, page: Page[LabelledComment]) -> Iterator[bytes]:
    """Write a page and those behind it, comments without text left out."""
    while True:
        rows = (labelled_of(one) for one in page.items)
        records = [row.to_dict() for row in rows if row.is_labelled and row.comment.text.strip()]
        text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        yield text.encode("utf-8", "replace")
        if page.next is None:
            return
        page = here.store.labels(workspace, since=since, after=page.next, limit=_PAGE)


def _find(here: Service, workspace: str, comment_id: str) -> StoredComment:
    """Give a comment of the caller's workspace."""
    stored = here.store.comment(workspace, comment_id)
    if stored is None:
        raise NotFoundError("there is no such comment")
    return stored


def _author(given: str | None, caller: Caller) -> str:
    """Name who says so."""
    return clean(given) if given else caller.prefix or "local"


def _correct(here: Service, caller: Caller, asked: LabelRequest) -> Label:
    """Check a correction against its comment, and apply it."""
    comment_id = clean(asked.comment_id)
    stored = _find(here, caller.workspace, comment_id)
    correction = _correction(here, asked, stored)
    return here.store.correct(caller.workspace, comment_id, correction, author=_author(asked.author, caller))


def _undo(here: Service, caller: Caller, asked: UndoRequest) -> Label:
    """Take a correction back."""
    comment_id = clean(asked.comment_id)
    _find(here, caller.workspace, comment_id)
    label = here.store.uncorrect(caller.workspace, comment_id, author=_author(asked.author, caller))
    if label is None:
        raise ConflictError("there is no correction that could be taken back")
    return label


def _correction(here: Service, asked: LabelRequest, stored: StoredComment) -> Correction:
    """Make a correction of what was said; what follows from it is said too, so that nothing contradicts it later."""
    told = (asked.sentiment, asked.themes, asked.complaint, asked.suggestion, asked.none)
    if all(value is None for value in told):
        raise RequestError("body", "says nothing: give at least one of sentiment, themes, complaint, suggestion, none")
    if asked.none and asked.themes:
        raise RequestError("none", "the comment cannot say nothing and have themes: keep one of both")
    themes = None if asked.themes is None else _mentions(asked.themes, stored)
    none = asked.none
    if none:
        themes = ()
    elif none is None and themes:
        none = False
    note = None
    if asked.note and asked.note.strip():
        redactor = Redactor(names=here.settings.redact_names, order_codes=here.settings.redact_orders)
        note = redactor(Aligned.of(clean(asked.note)))[0].text
    return Correction(
        sentiment=asked.sentiment,
        themes=themes,
        complaint=asked.complaint,
        suggestion=asked.suggestion,
        none=none,
        note=note,
    )


def _mentions(given: Sequence[GivenMention], stored: StoredComment) -> tuple[ThemeMention, ...]:
    """Make mentions; each theme once, or once negative and once positive."""
    places = Places(stored.analysis.text, stored.analysis.redactions)
    judged: dict[str, list[Polarity]] = {}
    mentions = []
    for number, mention in enumerate(given):
        so_far = judged.setdefault(mention.theme, [])
        so_far.append(mention.sentiment)
        if len(so_far) > 1 and sorted(so_far) != ["negative", "positive"]:
            raise RequestError(f"themes/{number}", "a theme may stand there twice only as negative and as positive")
        spans = [_span(span, places, f"themes/{number}/spans/{place}") for place, span in enumerate(mention.spans)]
        mentions.append(
            ThemeMention(theme=mention.theme, sentiment=mention.sentiment, confidence=1.0, spans=tuple(spans))
        )
    return tuple(mentions)


def _span(given: GivenSpan, places: Places, name: str) -> Span:
    """Find the words that prove a theme; they are kept as redacted."""
    if given.start is not None and given.end is not None:
        if not given.start < given.end <= places.length:
            raise RequestError(name, f"must lie within the {places.length} code points of the text")
        start, end = places.kept(given.start, given.end)
        if given.text is not None and fold(places.text[start:end]) != fold(given.text):
            raise RequestError(name, "start and end mark other words than text says; they count code points")
    elif given.start is not None or given.end is not None or given.text is None:
        raise RequestError(name, "needs start and end, or text")
    else:
        found = locate(places.text, clean(given.text))
        if found is None:
            raise RequestError(name, "these words are not in the text: copy them from it letter by letter")
        start, end = found
    sent = places.sent(start, end)
    return Span(start=sent[0], end=sent[1], text=places.text[start:end])
