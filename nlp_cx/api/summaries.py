"""What comments say, summed up: themes, their course over time, segments, scores; for dashboards and BI tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Literal

from fastapi import Query, Request, Response
from pydantic import Field

from nlp_cx.api.auth import Caller
from nlp_cx.api.figures import COLUMNS, Ask, Figures, ThemeMetric, score_figures, theme_figures
from nlp_cx.api.filters import Scope, ThemeId, Value
from nlp_cx.api.problems import problems
from nlp_cx.api.records import MAX_NAME, Record
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Here, Reader, Service
from nlp_cx.api.tidy import MEDIA, Format, Tidy, answer, choose_format, tidy_responses, write_figures
from nlp_cx.storage.interface import Filter

router = make_router("summaries")

Interval = Literal["day", "week", "month", "quarter", "year"]
By = Annotated[
    str,
    Field(
        max_length=MAX_NAME + 8, pattern=r"^(language|sentiment|touchpoint|stage|batch|model|segment:[^\x00-\x1f]+)$"
    ),
]
_BY = "language, sentiment, touchpoint, stage, batch, model, or segment:NAME, such as `segment:branch`."


class Shown(Scope):
    """Which comments, and how figures are written."""

    format: Format | None = Field(None, description="json, csv or parquet; by Accept if left out, else json.")
    theme: list[ThemeId] = Field(
        default_factory=list, max_length=100, description="Only rows of these themes; the comments stay the same."
    )
    most: int = Field(200, ge=1, le=2000, description="Values of `by` that are shown, those with most comments.")


class ThemesQuery(Shown):
    """What of the themes."""

    metric: list[ThemeMetric] = Field(default_factory=list, max_length=100, description="Only these figures.")


class TrendQuery(ThemesQuery):
    """What of their course."""

    interval: Interval = Field("month", description="Unit of the calendar; weeks begin on Mondays.")
    by: By | None = Field(None, description=f"Split by {_BY}")


class SegmentsQuery(ThemesQuery):
    """What of the segments."""

    by: By = Field(description=f"Values of {_BY}", examples=["segment:branch"])
    interval: Interval | None = Field(None, description="Unit of the calendar, if their course is wanted.")


class ScoresQuery(Shown):
    """What of the scores."""

    metric: list[Value] = Field(
        default_factory=list, max_length=100, description="Only these, such as nps, csat, ces, stars, `csat:Phòng ở`."
    )
    interval: Interval | None = Field(None, description="Unit of the calendar; the whole period if left out.")
    by: By | None = Field(None, description=f"Split by {_BY}")
    themes: Literal["true", "false"] = Field(
        "false", description="Whether to add the scores of those who mention each theme, by how they judge it."
    )
    base: Literal["commenters", "respondents"] = Field(
        "commenters", description="Those who wrote something, or all who gave a score."
    )


class Dimension(Record):
    """One value, and how many comments have it."""

    value: str
    comments: int


class SegmentDimension(Record):
    """One segment and its most frequent values."""

    name: str
    values: list[Dimension]


class MetricDimension(Record):
    """One scale that scores were given on."""

    metric: str
    min: float
    max: float
    direction: Literal["higher_is_better", "lower_is_better"]
    answers: int


class DimensionsOut(Record):
    """What comments can be filtered and grouped by, most frequent values first."""

    comments: int
    first: str | None = Field(description="Earliest date.")
    last: str | None
    languages: list[Dimension]
    touchpoints: list[Dimension]
    stages: list[Dimension]
    segments: list[SegmentDimension]
    metrics: list[MetricDimension]
    themes: list[Dimension]
    models: list[Dimension]
    batches: list[Dimension]


@router.get(
    "/v1/summaries/themes",
    operation_id="summarise_themes",
    summary="Sum up the themes · Tổng hợp các nhóm nguyên nhân",
    response_model=Tidy,
    responses=tidy_responses(503),
)
async def summarise_themes(
    request: Request, asked: Annotated[ThemesQuery, Query()], caller: Reader, here: Here
) -> Response:
    """Give mentions, shares, sentiment and net sentiment of each theme, and of all comments, with 95% intervals.

    `share_corrected` corrects for the errors that the model is known to make; `share_change` compares with the period
    before, as long, if `since` and `until` are given. Rows without a theme are about all comments.

    *Số lần nhắc đến, tỷ lệ, cảm xúc của từng nhóm nguyên nhân và của mọi ý kiến, kèm khoảng tin cậy 95%.*
    """
    return await _themes(request, caller, here, asked, Ask(themes=asked.theme, metrics=asked.metric), "themes")


@router.get(
    "/v1/summaries/trend",
    operation_id="summarise_trend",
    summary="See how themes change over time · Xem các nhóm nguyên nhân thay đổi theo thời gian",
    response_model=Tidy,
    responses=tidy_responses(503),
)
async def summarise_trend(
    request: Request, asked: Annotated[TrendQuery, Query()], caller: Reader, here: Here
) -> Response:
    """Give the same figures per day, week, month, quarter or year; comments without a date are left out, and counted.

    Themes that a bucket does not mention are there with 0. A note says where several models read the comments: a change
    may be theirs.

    *Các con số trên theo ngày, tuần, tháng, quý hoặc năm.*
    """
    ask = Ask(interval=asked.interval, by=asked.by, themes=asked.theme, metrics=asked.metric, most=asked.most)
    return await _themes(request, caller, here, asked, ask, "trend")


@router.get(
    "/v1/summaries/segments",
    operation_id="summarise_segments",
    summary="Compare segments · So sánh các phân khúc",
    response_model=Tidy,
    responses=tidy_responses(503),
)
async def summarise_segments(
    request: Request, asked: Annotated[SegmentsQuery, Query()], caller: Reader, here: Here
) -> Response:
    """Give the same figures per value of `by`: a language, a touchpoint, a stage, any segment.

    *Các con số trên theo từng giá trị của `by`: ngôn ngữ, điểm chạm, giai đoạn hoặc phân khúc bất kỳ.*
    """
    ask = Ask(interval=asked.interval, by=asked.by, themes=asked.theme, metrics=asked.metric, most=asked.most)
    return await _themes(request, caller, here, asked, ask, "segments")


@router.get(
    "/v1/scores",
    operation_id="summarise_scores",
    summary="Sum up the scores · Tổng hợp điểm số",
    response_model=Tidy,
    responses=tidy_responses(503),
)
async def summarise_scores(
    request: Request, asked: Annotated[ScoresQuery, Query()], caller: Reader, here: Here
) -> Response:
    """Give NPS, CSAT, CES, stars and other scores with 95% intervals, of all or of those who mention a theme.

    `nps` is in points from -100 to 100, `csat` in percent (top 2 boxes), others are means; `.promoters`, `.passives`,
    `.detractors`, `.satisfied`, `.easy` are shares, `.mean` the mean. With `themes`, rows with a theme give the score
    of its mentioners: all, `.negative`, `.neutral`, `.positive`. If `since` and `until` are given, `.before` is that of
    the period before, as long, `.change` the difference, and `.change_p` how likely it is by chance.

    *NPS, CSAT, CES, số sao và điểm khác, kèm khoảng tin cậy 95%, của tất cả hoặc của người nhắc đến một nhóm.*
    """
    ask = Ask(interval=asked.interval, by=asked.by, themes=asked.theme, metrics=asked.metric, most=asked.most)
    compute = partial(
        score_figures,
        here.store,
        caller.workspace,
        asked.where(),
        ask,
        by_theme=asked.themes == "true",
        blank=asked.base == "respondents",
    )
    return await answer_figures(request, caller, here, asked, compute, "scores")


@router.get(
    "/v1/dimensions",
    operation_id="list_dimensions",
    summary="See what can be filtered by · Xem có thể lọc theo gì",
    response_model=DimensionsOut,
    responses={304: {"description": "Nothing changed since the ETag that was sent."}, **problems(503)},
)
async def list_dimensions(request: Request, asked: Annotated[Scope, Query()], caller: Reader, here: Here) -> Response:
    """Give dates, languages, touchpoints, stages, segments, scores, themes, models and batches that occur.

    *Các ngày, ngôn ngữ, điểm chạm, giai đoạn, phân khúc, điểm số, nhóm nguyên nhân, mô hình và lô có trong dữ liệu.*
    """
    compute = partial(_dimensions, here, caller.workspace, asked.where())
    return await answer(request, here, caller.workspace, compute, media=MEDIA["json"])


# --- steps ---


async def _themes(request: Request, caller: Caller, here: Service, asked: Shown, ask: Ask, name: str) -> Response:
    """Answer with figures of themes."""
    compute = partial(theme_figures, here.store, caller.workspace, asked.where(), ask)
    return await answer_figures(request, caller, here, asked, compute, name)


async def answer_figures(
    request: Request,
    caller: Caller,
    here: Service,
    asked: Shown,
    compute: Callable[[], Figures],
    name: str,
    *,
    columns: Mapping[str, str] = COLUMNS,
    keep: bool = True,
) -> Response:
    """Answer with figures in the format that is asked for.

    Args:
        request: The request.
        caller: Who asks.
        here: The service.
        asked: Its format counts.
        compute: Makes the figures.
        name: Of the table.
        columns: Of the rows.
        keep: Whether the answer may stay in memory; not if it holds what people wrote.

    Returns:
        The response.
    """
    form = choose_format(request, asked.format)
    return await answer(
        request,
        here,
        caller.workspace,
        lambda: write_figures(compute(), form, name, columns=columns),
        media=MEDIA[form],
        filename=None if form == "json" else f"{name}.{form}",
        keep=keep,
    )


def _dimensions(here: Service, workspace: str, where: Filter) -> bytes:
    """Write what comments can be filtered by."""
    found = here.store.dimensions(workspace, where)
    plain = {
        name: [{"value": value, "comments": n} for value, n in getattr(found, name).items()]
        for name in ("languages", "touchpoints", "stages", "themes", "models", "batches")
    }
    told = DimensionsOut(
        comments=found.comments,
        first=found.first.isoformat() if found.first else None,
        last=found.last.isoformat() if found.last else None,
        segments=[
            SegmentDimension(name=name, values=[Dimension(value=value, comments=n) for value, n in values.items()])
            for name, values in found.segments.items()
        ],
        metrics=[
            MetricDimension(metric=scale.metric, min=scale.min, max=scale.max, direction=scale.direction, answers=n)
            for scale, n in found.scales.items()
        ],
        **plain,  # type: ignore[arg-type]  # pydantic makes records of them
    )
    return told.model_dump_json().encode()
