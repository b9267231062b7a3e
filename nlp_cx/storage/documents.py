"""Comments with their analyses <-> rows of the tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from nlp_cx.ingest.rejected import Rejected
from nlp_cx.records import (
    POLARITIES,
    Analysis,
    Comment,
    Language,
    Redaction,
    Score,
    Sentiment,
    Span,
    ThemeMention,
)
from nlp_cx.storage.records import Correction, Standing, StoredComment
from nlp_cx.storage.text import clean, fold, is_clean, read_moment, shorten


def _plain(value: object) -> str:
    """Write what JSON has no form for, such as dates of a spreadsheet."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A comment ready to be written."""

    key: str
    row: int | None
    blank: bool
    comment: Comment
    """Its text is of no account."""
    analysis: Analysis
    """As the model gave it."""
    raw: str | None
    doc: str
    folded: str


def draft(comment: Comment, analysis: Analysis, raw: str | None, row: int | None) -> Draft:
    """Prepare a comment for writing, away from any lock."""
    if not _is_clean(comment, analysis):
        comment, analysis = _cleaned(comment, analysis)
    if len(analysis.themes) > 1:
        once = _once(analysis.themes)
        analysis = analysis if len(once) == len(analysis.themes) else replace(analysis, themes=once)
    return Draft(
        key=shorten(comment.id),
        row=row,
        blank=not comment.text or comment.text.isspace(),
        comment=comment,
        analysis=analysis,
        raw=_clean(raw),
        doc=_write(comment, analysis),
        folded=fold(analysis.text),
    )


def _is_clean(comment: Comment, analysis: Analysis) -> bool:
    """Tell whether a database can hold all strings as they are."""
    texts = [
        comment.id,
        comment.question or "",
        comment.respondent_id or "",
        comment.touchpoint or "",
        comment.stage or "",
        analysis.text,
        *comment.segments,
        *comment.segments.values(),
    ]
    texts += [score.metric for score in comment.scores]
    texts += [mention.theme for mention in analysis.themes]
    return is_clean("".join(texts))


def _cleaned(comment: Comment, analysis: Analysis) -> tuple[Comment, Analysis]:
    """Replace what no database holds."""
    comment = replace(
        comment,
        id=clean(comment.id),
        question=_clean(comment.question),
        respondent_id=_clean(comment.respondent_id),
        touchpoint=_clean(comment.touchpoint),
        stage=_clean(comment.stage),
        segments={clean(name): clean(value) for name, value in comment.segments.items()},
        scores=tuple(replace(score, metric=clean(score.metric)) for score in comment.scores),
    )
    themes = tuple(replace(mention, theme=clean(mention.theme)) for mention in analysis.themes)
    return comment, replace(analysis, text=clean(analysis.text), themes=themes)


def _clean(text: str | None) -> str | None:
    """Clean a string if there is one."""
    return None if text is None else clean(text)


def _once(mentions: tuple[ThemeMention, ...]) -> tuple[ThemeMention, ...]:
    """Keep the first mention of each theme and judgement."""
    return tuple({(mention.theme, mention.sentiment): mention for mention in reversed(mentions)}.values())[::-1]


def _write(comment: Comment, analysis: Analysis) -> str:
    """Write what no column holds."""
    doc = {
        "hint": comment.language,
        "segments": comment.segments,
        "scores": [[s.metric, s.value, s.min, s.max, s.direction] for s in comment.scores],
        "language": analysis.language.confidence,
        "label": analysis.sentiment.label,
        "sentiment": [analysis.sentiment.scores[polarity] for polarity in POLARITIES],
        "mixed": analysis.mixed,
        "complaint": analysis.complaint,
        "suggestion": analysis.suggestion,
        "none": analysis.none,
        "review": analysis.needs_review,
        "themes": [_write_mention(mention) for mention in analysis.themes],
        "redactions": [[r.kind, r.start, r.end] for r in analysis.redactions],
    }
    return clean(_JSON.encode(doc))


def _write_mention(mention: ThemeMention) -> list[Any]:
    """Write a mention as a list."""
    spans = [[span.start, span.end, span.text] for span in mention.spans]
    return [mention.theme, mention.sentiment, mention.confidence, spans]


def _read_mention(listed: list[Any]) -> ThemeMention:
    """Read what `_write_mention` wrote."""
    theme, sentiment, confidence, spans = listed
    return ThemeMention(
        theme=theme,
        sentiment=sentiment,
        confidence=confidence,
        spans=tuple(Span(start=start, end=end, text=text) for start, end, text in spans),
    )


