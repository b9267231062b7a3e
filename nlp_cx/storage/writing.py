"""Comments into the tables: one place that writes them, so that parts, facts and search never disagree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from nlp_cx.histogram import Scale
from nlp_cx.records import LANGUAGES, POLARITIES, Analysis, Comment
from nlp_cx.storage.block import ALIVE, COMPLAINT, HUMAN, MIXED, RAW, REVIEW, SUGGESTION, TRUNCATED, Fact
from nlp_cx.storage.database import Database, portions
from nlp_cx.storage.documents import Draft, standing_of
from nlp_cx.storage.facts import FactTable
from nlp_cx.storage.names import Name, scale_name
from nlp_cx.storage.records import LIKELY, STANDINGS
from nlp_cx.storage.schema import comments, mentions, scores, segments, texts
from nlp_cx.storage.text import fingerprint, seconds, shorten

PARTS = (mentions, scores, segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A comment as it is to stand in the store from now on."""

    place: int
    draft: Draft
    analysis: Analysis
    """What counts: the model's, or corrected."""
    fixed: str | None
    """The correction that is applied."""
    batch: int | None


def write(
    database: Database, table: FactTable, connection: sa.Connection, turn: sa.Row[Any], kept: Sequence[Kept],
    replaced: Sequence[int], now: datetime,
) -> None:  # fmt: skip
    """Write comments with all that hangs on them.

    Args:
        database: The database.
        table: Its facts.
        connection: In a transaction that has its turn at the workspace.
        turn: Row of the workspace.
        kept: The comments, each place once.
        replaced: Those of their places where a comment is already.
        now: The moment.
    """
    if not kept:
        return
    remove_parts(connection, replaced)
    insert = database.insert(comments)
    columns = {column.name: insert.excluded[column.name] for column in comments.c if column.name != "place"}
    rows = [_row(each, turn.number, now) for each in kept]
    there = set(replaced)
    new = [row for row in rows if row["place"] not in there]
    old = [row for row in rows if row["place"] in there]
    database.add(connection, comments, list(map(itemgetter(*comments.c.keys()), new)))
    if old:
        connection.execute(insert.on_conflict_do_update(index_elements=["place"], set_=columns), old)
    _write_parts(database, connection, kept)
    wanted = {name for each in kept for name in _names(each)}
    numbers = table.names(turn.number).resolve(connection, turn, wanted)
    table.change(connection, turn, {each.place: _fact(each, numbers) for each in kept})


def remove(table: FactTable, connection: sa.Connection, turn: sa.Row[Any], places: Sequence[int]) -> None:
    """Delete comments with all that hangs on them."""
    if not places:
        return
    remove_parts(connection, places)
    for part in portions(places):
        connection.execute(comments.delete().where(comments.c.place.in_(part)))
    table.change(connection, turn, dict.fromkeys(places))


def remove_parts(connection: sa.Connection, places: Sequence[int]) -> None:
    """Delete what hangs on comments, but for their corrections."""
    for part in portions(places):
        for table in (*PARTS, texts):
            connection.execute(table.delete().where(table.c.comment.in_(part)))


def _row(kept: Kept, workspace: int, now: datetime) -> dict[str, Any]:
    """Make a row of the table of comments."""
    comment, analysis = kept.draft.comment, kept.analysis
    created = comment.created_at
    return {
        "place": kept.place,
        "workspace": workspace,
        "key": kept.draft.key,
        "id": comment.id,
        "batch": kept.batch,
        "row": kept.draft.row,
        "created_at": None if created is None else created.isoformat(),
        "created_on": created.date() if isinstance(created, datetime) else created,
        "respondent_id": comment.respondent_id,
        "respondent": None if comment.respondent_id is None else shorten(comment.respondent_id),
        "question": comment.question,
        "touchpoint": comment.touchpoint,
        "stage": comment.stage,
        "language": analysis.language.code,
        "standing": standing_of(analysis, blank=kept.draft.blank),
        "sentiment": analysis.sentiment.label,
        "mixed": analysis.mixed,
        "complaint": analysis.complaint,
        "suggestion": analysis.suggestion,
        "needs_review": analysis.needs_review,
        "truncated": analysis.truncated,
        "text": analysis.text,
        "raw": kept.draft.raw,
        "doc": kept.draft.doc,
        "fixed": kept.fixed,
        "model": analysis.model,
        "taxonomy": analysis.taxonomy,
        "saved_at": now,
    }


