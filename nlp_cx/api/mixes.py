"""GET /v1/summaries/mix: a score's change since the period before, split by theme into mix and rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

from fastapi import Query, Request, Response
from pydantic import Field

from nlp_cx.api.drivers import choose_matrix, usual_metric
from nlp_cx.api.figures import Ask, Bucket, Figures, Row, find_buckets, make_note
from nlp_cx.api.filters import Value
from nlp_cx.api.periods import two_periods
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Here, Reader
from nlp_cx.api.summaries import Shown, answer_figures
from nlp_cx.api.tidy import Tidy, tidy_responses
from nlp_cx.mix import Mix, MixPart, Tally, split_change
from nlp_cx.scores import method_of
from nlp_cx.storage.interface import Filter, Store
from nlp_cx.words import say

if TYPE_CHECKING:
    import numpy as np

    from nlp_cx.storage.interface import PresenceMatrix

router = make_router("summaries")


class MixQuery(Shown):
    """Which comments, and which score."""

    metric: Value | None = Field(
        None, description="Score to split: nps, csat ...; the usual one that was asked if left out."
    )


@router.get(
    "/v1/summaries/mix",
    operation_id="summarise_mix",
    summary="See why a score changed · Xem vì sao điểm số thay đổi",
    response_model=Tidy,
    responses=tidy_responses(503),
)
async def summarise_mix(request: Request, asked: Annotated[MixQuery, Query()], caller: Reader, here: Here) -> Response:
    """Split the change of a score since the period before, as long as `since` to `until`, exactly into parts by theme.

    `nps.mix` goes with a theme's being named more or less often, `nps.rate` with those who name it scoring otherwise;
    all of them add up to `nps.change`. A response with several themes counts for each with an equal part, one without
    for the theme `none`. These are sums, not causes. Without `since` and `until` the last 30 days are taken.

    *Tách phần thay đổi của điểm so với kỳ trước theo từng nhóm: do được nhắc nhiều hay ít hơn (mix), hay do người nhắc
    chấm điểm khác đi (rate). Đây là phép cộng, không phải nguyên nhân.*
    """
    compute = partial(mix_figures, here.store, caller.workspace, asked.where(), asked.metric, asked.theme)
    return await answer_figures(request, caller, here, asked, compute, "mix")


def mix_figures(store: Store, workspace: str, where: Filter, metric: str | None, themes: list[str]) -> Figures:
    """Split a score's change.

    Args:
        store: Where comments are.
        workspace: Whose.
        where: Which ones, of the later period.
        metric: Which score; the usual one if None.
        themes: Only rows of these; all if empty.

    Returns:
        Rows: of all responses, then theme by theme, the largest part first.
    """
    periods, notes = two_periods(store, workspace, where)
    metric = metric or usual_metric(store, workspace)
    if periods is None or metric is None:
        return Figures(rows=[], notes=[*notes, make_note("no_answers", metric=metric or "nps")])
    before, after = periods
    both = replace(after, since=before.since)
    buckets, told = find_buckets(store, workspace, both, Ask())
    (bucket,) = buckets.values()
    notes = [*notes, *told]
    matrices = store.presence_matrix(workspace, both, metric=metric)
    if not matrices:
        return Figures(rows=[], notes=[*notes, make_note("no_answers", metric=metric)])
    matrix = choose_matrix(matrices)
    if len(matrices) > 1:
        scale = matrix.scale
        notes.append(make_note("several_scales", metric=metric, min=f"{scale.min:g}", max=f"{scale.max:g}"))
    import numpy as np

    later = matrix.days >= np.datetime64(str(after.since))
    mix = split_change(_tally(matrix, ~later), _tally(matrix, later))
    if mix is None:
        return Figures(rows=[], notes=[*notes, make_note("one_period", metric=metric)])
    rows = [] if themes else list(_whole(bucket, metric, mix))
    for part in mix.parts:
        if not themes or part.theme in themes:
            rows += _part(bucket, metric, part, mix)
    return Figures(rows=rows, notes=notes)


def _tally(matrix: PresenceMatrix, rows: np.ndarray) -> Tally:
    """Count the responses of one period."""
    import numpy as np

    values, codes = np.unique(matrix.scores[rows], return_inverse=True)
    worth = method_of(matrix.scale).worth
    worths = np.array([worth(value) for value in values.tolist()], float)[codes]
    tally = Tally()
    tally.add_all(worths, matrix.presence[rows] != 0, matrix.themes)
    return tally


def _whole(bucket: Bucket, metric: str, mix: Mix) -> Iterator[Row]:
    """Give the figures of all responses."""
    row = partial(bucket.row, None)
    yield row(f"{metric}.before", mix.before, mix.n_before)
    yield row(f"{metric}.after", mix.after, mix.n_after)
    yield row(f"{metric}.change", mix.change, mix.n_after, mix.low, mix.high)
    yield row(f"{metric}.mix", mix.mix, mix.n_after)
    yield row(f"{metric}.rate", mix.rate, mix.n_after)


def _part(bucket: Bucket, metric: str, part: MixPart, mix: Mix) -> Iterator[Row]:
    """Give the figures of one theme; "none" is of responses that name no theme."""
    names: Row = {}
    if part.theme is None:
        names = {
            "theme": "none",
            "theme_name_vi": say("report.no_theme", "vi"),
            "theme_name_en": say("report.no_theme", "en"),
        }
    for name, value, n in (
        ("mix", part.mix, mix.n_after),
        ("rate", part.rate, mix.n_after),
        ("share_before", part.share_before, mix.n_before),
        ("share_after", part.share_after, mix.n_after),
        ("before", part.score_before, mix.n_before),
        ("after", part.score_after, mix.n_after),
    ):
        yield bucket.row(part.theme, f"{metric}.{name}", value, n) | names
