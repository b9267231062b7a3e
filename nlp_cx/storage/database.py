"""Connections and transactions: what differs between SQLite and PostgreSQL, in one place."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from nlp_cx.errors import MissingExtraError, StorageError
from nlp_cx.storage.schema import Moment, workspaces

Item = TypeVar("Item")
Result = TypeVar("Result")

_BUSY_SECONDS = 10
_TRIES = 8
_TRANSIENT = frozenset({"40001", "40P01", "55P03"})
"""PostgreSQL: serialization failure, deadlock, lock not available."""
_PRAGMAS = (
    f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -65536",
    "PRAGMA mmap_size = 1073741824",
)


def portions(items: Iterable[Item], size: int = 900) -> Iterable[list[Item]]:
    """Cut anything into lists; by default as many values as one IN list takes anywhere."""
    source = iter(items)
    while part := list(islice(source, size)):
        yield part


class Database:
    """One database; its methods may be called from any thread."""

    def __init__(self, url: str) -> None:
        """Prepare connections; none is made yet.

        Args:
            url: As `open_store` takes it.

        Raises:
            StorageError: If that is no URL of a database that is supported.
            MissingExtraError: If the driver for PostgreSQL is not installed.
        """
        parsed = _parse(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self._alone: AbstractContextManager[Any] = nullcontext()
        self._numbers: dict[str, int] = {}
        options: dict[str, Any] = {"hide_parameters": True}
        if not self.is_sqlite:
            options |= {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 20}
        elif parsed.database in (None, "", ":memory:"):
            self._alone = threading.RLock()  # all threads share the one connection
            options |= {"poolclass": sa.StaticPool, "connect_args": {"check_same_thread": False}}
        else:
            _make_file(Path(str(parsed.database)))
            options |= {"connect_args": {"check_same_thread": False, "timeout": _BUSY_SECONDS}}
            options |= {"pool_size": 10, "max_overflow": 40}
        self.engine = sa.create_engine(parsed, **options)
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _connected)
            sa.event.listen(self.engine, "begin", _begun)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Open a transaction that reads one state of the database."""
        with self._alone, self.engine.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    def write(self, work: Callable[[sa.Connection], Result]) -> Result:
        """Do some work in a transaction; do it again if others were in its way.

        Args:
            work: Reads and writes; called again after it was rolled back.

        Returns:
            What it gives.

        Raises:
            StorageError: If others are in its way for too long.
        """
        for attempt in range(1, _TRIES + 1):
            try:
                with self._alone, self.engine.connect() as connection:
                    connection = connection.execution_options(writes=True)
                    with connection.begin():
                        return work(connection)
            except Exception as error:
                if not _is_transient(error):
                    raise
                if attempt == _TRIES:
                    raise StorageError("the database is busy: try again later") from error
                time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311  # only spreads tries
        raise AssertionError

    def number(self, connection: sa.Connection, workspace: str) -> int | None:
        """Give the number of a workspace; None as long as nothing was written to it."""
        known = self._numbers.get(workspace)
        if known is None:
            known = connection.scalar(sa.select(workspaces.c.number).where(workspaces.c.name == workspace))
            if known is not None:
                self._numbers[workspace] = known
        return known

    def take_turn(self, connection: sa.Connection, workspace: str) -> sa.Row[Any]:
        """Make a workspace ours until the transaction ends, so that its writers come one after another.

        Args:
            connection: In a transaction that writes.
            workspace: Made if it is new.

        Returns:
            Its row.
        """
        row = sa.select(workspaces).where(workspaces.c.name == workspace).with_for_update(key_share=True)
        found = connection.execute(row).one_or_none()
        if found is None:
            self.insert_new(connection, workspaces, {"name": workspace})
            found = connection.execute(row).one()
        return found

    def read_bytes(self, connection: sa.Connection, query: sa.Select[Any]) -> Sequence[tuple[Any, ...]]:
        """Read rows that hold many bytes; of PostgreSQL in its binary form, which need not be decoded."""
        if self.is_sqlite:
            return connection.execute(query).all()
        compiled = query.compile(connection, compile_kwargs={"render_postcompile": True})
        driver: Any = connection.connection.dbapi_connection
        with driver.cursor(binary=True) as cursor:
            rows: list[tuple[Any, ...]] = cursor.execute(compiled.string, compiled.params).fetchall()
            return rows

    def add(self, connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert many rows that are not there yet, by the fastest way the driver has.

        Args:
            connection: In a transaction that writes.
            table: Where to.
            rows: A value for each column, in the order of the table.
        """
        if not rows:
            return
        names = ", ".join(f'"{column.name}"' for column in table.c)
        if self.is_sqlite:
            self._send(connection, table, rows)
            return
        import psycopg

        driver: Any = connection.connection.dbapi_connection
        try:
            with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
        except psycopg.Error as error:
            if _is_transient(error):
                raise
            # what the server says may quote the row, and with it what a customer wrote
            raise StorageError(f"the database refused rows of {table.name} ({error.sqlstate})") from None

    def add_up(
        self, connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]], counts: Sequence[str]
    ) -> None:
        """Add rows to counts: to the row of the same primary key, or as a new one.

        Args:
            connection: In a transaction that writes.
            table: Where to.
            rows: A value for each column, in the order of the table; each primary key once.
            counts: The columns that are added up.
        """
        names = ", ".join(f'"{column.name}"' for column in table.c)
        key = ", ".join(f'"{column.name}"' for column in table.primary_key)
        added = ", ".join(f'"{name}" = "{table.name}"."{name}" + excluded."{name}"' for name in counts)
        conflict = f"ON CONFLICT ({key}) DO UPDATE SET {added}"
        if self.is_sqlite:
            self._send(connection, table, rows, conflict)
            return
        kinds = [column.type.compile(connection.dialect) for column in table.c]
        marks = ", ".join(f"%s::{kind}[]" for kind in kinds)
        connection.exec_driver_sql(
            f'INSERT INTO "{table.name}" ({names}) SELECT * FROM unnest({marks}) {conflict}',  # noqa: S608  # names of ours
            tuple(map(list, zip(*rows, strict=True))),
        )

    @staticmethod
    def _send(connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]], conflict: str = "") -> None:
        """Insert many rows into SQLite; dates and moments as SQLAlchemy writes them."""
        names = ", ".join(f'"{column.name}"' for column in table.c)
        marks = ", ".join("?" * len(table.c))
        times = [place for place, column in enumerate(table.c) if isinstance(column.type, (sa.Date, Moment))]
        if times:
            changed = [list(row) for row in rows]
            for row in changed:
                for place in times:
                    row[place] = _as_sqlite(row[place])
            rows = [tuple(row) for row in changed]
        statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks}) {conflict}'  # noqa: S608  # names of ours
        connection.exec_driver_sql(statement, list(rows))

    def insert(self, table: sa.Table) -> Any:
        """Begin an INSERT that knows ON CONFLICT."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def insert_new(self, connection: sa.Connection, table: sa.Table, values: Mapping[str, Any]) -> bool:
        """Insert a row unless one of its keys is taken; tells whether it was inserted."""
        insert = self.insert(table).values(values).on_conflict_do_nothing().returning(sa.literal(1))
        return connection.execute(insert).first() is not None

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _as_sqlite(value: Any) -> Any:
    """Write a date or a moment as SQLAlchemy does."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat() if isinstance(value, date) else value


def _parse(url: str) -> sa.URL:
    """Read a URL and choose the driver."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise StorageError(
            "the database's URL cannot be read: use sqlite:///path or postgresql+psycopg://..."
        ) from error
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        return parsed
    if parsed.drivername != "postgresql+psycopg":
        raise StorageError(f"{parsed.drivername} is not supported: use sqlite:///path or postgresql+psycopg://...")
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("psycopg", "postgres") from error
    return parsed


