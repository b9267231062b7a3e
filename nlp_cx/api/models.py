"""Models: which there are, how good they are, which one is live, and how that changes while requests are answered.

Models belong to the whole service, not to a workspace: whoever has an admin key changes them for everybody.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import math
import os
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal, TypeVar

import structlog
from fastapi import Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StrictStr
from starlette.concurrency import run_in_threadpool

from nlp_cx.api.idempotency import Idempotent
from nlp_cx.api.problems import problem, problems
from nlp_cx.api.records import Record, clean
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Admin, Here, Reader, Service
from nlp_cx.errors import (
    ConflictError,
    ModelError,
    NotFoundError,
    OutputError,
    PromotionRefusedError,
    RequestError,
    UnavailableError,
)
from nlp_cx.registry import Event, Registry

router = make_router("models")

SHOWN = 100
"""Changes of the live model that are listed, the latest ones."""
_FIGURES = ("sentiment_macro_f1", "theme_micro_f1")
_changing = threading.Lock()
_log = structlog.get_logger("nlp_cx.api")
Result = TypeVar("Result")


class ChangeRequest(BaseModel):
    """Why the live model is changed."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: StrictStr = Field("", max_length=2000, description="Why, in your words; kept in the history.")
    by: StrictStr | None = Field(None, min_length=1, max_length=200, description="Who; the key's prefix if left out.")


