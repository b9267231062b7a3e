"""Where a workspace is told of what happened, by the Standard Webhooks specification."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import Path, Query, Response
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from nlp_cx.api.idempotency import Idempotent
from nlp_cx.api.problems import problems
from nlp_cx.api.records import Record, cursor_of
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Admin, Here, Service
from nlp_cx.errors import ConflictError, NotFoundError
from nlp_cx.storage.interface import Delivery, Webhook
from nlp_cx.webhooks import Event, check_url, make_secret

MOST = 20
"""Webhooks of one workspace."""
_EXAMPLE: dict[str, Any] = {
    "id": "wh_9f86d081884c7d65",
    "url": "https://cx.example.com/hooks/nlp-cx",
    "events": ["batch.completed", "batch.failed"],
    "enabled": True,
    "description": "Dashboard",
    "created_at": "2026-11-25T04:30:00+00:00",
}

router = make_router("webhooks")


def _once_each(events: list[Event]) -> list[Event]:
    """Leave out what is named twice."""
    return list(dict.fromkeys(events))


Events = Annotated[list[Event], Field(min_length=1, max_length=10), AfterValidator(_once_each)]
Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2000,
        description="https address on the public internet; no redirects.",
        json_schema_extra={"format": "uri", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://[!-~]+$"},
    ),
]
Description = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


class NewWebhook(BaseModel):
    """Where to tell of what."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{key: _EXAMPLE[key] for key in ("url", "events")}]}
    )

    url: Url
    events: Events
    description: Description = ""