def _write_parts(database: Database, connection: sa.Connection, kept: Sequence[Kept]) -> None:
    """Write mentions, scores, segments and texts."""
    rows: dict[sa.Table, list[tuple[Any, ...]]] = {
        mentions: [
            (each.place, one.theme, one.sentiment, one.confidence) for each in kept for one in each.analysis.themes
        ],
        scores: [
            (each.place, position, one.metric, one.value, one.min, one.max, one.direction)
            for each in kept
            for position, one in enumerate(each.draft.comment.scores)
        ],
        segments: [
            (each.place, position, name, value)
            for each in kept
            for position, (name, value) in enumerate(each.draft.comment.segments.items())
        ],
        texts: [(each.place, each.draft.folded) for each in kept],
    }
    for table, listed in rows.items():
        database.add(connection, table, listed)


def _names(kept: Kept) -> Iterable[Name]:
    """Give all names that a comment's facts need numbers for."""
    comment = kept.draft.comment
    yield Name("model", kept.analysis.model)
    if comment.touchpoint is not None:
        yield Name("touchpoint", comment.touchpoint)
    if comment.stage is not None:
        yield Name("stage", comment.stage)
    yield from (Name("theme", mention.theme) for mention in kept.analysis.themes)
    yield from (scale_name(Scale.of(score)) for score in comment.scores)
    yield from (Name(f"segment:{name}", value) for name, value in comment.segments.items())


def _fact(kept: Kept, numbers: Mapping[Name, int]) -> Fact:
    """Turn a comment into numbers."""
    comment, analysis = kept.draft.comment, kept.analysis
    standing = standing_of(analysis, blank=kept.draft.blank)
    judged = standing == "judged"
    flags = (
        ALIVE
        | MIXED * analysis.mixed
        | COMPLAINT * (judged and analysis.complaint >= LIKELY)
        | SUGGESTION * (judged and analysis.suggestion >= LIKELY)
        | REVIEW * analysis.needs_review
        | TRUNCATED * analysis.truncated
        | HUMAN * (kept.fixed is not None)
        | RAW * (kept.draft.raw is not None)
    )
    return Fact(
        when=seconds(comment.created_at),
        response=_response(comment),
        respondent=fingerprint(comment.respondent_id) if comment.respondent_id is not None else 0,
        touchpoint=numbers[Name("touchpoint", comment.touchpoint)] if comment.touchpoint is not None else 0,
        stage=numbers[Name("stage", comment.stage)] if comment.stage is not None else 0,
        batch=kept.batch or 0,
        model=numbers[Name("model", analysis.model)],
        doubt=doubt(comment, analysis) if judged else 0.0,
        flags=flags,
        language=LANGUAGES.index(analysis.language.code),
        sentiment=POLARITIES.index(analysis.sentiment.label),
        standing=STANDINGS.index(standing),
        mentions=[(numbers[Name("theme", one.theme)], POLARITIES.index(one.sentiment)) for one in analysis.themes],
        scores=[(numbers[scale_name(Scale.of(score))], score.value) for score in comment.scores],
        segments=[numbers[Name(f"segment:{name}", value)] for name, value in comment.segments.items()],
    )


def _response(comment: Comment) -> int:
    """Number the questionnaire of a comment, as `summarise` recognises it; 0 if it cannot be known to have others."""
    if comment.question and comment.id.endswith(f"/{comment.question}"):
        return fingerprint("row", comment.id[: -len(comment.question) - 1])
    if comment.question and comment.respondent_id:
        return fingerprint("respondent", comment.respondent_id, comment.created_at)
    return 0


def doubt(comment: Comment, analysis: Analysis) -> float:
    """Tell how much a person's look at a comment is worth, 0 to 1.

    Half of it is the least certain of its judgements; half is how far sentiment, themes and scores contradict each
    other.
    """
    probabilities = analysis.sentiment.scores
    unsure = [1.5 * (1 - max(probabilities.values()))] + [2 * (1 - one.confidence) for one in analysis.themes]
    tone = probabilities["positive"] - probabilities["negative"]
    against = [0.0]
    if analysis.themes:
        worth = {"negative": -1, "neutral": 0, "positive": 1}
        mean = sum(worth[one.sentiment] for one in analysis.themes) / len(analysis.themes)
        against.append(abs(tone - mean) / 2)
    for score in comment.scores:
        share = (score.value - score.min) / (score.max - score.min)
        said = 2 * (share if score.direction == "higher_is_better" else 1 - share) - 1
        against.append(abs(tone - said) / 2)
    review = 0.1 * analysis.needs_review
    return min(1.0, 0.45 * min(1.0, max(unsure)) + 0.45 * max(against) + review)
