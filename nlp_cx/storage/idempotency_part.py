"""Answers to requests that may be sent twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from hashlib import blake2b

import sqlalchemy as sa

from nlp_cx.storage.base import Part, now
from nlp_cx.storage.records import Idempotent
from nlp_cx.storage.schema import idempotency

REMEMBERED = timedelta(hours=24)
LOST = timedelta(minutes=15)
"""After this a request that was not answered counts as lost, with its process."""


class IdempotencyPart(Part):
    """Implements `interface.Idempotency`."""

    def idempotency_begin(self, workspace: str, route: str, key: str, body_hash: str) -> Idempotent:
        """Take a key for a request; one of two at once gets it. What is in progress for 15 minutes counts as lost."""
        moment, hashed = now(), _hash(workspace, route, key)
        mine = {"key": hashed, "body_hash": body_hash, "begun_at": moment, "headers": {}}

        def work(connection: sa.Connection) -> Idempotent:
            lost = idempotency.c.status.is_(None) & (idempotency.c.begun_at < moment - LOST)
            old = idempotency.c.begun_at < moment - REMEMBERED
            connection.execute(idempotency.delete().where(idempotency.c.key == hashed, lost | old))
            if self._database.insert_new(connection, idempotency, mine):
                return Idempotent(state="new")
            row = connection.execute(sa.select(idempotency).where(idempotency.c.key == hashed)).one()
            if row.body_hash != body_hash:
                return Idempotent(state="conflict")
            if row.status is None:
                return Idempotent(state="in_progress")
            return Idempotent(state="replay", status=row.status, headers=row.headers, body=bytes(row.body))

        return self._database.write(work)

    def idempotency_finish(
        self, workspace: str, route: str, key: str, *, status: int, headers: Mapping[str, str], body: bytes
    ) -> None:
        """Keep the answer."""
        own = idempotency.c.key == _hash(workspace, route, key)
        answer = idempotency.update().where(own).values(status=status, headers=dict(headers), body=body)
        self._database.write(lambda connection: connection.execute(answer))

    def idempotency_forget(self, workspace: str, route: str, key: str) -> None:
        """Free a key whose request failed."""
        own = idempotency.delete().where(idempotency.c.key == _hash(workspace, route, key))
        self._database.write(lambda connection: connection.execute(own))

    def tidy(self) -> None:
        """Delete what nobody needs any more: old idempotency keys; cheap, for once an hour."""
        old = idempotency.delete().where(idempotency.c.begun_at < now() - REMEMBERED)
        self._database.write(lambda connection: connection.execute(old))


def _hash(*parts: str) -> str:
    """Hash what a key is of, each part apart from the next."""
    digest = blake2b(digest_size=32)
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "little") + encoded)
    return digest.hexdigest()
