"""Comments: kept, listed, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from nlp_cx.ingest.rejected import Problem, Rejected
from nlp_cx.records import Analysis, Comment
from nlp_cx.storage.base import Part, check_limit, now, split_last
from nlp_cx.storage.block import WORKSPACE_BITS
from nlp_cx.storage.cursors import read_cursor, write_cursor
from nlp_cx.storage.database import portions
from nlp_cx.storage.documents import (
    Draft,
    corrected,
    draft,
    read_comment,
    read_correction,
    write_rejected,
)
from nlp_cx.storage.interface import EVERYTHING
from nlp_cx.storage.records import Filter, Order, Page, Row, Saved, StoredComment
from nlp_cx.storage.schema import batches, chunks, comments, labels, rejections, workspaces
from nlp_cx.storage.selection import choose, page
from nlp_cx.storage.text import clean, shorten
from nlp_cx.storage.writing import Kept, remove, write

CHUNK_BITS = 20
"""Bits of a row's number in its batch that are its position in the chunk."""
_SMOOTH = 0.3
"""What the latest chunk counts for in a batch's speed."""
_SLICE = 5_000
"""Comments deleted in one transaction."""
_DELETED = Problem("the comment was deleted while this batch ran", "ý kiến đã bị xóa trong khi lô này chạy")
_REPLACED = Problem(
    "another text came for this id while this batch ran, and stays",
    "trong khi lô này chạy, mã này đã nhận nội dung khác; nội dung đó được giữ",
)


