"""API keys of a workspace: who may call, made and revoked by whoever has an admin key.

Creating takes no Idempotency-Key: the answer holds a secret, and answers under such keys are kept.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Path, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StrictStr
from starlette.concurrency import run_in_threadpool

from nlp_cx.api.auth import Caller, Permission, make_key
from nlp_cx.api.problems import problems
from nlp_cx.api.records import Record, clean
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Admin, Here
from nlp_cx.errors import ConflictError, NotFoundError

if TYPE_CHECKING:
    from nlp_cx.storage.interface import ApiKey

router = make_router("keys")


class KeyRequest(BaseModel):
    """What a key is for."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"name": "dashboard of the Hanoi team", "scopes": ["read"]}]},
    )

    name: StrictStr = Field("", max_length=200, description="What it is for, so that it can be found again.")
    scopes: list[Permission] = Field(
        min_length=1, max_length=4, description="What it may do; `admin` includes the others."
    )


class KeyOut(Record):
    """A key, without its secret. · Một khoá, không kèm bí mật."""

    prefix: str = Field(description="Beginning of the key, by which it is known.")
    name: str
    scopes: list[Permission]
    created_at: datetime
    last_used_at: datetime | None = Field(description="To the minute.")
    revoked_at: datetime | None
    mine: bool = Field(description="Whether this very request came with it.")


class NewKeyOut(KeyOut):
    """A key that was just made: the only time that it is shown."""

    key: str = Field(description="The whole key. Only its hash is kept: write it down now.")


class KeyList(Record):
    """All keys of the workspace, newest first, revoked ones too."""

    items: list[KeyOut]


Prefix = Annotated[str, Path(min_length=1, max_length=40, description="Prefix of the key, as listed.")]


@router.get(
    "/v1/keys",
    operation_id="list_keys",
    summary="List the API keys · Danh sách khoá API",
    response_model=KeyList,
)
async def list_keys(caller: Admin, here: Here) -> JSONResponse:
    """Give the keys of the workspace by their prefixes.

    *Các khoá của không gian làm việc, nhận biết bằng phần đầu của khoá.*
    """
    keys = await run_in_threadpool(here.store.keys, caller.workspace)
    return JSONResponse({"items": [_record(key, caller) for key in keys]})


@router.post(
    "/v1/keys",
    operation_id="create_key",
    summary="Make an API key · Tạo khoá API",
    status_code=201,
    response_model=NewKeyOut,
    responses=problems(409),
)
async def create_key(asked: KeyRequest, caller: Admin, here: Here) -> JSONResponse:
    """Make a key of the workspace and show it, this once.

    The first key of a service closes it for requests without one; it must have the scope admin, so that somebody can
    make others.

    *Tạo một khoá và hiện nó một lần duy nhất. Khoá đầu tiên phải có quyền admin vì từ đó dịch vụ cần khoá.*
    """
    if caller.prefix is None and "admin" not in asked.scopes:
        raise ConflictError("the first key closes the service for requests without one: give it the scope admin")
    made = make_key()
    scopes = tuple(dict.fromkeys(asked.scopes))
    kept = await run_in_threadpool(
        partial(
            here.store.create_key,
            caller.workspace,
            prefix=made.prefix,
            hash=made.hash,
            scopes=scopes,
            name=clean(asked.name),
        )
    )
    here.keys.close()
    return JSONResponse(
        _record(kept, caller) | {"key": made.key}, status_code=201, headers={"Cache-Control": "no-store"}
    )


@router.delete(
    "/v1/keys/{prefix}",
    operation_id="revoke_key",
    summary="Revoke an API key · Thu hồi khoá API",
    status_code=204,
    response_class=Response,
    responses=problems(404, 409),
)
async def revoke_key(prefix: Prefix, caller: Admin, here: Here) -> Response:
    """Revoke a key for good: within seconds, every process refuses it. The key of the request itself stays.

    *Thu hồi hẳn một khoá; vài giây sau mọi tiến trình đều từ chối nó. Không thể thu hồi chính khoá đang dùng.*
    """
    if prefix == caller.prefix:
        raise ConflictError("this is the key that the request came with: revoke it with another one")
    if await run_in_threadpool(here.store.revoke_key, caller.workspace, prefix) is None:
        raise NotFoundError("there is no such key")
    return Response(status_code=204)


def _record(key: ApiKey, caller: Caller) -> dict[str, Any]:
    """Give a key as the API shows it."""
    return {
        "prefix": key.prefix,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "created_at": key.created_at.isoformat(),
        "last_used_at": key.last_used_at and key.last_used_at.isoformat(),
        "revoked_at": key.revoked_at and key.revoked_at.isoformat(),
        "mine": key.prefix == caller.prefix,
    }
