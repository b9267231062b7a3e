"""Who asks: what a page or a script may do with the key it has."""

from __future__ import annotations

from fastapi.responses import JSONResponse
from pydantic import Field

from nlp_cx.api.records import Record
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Anyone

router = make_router("operation")


class Me(Record):
    """The caller. · Người gọi."""

    open: bool = Field(description="Whether the service needs no key, since it listens to this machine only.")
    workspace: str = Field(description="Whose comments the caller sees.")
    scopes: list[str] = Field(description="What the key is good for: analyze, read, label, admin.")
    key: str | None = Field(description="Prefix of the key, as lists of keys show it; null without one.")


@router.get(
    "/v1/me",
    operation_id="get_me",
    summary="See what a key is good for · Xem khoá có quyền gì",
    response_model=Me,
)
async def get_me(caller: Anyone) -> JSONResponse:
    """Give the workspace and the scopes of the caller's key.

    *Không gian làm việc và các quyền của khoá đang dùng.*
    """
    return JSONResponse(
        {
            "open": caller.prefix is None,
            "workspace": caller.workspace,
            "scopes": sorted(caller.scopes),
            "key": caller.prefix,
        }
    )
