"""Where comments, batches, corrections and keys are kept: records -> interface -> one implementation in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nlp_cx.storage.interface import Store

__all__ = ["open_store"]


def open_store(url: str) -> Store:
    """Open a store and bring its schema up to this version.

    Args:
        url: `sqlite:///path`, `sqlite://` for one in memory, or `postgresql+psycopg://user:password@host/name`.

    Returns:
        The store; close it when done.

    Raises:
        StorageError: If the database cannot be opened, or a newer version wrote it.
        MissingExtraError: If PostgreSQL is asked for and its driver is not installed.
    """
    from nlp_cx.storage.sql_store import SqlStore

    return SqlStore.open(url)
