"""Corrections by people: applied, kept, listed; and what to look at next."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa

from nlp_cx.errors import ConflictError, NotFoundError
from nlp_cx.storage.base import Part, check_limit, now, split_last
from nlp_cx.storage.cursors import read_cursor, write_cursor
from nlp_cx.storage.documents import (
    Draft,
    corrected,
    dump,
    merge,
    read_analysis,
    read_comment,
    read_correction,
    said,
    write_correction,
)
from nlp_cx.storage.facts import Facts
from nlp_cx.storage.interface import EVERYTHING
from nlp_cx.storage.records import STANDINGS, Correction, Filter, Label, LabelledComment, Page, StoredComment
from nlp_cx.storage.schema import comments, labels, workspaces
from nlp_cx.storage.selection import choose
from nlp_cx.storage.text import clean, fold, shorten
from nlp_cx.storage.writing import Kept, write

_POOL = 60
"""Comments looked at for each one that is given to review."""


class LabelPart(Part):
    """Implements `interface.Labels`."""

    def correct(
        self, workspace: str, comment_id: str, correction: Correction, *, author: str, at: datetime | None = None
    ) -> Label:
        """Apply a correction to a comment and keep it in its history."""
        label = self._apply(
            workspace, comment_id, author, at or now(), lambda before, _: (merge(before, correction), correction)
        )
        if label is None:
            raise NotFoundError("there is no comment of this id")
        return label

    def uncorrect(self, workspace: str, comment_id: str, *, author: str) -> Label | None:
        """Take the last correction back; None if there is none. History keeps both."""

        def back(
            before: Correction | None, earlier: list[Correction]
        ) -> tuple[Correction | None, Correction | None] | None:
            if before is None:
                return None
            kept: Correction | None = None
            for each in earlier[:-1]:
                kept = merge(kept, each)
            return kept, None

        return self._apply(workspace, comment_id, author, now(), back)

    def _apply(
        self,
        workspace: str,
        comment_id: str,
        author: str,
        at: datetime,
        change: Callable[[Correction | None, list[Correction]], tuple[Correction | None, Correction | None] | None],
    ) -> Label | None:
        """Change the correction of a comment."""

        def work(connection: sa.Connection) -> Label | None:
            if self._database.number(connection, workspace) is None:
                return None
            turn = self._database.take_turn(connection, workspace)
            key = shorten(clean(comment_id))
            wanted = sa.select(comments).where(comments.c.workspace == turn.number, comments.c.key == key)
            row = connection.execute(wanted).mappings().one_or_none()
            if row is None:
                return None
            standing = [read_correction(json.loads(one)["correction"]) for one in self._standing(connection, row)]
            before = read_correction(row["fixed"])
            changed = change(before, [one for one in standing if one is not None])
            if changed is None:
                return None
            if row["standing"] == "blank":
                raise ConflictError("a comment without text says nothing that could be corrected")
            after, told = changed
            return self._write(connection, turn, row, before, after, told, author, at)

        return self._database.write(work)

    @staticmethod
    def _standing(connection: sa.Connection, row: sa.RowMapping) -> list[str]:
        """Give the corrections of a comment that count, first one first."""
        listed = sa.select(labels.c.doc).where(labels.c.comment == row["place"], labels.c.current)
        return list(connection.scalars(listed.order_by(labels.c.number)))

    def _write(
        self,
        connection: sa.Connection,
        turn: sa.Row[Any],
        row: sa.RowMapping,
        before: Correction | None,
        after: Correction | None,
        told: Correction | None,
        author: str,
        at: datetime,
    ) -> Label:
        """Write the comment as it counts now, and the history."""
        model = read_analysis(row)
        was = model if before is None else corrected(model, before)
        becomes = model if after is None else corrected(model, after)
        doc = {
            "correction": {} if told is None else write_correction(told),
            "before": said(was),
            "after": said(becomes),
            "model": model.model,
        }
        number, place = turn.next_entry, row["place"]
        own = workspaces.c.number == turn.number
        connection.execute(workspaces.update().where(own).values(next_entry=number + 1))
        if told is None and (last := self._last(connection, place)) is not None:
            gone = labels.update().where(labels.c.workspace == turn.number, labels.c.number == last)
            connection.execute(gone.values(current=False))
        entry = {
            "workspace": turn.number,
            "number": number,
            "comment": place,
            "author": clean(author),
            "at": at,
            "doc": dump(doc),
            "current": told is not None,
        }
        connection.execute(labels.insert().values(entry))
        draft = Draft(
            key=row["key"],
            row=row["row"],
            blank=row["standing"] == "blank",
            comment=read_comment(row),
            analysis=model,
            raw=row["raw"],
            doc=row["doc"],
            folded=fold(row["text"]),
        )
        fixed = None if after is None else dump(write_correction(after))
        kept = Kept(place=place, draft=draft, analysis=becomes, fixed=fixed, batch=row["batch"])
        write(self._database, self._facts, connection, turn, [kept], [place], row["saved_at"])
        return _label(row["id"], number, entry["author"], at, doc)

    @staticmethod
    def _last(connection: sa.Connection, place: int) -> int | None:
        """Give the number of the last correction that counts."""
        counting = sa.select(sa.func.max(labels.c.number)).where(labels.c.comment == place, labels.c.current)
        last: int | None = connection.scalar(counting)
        return last

    def history(self, workspace: str, comment_id: str) -> list[Label]:
        """Give all corrections of a comment, first one first."""
        with self._database.read() as connection:
            number = self._database.number(connection, workspace)
            key = shorten(clean(comment_id))
            wanted = sa.select(labels, comments.c.id).join_from(labels, comments)
            own = wanted.where(comments.c.workspace == number, comments.c.key == key)
            found = connection.execute(own.order_by(labels.c.number))
            return [_label(row.id, row.number, row.author, row.at, json.loads(row.doc)) for row in found]

    def labels(
        self, workspace: str, *, since: datetime | None = None, after: str | None = None, limit: int = 1000
    ) -> Page[LabelledComment]:
        """List corrected comments, each with the correction that counts, in the order they were corrected."""
        check_limit(limit)
        behind = 0 if after is None else read_cursor("labels", after, 1)[0]
        later = labels.alias()
        superseded = sa.exists().where(
            later.c.comment == labels.c.comment, later.c.current, later.c.number > labels.c.number
        )
        with self._database.read() as connection:
            number = self._database.number(connection, workspace)
            wanted = (
                sa.select(labels, comments.c.fixed)
                .join_from(labels, comments)
                .where(labels.c.workspace == number, labels.c.number > behind, labels.c.current, ~superseded)
                .order_by(labels.c.number)
                .limit(limit + 1)
            )
            if since is not None:
                wanted = wanted.where(labels.c.at >= since)
            rows, more = split_last(connection.execute(wanted), limit)
            stored = self._fetch(connection, [row.comment for row in rows])
            items = []
            for row, comment in zip(rows, stored, strict=True):
                label = _label(comment.id, row.number, row.author, row.at, json.loads(row.doc))
                together = read_correction(row.fixed) or label.correction
                items.append(LabelledComment(comment=comment, label=replace(label, correction=together)))
            return Page(items=tuple(items), next=write_cursor("labels", rows[-1].number) if more else None)

    def review(self, workspace: str, where: Filter = EVERYTHING, *, limit: int = 20) -> list[StoredComment]:
        """Give comments that are most worth a person's look, spread over themes and languages."""
        check_limit(limit)
        with self._database.read() as connection:
            number = self._database.number(connection, workspace)
            if number is None:
                return []
            facts = self._facts.read(connection, number)
            chosen = choose(self._database, connection, number, facts, where)
            return self._fetch(connection, facts.places[_worth(facts, chosen, limit)].tolist())


