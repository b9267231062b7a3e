"""DBOS behind the few things that jobs need of it: durable tasks in queues, taken up again when their process dies.

DBOS keeps its tables in `jobs.sqlite` beside the SQLite store, or in a schema of its own in the same PostgreSQL
database. A task that began is repeated from its start after a kill, so every task is written to be repeated: what it
did already, the store tells. Nothing phones home: without a conductor's key DBOS calls nobody, and OTLP is off.
Arguments are kept as JSON, never pickled; they are ids and numbers, never the text of a comment.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import structlog

from nlp_cx.errors import ServiceError, StorageError, UnavailableError

if TYPE_CHECKING:
    from dbos import DBOSClient, EnqueueOptions

Queue = Literal["staging", "express", "slices", "messages"]
Task = Callable[..., None]
NAME = "nlp-cx"
SCHEMA = "nlp_cx_jobs"
VERSION = "1"
"""Stays: tasks that an older nlp_cx queued are taken up by a newer one."""
QUEUES: Mapping[Queue, tuple[int, float]] = {
    "staging": (4, 0.3), "express": (1, 0.1), "slices": (2, 0.1), "messages": (8, 0.5),
}  # fmt: skip
"""Queue -> how many of its tasks one process runs side by side, seconds between two looks at it."""
RESTS = (1.0, 5.0, 20.0, 60.0, 60.0)
"""Seconds between tries of a task while the database or the model is away."""
ATTEMPTS = 40
"""How often a task is taken up again before it is given up: by then it is what kills its process."""
_LOST = ("ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
_OVER = ("SUCCESS", "CANCELLED", *_LOST)
_PAGE = 500
_here = threading.Lock()
"""Held while this process runs tasks: DBOS is one to a process."""

_log = structlog.get_logger("nlp_cx.jobs")


class HandBack(BaseException):
    """Ends a task that another process shall take up: DBOS notes nothing, so the task counts as begun and not done."""


class TaskError(Exception):
    """A task that broke: only the kind of error is kept, for a message may quote a comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where DBOS keeps its tables."""

    url: str
    schema: str | None

    @classmethod
    def beside(cls, store_url: str, folder: Path) -> Place:
        """Choose the place that goes with a store.

        Args:
            store_url: The store's, as SQLAlchemy reads it.
            folder: The service's data folder.

        Returns:
            The place; nothing is made yet.
        """
        if store_url.startswith("sqlite"):
            return cls(url=f"sqlite:///{folder / 'jobs.sqlite'}", schema=None)
        return cls(url=store_url, schema=SCHEMA)

    def prepare(self) -> None:
        """Make the tables, if they are not there."""
        from dbos import DBOS

        if self.schema is None:
            path = Path(self.url.removeprefix("sqlite:///"))
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=30)
            connection.execute("PRAGMA journal_mode = WAL")  # readers and the writer do not wait for each other
            connection.close()
        _quieten()
        DBOS.migrate(self.url, schema=self.schema or SCHEMA)


class Engine:
    """Queues tasks, and runs them where it was launched to."""

    def __init__(self, place: Place) -> None:
        """Remember the place; `open` or `launch` connects.

        Args:
            place: Where DBOS keeps its tables.
        """
        self.place = place
        self.stopping = threading.Event()
        """Set when tasks shall end at their next good moment, by raising HandBack."""
        self._client: DBOSClient | None = None
        self._running = 0
        self._idle = threading.Condition()
        self._launched = False

    @property
    def client(self) -> DBOSClient:
        """What talks to DBOS's tables."""
        assert self._client is not None, "the engine was not opened"  # noqa: S101
        return self._client

    def open(self) -> None:
        """Connect, to queue tasks only."""
        from dbos import DBOSClient

        self.place.prepare()
        self._client = DBOSClient(
            system_database_url=self.place.url,
            dbos_system_schema=self.place.schema,
            serializer=_json(),
            application_name=NAME,
        )

    def launch(self, executor: str, tasks: Mapping[str, Task], schedules: Mapping[str, str]) -> None:
        """Run tasks in this process from now on.

        Args:
            executor: Name of this process, which no other one has.
            tasks: By name; what queues of other processes call them as well.
            schedules: Name of a task -> when to run it, as cron says it.
        """
        from dbos import DBOS

        if not _here.acquire(blocking=False):
            raise ServiceError("this process works on batches already; one process does so for one service")
        self._launched = True
        self.open()
        DBOS(
            config={
                "name": NAME,
                "system_database_url": self.place.url,
                "executor_id": executor,
                "application_version": VERSION,
                "serializer": _json(),
                "use_listen_notify": False,
                "enable_otlp": False,
                "log_level": "WARNING",
                "sys_db_pool_size": 12,
                "run_migrations": False,
                **({"dbos_system_schema": self.place.schema} if self.place.schema else {}),
            }
        )
        workflows = {name: self._register(name, task) for name, task in tasks.items()}
        DBOS.launch()
        for queue, (side_by_side, seconds) in QUEUES.items():
            DBOS.register_queue(queue, worker_concurrency=side_by_side, polling_interval_sec=seconds)
        DBOS.apply_schedules(
            [
                {"schedule_name": name, "workflow_fn": workflows[name], "schedule": when}
                for name, when in schedules.items()
            ]
        )

    def enqueue(
        self, task: str, key: str, *arguments: Any, queue: Queue, priority: int = 1, delay: float | None = None
    ) -> None:
        """Queue a task; nothing happens if there is one of that key already, done or not.

        Args:
            task: Its name.
            key: What makes it one and the same.
            arguments: What JSON can hold.
            queue: Where it waits.
            priority: Smaller goes first, from 1.
            delay: Seconds before it may run.
        """
        options: EnqueueOptions = {
            "workflow_name": task,
            "queue_name": queue,
            "workflow_id": key,
            "app_version": VERSION,
            "priority": priority,
        }
        if delay is not None:
            options["delay_seconds"] = delay
        self.client.enqueue(options, *arguments)

    def knows(self, key: str) -> bool:
        """Tell whether there is, or lately was, a task of that key."""
        return bool(self.client.list_workflows(workflow_ids=[key], load_input=False, load_output=False))

    def lost(self, prefix: str) -> list[str]:
        """Name tasks that were given up, among those whose keys begin so."""
        return [
            status.workflow_id
            for status in self.client.list_workflows(
                workflow_id_prefix=prefix, status=list(_LOST), limit=_PAGE, load_input=False, load_output=False
            )
        ]

    def drop_waiting(self, prefix: str) -> None:
        """Take tasks that wait, and whose keys begin so, out of their queues; those that run go on."""
        while waiting := self.client.list_workflows(
            workflow_id_prefix=prefix, status=["ENQUEUED", "DELAYED"], limit=_PAGE, load_input=False, load_output=False
        ):
            self.client.cancel_workflows([status.workflow_id for status in waiting])

    def owners(self) -> set[str]:
        """Name the processes that have tasks under way."""
        under_way = self.client.list_workflows(status="PENDING", load_input=False, load_output=False)
        return {status.executor_id for status in under_way if status.executor_id}

    def take_back(self, executors: Iterable[str]) -> int:
        """Queue the tasks of dead processes again; a launched engine can.

        Args:
            executors: Names of processes that are no more.

        Returns:
            How many tasks.
        """
        from dbos import DBOS

        return len(DBOS._recover_pending_workflows(list(executors)))  # what its conductor calls too

    def forget(self, before: str) -> None:
        """Delete what is kept of tasks that were over before a moment, as ISO 8601 writes it."""
        while over := self.client.list_workflows(
            status=list(_OVER), completed_before=before, limit=_PAGE, load_input=False, load_output=False
        ):
            self.client.delete_workflows([status.workflow_id for status in over])

    def stop(self, seconds: float) -> None:
        """Let running tasks end at their next good moment, then let go.

        Args:
            seconds: How long to wait for them.
        """
        from dbos import DBOS

        self.stopping.set()
        with self._idle:
            if not self._idle.wait_for(lambda: not self._running, timeout=seconds):
                _log.warning("tasks_left_behind", tasks=self._running)
        if self._launched:
            DBOS.destroy(destroy_registry=True)
            self._launched = False
            _here.release()
        if self._client is not None:
            self._client.destroy()
            self._client = None

    def _try(self, name: str, task: Task, arguments: tuple[Any, ...]) -> None:
        """Run a task, again after a while if the database or the model was away."""
        for seconds in RESTS:
            try:
                task(*arguments)
            except (StorageError, UnavailableError) as error:
                _log.warning("task_rests", task=name, code=error.code, seconds=seconds)
                if self.stopping.wait(seconds):
                    raise HandBack from None
            else:
                return
        task(*arguments)

    def _register(self, name: str, task: Task) -> Task:
        """Make a workflow of a task."""
        from dbos import DBOS

        def run(*arguments: Any) -> None:
            with self._idle:
                self._running += 1
            try:
                if self.stopping.is_set():
                    raise HandBack
                self._try(name, task, arguments)
            except Exception as error:  # noqa: BLE001  # told in the log, and to DBOS without its message
                _log.error("task_failed", task=name, exc_info=error)
                raise TaskError(type(error).__name__) from None
            finally:
                with self._idle:
                    self._running -= 1
                    self._idle.notify_all()

        return DBOS.workflow(name=name, max_recovery_attempts=ATTEMPTS)(run)


def _json() -> Any:
    """Give the serialiser that writes JSON; DBOS's own default is pickle."""
    from dbos import DBOSPortableJSONSerializer

    return DBOSPortableJSONSerializer()


def _quieten() -> None:
    """Send what DBOS logs the way of all logs, instead of to a handler of its own."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.propagate = True
    logger.setLevel(logging.WARNING)
