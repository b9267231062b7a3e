"""Whole survey files: uploaded, looked at beforehand, analysed in the background, fetched as results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import ConfigDict, Field
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse

from nlp_cx.alignment import Aligned
from nlp_cx.api.downloads import MEDIA, Downloads, result_lines
from nlp_cx.api.idempotency import Idempotent
from nlp_cx.api.problems import preferred_language, problems
from nlp_cx.api.records import EXAMPLE_ANALYSIS, Analysis, Record, cursor_of
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Analyst, Here, Reader, Service
from nlp_cx.api.uploads import FORM, TYPES, Upload, received
from nlp_cx.errors import ColumnError, FileError, NlpCxError, NotFoundError
from nlp_cx.ingest import Rejected, Survey
from nlp_cx.ingest.formats import recognise
from nlp_cx.jobs.staging import describe_plans, open_upload, upload_rows
from nlp_cx.records import Comment
from nlp_cx.redact import Redactor
from nlp_cx.storage.interface import Batch, BatchState
from nlp_cx.words import Tongue

PREVIEWED = 2000
"""Rows that a preview reads."""
SHOWN = 10
"""Comments that it shows."""
AT_ONCE = 16 << 20
"""Bytes up to which the columns of a file are looked at before the answer."""
_EXAMPLE: dict[str, Any] = {
    "id": "b_20261125_9f86d081884c7d65",
    "kind": "upload",
    "name": "khao-sat-thang-11.xlsx",
    "state": "running",
    "format": "xlsx",
    "total": 100_000,
    "done": 41_984,
    "rejected": 12,
    "per_second": 1042.5,
    "seconds_left": 55.6,
    "created_at": "2026-11-25T04:30:00+00:00",
    "started_at": "2026-11-25T04:30:01+00:00",
    "finished_at": None,
    "error": None,
    "sheets": [],
    "notes": [],
}

router = make_router("batches")


# --- what goes out ---


class ScoreScale(Record):
    """What a column of scores measures, and on which scale."""

    metric: str
    min: float
    max: float
    direction: Literal["higher_is_better", "lower_is_better"]
    scale_from: Literal["metric", "header", "given"] = Field(description="Where the scale was told from.")


class ColumnRole(Record):
    """What one column was taken for."""

    column: str
    role: str = Field(description="text, id, score, segment, created_at ...; unused, or ignored for personal data.")
    confidence: float = Field(ge=0, le=1)
    why: Literal["header", "values", "given", "nothing"]
    score: ScoreScale | None


class Sheet(Record):
    """The columns of one sheet."""

    sheet: str | None = Field(description="Its name; null where the format has no sheets.")
    columns: list[ColumnRole]


class BatchError(Record):
    """Why a batch failed."""

    code: str
    detail: str


class BatchOut(Record):
    """A file that was handed in, and how far it is. · Một tệp đã gửi và tiến độ xử lý."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: str
    kind: Literal["upload", "rescore"]
    name: str
    state: Literal["queued", "running", "completed", "failed", "cancelled"]
    format: str | None
    total: int | None = Field(description="Rows in it; null until they are counted.")
    done: int = Field(description="Comments analysed and kept.")
    rejected: int = Field(description="Rows that could not be used; /errors has them.")
    per_second: float | None = Field(description="Comments a second, lately.")
    seconds_left: float | None = Field(description="Until it is done, if it goes on like this.")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: BatchError | None
    sheets: list[Sheet] = Field(description="What the columns were taken for.")
    notes: list[str] = Field(description="How the file was read where that was not plain.")


class BatchPage(Record):
    """Some batches, newest first."""

    items: list[BatchOut]
    next: str | None = Field(description="Cursor of the next page: send it as `after`. Null at the end.")


class ResultPage(Record):
    """Some analyses of a batch, in the order of the file."""

    items: list[Analysis]
    next: str | None = Field(description="Cursor of the next page: send it as `after`. Null at the end.")


