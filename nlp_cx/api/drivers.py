"""GET /v1/drivers: which themes go with a score."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Query, Request, Response
from pydantic import Field

from nlp_cx.api.figures import Ask, Bucket, Figures, find_buckets, find_folder, make_note
from nlp_cx.api.filters import Scope, Value
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Here, Reader, Service
from nlp_cx.api.tidy import MEDIA, Format, Tidy, answer, choose_format, tidy_responses, write_figures
from nlp_cx.errors import BusyError
from nlp_cx.scores import method_of
from nlp_cx.storage.interface import Filter, Store

if TYPE_CHECKING:
    from nlp_cx.drivers import Driver, Drivers
    from nlp_cx.storage.interface import PresenceMatrix

router = make_router("summaries")

SIDE_BY_SIDE = 2
"""Searches that one process makes at once; each takes seconds at a million comments."""
_USUAL = ("nps", "csat", "ces", "stars")
_searching = threading.Semaphore(SIDE_BY_SIDE)


class DriversQuery(Scope):
    """Which comments, which score, how much chance."""

    metric: Value | None = Field(
        None, description="Score to explain: nps, csat, `csat:Phòng ở` ...; the usual one that was asked if left out."
    )
    resamples: int = Field(200, ge=0, le=1000, description="How often respondents are drawn anew for intervals.")
    seed: int = Field(0, ge=0, le=2**32 - 1, description="Makes chance repeatable.")
    format: Format | None = Field(None, description="json, csv or parquet; by Accept if left out, else json.")


class DriversOut(Tidy):
    """Drivers as flat rows, and with all that is known of them."""

    found: dict[str, Any] | None = Field(
        description="The whole analysis: `drivers` with rank, kind, impacts, penalty, reward, odds, F1, and sentences "
        "in both languages; null if there is no answer to the score."
    )


@router.get(
    "/v1/drivers",
    operation_id="find_drivers",
    summary="Find which themes go with a score · Tìm nhóm nguyên nhân gắn với điểm số",
    response_model=DriversOut,
    responses=tidy_responses(503),
)
async def find_drivers(
    request: Request, asked: Annotated[DriversQuery, Query()], caller: Reader, here: Here
) -> Response:
    """Give what each theme is associated with (never what it causes), with intervals and the mentions behind it.

    Rows, for nps: `nps.impact` (score of all less score without the mentioners; `.negative`, `.positive` by how they
    judge), `nps.penalty` and `nps.reward` (regression, the other themes being equal), `nps.share` (part of the
    explained variance) and `nps.rank`. Themes with fewer than 30 mentions have no rank, and a reason.

    *Mỗi nhóm nguyên nhân gắn với điểm số ra sao (không phải nhân quả), kèm khoảng tin cậy 95% và số lần nhắc đến.*
    """
    form = choose_format(request, asked.format)
    return await answer(
        request,
        here,
        caller.workspace,
        partial(_write, here, caller.workspace, asked, form),
        media=MEDIA[form],
        filename=None if form == "json" else f"drivers.{form}",
    )


def _write(here: Service, workspace: str, asked: DriversQuery, form: Format) -> bytes:
    """Find drivers and write them."""
    if not _searching.acquire(blocking=False):
        raise BusyError("other drivers are being looked for: try again in a moment", retry_after=5)
    try:
        figures, found = _find(here, workspace, asked.where(), asked)
    finally:
        _searching.release()
    if form != "json":
        return write_figures(figures, form, "drivers")
    told = {"rows": list(figures.rows), "notes": list(figures.notes), "found": found and found.to_dict()}
    return json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")


def _find(here: Service, workspace: str, where: Filter, asked: DriversQuery) -> tuple[Figures, Drivers | None]:
    """Find the drivers of a score."""
    from nlp_cx.drivers import DriverTable, find_drivers, theme_quality

    buckets, notes = find_buckets(here.store, workspace, where, Ask())
    (bucket,) = buckets.values()
    metric = asked.metric or usual_metric(here.store, workspace)
    matrices = here.store.presence_matrix(workspace, where, metric=metric) if metric else ()
    if not metric or not matrices:
        return Figures(rows=[], notes=[*notes, make_note("no_answers", metric=metric or "nps")]), None
    matrix = choose_matrix(matrices)
    if len(matrices) > 1:
        scale = matrix.scale
        notes.append(make_note("several_scales", metric=metric, min=f"{scale.min:g}", max=f"{scale.max:g}"))
    folder = find_folder(bucket.models)
    found = find_drivers(
        DriverTable.of_matrix(matrix),
        metric=matrix.scale,
        resamples=asked.resamples,
        seed=asked.seed,
        quality=theme_quality(folder) if folder else None,
    )
    rows = [row for driver in found.drivers for row in _rows(bucket, found.metric, driver)]
    whole = [bucket.row(None, found.metric, found.score, found.n), bucket.row(None, f"{metric}.r2", found.r2, found.n)]
    return Figures(rows=[*whole, *rows], notes=[*notes, *found.notes]), found


def usual_metric(store: Store, workspace: str) -> str | None:
    """Choose the score that a workspace asks for; the one most answered if none of the usual ones is.

    Args:
        store: Where comments are.
        workspace: Whose.

    Returns:
        The name of the score; None if none was given.
    """
    asked = [scale.metric for scale in store.dimensions(workspace).scales]
    return next((metric for metric in _USUAL if metric in asked), asked[0] if asked else None)


def choose_matrix(matrices: tuple[PresenceMatrix, ...]) -> PresenceMatrix:
    """Take the scale that the metric is defined on.

    Args:
        matrices: One per scale, most answers first.

    Returns:
        One of them; of several that fit the one most answered.
    """
    return min(matrices, key=lambda matrix: method_of(matrix.scale).note is not None)


def _rows(bucket: Bucket, metric: str, driver: Driver) -> Iterator[dict[str, Any]]:
    """Give the figures of one driver."""
    row = partial(bucket.row, driver.theme)
    for mention, impact in driver.impacts.items():
        part = "" if mention == "any" else f".{mention}"
        yield row(f"{metric}.impact{part}", impact.impact, impact.n, impact.low, impact.high)
    for name, effect in (("penalty", driver.penalty), ("reward", driver.reward)):
        if effect is not None:
            yield row(f"{metric}.{name}", effect.value, effect.n, effect.low, effect.high)
    if driver.share is not None:
        yield row(f"{metric}.share", driver.share, driver.n, driver.share_low, driver.share_high)
    if driver.rank is not None:
        yield row(f"{metric}.rank", driver.rank, driver.n, driver.rank_low, driver.rank_high)
