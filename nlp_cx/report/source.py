"""Results that `nlp-cx analyze` wrote, read back: what was read in each comment, without reading it again.

The flat formats do not hold everything. What is missing is taken as follows: a mention's confidence is 1; the scale of
a score comes from the summary beside the results (its own sheet of a workbook, `<stem>_summary.json` elsewhere), else
from its metric's definition, else the score is left out and a note says so. JSON lines hold no scores and no dates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from nlp_cx.errors import CommentError, FileError
from nlp_cx.histogram import Scale
from nlp_cx.ingest import open_tables
from nlp_cx.ingest.dates import read_date
from nlp_cx.ingest.lexicon import lexicon
from nlp_cx.ingest.table import Broken, Table
from nlp_cx.records import (
    POLARITIES,
    Analysis,
    Comment,
    Direction,
    Language,
    Polarity,
    Redaction,
    Score,
    Sentiment,
    Span,
    ThemeMention,
)
from nlp_cx.taxonomy import load_taxonomy
from nlp_cx.words import Tongue, metric_name, say, theme_names

_TONGUES: tuple[Tongue, ...] = ("en", "vi")
_FIXED = (
    "id", "created_at", "question", "text", "language", "sentiment", "themes", "evidence", "complaint", "suggestion",
    "mixed", "none", "needs_review", "truncated", "respondent_id", "touchpoint", "stage", "p_negative", "p_neutral",
    "p_positive", "language_confidence", "redactions", "model", "taxonomy",
)  # fmt: skip
_SURE = {"id", "text", "sentiment", "themes", "model", "taxonomy"}
"""Columns by which results are told from a survey."""
_GUARDED = re.compile(r"'(?:[\t\r]|[\s\ufeff\u200b]*[=+\-@＝＋－＠])")
"""Text that the writer of CSV kept spreadsheets from calculating."""
_Cells = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A file of results that was opened."""

    path: Path
    rows: Callable[[], Iterator[tuple[Comment, Analysis]]]
    """Reads it from its beginning, in its order."""
    total: int | None
    notes: tuple[Mapping[str, str], ...] = field(default=())
    """In "en" and "vi": what the file does not tell."""


def open_results(path: Path) -> Results | None:
    """Open a file of results.

    Args:
        path: XLSX, CSV, JSON lines or Parquet.

    Returns:
        The results; None if the file is something else, such as a survey.

    Raises:
        FileError: If it cannot be opened.
    """
    _, tables, _ = open_tables(path)
    for table in tables:
        keys = _keys_of(table.header)
        if set(keys.values()) >= _SURE:
            scales = _scales(path, tables)
            plan = _plan(table.header, keys, scales)
            return Results(path=path, rows=partial(_rows, table, plan), total=table.total, notes=tuple(_notes(plan)))
    return None


# --- columns ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What each column of results is."""

    keys: Mapping[int, str]
    """Place -> fixed key."""
    themes: Mapping[int, str]
    scores: Mapping[int, Scale]
    unscaled: tuple[str, ...]
    """Scores whose scale nobody tells."""
    segments: Mapping[int, str]
    nested: bool
    """Records as JSON lines hold them."""


def _keys_of(header: Sequence[str]) -> dict[int, str]:
    """Find the fixed columns: keys in CSV and Parquet, titles of either language in a workbook."""
    titles = {say(f"column.{key}", lang): key for lang in reversed(_TONGUES) for key in _FIXED}
    titles |= {key: key for key in _FIXED}
    found: dict[int, str] = {}
    for at, name in enumerate(header):
        key = titles.get(name)
        if key is not None and key not in found.values():
            found[at] = key
    return found


def _plan(header: Sequence[str], keys: Mapping[int, str], scales: Mapping[str, Scale]) -> _Plan:
    """Tell what the other columns are."""
    themes = {f"theme_{theme}": theme for theme in load_taxonomy().ids}
    for lang in _TONGUES:
        themes |= {"\n".join(theme_names(theme, lang)): theme for theme in load_taxonomy().ids}
    folded = {" ".join(name.split()): theme for name, theme in themes.items()}
    metrics = {metric_name(metric, lang): metric for lang in _TONGUES for metric in (*lexicon().scales, *scales)}
    before = min((at for at, key in keys.items() if key in ("respondent_id", "touchpoint", "stage")), default=None)
    theme_at: dict[int, str] = {}
    score_at: dict[int, Scale] = {}
    segment_at: dict[int, str] = {}
    unscaled = []
    for at, name in enumerate(header):
        spaced = " ".join(name.split())
        if at in keys:
            continue
        if spaced in folded or name.startswith("theme_"):
            theme_at[at] = folded.get(spaced, name.removeprefix("theme_"))
        elif name.startswith("score_") or (spaced in metrics and not name.startswith("segment_")):
            metric = metrics.get(spaced, name.removeprefix("score_"))
            scale = scales.get(metric) or _own_scale(metric)
            if scale is None:
                unscaled.append(metric)
            else:
                score_at[at] = scale
        elif name.startswith("segment_") or before is None or at < before:
            segment_at[at] = name.removeprefix("segment_")
    nested = not theme_at and "p_negative" not in keys.values()
    return _Plan(
        keys=keys, themes=theme_at, scores=score_at, unscaled=tuple(unscaled), segments={} if nested else segment_at,
        nested=nested,
    )  # fmt: skip


