"""The section on where it happens: journey stages, touchpoints, segments."""

from __future__ import annotations

from collections.abc import Iterator

from nlp_cx.journey import Journey
from nlp_cx.render.terminal import number
from nlp_cx.report import charts
from nlp_cx.report.blocks import Block, Figure, Paragraph, Section
from nlp_cx.report.findings import Findings
from nlp_cx.report.headlines import dimension_name, main_score
from nlp_cx.report.say import headline, theme
from nlp_cx.words import Tongue, metric_name, say

_PLACES = 9
"""Columns of a heat map, those with most comments."""
_THEMES = 10
_FEW = 5
"""Comments behind a cell below which it is faint."""
_LONGEST = 22


def places_section(found: Findings, lang: Tongue) -> Section | None:
    """Tell where themes are named, and how places score."""
    journeys = [one for one in (found.journey, found.touchpoints, *found.segments) if one is not None]
    blocks: list[Block] = []
    for journey in journeys:
        blocks += _scores(journey, found, lang)
        if len(journey.places) > 1:
            blocks += _heat_map(journey, found, lang)
    if not blocks:
        return None
    lead = Paragraph(text=say("report.places_lead", lang))
    return Section(id="places", title=say("report.places", lang), blocks=(lead, *blocks))


def _scores(journey: Journey, found: Findings, lang: Tongue) -> Iterator[Block]:
    """Draw the score of each place with its interval."""
    main = main_score(found)
    if main is None:
        return
    told = [
        (place, score)
        for place in journey.places
        for score in place.scores
        if score.metric == main.metric and score.low is not None and place.name is not None
    ]
    if len(told) < 2:
        return
    if not _is_ordered(journey):
        told.sort(key=lambda entry: entry[1].value, reverse=main.direction == "lower_is_better")
    higher = main.direction == "higher_is_better"

    def side(low: float | None, high: float | None) -> str:
        if low is None or high is None or low <= main.value <= high:
            return "unclear"
        return "better" if (low > main.value) == higher else "worse"

    metric = metric_name(main.metric, lang)
    rows = [
        {
            "name": (place.name or "")[:40],
            "value": score.value,
            "low": score.low,
            "high": score.high,
            "label": f"{headline(score, lang)}  ({say('report.n', lang, n=number(score.n, lang))})",
            "brief": headline(score, lang),
            "side": side(score.low, score.high),
        }
        for place, score in told
    ]
    name = dimension_name(journey.dimension, lang)
    yield Figure(
        title=say("report.place_scores", lang, metric=metric, dimension=name),
        text=say("report.place_scores_text", lang, metric=metric, value=headline(main, lang)),
        draw=lambda width: charts.intervals(
            rows, width=width, axis=metric, line=main.value,
            names={key: say(f"report.place_{key}", lang) for key in ("worse", "better", "unclear")},
        ),
    )  # fmt: skip


def _is_ordered(journey: Journey) -> bool:
    """Tell whether the places follow each other in time, as stages do."""
    return journey.dimension == "stage"


def _heat_map(journey: Journey, found: Findings, lang: Tongue) -> Iterator[Block]:
    """Draw themes by place."""
    most = sorted((place for place in journey.places if place.name), key=lambda place: -place.comments)[:_PLACES]
    places = [place for place in journey.places if place in most]
    themes = [one.theme for one in found.summary.themes][:_THEMES]
    short = {place.name: _short(place.name or "") for place in places}
    rows = [
        {
            "place": short[cell.place],
            "theme": theme(cell.theme, lang),
            "net": cell.net_sentiment,
            "label": number(cell.share.count, lang),
            "faint": cell.share.count < _FEW,
        }
        for cell in journey.cells
        if cell.place in short and cell.theme in themes
    ]
    if not rows:
        return
    name = dimension_name(journey.dimension, lang)
    yield Figure(
        title=say("report.heat_map", lang, dimension=name),
        text=say("report.heat_map_text", lang, n=_FEW),
        draw=lambda width: charts.heat_map(
            rows, width=width, places=list(short.values()), themes=[theme(one, lang) for one in themes],
            legend=say("column.net_sentiment", lang),
        ),
    )  # fmt: skip


def _short(name: str) -> str:
    """Cut a long name for the head of a column."""
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
