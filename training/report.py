"""The report of a retraining: report.md for terminals and reviews, report.html with pictures, tables as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlp_cx.alignment import Aligned
from nlp_cx.export.files import write_csv
from nlp_cx.export.table import Column, Table, whole
from nlp_cx.gates import Change
from nlp_cx.labelled import Labelled, Reading
from nlp_cx.records import POLARITIES
from nlp_cx.redact import Redactor
from nlp_cx.words import say, theme_names
from training.checks import Checks
from training.data import THEMES
from training.measured import Measured, Said
from training.pictures import changes, confusion, label, reliability, verdict

SHOWN = 25
"""Rows of each list that the pages show; the CSV has them all."""
_CUT = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All that a report tells."""

    title: str
    title_vi: str
    told: str
    """What was done, in sentences."""
    measured: Sequence[Measured]
    checks: Checks
    held: Mapping[str, int]
    """Label -> rows held out."""
    notes: Sequence[str]
    next: str


def write_report(story: Story, folder: Path) -> None:
    """Write report.md, report.html and labels_to_check.csv.

    Args:
        story: What to tell.
        folder: Where; must be there.
    """
    import jinja2

    pages = Path(__file__).parent
    for name, is_page in (("report.md", False), ("report.html", True)):
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(pages),
            autoescape=is_page,  # noqa: S701  # Markdown is escaped by _cell
            trim_blocks=True,
            undefined=jinja2.StrictUndefined,
        )
        environment.filters["cell"] = _cell
        page = environment.get_template(f"{name}.j2").render(_content(story, pictures=is_page))
        (folder / name).write_text(whole(page), encoding="utf-8")
    write_suspects(story.checks, folder / "labels_to_check.csv")


def write_suspects(checks: Checks, path: Path) -> None:
    """Write all labels that a person should look at as CSV, personal data taken out."""
    redact = Redactor()
    keys = {"row": "count", "id": "text", "why": "text", "label": "text", "given": "text", "likely": "text",
            "probability": "share", "text": "long"}  # fmt: skip
    rows: list[dict[str, object]] = [
        {"row": one.row.row, "id": one.row.comment.id, "why": "likely label error", "label": one.field,
         "given": one.given, "likely": one.likely, "probability": round(one.probability, 3),
         "text": _redacted(redact, one.row)}
        for one in checks.suspects
    ]  # fmt: skip
    for group in checks.contradictions:
        rows += [
            {"row": row.row, "id": row.comment.id, "why": "contradiction", "given": said_of(row),
             "text": _redacted(redact, row)} for row in group
        ]  # fmt: skip
    columns = tuple(Column(key=key, title=key, kind=kind) for key, kind in keys.items())  # type: ignore[arg-type]
    write_csv(path, Table(name="labels", title="labels", columns=columns, rows=rows))


def write_rejected(reading: Reading, path: Path) -> None:
    """Write down the rows that are left out, each problem with its reason in both languages; none: no file stays."""
    if not reading.rejected:
        path.unlink(missing_ok=True)
        return
    keys = ("row", "id", "field", "reason", "reason_vi")
    columns = tuple(Column(key=key, title=key, kind="count" if key == "row" else "text") for key in keys)
    rows = [{key: getattr(problem, key) for key in keys} for problem in reading.rejected]
    write_csv(path, Table(name="rejected", title="rejected", columns=columns, rows=rows))


def said_of(row: Labelled) -> str:
    """Write the labels of a row in a line.

    Examples:
        >>> from nlp_cx.records import Comment
        >>> said_of(Labelled(comment=Comment(id="1", text=""), sentiment="negative", themes={"staff": None}))
        'negative; staff'
    """
    parts: list[str] = [row.sentiment or "no sentiment"]
    parts += [f"{theme}:{judged}" if judged else theme for theme, judged in (row.themes or {}).items()]
    parts += [flag for flag in ("complaint", "suggestion", "none") if getattr(row, flag)]
    return "; ".join(parts)


def conclude(measured: Sequence[Measured]) -> tuple[bool, str]:
    """Say in a sentence whether anything got worse, and what got better; where nothing was measured, just that."""
    if not measured:
        return False, "The labels were checked, nothing was learnt · đã kiểm tra nhãn, chưa huấn luyện."
    worse = [f"{label(change)} on {one.name}" for one in measured for change in one.comparison.regressions]
    better = [f"{label(change)} {_points(change.difference, sign=True)} on {one.name}" for one in measured
              for change in one.comparison.changes if change.low > 0 and change.kind != "language"]  # fmt: skip
    if worse:
        return True, f"Worse beyond chance · kém hơn rõ rệt: {', '.join(worse[:6])}. Look before you promote."
    if better:
        return (
            False,
            f"Nothing got worse beyond chance. Better beyond chance · tốt hơn rõ rệt: {', '.join(better[:6])}.",
        )
    return False, "Nothing changed beyond chance · không thay đổi rõ rệt: more labelled rows would tell more."


