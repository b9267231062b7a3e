"""Make the tables; what they are for stands in `nlp_cx.storage.schema`."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "idempotency",
        sa.Column("key", sa.Text(), nullable=False, comment="hash of workspace, route and key"),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_begun_at"), "idempotency", ["begun_at"], unique=False)
    op.create_table(
        "keys",
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_keys")),
    )
    op.create_table(
        "workspaces",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next_place", BIG, server_default="0", nullable=False),
        sa.Column("next_name", sa.Integer(), server_default="1", nullable=False),
        sa.Column("next_entry", BIG, server_default="1", nullable=False, comment="labels and deliveries"),
        sa.Column("stamp", BIG, server_default="0", nullable=False, comment="changes with every change of comments"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_workspaces")),
        sa.UniqueConstraint("name", name=op.f("uq_workspaces_name")),
    )
    op.create_table(
        "batches",
        sa.Column("number", BIG, autoincrement=True, nullable=False),
        sa.Column("workspace", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("progressed_at", MOMENT, nullable=True, comment="when its last chunk was kept"),
        sa.Column("total", BIG, nullable=True),
        sa.Column("chunks", BIG, nullable=True),
        sa.Column("chunks_saved", BIG, server_default="0", nullable=False),
        sa.Column("done", BIG, server_default="0", nullable=False),
        sa.Column("rejected", BIG, server_default="0", nullable=False),
        sa.Column("per_second", sa.Double(), nullable=True),
        sa.Column("format", sa.Text(), nullable=True),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("error_vi", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["workspace"], ["workspaces.number"], name=op.f("fk_batches_workspace")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_batches")),
        sa.UniqueConstraint("workspace", "id", name=op.f("uq_batches_workspace_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_batches_state"),
        "batches",
        ["state"],
        unique=False,
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "comments",
        sa.Column("place", BIG, autoincrement=False, nullable=False, comment="workspace and number within it"),
        sa.Column("workspace", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False, comment="the id, shortened if it is long"),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("batch", BIG, nullable=True),
        sa.Column("row", BIG, nullable=True),
        sa.Column("created_at", sa.Text(), nullable=True, comment="as sent, ISO 8601"),
        sa.Column("created_on", sa.Date(), nullable=True),
        sa.Column("respondent_id", sa.Text(), nullable=True),
        sa.Column("respondent", sa.Text(), nullable=True, comment="the same, shortened if it is long"),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("touchpoint", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("sentiment", sa.Text(), nullable=False),
        sa.Column("mixed", sa.Boolean(), nullable=False),
        sa.Column("complaint", sa.Double(), nullable=False),
        sa.Column("suggestion", sa.Double(), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=True),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("fixed", sa.Text(), nullable=True, comment="the correction by a person that counts"),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("taxonomy", sa.Text(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["workspace"], ["workspaces.number"], name=op.f("fk_comments_workspace")),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_comments")),
        sa.UniqueConstraint("workspace", "key", name=op.f("uq_comments_workspace_key")),
    )
    op.create_index(
        op.f("ix_comments_batch_row"),
        "comments",
        ["batch", "row"],
        unique=False,
        sqlite_where=sa.text("batch IS NOT NULL"),
        postgresql_where=sa.text("batch IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_comments_workspace_respondent"),
        "comments",
        ["workspace", "respondent"],
        unique=False,
        sqlite_where=sa.text("respondent IS NOT NULL"),
        postgresql_where=sa.text("respondent IS NOT NULL"),
    )
    op.create_table(
        "daily",
        sa.Column("workspace", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False, comment="empty: all comments with text, by overall sentiment"),
        sa.Column("comments", BIG, nullable=False),
        sa.Column("negative", BIG, nullable=False),
        sa.Column("neutral", BIG, nullable=False),
        sa.Column("positive", BIG, nullable=False),
        sa.ForeignKeyConstraint(["workspace"], ["workspaces.number"], name=op.f("fk_daily_workspace")),
        sa.PrimaryKeyConstraint("workspace", "day", "language", "theme", name=op.f("pk_daily")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "facts",
        sa.Column("block", BIG, autoincrement=False, nullable=False, comment="place of its first comment / 2,048"),
        sa.Column("workspace", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", BIG, nullable=False, comment="stamp of the workspace when it was written"),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["workspace"], ["workspaces.number"], name=op.f("fk_facts_workspace")),
        sa.PrimaryKeyConstraint("block", name=op.f("pk_facts")),
    )
    op.create_index(op.f("ix_facts_workspace_block_version"), "facts", ["workspace", "block", "version"], unique=False)
    op.create_table(
        "names",
        sa.Column("workspace", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False, comment="the name, shortened if it is long"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["workspace"], ["workspaces.number"], name=op.f("fk_names_workspace")),
        sa.PrimaryKeyConstraint("workspace", "number", name=op.f("pk_names")),
        sa.UniqueConstraint("workspace", "kind", "key", name=op.f("uq_names_workspace_kind_key")),
    )
    op.create_table(
        "webhooks",
        sa.Column("number", BIG, autoincrement=True, nullable=False),
        sa.Column("workspace", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["workspace"], ["workspaces.number"], name=op.f("fk_webhooks_workspace")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_webhooks")),
        sa.UniqueConstraint("workspace", "id", name=op.f("uq_webhooks_workspace_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "chunks",
        sa.Column("batch", BIG, autoincrement=False, nullable=False),
        sa.Column("chunk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batches.number"], name=op.f("fk_chunks_batch"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("batch", "chunk", name=op.f("pk_chunks")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "deliveries",
        sa.Column("webhook", BIG, autoincrement=False, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook"], ["webhooks.number"], name=op.f("fk_deliveries_webhook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("webhook", "number", name=op.f("pk_deliveries")),
    )
    op.create_table(
        "labels",
        sa.Column("workspace", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("comment", BIG, autoincrement=False, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False, comment="whether it is the one that counts"),
        sa.ForeignKeyConstraint(["comment"], ["comments.place"], name=op.f("fk_labels_comment"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace"], ["workspaces.number"], name=op.f("fk_labels_workspace")),
        sa.PrimaryKeyConstraint("workspace", "number", name=op.f("pk_labels")),
    )
    op.create_index(op.f("ix_labels_comment"), "labels", ["comment"], unique=False)
    op.create_table(
        "mentions",
        sa.Column("comment", BIG, autoincrement=False, nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("sentiment", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["comment"], ["comments.place"], name=op.f("fk_mentions_comment"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("comment", "theme", "sentiment", name=op.f("pk_mentions")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rejections",
        sa.Column("batch", BIG, autoincrement=False, nullable=False),
        sa.Column("place", BIG, autoincrement=False, nullable=False, comment="chunk and position in it"),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["batches.number"], name=op.f("fk_rejections_batch"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("batch", "place", name=op.f("pk_rejections")),
    )
    op.create_table(
        "scores",
        sa.Column("comment", BIG, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("min", sa.Double(), nullable=False),
        sa.Column("max", sa.Double(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["comment"], ["comments.place"], name=op.f("fk_scores_comment"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("comment", "position", name=op.f("pk_scores")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "segments",
        sa.Column("comment", BIG, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["comment"], ["comments.place"], name=op.f("fk_segments_comment"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("comment", "position", name=op.f("pk_segments")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "texts",
        sa.Column("comment", BIG, autoincrement=False, nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["comment"], ["comments.place"], name=op.f("fk_texts_comment"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("comment", name=op.f("pk_texts")),
    )
    empty = sa.text("comments = 0")
    op.create_index("ix_daily_empty", "daily", ["workspace"], sqlite_where=empty, postgresql_where=empty)
    if op.get_bind().dialect.name == "postgresql":  # numbers hardly compress, and are read often
        op.execute("ALTER TABLE facts ALTER COLUMN payload SET STORAGE EXTERNAL")
