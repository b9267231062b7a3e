"""When a workspace wants to be told of a share, and when that was so."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from nlp_cx.api.filters import ThemeId, Traits
from nlp_cx.api.idempotency import Idempotent
from nlp_cx.api.problems import problems
from nlp_cx.api.records import Record, cursor_of
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Admin, Here, Reader, Service
from nlp_cx.api.tidy import Note
from nlp_cx.errors import ConflictError, NotFoundError, RequestError
from nlp_cx.jobs.filters import filter_record
from nlp_cx.jobs.watch import Outcome, Watcher, firing_data
from nlp_cx.storage.interface import AlertRule, Firing, Page
from nlp_cx.taxonomy import load_taxonomy

MOST = 100
"""Alerts of one workspace."""
_RULE = ("kind", "theme", "mention", "window", "side", "limit", "certain", "min_n", "cool_down_hours")
_ASKED: Mapping[str, Any] = {
    "name": "Giao hàng bị chê ở Quận 3",
    "kind": "threshold",
    "theme": "delivery",
    "mention": "negative",
    "filters": {"segment": ["branch=Quận 3"]},
    "window": "week",
    "side": "above",
    "limit": 0.2,
    "certain": False,
    "min_n": 30,
    "cool_down_hours": 168,
    "enabled": True,
}
_EXAMPLE: Mapping[str, Any] = {
    "id": "al_9f86d081884c7d65",
    **_ASKED,
    "theme_name_vi": "Giao hàng & thực hiện đơn",
    "theme_name_en": "Delivery & fulfilment",
    "created_at": "2026-11-25T04:30:00+00:00",
    "changed_at": "2026-11-25T04:30:00+00:00",
    "fired_at": None,
    "checked_at": "2026-11-25T05:07:00+00:00",
    "outcome": "quiet",
}
_SHORT = ("name", "kind", "theme", "limit")
_FIRED: Mapping[str, Any] = {
    "id": "f_20261125_9f86d081884c7d65",
    "alert_id": "al_9f86d081884c7d65",
    "at": "2026-11-25T05:07:00+00:00",
    **{key: _EXAMPLE[key] for key in ("name", "kind", "theme", "theme_name_vi", "theme_name_en", "mention")},
    **{key: _EXAMPLE[key] for key in ("filters", "window", "side")},
    "bucket": "2026-11-23",
    "since": "2026-11-23",
    "until": "2026-11-29",
    "share": 0.31,
    "low": 0.227,
    "high": 0.406,
    "n": 100,
    "count": 31,
    "expected": 0.2,
    "bound": 0.2,
    "chance": None,
    "models": ["2026.11.25"],
    "model_changed": False,
    "message": {
        "en": "Delivery & fulfilment, negative: 31.0% of 100 comments (31) from 2026-11-23 to 2026-11-29, above the "
        "limit of 20.0%.",
        "vi": "Giao hàng & thực hiện đơn, tiêu cực: 31,0% trên 100 ý kiến (31) từ 2026-11-23 đến 2026-11-29, cao hơn "
        "ngưỡng 20,0%.",
    },
    "notes": [],
}

router = make_router("alerts")


def _whole(given: object) -> object:
    """Take 12.0 for 12, as JSON Schema does, and nothing else that is no whole number."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


Hours = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=8760)]
Least = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=1_000_000)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
Kind = Literal["threshold", "anomaly"]
Mention = Literal["any", "negative", "neutral", "positive"]
Window = Literal["day", "week", "month", "quarter"]
Side = Literal["above", "below"]
Share = Annotated[float, Field(ge=0, le=1)]
_KIND = "threshold: the share passes a limit. anomaly: it is unlike its own past, of at least eight windows."
_THEME = "Theme that is watched; null: overall sentiment of all comments."
_MENTION = "What is counted: all mentions of the theme, or those judged so. Overall sentiment cannot be `any`."
_WINDOW = "Stretch of the calendar that is looked at: the present one, and the one before while comments come in."
_LIMIT = "Of a threshold: share from 0 to 1."
_CERTAIN = "Of a threshold: whether to wait until the whole 95% interval is beyond the limit."
_MIN_N = "Comments of the window, at least."
_COOL_DOWN = "Hours of silence after it fired; of one window it fires once anyway."


