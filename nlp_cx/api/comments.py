"""Stored comments one by one, beneath every figure; and gone for good where somebody asks for it."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import Path as PathParameter
from fastapi import Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ConfigDict, Field
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse

from nlp_cx.api.downloads import MEDIA, SIDE_BY_SIDE
from nlp_cx.api.filters import Drill
from nlp_cx.api.problems import preferred_language, problems
from nlp_cx.api.records import EXAMPLE_ANALYSIS, EXAMPLE_COMMENT, MAX_NAME, Analysis, Record, Score
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Analyst, Here, Reader, Service
from nlp_cx.api.tidy import answer
from nlp_cx.errors import BusyError, NotFoundError
from nlp_cx.export import open_results
from nlp_cx.storage.cursors import LISTS, cursor_pattern
from nlp_cx.storage.interface import Filter, Order, StoredComment
from nlp_cx.words import Tongue

_ORDERS: Mapping[str, Order] = {LISTS["newest"][0]: "newest", LISTS["oldest"][0]: "oldest"}

_FILES = ("csv", "xlsx", "parquet")
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_PAGE = 1000
_writing = threading.Semaphore(SIDE_BY_SIDE)

router = make_router("comments")

EXAMPLE_STORED: dict[str, Any] = {
    **{key: EXAMPLE_COMMENT[key] for key in ("id", "question", "created_at", "respondent_id", "touchpoint")},
    "stage": None,
    "segments": EXAMPLE_COMMENT["segments"],
    "scores": [{"metric": "nps", "value": 6.0, "min": 0.0, "max": 10.0, "direction": "higher_is_better"}],
    "analysis": dict(EXAMPLE_ANALYSIS),
    "human": False,
    "batch": "b_20261125_9f86d081884c7d65",
    "saved_at": "2026-11-25T04:30:05+00:00",
}


class CommentsQuery(Drill):
    """Which comments, and which page of them."""

    order: Literal["newest", "oldest"] = Field("newest", description="By date, then by when they were first kept.")
    after: str | None = Field(
        None,
        pattern=cursor_pattern("newest", "oldest"),
        description="Cursor: `next` of the page before; it goes on in the order of that page.",
    )
    limit: int = Field(50, ge=1, le=1000, description="Comments of a page.")
    format: Literal["json", "csv", "xlsx", "parquet"] = Field(
        "json", description="json: a page. Others: all that fit, as a file with the columns of results."
    )


class StoredCommentOut(Record):
    """A comment as it is kept: personal data taken out, a person's correction applied. · Một ý kiến đã lưu."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_STORED]})

    id: str
    question: str | None
    created_at: str | None = Field(description="As it was sent.")
    respondent_id: str | None
    touchpoint: str | None
    stage: str | None
    segments: dict[str, str]
    scores: list[Score]
    analysis: Analysis = Field(description="What counts now; its `text` is the redacted one.")
    human: bool = Field(description="Whether a person corrected it.")
    batch: str | None
    saved_at: datetime


class CommentPage(Record):
    """Some comments."""

    items: list[StoredCommentOut]
    next: str | None = Field(description="Cursor of the next page: send it as `after`. Null at the end.")


class Deleted(Record):
    """How much is gone."""

    deleted: int = Field(ge=0, description="Comments that were deleted.", examples=[3])


CommentId = Annotated[str, PathParameter(min_length=1, max_length=MAX_NAME, description="Id of the comment.")]
RespondentId = Annotated[str, PathParameter(min_length=1, max_length=MAX_NAME, description="Who answered.")]


@router.get(
    "/v1/comments",
    operation_id="list_comments",
    summary="Read the comments behind a figure · Đọc các ý kiến đằng sau một con số",
    response_model=CommentPage,
    responses={
        200: {
            "description": "A page of comments, or a file.",
            "content": {media: _BINARY for name, media in MEDIA.items() if name in _FILES},
        },
        304: {"description": "Nothing changed since the ETag that was sent."},
        **problems(503),
    },
)
async def list_comments(
    request: Request, asked: Annotated[CommentsQuery, Query()], caller: Reader, here: Here
) -> Response:
    """Give the comments that fit all filters, page by page or as a file. Raw text is never shown, even if it is kept.

    *Liệt kê các ý kiến thỏa mọi điều kiện lọc, theo trang hoặc dạng tệp. Văn bản gốc không bao giờ được hiển thị.*
    """
    where = asked.where()
    order = _ORDERS[asked.after[0]] if asked.after else asked.order
    if asked.format != "json":
        lang = preferred_language(request.scope)
        path = await run_in_threadpool(
            partial(_write_file, here, caller.workspace, where, order, form=asked.format, lang=lang)
        )
        return FileResponse(
            path,
            media_type=MEDIA[asked.format],
            filename=f"comments.{asked.format}",
            background=BackgroundTask(path.unlink, missing_ok=True),
        )
    write = partial(_write_page, here, caller.workspace, where, order, after=asked.after, limit=asked.limit)
    return await answer(request, here, caller.workspace, write, media="application/json", keep=False)


