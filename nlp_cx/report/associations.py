"""The section on what goes with the score: impacts, volume, the parts that themes explain together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nlp_cx.drivers import MIN_MENTIONS, Driver, Drivers, Impact
from nlp_cx.drivers.screening import ALPHA
from nlp_cx.render.terminal import number, percent
from nlp_cx.report import charts
from nlp_cx.report.blocks import Block, Bullets, Cell, Figure, Grid, Paragraph, Section
from nlp_cx.report.findings import Findings
from nlp_cx.report.headlines import clear_drivers, driver_sentence, main_score
from nlp_cx.report.say import digits_of, shares, side_of, span, theme, unit_word
from nlp_cx.words import Tongue, metric_name, say

_MOST = 12
"""Impacts drawn, the largest."""
_FEWEST = 5
"""Mentions below which an impact is not drawn: its interval says nothing."""


def drivers_section(found: Findings, lang: Tongue) -> Section | None:
    """Tell which themes go with the score."""
    score = main_score(found)
    if score is None:
        return None
    metric = metric_name(score.metric, lang)
    impacts = [one for one in found.summary.drivers if one.metric == score.metric and one.n >= _FEWEST]
    if found.drivers is not None and found.drivers.r2 is None and not any(one.impact for one in impacts):
        # nothing differs, or nobody is there to differ: the reason is all there is to say
        return Section(
            id="drivers", title=say("report.drivers", lang, metric=metric),
            blocks=(Bullets(items=tuple(note[lang] for note in found.drivers.notes)),),
        )  # fmt: skip
    blocks: list[Block] = [Paragraph(text=say("report.drivers_lead", lang, metric=metric))]
    sides = [one for one in impacts if one.mention != "any"]
    if sides:
        blocks += [*_sentences(found, lang), _impact_figure(sides, metric, lang)]
    anyhow = [one for one in impacts if one.mention == "any"]
    if len(anyhow) >= 3:
        blocks.append(_volume_figure(anyhow, metric, lang))
    if found.drivers is not None:
        blocks += _together(found.drivers, metric, lang)
    if len(blocks) == 1:
        return None
    return Section(id="drivers", title=say("report.drivers", lang, metric=metric), blocks=tuple(blocks))


def is_clear(one: Impact) -> bool:
    """Tell whether an impact is told from chance, over all themes."""
    return one.q is not None and one.q < ALPHA


def _sentences(found: Findings, lang: Tongue) -> Iterator[Block]:
    """Say the clear ones in words."""
    worse, better = clear_drivers(found)
    items = [driver_sentence(one, lang) for one in (*worse[:4], *better[:4])]
    if items:
        yield Bullets(items=tuple(items))
    else:
        yield Paragraph(text=say("report.drivers_none", lang, n=MIN_MENTIONS), kind="flag")


def _impact_figure(impacts: Sequence[Impact], metric: str, lang: Tongue) -> Figure:
    """Draw the impact of blame and praise."""
    chosen = sorted(sorted(impacts, key=lambda one: (-is_clear(one), -abs(one.impact)))[:_MOST], key=_worst_first)
    rows = [
        {
            "name": say(
                "report.blame_of" if one.mention == "negative" else "report.praise_of", lang,
                theme=theme(one.theme, lang),
            ),
            "value": one.impact,
            "low": one.low,
            "high": one.high,
            "label": f"{number(one.impact, lang, digits=digits_of(one.unit), sign=True)}  "
            f"({say('report.n', lang, n=number(one.n, lang))})",
            "brief": number(one.impact, lang, digits=digits_of(one.unit), sign=True),
            "side": side_of(one, clear=is_clear(one)),
        }
        for one in chosen
    ]  # fmt: skip
    unit = unit_word(chosen[0].unit, lang)
    names = {
        key: say(f"report.side_{key}", lang, metric=metric, n=MIN_MENTIONS) for key in ("worse", "better", "unclear")
    }
    return Figure(
        title=say("report.impact_figure", lang, metric=metric),
        text=say("report.impact_text", lang, metric=metric, n=MIN_MENTIONS),
        draw=lambda width: charts.intervals(
            rows, width=width, axis=say("report.impact_axis", lang, metric=metric, unit=unit), names=names, line=0
        ),
    )


def _worst_first(one: Impact) -> float:
    """Order by how bad an impact is."""
    return one.impact if one.direction == "higher_is_better" else -one.impact


def _volume_figure(impacts: Sequence[Impact], metric: str, lang: Tongue) -> Figure:
    """Draw impact against volume."""
    base = impacts[0].n + impacts[0].n_rest
    weight = sorted(impacts, key=lambda one: (-is_clear(one), -abs(one.impact)))
    rows: list[dict[str, Any]] = [
        {
            "name": theme(one.theme, lang),
            "share": one.n / base,
            "impact": one.impact,
            "side": side_of(one, clear=is_clear(one)),
            "named": True,
        }
        for one in weight
    ]
    unit = unit_word(impacts[0].unit, lang)
    return Figure(
        title=say("report.volume_figure", lang),
        text=say("report.volume_text", lang, metric=metric),
        draw=lambda width: charts.impact_volume(
            rows, width=width, x_axis=say("report.volume_axis", lang),
            y_axis=say("report.impact_axis", lang, metric=metric, unit=unit),
        ),
    )  # fmt: skip


def _together(drivers: Drivers, metric: str, lang: Tongue) -> Iterator[Block]:
    """Tell what all themes explain together, and each one's part of it."""
    parts = [one for one in drivers.drivers if one.share is not None]
    parts.sort(key=lambda one: -(one.share or 0))
    if drivers.r2 is not None and any(one.rank is not None for one in parts):
        told = any(one.kind is not None for one in parts[:_MOST])
        yield Grid(
            title=say("report.parts_table", lang),
            columns=(
                (say("column.name", lang), "left"),
                (say("report.part", lang), "right"), (say("report.penalty", lang), "right"),
                (say("report.reward", lang), "right"), *(((say("report.kind", lang), "left"),) if told else ()),
                (say("report.f1", lang), "right"),
            ),
            rows=tuple(tuple(_part(one, drivers, lang, told=told)) for one in parts[:_MOST]),
            note=say(
                "report.parts_note", lang, metric=metric, r2=percent(drivers.r2, lang), n=number(drivers.n, lang),
                unit=unit_word(drivers.unit, lang),
            ),
        )  # fmt: skip
    items = tuple(note[lang] for note in drivers.notes)
    if items:
        yield Bullets(items=items, title=say("report.drivers_notes", lang))


def _part(one: Driver, drivers: Drivers, lang: Tongue, *, told: bool) -> Iterator[Cell]:
    """Give one theme's cells."""
    mentions = say("report.n", lang, n=number(one.n, lang))
    ranked = mentions if one.rank is not None else say("report.unranked", lang, n=mentions)
    yield Cell(text=theme(one.theme, lang), small=ranked)
    part = "" if one.share_low is None or one.share_high is None else (
        f"{number(100 * one.share_low, lang)}–{number(100 * one.share_high, lang)}%"
    )  # fmt: skip
    yield Cell(text=shares(one.share or 0, lang), small=part)
    digits = digits_of(drivers.unit)
    for effect in (one.penalty, one.reward):
        yield Cell(text="–") if effect is None else Cell(
            text=number(effect.value, lang, digits=digits, sign=True),
            small=span(effect.low, effect.high, lang, digits=digits),
            tone="plain" if not effect.clear else "good"
            if (effect.value > 0) == (drivers.direction == "higher_is_better") else "bad",
        )  # fmt: skip
    if told:
        yield Cell(text="–" if one.kind is None else say(f"driver.{one.kind}", lang).partition(":")[0])
    yield Cell(text="–" if one.f1 is None else number(one.f1, lang, digits=2))