class CommentPart(Part):
    """Implements `interface.Comments`."""

    def save(
        self,
        workspace: str,
        batch: str | None,
        chunk: int | None,
        rows: Sequence[Row | tuple[Comment, Analysis, str | None]],
        rejected: Sequence[Rejected] = (),
        *,
        first_row: int = 1,
    ) -> Saved:
        """Keep analysed comments, all or none; an id that is there is replaced."""
        first = None if batch is None else (chunk or 0) << CHUNK_BITS
        drafts = [
            draft(comment, analysis, raw, None if first is None else first + position)
            for position, (comment, analysis, raw) in enumerate(rows)
        ]
        last = {each.key: each for each in drafts}
        moment = now()

        def work(connection: sa.Connection) -> Saved:
            turn = self._database.take_turn(connection, workspace)
            found: sa.Row[Any] | None = None
            number, rescored, sent = None, False, moment
            if batch is not None:
                found = connection.execute(
                    sa.select(batches)
                    .where(batches.c.workspace == turn.number, batches.c.id == batch)
                    .with_for_update()
                ).one_or_none()
                if found is None or found.state != "running":
                    return "closed"
                number, rescored, sent = found.number, found.kind == "rescore", found.created_at
                mark = {"batch": number, "chunk": chunk or 0, "done": 0, "rejected": 0, "saved_at": moment}
                if not self._database.insert_new(connection, chunks, mark):
                    return "again"
            left = self._put(connection, turn, list(last.values()), number, moment, sent=sent, rescored=rescored)
            if found is not None:
                stayed = [
                    Rejected(
                        row=first_row + position,
                        id=each.comment.id,
                        reason=left[each.key].en,
                        reason_vi=left[each.key].vi,
                    )
                    for position, each in enumerate(drafts)
                    if each.key in left
                ]
                self._account(connection, found, chunk or 0, len(drafts) - len(stayed), [*rejected, *stayed], moment)
            return "saved"

        return self._database.write(work)

    def _account(
        self,
        connection: sa.Connection,
        batch: sa.Row[Any],
        chunk: int,
        done: int,
        rejected: Sequence[Rejected],
        at: datetime,
    ) -> None:
        """Count what is kept of a batch and how fast, and write down what is not."""
        whole = sum(each.severity == "row" for each in rejected)
        places = [
            {
                "batch": batch.number,
                "place": (chunk << CHUNK_BITS) + position,
                "doc": write_rejected(each),
                "saved_at": at,
            }
            for position, each in enumerate(rejected)
        ]
        if places:
            connection.execute(rejections.insert(), places)
        marked = chunks.update().where(chunks.c.batch == batch.number, chunks.c.chunk == chunk)
        connection.execute(marked.values(done=done, rejected=whole))
        speed = batch.per_second
        if batch.progressed_at is not None and done:
            lately = done / max((at - batch.progressed_at).total_seconds(), 0.001)
            speed = lately if speed is None else (1 - _SMOOTH) * speed + _SMOOTH * lately
        values = {
            "done": batch.done + done,
            "rejected": batch.rejected + whole,
            "chunks_saved": batch.chunks_saved + 1,
            "progressed_at": at,
            "per_second": speed,
        }
        connection.execute(batches.update().where(batches.c.number == batch.number).values(values))

    def _put(
        self,
        connection: sa.Connection,
        turn: sa.Row[Any],
        drafts: Sequence[Draft],
        batch: int | None,
        at: datetime,
        *,
        sent: datetime,
        rescored: bool,
    ) -> dict[str, Problem]:
        """Write comments, new ones at new places, others where they are; tell which rescored ones were left out."""
        columns = [comments.c[name] for name in ("place", "key", "batch", "row", "text", "raw", "fixed", "saved_at")]
        there: dict[str, sa.Row[Any]] = {}
        for part in portions(each.key for each in drafts):
            wanted = sa.select(*columns).where(comments.c.workspace == turn.number, comments.c.key.in_(part))
            there |= {row.key: row for row in connection.execute(wanted)}
        following = turn.next_place
        kept: list[Kept] = []
        left: dict[str, Problem] = {}
        for each in drafts:
            old = there.get(each.key)
            if old is None:
                if rescored:
                    left[each.key] = _DELETED
                    continue
                place = (turn.number << WORKSPACE_BITS) + following
                following += 1
                kept.append(Kept(place=place, draft=each, analysis=each.analysis, fixed=None, batch=batch))
            elif (one := self._replace(each, old, batch, sent, rescored=rescored)) is not None:
                kept.append(one)
            elif rescored:
                left[each.key] = _REPLACED
        outdated = [row.place for row in there.values() if row.fixed is not None]
        outdated = sorted(set(outdated) & {each.place for each in kept if each.fixed is None})
        for part in portions(outdated):
            connection.execute(labels.update().where(labels.c.comment.in_(part)).values(current=False))
        if following != turn.next_place:
            moved = workspaces.update().where(workspaces.c.number == turn.number).values(next_place=following)
            connection.execute(moved)
        replaced = [row.place for row in there.values()]
        write(self._database, self._facts, connection, turn, kept, sorted(set(replaced) & {k.place for k in kept}), at)
        return left

    @staticmethod
    def _replace(each: Draft, old: sa.Row[Any], batch: int | None, sent: datetime, *, rescored: bool) -> Kept | None:
        """Put a comment in the place of an older one; None if the older one stays."""
        same = old.text == each.analysis.text
        if rescored:
            same = same or old.raw == clean(each.comment.text)  # what is redacted may have changed since
            if not same:
                return None
            each, batch = replace(each, row=old.row, raw=old.raw), old.batch
        elif batch is not None and (
            old.saved_at > sent if old.batch is None else (old.batch, old.row) > (batch, each.row or 0)
        ):
            return None  # it was sent later, or stands farther down in the same file
        fixed = old.fixed if same else None
        correction = read_correction(fixed)
        analysis = each.analysis if correction is None else corrected(each.analysis, correction)
        return Kept(place=old.place, draft=each, analysis=analysis, fixed=fixed, batch=batch)

    def comment(self, workspace: str, comment_id: str) -> StoredComment | None:
        """Give one comment."""
        with self._database.read() as connection:
            place = self._place(connection, workspace, comment_id)
            return None if place is None else self._fetch(connection, [place])[0]

    def _place(self, connection: sa.Connection, workspace: str, comment_id: str) -> int | None:
        """Find a comment's place."""
        number = self._database.number(connection, workspace)
        return connection.scalar(
            sa.select(comments.c.place).where(
                comments.c.workspace == number, comments.c.key == shorten(clean(comment_id))
            )
        )

    def comments(
        self,
        workspace: str,
        where: Filter = EVERYTHING,
        *,
        after: str | None = None,
        limit: int = 50,
        order: Order = "newest",
    ) -> Page[StoredComment]:
        """List comments by date and then by when they were first kept; those without a date come last."""
        check_limit(limit)
        with self._database.read() as connection:
            number = self._database.number(connection, workspace)
            if number is None:
                return Page(items=(), next=None)
            facts = self._facts.read(connection, number)
            chosen = choose(self._database, connection, number, facts, where)
            places, cursor = page(facts, chosen, after=after, limit=limit, order=order)
            return Page(items=tuple(self._fetch(connection, places)), next=cursor)

    def stored_texts(
        self, workspace: str, where: Filter = EVERYTHING, *, after: str | None = None, limit: int = 1000
    ) -> Page[Comment]:
        """List comments as they came in, oldest kept first, to be analysed again; redacted where raw is not kept."""
        check_limit(limit)
        behind = -1 if after is None else read_cursor("stored", after, 1)[0]
        with self._database.read() as connection:
            number = self._database.number(connection, workspace)
            if number is None:
                return Page(items=(), next=None)
            facts = self._facts.read(connection, number)
            chosen = choose(self._database, connection, number, facts, where)
            places, more = split_last(facts.places[chosen & (facts.places > behind)][: limit + 1].tolist(), limit)
            rows: dict[int, Any] = {}
            for part in portions(places):
                found = connection.execute(sa.select(comments).where(comments.c.place.in_(part)))
                rows |= {row["place"]: row for row in found.mappings()}
            cursor = write_cursor("stored", places[-1]) if more else None
            return Page(items=tuple(read_comment(rows[place]) for place in places), next=cursor)

    def count(self, workspace: str, where: Filter = EVERYTHING) -> int:
        """Count comments, those without text included."""
        with self._database.read() as connection:
            number = self._database.number(connection, workspace)
            if number is None:
                return 0
            facts = self._facts.read(connection, number)
            return int(choose(self._database, connection, number, facts, where).sum())

    def delete_comment(self, workspace: str, comment_id: str) -> bool:
        """Delete one comment with its corrections; tells whether it was there."""
        return self._delete(workspace, comments.c.key == shorten(clean(comment_id))) > 0

    def delete_respondent(self, workspace: str, respondent_id: str) -> int:
        """Delete all comments of one respondent with their corrections; gives how many there were."""
        return self._delete(workspace, comments.c.respondent == shorten(clean(respondent_id)))

    def purge(self, workspace: str, before: datetime) -> int:
        """Delete comments and rejected rows that were kept before a moment, in several transactions."""

        def work(connection: sa.Connection) -> None:
            number = self._database.number(connection, workspace)
            own = sa.select(batches.c.number).where(batches.c.workspace == number)
            old = rejections.delete().where(rejections.c.batch.in_(own), rejections.c.saved_at < before)
            connection.execute(old)

        self._database.write(work)
        return self._delete(workspace, comments.c.saved_at < before)

    def _delete(self, workspace: str, which: sa.ColumnElement[bool]) -> int:
        """Delete some comments of a workspace, a slice at a time; they are looked for without stopping writers."""
        total = 0
        while True:
            with self._database.read() as connection:
                own = comments.c.workspace == self._database.number(connection, workspace)
                wanted = sa.select(comments.c.place).where(own, which).order_by(comments.c.place)
                places = list(connection.scalars(wanted.limit(_SLICE)))
            if not places:
                return total
            total += self._database.write(partial(self._delete_slice, workspace, which, places))

    def _delete_slice(
        self, workspace: str, which: sa.ColumnElement[bool], places: Sequence[int], connection: sa.Connection
    ) -> int:
        """Delete those of some comments that are still meant."""
        turn = self._database.take_turn(connection, workspace)
        still: list[int] = []
        for part in portions(places):
            still += connection.scalars(sa.select(comments.c.place).where(comments.c.place.in_(part), which))
        remove(self._facts, connection, turn, still)
        return len(still)

    def workspaces(self) -> list[str]:
        """List workspaces that hold anything."""
        with self._database.read() as connection:
            return list(connection.scalars(sa.select(workspaces.c.name).order_by(workspaces.c.name)))

    def stamp(self, workspace: str) -> str:
        """Give a word that changes whenever a comment or a label of the workspace does; for ETags."""
        with self._database.read() as connection:
            stamp = connection.scalar(sa.select(workspaces.c.stamp).where(workspaces.c.name == workspace))
            return str(stamp or 0)
