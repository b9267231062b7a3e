"""The first sections: scores, themes, voices."""

from __future__ import annotations

from collections.abc import Iterator

from nlp_cx.histogram import Scale
from nlp_cx.records import POLARITIES, Polarity
from nlp_cx.render.terminal import number, percent
from nlp_cx.report import charts
from nlp_cx.report.blocks import Block, Cell, Figure, Grid, Paragraph, Said, Section, Tile, Tiles, Tone, Voices
from nlp_cx.report.findings import Findings
from nlp_cx.report.headlines import main_score
from nlp_cx.report.say import headline, share_span, shares, span, theme
from nlp_cx.scores import MetricScore, method_of
from nlp_cx.summarise.pairs import FEWEST
from nlp_cx.summarise.summary import ThemeSummary
from nlp_cx.words import Tongue, metric_name, say

TONES: dict[Polarity, Tone] = {"negative": "bad", "neutral": "plain", "positive": "good"}
_VOICES = 8
"""Themes that are quoted."""
_PAIRS = 8


def judged_words(lang: Tongue) -> dict[str, str]:
    """Name the judgements."""
    return {name: say(f"polarity.{name}", lang) for name in POLARITIES}


# --- scores ----------------------------------------------------------------------------------------------------------


def scores_section(found: Findings, lang: Tongue) -> Section | None:
    """Tell the scores and how comments are judged."""
    tiles = [_score_tile(score, lang) for score in found.summary.respondent_scores[:4]]
    tiles += list(_judged_tiles(found, lang))
    if not tiles:
        return None
    blocks: list[Block] = [Tiles(tiles=tuple(tiles))]
    score = main_score(found)
    if score is not None:
        blocks += _commenters(found, score, lang)
        if len(score.distribution) > 1:
            blocks.append(_histogram(score, lang))
        blocks += [Paragraph(text=one.note[lang], kind="note") for one in found.summary.respondent_scores if one.note]
    return Section(id="scores", title=say("report.scores", lang), blocks=tuple(blocks))


def _score_tile(score: MetricScore, lang: Tongue) -> Tile:
    """Show one score."""
    low, high = {"points": (-100.0, 100.0), "percent": (0.0, 100.0)}.get(score.unit, (score.min, score.max))

    def place(value: float | None) -> float | None:
        return None if value is None else min(1.0, max(0.0, (value - low) / (high - low)))

    lines = [say("report.tile_n", lang, n=number(score.n, lang))]
    if score.low is not None and score.high is not None:
        digits = 0 if score.unit != "scale" else 2
        lines.insert(0, say("report.tile_interval", lang, span=span(score.low, score.high, lang, digits=digits)))
    lines += [f"{percent(share.share, lang)} {say(f'group.{name}', lang)}" for name, share in score.shares.items()]
    if score.direction == "lower_is_better":
        lines.append(say("direction.lower_is_better", lang))
    ends = tuple(f"{number(end, lang)}{'%' if score.unit == 'percent' else ''}" for end in (low, high))
    kind = say(f"statistic.{score.statistic}", lang)
    name = metric_name(score.metric, lang)
    return Tile(
        label=name if score.statistic == "nps" else f"{name} · {kind}",
        value=headline(score, lang),
        detail=" · ".join(lines),
        at=place(score.value),
        low=place(score.low),
        high=place(score.high),
        ends=(ends[0], ends[1]),
    )


def _judged_tiles(found: Findings, lang: Tongue) -> Iterator[Tile]:
    """Show the share of negative and of positive comments."""
    for name in ("negative", "positive"):
        share = found.summary.sentiment[name]
        if share.share is not None:
            yield Tile(
                label=say("report.tile_judged", lang, polarity=say(f"polarity.{name}", lang)),
                value=percent(share.share, lang),
                detail=f"{say('report.tile_interval', lang, span=share_span(share, lang))} · "
                f"{say('report.tile_of', lang, count=number(share.count, lang), n=number(share.n, lang))}",
                at=share.share,
                low=share.low,
                high=share.high,
                ends=("0%", "100%"),
            )


