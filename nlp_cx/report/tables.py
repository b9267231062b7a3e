"""The report as sheets of a workbook: the summary's, and those that only a report has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nlp_cx.export.report import summary_tables
from nlp_cx.export.table import Column, Kind, Table
from nlp_cx.records import POLARITIES
from nlp_cx.report.findings import Findings
from nlp_cx.report.headlines import dimension_name, headlines, lead
from nlp_cx.report.say import bucket, theme
from nlp_cx.trends import Trend
from nlp_cx.words import Tongue, metric_name, say

Row = Mapping[str, object]


def report_tables(found: Findings, lang: Tongue) -> tuple[Table, ...]:
    """Lay a report out as sheets.

    Args:
        found: All that is known.
        lang: Language of titles and words.

    Returns:
        Headlines first, then the summary's sheets, then pairs of themes, changes, trend, places, the parts of the score
        that themes explain together, and contradictions, as far as there are any.
    """
    made = [
        _table("headlines", (("in_short", "long"),), ({"in_short": text} for text in _short(found, lang)), lang),
        *summary_tables(found.summary, lang, [note[lang] for note in found.notes]),
        _table("pairs", _PAIRS, _pairs(found, lang), lang),
        _table("changes", _CHANGES, _changes(found, lang), lang),
        _table("trend", _TREND, _trend(found, lang), lang),
        _table("places", _PLACES, _places(found, lang), lang),
        _table("parts", _PARTS, _parts(found, lang), lang),
        _table("contradictions", _CONTRADICTIONS, _contradictions(found, lang), lang),
    ]
    return tuple(table for table in made if not isinstance(table.rows, list) or table.rows)


_CHANGES: Sequence[tuple[str, Kind]] = (
    ("name", "wide"), ("before", "share"), ("after", "share"), ("difference", "share"), ("low", "share"),
    ("high", "share"), ("beyond_chance", "text"), ("corrected", "share"), ("share_low", "share"),
    ("share_high", "share"),
)  # fmt: skip
_PAIRS: Sequence[tuple[str, Kind]] = (
    ("name", "wide"), ("other", "wide"), ("count", "count"), ("share", "share"), ("of_theme", "share"),
    ("of_other", "share"), ("lift", "figure"), ("low", "figure"), ("high", "figure"), ("beyond_chance", "text"),
)  # fmt: skip
_TREND: Sequence[tuple[str, Kind]] = (
    ("name", "wide"), ("bucket", "text"), ("count", "count"), ("base", "count"), ("share", "share"), ("low", "share"),
    ("high", "share"), ("lower", "share"), ("upper", "share"), ("signal", "text"),
    ("ewma", "share"), ("ewma_lower", "share"), ("ewma_upper", "share"), ("drift", "text"),
)  # fmt: skip
_PLACES: Sequence[tuple[str, Kind]] = (
    ("dimension", "text"), ("place", "text"), ("name", "wide"), ("count", "count"), ("share", "share"),
    ("low", "share"), ("high", "share"), ("negative", "count"), ("neutral", "count"), ("positive", "count"),
    ("net_sentiment", "figure"), ("metric", "text"), ("value", "figure"), ("n", "count"),
)  # fmt: skip
_PARTS: Sequence[tuple[str, Kind]] = (
    ("rank", "count"), ("name", "wide"), ("n", "count"), ("part", "share"), ("low", "share"), ("high", "share"),
    ("penalty", "figure"), ("reward", "figure"), ("kind", "long"), ("q", "number"), ("f1", "figure"), ("note", "long"),
)  # fmt: skip
_CONTRADICTIONS: Sequence[tuple[str, Kind]] = (
    ("metric", "text"), ("metric_value", "number"), ("text", "long"), ("why", "text"), ("themes", "wide"),
    ("comment_id", "text"),
)  # fmt: skip
_OWN = frozenset(
    ("before", "after", "difference", "beyond_chance", "part", "penalty", "reward", "kind", "f1", "why", "lift",
     "in_short")
)  # fmt: skip
_COLUMNS = frozenset(
    ("bucket", "place", "dimension", "lower", "upper", "signal", "corrected", "metric_value", "other", "of_theme",
     "of_other", "ewma", "ewma_lower", "ewma_upper", "drift")
)  # fmt: skip


def _table(name: str, columns: Sequence[tuple[str, Kind]], rows: Iterator[Row], lang: Tongue) -> Table:
    """Make one sheet."""
    return Table(
        name=name,
        title=say(f"report.sheet_{name}", lang),
        columns=tuple(Column(key=key, title=_title(key, lang), kind=kind) for key, kind in columns),
        rows=list(rows),
    )


def _title(key: str, lang: Tongue) -> str:
    """Name a column."""
    if key in _OWN:
        return say(f"report.{key}", lang)
    return say(f"report.column_{key}" if key in _COLUMNS else f"column.{key}", lang)


def _short(found: Findings, lang: Tongue) -> Iterator[str]:
    """Say the one thing to take away, then the rest."""
    first = lead(found, lang)
    yield from [first] if first else []
    yield from (text for text, _ in headlines(found, lang))


def _pairs(found: Findings, lang: Tongue) -> Iterator[Row]:
    """Give the themes that stand in the same comments."""
    for one in found.pairs:
        yield {
            "name": theme(one.theme, lang),
            "other": theme(one.other, lang),
            "count": one.share.count,
            "share": one.share.share,
            "of_theme": one.of_theme,
            "of_other": one.of_other,
            "lift": one.lift,
            "low": one.low,
            "high": one.high,
            "beyond_chance": say("report.yes" if one.tone else "report.unclear", lang),
        }


def _changes(found: Findings, lang: Tongue) -> Iterator[Row]:
    """Give each theme's complaints before and after, and its corrected share."""
    moved = {one.theme: one for one in found.theme_changes}
    for one in found.summary.themes:
        change, right = moved.get(one.theme), found.corrected.get(one.theme)
        if change is None and right is None:
            continue
        row: dict[str, object] = {"name": theme(one.theme, lang)}
        if change is not None:
            row |= {
                "before": change.blamed.before,
                "after": change.blamed.after,
                "difference": change.blamed.difference,
                "low": change.blamed.low,
                "high": change.blamed.high,
                "beyond_chance": say("report.yes" if change.q < 0.05 else "report.unclear", lang),
            }
        if right is not None:
            row |= {"corrected": right.share, "share_low": right.low, "share_high": right.high}
        yield row


