"""Looks after what others left: tasks of dead processes, batches that nobody works on any more."""

from __future__ import annotations

import threading
import time

import structlog

from nlp_cx.jobs.engine import Engine
from nlp_cx.jobs.presence import Presence
from nlp_cx.jobs.work import Work

LOOK = 3.0
"""Seconds between two looks at who died."""
RECKON = 30.0
"""Seconds between two comparisons of the batches with the queue."""

_log = structlog.get_logger("nlp_cx.jobs")


class Keeper:
    """Keeps this process's presence and takes back the tasks of those whose presence ended."""

    def __init__(
        self, engine: Engine, presence: Presence, work: Work, *, look: float = LOOK, reckon: float = RECKON
    ) -> None:
        """Begin; `start` looks for the first time.

        Args:
            engine: Where tasks are.
            presence: Who is alive.
            work: What batches are about.
            look: Seconds between two looks at who died.
            reckon: Seconds between two comparisons of batches with tasks.
        """
        self._engine, self._presence, self._work = engine, presence, work
        self._look, self._reckon_every = look, reckon
        self._reckoned = float("-inf")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """Look now and, in a thread of its own, again and again."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()
        self._thread.join()

    def look(self) -> None:
        """Take back tasks of dead processes; now and then, compare batches with tasks."""
        self._presence.keep()
        if dead := self._presence.dead(self._engine.owners()):
            _log.warning("tasks_taken_back", processes=dead, tasks=self._engine.take_back(dead))
        if time.monotonic() - self._reckoned >= self._reckon_every:
            self._reckoned = time.monotonic()
            self.reckon()

    def reckon(self) -> None:
        """Compare batches with tasks: a batch without a task gets one, one whose task was given up fails."""
        for workspace, batch_id in self._work.store.open_batches():
            if self._engine.lost(f"{batch_id}:"):
                self._work.give_up(workspace, batch_id)
            elif not self._engine.knows(f"{batch_id}:stage"):
                self._work.submit(workspace, batch_id)

    def _run(self) -> None:
        """Look until told to stop; a database that is away for a while is no reason to end."""
        while True:
            try:
                self.look()
            except Exception as error:  # noqa: BLE001  # whatever it is, the next look may do better
                _log.warning("keeper_failed", error=type(error).__name__)
            if self._stopping.wait(self._look):
                return