def _own_scale(metric: str) -> Scale | None:
    """Give the scale that a metric has by its definition."""
    own = lexicon().scales.get(metric.partition(":")[0])
    return None if own is None else Scale(metric, own[0], own[1])


def _notes(plan: _Plan) -> Iterator[Mapping[str, str]]:
    """Say what the file does not tell."""
    if plan.nested:
        yield {lang: say("report.note_json_lines", lang) for lang in _TONGUES}
    if plan.unscaled:
        listed = ", ".join(plan.unscaled)
        yield {lang: say("report.note_unscaled", lang, metrics=listed) for lang in _TONGUES}


def _scales(path: Path, tables: Sequence[Table]) -> dict[str, Scale]:
    """Find the scales that scores were ticked on: in the summary's sheet, or in the summary beside the file."""
    beside = path.with_name(f"{path.stem}_summary.json")
    found: dict[str, Scale] = {}
    if beside.is_file():
        try:
            scores = json.loads(beside.read_text(encoding="utf-8"))["respondent_scores"]
            for one in scores:
                found.setdefault(one["metric"], Scale(one["metric"], one["min"], one["max"], one["direction"]))
        except (OSError, ValueError, KeyError, TypeError):
            found.clear()  # not a summary of ours: then only definitions are known
    for table in tables:
        found |= {metric: scale for metric, scale in _sheet_scales(table).items() if metric not in found}
    return found


def _sheet_scales(table: Table) -> Mapping[str, Scale]:
    """Read the scales from the sheet of scores."""
    places = {
        key: next((at for at, name in enumerate(table.header) if name in _titles(key)), None)
        for key in ("metric", "statistic", "min", "direction")
    }
    if table.name not in _titles("scores", section="sheet") or None in (places["metric"], places["min"]):
        return {}
    known = {metric_name(metric, lang): metric for lang in _TONGUES for metric in lexicon().scales}
    lower = {say("direction.lower_is_better", lang) for lang in _TONGUES}
    found: dict[str, Scale] = {}
    for row in table.rows():
        if isinstance(row, Broken):
            continue
        cells = row[1]
        try:
            shown = str(cells[places["metric"]])  # type: ignore[index]  # was looked at
            low, high = float(cells[places["min"]]), float(cells[places["min"] + 1])  # type: ignore[arg-type,index,operator]
        except (ValueError, TypeError, IndexError):
            continue
        kind, colon, rest = shown.partition(":")
        metric = known.get(shown) or known.get(kind, kind) + (f":{rest.strip()}" if colon else "")
        turned = places["direction"] is not None and cells[places["direction"]] in lower
        direction: Direction = "lower_is_better" if turned else "higher_is_better"
        found.setdefault(metric, Scale(metric, low, high, direction))
    return found


def _titles(key: str, *, section: str = "column") -> set[str]:
    """Give a title in both languages."""
    return {say(f"{section}.{key}", lang) for lang in _TONGUES}


# --- rows ------------------------------------------------------------------------------------------------------------


def _rows(table: Table, plan: _Plan) -> Iterator[tuple[Comment, Analysis]]:
    """Make records of rows."""
    reader = _Reader()
    for row in table.rows():
        if isinstance(row, Broken):
            raise FileError(f"{table.name or 'the file'} breaks at row {row.row}: analyse the survey again")
        number, cells = row
        values = {key: cells[at] if at < len(cells) else None for at, key in plan.keys.items()}
        scores = [(scale, cells[at]) for at, scale in plan.scores.items() if at < len(cells)]
        segments = {
            name: str(cells[at])
            for at, name in plan.segments.items()
            if at < len(cells) and cells[at] not in (None, "")
        }
        judged = {
            theme: polarity
            for at, theme in plan.themes.items()
            if at < len(cells) and (polarity := reader.polarity(cells[at])) is not None
        }
        if not _word(values.get("id")):
            continue
        analysis = reader.nested(values) if plan.nested else reader.flat(values, judged)
        yield reader.comment(values, analysis, scores, segments), analysis
        del number


def _word(cell: object) -> str | None:
    """Give a cell as text; None for nothing."""
    return None if cell is None or cell == "" else str(cell)