class AlertFilters(Traits):
    """Which comments are watched, by the same names as everywhere."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewAlert(BaseModel):
    """When to tell."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{key: _ASKED[key] for key in _SHORT}]}
    )

    name: Name = Field(description="For people; stands in messages.")
    kind: Kind = Field(description=_KIND)
    theme: ThemeId | None = Field(None, description=_THEME)
    mention: Mention = Field("negative", description=_MENTION)
    filters: AlertFilters = Field(default_factory=lambda: AlertFilters.model_validate({}))
    window: Window = Field("week", description=_WINDOW)
    side: Side = Field("above", description="Whether more or less than expected is told.")
    limit: Share | None = Field(None, description=_LIMIT)
    certain: bool = Field(False, description=_CERTAIN)
    min_n: Least = Field(30, description=_MIN_N)
    cool_down_hours: Hours = Field(168, description=_COOL_DOWN)
    enabled: bool = True


class ChangedAlert(BaseModel):
    """What is to change; what is left out stays. A changed rule begins anew: it may fire at once."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"limit": 0.25, "enabled": False}]}
    )

    name: Name | None = None
    kind: Kind | None = None
    theme: ThemeId | None = Field(None, description=_THEME)
    mention: Mention | None = None
    filters: AlertFilters | None = Field(None, description="All of them anew.")
    window: Window | None = None
    side: Side | None = None
    limit: Share | None = None
    certain: bool | None = None
    min_n: Least | None = None
    cool_down_hours: Hours | None = None
    enabled: bool | None = None


class AlertOut(Record):
    """When somebody wants to be told. · Một cảnh báo."""

    model_config = ConfigDict(json_schema_extra={"examples": [dict(_EXAMPLE)]})

    id: str
    name: str
    kind: Kind
    theme: str | None
    theme_name_vi: str | None
    theme_name_en: str | None
    mention: Mention
    filters: dict[str, Any] = Field(description="Which comments are watched; what restricts nothing is left out.")
    window: Window
    side: Side
    limit: float | None
    certain: bool
    min_n: int
    cool_down_hours: int
    enabled: bool
    created_at: datetime
    changed_at: datetime
    fired_at: datetime | None = Field(description="When it fired last, since its rule is what it is.")
    checked_at: datetime | None
    outcome: Outcome | None = Field(
        description="What the last check found. known: it fired of this window already; few_comments, no_history: too "
        "little to tell; model_changed: its past was read by another model, so that nothing can be called unusual."
    )


class AlertList(Record):
    """All alerts of a workspace, oldest first."""

    items: list[AlertOut]


class FiringOut(Record):
    """An alert that fired: figures, never the text of a comment. · Một lần cảnh báo được kích hoạt."""

    model_config = ConfigDict(json_schema_extra={"examples": [dict(_FIRED)]})

    id: str
    alert_id: str
    at: datetime
    name: str = Field(description="What the alert was called then; the rule too is that of then.")
    kind: Kind
    theme: str | None
    theme_name_vi: str | None
    theme_name_en: str | None
    mention: Mention
    filters: dict[str, Any]
    window: Window
    bucket: str = Field(description="The window: day, Monday of the week, month 2026-11, quarter 2026-Q4.")
    since: str = Field(description="Its first day,")
    until: str = Field(description="and its last one.")
    side: Side
    share: float
    low: float = Field(description="Lower bound of the 95% interval of `share`.")
    high: float
    n: int = Field(description="Comments of the window; of overall sentiment those that were judged.")
    count: int
    expected: float = Field(description="The limit; of an anomaly the share in the past.")
    bound: float = Field(description="What the share is beyond: the limit, or the control limit.")
    chance: float | None = Field(description="Of an anomaly: chance of so many, if nothing had changed.")
    models: list[str] = Field(description="Models that read these comments; those of the window before, if others.")
    model_changed: bool = Field(
        description="Whether the model or its taxonomy changed within or right before the window: no trend then."
    )
    message: Note = Field(description="The same in one sentence.")
    notes: list[Note]


class FiringPage(Record):
    """Some firings, newest first."""

    items: list[FiringOut]
    next: str | None = Field(description="Cursor of the next page: send it as `after`. Null at the end.")


class AlertPreview(Record):
    """What a rule sees now; nothing is kept, nobody is told."""

    outcome: Outcome = Field(description="fired: it would.")
    bucket: str | None = Field(description="The window with the latest comments, or the one that would fire.")
    n: int
    count: int
    share: float | None
    models: list[str]
    message: Note | None = Field(description="What would be told.")
    model_changed: bool


AlertId = Annotated[str, Path(min_length=1, max_length=100, description="Id of the alert.")]
After = Annotated[str | None, cursor_of("firings")]
Limit = Annotated[int, Query(ge=1, le=1000)]


@router.post(
    "/v1/alerts",
    operation_id="create_alert",
    summary="Ask to be told of a share · Tạo cảnh báo",
    status_code=201,
    response_model=AlertOut,
    responses=problems(409),
)
async def create_alert(asked: NewAlert, caller: Admin, here: Here, once: Idempotent) -> Response:
    """Watch a share from now on: after each batch and every hour.

    What fires is kept (`/v1/firings`) and told to webhooks as `alert.fired`, once per window. A change of model or
    taxonomy is flagged, and never called unusual.

    *Theo dõi một tỷ lệ sau mỗi lô và mỗi giờ; khi kích hoạt sẽ được lưu lại và gửi đến webhook một lần cho mỗi kỳ.*
    """
    rule = _check_rule(_rule_of(asked.model_dump(include=set(_RULE)), asked.filters))

    async def work() -> Response:
        made = await run_in_threadpool(partial(_create, here, caller.workspace, asked, rule))
        return JSONResponse(alert_record(made), status_code=201, headers={"Location": f"/v1/alerts/{made.id}"})

    return await once.run(hashlib.sha256(asked.model_dump_json().encode()).hexdigest(), work, find=here.store.alert)


@router.post(
    "/v1/alerts/preview",
    operation_id="preview_alert",
    summary="See what a rule would say now · Xem thử cảnh báo",
    response_model=AlertPreview,
    responses=problems(503),
)
async def preview_alert(asked: NewAlert, caller: Reader, here: Here) -> JSONResponse:
    """Check a rule against what is there, without keeping it or telling anybody.

    *Kiểm tra thử một quy tắc với dữ liệu hiện có, không lưu và không gửi thông báo.*
    """
    rule = _check_rule(_rule_of(asked.model_dump(include=set(_RULE)), asked.filters))
    watcher = Watcher(here.store, caller.workspace, datetime.now(UTC))
    look = await run_in_threadpool(watcher.look, asked.name, rule)
    return JSONResponse(
        {
            "outcome": look.outcome,
            "bucket": look.bucket,
            "n": look.n,
            "count": look.count,
            "share": round(look.count / look.n, 6) if look.n else None,
            "models": list(look.models),
            "message": look.found and look.found["message"],
            "model_changed": bool(look.found and look.found["model_changed"]),
        }
    )


@router.get(
    "/v1/alerts",
    operation_id="list_alerts",
    summary="List alerts · Danh sách cảnh báo",
    response_model=AlertList,
)
async def list_alerts(caller: Reader, here: Here) -> JSONResponse:
    """Give all alerts, oldest first, with what their last check found.

    *Liệt kê các cảnh báo và kết quả kiểm tra gần nhất.*
    """
    found = await run_in_threadpool(here.store.alerts, caller.workspace)
    return JSONResponse({"items": [alert_record(alert) for alert in found]})


@router.get(
    "/v1/alerts/{alert_id}",
    operation_id="get_alert",
    summary="See an alert · Xem một cảnh báo",
    response_model=AlertOut,
    responses=problems(404),
)
async def get_alert(alert_id: AlertId, caller: Reader, here: Here) -> JSONResponse:
    """Give one alert.

    *Một cảnh báo.*
    """
    return JSONResponse(alert_record(await run_in_threadpool(_find, here, caller.workspace, alert_id)))


@router.patch(
    "/v1/alerts/{alert_id}",
    operation_id="update_alert",
    summary="Change an alert · Sửa một cảnh báo",
    response_model=AlertOut,
    responses=problems(404),
)
async def update_alert(alert_id: AlertId, asked: ChangedAlert, caller: Admin, here: Here) -> JSONResponse:
    """Change name or rule, or switch it off or on. A changed rule begins anew; former firings stay.

    *Đổi tên, quy tắc hoặc tắt/bật. Quy tắc mới được tính lại từ đầu; các lần kích hoạt cũ vẫn còn.*
    """
    changed = await run_in_threadpool(_change, here, caller.workspace, alert_id, asked)
    return JSONResponse(alert_record(changed))


@router.delete(
    "/v1/alerts/{alert_id}",
    operation_id="delete_alert",
    summary="Delete an alert · Xóa một cảnh báo",
    status_code=204,
    response_class=Response,
    responses=problems(404),
)
async def delete_alert(alert_id: AlertId, caller: Admin, here: Here) -> Response:
    """Watch no more, and forget what fired.

    *Ngừng theo dõi và xóa các lần kích hoạt.*
    """
    if not await run_in_threadpool(here.store.delete_alert, caller.workspace, alert_id):
        raise NotFoundError("there is no such alert")
    return Response(status_code=204)


@router.get(
    "/v1/alerts/{alert_id}/firings",
    operation_id="list_alert_firings",
    summary="See when an alert fired · Xem các lần một cảnh báo kích hoạt",
    response_model=FiringPage,
    responses=problems(404),
)
async def list_alert_firings(
    alert_id: AlertId, caller: Reader, here: Here, after: After = None, limit: Limit = 50
) -> JSONResponse:
    """Give the firings of one alert, newest first.

    *Các lần kích hoạt của một cảnh báo, mới nhất trước.*
    """
    await run_in_threadpool(_find, here, caller.workspace, alert_id)
    page = await run_in_threadpool(partial(here.store.firings, caller.workspace, alert_id, after=after, limit=limit))
    return _page(page)


@router.get(
    "/v1/firings",
    operation_id="list_firings",
    summary="See what fired · Xem các cảnh báo đã kích hoạt",
    response_model=FiringPage,
)
async def list_firings(caller: Reader, here: Here, after: After = None, limit: Limit = 50) -> JSONResponse:
    """Give the firings of all alerts, newest first.

    *Các lần kích hoạt của mọi cảnh báo, mới nhất trước.*
    """
    page = await run_in_threadpool(partial(here.store.firings, caller.workspace, after=after, limit=limit))
    return _page(page)


def alert_record(alert: AlertRule) -> dict[str, Any]:
    """Give an alert as the API shows it."""
    theme, taxonomy = alert.rule["theme"], load_taxonomy()
    return {
        "id": alert.id,
        "name": alert.name,
        **{key: alert.rule[key] for key in _RULE},
        "theme_name_vi": theme and taxonomy.name(theme, "vi"),
        "theme_name_en": theme and taxonomy.name(theme, "en"),
        "filters": alert.rule["filters"],
        "enabled": alert.enabled,
        "created_at": alert.created_at.isoformat(),
        "changed_at": alert.changed_at.isoformat(),
        "fired_at": alert.fired_at and alert.fired_at.isoformat(),
        "checked_at": alert.checked_at and alert.checked_at.isoformat(),
        "outcome": alert.outcome,
    }


def _page(page: Page[Firing]) -> JSONResponse:
    """Answer with a page of firings."""
    return JSONResponse({"items": [firing_data(one) for one in page.items], "next": page.next})


def _rule_of(values: Mapping[str, Any], filters: AlertFilters) -> dict[str, Any]:
    """Make the rule that is kept: filters as they were given, and as the store takes them."""
    asked = filters.model_dump(exclude_defaults=True)
    return {**values, "filters": asked, "where": _as_json(filter_record(filters.where()))}


def _as_json(value: Any) -> Any:
    """Make lists of tuples, so that a rule equals itself when it was read back."""
    if isinstance(value, Mapping):
        return {key: _as_json(one) for key, one in value.items()}
    return [_as_json(one) for one in value] if isinstance(value, list | tuple) else value


def _check_rule(rule: dict[str, Any]) -> dict[str, Any]:
    """Refuse a rule that can never make sense."""
    if rule["kind"] == "threshold" and rule["limit"] is None:
        raise RequestError("limit", "must be given for a threshold, from 0 to 1")
    if rule["theme"] is None and rule["mention"] == "any":
        raise RequestError("mention", "must be negative, neutral or positive where no theme is named")
    return rule


def _create(here: Service, workspace: str, asked: NewAlert, rule: Mapping[str, Any]) -> AlertRule:
    """Keep an alert, unless there are too many."""
    if len(here.store.alerts(workspace)) >= MOST:
        raise ConflictError(f"there are {MOST} alerts already: delete one first")
    alert_id = f"al_{secrets.token_hex(8)}"
    return here.store.create_alert(workspace, alert_id=alert_id, name=asked.name, rule=rule, enabled=asked.enabled)


def _change(here: Service, workspace: str, alert_id: str, asked: ChangedAlert) -> AlertRule:
    """Change an alert; of what was given, null clears `theme` and `limit`, and says nothing elsewhere."""
    alert = _find(here, workspace, alert_id)
    given = {
        key: value
        for key, value in asked.model_dump(exclude_unset=True, exclude={"filters"}).items()
        if value is not None or key in ("theme", "limit")
    }
    values: dict[str, Any] = {key: given[key] for key in ("name", "enabled") if key in given}
    rule = {**alert.rule, **{key: given[key] for key in _RULE if key in given}}
    if asked.filters is not None:
        rule = _rule_of({key: rule[key] for key in _RULE}, asked.filters)
    if rule != alert.rule:
        values["rule"] = _check_rule(rule)
    changed = here.store.update_alert(workspace, alert_id, **values)
    if changed is None:
        raise NotFoundError("there is no such alert")
    return changed


def _find(here: Service, workspace: str, alert_id: str) -> AlertRule:
    """Give an alert of the caller's workspace."""
    alert = here.store.alert(workspace, alert_id)
    if alert is None:
        raise NotFoundError("there is no such alert")
    return alert
