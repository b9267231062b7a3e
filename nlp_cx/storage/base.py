"""What all parts of the store stand on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from nlp_cx.errors import RequestError
from nlp_cx.storage.database import Database, portions
from nlp_cx.storage.documents import read_stored
from nlp_cx.storage.facts import FactTable
from nlp_cx.storage.records import StoredComment
from nlp_cx.storage.schema import batches, comments

MAX_LIMIT = 10_000


class Part:
    """A part of the store: one noun's tables."""

    def __init__(self, database: Database, table: FactTable) -> None:
        """Share the database with the other parts.

        Args:
            database: The database.
            table: Its facts.
        """
        self._database = database
        self._facts = table

    def _fetch(self, connection: sa.Connection, places: Sequence[int]) -> list[StoredComment]:
        """Read comments in the order of their places given; those that are gone are left out."""
        rows: dict[int, Mapping[str, Any]] = {}
        for part in portions(places):
            found = connection.execute(sa.select(comments).where(comments.c.place.in_(part)))
            rows |= {row["place"]: row for row in found.mappings()}
        ids = self._batch_ids(connection, {row["batch"] for row in rows.values() if row["batch"] is not None})
        return [read_stored(rows[place], ids.get(rows[place]["batch"])) for place in places if place in rows]

    def _batch_ids(self, connection: sa.Connection, numbers: Collection[int]) -> dict[int, str]:
        """Give the ids of batches."""
        found: dict[int, str] = {}
        for part in portions(numbers):
            rows = connection.execute(sa.select(batches.c.number, batches.c.id).where(batches.c.number.in_(part)))
            found |= dict(rows.all())
        return found


def now() -> datetime:
    """Give the moment."""
    return datetime.now(UTC)


def check_limit(limit: int) -> int:
    """Refuse pages that are empty or too large for memory."""
    if not 1 <= limit <= MAX_LIMIT:
        raise RequestError("limit", f"must be from 1 to {MAX_LIMIT}")
    return limit


def split_last(rows: Iterable[Any], limit: int) -> tuple[list[Any], bool]:
    """Cut the row that was read to see whether there is a page behind."""
    listed = list(rows)
    return listed[:limit], len(listed) > limit
