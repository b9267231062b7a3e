"""The section on what changed over time: comments, score, themes, words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from nlp_cx.render.terminal import number, percent
from nlp_cx.report import charts
from nlp_cx.report.blocks import Block, Bullets, Cell, Figure, Grid, Paragraph, Section
from nlp_cx.report.findings import Findings, Periods
from nlp_cx.report.headlines import main_score
from nlp_cx.report.overview import judged_words
from nlp_cx.report.say import bucket, day, digits_of, shares, theme, unit_word
from nlp_cx.trends import Break, Trend
from nlp_cx.words import Tongue, metric_name, say

_CHARTS = 6
"""Themes whose control charts are drawn: the most blamed ones."""
_ROWS = 8
_LEAST = 0.02
"""Share of the comments that must blame a theme for its chart to say anything."""


def change_section(found: Findings, lang: Tongue) -> Section | None:
    """Tell what changed."""
    if len(found.buckets) < 2:
        return None
    blocks: list[Block] = [*_flags(found, lang), _comments_figure(found, lang)]
    blocks += _score_figure(found, lang)
    blocks += _score_words(found, lang)
    blocks += _mix_blocks(found, lang)
    blocks += _theme_grid(found, lang)
    blocks += _control_charts(found, lang)
    blocks += _rising(found, lang)
    return Section(id="change", title=say("report.change", lang), blocks=tuple(blocks))


def period_names(periods: Periods, lang: Tongue) -> tuple[str, str]:
    """Write the two periods."""
    before, after = ((day(first, lang), day(last, lang)) for first, last in (periods.before, periods.after))
    return f"{before[0]} – {before[1]}", f"{after[0]} – {after[1]}"


def _flags(found: Findings, lang: Tongue) -> Iterator[Block]:
    """Say where another model began to read."""
    breaks: tuple[Break, ...] = found.negative.breaks if found.negative is not None else ()
    for one in breaks:
        yield Paragraph(
            text=say(
                "report.break", lang, bucket=bucket(one.bucket, lang), before="; ".join(sorted(one.before)),
                after="; ".join(sorted(one.after)),
            ),
            kind="flag",
        )  # fmt: skip
    if found.summary.undated:
        yield Paragraph(text=say("report.undated", lang, n=number(found.summary.undated, lang)), kind="note")


def _comments_figure(found: Findings, lang: Tongue) -> Figure:
    """Draw comments over time."""
    rows = [{"bucket": bucket(one.bucket, lang, short=True), **one.sentiment} for one in found.buckets]
    most = max(found.buckets, key=lambda one: one.comments)
    return Figure(
        title=say(f"report.comments_by_{found.calendar}", lang),
        text=say(
            "report.comments_text_week" if found.calendar == "week" else "report.comments_text",
            lang,
            n=number(most.comments, lang),
            bucket=bucket(most.bucket, lang),
        ),
        draw=lambda width: charts.judged_over_time(
            rows, width=width, names=judged_words(lang), axis=say("report.comments_axis", lang)
        ),
        half=True,
    )


def _score_figure(found: Findings, lang: Tongue) -> Iterator[Figure]:
    """Draw the score over time."""
    score = main_score(found)
    answered = [one for one in found.scores if one.score is not None]
    if score is None or len(answered) < 2:
        return
    rows = [
        {
            "bucket": bucket(one.bucket, lang, short=True),
            "value": None if one.score is None else one.score.value,
            "low": None if one.score is None else one.score.low,
            "high": None if one.score is None else one.score.high,
        }
        for one in found.scores
    ]
    metric = metric_name(score.metric, lang)
    yield Figure(
        title=say(f"report.score_by_{found.score_calendar}", lang, metric=metric),
        text=say("report.score_text", lang, metric=metric),
        draw=lambda width: charts.score_over_time(rows, width=width, axis=metric),
        half=True,
    )


def _score_words(found: Findings, lang: Tongue) -> Iterator[Block]:
    """Say how the score changed from one period to the next."""
    change, score, periods = found.score_change, main_score(found), found.periods
    if change is None or score is None or periods is None:
        return
    digits, (before, after) = digits_of(score.unit), period_names(periods, lang)
    yield Paragraph(
        text=say(
            "report.score_change" if change.clear else "report.score_same", lang,
            metric=metric_name(score.metric, lang), before=number(change.before, lang, digits=digits),
            after=number(change.after, lang, digits=digits), period_before=before, period_after=after,
            difference=number(change.difference, lang, digits=digits, sign=True), unit=unit_word(score.unit, lang),
            low=number(change.low, lang, digits=digits, sign=True),
            high=number(change.high, lang, digits=digits, sign=True),
        )
    )  # fmt: skip


def _mix_blocks(found: Findings, lang: Tongue) -> Iterator[Block]:
    """Split the change of the score by theme, where there is one."""
    mix, score, change = found.mix, main_score(found), found.score_change
    if mix is None or score is None or change is None or not change.clear:
        return
    rows = [{"name": theme(part.theme, lang), "mix": part.mix, "rate": part.rate} for part in mix.parts[:_ROWS]]
    digits, unit = digits_of(score.unit), unit_word(score.unit, lang)
    metric = metric_name(score.metric, lang)
    yield Figure(
        title=say("report.mix_figure", lang, metric=metric),
        text=say(
            "report.mix_text", lang, change=number(mix.change, lang, digits=digits, sign=True), unit=unit,
            mix=number(mix.mix, lang, digits=digits, sign=True), rate=number(mix.rate, lang, digits=digits, sign=True),
        ),
        draw=lambda width: charts.mix_bars(
            rows, width=width, axis=say("report.mix_axis", lang, metric=metric, unit=unit),
            names={name: say(f"report.mix_{name}", lang) for name in ("mix", "rate")},
        ),
    )  # fmt: skip


def _theme_grid(found: Findings, lang: Tongue) -> Iterator[Block]:
    """Compare how often themes are named and blamed."""
    if found.periods is None or not found.theme_changes:
        return
    before, after = period_names(found.periods, lang)
    rows = tuple(
        (
            Cell(text=theme(one.theme, lang)),
            Cell(text=shares(one.blamed.before, lang)),
            Cell(text=shares(one.blamed.after, lang)),
            Cell(
                text=number(100 * one.blamed.difference, lang, digits=1, sign=True),
                small=f"{number(100 * one.blamed.low, lang, digits=1, sign=True)} … "
                f"{number(100 * one.blamed.high, lang, digits=1, sign=True)}",
                tone="plain" if one.q >= 0.05 else "bad" if one.blamed.difference > 0 else "good",
            ),
            Cell(text=say("report.yes" if one.q < 0.05 else "report.unclear", lang)),
        )
        for one in sorted(found.theme_changes, key=lambda one: (one.q >= 0.05, -abs(one.blamed.difference)))[:_ROWS]
    )
    yield Grid(
        title=say("report.theme_changes", lang),
        columns=(
            (say("column.name", lang), "left"),
            (say("report.before", lang), "right"), (say("report.after", lang), "right"),
            (say("report.difference", lang), "right"), (say("report.beyond_chance", lang), "left"),
        ),
        rows=rows,
        note=say("report.theme_changes_note", lang, before=before, after=after),
    )  # fmt: skip


def _control_charts(found: Findings, lang: Tongue) -> Iterator[Block]:
    """Draw the rates of the themes blamed most, those that moved first."""
    told = [trend for trend in found.trends if trend.chart.limited and (trend.chart.centre or 0) >= _LEAST]
    told.sort(key=lambda trend: -(len(trend.changes) + bool(trend.signals)))  # the sort is stable: most blamed first
    if not told:
        yield Paragraph(text=say("report.too_short", lang), kind="note")
        return
    yield Paragraph(text=say("report.control_lead", lang))
    for trend in islice(told, _CHARTS):
        yield _control_figure(trend, lang)


def _control_figure(trend: Trend, lang: Tongue) -> Figure:
    """Draw one rate."""
    begins = {one.bucket for one in trend.changes}
    rows = [
        {
            "bucket": bucket(point.bucket, lang, short=True),
            "share": point.share,
            "lower": point.lower,
            "upper": point.upper,
            "centre": trend.chart.centre if point.upper is not None else None,
            "signal": point.signal is not None,
            "change": point.bucket in begins,
            "ewma": point.ewma if point.comparable else None,
            "drift": point.drift is not None,
        }
        for point in trend.chart.points
    ]
    said = [
        say(
            f"report.signal_{point.signal}", lang, bucket=bucket(point.bucket, lang), share=percent(point.share, lang),
            n=number(point.n, lang),
        )
        for point in trend.signals[-2:]
    ]  # fmt: skip
    drifting = [point for point in trend.chart.points if point.drift is not None]
    if drifting and not trend.changes:
        last = drifting[-1]
        said.append(say(f"report.drift_{last.drift}", lang, bucket=bucket(last.bucket, lang)))
    said += [
        say(
            "report.level", lang, bucket=bucket(one.bucket, lang), before=shares(one.change.before, lang),
            after=shares(one.change.after, lang),
        )
        for one in trend.changes
    ]  # fmt: skip
    name = theme(trend.name, lang)
    return Figure(
        title=name,
        text=" ".join(said) or say("report.within_limits", lang, centre=shares(trend.chart.centre or 0, lang)),
        draw=lambda width: charts.control_chart(rows, width=width, title=""),
        half=True,
    )


def _rising(found: Findings, lang: Tongue) -> Iterator[Block]:
    """List new and rising words."""
    if not found.rising or found.periods is None:
        return
    items = tuple(
        say(
            "report.new_term" if one.new else "report.rising_term", lang, term=one.text, count=number(one.count, lang),
            n=number(one.n, lang), before=number(one.count_before, lang), n_before=number(one.n_before, lang),
        )
        for one in found.rising
    )  # fmt: skip
    yield Bullets(items=items, title=say("report.rising", lang))
