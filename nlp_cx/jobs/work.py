"""What the tasks of a batch do. Each may be repeated at any point and by any process: what was done, the store tells.

    submit -> stage:    upload -> spool of chunks on the disk -> one slice per few chunks
              slice:    chunk by chunk, analyse and save; whoever saves the last one finishes the batch
              wrap_up:  remove files, tell webhooks, have alerts checked

A slice's priority is its number, so whoever was served least goes first, and the first slice of a batch has a lane of
its own: a batch of a hundred rows never waits for a batch of a million.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from nlp_cx.errors import FileError, NlpCxError, StorageError, UnavailableError
from nlp_cx.ingest import Rejected
from nlp_cx.jobs.engine import Engine, HandBack, Task
from nlp_cx.jobs.files import Files
from nlp_cx.jobs.filters import read_filter
from nlp_cx.jobs.messages import Messages, batch_data
from nlp_cx.jobs.spool import Spool, find_spool, make_spool
from nlp_cx.jobs.staging import describe_plans, open_upload, survey_notes, upload_rows
from nlp_cx.jobs.watch import Watch
from nlp_cx.records import Comment
from nlp_cx.redact import Redactor
from nlp_cx.settings import Settings
from nlp_cx.storage.interface import Batch, BatchState, Row, Store
from nlp_cx.words import translate

if TYPE_CHECKING:
    from nlp_cx.live import Live
    from nlp_cx.meters import Meters

RUNNING: Sequence[BatchState] = ("running",)
OPEN: Sequence[BatchState] = ("queued", "running")
"""States of a batch that is not over."""
SLICE = 4
"""Chunks of a slice: what one worker does in one go, a few seconds."""
KEPT_DAYS = 7
"""Days after which what is over is forgotten by the queue; batches themselves stay."""
PATIENCE = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0)
"""Seconds between tries of what may come back by itself, such as the database or the model."""
_BROKEN = "the comment could not be analysed; the log tells more"
_BROKEN_VI = "không phân tích được ý kiến này; xem thêm trong nhật ký"
_ALL_BROKEN = "not one of several comments could be analysed; the log tells more"
_LOST = "the work on this batch broke off again and again; the log tells why"
_MISSING = (
    "the uploaded file is not in the data folder of this worker: let all processes share NLP_CX_HOME, then send the "
    "file again"
)
_INTERNAL = "something went wrong inside; the log has more under the id of the batch"
_PAGE = 1000
_LOOK = 5000
"""Rows read between two looks at whether the batch still runs."""

Result = TypeVar("Result")
_log = structlog.get_logger("nlp_cx.jobs")


class _OverError(Exception):
    """The batch was cancelled or deleted while its rows were read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The tasks, with all that they need."""

    settings: Settings
    store: Store
    live: Live
    engine: Engine
    files: Files
    messages: Messages
    meters: Meters | None = None
    slice: int = SLICE

    def tasks(self) -> dict[str, Task]:
        """Give all tasks by name; the names stand in queues and stay."""
        return {
            "stage": self.stage,
            "slice": self.analyse,
            "wrap_up": self.wrap_up,
            "deliver": self.messages.deliver,
            "purge": self.purge,
            "check_alerts": self.check_alerts,
            "watch": self.watch,
        }

    def submit(self, workspace: str, batch_id: str) -> None:
        """Queue a batch that the store has; doing so twice does it once."""
        self.engine.enqueue(
            "stage", f"{batch_id}:stage", workspace, batch_id, queue="staging", priority=1 + self.backlog(workspace)
        )

    # --- the tasks ---

    def stage(self, workspace: str, batch_id: str) -> None:
        """Bring the rows of a batch into its spool and queue its slices."""
        with structlog.contextvars.bound_contextvars(workspace=workspace, batch=batch_id):
            self._patiently(lambda: self.store.update_batch(workspace, batch_id, state="running", expected=["queued"]))
            batch = self._batch(workspace, batch_id)
            if batch is None or batch.state != "running":
                return
            try:
                spool = find_spool(self.files.spool(batch_id)) or self._spool(batch)
            except (_OverError, OSError):
                if self._runs(batch):
                    raise
                self.files.drop(batch_id)
                return
            except (StorageError, UnavailableError):
                raise
            except NlpCxError as error:
                self.fail(workspace, batch_id, error)
                return
            if not self._patiently(
                lambda: self.store.update_batch(
                    workspace, batch_id, expected=RUNNING, total=spool.total, chunks=len(spool.chunks)
                )
            ):
                self.files.drop(batch_id)
                return
            self.files.upload(batch_id).unlink(missing_ok=True)  # the spool has it all
            before = self.backlog(workspace)
            for number, first in enumerate(range(0, len(spool.chunks), self.slice), 1):
                last = min(first + self.slice, len(spool.chunks))
                self.engine.enqueue(
                    "slice", f"{batch_id}:{first}", workspace, batch_id, first, last,
                    queue="slices" if first else "express", priority=number + before,
                )  # fmt: skip
            _log.info("batch_staged", rows=spool.total, chunks=len(spool.chunks))
            if not spool.chunks:
                self.finish(workspace, batch_id)

    def analyse(self, workspace: str, batch_id: str, first: int, last: int) -> None:
        """Analyse and save some chunks of a batch; finish it if they were the last ones."""
        with structlog.contextvars.bound_contextvars(workspace=workspace, batch=batch_id):
            batch = self._batch(workspace, batch_id)
            if batch is None or batch.state != "running":
                self._close_again(batch)
                return
            spool = find_spool(self.files.spool(batch_id))
            if spool is None:
                self.fail(workspace, batch_id, FileError(_MISSING))
                return
            saved = self._patiently(lambda: self.store.saved_chunks(workspace, batch_id))
            for number in range(first, last):
                try:
                    if number not in saved and not self._chunk(batch, spool, number):
                        return
                except OSError:
                    if self._runs(batch):
                        raise
                    return  # its files went with it
                if self.engine.stopping.is_set() and number + 1 < last:
                    raise HandBack
            batch = self._batch(workspace, batch_id)
            if batch is not None and batch.chunks is not None and batch.chunks_saved >= batch.chunks:
                self.finish(workspace, batch_id)

    def wrap_up(self, workspace: str, batch_id: str) -> None:
        """Remove the files of a batch that is over, and tell of it."""
        batch = self._batch(workspace, batch_id)
        self.engine.drop_waiting(f"{batch_id}:")
        self.files.drop(batch_id)
        if batch is not None and batch.finished_at is not None and batch.state in ("completed", "failed"):
            event: Any = f"batch.{batch.state}"
            self.messages.announce(workspace, event, f"{batch_id}.{batch.state}", batch_data(batch), batch.finished_at)
            self.engine.enqueue("check_alerts", f"{batch_id}.alerts", workspace, queue="messages")

    def check_alerts(self, workspace: str) -> None:
        """Check the alerts of a workspace, for comments came."""
        Watch(store=self.store, messages=self.messages).check(workspace)

    def watch(self, *_: object) -> None:
        """Check the alerts of all workspaces; runs every hour."""
        Watch(store=self.store, messages=self.messages).check_all()

    def purge(self, *_: object) -> None:
        """Delete what is older than the days of retention, and what nobody needs any more; runs every night."""
        now = datetime.now(UTC)
        if self.settings.retention_days:
            before = now - timedelta(days=self.settings.retention_days)
            for workspace in self.store.workspaces():
                gone = self.store.purge(workspace, before)
                if gone:
                    _log.info("comments_purged", workspace=workspace, comments=gone)
        self.store.tidy()
        self.files.sweep({batch_id for _, batch_id in self.store.open_batches()})
        self.engine.forget((now - timedelta(days=KEPT_DAYS)).isoformat())

    # --- how a batch ends ---

    def finish(self, workspace: str, batch_id: str) -> None:
        """Complete a batch all of whose chunks are saved; one without a single comment fails."""
        batch = self._batch(workspace, batch_id)
        if batch is not None and batch.state == "running" and batch.kind == "upload" and not batch.done:
            if batch.rejected:
                error = FileError(f"{batch.name} holds no comment; {batch.rejected} rows were rejected")
            else:
                error = FileError(f"{batch.name} holds no comment: it has a header only, or blank rows")
            self.fail(workspace, batch_id, error)
            return
        self._patiently(lambda: self.store.update_batch(workspace, batch_id, state="completed", expected=RUNNING))
        self._close_again(self._batch(workspace, batch_id))

    def fail(self, workspace: str, batch_id: str, error: NlpCxError | None) -> None:
        """Let a batch fail.

        Args:
            workspace: Whose batch it is.
            batch_id: Its id.
            error: Why, for the caller; None if it is nothing that a caller can do something about.
        """
        told = str(error) if error else _INTERNAL
        batch = self._batch(workspace, batch_id)
        path = self.files.upload(batch_id)
        for ours in (str(path), path.name):
            told = told.replace(ours, batch.name if batch and batch.name else "the file")
        self._patiently(
            lambda: self.store.update_batch(
                workspace,
                batch_id,
                state="failed",
                expected=OPEN,
                error_code=error.code if error else "internal",
                error=told,
                error_vi=translate(told, "vi"),
            )
        )
        _log.warning("batch_failed", workspace=workspace, batch=batch_id, code=error.code if error else "internal")
        self._close_again(self._batch(workspace, batch_id))

    def give_up(self, workspace: str, batch_id: str) -> None:
        """Let a batch fail whose work broke off too often."""
        self.fail(workspace, batch_id, UnavailableError(_LOST))

    def backlog(self, workspace: str) -> int:
        """Count the other batches of a workspace that are under way: so much later its next one goes."""
        return max(0, sum(owner == workspace for owner, _ in self.store.open_batches()) - 1)

    def _close_again(self, batch: Batch | None) -> None:
        """Queue what follows the end of a batch, as often as one likes."""
        if batch is not None and batch.state not in OPEN:
            self.engine.enqueue("wrap_up", f"{batch.id}.end", batch.workspace, batch.id, queue="messages")

    # --- staging ---

    def _spool(self, batch: Batch) -> Spool:
        """Make the spool of a batch."""
        redactor = Redactor(names=self.settings.redact_names, order_codes=self.settings.redact_orders)
        target = self.files.spool(batch.id)
        if batch.kind == "rescore":
            return make_spool(target, self._heeding(batch, self._stored(batch)))
        path = self.files.upload(batch.id)
        if not path.is_file():
            raise FileError(_MISSING)
        mapping: dict[str, Any] = batch.options.get("mapping", {})
        survey = open_upload(path, mapping)
        self.store.update_batch(
            batch.workspace,
            batch.id,
            expected=RUNNING,
            format=survey.format,
            plan={"sheets": describe_plans(survey.plans), "notes": survey_notes(survey)},
        )
        return make_spool(target, self._heeding(batch, upload_rows(survey, mapping, redactor)))

    def _heeding(self, batch: Batch, rows: Iterator[Comment | Rejected]) -> Iterator[Comment | Rejected]:
        """Stop reading when the process is to stop or the batch is over."""
        for number, row in enumerate(rows):
            if self.engine.stopping.is_set():
                raise HandBack
            if number % _LOOK == 0 and not self._runs(batch):
                raise _OverError
            yield row

    def _runs(self, batch: Batch) -> bool:
        """Tell whether a batch still runs."""
        now = self._batch(batch.workspace, batch.id)
        return now is not None and now.state == "running"

    def _stored(self, batch: Batch) -> Iterator[Comment]:
        """Read stored comments once more."""
        where = read_filter(batch.options.get("filter", {}))
        after = None
        while True:
            page = self.store.stored_texts(batch.workspace, where, after=after, limit=_PAGE)
            yield from page.items
            if page.next is None:
                return
            after = page.next

    # --- chunks ---

    def _chunk(self, batch: Batch, spool: Spool, number: int) -> bool:
        """Analyse and save one chunk; False if the batch takes nothing any more."""
        comments, rejected = spool.read(number)
        first = sum(chunk.comments for chunk in spool.chunks[:number]) + 1
        rows, broken = self._rows(comments, first)
        outcome = self._patiently(
            lambda: self.store.save(batch.workspace, batch.id, number, rows, [*rejected, *broken], first_row=first)
        )
        if outcome == "saved" and self.meters is not None:
            self.meters.count((row.analysis for row in rows), "job")
        return outcome != "closed"

    def _rows(self, comments: Sequence[Comment], first: int) -> tuple[list[Row], list[Rejected]]:
        """Analyse comments; one that breaks the analyzer is rejected and harms no other."""
        if not comments:
            return [], []
        analyzer = self._patiently(lambda: self.live.analyzer("job"))
        raw = self.settings.keep_raw
        try:
            return [Row(one, result, one.text if raw else None) for one, result in analyzer.stream(comments)], []
        except Exception as error:  # noqa: BLE001  # whatever it is; each comment is tried alone
            _log.warning("chunk_broke", comments=len(comments), exc_info=error)
        rows: list[Row] = []
        broken: list[Rejected] = []
        for number, comment in enumerate(comments, first):
            try:
                (analysis,) = analyzer([comment])
            except Exception as error:  # noqa: BLE001  # told in the log and as a rejected row
                _log.error("comment_failed", characters=len(comment.text), exc_info=error)
                broken.append(Rejected(row=number, id=comment.id, reason=_BROKEN, reason_vi=_BROKEN_VI))
            else:
                rows.append(Row(comment, analysis, comment.text if raw else None))
            if self.engine.stopping.is_set():
                raise HandBack  # what breaks while a process ends is not the comments' fault
        if len(broken) == len(comments) > 1:
            raise UnavailableError(_ALL_BROKEN)  # it is this process that is broken: none of them is given up for it
        return rows, broken

    def _batch(self, workspace: str, batch_id: str) -> Batch | None:
        """Read a batch."""
        return self._patiently(lambda: self.store.batch(workspace, batch_id))

    def _patiently(self, do: Callable[[], Result]) -> Result:
        """Try what may fail for a while: the database may restart, the model may be loading."""
        for seconds in PATIENCE:
            try:
                return do()
            except NlpCxError as error:
                if not isinstance(error, StorageError | UnavailableError):
                    raise
                _log.warning("tried_again", code=error.code, seconds=seconds)
            except OSError as error:
                _log.warning("tried_again", code=type(error).__name__, seconds=seconds)
            if self.engine.stopping.wait(seconds):
                raise HandBack
        return do()
