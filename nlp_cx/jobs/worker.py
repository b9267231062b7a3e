"""A process that does nothing but work on batches, until it is told to stop."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from nlp_cx.jobs.jobs import Jobs
from nlp_cx.live import Live
from nlp_cx.logs import configure
from nlp_cx.meters import Meters
from nlp_cx.settings import Settings

NICE = 10
"""How far a worker stands back behind the service, where they share a machine."""


def work(settings: Settings, *, ready: Callable[[str], None]) -> None:
    """Work on batches until SIGTERM or Ctrl-C; then hand back what is under way, and return.

    Args:
        settings: Store, data folder, model and the rest.
        ready: Called with the model's version once work begins.

    Raises:
        ModelError: If the model cannot be used.
        StorageError: If the store cannot be opened.
    """
    from nlp_cx.storage import open_store

    configure(settings.log)
    os.nice(NICE)
    settings.folder.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.store_url)
    try:
        live = Live(settings)
        live.load()
        live.watch()
        jobs = Jobs(settings, store, live, Meters())
        try:
            jobs.launch()
            ready(str(live.version))
            _wait()
        finally:
            jobs.stop(settings.shutdown_seconds)
            live.close()
    finally:
        store.close()


def _wait() -> None:
    """Wait for somebody to stop this process."""
    asked = threading.Event()
    before = {one: signal.signal(one, lambda *_: asked.set()) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        while not asked.wait(1.0):  # in steps, for a signal does not interrupt a wait everywhere
            pass
    finally:
        handler: Any
        for one, handler in before.items():
            signal.signal(one, handler)