def read_stored(row: Mapping[Any, Any], batch: str | None) -> StoredComment:
    """Put a comment together.

    Args:
        row: Of the table `comments`.
        batch: Id of its batch.

    Returns:
        The comment, a person's correction applied.
    """
    analysis = read_analysis(row)
    fixed = read_correction(row["fixed"])
    return StoredComment(
        comment=read_comment(row),
        analysis=analysis if fixed is None else corrected(analysis, fixed),
        raw=row["raw"],
        batch=batch,
        row=row["row"],
        human=fixed is not None,
        saved_at=row["saved_at"],
    )


def read_comment(row: Mapping[Any, Any]) -> Comment:
    """Put together what came in; its text is redacted where the one as sent is not kept."""
    doc = json.loads(row["doc"])
    return Comment(
        id=row["id"],
        text=row["text"] if row["raw"] is None else row["raw"],
        question=row["question"],
        language=doc["hint"],
        created_at=read_moment(row["created_at"]),
        respondent_id=row["respondent_id"],
        touchpoint=row["touchpoint"],
        stage=row["stage"],
        segments=doc["segments"],
        scores=tuple(
            Score(metric=metric, value=value, min=low, max=high, direction=direction)
            for metric, value, low, high, direction in doc["scores"]
        ),
    )


def read_analysis(row: Mapping[Any, Any]) -> Analysis:
    """Put together what the model read, without any correction."""
    doc = json.loads(row["doc"])
    return Analysis(
        id=row["id"],
        language=Language(code=row["language"], confidence=doc["language"]),
        sentiment=Sentiment(label=doc["label"], scores=dict(zip(POLARITIES, doc["sentiment"], strict=True))),
        mixed=doc["mixed"],
        themes=tuple(map(_read_mention, doc["themes"])),
        none=doc["none"],
        complaint=doc["complaint"],
        suggestion=doc["suggestion"],
        needs_review=doc["review"],
        truncated=row["truncated"],
        text=row["text"],
        redactions=tuple(Redaction(kind=kind, start=start, end=end) for kind, start, end in doc["redactions"]),
        model=row["model"],
        taxonomy=row["taxonomy"],
    )


def standing_of(analysis: Analysis, *, blank: bool) -> Standing:
    """Tell a comment that was judged from those that were not.

    What was not judged has the same probability for all three sentiments.
    """
    if blank:
        return "blank"
    if analysis.none:
        return "none"
    return "unsupported" if len(set(analysis.sentiment.scores.values())) == 1 else "judged"


def corrected(analysis: Analysis, correction: Correction) -> Analysis:
    """Apply what a person says; what the person leaves out stays as the model read it.

    A sentiment or a theme that a person gives says that the comment is not empty of them.
    """
    themes = analysis.themes if correction.themes is None else _once(correction.themes)
    judged = {mention.sentiment for mention in themes}
    label = correction.sentiment
    none = correction.none
    if none is None:
        none = analysis.none and label is None and not correction.themes
    return replace(
        analysis,
        sentiment=analysis.sentiment
        if label is None
        else Sentiment(label=label, scores={polarity: float(polarity == label) for polarity in POLARITIES}),
        themes=themes,
        mixed=analysis.mixed if correction.themes is None else {"negative", "positive"} <= judged,
        complaint=analysis.complaint if correction.complaint is None else float(correction.complaint),
        suggestion=analysis.suggestion if correction.suggestion is None else float(correction.suggestion),
        none=none,
        needs_review=False,
    )


def merge(before: Correction | None, after: Correction) -> Correction:
    """Give what counts after a further correction: what it leaves out stays as it was corrected before."""
    if before is None:
        return after
    given = {name: value for name in Correction.__slots__ if (value := getattr(after, name)) is not None}
    return replace(before, **given)


def write_correction(correction: Correction) -> dict[str, Any]:
    """Write a correction for JSON."""
    values = {name: getattr(correction, name) for name in Correction.__slots__}
    if correction.themes is not None:
        values["themes"] = [_write_mention(mention) for mention in correction.themes]
    return {name: value for name, value in values.items() if value is not None}


def read_correction(given: str | Mapping[str, Any] | None) -> Correction | None:
    """Read what `write_correction` wrote."""
    if given is None:
        return None
    values = dict(json.loads(given) if isinstance(given, str) else given)
    if "themes" in values:
        values["themes"] = tuple(map(_read_mention, values["themes"]))
    return Correction(**values)


def said(analysis: Analysis) -> dict[str, Any]:
    """Give the fields that a correction can change, in the form of the API."""
    whole = analysis.to_dict()
    return {name: whole[name] for name in ("sentiment", "themes", "complaint", "suggestion", "none")}


def dump(value: Any) -> str:
    """Write JSON that any database holds."""
    return clean(_JSON.encode(value))


def write_rejected(rejected: Rejected) -> str:
    """Write a row that could not be used."""
    return dump(asdict(rejected))


def read_rejected(doc: str) -> Rejected:
    """Read what `write_rejected` wrote."""
    return Rejected(**json.loads(doc))
