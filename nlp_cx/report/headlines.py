"""The report in a few sentences that a manager understands: what is, what changed, what goes with the score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nlp_cx.drivers import Impact
from nlp_cx.drivers.screening import ALPHA
from nlp_cx.journey import Journey, Place
from nlp_cx.render.terminal import number, percent
from nlp_cx.report.blocks import Tone
from nlp_cx.report.findings import Findings, ThemeChange
from nlp_cx.report.say import bucket, day, digits_of, headline, shares, size_span, theme, unit_word
from nlp_cx.scores import MetricScore
from nlp_cx.words import Tongue, metric_name, say

Headline = tuple[str, Tone]
FEW = 30
"""Responses of a place below which its score is no headline."""


def headlines(found: Findings, lang: Tongue) -> tuple[Headline, ...]:
    """Say what matters most.

    Args:
        found: All that is known.
        lang: Language to say it in.

    Returns:
        Up to nine sentences, each with whether it is good or bad news. Only what is told from chance is said to be so.
    """
    if not found.summary.comments:
        return ((say("report.nothing", lang), "plain"),)
    return (
        *_score(found, lang),
        *_score_change(found, lang),
        *_named_most(found, lang),
        *_drivers(found, lang),
        *_theme_changes(found, lang),
        *_levels(found, lang),
        *_places(found, lang),
        *_contradictions(found, lang),
    )


def lead(found: Findings, lang: Tongue) -> str:
    """Say the one thing to take away: the score, where it moved, what is blamed most.

    Args:
        found: All that is known.
        lang: Language to say it in.

    Returns:
        One or two sentences; empty if nobody wrote anything.
    """
    summary = found.summary
    if not summary.comments:
        return ""
    said = [_lead_score(found, lang), _lead_theme(found, lang)]
    if summary.comments < FEW:
        said.append(say("report.lead_few", lang, n=number(summary.comments, lang)))
    return " ".join(part for part in said if part)


def _lead_score(found: Findings, lang: Tongue) -> str:
    """Say the score and its clear change; without a score how comments are judged."""
    score, change, periods = main_score(found), found.score_change, found.periods
    if score is None:
        negative, positive = (found.summary.sentiment[name].share for name in ("negative", "positive"))
        if negative is None or positive is None:
            return ""
        return say(
            "report.lead_judged", lang, negative=percent(negative, lang), positive=percent(positive, lang)
        )  # fmt: skip
    metric = metric_name(score.metric, lang)
    if change is None or periods is None or not change.clear:
        return say("report.lead_score", lang, metric=metric, value=headline(score, lang))
    before, after = (
        headline(replace(score, value=value), lang) for value in (change.before, change.after)
    )  # fmt: skip
    return say(
        "report.lead_up" if change.difference > 0 else "report.lead_down", lang, metric=metric, before=before,
        after=after, days=(periods.after[1] - periods.after[0]).days + 1, since=day(periods.after[0], lang),
    )  # fmt: skip


def _lead_theme(found: Findings, lang: Tongue) -> str:
    """Say which theme's complaints grew beyond chance; if none, which theme is blamed most."""
    grown = [one for one in moved_themes(found) if one.blamed.difference > 0]
    if grown:
        blamed = grown[0].blamed
        return say(
            "report.lead_grown", lang, theme=theme(grown[0].theme, lang), before=shares(blamed.before, lang),
            after=shares(blamed.after, lang),
        )  # fmt: skip
    most = max(found.summary.themes, key=lambda one: one.sentiment["negative"], default=None)
    if most is None or not most.sentiment["negative"]:
        return ""
    share = most.sentiment["negative"] / found.summary.comments
    return say("report.lead_blamed", lang, theme=theme(most.theme, lang), share=shares(share, lang))


def main_score(found: Findings) -> MetricScore | None:
    """Give the score that the report is built around, of all responses."""
    return next((score for score in found.summary.respondent_scores if score.metric == found.metric), None)