class PromotionRequest(ChangeRequest):
    """Why a model is promoted, and whether a gate may refuse it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "retrained on the labels of November"}]})

    force: bool = Field(default=False, description="Promote it though a gate refuses it; needs a reason.")


class ModelOut(Record):
    """One model. · Một mô hình."""

    version: str
    made: str | None = Field(description="Day on which it was made.")
    taxonomy: str | None
    live: bool = Field(description="Whether it reads new comments.")
    bytes: int
    sentiment_macro_f1: float | None = Field(description="Mean over the sets that it was measured on.")
    theme_micro_f1: float | None


class EventOut(Record):
    """One change of the live model."""

    at: str
    action: Literal["promoted", "forced", "rolled back"]
    version: str
    previous: str | None
    reason: str
    by: str
    gates: dict[str, Any] | None = Field(description="What the gates found; null where they did not run.")


class ModelList(Record):
    """All models, by version."""

    live: str | None = Field(description="Version that the registry, or NLP_CX_MODEL, names.")
    running: str | None = Field(description="Version that the answering process runs; it follows within a second.")
    items: list[ModelOut]
    history: list[EventOut] = Field(description="Changes of the live model, latest first.")


class ModelDetail(ModelOut):
    """One model with all that is known of it."""

    card: str | None = Field(description="What it is, was trained on, is good and bad at; Markdown.")
    metrics: dict[str, Any] = Field(description="Figures by set; null where one makes no sense.")
    manifest: dict[str, Any] = Field(description="How it was made, and the hashes of its files.")


class ModelChange(Record):
    """What became of a request to change the live model."""

    live: str
    event: EventOut
    verdict: dict[str, Any] | None = Field(description="What the gates found; null for a rollback.")


Version = Annotated[str, Path(max_length=200, description="Version of a model, as listed.")]


@router.get(
    "/v1/models",
    operation_id="list_models",
    summary="List the models · Danh sách mô hình",
    response_model=ModelList,
    responses=problems(503),
)
async def list_models(_caller: Reader, here: Here) -> JSONResponse:
    """Give the models that can be made live, which one is, and which ones were.

    *Các mô hình có thể đưa vào sử dụng, mô hình đang dùng và lịch sử thay đổi.*
    """
    return JSONResponse(await run_in_threadpool(_list, here))


@router.get(
    "/v1/models/{version}",
    operation_id="get_model",
    summary="Read a model's card and figures · Xem thẻ và số liệu của mô hình",
    response_model=ModelDetail,
    responses=problems(404, 503),
)
async def get_model(version: Version, _caller: Reader, here: Here) -> JSONResponse:
    """Give a model's card, its figures on each set, and how it was made.

    *Thẻ mô tả, số liệu trên từng bộ dữ liệu và cách tạo ra mô hình.*
    """
    return JSONResponse(await run_in_threadpool(_detail, here, version))


@router.post(
    "/v1/models/{version}/promote",
    operation_id="promote_model",
    summary="Make a model the live one · Đưa một mô hình vào sử dụng",
    response_model=ModelChange,
    responses=problems(404, 409, 503),
)
async def promote_model(
    request: Request, version: Version, asked: PromotionRequest, caller: Admin, here: Here, once: Idempotent
) -> Response:
    """Put a model through the gates and, if they let it, make it live in every process, no request dropped.

    The gates compare it with the live model on the frozen regression set and take some ten seconds, more on a busy
    machine. Send an `Idempotency-Key`: should the answer be lost, the same request gives it again (409 while it is
    under way). A refusal is 409 with code `promotion_refused` and the `verdict`.

    *Kiểm tra mô hình qua các cổng so sánh với mô hình đang dùng; nếu đạt thì thay thế ở mọi tiến trình.*
    """
    _may_change(here)
    reason = clean(asked.reason).strip()
    if asked.force and not reason:
        raise RequestError("reason", "a forced promotion needs a reason")
    by = clean(asked.by) if asked.by else caller.prefix or "local"
    digest = hashlib.sha256(json.dumps([version, reason, by, asked.force]).encode()).hexdigest()

    async def work() -> Response:
        try:
            change = await _alone(lambda: _promote(here, version, reason=reason, by=by, force=asked.force))
        except PromotionRefusedError as refused:
            verdict = _finite(refused.verdict.to_dict())
            return problem(request.scope, 409, str(refused), code=refused.code, verdict=verdict)
        await run_in_threadpool(here.live.load)
        return JSONResponse(change)

    return await once.run(digest, work)


@router.post(
    "/v1/models/rollback",
    operation_id="rollback_model",
    summary="Go back to the model before · Quay lại mô hình trước",
    response_model=ModelChange,
    responses=problems(404, 409, 503),
)
async def rollback_model(asked: ChangeRequest, caller: Admin, here: Here, once: Idempotent) -> Response:
    """Make the model live again that was so before the last promotion; gates are not asked.

    *Đưa mô hình đã dùng trước lần thay gần nhất trở lại; không kiểm tra qua cổng.*
    """
    _may_change(here)
    reason = clean(asked.reason).strip()
    by = clean(asked.by) if asked.by else caller.prefix or "local"
    digest = hashlib.sha256(json.dumps([reason, by]).encode()).hexdigest()

    async def work() -> Response:
        change = await _alone(lambda: _roll_back(reason=reason, by=by))
        await run_in_threadpool(here.live.load)
        return JSONResponse(change)

    return await once.run(digest, work)


# --- looking ---


def _folders(here: Service) -> dict[str, FilePath]:
    """Give the folders of all models by version, that of the running one included wherever it lies."""
    from nlp_cx import artifacts

    found = {path.name: path for path in artifacts.list_models()}
    if here.settings.model is not None:
        running = here.live.analyzer().folder
        found[running.version] = running.path
    return dict(sorted(found.items()))


def _live(here: Service) -> str | None:
    """Name the live model."""
    if here.settings.model is not None:
        return here.live.version
    try:
        return Registry.open().live()
    except ModelError:
        return here.live.version


def _list(here: Service) -> dict[str, Any]:
    """List the models and the changes."""
    live = _live(here)
    try:
        history = Registry.open().history()
    except ModelError as error:
        _log.error("registry_not_read", code=error.code, reason=str(error))  # no trace needed
        history = ()
    return {
        "live": live,
        "running": here.live.version,
        "items": [_record(version, path, live) for version, path in _folders(here).items()],
        "history": [_event(event) for event in reversed(history[-SHOWN:])],
    }


def _detail(here: Service, version: str) -> dict[str, Any]:
    """Tell all of one model."""
    path = _folder(here, version)
    card = path / "card.md"
    return {
        **_record(version, path, _live(here)),
        "card": card.read_text(encoding="utf-8") if card.is_file() else None,
        "metrics": _finite(_read(path / "metrics.json")),
        "manifest": _finite(_read(path / "manifest.json")),
    }


def _folder(here: Service, version: str) -> FilePath:
    """Find a model among those listed, never by a path."""
    path = _folders(here).get(version)
    if path is None:
        raise NotFoundError("there is no such model")
    return path


def _record(version: str, path: FilePath, live: str | None) -> dict[str, Any]:
    """Say what a model is."""
    manifest, metrics = _read(path / "manifest.json"), _read(path / "metrics.json")
    record: dict[str, Any] = {
        "version": version,
        "made": manifest.get("made"),
        "taxonomy": manifest.get("taxonomy"),
        "live": version == live,
        "bytes": sum(file.stat().st_size for file in path.iterdir() if file.is_file()),
    }
    for figure in _FIGURES:
        values = [told["model"][figure] for told in metrics.values() if figure in told.get("model", {})]
        values = [value for value in values if isinstance(value, int | float) and math.isfinite(value)]
        record[figure] = round(sum(values) / len(values), 4) if values else None
    return record


def _read(path: FilePath) -> dict[str, Any]:
    """Read a JSON object of a model folder; nothing if it is not there."""
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(f"{path.parent.name}/{path.name} cannot be read: fetch the folder again") from error
    return value if isinstance(value, dict) else {}


def _event(event: Event) -> dict[str, Any]:
    """Give a change as the API shows it."""
    found: dict[str, Any] = _finite(event.to_dict())
    return found


def _finite(value: Any) -> Any:
    """Give what JSON can hold: NaN, which says that a figure makes no sense, becomes null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list | tuple) else value


