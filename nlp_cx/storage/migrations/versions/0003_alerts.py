"""Make the tables of alerts; what they are for stands in `nlp_cx.storage.schema`."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOMENT = sa.DateTime(timezone=True)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "alerts",
        sa.Column("number", BIG, autoincrement=True, nullable=False),
        sa.Column("workspace", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="counts the changes of its rule"),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("fired_at", MOMENT, nullable=True, comment="when this version of the rule fired last"),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True, comment="what the last check found"),
        sa.ForeignKeyConstraint(["workspace"], ["workspaces.number"], name=op.f("fk_alerts_workspace")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_alerts")),
        sa.UniqueConstraint("workspace", "id", name=op.f("uq_alerts_workspace_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "firings",
        sa.Column("alert", BIG, autoincrement=False, nullable=False),
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False, comment="whether webhooks were told"),
        sa.ForeignKeyConstraint(["alert"], ["alerts.number"], name=op.f("fk_firings_alert"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("alert", "number", name=op.f("pk_firings")),
        sa.UniqueConstraint("alert", "version", "bucket", name=op.f("uq_firings_alert_version_bucket")),
    )
    untold = sa.text("NOT told")
    op.create_index(op.f("ix_firings_told"), "firings", ["told"], sqlite_where=untold, postgresql_where=untold)
