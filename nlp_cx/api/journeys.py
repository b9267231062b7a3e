"""GET /v1/summaries/journey: themes by stage of the journey, with their scores."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response
from pydantic import Field

from nlp_cx.api.figures import Ask, Figures, score_figures, theme_figures
from nlp_cx.api.filters import Value
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Here, Reader
from nlp_cx.api.summaries import By, Shown, answer_figures
from nlp_cx.api.tidy import Tidy, tidy_responses
from nlp_cx.journey import stage_order
from nlp_cx.storage.interface import Filter, Store
from nlp_cx.taxonomy import load_taxonomy

router = make_router("summaries")

JourneyMetric = Literal[
    "comments", "mentions", "share", "negative", "neutral", "positive", "negative_share", "neutral_share",
    "positive_share", "net_sentiment",
]  # fmt: skip
_USUAL: tuple[JourneyMetric, ...] = (
    "comments", "mentions", "share", "negative_share", "positive_share", "net_sentiment"
)  # fmt: skip


class JourneyQuery(Shown):
    """Which comments, by what, and which figures."""

    by: By = Field("stage", description="stage, touchpoint, or segment:NAME, such as `segment:branch`.")
    metric: list[JourneyMetric] = Field(
        default_factory=list, max_length=100, description="Only these figures of themes; the usual ones if left out."
    )
    measure: list[Value] = Field(
        default_factory=list, max_length=100, description="Only these scores, such as nps, csat; all if left out."
    )


@router.get(
    "/v1/summaries/journey",
    operation_id="summarise_journey",
    summary="See themes along the journey · Xem các nhóm theo hành trình khách hàng",
    response_model=Tidy,
    responses=tidy_responses(503),
)
async def summarise_journey(
    request: Request, asked: Annotated[JourneyQuery, Query()], caller: Reader, here: Here
) -> Response:
    """Give for each stage (`segment`) its comments and scores, and each theme named there with those of its mentioners.

    Stages come in the order of a journey where their names tell it (search, purchase, delivery, use, support,
    returns), else those with most comments first. Figures of themes are those of /v1/summaries/segments, scores those
    of /v1/scores. Themes that nobody names at a stage are left out there.

    *Mỗi giai đoạn: số ý kiến, điểm số, và từng nhóm được nhắc ở đó cùng điểm của người nhắc.*
    """
    compute = partial(journey_figures, here.store, caller.workspace, asked.where(), asked)
    return await answer_figures(request, caller, here, asked, compute, "journey")


def journey_figures(store: Store, workspace: str, where: Filter, asked: JourneyQuery) -> Figures:
    """Put figures of themes and scores of their mentioners together, stage by stage.

    Args:
        store: Where comments are.
        workspace: Whose.
        where: Which ones.
        asked: What of them.

    Returns:
        Rows in the order of stages, then of themes.
    """
    themes = Ask(by=asked.by, themes=asked.theme, metrics=asked.metric or _USUAL, most=asked.most)
    said = theme_figures(store, workspace, where, themes)
    scores = Ask(by=asked.by, metrics=asked.measure, most=asked.most)
    ticked = score_figures(store, workspace, where, scores, by_theme=True)
    named = {(row["segment"], row["theme"]) for row in said.rows if row["theme"] and row["n"] and row["value"]}
    sizes: dict[str | None, int] = {}
    for row in said.rows:  # of all rows of a stage the largest n is that of its comments
        sizes[row["segment"]] = max(sizes.get(row["segment"], 0), row["n"])
    order = {theme: place for place, theme in enumerate(load_taxonomy().ids)}

    def place(row: dict[str, Any]) -> tuple[Any, ...]:
        segment, theme = row["segment"], row["theme"]
        stage = (segment is None, stage_order(segment), -sizes.get(segment, 0), segment or "")
        return (*stage, -1 if theme is None else order.get(theme, len(order)))

    kept = [
        row
        for row in (*said.rows, *ticked.rows)
        if ((row["segment"], row["theme"]) in named if row["theme"] else not asked.theme)
    ]
    notes = {note["en"]: note for note in (*said.notes, *ticked.notes)}
    return Figures(rows=sorted(kept, key=place), notes=list(notes.values()))
