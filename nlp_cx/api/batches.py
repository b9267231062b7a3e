"""Whole survey files: uploaded, analysed in the background, fetched as results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse

from nlp_cx.api.batch_records import BatchOut, BatchPage, RejectedPage, ResultPage, batch_record
from nlp_cx.api.downloads import MEDIA, Downloads, result_lines
from nlp_cx.api.idempotency import Idempotent
from nlp_cx.api.problems import preferred_language, problems
from nlp_cx.api.records import EXAMPLE_ANALYSIS, cursor_of
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Analyst, Here, Reader, Service
from nlp_cx.api.survey_file import BODY, MappingGiven, Name, open_file, recognise_file
from nlp_cx.api.uploads import received
from nlp_cx.errors import NotFoundError
from nlp_cx.storage.interface import Batch, BatchState

AT_ONCE = 16 << 20
"""Bytes up to which the columns of a file are looked at before the answer."""

router = make_router("batches")


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
    openapi_extra=BODY,
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
                survey = await run_in_threadpool(open_file, upload)
                kind: str | None = survey.format
            else:
                kind = await run_in_threadpool(recognise_file, upload)
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

        return await once.run(upload.digest, work, find=here.store.batch)


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


def _find(here: Service, workspace: str, batch_id: str) -> Batch:
    """Give a batch of the caller's workspace."""
    batch = here.store.batch(workspace, batch_id)
    if batch is None:
        raise NotFoundError("there is no such batch")
    return batch


def _link(request: Request, format: str, after: str | None, limit: int | None) -> Mapping[str, str]:
    """Give the header that leads to the next page."""
    if after is None:
        return {}
    query = {"format": format, "after": after} | ({"limit": str(limit)} if limit else {})
    return {"Link": f'<{request.url.path}?{urlencode(query)}>; rel="next"'}


def _downloads(here: Service) -> Downloads:
    """Give what writes files of results."""
    return Downloads(store=here.store, files=here.jobs.files)