def clear_drivers(found: Findings) -> tuple[Sequence[Impact], Sequence[Impact]]:
    """Give the blame that goes with a worse score and the praise that goes with a better one, largest first.

    Only those told from chance at a false discovery rate of 5%.
    """
    clear = [
        one
        for one in found.summary.drivers
        if one.metric == found.metric and one.mention != "any" and one.q is not None and one.q < ALPHA
    ]
    clear.sort(key=lambda one: -abs(one.impact))
    worse = [one for one in clear if (one.impact < 0) == (one.direction == "higher_is_better")]
    return worse, [one for one in clear if one not in worse]


def _score(found: Findings, lang: Tongue) -> Iterator[Headline]:
    """Say what the score is."""
    score = main_score(found)
    if score is None:
        yield say("report.h_no_score", lang), "plain"
        return
    groups = ", ".join(
        say("report.h_group", lang, group=say(f"group.{name}", lang), share=percent(share.share, lang))
        for name, share in score.shares.items()
        if name != "passives" and score.statistic != "top_2_box"  # which is the headline itself
    )
    interval = ""
    if score.low is not None and score.high is not None:
        digits = 0 if score.unit != "scale" else 2
        low, high = (number(value, lang, digits=digits) for value in (score.low, score.high))
        interval = say("report.h_interval", lang, low=low, high=high)
    yield (
        say(
            "report.h_score", lang, metric=metric_name(score.metric, lang), value=headline(score, lang),
            interval=interval, n=number(score.n, lang), groups=f"; {groups}" if groups else "",
        ),
        "plain",
    )  # fmt: skip


def _score_change(found: Findings, lang: Tongue) -> Iterator[Headline]:
    """Say how the score changed."""
    change, score, periods = found.score_change, main_score(found), found.periods
    if change is None or score is None or periods is None:
        return
    metric, since = metric_name(score.metric, lang), day(periods.after[0], lang)
    days = (periods.after[1] - periods.after[0]).days + 1
    if not change.clear:
        yield say("report.h_steady", lang, metric=metric, days=days), "plain"
        return
    up = change.difference > 0
    digits = digits_of(score.unit)
    yield (
        say(
            "report.h_rose" if up else "report.h_fell", lang, metric=metric, since=since, days=days,
            size=number(abs(change.difference), lang, digits=digits), unit=unit_word(score.unit, lang),
            span=size_span(change.low, change.high, lang, digits=digits),
        ),
        "good" if up == (score.direction == "higher_is_better") else "bad",
    )  # fmt: skip


def _named_most(found: Findings, lang: Tongue) -> Iterator[Headline]:
    """Say what customers talk about most, and what they blame most."""
    themes = [one for one in found.summary.themes if one.mentions]
    if not themes:
        yield say("report.h_no_theme", lang), "plain"
        return
    most = themes[0]
    yield (
        say(
            "report.h_most", lang, theme=theme(most.theme, lang), share=shares(most.share.share or 0, lang),
            negative=percent(most.sentiment["negative"] / most.mentions, lang),
        ),
        "plain",
    )  # fmt: skip
    blamed = max(themes, key=lambda one: one.sentiment["negative"])
    if blamed.theme != most.theme and blamed.sentiment["negative"]:
        count = blamed.sentiment["negative"]
        yield (
            say(
                "report.h_blamed", lang, theme=theme(blamed.theme, lang), n=number(count, lang),
                share=shares(count / found.summary.comments, lang),
            ),
            "bad",
        )  # fmt: skip


def _drivers(found: Findings, lang: Tongue) -> Iterator[Headline]:
    """Say which blame and which praise goes with the score most."""
    worse, better = clear_drivers(found)
    for drivers, tone in ((worse, "bad"), (better, "good")):
        for one in drivers[:1]:
            yield driver_sentence(one, lang), tone  # type: ignore[misc]  # both are tones