class _Reader:
    """Turns cells into records."""

    def __init__(self) -> None:
        self._polarities: dict[object, Polarity] = {}
        self._languages: dict[object, Any] = {}
        for lang in _TONGUES:
            self._polarities |= {say(f"polarity.{one}", lang): one for one in POLARITIES}
        self._polarities |= {one: one for one in POLARITIES}
        self._yes = {True, "true", "True", *(say("flag.true", lang) for lang in _TONGUES)}
        self._themes = {theme_names(theme, lang)[0]: theme for lang in _TONGUES for theme in load_taxonomy().ids}

    def polarity(self, cell: object) -> Polarity | None:
        """Read how a theme is judged."""
        return self._polarities.get(cell) if isinstance(cell, str) else None

    def comment(
        self,
        values: _Cells,
        analysis: Analysis,
        scores: Sequence[tuple[Scale, object]],
        segments: Mapping[str, str],
    ) -> Comment:
        """Make the comment, with redacted text."""
        return Comment(
            id=analysis.id,
            text=analysis.text,
            question=_word(values.get("question")),
            created_at=_moment(values.get("created_at")),
            respondent_id=_word(values.get("respondent_id")),
            touchpoint=_word(values.get("touchpoint")),
            stage=_word(values.get("stage")),
            segments=dict(segments),
            scores=tuple(score for scale, cell in scores if (score := _score(scale, cell)) is not None),
        )

    def flat(self, values: _Cells, judged: Mapping[str, Polarity]) -> Analysis:
        """Make the analysis of a flat row."""
        text = _unguarded(_word(values.get("text")) or "")
        spans = self._spans(values.get("evidence"), text)
        scores = {one: _number(values.get(f"p_{one}")) for one in POLARITIES}
        return Analysis(
            id=_unguarded(str(values["id"])),
            language=Language(
                code=_language(values.get("language")), confidence=_number(values.get("language_confidence"))
            ),
            sentiment=Sentiment(label=self.polarity(values.get("sentiment")) or "neutral", scores=scores),
            mixed=values.get("mixed") in self._yes,
            themes=tuple(
                ThemeMention(theme=theme, sentiment=polarity, confidence=1.0, spans=spans.get(theme, ()))
                for theme, polarity in judged.items()
            ),
            none=values.get("none") in self._yes,
            complaint=_number(values.get("complaint")),
            suggestion=_number(values.get("suggestion")),
            needs_review=values.get("needs_review") in self._yes,
            truncated=values.get("truncated") in self._yes,
            text=text,
            redactions=(),
            model=_word(values.get("model")) or "",
            taxonomy=_word(values.get("taxonomy")) or "",
        )

    def nested(self, values: _Cells) -> Analysis:
        """Make the analysis of a JSON record."""
        try:
            return Analysis(
                id=str(values["id"]),
                language=Language(**values["language"]),
                sentiment=Sentiment(**values["sentiment"]),
                mixed=bool(values["mixed"]),
                themes=tuple(
                    ThemeMention(**{**one, "spans": tuple(Span(**span) for span in one.get("spans", ()))})
                    for one in values["themes"]
                ),
                none=bool(values["none"]),
                complaint=float(values["complaint"]),
                suggestion=float(values["suggestion"]),
                needs_review=bool(values["needs_review"]),
                truncated=bool(values["truncated"]),
                text=values["text"] or "",
                redactions=tuple(Redaction(**one) for one in values.get("redactions") or ()),
                model=str(values["model"]),
                taxonomy=str(values["taxonomy"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise FileError(
                f"the record {str(values.get('id'))[:80]!r} is no analysis ({error}): analyse the survey again"
            ) from error

    def _spans(self, cell: object, text: str) -> Mapping[str, tuple[Span, ...]]:
        """Find the words that prove each theme in the redacted text."""
        found: dict[str, tuple[Span, ...]] = {}
        for part in re.split(r"; (?=\w+: )|\n", str(cell)) if cell else ():
            name, colon, listed = part.partition(": ")
            if colon:
                places = [(text.find(words), words) for words in listed.split(" | ")]
                found[self._themes.get(name, name)] = tuple(
                    Span(start=at, end=at + len(words), text=words) for at, words in places if at >= 0 and words
                )
        return found


def _unguarded(text: str) -> str:
    """Take off what keeps a spreadsheet from calculating a cell."""
    return text[1:] if _GUARDED.match(text) else text


def _language(cell: object) -> Any:
    """Read a language code."""
    return cell if cell in ("vi", "en", "mixed", "other") else "other"


def _number(cell: object) -> float:
    """Read a probability; 0 for none."""
    try:
        return float(cell) if cell not in (None, "") else 0.0  # type: ignore[arg-type]  # what fails is caught
    except (TypeError, ValueError):
        return 0.0


def _score(scale: Scale, cell: object) -> Score | None:
    """Read a score; None for none and for what is off its scale."""
    if cell is None or cell == "" or isinstance(cell, bool):
        return None
    try:
        value = float(cell)  # type: ignore[arg-type]  # what fails is caught
        return Score(metric=scale.metric, value=value, min=scale.min, max=scale.max, direction=scale.direction)
    except (TypeError, ValueError, CommentError):
        return None


def _moment(cell: object) -> datetime | date | None:
    """Read a date as the writer wrote it."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, datetime | date):
        return cell
    try:
        text = str(cell)
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return read_date(cell)[0]
