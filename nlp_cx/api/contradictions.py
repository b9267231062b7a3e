"""GET /v1/contradictions: comments whose score says the opposite of their text."""

from __future__ import annotations

import json
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response
from pydantic import ConfigDict, Field

from nlp_cx.api.filters import Scope
from nlp_cx.api.problems import problems
from nlp_cx.api.records import Record
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Here, Reader
from nlp_cx.api.tidy import MEDIA, answer
from nlp_cx.contradictions import HIGH, LOW, Kind, contradiction
from nlp_cx.records import Polarity
from nlp_cx.storage.cursors import cursor_pattern
from nlp_cx.storage.interface import Filter, Store, StoredComment

router = make_router("comments")

MOST_READ = 2_000
"""Comments that one request reads: if most of them turn out to be unsure, a page holds fewer than were asked for."""
_JUDGED: dict[Kind, Polarity] = {"high_score_complaint": "negative", "low_score_praise": "positive"}
_EXAMPLE: dict[str, Any] = {
    "comment_id": "r-1031",
    "kind": "high_score_complaint",
    "metric": "nps",
    "value": 9.0,
    "min": 0.0,
    "max": 10.0,
    "direction": "higher_is_better",
    "certainty": 0.97,
    "strength": 0.776,
    "themes": ["delivery"],
    "language": "vi",
    "created_at": "2026-11-24",
    "text": "Giao hàng quá chậm, gọi không ai nghe máy",
}


class ContradictionsQuery(Scope):
    """Which comments, and which page of them."""

    kind: Literal["high_score_complaint", "low_score_praise"] | None = Field(
        None, description="Only those who complain with a high score, or praise with a low one."
    )
    after: str | None = Field(None, pattern=cursor_pattern("newest"), description="Cursor: `next` of the page before.")
    limit: int = Field(50, ge=1, le=200, description="Comments of a page, at most.")


class ContradictionOut(Record):
    """One comment that contradicts its score. · Một ý kiến trái ngược với điểm đã chấm."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    comment_id: str
    kind: Literal["high_score_complaint", "low_score_praise"]
    metric: str
    value: float
    min: float
    max: float
    direction: Literal["higher_is_better", "lower_is_better"]
    certainty: float = Field(description="Probability of the text's sentiment, 0.8 or more.")
    strength: float = Field(description="Certainty times how far the score is from the middle of its scale.")
    themes: list[str]
    language: str
    created_at: str | None
    text: str = Field(description="Its beginning, personal data taken out, on one line.")


class ContradictionCounts(Record):
    """Among how many they were looked for; of all pages."""

    n: int = Field(description="Responses with a score whose text was judged.")
    high: int = Field(description="Of them with a high score: 9 of 0-10, 5 of 1-5.")
    low: int = Field(description="With a low score: up to 3 of 0-10, 2 of 1-5.")
    high_score_complaint: int = Field(description="Comments that may complain with a high score, unsure ones included.")
    low_score_praise: int = Field(description="Comments that may praise with a low one, unsure ones included.")


class ContradictionPage(Record):
    """Some contradictions, newest first."""

    items: list[ContradictionOut]
    next: str | None = Field(description="Cursor of the next page: send it as `after`. Null at the end.")
    counts: ContradictionCounts


@router.get(
    "/v1/contradictions",
    operation_id="list_contradictions",
    summary="Find scores that contradict their text · Tìm điểm số trái với lời viết",
    response_model=ContradictionPage,
    responses={304: {"description": "Nothing changed since the ETag that was sent."}, **problems(503)},
)
async def list_contradictions(
    request: Request, asked: Annotated[ContradictionsQuery, Query()], caller: Reader, here: Here
) -> Response:
    """Give comments with a 9 and a harsh complaint, or a 2 and praise, newest first.

    Texts that both praise and blame, or that the model is not sure of, are left out; a page may hold fewer than `limit`
    although there is a `next`. Many low scores with praise say that the scale was taken the wrong way round.

    *Các ý kiến chấm điểm cao nhưng chê gay gắt, hoặc điểm thấp nhưng khen; mới nhất trước.*
    """
    write = partial(
        page_of, here.store, caller.workspace, asked.where(), kind=asked.kind, after=asked.after, limit=asked.limit
    )
    return await answer(request, here, caller.workspace, write, media=MEDIA["json"], keep=False)


def page_of(store: Store, workspace: str, where: Filter, *, kind: Kind | None, after: str | None, limit: int) -> bytes:
    """Write one page: candidates are read until it is full, they end, or enough were read.

    Args:
        store: Where comments are.
        workspace: Whose.
        where: Which ones.
        kind: Only those of a kind.
        after: Cursor of the page before.
        limit: Comments of the page, at most.

    Returns:
        JSON.
    """
    judged = tuple(_JUDGED.values()) if kind is None else (_JUDGED[kind],)
    shown: dict[str, dict[str, Any]] = {}

    def keep(one: StoredComment) -> bool:
        record = _record(one)
        if record is not None:
            shown[one.id] = record
        return record is not None

    found = store.opposed(
        workspace, where, high=HIGH, low=LOW, judged=judged, keep=keep, after=after, limit=limit, read=MOST_READ
    )
    items = [shown[one.id] for one in found.page.items]
    counts = {
        "n": found.n,
        "high": found.high,
        "low": found.low,
        "high_score_complaint": found.negative,
        "low_score_praise": found.positive,
    }
    return json.dumps({"items": items, "next": found.page.next, "counts": counts}, ensure_ascii=False).encode(
        "utf-8", "replace"
    )


def _record(stored: StoredComment) -> dict[str, Any] | None:
    """Give a contradiction as the API shows it; None if the comment is none after all."""
    comment = stored.comment
    found = contradiction(comment, stored.analysis)
    if found is None:
        return None
    told = found.to_dict()
    text = told.pop("text")
    return told | {
        "language": stored.analysis.language.code,
        "created_at": comment.created_at and comment.created_at.isoformat(),
        "text": text,
    }
