"""Batches that are worked on in the background and survive whatever happens to the processes that do."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from nlp_cx.errors import ConflictError, NotFoundError
from nlp_cx.jobs.engine import Engine, Place
from nlp_cx.jobs.files import Files
from nlp_cx.jobs.filters import filter_record
from nlp_cx.jobs.keeper import LOOK, Keeper
from nlp_cx.jobs.messages import Messages
from nlp_cx.jobs.presence import Presence, open_presence
from nlp_cx.jobs.work import OPEN, Work
from nlp_cx.settings import Settings
from nlp_cx.storage.interface import Batch, Filter, Store
from nlp_cx.webhooks import Event

if TYPE_CHECKING:
    from nlp_cx.live import Live
    from nlp_cx.meters import Meters

NIGHTLY = "17 3 * * *"
"""When old comments are deleted, in UTC."""
HOURLY = "7 * * * *"
"""When alerts are checked, beside after each batch: for what was analysed at once, corrected or deleted."""

_log = structlog.get_logger("nlp_cx.jobs")


class Jobs:
    """Takes batches on, works on them where it was launched to, and tells when they are over."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        live: Live,
        meters: Meters | None = None,
        *,
        look: float = LOOK,
    ) -> None:
        """Put the parts together; `launch` starts them.

        Args:
            settings: Where data is and what is kept of it.
            store: Keeps batches and comments.
            live: The model.
            meters: What is counted.
            look: Seconds between two looks at who died.
        """
        self.files = Files.of(settings)
        self.engine = Engine(Place.beside(settings.store_url, settings.folder))
        self.messages = Messages(settings=settings, store=store, engine=self.engine)
        self.work = Work(
            settings=settings, store=store, live=live, engine=self.engine, files=self.files,
            messages=self.messages, meters=meters,
        )  # fmt: skip
        self._settings, self._store, self._look = settings, store, look
        self._presence: Presence | None = None
        self._keeper: Keeper | None = None

    def launch(self, *, worker: bool = True) -> None:
        """Connect to the queues.

        Args:
            worker: Whether this process works on what is in them; else it only puts batches there.
        """
        if not worker:
            self.engine.open()
            return
        self._presence = open_presence(self._settings.store_url, self.files.folder / "workers")
        try:
            self._presence.keep()
            self.engine.launch(self._presence.name, self.work.tasks(), {"purge": NIGHTLY, "watch": HOURLY})
        except BaseException:
            self.stop(0)
            raise
        self._keeper = Keeper(self.engine, self._presence, self.work, look=self._look)
        self._keeper.start()
        _log.info("worker_started", worker=self._presence.name)

    def stop(self, seconds: float = 20.0) -> None:
        """Stop working: what is under way is handed back at its next chunk, and others take it up.

        Args:
            seconds: How long to wait for the chunks under way.
        """
        if self._keeper is not None:
            self._keeper.stop()
        self.engine.stop(seconds)
        if self._presence is not None:
            self._presence.leave()

    # --- batches ---

    def create(
        self,
        workspace: str,
        draft: Path,
        *,
        name: str,
        format: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Batch:
        """Take on an uploaded file as a batch.

        Args:
            workspace: Whose it is.
            draft: The file, from `files.draft`, its bytes on the disk; it is moved.
            name: What the caller calls it.
            format: If it is known.
            options: `mapping`, as `staging.read_mapping` gives it.

        Returns:
            The batch, queued for good: it survives whatever happens from here on.
        """
        batch_id = make_id()
        self.files.keep(draft, batch_id)
        batch = self._store.create_batch(
            workspace, batch_id=batch_id, name=name, format=format, options=dict(options or {})
        )
        self.submit(workspace, batch_id)
        return batch

    def rescore(self, workspace: str, where: Filter, *, name: str = "rescore") -> Batch:
        """Analyse stored comments again with the live model, as a batch.

        Args:
            workspace: Whose comments.
            where: Which ones.
            name: What the batch is called.

        Returns:
            The batch, queued.
        """
        batch = self._store.create_batch(
            workspace, batch_id=make_id(), kind="rescore", name=name, options={"filter": filter_record(where)}
        )
        self.submit(workspace, batch.id)
        return batch

    def submit(self, workspace: str, batch_id: str) -> None:
        """Queue a batch that the store has; doing so twice does it once."""
        self.work.submit(workspace, batch_id)

    def cancel(self, workspace: str, batch_id: str) -> Batch:
        """Cancel a batch: what is saved of it stays, nothing more is saved from now on.

        Args:
            workspace: Whose it is.
            batch_id: Its id.

        Returns:
            The batch; cancelling one that was cancelled changes nothing.

        Raises:
            NotFoundError: If the workspace has no such batch.
            ConflictError: If it is over.
        """
        batch = self._store.batch(workspace, batch_id)
        if batch is not None and batch.state in OPEN:
            self._store.update_batch(workspace, batch_id, state="cancelled", expected=OPEN)
            batch = self._store.batch(workspace, batch_id)
        if batch is None:
            raise NotFoundError("there is no such batch")
        if batch.state != "cancelled":
            raise ConflictError(f"the batch is {batch.state} and cannot be cancelled")
        self._clear(batch_id)
        return batch

    def delete(self, workspace: str, batch_id: str) -> None:
        """Delete a batch with its comments, its rejected rows and its files, whatever state it is in.

        Args:
            workspace: Whose it is.
            batch_id: Its id.

        Raises:
            NotFoundError: If the workspace has no such batch.
        """
        if not self._store.delete_batch(workspace, batch_id):
            raise NotFoundError("there is no such batch")
        self._clear(batch_id)

    def announce(self, workspace: str, event: Event, key: str, data: Mapping[str, Any]) -> None:
        """Tell the webhooks of a workspace of an event, for good; telling twice under one key tells once.

        Args:
            workspace: Whose event it is.
            event: What happened.
            key: What makes it one and the same.
            data: What there is to know of it; never the text of a comment.
        """
        self.messages.announce(workspace, event, key, data, datetime.now(UTC))

    def _clear(self, batch_id: str) -> None:
        """Take what is left of a batch out of the queues and off the disk."""
        self.engine.drop_waiting(f"{batch_id}:")
        self.files.drop(batch_id)


def make_id() -> str:
    """Make the id of a batch: it begins with the day, and nobody can guess another's.

    Examples:
        >>> len(make_id())
        27
    """
    return f"b_{datetime.now(UTC):%Y%m%d}_{secrets.token_hex(8)}"
