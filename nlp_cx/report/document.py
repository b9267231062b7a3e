"""Findings as a report in one language: headlines, sections, method notes."""

from __future__ import annotations

from collections.abc import Iterator

from nlp_cx.drivers import MIN_MENTIONS
from nlp_cx.records import LANGUAGES
from nlp_cx.render.terminal import number
from nlp_cx.report.associations import drivers_section
from nlp_cx.report.blocks import Bullets, Document, Section
from nlp_cx.report.builder import SEED
from nlp_cx.report.change import change_section
from nlp_cx.report.findings import Findings
from nlp_cx.report.headlines import headlines, lead
from nlp_cx.report.overview import contradictions_section, scores_section, themes_section, voices_section
from nlp_cx.report.places import places_section
from nlp_cx.report.say import day
from nlp_cx.words import Tongue, say

_SECTIONS = (
    scores_section, themes_section, drivers_section, change_section, places_section, voices_section,
    contradictions_section,
)  # fmt: skip


def write_document(found: Findings, lang: Tongue) -> Document:
    """Write the report.

    Args:
        found: All that is known.
        lang: Language of the report.

    Returns:
        The document; sections that have nothing to say are left out.
    """
    made = [section for write in _SECTIONS if (section := write(found, lang)) is not None]
    return Document(
        lang=lang,
        title=say("report.title", lang),
        subtitle=found.source,
        facts=tuple(_facts(found, lang)),
        lead=lead(found, lang),
        headlines=headlines(found, lang),
        sections=(*made, _method(found, lang)),
        footer=say("report.footer", lang),
        words={
            key: say(f"report.{key}", lang)
            for key in ("in_short", "contents", "good", "bad", "themes_terms", "interval_of")
        },
    )


def _facts(found: Findings, lang: Tongue) -> Iterator[str]:
    """Say what was read."""
    summary = found.summary
    one = summary.comments == summary.responses == 1
    yield say(
        "report.fact_one" if one else "report.fact_comments",
        lang,
        comments=number(summary.comments, lang),
        responses=number(summary.responses, lang),
    )
    if summary.first_date is not None and summary.last_date is not None:
        yield f"{day(summary.first_date, lang)} – {day(summary.last_date, lang)}"
    languages = [
        f"{say(f'language.{code}', lang)} {number(summary.languages[code], lang)}"
        for code in LANGUAGES
        if summary.languages.get(code)
    ]
    if languages:
        yield ", ".join(languages)


def _method(found: Findings, lang: Tongue) -> Section:
    """Say how to read the figures and what to mind."""
    summary = found.summary
    data = [
        say(f"report.data_{name}", lang, n=number(count, lang))
        for name, count in (
            ("blank", summary.blank), ("none", summary.none), ("unsupported", summary.unsupported),
            ("needs_review", summary.needs_review), ("truncated", summary.truncated), ("rejected", found.rejected),
        )
        if count
    ]  # fmt: skip
    data += [note[lang] for note in (*summary.notes, *found.notes)]
    how = [
        say("report.how_reading", lang, models=", ".join(summary.models) or "–", taxonomy=summary.taxonomy),
        say("report.how_interval", lang),
        say("report.how_association", lang),
    ]
    if found.metric is not None:
        how.append(say("report.how_impact", lang, n=MIN_MENTIONS))
    if found.drivers is not None and found.drivers.r2 is not None:
        how.append(say("report.how_parts", lang, resamples=number(found.drivers.resamples, lang), seed=SEED))
    if found.trends:
        how.append(say("report.how_control", lang))
    if found.corrected:
        how.append(say("report.how_corrected", lang))
    if found.mix is not None:
        how.append(say("report.how_mix", lang))
    how.append(say("report.how_privacy", lang))
    blocks = [Bullets(items=tuple(data), title=say("report.about_data", lang))] if data else []
    return Section(
        id="method", title=say("report.method", lang),
        blocks=(*blocks, Bullets(items=tuple(how), title=say("report.how", lang))),
    )  # fmt: skip