def _worth(facts: Facts, chosen: np.ndarray, limit: int) -> list[int]:
    """Choose positions: the most doubtful of each theme and language in turn."""
    from nlp_cx.storage.block import HUMAN

    columns = facts.columns
    open_to = chosen & ((columns["flags"] & HUMAN) == 0) & (columns["standing"] == STANDINGS.index("judged"))
    at = np.flatnonzero(open_to)
    doubt = columns["doubt"]
    pool = limit * _POOL
    if len(at) > pool:
        at = at[np.argpartition(-doubt[at], pool - 1)[:pool]]
    at = at[np.lexsort((at, -doubt[at]))]
    first_theme = np.zeros(facts.n, np.int64)
    slots = columns["mention_slot"]
    first_theme[slots[::-1]] = columns["mention_theme"][::-1]
    queues: dict[tuple[int, int], list[int]] = {}
    for position in at.tolist():
        queues.setdefault((int(first_theme[position]), int(columns["language"][position])), []).append(position)
    picked: list[int] = []
    depth = 0
    while len(picked) < limit and any(len(queue) > depth for queue in queues.values()):
        tier = [queue[depth] for queue in queues.values() if len(queue) > depth]
        picked += sorted(tier, key=lambda position: -float(doubt[position]))
        depth += 1
    return picked[:limit]


def _label(comment_id: str, number: int, author: str, at: datetime, doc: Mapping[str, Any]) -> Label:
    """Make a label of its row."""
    return Label(
        comment_id=comment_id,
        number=number,
        author=author,
        at=at,
        correction=read_correction(doc["correction"]) or Correction(),
        before=doc["before"],
        after=doc["after"],
        model=doc["model"],
    )
