"""The model that is live in this process: loaded once, swapped when another one is promoted, shared by turns.

Somebody waits for an answer of the API, nobody for a batch: computations of the first kind take the next free turn,
those of the second wait until no such one is waiting. A job that waited for long is let through, so it never starves.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import structlog

from nlp_cx.classify import Classifier, OpenVinoClassifier
from nlp_cx.encode import cut_batches
from nlp_cx.errors import NlpCxError, UnavailableError
from nlp_cx.records import Encoded, Prediction

if TYPE_CHECKING:
    from nlp_cx.pipeline import Analyzer
    from nlp_cx.settings import Settings

Priority = Literal["now", "job"]
JOB_TOKENS = 256
"""Tokens that a job computes in one turn: how long an answer of the API waits for it at most."""
PATIENCE = 2.0
"""Seconds after which a waiting job is let through like anybody."""
POLL = 1.0
"""Seconds between two looks at which model is live."""

_log = structlog.get_logger("nlp_cx.live")


@dataclass(eq=False, slots=True)
class _Waiter:
    """Somebody who waits for a turn."""

    since: float = field(default_factory=time.monotonic)
    called: threading.Event = field(default_factory=threading.Event)


class Turns:
    """So many computations side by side, those first that somebody waits for; else first come, first served."""

    def __init__(self, slots: int) -> None:
        """Open the turns.

        Args:
            slots: Computations side by side, at least 1.
        """
        self.slots = slots
        self._free = slots
        self._waiting: dict[Priority, deque[_Waiter]] = {"now": deque(), "job": deque()}
        self._lock = threading.Lock()

    @contextmanager
    def take(self, priority: Priority) -> Iterator[None]:
        """Wait for a turn and hold it.

        Args:
            priority: "now" goes before "job".
        """
        waiter = None
        with self._lock:
            if self._free:
                self._free -= 1
            else:
                waiter = _Waiter()
                self._waiting[priority].append(waiter)
        if waiter is not None:
            waiter.called.wait()
        try:
            yield
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        """Give the turn to who is next, or back."""
        with self._lock:
            now, job = self._waiting["now"], self._waiting["job"]
            overdue = job and time.monotonic() - job[0].since >= PATIENCE
            queue = job if overdue or not now else now
            if queue:
                queue.popleft().called.set()
            else:
                self._free += 1


@dataclass(frozen=True, slots=True)
class _Prompt:
    """A classifier for answers that somebody waits for."""

    inner: Classifier
    turns: Turns

    def predict(self, windows: Sequence[Encoded]) -> list[Prediction]:
        """Give a prediction per window, in the next free turn."""
        with self.turns.take("now"):
            return self.inner.predict(windows)


@dataclass(frozen=True, slots=True)
class _Patient:
    """A classifier for jobs: gives way between small batches."""

    inner: Classifier
    turns: Turns

    def predict(self, windows: Sequence[Encoded]) -> list[Prediction]:
        """Give a prediction per window, whenever nobody waits."""
        results: list[Prediction | None] = [None] * len(windows)
        batches = list(cut_batches(windows, budget=JOB_TOKENS))
        with ThreadPoolExecutor(self.turns.slots, thread_name_prefix="job") as pool:
            outputs = pool.map(self._compute, ([windows[at] for at in positions] for positions in batches))
            for positions, predictions in zip(batches, outputs, strict=True):
                for at, prediction in zip(positions, predictions, strict=True):
                    results[at] = prediction
        return [result for result in results if result is not None]

    def _compute(self, batch: Sequence[Encoded]) -> list[Prediction]:
        """Compute one batch in a turn of its own."""
        with self.turns.take("job"):
            return self.inner.predict(batch)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """A loaded model, once for those who wait and once for jobs; both share the weights."""

    version: str
    now: Analyzer
    job: Analyzer


class Live:
    """Holds the live model and follows promotions and rollbacks; whoever has the old one finishes with it."""

    def __init__(self, settings: Settings) -> None:
        """Remember what to load; `load` loads it.

        Args:
            settings: `model` names a version or a folder to stay with; else the live one of the registry is followed.
        """
        self._settings = settings
        self._loaded: _Loaded | None = None
        self._stamp: object = None
        self._loading = threading.Lock()
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None
        self.turns = Turns(1)

    @property
    def version(self) -> str | None:
        """Version of the live model; None while there is none."""
        return self._loaded.version if self._loaded else None

    def analyzer(self, priority: Priority = "now") -> Analyzer:
        """Give the live model; keep it for one piece of work, not for ever.

        Args:
            priority: "job" gives an analyzer that lets answers of the API go first.

        Returns:
            The analyzer.

        Raises:
            UnavailableError: If no model is loaded.
        """
        if self._loaded is None:
            raise UnavailableError("the model is still loading; try again in a moment")
        return self._loaded.now if priority == "now" else self._loaded.job

    def load(self) -> str:
        """Load the model that is to be live, unless it is loaded already.

        Returns:
            Its version.

        Raises:
            ModelError: If it cannot be used; the one before, if any, stays live.
        """
        with self._loading:
            self._stamp, wanted = self._wanted()
            if self._loaded is None or (wanted is not None and wanted != self._loaded.version):
                self._loaded = self._open(wanted)
                _log.info("model_live", model=self._loaded.version)
            return self._loaded.version

    def watch(self) -> None:
        """Follow the registry from now on, in a thread of its own; nothing to follow if a model was named."""
        if self._settings.model is None and self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, name="live", daemon=True)
            self._watcher.start()

    def close(self) -> None:
        """Stop following."""
        self._stopping.set()
        if self._watcher is not None:
            self._watcher.join()

    def _watch(self) -> None:
        """Look every second; a model that cannot be loaded leaves the one before in place."""
        from nlp_cx.registry import Registry

        while not self._stopping.wait(POLL):
            try:
                if Registry.open().stamp() != self._stamp:
                    self.load()
            except NlpCxError as error:
                _log.error("model_not_loaded", code=error.code, reason=str(error))  # no trace needed
            except Exception as error:  # noqa: BLE001  # whatever a broken folder does, answers go on
                _log.error("model_not_loaded", code="internal", reason=type(error).__name__)

    def _wanted(self) -> tuple[object, str | None]:
        """Say which model is to be live, and by which state of the registry."""
        if self._settings.model is not None:
            return None, None
        from nlp_cx.registry import Registry

        registry = Registry.open()
        stamp = registry.stamp()
        return stamp, registry.live()

    def _open(self, version: str | None) -> _Loaded:
        """Load a model."""
        from nlp_cx.artifacts import open_model
        from nlp_cx.normalise import NORMALISER
        from nlp_cx.pipeline import Analyzer
        from nlp_cx.redact import Redactor

        folder = open_model(self._settings.model or version, normaliser=NORMALISER)
        classifier = OpenVinoClassifier(folder)
        if self.turns.slots != classifier.streams:
            self.turns = Turns(classifier.streams)
        redactor = Redactor(names=self._settings.redact_names, order_codes=self._settings.redact_orders)
        return _Loaded(
            version=folder.version,
            now=Analyzer(folder, _Prompt(classifier, self.turns), redactor=redactor),
            job=Analyzer(folder, _Patient(classifier, self.turns), redactor=redactor),
        )