class RejectedRow(Record):
    """A row, or one field of a row whose comment is kept, that could not be used."""

    row: int = Field(description="As a spreadsheet counts: the header is row 1.")
    sheet: str | None
    id: str | None
    field: str | None
    severity: Literal["row", "field"]
    reason: str
    reason_vi: str | None
    values: dict[str, str] = Field(description="Cells, personal data taken out.")


class RejectedPage(Record):
    """Some of what could not be used, in the order of the file."""

    items: list[RejectedRow]
    next: str | None = Field(description="Cursor of the next page: send it as `after`. Null at the end.")


class PreviewComment(Record):
    """A comment as it would be read, personal data taken out of its text."""

    id: str
    text: str
    question: str | None
    language: str | None
    created_at: str | None
    respondent_id: str | None
    touchpoint: str | None
    stage: str | None
    segments: dict[str, str]
    scores: list[dict[str, Any]]


class Preview(Record):
    """How a file would be read. · Tệp sẽ được đọc như thế nào."""

    format: str
    rows: int | None = Field(description="Rows of the whole file, where that is known without reading it.")
    sheets: list[Sheet]
    notes: list[str]
    comments: int = Field(description=f"Comments among the first {PREVIEWED} rows.")
    rejected: int = Field(description="Rows among them that would be rejected.")
    first: list[PreviewComment]
    errors: list[RejectedRow] = Field(description="The first things that could not be used.")


# --- what comes in ---

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_COMMENTS = {
    "schema": {
        "anyOf": [
            {"type": "array", "description": "Comments; what is none is rejected by itself."},
            {"type": "object", "description": "An object with `comments`, or one comment."},
            {"description": "Anything else holds no comment."},
        ]
    },
    "example": {"comments": [{"id": "r-1027", "text": "Giao hàng chậm", "scores": [{"metric": "nps", "value": 6}]}]},
}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file as it is, under its own content type, or in a form.",
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "mapping": {"type": "string", "description": "As the parameter `mapping`."},
                        "name": {"type": "string", "description": "As the parameter `name`."},
                    },
                }
            },
            **{kind: _COMMENTS if kind == "application/json" else _BINARY for kind in TYPES},
        },
    }
}
Name = Annotated[str | None, Query(max_length=200, description="What to call it; the file's own name if left out.")]
MappingGiven = Annotated[
    str | None,
    Query(
        max_length=20_000,
        description='What columns are, as JSON, where they are not recognised: `{"text": ["Ý kiến"], "scores": '
        '["nps=Q1:0-10"], "date": "Ngày", "segments": ["Chi nhánh"], "all": {"language": "vi"}}`. Fields: text, id, '
        "question, language, date, respondent_id, touchpoint, stage, segments, scores, sheet, ignore; under `all` a "
        "question or a language that holds for all comments.",
    ),
]


# --- routes ---


@router.post(
    "/v1/batches",
    operation_id="create_batch",
    summary="Hand in a file of comments · Gửi một tệp ý kiến",
    status_code=202,
    response_model=BatchOut,
    responses={
        202: {
            "description": "It is on the disk and will be analysed, whatever happens.",
            "headers": {"Location": {"description": "Address of the batch.", "schema": {"type": "string"}}},
        },
        **problems(409, 413, 415, 503),
    },
    openapi_extra=_BODY,
)
async def create_batch(
    request: Request, caller: Analyst, here: Here, once: Idempotent, name: Name = None, mapping: MappingGiven = None
) -> Response:
    """Take a CSV, XLSX (XLS, XLSB, ODS), JSON, JSON lines or Parquet file of any number of comments.

    What can be told at once is answered at once; what is found later lets the batch fail. A comment's `id` that the
    workspace has is replaced. Look at `/v1/batches/preview` first if columns may not be recognised.

    *Nhận tệp CSV, XLSX, JSON, JSON lines hoặc Parquet với số lượng ý kiến bất kỳ; xử lý ở chế độ nền.*
    """
    request.state.max_body = here.settings.max_upload_mb << 20
    lang = preferred_language(request.scope)
    async with received(request, here.jobs.files, name=name, mapping=mapping) as upload:

        async def work() -> Response:
            if upload.size <= AT_ONCE:
                survey = await run_in_threadpool(_open, upload)
                kind: str | None = survey.format
            else:
                kind = await run_in_threadpool(_recognise, upload)
            batch = await run_in_threadpool(
                partial(
                    here.jobs.create,
                    caller.workspace,
                    upload.path,
                    name=upload.name,
                    format=kind,
                    options={"mapping": dict(upload.mapping)},
                )
            )
            return JSONResponse(
                batch_record(batch, lang), status_code=202, headers={"Location": f"/v1/batches/{batch.id}"}
            )

        return await once.run(upload.digest, work)