def driver_sentence(one: Impact, lang: Tongue) -> str:
    """Say what one driver goes with: an association, never a cause."""
    digits = digits_of(one.unit)
    return say(
        f"report.h_driver_{'lower' if one.impact < 0 else 'higher'}", lang,
        mention=say(f"report.mention_{one.mention}", lang), theme=theme(one.theme, lang), n=number(one.n, lang),
        size=number(abs(one.impact), lang, digits=digits), metric=metric_name(one.metric, lang),
        unit=unit_word(one.unit, lang), span=size_span(one.low, one.high, lang, digits=digits),
    )  # fmt: skip


def moved_themes(found: Findings) -> list[ThemeChange]:
    """Give the themes that are blamed more or less often than before, beyond chance, largest first."""
    moved = [one for one in found.theme_changes if one.q < ALPHA]
    return sorted(moved, key=lambda one: -abs(one.blamed.difference))


def _theme_changes(found: Findings, lang: Tongue) -> Iterator[Headline]:
    """Say which themes are blamed more or less often than before."""
    for one in moved_themes(found)[:2]:
        up = one.blamed.difference > 0
        yield (
            say(
                "report.h_more_blame" if up else "report.h_less_blame", lang, theme=theme(one.theme, lang),
                before=shares(one.blamed.before, lang), after=shares(one.blamed.after, lang),
            ),
            "bad" if up else "good",
        )  # fmt: skip


def _levels(found: Findings, lang: Tongue) -> Iterator[Headline]:
    """Say where the blame of a theme moved to another level."""
    moved = {one.theme for one in moved_themes(found)}
    told = [(trend.name, trend.changes[-1]) for trend in found.trends if trend.changes and trend.name not in moved]
    for name, point in told[:2]:
        up = point.change.difference > 0
        yield (
            say(
                "report.h_level", lang, theme=theme(name, lang), since=bucket(point.bucket, lang),
                before=shares(point.change.before, lang), after=shares(point.change.after, lang),
            ),
            "bad" if up else "good",
        )  # fmt: skip


def _places(found: Findings, lang: Tongue) -> Iterator[Headline]:
    """Say where the score is lowest and highest, if that is beyond doubt."""
    for journey in (found.journey, found.touchpoints, *found.segments):
        ends = apart(journey, found) if journey is not None else None
        if ends is None or journey is None:
            continue
        (low, low_score), (high, high_score) = ends
        yield (
            say(
                "report.h_places", lang, dimension=dimension_name(journey.dimension, lang),
                metric=metric_name(low_score.metric, lang), low=low.name, low_value=headline(low_score, lang),
                high=high.name, high_value=headline(high_score, lang),
            ),
            "plain",
        )  # fmt: skip
        return


def apart(journey: Journey, found: Findings) -> tuple[tuple[Place, MetricScore], tuple[Place, MetricScore]] | None:
    """Give the places with the lowest and the highest score, if their intervals do not touch; else None."""
    scored = [
        (place, score)
        for place in journey.places
        for score in place.scores
        if score.metric == found.metric and score.n >= FEW and score.low is not None and place.name is not None
    ]
    if len(scored) < 2:
        return None
    low = min(scored, key=lambda entry: entry[1].value)
    high = max(scored, key=lambda entry: entry[1].value)
    if low[1].high is None or high[1].low is None or low[1].high >= high[1].low:
        return None
    return low, high


def dimension_name(dimension: str, lang: Tongue) -> str:
    """Name what places are: stages, touchpoints, or a segment by its own name."""
    return dimension.removeprefix("segment:") if ":" in dimension else say(f"column.{dimension}", lang)


def _contradictions(found: Findings, lang: Tongue) -> Iterator[Headline]:
    """Say how many scores contradict their text."""
    some = found.contradictions
    if some.turned:
        yield say("report.h_turned", lang, n=number(some.kinds["low_score_praise"], lang)), "bad"
    elif some.count:
        key = "report.h_contradictions" if some.count > 1 else "report.h_contradiction"
        yield say(key, lang, n=number(some.count, lang), all=number(some.n, lang)), "plain"
