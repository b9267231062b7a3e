"""GET /v1/summaries/control: how often themes are named over time, with the limits that chance would keep them in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import Query, Request, Response
from pydantic import Field

from nlp_cx.api.figures import Ask, Bucket, Figures, Row, find_buckets, make_note
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Here, Reader
from nlp_cx.api.summaries import Shown, answer_figures
from nlp_cx.api.tidy import Tidy, tidy_responses
from nlp_cx.records import POLARITIES
from nlp_cx.storage.interface import Filter, Store
from nlp_cx.taxonomy import load_taxonomy

if TYPE_CHECKING:
    from nlp_cx.trends import Calendar, Count, Point, Trend

router = make_router("summaries")

FEW = 3
"""Themes up to which a long series is looked at; of more themes a shorter one, so that it takes no time."""
LONG, SHORT = 400, 104
"""Stretches of time that are looked at, the last ones."""
_DAYS: Mapping[str, int] = {"day": 1, "week": 7, "month": 31, "quarter": 92}
"""Days that a stretch of time has at most."""
_SIDES: Mapping[str, int] = {"above": 1, "below": -1}


class ControlQuery(Shown):
    """Which comments, in which stretches of time, and which mentions."""

    interval: Literal["day", "week", "month", "quarter"] = Field("week", description="Unit of the calendar.")
    mention: Literal["any", "negative", "neutral", "positive"] = Field(
        "any", description="Which mentions are counted. Overall sentiment has rows without a theme, but for `any`."
    )


@router.get(
    "/v1/summaries/control",
    operation_id="summarise_control",
    summary="Tell changes from chance · Phân biệt thay đổi thật với ngẫu nhiên",
    response_model=Tidy,
    responses=tidy_responses(503),
)
async def summarise_control(
    request: Request, asked: Annotated[ControlQuery, Query()], caller: Reader, here: Here
) -> Response:
    """Give control charts: per stretch of time `share`, its control limits, and what is no chance.

    `limits`: the usual share, with the lower and upper limit of a p-chart; `ewma`: the smoothed share with its limits;
    `signal` 1 or -1, only where the share is above or below its limits; `drift` the same of the smoothed share;
    `level_change`: first stretch of a new level, and the difference; `model_changed` 1: another model read from here
    on. Rows without a bucket: `latest_change` of the last third against as many before, `latest_q` (false discovery
    rate over the themes). What another model read is not compared: it has no limits, no signal and no change.

    *Biểu đồ kiểm soát: tỷ lệ theo kỳ, giới hạn kiểm soát, tín hiệu bất thường, điểm đổi mức. Ý kiến do mô hình khác
    đọc không được so sánh.*
    """
    compute = partial(control_figures, here.store, caller.workspace, asked.where(), asked)
    return await answer_figures(request, caller, here, asked, compute, "control")


def control_figures(store: Store, workspace: str, where: Filter, asked: ControlQuery) -> Figures:
    """Draw the control charts of themes.

    Args:
        store: Where comments are.
        workspace: Whose.
        where: Which ones.
        asked: What of them.

    Returns:
        Rows theme by theme, overall sentiment first.
    """
    from nlp_cx.trends import find_trends

    buckets, notes = find_buckets(store, workspace, where, Ask(interval=asked.interval))
    by_name = {str(key[0]): bucket for key, bucket in buckets.items()}
    names, left_out = _stretch(by_name, asked.interval, LONG if 0 < len(asked.theme) <= FEW else SHORT)
    if not names:
        return Figures(rows=[], notes=notes)
    if left_out:
        notes.append(make_note("buckets_left_out", n=len(names)))
    rates = _rates(store, workspace, where, asked, {name: by_name.get(name) for name in names})
    whole = Bucket(None, None)
    for name in names:
        if name in by_name:
            whole.models |= by_name[name].models
    rows: list[Row] = []
    for trend in find_trends(rates):
        theme = trend.name or None
        for point in trend.chart.points:
            bucket = by_name.get(point.bucket) or Bucket(point.bucket, None)
            rows += _rows(bucket, theme, point, trend)
        rows += _latest(whole, theme, trend)
    return Figures(rows=rows, notes=notes)


def _stretch(by_name: Mapping[str, Bucket], interval: Calendar, most: int) -> tuple[list[str], bool]:
    """Name the stretches of time from the first to the last, those without comments too; at most so many, the last."""
    from nlp_cx.trends import buckets_between, days_of

    if not by_name:
        return [], False
    last = days_of(max(by_name), interval)[0]
    kept = sorted(by_name)[-most:]
    first = max(days_of(kept[0], interval)[0].toordinal(), last.toordinal() - most * _DAYS[interval])
    names = list(buckets_between(date.fromordinal(first), last, interval))[-most:]
    return names, names[0] > min(by_name)


def _rates(
    store: Store, workspace: str, where: Filter, asked: ControlQuery, buckets: Mapping[str, Bucket | None]
) -> dict[str, list[Count]]:
    """Count mentions of each theme, stretch by stretch; of overall sentiment under no name."""
    from nlp_cx.trends import Count

    counted: dict[str, dict[str, int]] = defaultdict(dict)
    for count in store.theme_counts(workspace, where, by=(asked.interval,)):
        n = count.n if asked.mention == "any" else getattr(count, asked.mention)
        counted[count.theme][str(count.bucket[0])] = n

    def series(of: Mapping[str, int] | None) -> list[Count]:
        listed = []
        for name, bucket in buckets.items():
            counts = bucket.counts if bucket else {}
            if of is None:
                n, count = sum(counts.get(polarity, 0) for polarity in POLARITIES), counts.get(asked.mention, 0)
            else:
                n, count = counts.get("comments", 0), of.get(name, 0)
            readers = frozenset(bucket.models) if bucket else frozenset()
            listed.append(Count(bucket=name, n=n, count=min(n, count), readers=readers))
        return listed

    themes = asked.theme or tuple(dict.fromkeys((*load_taxonomy().ids, *counted)))
    overall = {} if asked.theme or asked.mention == "any" else {"": series(None)}
    return overall | {theme: series(counted[theme]) for theme in themes}


def _rows(bucket: Bucket, theme: str | None, point: Point, trend: Trend) -> Iterator[Row]:
    """Give the figures of one stretch of time."""
    row = partial(bucket.row, theme)
    yield row("share", point.share, point.n, point.low, point.high)
    if point.upper is not None:
        yield row("limits", trend.chart.centre, point.n, point.lower, point.upper)
        yield row("ewma", point.ewma, point.n, point.ewma_lower, point.ewma_upper)
        for name, side in (("signal", point.signal), ("drift", point.drift)):
            if side is not None:
                yield row(name, _SIDES[side], point.n)
    for one in trend.changes:
        if one.bucket == point.bucket:
            change = one.change
            yield row("level_change", change.difference, change.n_after, change.low, change.high)
    if any(one.bucket == point.bucket for one in trend.breaks):
        yield row("model_changed", 1, point.n)


def _latest(whole: Bucket, theme: str | None, trend: Trend) -> Iterator[Row]:
    """Give how the last stretches differ from those before."""
    change = trend.latest
    if change is not None:
        yield whole.row(theme, "latest_change", change.difference, change.n_after, change.low, change.high)
        yield whole.row(theme, "latest_q", trend.latest_q, change.n_after)
