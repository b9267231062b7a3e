"""Stored comments read again by the live model, as a batch."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from nlp_cx.api.batch_records import BatchOut, batch_record
from nlp_cx.api.filters import Drill
from nlp_cx.api.idempotency import Idempotent
from nlp_cx.api.problems import preferred_language, problems
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Analyst, Here, Service
from nlp_cx.errors import ConflictError, NotFoundError
from nlp_cx.storage.interface import Batch, Filter

router = make_router("batches")


class RescoreQuery(Drill):
    """Which comments to read again."""

    name: str = Field("rescore", min_length=1, max_length=200, description="What to call the batch.")


class Rescored(BatchOut):
    """The batch that reads them, and how many comments it leaves as they are."""

    without_raw: int = Field(description="Comments that fit but whose text as sent is not kept; they stay as they are.")


@router.post(
    "/v1/rescore",
    operation_id="rescore_comments",
    summary="Analyse stored comments again · Phân tích lại các ý kiến đã lưu",
    status_code=202,
    response_model=Rescored,
    responses={
        202: {
            "description": "It will be done, whatever happens.",
            "headers": {"Location": {"description": "Address of the batch.", "schema": {"type": "string"}}},
        },
        **problems(404, 409, 503),
    },
)
async def rescore_comments(
    request: Request, asked: Annotated[RescoreQuery, Query()], caller: Analyst, here: Here, once: Idempotent
) -> Response:
    """Read the comments that fit again with the live model, in the background; follow it as any batch.

    This needs the text as sent, which is kept only if the service was told so (`NLP_CX_KEEP_RAW`) when the comment
    came; offsets could not be told from redacted text. If it is kept of none, the answer is 409 and says so. What
    people corrected stays corrected.

    *Đọc lại các ý kiến bằng mô hình đang dùng. Cần văn bản gốc, chỉ được giữ khi bật NLP_CX_KEEP_RAW.*
    """
    digest = hashlib.sha256(request.url.query.encode()).hexdigest()

    async def work() -> Response:
        batch, left = await run_in_threadpool(_rescore, here, caller.workspace, asked.where(), asked.name)
        record = batch_record(batch, preferred_language(request.scope)) | {"without_raw": left}
        return JSONResponse(record, status_code=202, headers={"Location": f"/v1/batches/{batch.id}"})

    return await once.run(digest, work, find=here.store.batch)


def _rescore(here: Service, workspace: str, where: Filter, name: str) -> tuple[Batch, int]:
    """Begin the batch, if there is anything that it can read."""
    all_of_them = here.store.count(workspace, where)
    if not all_of_them:
        raise NotFoundError("there are no such comments")
    kept = replace(where, raw=True)
    readable = here.store.count(workspace, kept)
    if not readable:
        raise ConflictError(
            "the text as sent of these comments is not kept: set NLP_CX_KEEP_RAW=1 before comments come, or send them "
            "again"
        )
    return here.jobs.rescore(workspace, kept, name=name), all_of_them - readable