def _commenters(found: Findings, score: MetricScore, lang: Tongue) -> Iterator[Block]:
    """Say how those who wrote something score, where that is not everybody."""
    own = next((one for one in found.summary.scores if one.metric == score.metric), None)
    if own is not None and own.n < score.n:
        yield Paragraph(
            text=say(
                "report.commenters", lang, metric=metric_name(score.metric, lang), value=headline(own, lang),
                n=number(own.n, lang), all=number(score.n, lang),
            ),
            kind="note",
        )  # fmt: skip


def _histogram(score: MetricScore, lang: Tongue) -> Figure:
    """Show how often each value was ticked."""
    scale = Scale(score.metric, score.min, score.max, score.direction)
    worth = method_of(scale).worth
    steps = int(score.max - score.min)
    values = [float(value) for value in score.distribution]
    if steps <= 11 and all(value.is_integer() for value in values) and float(score.min).is_integer():
        values = [score.min + step for step in range(steps + 1)]
    rows = [
        {
            "value": number(value, lang, digits=0 if value.is_integer() else 1),
            "n": score.distribution.get(f"{value:.15g}", 0),
            "group": _group(score, scale, worth(value), value),
        }
        for value in map(float, values)
    ]
    name = metric_name(score.metric, lang)
    return Figure(
        title=say("report.histogram", lang, metric=name),
        text=say("report.histogram_text", lang, metric=name, n=number(score.n, lang)),
        draw=lambda width: charts.score_histogram(rows, width=width, axis=say("report.responses", lang)),
    )


def _group(score: MetricScore, scale: Scale, worth: float, value: float) -> str:
    """Tell on which side a value stands."""
    if score.statistic == "nps":
        return "positive" if worth > 0 else "negative" if worth < 0 else "neutral"
    if score.statistic == "top_2_box":
        return "positive" if worth > 0 else "neutral"
    place = scale.from_best(value) / (score.max - score.min)
    return "positive" if place < 0.4 else "negative" if place > 0.6 else "neutral"


# --- themes ----------------------------------------------------------------------------------------------------------


def themes_section(found: Findings, lang: Tongue) -> Section | None:
    """Tell what customers talk about."""
    themes = found.summary.themes
    if not themes:
        return None
    rows = [
        {
            "name": theme(one.theme, lang),
            **{name: one.sentiment[name] for name in POLARITIES},
            "label": f"{number(one.mentions, lang)} ({shares(one.share.share or 0, lang)})",
        }
        for one in themes
    ]
    most = themes[0]
    figure = Figure(
        title=say("report.themes_figure", lang),
        text=say(
            "report.themes_text", lang, theme=theme(most.theme, lang), n=number(most.mentions, lang),
            all=number(found.summary.comments, lang),
        ),
        draw=lambda width: charts.theme_bars(
            rows, width=width, names=judged_words(lang), axis=say("report.comments_axis", lang)
        ),
    )  # fmt: skip
    blocks: tuple[Block, ...] = (figure, _theme_grid(found, lang), *_pairs_grid(found, lang))
    return Section(id="themes", title=say("report.themes", lang), blocks=blocks)


def _pairs_grid(found: Findings, lang: Tongue) -> Iterator[Grid]:
    """Tell which themes are named together, those first of which that is no chance."""
    pairs = sorted(found.pairs, key=lambda one: -abs(one.tone))[:_PAIRS]  # the sort is stable: most comments first
    if not pairs:
        return
    rows = tuple(
        (
            Cell(text=f"{theme(one.theme, lang)} + {theme(one.other, lang)}"),
            Cell(text=number(one.share.count, lang), small=shares(one.share.share or 0, lang)),
            Cell(text=percent(one.of_theme, lang)),
            Cell(text=percent(one.of_other, lang)),
            Cell(
                text=say("report.times", lang, n=number(one.lift, lang, digits=1)),
                small=span(one.low, one.high, lang),
            ),
            Cell(text=say(f"report.pair_{('chance', 'together', 'apart')[one.tone]}", lang)),
        )
        for one in pairs
    )
    yield Grid(
        title=say("report.pairs_table", lang),
        columns=(
            (say("report.pair", lang), "left"), (say("report.pair_both", lang), "right"),
            (say("report.of_first", lang), "right"), (say("report.of_second", lang), "right"),
            (say("report.lift", lang), "right"), (say("report.pair_told", lang), "left"),
        ),
        rows=rows,
        note=say("report.pairs_note", lang, n=FEWEST),
    )  # fmt: skip


