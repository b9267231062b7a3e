"""Batches: how far they are, what came of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from nlp_cx.errors import ConflictError
from nlp_cx.storage.base import Part, check_limit, now, split_last
from nlp_cx.storage.cursors import read_cursor, write_cursor
from nlp_cx.storage.documents import read_rejected, read_stored
from nlp_cx.storage.records import (
    FINAL,
    TRANSITIONS,
    Batch,
    BatchKind,
    BatchState,
    Page,
    Rejected,
    StoredComment,
)
from nlp_cx.storage.schema import batches, chunks, comments, rejections, workspaces
from nlp_cx.storage.text import clean, shorten
from nlp_cx.storage.writing import remove

_CHANGEABLE = frozenset({"name", "format", "total", "chunks", "options", "plan", "error_code", "error", "error_vi"})
_SLICE = 5_000
"""Comments or rejected rows deleted in one transaction."""


class BatchPart(Part):
    """Implements `interface.Batches`."""

    def create_batch(
        self,
        workspace: str,
        *,
        batch_id: str,
        kind: BatchKind = "upload",
        name: str = "",
        format: str | None = None,
        options: Mapping[str, Any] | None = None,
        total: int | None = None,
    ) -> Batch:
        """Begin a batch in state queued; `ConflictError` if the id is taken."""

        def work(connection: sa.Connection) -> Batch:
            turn = self._database.take_turn(connection, workspace)
            values = {
                "workspace": turn.number,
                "id": batch_id,
                "kind": kind,
                "name": clean(name),
                "format": format,
                "options": dict(options or {}),
                "plan": {},
                "total": total,
                "state": "queued",
                "created_at": now(),
            }
            if not self._database.insert_new(connection, batches, values):
                raise ConflictError(f"there is a batch {shorten(batch_id)} already")
            return _read(workspace, connection.execute(_one(turn.number, batch_id)).one())

        return self._database.write(work)

    def batch(self, workspace: str, batch_id: str) -> Batch | None:
        """Give one batch."""
        with self._database.read() as connection:
            row = connection.execute(_one(self._database.number(connection, workspace), batch_id)).one_or_none()
            return None if row is None else _read(workspace, row)

    def batches(
        self, workspace: str, *, states: Collection[BatchState] = (), after: str | None = None, limit: int = 50
    ) -> Page[Batch]:
        """List batches, newest first."""
        check_limit(limit)
        with self._database.read() as connection:
            wanted = sa.select(batches).where(batches.c.workspace == self._database.number(connection, workspace))
            if states:
                wanted = wanted.where(batches.c.state.in_(list(states)))
            if after is not None:
                wanted = wanted.where(batches.c.number < read_cursor("batches", after, 1)[0])
            found = connection.execute(wanted.order_by(batches.c.number.desc()).limit(limit + 1))
            rows, more = split_last(found, limit)
            cursor = write_cursor("batches", rows[-1].number) if more else None
            return Page(items=tuple(_read(workspace, row) for row in rows), next=cursor)

    def open_batches(self) -> list[tuple[str, str]]:
        """List workspace and id of all batches that are queued or running, oldest first."""
        with self._database.read() as connection:
            wanted = sa.select(workspaces.c.name, batches.c.id).join_from(batches, workspaces)
            unfinished = wanted.where(batches.c.finished_at.is_(None), batches.c.state.in_(["queued", "running"]))
            return [(name, one) for name, one in connection.execute(unfinished.order_by(batches.c.number))]

    def update_batch(
        self,
        workspace: str,
        batch_id: str,
        *,
        state: BatchState | None = None,
        expected: Collection[BatchState] | None = None,
        **values: Any,
    ) -> bool:
        """Change a batch if it is in a state that allows it, by one statement."""
        unknown = values.keys() - _CHANGEABLE
        if unknown:
            raise TypeError(f"a batch has no {', '.join(sorted(unknown))} to change")
        values = {name: clean(value) if isinstance(value, str) else value for name, value in values.items()}
        allowed = set(expected) if expected is not None else None
        if state is not None:
            before = {each for each, later in TRANSITIONS.items() if state in later}
            if allowed is not None and not allowed <= before:
                raise ConflictError(f"a batch that is {' or '.join(sorted(allowed - before))} never becomes {state}")
            allowed = before if allowed is None else allowed
            values |= {"state": state}
            if state == "running":
                values |= {
                    "started_at": sa.func.coalesce(batches.c.started_at, sa.literal(now(), batches.c.started_at.type))
                }
            if state in FINAL:
                values |= {"finished_at": now()}
            if state == "queued":
                values |= {"progressed_at": None}

        def work(connection: sa.Connection) -> bool:
            number = self._database.number(connection, workspace)
            change = batches.update().where(batches.c.workspace == number, batches.c.id == clean(batch_id))
            if allowed is not None:
                change = change.where(batches.c.state.in_(allowed))
            if not values:
                return connection.execute(_one(number, batch_id)).one_or_none() is not None
            return connection.execute(change.values(values)).rowcount == 1

        return self._database.write(work)

    def saved_chunks(self, workspace: str, batch_id: str) -> set[int]:
        """Give the numbers of the chunks that are kept."""
        with self._database.read() as connection:
            one = _one(self._database.number(connection, workspace), batch_id).with_only_columns(batches.c.number)
            wanted = sa.select(chunks.c.chunk).where(chunks.c.batch == one.scalar_subquery())
            return set(connection.scalars(wanted))

    def results(
        self, workspace: str, batch_id: str, *, after: str | None = None, limit: int = 1000
    ) -> Page[StoredComment]:
        """List the comments of a batch that no later one replaced, in the order of the file."""
        check_limit(limit)
        behind = -1 if after is None else read_cursor("results", after, 1)[0]
        with self._database.read() as connection:
            number = connection.scalar(
                _one(self._database.number(connection, workspace), batch_id).with_only_columns(batches.c.number)
            )
            wanted = sa.select(comments).where(comments.c.batch == number, comments.c.row > behind)
            found = connection.execute(wanted.order_by(comments.c.row).limit(limit + 1)).mappings()
            rows, more = split_last(found, limit)
            cursor = write_cursor("results", rows[-1]["row"]) if more else None
            return Page(items=tuple(read_stored(row, batch_id) for row in rows), next=cursor)

    def rejected(self, workspace: str, batch_id: str, *, after: str | None = None, limit: int = 1000) -> Page[Rejected]:
        """List what could not be used, in the order of the file."""
        check_limit(limit)
        behind = -1 if after is None else read_cursor("rejected", after, 1)[0]
        with self._database.read() as connection:
            number = connection.scalar(
                _one(self._database.number(connection, workspace), batch_id).with_only_columns(batches.c.number)
            )
            wanted = sa.select(rejections).where(rejections.c.batch == number, rejections.c.place > behind)
            rows, more = split_last(connection.execute(wanted.order_by(rejections.c.place).limit(limit + 1)), limit)
            cursor = write_cursor("rejected", rows[-1].place) if more else None
            return Page(items=tuple(read_rejected(row.doc) for row in rows), next=cursor)

    def delete_batch(self, workspace: str, batch_id: str) -> bool:
        """Cancel a batch and delete it with its comments (those not replaced later) and rejected rows."""
        if self.batch(workspace, batch_id) is None:
            return False
        self.update_batch(workspace, batch_id, state="cancelled")  # from now on nothing is added to it

        def work(connection: sa.Connection) -> int | None:
            turn = self._database.take_turn(connection, workspace)
            own = _one(turn.number, batch_id).with_only_columns(batches.c.number)
            number = connection.scalar(own)
            if number is None:
                return None
            wanted = sa.select(comments.c.place).where(comments.c.batch == number).order_by(comments.c.row)
            places = list(connection.scalars(wanted.limit(_SLICE)))
            remove(self._facts, connection, turn, places)
            if not places:
                connection.execute(batches.delete().where(batches.c.number == number))
            return len(places)

        while self._database.write(work):
            pass
        return True


def _one(number: int | None, batch_id: str) -> sa.Select[Any]:
    """Select a batch."""
    return sa.select(batches).where(batches.c.workspace == number, batches.c.id == clean(batch_id))


def _read(workspace: str, row: sa.Row[Any]) -> Batch:
    """Make a batch of its row."""
    values = dict(row._mapping)
    for name in ("number", "progressed_at"):
        del values[name]
    return Batch(**{**values, "workspace": workspace})