class ChangedWebhook(BaseModel):
    """What is to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [{"enabled": False}]})

    url: Url | None = None
    events: Events | None = None
    description: Description | None = None
    enabled: bool | None = None
    new_secret: bool = Field(default=False, description="Whether to make a new secret; the answer shows it once.")


class WebhookOut(Record):
    """Where a workspace is told of events. · Nơi nhận thông báo của không gian làm việc."""

    model_config = ConfigDict(
        json_schema_serialization_defaults_required=False, json_schema_extra={"examples": [_EXAMPLE]}
    )

    id: str
    url: str
    events: list[Event]
    enabled: bool
    description: str
    created_at: datetime
    secret: str | None = Field(
        None, description="What signatures are checked with: whsec_...; only in the answer that makes it."
    )


class WebhookList(Record):
    """All webhooks of a workspace, oldest first."""

    items: list[WebhookOut]


class DeliveryOut(Record):
    """One try to deliver one message."""

    event_id: str = Field(description="What happened; the header webhook-id is msg_ and this.")
    event: str
    attempt: int = Field(ge=1)
    at: datetime
    status: int | None = Field(description="HTTP status; null if there was no answer.")
    error: str | None
    milliseconds: int = Field(ge=0)


class DeliveryPage(Record):
    """Some tries, newest first."""

    items: list[DeliveryOut]
    next: str | None = Field(description="Cursor of the next page: send it as `after`. Null at the end.")


WebhookId = Annotated[str, Path(min_length=1, max_length=100, description="Id of the webhook.")]


@router.post(
    "/v1/webhooks",
    operation_id="create_webhook",
    summary="Ask to be told of events · Đăng ký nhận thông báo",
    status_code=201,
    response_model=WebhookOut,
    responses=problems(409),
)
async def create_webhook(asked: NewWebhook, caller: Admin, here: Here, once: Idempotent) -> Response:
    """Send signed messages to an address from now on; the answer shows the secret, once.

    Messages follow [Standard Webhooks](https://www.standardwebhooks.com): check `webhook-signature` with any of its
    libraries, take a `webhook-id` that came before as a repetition, answer 2xx within 15 seconds. Else it is tried
    again for about three days. 410 switches the webhook off.

    *Gửi thông báo có chữ ký đến một địa chỉ; khóa bí mật chỉ hiện một lần trong câu trả lời này.*
    """
    check_url(asked.url, private=here.settings.private_webhooks)

    async def work() -> Response:
        secret = make_secret()
        made = await run_in_threadpool(partial(_create, here, caller.workspace, asked, secret))
        return JSONResponse(
            webhook_record(made) | {"secret": secret}, status_code=201, headers={"Location": f"/v1/webhooks/{made.id}"}
        )

    return await once.run(hashlib.sha256(asked.model_dump_json().encode()).hexdigest(), work, find=here.store.webhook)


@router.get(
    "/v1/webhooks",
    operation_id="list_webhooks",
    summary="List webhooks · Danh sách nơi nhận thông báo",
    response_model=WebhookList,
)
async def list_webhooks(caller: Admin, here: Here) -> JSONResponse:
    """Give all webhooks, oldest first, without their secrets.

    *Liệt kê nơi nhận thông báo, không kèm khóa bí mật.*
    """
    found = await run_in_threadpool(here.store.webhooks, caller.workspace)
    return JSONResponse({"items": [webhook_record(webhook) for webhook in found]})


@router.get(
    "/v1/webhooks/{webhook_id}",
    operation_id="get_webhook",
    summary="See a webhook · Xem một nơi nhận thông báo",
    response_model=WebhookOut,
    responses=problems(404),
)
async def get_webhook(webhook_id: WebhookId, caller: Admin, here: Here) -> JSONResponse:
    """Give one webhook, without its secret.

    *Một nơi nhận thông báo, không kèm khóa bí mật.*
    """
    return JSONResponse(webhook_record(await run_in_threadpool(_find, here, caller.workspace, webhook_id)))


@router.patch(
    "/v1/webhooks/{webhook_id}",
    operation_id="update_webhook",
    summary="Change a webhook · Sửa một nơi nhận thông báo",
    response_model=WebhookOut,
    responses=problems(404),
)
async def update_webhook(webhook_id: WebhookId, asked: ChangedWebhook, caller: Admin, here: Here) -> JSONResponse:
    """Change address, events or description, switch it off or on, or make a new secret.

    *Đổi địa chỉ, sự kiện, mô tả, tắt/bật hoặc tạo khóa bí mật mới.*
    """
    if asked.url is not None:
        check_url(asked.url, private=here.settings.private_webhooks)
    values = asked.model_dump(exclude={"new_secret"}, exclude_none=True)
    secret = make_secret() if asked.new_secret else None
    if secret:
        values["secret"] = secret
    if values:
        changed = await run_in_threadpool(partial(here.store.update_webhook, caller.workspace, webhook_id, **values))
    else:
        changed = await run_in_threadpool(here.store.webhook, caller.workspace, webhook_id)
    if changed is None:
        raise NotFoundError("there is no such webhook")
    return JSONResponse(webhook_record(changed) | ({"secret": secret} if secret else {}))


@router.delete(
    "/v1/webhooks/{webhook_id}",
    operation_id="delete_webhook",
    summary="Delete a webhook · Xóa một nơi nhận thông báo",
    status_code=204,
    response_class=Response,
    responses=problems(404),
)
async def delete_webhook(webhook_id: WebhookId, caller: Admin, here: Here) -> Response:
    """Send nothing there any more; messages that wait are dropped.

    *Ngừng gửi; các thông báo đang chờ bị bỏ.*
    """
    if not await run_in_threadpool(here.store.delete_webhook, caller.workspace, webhook_id):
        raise NotFoundError("there is no such webhook")
    return Response(status_code=204)


@router.get(
    "/v1/webhooks/{webhook_id}/deliveries",
    operation_id="list_webhook_deliveries",
    summary="See how deliveries went · Xem lịch sử gửi",
    response_model=DeliveryPage,
    responses=problems(404),
)
async def list_webhook_deliveries(
    webhook_id: WebhookId,
    caller: Admin,
    here: Here,
    after: Annotated[str | None, cursor_of("deliveries")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> JSONResponse:
    """Give the last tries to deliver, newest first.

    *Các lần gửi gần nhất, mới nhất trước.*
    """
    await run_in_threadpool(_find, here, caller.workspace, webhook_id)
    page = await run_in_threadpool(
        partial(here.store.deliveries, caller.workspace, webhook_id, after=after, limit=limit)
    )
    return JSONResponse({"items": [_delivery_record(one) for one in page.items], "next": page.next})


def webhook_record(webhook: Webhook) -> dict[str, Any]:
    """Give a webhook as the API shows it, without its secret."""
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": list(webhook.events),
        "enabled": webhook.enabled,
        "description": webhook.description,
        "created_at": webhook.created_at.isoformat(),
    }


def _delivery_record(one: Delivery) -> dict[str, Any]:
    """Give a try as the API shows it."""
    return {
        "event_id": one.event_id,
        "event": one.event,
        "attempt": one.attempt,
        "at": one.at.isoformat(),
        "status": one.status,
        "error": one.error,
        "milliseconds": one.milliseconds,
    }


def _create(here: Service, workspace: str, asked: NewWebhook, secret: str) -> Webhook:
    """Keep a webhook, unless there are too many."""
    if len(here.store.webhooks(workspace)) >= MOST:
        raise ConflictError(f"there are {MOST} webhooks already: delete one first")
    return here.store.create_webhook(
        workspace,
        webhook_id=f"wh_{secrets.token_hex(8)}",
        url=asked.url,
        secret=secret,
        events=asked.events,
        description=asked.description,
    )


def _find(here: Service, workspace: str, webhook_id: str) -> Webhook:
    """Give a webhook of the caller's workspace."""
    webhook = here.store.webhook(workspace, webhook_id)
    if webhook is None:
        raise NotFoundError("there is no such webhook")
    return webhook
