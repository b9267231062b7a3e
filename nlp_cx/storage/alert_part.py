"""Alerts, and when they fired: once per stretch of time, whoever checks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from nlp_cx.errors import ConflictError
from nlp_cx.storage.base import Part, check_limit, now, split_last
from nlp_cx.storage.cursors import read_cursor, write_cursor
from nlp_cx.storage.records import AlertRule, Firing, Page
from nlp_cx.storage.schema import alerts, firings, workspaces
from nlp_cx.storage.text import clean

_CHANGEABLE = frozenset({"name", "rule", "enabled"})


class AlertPart(Part):
    """Implements `interface.Alerts`."""

    def create_alert(
        self, workspace: str, *, alert_id: str, name: str, rule: Mapping[str, Any], enabled: bool = True
    ) -> AlertRule:
        """Keep an alert; `ConflictError` if the id is taken."""

        def work(connection: sa.Connection) -> AlertRule:
            turn, at = self._database.take_turn(connection, workspace), now()
            values = {
                "workspace": turn.number,
                "id": alert_id,
                "name": clean(name),
                "rule": dict(rule),
                "version": 1,
                "enabled": enabled,
                "created_at": at,
                "changed_at": at,
            }
            if not self._database.insert_new(connection, alerts, values):
                raise ConflictError("there is an alert of this id already")
            return _read(workspace, connection.execute(_one(turn.number, alert_id)).one())

        return self._database.write(work)

    def alert(self, workspace: str, alert_id: str) -> AlertRule | None:
        """Give one alert."""
        with self._database.read() as connection:
            row = connection.execute(_one(self._database.number(connection, workspace), alert_id)).one_or_none()
            return None if row is None else _read(workspace, row)

    def alerts(self, workspace: str) -> list[AlertRule]:
        """List alerts, oldest first."""
        with self._database.read() as connection:
            own = alerts.c.workspace == self._database.number(connection, workspace)
            rows = connection.execute(sa.select(alerts).where(own).order_by(alerts.c.number))
            return [_read(workspace, row) for row in rows]

    def update_alert(self, workspace: str, alert_id: str, **values: Any) -> AlertRule | None:
        """Change `name`, `rule` or `enabled`; None if there is no such alert.

        Another rule begins anew: it may fire at once, and of stretches of time that the former one fired of.
        """
        unknown = values.keys() - _CHANGEABLE
        if unknown:
            raise TypeError(f"an alert has no {', '.join(sorted(unknown))} to change")
        changes = {name: clean(value) if isinstance(value, str) else value for name, value in values.items()}

        def work(connection: sa.Connection) -> AlertRule | None:
            turn = self._database.take_turn(connection, workspace)
            row = connection.execute(_one(turn.number, alert_id)).one_or_none()
            if row is None:
                return None
            new = {name: value for name, value in changes.items() if row._mapping[name] != value}
            if "rule" in new:
                new |= {"version": row.version + 1, "fired_at": None, "checked_at": None, "outcome": None}
            if new:
                own = alerts.c.number == row.number
                connection.execute(alerts.update().where(own).values(new | {"changed_at": now()}))
            return _read(workspace, connection.execute(_one(turn.number, alert_id)).one())

        return self._database.write(work)

    def delete_alert(self, workspace: str, alert_id: str) -> bool:
        """Delete an alert with its firings; tells whether it was there."""

        def work(connection: sa.Connection) -> bool:
            number = self._database.number(connection, workspace)
            own = (alerts.c.workspace == number, alerts.c.id == clean(alert_id))
            return connection.execute(alerts.delete().where(*own)).rowcount == 1

        return self._database.write(work)

    def watched(self) -> list[str]:
        """List the workspaces that have an alert which is enabled."""
        with self._database.read() as connection:
            those = sa.select(alerts.c.workspace).where(alerts.c.enabled)
            named = sa.select(workspaces.c.name).where(workspaces.c.number.in_(those))
            return list(connection.scalars(named.order_by(workspaces.c.name)))

    def alert_checked(self, workspace: str, alert_id: str, *, version: int, outcome: str, at: datetime) -> None:
        """Write down what a check found, if the rule is still the one that was checked."""

        def work(connection: sa.Connection) -> None:
            number = self._database.number(connection, workspace)
            own = (alerts.c.workspace == number, alerts.c.id == clean(alert_id), alerts.c.version == version)
            connection.execute(alerts.update().where(*own).values(checked_at=at, outcome=outcome))

        self._database.write(work)

    def fire(
        self,
        workspace: str,
        alert_id: str,
        *,
        version: int,
        firing_id: str,
        bucket: str,
        cool_down: timedelta,
        at: datetime,
        data: Mapping[str, Any],
    ) -> Firing | None:
        """Let an alert fire, in one transaction; None if it is not to, or did so of that stretch of time already."""

        def work(connection: sa.Connection) -> Firing | None:
            turn = self._database.take_turn(connection, workspace)  # of several that check, one after another
            row = connection.execute(_one(turn.number, alert_id)).one_or_none()
            if row is None or not row.enabled or row.version != version:
                return None
            if row.fired_at is not None and at - row.fired_at < cool_down:
                return None
            values = {
                "alert": row.number,
                "number": turn.next_entry,
                "id": firing_id,
                "version": version,
                "bucket": bucket,
                "at": at,
                "data": dict(data),
                "told": False,
            }
            if not self._database.insert_new(connection, firings, values):
                return None
            following = workspaces.update().where(workspaces.c.number == turn.number)
            connection.execute(following.values(next_entry=turn.next_entry + 1))
            connection.execute(alerts.update().where(alerts.c.number == row.number).values(fired_at=at))
            return _firing(connection.execute(_fired(turn.number).where(firings.c.id == firing_id)).one())

        return self._database.write(work)

    def firings(
        self, workspace: str, alert_id: str | None = None, *, after: str | None = None, limit: int = 50
    ) -> Page[Firing]:
        """List what fired, of one alert or of all, newest first."""
        check_limit(limit)
        with self._database.read() as connection:
            wanted = _fired(self._database.number(connection, workspace))
            if alert_id is not None:
                wanted = wanted.where(alerts.c.id == clean(alert_id))
            if after is not None:
                wanted = wanted.where(firings.c.number < read_cursor("firings", after, 1)[0])
            rows, more = split_last(
                connection.execute(wanted.order_by(firings.c.number.desc()).limit(limit + 1)), limit
            )
            cursor = write_cursor("firings", rows[-1].number) if more else None
            return Page(items=tuple(map(_firing, rows)), next=cursor)

    def untold_firings(self, workspace: str) -> list[Firing]:
        """List firings that webhooks were not told of yet, oldest first."""
        with self._database.read() as connection:
            wanted = _fired(self._database.number(connection, workspace)).where(~firings.c.told)
            return list(map(_firing, connection.execute(wanted.order_by(firings.c.number))))

    def firing_told(self, workspace: str, firing_id: str) -> None:
        """Write down that webhooks were told of a firing."""

        def work(connection: sa.Connection) -> None:
            number = self._database.number(connection, workspace)
            own = firings.c.alert.in_(sa.select(alerts.c.number).where(alerts.c.workspace == number))
            connection.execute(firings.update().where(own, firings.c.id == firing_id).values(told=True))

        self._database.write(work)


def _one(number: int | None, alert_id: str) -> sa.Select[Any]:
    """Select an alert."""
    return sa.select(alerts).where(alerts.c.workspace == number, alerts.c.id == clean(alert_id))


def _fired(number: int | None) -> sa.Select[Any]:
    """Select the firings of a workspace."""
    columns = (firings.c.id, firings.c.number, alerts.c.id.label("alert_id"), firings.c.bucket, firings.c.at)
    joined = firings.join(alerts, alerts.c.number == firings.c.alert)
    return sa.select(*columns, firings.c.data).select_from(joined).where(alerts.c.workspace == number)


def _read(workspace: str, row: sa.Row[Any]) -> AlertRule:
    """Make an alert of its row."""
    values = dict(row._mapping)
    del values["number"]
    return AlertRule(**{**values, "workspace": workspace})


def _firing(row: sa.Row[Any]) -> Firing:
    """Make a firing of its row."""
    return Firing(**row._mapping)
