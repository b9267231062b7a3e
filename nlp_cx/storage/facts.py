"""A workspace's comments as numbers: what each process reads once and then keeps up with, block by block."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import sqlalchemy as sa

from nlp_cx.records import LANGUAGES, POLARITIES
from nlp_cx.storage.block import ALIVE, BLOCK, BLOCK_BITS, Block, Fact, join
from nlp_cx.storage.database import Database, portions
from nlp_cx.storage.names import Names
from nlp_cx.storage.records import STANDINGS
from nlp_cx.storage.schema import daily, facts, workspaces
from nlp_cx.storage.text import UNDATED

DAY = 86_400
_KEPT_BYTES = 1 << 30
"""Bytes of facts that a process keeps; workspaces that were not asked for longest are forgotten first."""
_EPOCH = date(1970, 1, 1)
_BLANK = STANDINGS.index("blank")
_JUDGED = STANDINGS.index("judged")
_POSITION_BITS = 26
"""Bits of a position in a number that stands for a time and a position,"""
_SECOND_BITS = 36
"""and bits of the seconds before and after 1970: the years -208 to 4147; what is later counts as the end of it."""


@dataclass(eq=False)
class Facts:
    """All comments of a workspace as columns; positions are where in the columns a comment is."""

    versions: Mapping[int, int]
    blocks: Mapping[int, Block]
    columns: Mapping[str, np.ndarray]
    places: np.ndarray
    """Position -> place, ascending."""
    names: Names

    @property
    def n(self) -> int:
        """Positions, those of deleted comments included."""
        return len(self.places)

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return sum(column.nbytes for column in self.columns.values()) + self.places.nbytes

    @cached_property
    def alive(self) -> np.ndarray:
        """Whether there is a comment at each position."""
        return np.asarray((self.columns["flags"] & ALIVE) != 0)

    @cached_property
    def days(self) -> np.ndarray:
        """Days since 1970; far below zero without a date."""
        return (self.columns["when"] // DAY).astype(np.int32)

    @cached_property
    def chronological(self) -> np.ndarray:
        """A number per position that grows with time and then with place; negative for comments without a date."""
        when, positions = self.columns["when"], np.arange(self.n)
        return np.where(when == UNDATED, positions - (1 << _POSITION_BITS), chronology(when, positions))

    @cached_property
    def shared(self) -> tuple[np.ndarray, np.ndarray]:
        """Positions of comments that share their questionnaire with others, and a number per questionnaire from 0."""
        at = np.flatnonzero(self.alive & (self.columns["response"] != 0))
        _, groups, sizes = np.unique(self.columns["response"][at], return_inverse=True, return_counts=True)
        several = sizes > 1
        kept = several[groups]
        return at[kept], (np.cumsum(several) - 1)[groups[kept]]

    def responses(self, chosen: np.ndarray) -> np.ndarray | None:
        """Give per position that of the first chosen comment of its questionnaire; None if each has one of its own."""
        at, groups = self.shared
        if not len(at):
            return None
        mine = chosen[at]
        at, groups = at[mine], groups[mine]
        first = np.zeros(int(groups.max(initial=-1)) + 1, np.int64)
        first[groups[::-1]] = at[::-1]  # of several the one that is written last stays: the first
        positions = np.arange(self.n)
        positions[at] = first[groups]
        return positions

    def positions(self, places: np.ndarray) -> np.ndarray:
        """Find where places are; those that are not there are left out."""
        at = np.searchsorted(self.places, places)
        inside = at < self.n
        at, places = at[inside], places[inside]
        return np.asarray(at[self.places[at] == places])


def chronology(when: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Give numbers that are ordered as time and position are."""
    limit = 1 << _SECOND_BITS
    return np.asarray((np.clip(when, -limit, limit - 4) + limit << _POSITION_BITS) + positions)


