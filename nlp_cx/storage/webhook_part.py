"""Webhooks and how their deliveries went."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from nlp_cx.errors import ConflictError
from nlp_cx.storage.base import Part, check_limit, now, split_last
from nlp_cx.storage.cursors import read_cursor, write_cursor
from nlp_cx.storage.records import Delivery, Page, Webhook
from nlp_cx.storage.schema import deliveries, webhooks, workspaces
from nlp_cx.storage.text import clean

_KEPT = 1_000
"""Tries of one webhook that are kept."""
_CHANGEABLE = frozenset({"url", "secret", "events", "enabled", "description"})


class WebhookPart(Part):
    """Implements `interface.Webhooks`."""

    def create_webhook(
        self, workspace: str, *, webhook_id: str, url: str, secret: str, events: Collection[str], description: str = ""
    ) -> Webhook:
        """Keep a webhook; `ConflictError` if the id is taken."""

        def work(connection: sa.Connection) -> Webhook:
            turn = self._database.take_turn(connection, workspace)
            values = {
                "workspace": turn.number,
                "id": webhook_id,
                "url": clean(url),
                "secret": secret,
                "events": sorted(set(events)),
                "enabled": True,
                "description": clean(description),
                "created_at": now(),
            }
            if not self._database.insert_new(connection, webhooks, values):
                raise ConflictError("there is a webhook of this id already")
            return _read(workspace, connection.execute(_one(turn.number, webhook_id)).one())

        return self._database.write(work)

    def webhook(self, workspace: str, webhook_id: str) -> Webhook | None:
        """Give one webhook."""
        with self._database.read() as connection:
            row = connection.execute(_one(self._database.number(connection, workspace), webhook_id)).one_or_none()
            return None if row is None else _read(workspace, row)

    def webhooks(self, workspace: str) -> list[Webhook]:
        """List webhooks, oldest first."""
        with self._database.read() as connection:
            own = webhooks.c.workspace == self._database.number(connection, workspace)
            rows = connection.execute(sa.select(webhooks).where(own).order_by(webhooks.c.number))
            return [_read(workspace, row) for row in rows]

    def update_webhook(self, workspace: str, webhook_id: str, **values: Any) -> Webhook | None:
        """Change `url`, `secret`, `events`, `enabled` or `description`; None if there is no such webhook."""
        unknown = values.keys() - _CHANGEABLE
        if unknown:
            raise TypeError(f"a webhook has no {', '.join(sorted(unknown))} to change")
        if "events" in values:
            values["events"] = sorted(set(values["events"]))
        values = {name: clean(value) if isinstance(value, str) else value for name, value in values.items()}

        def work(connection: sa.Connection) -> Webhook | None:
            number = self._database.number(connection, workspace)
            own = (webhooks.c.workspace == number, webhooks.c.id == clean(webhook_id))
            if values:
                connection.execute(webhooks.update().where(*own).values(values))
            row = connection.execute(sa.select(webhooks).where(*own)).one_or_none()
            return None if row is None else _read(workspace, row)

        return self._database.write(work)

    def delete_webhook(self, workspace: str, webhook_id: str) -> bool:
        """Delete a webhook with its log; tells whether it was there."""

        def work(connection: sa.Connection) -> bool:
            number = self._database.number(connection, workspace)
            own = (webhooks.c.workspace == number, webhooks.c.id == clean(webhook_id))
            return connection.execute(webhooks.delete().where(*own)).rowcount == 1

        return self._database.write(work)

    def log_delivery(
        self,
        workspace: str,
        webhook_id: str,
        *,
        event_id: str,
        event: str,
        attempt: int,
        status: int | None,
        error: str | None,
        milliseconds: int,
    ) -> None:
        """Write down one try; of each webhook the last 1,000 are kept. Nothing if the webhook is gone."""

        def work(connection: sa.Connection) -> None:
            turn = self._database.take_turn(connection, workspace)
            own = _one(turn.number, webhook_id).with_only_columns(webhooks.c.number)
            webhook = connection.scalar(own)
            if webhook is None:
                return
            following = workspaces.update().where(workspaces.c.number == turn.number)
            connection.execute(following.values(next_entry=turn.next_entry + 1))
            entry = {
                "webhook": webhook,
                "number": turn.next_entry,
                "event_id": event_id,
                "event": event,
                "attempt": attempt,
                "at": now(),
                "status": status,
                "error": None if error is None else clean(error),
                "milliseconds": milliseconds,
            }
            connection.execute(deliveries.insert().values(entry))
            log = sa.select(deliveries.c.number).where(deliveries.c.webhook == webhook)
            oldest = connection.scalar(log.order_by(deliveries.c.number.desc()).offset(_KEPT).limit(1))
            if oldest is not None:
                old = (deliveries.c.webhook == webhook, deliveries.c.number <= oldest)
                connection.execute(deliveries.delete().where(*old))

        self._database.write(work)

    def deliveries(
        self, workspace: str, webhook_id: str, *, after: str | None = None, limit: int = 50
    ) -> Page[Delivery]:
        """List tries, newest first."""
        check_limit(limit)
        with self._database.read() as connection:
            number = self._database.number(connection, workspace)
            own = _one(number, webhook_id).with_only_columns(webhooks.c.number).scalar_subquery()
            wanted = sa.select(deliveries).where(deliveries.c.webhook == own)
            if after is not None:
                wanted = wanted.where(deliveries.c.number < read_cursor("deliveries", after, 1)[0])
            found = connection.execute(wanted.order_by(deliveries.c.number.desc()).limit(limit + 1))
            rows, more = split_last(found, limit)
            items = tuple(
                Delivery(
                    number=row.number,
                    webhook_id=webhook_id,
                    event_id=row.event_id,
                    event=row.event,
                    attempt=row.attempt,
                    at=row.at,
                    status=row.status,
                    error=row.error,
                    milliseconds=row.milliseconds,
                )
                for row in rows
            )
            return Page(items=items, next=write_cursor("deliveries", rows[-1].number) if more else None)


def _one(number: int | None, webhook_id: str) -> sa.Select[Any]:
    """Select a webhook."""
    return sa.select(webhooks).where(webhooks.c.workspace == number, webhooks.c.id == clean(webhook_id))


def _read(workspace: str, row: sa.Row[Any]) -> Webhook:
    """Make a webhook of its row."""
    values = dict(row._mapping)
    del values["number"]
    return Webhook(**{**values, "workspace": workspace, "events": tuple(values["events"])})