def _content(story: Story, *, pictures: bool) -> dict[str, Any]:
    """Gather what the templates ask for."""
    worse, sentence = conclude(story.measured)
    redact = Redactor()
    languages = list(story.checks.balance)
    labels = [name for name in _labels() if any(name in story.checks.balance[one] for one in languages)]
    return {
        "title": story.title,
        "title_vi": story.title_vi,
        "worse": worse,
        "verdict": sentence,
        "told": story.told,
        "measured": [_measured(one, pictures=pictures) for one in story.measured],
        "languages": languages,
        "balance": [
            {"label": _label_name(name), "counts": [story.checks.balance[one].get(name, 0) for one in languages],
             "held": story.held.get(name, 0)}
            for name in labels
        ],
        "notes": story.notes,
        "suspects": [
            {"row": one.row.row, "field": _label_name(one.field), "given": one.given, "likely": one.likely,
             "text": _redacted(redact, one.row)[:_CUT]}
            for one in story.checks.suspects[:SHOWN]
        ],
        "suspect_count": len(story.checks.suspects),
        "contradictions": [
            {"rows": ", ".join(str(row.row) for row in group), "labels": " / ".join(said_of(row) for row in group),
             "text": _redacted(redact, group[0])[:_CUT]}
            for group in story.checks.contradictions[:SHOWN]
        ],
        "contradiction_count": len(story.checks.contradictions),
        "next": story.next,
    }  # fmt: skip


def _labels() -> list[str]:
    """All labels in the order of the table."""
    sentiments = [f"sentiment:{name}" for name in POLARITIES]
    return ["rows", *sentiments, "themes told", *THEMES, "complaint", "suggestion", "none"]


def _label_name(name: str) -> str:
    """Name a label for people in both languages."""
    if name in THEMES:
        return " · ".join(theme_names(name, "en"))
    kind, _, polarity = name.partition(":")
    if polarity:
        return f"{kind}: {polarity} · {say(f'polarity.{polarity}', 'vi')}"
    known = {
        "rows": "rows · dòng",
        "themes told": "themes labelled · có nhãn chủ đề",
        "complaint": "complaint · khiếu nại",
        "suggestion": "suggestion · góp ý",
        "none": "no content · không có nội dung",
        "sentiment": "sentiment · cảm xúc",
    }
    return known.get(name, name)


def _measured(one: Measured, *, pictures: bool) -> dict[str, Any]:
    """Gather what the templates ask for of one set of rows."""
    found = one.comparison.changes
    languages = {change.name for change in found if change.kind == "language"}
    groups = [
        change for change in found if change.kind == "overall" or (change.kind == "language" and len(languages) > 1)
    ]
    themes = [change for change in found if change.kind == "theme" and (change.figure == "f1" or change.regressed)]
    judged = bool(one.live.confusion.sum())
    drawn = {
        "group_picture": changes(groups) if groups else "",
        "theme_picture": changes(themes) if themes else "",
        "confusion_picture": confusion(one) if judged else "",
        "reliability_picture": reliability(one) if judged else "",
    } if pictures else {}  # fmt: skip
    return drawn | {
        "title": one.name,
        "rows": len(one.rows),
        "changes": [_change(change) for change in (*groups, *themes)],
        "live_ece": _share(one.live.sentiment_ece),
        "candidate_ece": _share(one.candidate.sentiment_ece),
        "live_confusion": _matrix(one.live),
        "candidate_confusion": _matrix(one.candidate),
    }


def _change(change: Change) -> dict[str, Any]:
    """Write one change."""
    return {
        "label": label(change),
        "n": change.n,
        "live": _points(change.live),
        "candidate": _points(change.candidate),
        "difference": _points(change.difference, sign=True),
        "interval": f"{_points(change.low, sign=True)} to {_points(change.high, sign=True)}",
        "verdict": verdict(change),
    }


def _points(value: float, *, sign: bool = False) -> str:
    """Write a share in points."""
    return f"{100 * value:+.1f}" if sign else f"{100 * value:.1f}"


def _share(value: float | None) -> str:
    """Write a share that may not be there."""
    return "-" if value is None else _points(value)


def _matrix(said: Said) -> str:
    """Write a confusion matrix in a line."""
    return str(np.asarray(said.confusion).tolist())


def _redacted(redact: Redactor, row: Labelled) -> str:
    """Give a row's text on one line without personal data."""
    return " ".join(redact(Aligned.of(row.comment.text))[0].text.split())


def _cell(value: object) -> str:
    """Write a value into a cell of a Markdown table, where nothing in it means anything."""
    text = str(value).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return text.replace("\n", " ").replace("`", "\\`").replace("[", "\\[")
