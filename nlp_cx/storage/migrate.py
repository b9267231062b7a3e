"""Brings the schema up to this version, by Alembic; of several processes that start at once, one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

from nlp_cx.errors import StorageError
from nlp_cx.storage.database import Database

_TABLE = "schema_version"
_LOCK = 0x6E6C705F6378  # "nlp_cx"


def migrate(database: Database) -> None:
    """Apply the migrations that are missing, all in one transaction.

    Args:
        database: Any state of it, empty too.

    Raises:
        StorageError: If a newer version of nlp_cx wrote it.
    """
    with database.read() as connection:
        if revision(connection) == head():
            return
    database.write(lambda connection: _upgrade(database, connection))


def revision(connection: sa.Connection) -> str | None:
    """Give the number of the last migration that was applied; None in an empty database."""
    return MigrationContext.configure(connection, opts={"version_table": _TABLE}).get_current_revision()


@cache
def head() -> str | None:
    """Give the number of the last migration there is."""
    return _scripts().get_current_head()


def _scripts() -> ScriptDirectory:
    """Find the migrations."""
    return ScriptDirectory(str(Path(__file__).with_name("migrations")))


def _upgrade(database: Database, connection: sa.Connection) -> None:
    """Apply what is missing, as the only one who does."""
    if not database.is_sqlite:  # on SQLite a transaction that writes is alone already
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    current = revision(connection)
    if current == head():
        return
    if current is not None and current not in {script.revision for script in _scripts().walk_revisions()}:
        raise StorageError(f"a newer version of nlp_cx wrote this database (schema {current}): install that version")
    scripts = _scripts()
    with EnvironmentContext(Config(), scripts, fn=lambda version, _: scripts._upgrade_revs("head", version)) as run:
        run.configure(connection=connection, version_table=_TABLE, transactional_ddl=True)
        run.run_migrations()