def _theme_grid(found: Findings, lang: Tongue) -> Grid:
    """Lay the themes out as a table."""
    score = main_score(found)
    columns = [
        (say("column.name", lang), "left"),
        (say("column.mentions", lang), "right"),
        (say("column.share", lang), "right"),
    ]
    if found.corrected:
        columns.append((say("report.corrected", lang), "right"))
    columns += [(say("column.negative", lang), "right"), (say("column.positive", lang), "right")]
    if score is not None:
        columns.append((say("report.score_of", lang, metric=metric_name(score.metric, lang)), "right"))
    return Grid(
        title=say("report.themes_table", lang),
        columns=tuple(columns),  # type: ignore[arg-type]  # left and right are alignments
        rows=tuple(tuple(_theme_cells(one, found, lang)) for one in found.summary.themes),
        note=say("report.themes_note", lang) + (f" {say('report.corrected_note', lang)}" if found.corrected else ""),
    )


def _theme_cells(one: ThemeSummary, found: Findings, lang: Tongue) -> Iterator[Cell]:
    """Give one theme's cells."""
    yield Cell(text=theme(one.theme, lang))
    yield Cell(text=number(one.mentions, lang))
    yield Cell(text=shares(one.share.share or 0, lang), small=share_span(one.share, lang))
    if found.corrected:
        right = found.corrected.get(one.theme)
        yield (
            Cell(text="–")
            if right is None
            else Cell(
                text=shares(right.share, lang),
                small=f"{number(100 * right.low, lang)}–{number(100 * right.high, lang)}%",
            )
        )
    for name in ("negative", "positive"):
        count = one.sentiment[name]
        yield Cell(text=percent(count / one.mentions, lang), small=number(count, lang))
    score = main_score(found)
    if score is not None:
        mine = next((each for each in one.scores if each.metric == score.metric), None)
        yield (
            Cell(text="–")
            if mine is None
            else Cell(text=headline(mine, lang), small=say("report.n", lang, n=number(mine.n, lang)))
        )


# --- voices ----------------------------------------------------------------------------------------------------------


def voices_section(found: Findings, lang: Tongue) -> Section | None:
    """Let customers speak, theme by theme."""
    blocks = tuple(
        Voices(
            title=theme(one.theme, lang),
            terms=", ".join(term.text for term in one.terms[:6]),
            quotes=tuple(
                Said(
                    text=quote.text,
                    tone=TONES[quote.sentiment],
                    by=", ".join(f"{metric_name(name, lang)} {value:g}" for name, value in quote.scores.items()),
                )
                for quote in one.quotes
            ),
        )
        for one in found.summary.themes[:_VOICES]
        if one.quotes
    )
    if not blocks:
        return None
    lead = Paragraph(text=say("report.voices_lead", lang), kind="note")
    return Section(id="voices", title=say("report.voices", lang), blocks=(lead, *blocks))


def contradictions_section(found: Findings, lang: Tongue) -> Section | None:
    """List comments whose score says the opposite of their text."""
    some = found.contradictions
    if not some.count:
        return None
    rows = tuple(
        (
            Cell(
                text=f"{metric_name(one.metric, lang)} {one.value:g}",
                tone="good" if one.kind == "high_score_complaint" else "bad",
            ),
            Cell(text=one.text, small=", ".join(theme(name, lang) for name in one.themes)),
            Cell(text=say(f"report.{one.kind}", lang), small=one.comment_id),
        )
        for one in some.listed
    )
    grid = Grid(
        title="",
        columns=(
            (say("report.ticked", lang), "left"), (say("report.wrote", lang), "left"),
            (say("report.why", lang), "left"),
        ),
        rows=rows,
    )  # fmt: skip
    blocks: list[Block] = [
        Paragraph(
            text=say(
                "report.contradictions_lead", lang, n=number(some.count, lang), all=number(some.n, lang),
                high=number(some.kinds["high_score_complaint"], lang), low=number(some.kinds["low_score_praise"], lang),
            )
        )
    ]  # fmt: skip
    if some.turned:
        blocks.append(Paragraph(text=say("report.turned", lang), kind="flag"))
    return Section(id="contradictions", title=say("report.contradictions", lang), blocks=(*blocks, grid))