@router.get(
    "/v1/comments/{comment_id:path}",
    operation_id="get_comment",
    summary="Read one comment · Đọc một ý kiến",
    response_model=StoredCommentOut,
    responses=problems(404),
)
async def get_comment(comment_id: CommentId, caller: Reader, here: Here) -> JSONResponse:
    """Give one comment with what was read in it, by a model or a person.

    *Một ý kiến cùng kết quả phân tích của mô hình hoặc của người hiệu chỉnh.*
    """
    stored = await run_in_threadpool(here.store.comment, caller.workspace, comment_id)
    if stored is None:
        raise NotFoundError("there is no such comment")
    return JSONResponse(stored_record(stored))


@router.delete(
    "/v1/comments/{comment_id:path}",
    operation_id="delete_comment",
    summary="Delete one comment · Xóa một ý kiến",
    status_code=204,
    response_class=Response,
    responses=problems(404),
)
async def delete_comment(comment_id: CommentId, caller: Analyst, here: Here) -> Response:
    """Delete one comment for good, with its corrections; summaries leave it out at once.

    *Xóa hẳn một ý kiến cùng các hiệu chỉnh; bảng tổng hợp bỏ nó ra ngay.*
    """
    if not await run_in_threadpool(here.store.delete_comment, caller.workspace, comment_id):
        raise NotFoundError("there is no such comment")
    return Response(status_code=204)


@router.delete(
    "/v1/respondents/{respondent_id:path}",
    operation_id="delete_respondent",
    summary="Delete all that one person wrote · Xóa mọi ý kiến của một người",
    response_model=Deleted,
    responses=problems(404),
)
async def delete_respondent(respondent_id: RespondentId, caller: Analyst, here: Here) -> JSONResponse:
    """Delete all comments of one respondent for good, with their corrections and rejected rows.

    0 says that there was nothing. A batch that is under way may still bring comments of the same person: delete again
    when it is over.

    *Xóa hẳn mọi ý kiến của một người trả lời; 0 nghĩa là không có gì để xóa. Nếu một lô đang chạy còn ý kiến của người
    đó, hãy xóa lại khi lô xong.*
    """
    deleted = await run_in_threadpool(here.store.delete_respondent, caller.workspace, respondent_id)
    return JSONResponse({"deleted": deleted})


def _write_page(here: Service, workspace: str, where: Filter, order: Order, *, after: str | None, limit: int) -> bytes:
    """Write one page."""
    page = here.store.comments(workspace, where, after=after, limit=limit, order=order)
    told = {"items": [stored_record(one) for one in page.items], "next": page.next}
    return json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")


def _write_file(here: Service, workspace: str, where: Filter, order: Order, *, form: str, lang: Tongue) -> Path:
    """Write all comments that fit as a file, which the caller removes."""
    if not _writing.acquire(blocking=False):
        raise BusyError("other downloads are being written: try again in a moment", retry_after=5)
    try:
        path = here.jobs.files.draft(f".{form}")
        writer = open_results(path, lang=lang)
        try:
            after = None
            while True:
                page = here.store.comments(workspace, where, after=after, limit=_PAGE, order=order)
                for one in page.items:
                    writer.write(one.comment, one.analysis)
                if page.next is None:
                    break
                after = page.next
            writer.publish([])
        finally:
            writer.discard()
    finally:
        _writing.release()
    return path


def stored_record(stored: StoredComment) -> dict[str, Any]:
    """Give a stored comment as the API shows it; of its text the redacted one.

    Args:
        stored: From the store.

    Returns:
        JSON.
    """
    comment = stored.comment
    return {
        "id": comment.id,
        "question": comment.question,
        "created_at": comment.created_at and comment.created_at.isoformat(),
        "respondent_id": comment.respondent_id,
        "touchpoint": comment.touchpoint,
        "stage": comment.stage,
        "segments": dict(comment.segments),
        "scores": [score.to_dict() for score in comment.scores],
        "analysis": stored.analysis.to_dict(),
        "human": stored.human,
        "batch": stored.batch,
        "saved_at": stored.saved_at.isoformat(),
    }
