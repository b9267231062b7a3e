"""Whether the process lives and whether it can answer."""

from __future__ import annotations

from typing import Literal

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from nlp_cx.api.problems import problem, problems
from nlp_cx.api.records import Record
from nlp_cx.api.state import Here, Service
from nlp_cx.logs import places

router = APIRouter(tags=["operation"], responses={500: problems()[500]})
_log = structlog.get_logger("nlp_cx.health")


class Health(Record):
    """The process answers."""

    status: Literal["ok"]


class Readiness(Record):
    """The service can do its work."""

    status: Literal["ok"]
    model: str = Field(description="Version of the live model.")
    store: Literal["ok"] = Field(description="Comments can be kept, and the schema is that of this version.")


@router.get(
    "/healthz", operation_id="check_health", summary="Tell that the process lives · Tiến trình còn chạy",
    response_model=Health,
)  # fmt: skip
async def check_health() -> JSONResponse:
    """Answer at once, whatever else is the matter; a process that does not is to be restarted."""
    return JSONResponse({"status": "ok"})


@router.get(
    "/readyz",
    operation_id="check_readiness",
    summary="Tell whether the service can answer · Dịch vụ đã sẵn sàng chưa",
    response_model=Readiness,
    responses={503: problems(503)[503]},
)
async def check_readiness(request: Request, here: Here) -> Response:
    """Look at model, store and migrations; 503 as long as one of them is not ready."""
    missing = [] if here.live.version else ["model"]
    if not await run_in_threadpool(_store_is_ready, here):
        missing.append("store")
    if missing:
        detail = f"not ready: {', '.join(missing)}"
        return problem(request.scope, 503, detail, headers={"Retry-After": "1"}, not_ready=missing)
    return JSONResponse({"status": "ok", "model": here.live.version, "store": "ok"})


def _store_is_ready(here: Service) -> bool:
    """Ask the store for something small."""
    try:
        here.store.ping()
        return here.store.migrated()
    except Exception as error:  # noqa: BLE001  # whatever the database says, the answer is no
        _log.warning("store_not_ready", **places(error))
        return False