class FactTable:
    """Writes blocks in the transaction of what they tell of, and keeps those that were read."""

    def __init__(self, database: Database) -> None:
        """Start with nothing read.

        Args:
            database: Where the blocks are.
        """
        self._database = database
        self._names: dict[int, Names] = {}
        self._read: OrderedDict[int, Facts] = OrderedDict()
        self._lock = threading.Lock()
        self._reading: dict[int, threading.Lock] = {}

    def names(self, workspace: int) -> Names:
        """Give the names of a workspace, as far as they were read."""
        with self._lock:
            return self._names.setdefault(workspace, Names(workspace))

    def read(self, connection: sa.Connection, workspace: int) -> Facts:
        """Give a workspace's facts as the transaction sees them; only blocks that changed are read.

        Args:
            connection: In a transaction that reads one state of the database.
            workspace: Its number.

        Returns:
            The facts, which nobody changes.
        """
        with self._lock:
            reading = self._reading.setdefault(workspace, threading.Lock())
        with reading:  # several requests at once would read the same blocks several times
            return self._read_alone(connection, workspace)

    def _read_alone(self, connection: sa.Connection, workspace: int) -> Facts:
        """Read what changed."""
        listed = sa.select(facts.c.block, facts.c.version).where(facts.c.workspace == workspace)
        versions = dict(connection.execute(listed.order_by(facts.c.block)).all())
        known = self._read.get(workspace)
        names = self.names(workspace)
        names.refresh(connection)
        if known is not None and known.versions == versions:
            with self._lock:
                if workspace in self._read:
                    self._read.move_to_end(workspace)
            return known
        old = known.versions if known is not None else {}
        stale = [block for block, version in versions.items() if old.get(block) != version]
        blocks = {block: known.blocks[block] for block in versions if known and old.get(block) == versions[block]}
        blocks |= self._load(connection, workspace, stale, whole=len(stale) == len(versions))
        ordered = [(block, blocks[block]) for block in versions]
        columns, places = join(ordered)
        fresh = Facts(versions=versions, blocks=_split(ordered, columns), columns=columns, places=places, names=names)
        self._keep(workspace, fresh)
        return fresh

    def _load(self, connection: sa.Connection, workspace: int, wanted: list[int], *, whole: bool) -> dict[int, Block]:
        """Read blocks."""
        query = sa.select(facts.c.block, facts.c.payload)
        if whole:
            rows = self._database.read_bytes(connection, query.where(facts.c.workspace == workspace))
        else:
            rows = [
                row
                for part in portions(wanted)
                for row in self._database.read_bytes(connection, query.where(facts.c.block.in_(part)))
            ]
        return {block: Block.from_bytes(payload) for block, payload in rows}

    def _keep(self, workspace: int, fresh: Facts) -> None:
        """Keep facts that were read, and forget others if they become too many."""
        with self._lock:
            self._read[workspace] = fresh
            self._read.move_to_end(workspace)
            total = sum(each.nbytes for each in self._read.values())
            while total > _KEPT_BYTES and len(self._read) > 1:
                total -= self._read.popitem(last=False)[1].nbytes

    def change(self, connection: sa.Connection, turn: sa.Row[Any], changes: Mapping[int, Fact | None]) -> None:
        """Write what became of some comments, and count it in `daily`.

        Args:
            connection: In a transaction that has its turn at the workspace.
            turn: Row of the workspace as it was when the turn began.
            changes: Place -> the comment as numbers; None if it is deleted.
        """
        stamp = turn.stamp + 1
        connection.execute(workspaces.update().where(workspaces.c.number == turn.number).values(stamp=stamp))
        grouped: dict[int, dict[int, Fact | None]] = {}
        for place, fact in changes.items():
            grouped.setdefault(place >> BLOCK_BITS, {})[place & (BLOCK - 1)] = fact
        numbers = sorted(grouped)
        tallies: list[np.ndarray] = []
        for start in range(0, len(numbers), 64):
            part = numbers[start : start + 64]
            before = self._load(connection, turn.number, part, whole=False)
            written, emptied = [], []
            for number in part:
                old = before.get(number, Block())
                new = old.change(grouped[number])
                slots = np.fromiter(grouped[number], np.int64)
                tallies += [_tally(old, slots, -1), _tally(new, slots, 1)]
                if new.is_empty:
                    emptied.append(number)
                else:
                    row = {"block": number, "workspace": turn.number, "version": stamp, "payload": new.to_bytes()}
                    written.append(row)
            if written:
                insert = self._database.insert(facts)
                changed = {name: insert.excluded[name] for name in ("version", "payload")}
                connection.execute(insert.on_conflict_do_update(index_elements=["block"], set_=changed), written)
            if emptied:
                connection.execute(facts.delete().where(facts.c.block.in_(emptied)))
        self._count_daily(connection, turn.number, np.concatenate(tallies))

    def _count_daily(self, connection: sa.Connection, workspace: int, tally: np.ndarray) -> None:
        """Add what changed to the counts per day."""
        keys, at = np.unique(tally[:, :3], axis=0, return_inverse=True)
        changes = np.zeros((len(keys), 4), np.int64)
        np.add.at(changes, (at, tally[:, 3]), tally[:, 4])
        real = changes.any(axis=1)
        keys, changes = keys[real], changes[real]
        if not len(keys):
            return
        themes = {0: "", **self.names(workspace).of("theme")}
        if not set(keys[:, 2].tolist()) <= themes.keys():
            themes = {0: "", **_all_themes(connection, workspace)}
        rows = [
            (workspace, _EPOCH + timedelta(days=day), LANGUAGES[language], themes[theme], *change)
            for (day, language, theme), change in zip(keys.tolist(), changes.tolist(), strict=True)
        ]
        self._database.add_up(connection, daily, rows, ("comments", *POLARITIES))
        if (changes[:, 0] < 0).any():
            connection.execute(daily.delete().where(daily.c.workspace == workspace, daily.c.comments == 0))


