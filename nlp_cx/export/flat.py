"""One comment with its analysis as a flat row, for tables that people filter and BI tools load."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nlp_cx.export.table import Column, Kind
from nlp_cx.records import POLARITIES, Analysis, Comment
from nlp_cx.taxonomy import load_taxonomy
from nlp_cx.words import Tongue, metric_name, say, theme_names

_BEFORE: tuple[tuple[str, Kind], ...] = (
    ("id", "text"),
    ("created_at", "moment"),
    ("question", "text"),
    ("text", "long"),
    ("language", "text"),
    ("sentiment", "polarity"),
    ("themes", "themes"),
    ("evidence", "evidence"),
    ("complaint", "share"),
    ("suggestion", "share"),
    ("mixed", "flag"),
    ("none", "flag"),
    ("needs_review", "flag"),
    ("truncated", "flag"),
)
_AFTER: tuple[tuple[str, Kind], ...] = (
    ("respondent_id", "text"),
    ("touchpoint", "text"),
    ("stage", "text"),
)
_LAST: tuple[tuple[str, Kind], ...] = (
    *((f"p_{polarity}", "share") for polarity in POLARITIES),
    ("language_confidence", "share"),
    ("redactions", "text"),
    ("model", "text"),
    ("taxonomy", "text"),
)


def flat_row(comment: Comment, analysis: Analysis) -> dict[str, object]:
    """Make the flat row of one comment; empty cells are left out.

    Args:
        comment: As it came in; its raw text is not looked at.
        analysis: What was read in it.

    Returns:
        Cells by column key; `theme_<id>` is how a theme is judged, `score_<metric>` and `segment_<name>` come from the
        comment.
    """
    row: dict[str, object] = {
        "id": analysis.id,
        "created_at": comment.created_at.isoformat() if comment.created_at else None,
        "question": comment.question,
        "text": analysis.text,
        "language": analysis.language.code,
        "language_confidence": round(analysis.language.confidence, 4),
        "sentiment": analysis.sentiment.label,
        "themes": [(mention.theme, mention.sentiment) for mention in analysis.themes] or None,
        "evidence": [(one.theme, [span.text for span in one.spans]) for one in analysis.themes if one.spans] or None,
        "complaint": round(analysis.complaint, 4),
        "suggestion": round(analysis.suggestion, 4),
        "mixed": analysis.mixed,
        "none": analysis.none,
        "needs_review": analysis.needs_review,
        "truncated": analysis.truncated,
        "redactions": "; ".join(redaction.kind for redaction in analysis.redactions) or None,
        "respondent_id": comment.respondent_id,
        "touchpoint": comment.touchpoint,
        "stage": comment.stage,
        "model": analysis.model,
        "taxonomy": analysis.taxonomy,
    }
    row |= {f"p_{polarity}": round(analysis.sentiment.scores[polarity], 4) for polarity in POLARITIES}
    row |= {f"theme_{mention.theme}": mention.sentiment for mention in analysis.themes}
    row |= {f"score_{score.metric}": score.value for score in comment.scores}
    row |= {f"segment_{name}": value for name, value in comment.segments.items()}
    return {key: cell for key, cell in row.items() if cell is not None}


def flat_columns(keys: Iterable[str], lang: Tongue) -> tuple[Column, ...]:
    """Put the columns of flat rows in order.

    Args:
        keys: Keys that occur; scores and segments keep their order of appearance.
        lang: Language of the titles.

    Returns:
        The fixed columns, all themes, and the scores and segments that occur.
    """
    keys = list(keys)
    scores = [key for key in keys if key.startswith("score_")]
    segments = [key for key in keys if key.startswith("segment_")]
    themes = [(f"theme_{theme}", "\n".join(theme_names(theme, lang))) for theme in load_taxonomy().ids]

    def fixed(listed: Iterable[tuple[str, Kind]]) -> Iterator[Column]:
        return (Column(key=key, title=say(f"column.{key}", lang), kind=kind) for key, kind in listed)

    return (
        *fixed(_BEFORE),
        *(Column(key=key, title=metric_name(key.removeprefix("score_"), lang), kind="number") for key in scores),
        *(Column(key=key, title=key.removeprefix("segment_")) for key in segments),
        *fixed(_AFTER),
        *(Column(key=key, title=title, kind="polarity") for key, title in themes),
        *fixed(_LAST),
    )
