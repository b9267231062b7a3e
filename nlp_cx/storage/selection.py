"""Which positions of the facts a `Filter` means, and which page of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np
import sqlalchemy as sa

from nlp_cx.records import LANGUAGES, POLARITIES
from nlp_cx.storage.block import COMPLAINT, HUMAN, MIXED, RAW, REVIEW, SUGGESTION, WORKSPACE_BITS
from nlp_cx.storage.cursors import read_cursor, write_cursor
from nlp_cx.storage.database import Database
from nlp_cx.storage.facts import Facts, chronology
from nlp_cx.storage.names import read_scale
from nlp_cx.storage.records import STANDINGS, Filter, Order, ScoreBand
from nlp_cx.storage.schema import batches, texts
from nlp_cx.storage.text import UNDATED, clean, fingerprint, fold

_EPOCH = date(1970, 1, 1)
_FLAGS: Mapping[str, int] = {
    "needs_review": REVIEW,
    "human": HUMAN,
    "raw": RAW,
    "mixed": MIXED,
    "complaint": COMPLAINT,
    "suggestion": SUGGESTION,
}
_LAST = np.iinfo(np.int64).max


def select(
    facts: Facts, where: Filter, *, batch_numbers: Sequence[int] = (), found: np.ndarray | None = None
) -> np.ndarray:
    """Tell which comments a filter means.

    Args:
        facts: Of one workspace.
        where: The filter.
        batch_numbers: What `where.batches` are in the facts.
        found: Places whose text holds `where.text`.

    Returns:
        Whether it means them, by position.
    """
    chosen = _by_comment(facts, where, batch_numbers)
    if where.themes or where.theme_sentiments:
        chosen &= _marked(facts, "mention_slot", _mentions(facts, where))
    for name, values in where.segments.items():
        numbers = _numbers(facts, f"segment:{clean(name)}", values)
        chosen &= _marked(facts, "segment_slot", _among(facts.columns["segment_name"], numbers))
    for band in where.bands:
        chosen &= _marked(facts, "score_slot", _in_band(facts, band))
    if found is not None:
        holds = np.zeros(facts.n, bool)
        holds[facts.positions(found)] = True
        chosen &= holds
    return chosen


def _by_comment(facts: Facts, where: Filter, batch_numbers: Sequence[int]) -> np.ndarray:
    """Tell which comments fit by what each has one of."""
    columns, chosen = facts.columns, facts.alive.copy()
    if where.since is not None:
        chosen &= facts.days >= (where.since - _EPOCH).days
    if where.until is not None:
        chosen &= facts.days <= (where.until - _EPOCH).days
    if where.since is not None or where.until is not None:
        chosen &= columns["when"] != UNDATED
    for name, wanted in _wanted(facts, where, batch_numbers).items():
        chosen &= _among(columns[name], wanted)
    if where.sentiments:
        chosen &= columns["standing"] == STANDINGS.index("judged")
    for name, bit in _FLAGS.items():
        asked = getattr(where, name)
        if asked is not None:
            chosen &= ((columns["flags"] & bit) != 0) == asked
    return chosen


def _wanted(facts: Facts, where: Filter, batch_numbers: Sequence[int]) -> dict[str, list[int]]:
    """Give per column the numbers that a filter asks for; columns that it does not restrict are left out."""
    asked: dict[str, tuple[Sequence[object], list[int]]] = {
        "language": (where.languages, [LANGUAGES.index(code) for code in where.languages]),
        "standing": (where.standings, [STANDINGS.index(standing) for standing in where.standings]),
        "sentiment": (where.sentiments, [POLARITIES.index(polarity) for polarity in where.sentiments]),
        "touchpoint": (where.touchpoints, _numbers(facts, "touchpoint", where.touchpoints)),
        "stage": (where.stages, _numbers(facts, "stage", where.stages)),
        "model": (where.models, _numbers(facts, "model", where.models)),
        "batch": (where.batches, list(batch_numbers)),
        "respondent": (where.respondents, [fingerprint(clean(one)) for one in where.respondents]),
    }
    return {name: numbers for name, (given, numbers) in asked.items() if given}


def _among(column: np.ndarray, numbers: Sequence[int]) -> np.ndarray:
    """Tell which values are among a few."""
    if len(numbers) > 8:
        return np.isin(column, numbers)
    chosen = np.zeros(len(column), bool)
    for number in numbers:
        chosen |= column == number
    return chosen


def _numbers(facts: Facts, kind: str, names: Sequence[str]) -> list[int]:
    """Give the numbers of names; unknown ones have none and so fit no comment."""
    return [number for name in names if (number := facts.names.number(kind, clean(name))) is not None]


def _marked(facts: Facts, slot: str, rows: np.ndarray) -> np.ndarray:
    """Tell which positions have one of some rows."""
    marked = np.zeros(facts.n, bool)
    marked[facts.columns[slot][rows]] = True
    return marked


def _mentions(facts: Facts, where: Filter) -> np.ndarray:
    """Tell which mentions are of the themes and judgements asked for."""
    columns = facts.columns
    rows = np.ones(len(columns["mention_theme"]), bool)
    if where.themes:
        rows &= _among(columns["mention_theme"], _numbers(facts, "theme", where.themes))
    if where.theme_sentiments:
        wanted = [POLARITIES.index(polarity) for polarity in where.theme_sentiments]
        rows &= _among(columns["mention_sentiment"], wanted)
    return rows


def _in_band(facts: Facts, band: ScoreBand) -> np.ndarray:
    """Tell which scores are of a metric and between two values."""
    metric = clean(band.metric)
    scales = [number for number, name in facts.names.of("scale").items() if read_scale(name).metric == metric]
    rows, values = _among(facts.columns["score_scale"], scales), facts.columns["score_value"]
    if band.low is not None:
        rows &= values >= band.low
    if band.high is not None:
        rows &= values <= band.high
    return rows


def find_batches(connection: sa.Connection, workspace: int, ids: Sequence[str]) -> list[int]:
    """Give the numbers of batches."""
    wanted = sa.select(batches.c.number).where(
        batches.c.workspace == workspace, batches.c.id.in_([clean(each) for each in ids])
    )
    return list(connection.scalars(wanted))


def find_text(database: Database, connection: sa.Connection, workspace: int, text: str) -> np.ndarray:
    """Give the places of comments whose text holds some letters, whatever their case and diacritics."""
    needle = fold(clean(text))
    holds: Callable[..., sa.Function[int]] = sa.func.instr if database.is_sqlite else sa.func.strpos
    first = workspace << WORKSPACE_BITS
    rows = connection.scalars(
        sa.select(texts.c.comment)
        .where(texts.c.comment.between(first, first + (1 << WORKSPACE_BITS) - 1), holds(texts.c.folded, needle) > 0)
        .order_by(texts.c.comment)
    )
    return np.fromiter(rows, np.int64)


def choose(database: Database, connection: sa.Connection, workspace: int, facts: Facts, where: Filter) -> np.ndarray:
    """Tell which comments a filter means; what facts do not hold is looked up.

    Returns:
        Whether it means them, by position.
    """
    numbers = find_batches(connection, workspace, where.batches) if where.batches else ()
    found = find_text(database, connection, workspace, where.text) if where.text else None
    return select(facts, where, batch_numbers=numbers, found=found)


def page(
    facts: Facts, chosen: np.ndarray, *, after: str | None, limit: int, order: Order
) -> tuple[list[int], str | None]:
    """Take a page of comments by time, those without a date last.

    Args:
        facts: Of one workspace.
        chosen: Which comments to take of, by position.
        after: Cursor of the page before.
        limit: Most comments of a page, above 0.
        order: Which end of time comes first.

    Returns:
        Places in order, and the cursor of the page behind.
    """
    keys = _keys(facts, order)
    at = np.flatnonzero(chosen)
    if after is not None:
        when, place = read_cursor(order, after, 2)
        at = at[keys[at] > _key_of(facts, when, place, order)]
    if len(at) > limit:
        nearest = at[np.argpartition(keys[at], limit - 1)[:limit]]
        more = True
    else:
        nearest, more = at, False
    nearest = nearest[np.argsort(keys[nearest])]
    places = facts.places[nearest].tolist()
    if not more:
        return places, None
    return places, write_cursor(order, int(facts.columns["when"][nearest[-1]]), places[-1])


def _keys(facts: Facts, order: Order) -> np.ndarray:
    """Give numbers that grow along the list."""
    keys = facts.chronological
    return -keys if order == "newest" else np.where(keys < 0, _LAST + keys, keys)


def _key_of(facts: Facts, when: int, place: int, order: Order) -> int:
    """Give the number of a place that may be gone: what is greater lies behind it in the list."""
    side = np.searchsorted(facts.places, place, "left" if order == "newest" else "right")
    position = np.array([side if order == "newest" else side - 1])
    key = position - (1 << 26) if when == UNDATED else chronology(np.array([when]), position)
    number = int(key[0])
    if order == "newest":
        return -number
    return number if when != UNDATED else int(_LAST) + number