def _make_file(path: Path) -> None:
    """Make a SQLite file and its folder, for their owner only; what is there stays as it is."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
    except OSError as error:
        raise StorageError(f"{path} cannot be made ({error.strerror}): choose another place") from error


def _connected(connection: sqlite3.Connection, _: object) -> None:
    """Set a new SQLite connection up."""
    connection.isolation_level = None  # transactions are begun by `_begun`, not by the driver
    for pragma in _PRAGMAS:
        for attempt in range(1, 100):
            try:
                connection.execute(pragma).close()
                break
            except sqlite3.OperationalError as error:  # the change to WAL does not wait for others by itself
                if "locked" not in str(error) or attempt == 99:
                    raise
                time.sleep(0.02)


def _begun(connection: sa.Connection) -> None:
    """Begin a SQLite transaction; one that will write takes the lock at once, so that it cannot fail for it later."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _is_transient(error: Exception) -> bool:
    """Tell an error that goes away by itself."""
    if isinstance(error, sa.exc.DBAPIError):
        if error.connection_invalidated:
            return True
        return isinstance(error.orig, Exception) and _is_transient(error.orig)
    if isinstance(error, sqlite3.OperationalError):
        return "locked" in str(error)
    return getattr(error, "sqlstate", None) in _TRANSIENT
