"""Numbers for names, so that facts can be columns of numbers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from nlp_cx.histogram import Scale
from nlp_cx.storage.schema import names, workspaces
from nlp_cx.storage.text import shorten


class Name(NamedTuple):
    """What a number stands for: kind is touchpoint, stage, model, theme, scale or "segment:<name>"."""

    kind: str
    name: str


@lru_cache(4096)
def scale_name(scale: Scale) -> Name:
    """Name a scale."""
    return Name("scale", json.dumps([scale.metric, scale.min, scale.max, scale.direction], ensure_ascii=False))


@lru_cache(4096)
def read_scale(name: str) -> Scale:
    """Read what `scale_name` wrote."""
    metric, low, high, direction = json.loads(name)
    return Scale(metric, low, high, direction)


class Names:
    """The names of one workspace as far as they were read; only ever grows."""

    def __init__(self, workspace: int) -> None:
        """Start empty.

        Args:
            workspace: Its number.
        """
        self._workspace = workspace
        self._lock = threading.Lock()
        self._read_to = 0
        self.by_number: dict[int, Name] = {}
        self.by_key: dict[Name, int] = {}
        self.by_kind: dict[str, dict[int, str]] = {}

    def refresh(self, connection: sa.Connection) -> None:
        """Read the names that others gave numbers since; not after `resolve` in the same transaction."""
        with self._lock:
            fresh = sa.select(names.c.number, names.c.kind, names.c.key, names.c.name).where(
                names.c.workspace == self._workspace, names.c.number > self._read_to
            )
            for number, kind, key, name in connection.execute(fresh.order_by(names.c.number)):
                self.by_number[number] = Name(kind, name)
                self.by_key[Name(kind, key)] = number
                self.by_kind.setdefault(kind, {})[number] = name
                self._read_to = number

    def number(self, kind: str, name: str) -> int | None:
        """Give the number of a name; None if it has none."""
        return self.by_key.get(Name(kind, shorten(name)))

    def of(self, kind: str) -> Mapping[int, str]:
        """Give the names of one kind by their numbers."""
        return dict(self.by_kind.get(kind, {}))

    def resolve(self, connection: sa.Connection, turn: sa.Row[Any], wanted: Iterable[Name]) -> dict[Name, int]:
        """Give each name a number.

        Args:
            connection: In a transaction that has its turn at the workspace; its first change of names.
            turn: Row of the workspace.
            wanted: Any names.

        Returns:
            Name -> number. New ones stay unknown here until they are committed and read.
        """
        pairs = {name: Name(name.kind, shorten(name.name)) for name in wanted}
        if any(key not in self.by_key for key in pairs.values()):
            self.refresh(connection)
        found = {name: self.by_key[key] for name, key in pairs.items() if key in self.by_key}
        missing = [name for name in pairs if name not in found]
        if missing:
            new = {name: number for number, name in enumerate(missing, turn.next_name)}
            rows = [
                {"workspace": self._workspace, "number": number, "kind": name.kind, "key": pairs[name].name,
                 "name": name.name}
                for name, number in new.items()
            ]  # fmt: skip
            connection.execute(names.insert(), rows)
            following = {"next_name": turn.next_name + len(rows)}
            connection.execute(workspaces.update().where(workspaces.c.number == self._workspace).values(following))
            found |= new
        return found