# --- changing ---


def _may_change(here: Service) -> None:
    """Refuse where a change would change nothing."""
    if here.settings.model is not None:
        raise ConflictError("this service stays with the model that NLP_CX_MODEL names: start it without, then promote")


def _promote(here: Service, version: str, *, reason: str, by: str, force: bool) -> dict[str, Any]:
    """Put a model through the gates."""
    from nlp_cx.promotion import promote

    path = _folder(here, version)
    with _writing():
        verdict, event = promote(path, reason=reason, by=by, force=force)
    return {"live": event.version, "event": _event(event), "verdict": _finite(verdict.to_dict())}


def _roll_back(*, reason: str, by: str) -> dict[str, Any]:
    """Make the earlier model live."""
    from nlp_cx.promotion import roll_back

    with _writing():
        event = roll_back(reason=reason, by=by)
    return {"live": event.version, "event": _event(event), "verdict": None}


@contextlib.contextmanager
def _writing() -> Any:
    """Tell of a folder that cannot be written without naming it to the caller."""
    try:
        yield
    except OutputError as error:
        _log.error("models_not_written", reason=str(error))  # no trace needed
        raise UnavailableError("the folder of models cannot be written; the log has more") from error


async def _alone(change: Callable[[], Result]) -> Result:
    """Do one change at a time, in a thread that leaves the processor to requests where it can."""
    if not _changing.acquire(blocking=False):
        raise ConflictError("another model is being promoted: try again when that is over")

    def run() -> Result:
        try:
            return change()
        finally:
            _changing.release()

    pool = ThreadPoolExecutor(1, "promote", initializer=_step_back)
    try:
        return await asyncio.shield(asyncio.wrap_future(pool.submit(run)))
    finally:
        pool.shutdown(wait=False)


def _step_back() -> None:
    """Let the threads of requests go before this one and those it starts; only Linux has priorities of threads."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
