"""The store: all parts over one database."""

from __future__ import annotations

import sqlalchemy as sa

from nlp_cx.errors import StorageError
from nlp_cx.storage.alert_part import AlertPart
from nlp_cx.storage.batch_part import BatchPart
from nlp_cx.storage.comment_part import CommentPart
from nlp_cx.storage.database import Database
from nlp_cx.storage.facts import FactTable
from nlp_cx.storage.idempotency_part import IdempotencyPart
from nlp_cx.storage.key_part import KeyPart
from nlp_cx.storage.label_part import LabelPart
from nlp_cx.storage.migrate import head, migrate, revision
from nlp_cx.storage.pick_part import PickPart
from nlp_cx.storage.summary_part import SummaryPart
from nlp_cx.storage.webhook_part import WebhookPart


class SqlStore(
    CommentPart, PickPart, BatchPart, LabelPart, KeyPart, WebhookPart, AlertPart, IdempotencyPart, SummaryPart
):
    """Implements `interface.Store` on SQLite and PostgreSQL."""

    @classmethod
    def open(cls, url: str) -> SqlStore:
        """Open a store and bring its schema up to this version; see `open_store`."""
        database = Database(url)
        try:
            migrate(database)
        except sa.exc.DBAPIError as error:
            database.close()
            raise StorageError(f"the database cannot be opened: {_first_line(error)}") from error
        except BaseException:
            database.close()
            raise
        return cls(database, FactTable(database))

    def ping(self) -> None:
        """Ask for something small; raises if the database does not answer."""
        with self._database.read() as connection:
            connection.execute(sa.select(sa.literal(1)))

    def migrated(self) -> bool:
        """Tell whether the schema is that of this version."""
        with self._database.read() as connection:
            return revision(connection) == head()

    def close(self) -> None:
        """Give connections back; the store cannot be used afterwards."""
        self._database.close()


def _first_line(error: sa.exc.DBAPIError) -> str:
    """Give what the database said, in one line."""
    return " ".join(str(error.orig).split())[:300]