def _all_themes(connection: sa.Connection, workspace: int) -> dict[int, str]:
    """Read the themes' names, those of this transaction too."""
    from nlp_cx.storage.schema import names

    listed = sa.select(names.c.number, names.c.name).where(names.c.workspace == workspace, names.c.kind == "theme")
    return dict(connection.execute(listed).all())


def _split(ordered: list[tuple[int, Block]], columns: Mapping[str, np.ndarray]) -> dict[int, Block]:
    """Give blocks that share the memory of the joined columns, where these are the same."""
    split: dict[int, Block] = {}
    starts = dict.fromkeys(columns, 0)
    for number, block in ordered:
        parts = {}
        for name, column in block.columns.items():
            start = starts[name]
            starts[name] = end = start + len(column)
            same = columns[name].dtype == column.dtype
            parts[name] = columns[name][start:end] if same else column.copy()
        split[number] = Block(parts)
    return split


def _tally(block: Block, slots: np.ndarray, sign: int) -> np.ndarray:
    """Count comments and mentions in some slots.

    Returns:
        Rows of day, language, theme (0: comments), 0 for all or 1 + judgement, `sign`.
    """
    columns = block.columns
    slots = slots[slots < block.n]
    flags, when = columns["flags"][slots], columns["when"][slots]
    slots = slots[((flags & ALIVE) != 0) & (when != UNDATED) & (columns["standing"][slots] != _BLANK)]
    chosen = np.zeros(block.n, bool)
    chosen[slots] = True
    of = columns["mention_slot"].astype(np.int64)
    inside = chosen[of]
    of, themes = of[inside], columns["mention_theme"][inside].astype(np.int64)
    several = np.unique(np.stack([of, themes]), axis=1)
    judged = slots[columns["standing"][slots] == _JUDGED]
    counted = (
        (slots, 0, 0),
        (judged, 0, 1 + columns["sentiment"][judged].astype(np.int64)),
        (several[0], several[1], 0),
        (of, themes, 1 + columns["mention_sentiment"][inside].astype(np.int64)),
    )
    return np.concatenate([_rows(columns, at, theme, what, sign) for at, theme, what in counted])


def _rows(columns: Mapping[str, np.ndarray], at: np.ndarray, theme: Any, what: Any, sign: int) -> np.ndarray:
    """Make rows of a tally."""
    rows = np.empty((len(at), 5), np.int64)
    rows[:, 0], rows[:, 1] = columns["when"][at] // DAY, columns["language"][at]
    rows[:, 2], rows[:, 3], rows[:, 4] = theme, what, sign
    return rows
