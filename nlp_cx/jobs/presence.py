"""Which processes are alive: each holds a lock that its death lets go, kill -9 included.

On SQLite all processes run on one machine, and the lock is a file's, which the operating system frees. On PostgreSQL it
is an advisory lock of a session, which the server frees when the connection is gone. A process that is taken for dead
though it lives is no harm: whatever it still saves of a chunk is saved once.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import psycopg

_SPACE = 0x6E6C7063
"""Keeps our advisory locks apart from those of others in the same database."""
_KEEPALIVE = "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"
"""Lets the server notice within half a minute that a machine is gone."""


def make_name() -> str:
    """Make the name of this process, which no other one ever has."""
    host = "".join(letter if letter.isalnum() else "-" for letter in socket.gethostname().lower())[:40]
    return f"{host}-{os.getpid()}-{secrets.token_hex(4)}"


class Presence(Protocol):
    """Shows that this process is alive, and tells who else is."""

    name: str

    def keep(self) -> None:
        """Hold this process's lock; take it again if it was lost."""
        ...

    def dead(self, names: Iterable[str]) -> list[str]:
        """Tell which of some processes are no more."""
        ...

    def leave(self) -> None:
        """Let the lock go."""
        ...


class FilePresence:
    """Presence by locked files in a folder; for processes of one machine."""

    def __init__(self, folder: Path, name: str | None = None) -> None:
        """Name this process; `keep` takes its lock.

        Args:
            folder: Where the locks are; made if it is not there.
            name: Of this process; a new one when None.
        """
        from filelock import FileLock

        self.name = name or make_name()
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(self._path(self.name), thread_local=False)  # taken by one thread, kept by another

    def keep(self) -> None:
        """Hold the lock."""
        if not self._lock.is_locked:
            self._lock.acquire(blocking=False)

    def dead(self, names: Iterable[str]) -> list[str]:
        """Tell which processes hold no lock."""
        return [name for name in names if name != self.name and self._is_free(name)]

    def leave(self) -> None:
        """Let the lock go."""
        self._lock.release()
        self._path(self.name).unlink(missing_ok=True)

    def _is_free(self, name: str) -> bool:
        """Tell whether nobody holds a lock; its file is removed then."""
        from filelock import FileLock, Timeout

        path = self._path(name)
        if not path.exists():
            return True
        try:
            with FileLock(path, blocking=False):
                path.unlink(missing_ok=True)
        except Timeout:
            return False
        return True

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.lock"


class DatabasePresence:
    """Presence by advisory locks of PostgreSQL; for processes of any number of machines."""

    def __init__(self, url: str, name: str | None = None) -> None:
        """Name this process; `keep` takes its lock.

        Args:
            url: Of the database, as libpq reads it: postgresql://...
            name: Of this process; a new one when None.
        """
        self.name = name or make_name()
        self._url = url
        self._connection: psycopg.Connection | None = None

    def keep(self) -> None:
        """Hold the lock; connect and take it again if the connection was lost."""
        import psycopg

        if self._connection is not None:
            try:
                self._connection.execute("SELECT 1")
            except psycopg.Error:
                self._connection.close()
                self._connection = None
        if self._connection is None:
            connection = psycopg.connect(self._url, autocommit=True, connect_timeout=10, application_name="nlp_cx")
            connection.execute(_KEEPALIVE)
            connection.execute("SELECT pg_advisory_lock(%s, %s)", (_SPACE, _number(self.name)))
            self._connection = connection

    def dead(self, names: Iterable[str]) -> list[str]:
        """Tell which processes hold no lock."""
        self.keep()
        assert self._connection is not None  # noqa: S101  # by `keep`
        held = {
            number
            for (number,) in self._connection.execute(
                "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %s "
                "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
                (_SPACE,),
            )
        }
        return [name for name in names if name != self.name and _number(name) not in held]

    def leave(self) -> None:
        """Let the lock go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _number(name: str) -> int:
    """Give the number of a name's lock, 31 bits."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) >> 1


def open_presence(url: str, folder: Path) -> Presence:
    """Choose the kind of presence that fits a store.

    Args:
        url: The store's, as SQLAlchemy reads it.
        folder: Where locks of files would be.

    Returns:
        A presence whose lock is not taken yet.
    """
    if url.startswith("sqlite"):
        return FilePresence(folder)
    return DatabasePresence(url.replace("postgresql+psycopg://", "postgresql://", 1))