def _trend(found: Findings, lang: Tongue) -> Iterator[Row]:
    """Give each theme's rate over time."""
    trends: Sequence[Trend] = (*([found.negative] if found.negative is not None else []), *found.trends)
    for trend in trends:
        name = say("polarity.negative", lang) if trend is found.negative else theme(trend.name, lang)
        for point in trend.chart.points:
            if point.n:
                yield {
                    "name": name,
                    "bucket": bucket(point.bucket, lang),
                    "count": point.count,
                    "base": point.n,
                    "share": point.share,
                    "low": point.low,
                    "high": point.high,
                    "lower": point.lower,
                    "upper": point.upper,
                    "signal": say("report.yes", lang) if point.signal else None,
                    "ewma": point.ewma,
                    "ewma_lower": point.ewma_lower,
                    "ewma_upper": point.ewma_upper,
                    "drift": say("report.yes", lang) if point.drift else None,
                }


def _places(found: Findings, lang: Tongue) -> Iterator[Row]:
    """Give each theme at each place."""
    for journey in (found.journey, found.touchpoints, *found.segments):
        for cell in journey.cells if journey is not None else ():
            score = next((one for one in cell.scores if one.metric == found.metric), None)
            row: dict[str, object] = {
                "dimension": dimension_name(journey.dimension, lang) if journey is not None else "",
                "place": cell.place,
                "name": theme(cell.theme, lang),
                "count": cell.share.count,
                "share": cell.share.share,
                "low": cell.share.low,
                "high": cell.share.high,
                **{name: cell.sentiment[name] for name in POLARITIES},
                "net_sentiment": cell.net_sentiment,
            }
            if score is not None:
                row |= {"metric": metric_name(score.metric, lang), "value": score.value, "n": score.n}
            yield row


def _parts(found: Findings, lang: Tongue) -> Iterator[Row]:
    """Give each theme's part of what all explain together."""
    for one in found.drivers.drivers if found.drivers is not None else ():
        yield {
            "rank": one.rank,
            "name": theme(one.theme, lang),
            "n": one.n,
            "part": one.share,
            "low": one.share_low,
            "high": one.share_high,
            "penalty": None if one.penalty is None else one.penalty.value,
            "reward": None if one.reward is None else one.reward.value,
            "kind": None if one.kind is None else say(f"driver.{one.kind}", lang),
            "q": None if one.q is None else round(one.q, 4),
            "f1": one.f1,
            "note": None if one.reason is None else one.reason[lang],
        }


def _contradictions(found: Findings, lang: Tongue) -> Iterator[Row]:
    """Give the comments that contradict their score."""
    for one in found.contradictions.listed:
        yield {
            "metric": metric_name(one.metric, lang),
            "metric_value": one.value,
            "text": one.text,
            "why": say(f"report.{one.kind}", lang),
            "themes": ", ".join(theme(name, lang) for name in one.themes) or None,
            "comment_id": one.comment_id,
        }
