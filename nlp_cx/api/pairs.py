"""GET /v1/summaries/pairs: themes that are named in the same comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import ConfigDict, Field

from nlp_cx.api.figures import COLUMNS, Ask, Figures, Row, find_buckets
from nlp_cx.api.records import Record
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Here, Reader
from nlp_cx.api.summaries import Shown, answer_figures
from nlp_cx.api.tidy import EXAMPLE_ROW, Note, TidyRow, tidy_responses
from nlp_cx.intervals import wilson_interval
from nlp_cx.storage.interface import Filter, Store
from nlp_cx.summarise.pairs import lift_interval
from nlp_cx.taxonomy import load_taxonomy

router = make_router("summaries")

_OTHER = ("other", "other_name_vi", "other_name_en")
PAIR_COLUMNS: Mapping[str, str] = {
    key: kind
    for name, of_it in COLUMNS.items()
    for key, kind in ((name, of_it), *(((one, "text") for one in _OTHER) if name == "theme_name_en" else ()))
}
"""Columns of tidy rows, and the other theme behind the first one."""


class PairsQuery(Shown):
    """Which comments, and how many pairs."""

    most: int = Field(100, ge=1, le=1000, description="Pairs that are shown, the most frequent ones.")


class PairRow(TidyRow):
    """One figure of two themes. · Một con số của hai nhóm."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                EXAMPLE_ROW
                | {"bucket": None, "other": "staff", "other_name_vi": "Nhân viên & thái độ"}
                | {"other_name_en": "Staff & attitude", "metric": "both", "value": 31, "low": None, "high": None}
            ]
        }
    )

    other: str = Field(description="Id of the other theme.")
    other_name_vi: str
    other_name_en: str


class Pairs(Record):
    """Figures of pairs of themes. · Các con số của từng cặp nhóm nguyên nhân."""

    rows: list[PairRow]
    notes: list[Note]


@router.get(
    "/v1/summaries/pairs",
    operation_id="summarise_pairs",
    summary="See which themes go together · Xem các nhóm hay được nhắc cùng nhau",
    response_model=Pairs,
    responses=tidy_responses(503),
)
async def summarise_pairs(
    request: Request, asked: Annotated[PairsQuery, Query()], caller: Reader, here: Here
) -> Response:
    """Give how many comments name two themes both, most frequent pairs first.

    `both` and `share` are of all comments; `share_of_theme` and `share_of_other` of those that name the one or the
    other; `lift` is how many times as often as if the two had nothing to do with each other, with a 95% interval.
    `theme` keeps the pairs with any of these themes; they stand first in their pairs.

    *Số ý kiến nhắc đến cả hai nhóm, tỷ lệ, và mức thường gặp so với ngẫu nhiên (lift), kèm khoảng tin cậy 95%.*
    """
    compute = partial(pair_figures, here.store, caller.workspace, asked.where(), asked.theme, asked.most)
    return await answer_figures(request, caller, here, asked, compute, "pairs", columns=PAIR_COLUMNS)


def pair_figures(store: Store, workspace: str, where: Filter, themes: list[str], most: int) -> Figures:
    """Count pairs of themes.

    Args:
        store: Where comments are.
        workspace: Whose.
        where: Which ones.
        themes: Only pairs with any of these; all if empty.
        most: Pairs at most.

    Returns:
        Rows, pair by pair.
    """
    buckets, notes = find_buckets(store, workspace, where, Ask())
    (bucket,) = buckets.values()
    comments = bucket.counts["comments"]
    named = {count.theme: min(count.n, count.comments) for count in store.theme_counts(workspace, where)}
    taxonomy = load_taxonomy()
    counted = sorted(store.pair_counts(workspace, where).items(), key=lambda item: (-item[1], item[0]))
    kept = [(pair, both) for pair, both in counted if not themes or not set(themes).isdisjoint(pair)]
    rows: list[Row] = []
    for pair, both in kept[:most]:
        one, other = sorted(pair, key=lambda theme: (-named.get(theme, 0), theme))
        if other in themes and one not in themes:
            one, other = other, one  # the theme that was asked for stands first
        extra = {
            "other": other,
            "other_name_vi": taxonomy.name(other, "vi"),
            "other_name_en": taxonomy.name(other, "en"),
        }
        for metric, value, n, *bounds in _figures(both, named[one], named[other], comments):
            row = bucket.row(one, metric, value, n, *bounds) | extra
            rows.append({key: row[key] for key in PAIR_COLUMNS})
    return Figures(rows=rows, notes=notes)


def _figures(both: int, one: int, other: int, comments: int) -> Iterator[tuple[Any, ...]]:
    """Give the figures of one pair."""
    yield "both", both, comments
    yield "share", both / comments, comments, *wilson_interval(both, comments)
    yield "share_of_theme", both / one, one, *wilson_interval(both, one)
    yield "share_of_other", both / other, other, *wilson_interval(both, other)
    lift, low, high = lift_interval(both, one, other, comments)
    yield "lift", lift, comments, low, high