@router.post(
    "/v1/batches/preview",
    operation_id="preview_batch",
    summary="See how a file would be read · Xem trước cách đọc tệp",
    response_model=Preview,
    responses=problems(413, 415, 503),
    openapi_extra=_BODY,
)
async def preview_batch(
    request: Request, _caller: Analyst, here: Here, name: Name = None, mapping: MappingGiven = None
) -> JSONResponse:
    """Say what the columns of a file are taken for, show its first comments and what would be rejected; keep nothing.

    *Cho biết các cột được hiểu là gì, vài ý kiến đầu tiên và những dòng sẽ bị loại; không lưu gì.*
    """
    async with received(request, here.jobs.files, name=name, mapping=mapping) as upload:
        return JSONResponse(await run_in_threadpool(_preview, here, upload))


@router.get(
    "/v1/batches",
    operation_id="list_batches",
    summary="List batches · Danh sách các lô",
    response_model=BatchPage,
    responses=problems(),
)
async def list_batches(
    request: Request,
    caller: Reader,
    here: Here,
    state: Annotated[list[BatchState] | None, Query(description="Only those in one of these states.")] = None,
    after: Annotated[str | None, cursor_of("batches")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> JSONResponse:
    """Give batches, newest first.

    *Liệt kê các lô, mới nhất trước.*
    """
    lang = preferred_language(request.scope)
    page = await run_in_threadpool(
        partial(here.store.batches, caller.workspace, states=state or (), after=after, limit=limit)
    )
    return JSONResponse({"items": [batch_record(batch, lang) for batch in page.items], "next": page.next})


@router.get(
    "/v1/batches/{batch_id}",
    operation_id="get_batch",
    summary="See how far a batch is · Xem tiến độ một lô",
    response_model=BatchOut,
    responses=problems(404),
)
async def get_batch(request: Request, batch_id: str, caller: Reader, here: Here) -> JSONResponse:
    """Give a batch's state, counts, speed and the time that is left.

    *Trạng thái, số lượng, tốc độ và thời gian còn lại của một lô.*
    """
    batch = await run_in_threadpool(_find, here, caller.workspace, batch_id)
    return JSONResponse(batch_record(batch, preferred_language(request.scope)))


@router.post(
    "/v1/batches/{batch_id}/cancel",
    operation_id="cancel_batch",
    summary="Cancel a batch · Hủy một lô",
    response_model=BatchOut,
    responses=problems(404, 409),
)
async def cancel_batch(request: Request, batch_id: str, caller: Analyst, here: Here) -> JSONResponse:
    """Stop a batch: what was analysed stays, nothing is added any more. Cancelling twice is no error.

    *Dừng một lô: phần đã phân tích được giữ lại, không thêm gì nữa.*
    """
    batch = await run_in_threadpool(here.jobs.cancel, caller.workspace, batch_id)
    return JSONResponse(batch_record(batch, preferred_language(request.scope)))


@router.delete(
    "/v1/batches/{batch_id}",
    operation_id="delete_batch",
    summary="Delete a batch and its comments · Xóa một lô và các ý kiến của nó",
    status_code=204,
    response_class=Response,
    responses=problems(404),
)
async def delete_batch(batch_id: str, caller: Analyst, here: Here) -> Response:
    """Delete a batch for good: its comments (those that no later one replaced), its rejected rows, its files.

    *Xóa hẳn một lô: các ý kiến (trừ ý kiến đã được thay bằng bản mới hơn), các dòng bị loại và tệp.*
    """
    await run_in_threadpool(here.jobs.delete, caller.workspace, batch_id)
    return Response(status_code=204)


@router.get(
    "/v1/batches/{batch_id}/results",
    operation_id="list_batch_results",
    summary="Fetch the analyses of a batch · Lấy kết quả của một lô",
    response_model=ResultPage,
    responses={
        200: {
            "description": "A page of analyses, or a file.",
            "content": {
                "application/json": {"example": {"items": [dict(EXAMPLE_ANALYSIS)], "next": None}},
                **{media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA.values()},
            },
        },
        **problems(404),
    },
)
async def list_batch_results(
    request: Request,
    batch_id: str,
    caller: Reader,
    here: Here,
    format: Annotated[
        Literal["json", "ndjson", "csv", "xlsx", "parquet"],
        Query(description="json: a page. ndjson: from `after` on, one analysis a line. Others: the whole, as a file."),
    ] = "json",
    after: Annotated[str | None, cursor_of("results")] = None,
    limit: Annotated[
        int | None, Query(ge=1, le=10_000, description="Analyses of a page; 1,000 for json, all for ndjson.")
    ] = None,
) -> Response:
    """Give the analyses of a batch in the order of the file, those so far if it still runs.

    `Link: <...>; rel="next"` leads to the next page. Files have the columns of the command line's results, with
    nothing in them that a spreadsheet would calculate.

    *Trả về kết quả theo thứ tự trong tệp; tệp tải về có các cột như kết quả của dòng lệnh.*
    """
    batch = await run_in_threadpool(_find, here, caller.workspace, batch_id)
    if format == "json" or (format == "ndjson" and limit is not None):
        page = await run_in_threadpool(
            partial(here.store.results, caller.workspace, batch_id, after=after, limit=limit or 1000)
        )
        items = [one.analysis.to_dict() for one in page.items]
        headers = _link(request, format, page.next, limit)
        if format == "json":
            return JSONResponse({"items": items, "next": page.next}, headers=headers)
        text = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)
        return Response(text.encode("utf-8", "replace"), media_type=MEDIA["ndjson"], headers=headers)
    if format == "ndjson":
        lines = await run_in_threadpool(result_lines, here.store, caller.workspace, batch_id, after)
        return StreamingResponse(lines, media_type=MEDIA["ndjson"])
    path = await run_in_threadpool(
        partial(_downloads(here).write, batch, format=format, lang=preferred_language(request.scope))
    )
    stem = batch.name.rpartition(".")[0] or batch.name
    return FileResponse(
        path,
        media_type=MEDIA[format],
        filename=f"{stem}_results.{format}",
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


@router.get(
    "/v1/batches/{batch_id}/errors",
    operation_id="list_batch_errors",
    summary="See what could not be used · Xem những dòng không dùng được",
    response_model=RejectedPage,
    responses=problems(404),
)
async def list_batch_errors(
    batch_id: str,
    caller: Reader,
    here: Here,
    after: Annotated[str | None, cursor_of("rejected")] = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
) -> JSONResponse:
    """Give rejected rows, and fields of rows whose comment is kept, with reasons in both languages.

    *Các dòng bị loại và lý do bằng hai ngôn ngữ.*
    """
    await run_in_threadpool(_find, here, caller.workspace, batch_id)
    page = await run_in_threadpool(partial(here.store.rejected, caller.workspace, batch_id, after=after, limit=limit))
    return JSONResponse({"items": [row.to_dict() for row in page.items], "next": page.next})


# --- steps ---


def batch_record(batch: Batch, lang: Tongue) -> dict[str, Any]:
    """Give a batch as the API shows it.

    Args:
        batch: From the store.
        lang: Language of what is said about an error.

    Returns:
        JSON.
    """
    detail = batch.error_vi if lang == "vi" and batch.error_vi else batch.error
    return {
        "id": batch.id,
        "kind": batch.kind,
        "name": batch.name,
        "state": batch.state,
        "format": batch.format,
        "total": batch.total,
        "done": batch.done,
        "rejected": batch.rejected,
        "per_second": batch.per_second and round(batch.per_second, 1),
        "seconds_left": batch.seconds_left and round(batch.seconds_left, 1),
        "created_at": batch.created_at.isoformat(),
        "started_at": batch.started_at and batch.started_at.isoformat(),
        "finished_at": batch.finished_at and batch.finished_at.isoformat(),
        "error": {"code": batch.error_code, "detail": detail or ""} if batch.error_code else None,
        "sheets": batch.plan.get("sheets", []),
        "notes": batch.plan.get("notes", []),
    }


def _find(here: Service, workspace: str, batch_id: str) -> Batch:
    """Give a batch of the caller's workspace."""
    batch = here.store.batch(workspace, batch_id)
    if batch is None:
        raise NotFoundError("there is no such batch")
    return batch


def _open(upload: Upload) -> Survey:
    """Open an upload; errors call it by the caller's name."""
    try:
        return open_upload(upload.path, upload.mapping)
    except (FileError, ColumnError) as error:
        raise _renamed(error, upload) from error


def _recognise(upload: Upload) -> str:
    """Tell only the format of an upload."""
    try:
        return recognise(upload.path)
    except FileError as error:
        raise _renamed(error, upload) from error


def _renamed(error: NlpCxError, upload: Upload) -> NlpCxError:
    """Call a file by the name that the caller knows."""
    told = str(error)
    for ours in (str(upload.path), upload.path.name):
        told = told.replace(ours, upload.name)
    return type(error)(told)


def _preview(here: Service, upload: Upload) -> dict[str, Any]:
    """Read the beginning of an upload."""
    survey = _open(upload)
    redactor = Redactor(names=here.settings.redact_names, order_codes=here.settings.redact_orders)
    comments: list[Comment] = []
    errors: list[Rejected] = []
    counts = {"comments": 0, "row": 0}
    try:
        for row in islice(upload_rows(survey, upload.mapping, redactor), PREVIEWED):
            if isinstance(row, Rejected):
                counts["row"] += row.severity == "row"
                errors += [row][: SHOWN * 2 - len(errors)]
            else:
                counts["comments"] += 1
                comments += [row][: SHOWN - len(comments)]
    except (FileError, ColumnError) as error:
        raise _renamed(error, upload) from error
    return {
        "format": survey.format,
        "rows": survey.total_rows,
        "sheets": describe_plans(survey.plans),
        "notes": [note.replace(upload.path.name, upload.name) for note in survey.notes],
        "comments": counts["comments"],
        "rejected": counts["row"],
        "first": [_shown(comment, redactor) for comment in comments],
        "errors": [row.to_dict() for row in errors],
    }


def _shown(comment: Comment, redactor: Redactor) -> dict[str, Any]:
    """Show a comment with personal data taken out of its text."""
    redacted, _ = redactor(Aligned.of(comment.text))
    return {
        "id": comment.id,
        "text": redacted.text,
        "question": comment.question,
        "language": comment.language,
        "created_at": comment.created_at and comment.created_at.isoformat(),
        "respondent_id": comment.respondent_id,
        "touchpoint": comment.touchpoint,
        "stage": comment.stage,
        "segments": dict(comment.segments),
        "scores": [score.to_dict() for score in comment.scores],
    }


def _link(request: Request, format: str, after: str | None, limit: int | None) -> Mapping[str, str]:
    """Give the header that leads to the next page."""
    if after is None:
        return {}
    query = {"format": format, "after": after} | ({"limit": str(limit)} if limit else {})
    return {"Link": f'<{request.url.path}?{urlencode(query)}>; rel="next"'}


def _downloads(here: Service) -> Downloads:
    """Give what writes files of results."""
    return Downloads(store=here.store, files=here.jobs.files)
