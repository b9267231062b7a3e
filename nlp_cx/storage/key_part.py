"""API keys."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from nlp_cx.errors import ConflictError
from nlp_cx.storage.base import Part, now
from nlp_cx.storage.records import ApiKey
from nlp_cx.storage.schema import keys
from nlp_cx.storage.text import clean


class KeyPart(Part):
    """Implements `interface.Keys`."""

    def create_key(self, workspace: str, *, prefix: str, hash: str, scopes: Collection[str], name: str = "") -> ApiKey:
        """Keep a key; `ConflictError` if the prefix is taken."""
        key = ApiKey(
            prefix=prefix,
            workspace=workspace,
            scopes=frozenset(scopes),
            hash=hash,
            name=clean(name),
            created_at=now(),
        )
        row = {
            "prefix": key.prefix,
            "workspace": key.workspace,
            "scopes": ",".join(sorted(key.scopes)),
            "hash": key.hash,
            "name": key.name,
            "created_at": key.created_at,
        }

        def work(connection: sa.Connection) -> ApiKey:
            if not self._database.insert_new(connection, keys, row):
                raise ConflictError("there is a key of this prefix already")
            return key

        return self._database.write(work)

    def find_key(self, prefix: str) -> ApiKey | None:
        """Find a key of any workspace, revoked ones too."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(keys).where(keys.c.prefix == clean(prefix))).one_or_none()
            return None if row is None else _read(row)

    def has_keys(self) -> bool:
        """Tell whether there ever was a key, in any workspace."""
        with self._database.read() as connection:
            return connection.scalar(sa.select(keys.c.prefix).limit(1)) is not None

    def keys(self, workspace: str | None = None) -> list[ApiKey]:
        """List keys, newest first, revoked ones too; of all workspaces if None."""
        wanted = sa.select(keys).order_by(keys.c.created_at.desc(), keys.c.prefix)
        if workspace is not None:
            wanted = wanted.where(keys.c.workspace == workspace)
        with self._database.read() as connection:
            return [_read(row) for row in connection.execute(wanted)]

    def revoke_key(self, workspace: str | None, prefix: str) -> ApiKey | None:
        """Revoke a key, which stays revoked; None if the workspace (any, if None) does not have it."""
        own = keys.c.prefix == clean(prefix)
        if workspace is not None:
            own &= keys.c.workspace == workspace

        def work(connection: sa.Connection) -> ApiKey | None:
            connection.execute(keys.update().where(own, keys.c.revoked_at.is_(None)).values(revoked_at=now()))
            row = connection.execute(sa.select(keys).where(own)).one_or_none()
            return None if row is None else _read(row)

        return self._database.write(work)

    def touch_key(self, prefix: str) -> None:
        """Write down that a key is used now."""
        change = keys.update().where(keys.c.prefix == prefix).values(last_used_at=now())
        self._database.write(lambda connection: connection.execute(change))


def _read(row: sa.Row[Any]) -> ApiKey:
    """Make a key of its row."""
    values = dict(row._mapping)
    return ApiKey(**{**values, "scopes": frozenset(filter(None, values["scopes"].split(",")))})
