"""The tables. `migrations/` makes them; a test holds the two to each other.

workspaces      who; counters that its writers take turns at
comments        what was read in each comment, as it counts now; `doc` holds what no column does
mentions, scores, segments      its parts, for SQL (views `v_*`)
texts           the redacted text without case and diacritics, for search
facts           the same comments as columns of numbers, 2,048 to a row, for summaries (`facts.py`)
daily           mentions and comments counted per day and language, for SQL
names           numbers that facts use for touchpoints, stages, segments, scales, themes and models
batches, chunks, rejections     what was handed in, what of it is kept, what could not be used
labels          corrections by people, all of them
alerts, firings when somebody wants to be told, and when that was so
keys, webhooks, deliveries, idempotency         what the service keeps for itself
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""64 bits; on SQLite the kind of which a primary key is the row's own number."""


class Moment(sa.types.TypeDecorator[datetime]):
    """A moment in UTC, whatever the database makes of time zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Send UTC."""
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        """Give UTC."""
        if not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _comment(*, primary_key: bool = True) -> sa.Column[int]:
    """Make a column that points to a comment and goes with it."""
    return sa.Column(
        "comment",
        Big,
        sa.ForeignKey("comments.place", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
        autoincrement=False,
    )


def _batch() -> sa.Column[int]:
    """Make a column that points to a batch and goes with it."""
    key = sa.ForeignKey("batches.number", ondelete="CASCADE")
    return sa.Column("batch", Big, key, primary_key=True, autoincrement=False)


def _workspace(*, primary_key: bool = False) -> sa.Column[int]:
    """Make a column that points to a workspace."""
    key = sa.ForeignKey("workspaces.number")
    return sa.Column("workspace", sa.Integer, key, primary_key=primary_key, nullable=False, autoincrement=False)


workspaces = sa.Table(
    "workspaces",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("next_place", Big, nullable=False, server_default="0"),
    sa.Column("next_name", sa.Integer, nullable=False, server_default="1"),
    sa.Column("next_entry", Big, nullable=False, server_default="1", comment="labels and deliveries"),
    sa.Column("stamp", Big, nullable=False, server_default="0", comment="changes with every change of comments"),
)

batches = sa.Table(
    "batches",
    metadata,
    sa.Column("number", Big, primary_key=True, autoincrement=True),
    _workspace(),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("started_at", Moment),
    sa.Column("finished_at", Moment),
    sa.Column("progressed_at", Moment, comment="when its last chunk was kept"),
    sa.Column("total", Big),
    sa.Column("chunks", Big),
    sa.Column("chunks_saved", Big, nullable=False, server_default="0"),
    sa.Column("done", Big, nullable=False, server_default="0"),
    sa.Column("rejected", Big, nullable=False, server_default="0"),
    sa.Column("per_second", sa.Double),
    sa.Column("format", sa.Text),
    sa.Column("options", sa.JSON, nullable=False),
    sa.Column("plan", sa.JSON, nullable=False),
    sa.Column("error_code", sa.Text),
    sa.Column("error", sa.Text),
    sa.Column("error_vi", sa.Text),
    sa.UniqueConstraint("workspace", "id"),
    sa.Index(
        None, "state", sqlite_where=sa.text("finished_at IS NULL"), postgresql_where=sa.text("finished_at IS NULL")
    ),
    sqlite_autoincrement=True,
)

chunks = sa.Table(
    "chunks",
    metadata,
    _batch(),
    sa.Column("chunk", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("rejected", sa.Integer, nullable=False),
    sa.Column("saved_at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

rejections = sa.Table(
    "rejections",
    metadata,
    _batch(),
    sa.Column("place", Big, primary_key=True, autoincrement=False, comment="chunk and position in it"),
    sa.Column("doc", sa.Text, nullable=False),
    sa.Column("saved_at", Moment, nullable=False),
)

comments = sa.Table(
    "comments",
    metadata,
    sa.Column("place", Big, primary_key=True, autoincrement=False, comment="workspace and number within it"),
    _workspace(),
    sa.Column("key", sa.Text, nullable=False, comment="the id, shortened if it is long"),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("batch", Big),
    sa.Column("row", Big),
    sa.Column("created_at", sa.Text, comment="as sent, ISO 8601"),
    sa.Column("created_on", sa.Date),
    sa.Column("respondent_id", sa.Text),
    sa.Column("respondent", sa.Text, comment="the same, shortened if it is long"),
    sa.Column("question", sa.Text),
    sa.Column("touchpoint", sa.Text),
    sa.Column("stage", sa.Text),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("sentiment", sa.Text, nullable=False),
    sa.Column("mixed", sa.Boolean, nullable=False),
    sa.Column("complaint", sa.Double, nullable=False),
    sa.Column("suggestion", sa.Double, nullable=False),
    sa.Column("needs_review", sa.Boolean, nullable=False),
    sa.Column("truncated", sa.Boolean, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("raw", sa.Text),
    sa.Column("doc", sa.Text, nullable=False),
    sa.Column("fixed", sa.Text, comment="the correction by a person that counts"),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("taxonomy", sa.Text, nullable=False),
    sa.Column("saved_at", Moment, nullable=False),
    sa.UniqueConstraint("workspace", "key"),
    sa.Index(
        None, "batch", "row", sqlite_where=sa.text("batch IS NOT NULL"), postgresql_where=sa.text("batch IS NOT NULL")
    ),
    sa.Index(
        None,
        "workspace",
        "respondent",
        sqlite_where=sa.text("respondent IS NOT NULL"),
        postgresql_where=sa.text("respondent IS NOT NULL"),
    ),
)

mentions = sa.Table(
    "mentions",
    metadata,
    _comment(),
    sa.Column("theme", sa.Text, primary_key=True),
    sa.Column("sentiment", sa.Text, primary_key=True),
    sa.Column("confidence", sa.Double, nullable=False),
    sqlite_with_rowid=False,
)

scores = sa.Table(
    "scores",
    metadata,
    _comment(),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("metric", sa.Text, nullable=False),
    sa.Column("value", sa.Double, nullable=False),
    sa.Column("min", sa.Double, nullable=False),
    sa.Column("max", sa.Double, nullable=False),
    sa.Column("direction", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

segments = sa.Table(
    "segments",
    metadata,
    _comment(),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

texts = sa.Table(
    "texts",
    metadata,
    _comment(),
    sa.Column("folded", sa.Text, nullable=False),
)

facts = sa.Table(
    "facts",
    metadata,
    sa.Column("block", Big, primary_key=True, autoincrement=False, comment="place of its first comment / 2,048"),
    _workspace(),
    sa.Column("version", Big, nullable=False, comment="stamp of the workspace when it was written"),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Index(None, "workspace", "block", "version"),
)

daily = sa.Table(
    "daily",
    metadata,
    _workspace(primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("language", sa.Text, primary_key=True),
    sa.Column("theme", sa.Text, primary_key=True, comment="empty: all comments with text, by overall sentiment"),
    sa.Column("comments", Big, nullable=False),
    sa.Column("negative", Big, nullable=False),
    sa.Column("neutral", Big, nullable=False),
    sa.Column("positive", Big, nullable=False),
    sa.Index(
        "ix_daily_empty", "workspace", sqlite_where=sa.text("comments = 0"), postgresql_where=sa.text("comments = 0")
    ),
    sqlite_with_rowid=False,
)

names = sa.Table(
    "names",
    metadata,
    _workspace(primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False, comment="the name, shortened if it is long"),
    sa.Column("name", sa.Text, nullable=False),
    sa.UniqueConstraint("workspace", "kind", "key"),
)

labels = sa.Table(
    "labels",
    metadata,
    _workspace(primary_key=True),
    sa.Column("number", Big, primary_key=True, autoincrement=False),
    _comment(primary_key=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("doc", sa.Text, nullable=False),
    sa.Column("current", sa.Boolean, nullable=False, comment="whether it is the one that counts"),
    sa.Index(None, "comment"),
)

keys = sa.Table(
    "keys",
    metadata,
    sa.Column("prefix", sa.Text, primary_key=True),
    sa.Column("workspace", sa.Text, nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("last_used_at", Moment),
    sa.Column("revoked_at", Moment),
)

webhooks = sa.Table(
    "webhooks",
    metadata,
    sa.Column("number", Big, primary_key=True, autoincrement=True),
    _workspace(),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("events", sa.JSON, nullable=False),
    sa.Column("enabled", sa.Boolean, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.UniqueConstraint("workspace", "id"),
    sqlite_autoincrement=True,
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column(
        "webhook", Big, sa.ForeignKey("webhooks.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    sa.Column("number", Big, primary_key=True, autoincrement=False),
    sa.Column("event_id", sa.Text, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("error", sa.Text),
    sa.Column("milliseconds", sa.Integer, nullable=False),
)

alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("number", Big, primary_key=True, autoincrement=True),
    _workspace(),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("rule", sa.JSON, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, comment="counts the changes of its rule"),
    sa.Column("enabled", sa.Boolean, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    sa.Column("fired_at", Moment, comment="when this version of the rule fired last"),
    sa.Column("checked_at", Moment),
    sa.Column("outcome", sa.Text, comment="what the last check found"),
    sa.UniqueConstraint("workspace", "id"),
    sqlite_autoincrement=True,
)

firings = sa.Table(
    "firings",
    metadata,
    sa.Column("alert", Big, sa.ForeignKey("alerts.number", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Column("number", Big, primary_key=True, autoincrement=False),
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("bucket", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("told", sa.Boolean, nullable=False, comment="whether webhooks were told"),
    sa.UniqueConstraint("alert", "version", "bucket"),
    sa.Index(None, "told", sqlite_where=sa.text("NOT told"), postgresql_where=sa.text("NOT told")),
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("key", sa.Text, primary_key=True, comment="hash of workspace, route and key"),
    sa.Column("body_hash", sa.Text, nullable=False),
    sa.Column("begun_at", Moment, nullable=False, index=True),
    sa.Column("status", sa.Integer),
    sa.Column("headers", sa.JSON, nullable=False),
    sa.Column("body", sa.LargeBinary),
)
