"""What the service asks of a store. One implementation: SQLAlchemy Core on SQLite and PostgreSQL (`open_store`).

All methods block and may be called from any thread. A change is one transaction: after it all of it is there, after
kill -9 all or nothing. Workspaces see nothing of each other. Lists come in pages by opaque cursors; a cursor that was
edited is a `RequestError`. Where something is looked up by id, None means that the workspace does not have it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from nlp_cx.records import Analysis, Comment, Polarity
from nlp_cx.storage.records import (
    AlertRule,
    ApiKey,
    Batch,
    BatchKind,
    BatchState,
    Correction,
    Delivery,
    Dimensions,
    Drawn,
    Filter,
    Firing,
    Idempotent,
    Label,
    LabelledComment,
    Opposed,
    Order,
    Page,
    PresenceMatrix,
    Rejected,
    Row,
    Saved,
    ScoreBand,
    ScoreCount,
    StoredComment,
    ThemeCount,
    Totals,
    Webhook,
)

__all__ = [
    "AlertRule", "ApiKey", "Batch", "BatchKind", "BatchState", "Correction", "Delivery", "Dimensions", "Drawn",
    "Filter", "Firing", "Idempotent", "Label", "LabelledComment", "Opposed", "Order", "Page", "PresenceMatrix",
    "Rejected", "Row", "Saved", "ScoreBand", "ScoreCount", "Store", "StoredComment", "ThemeCount", "Totals",
    "Webhook",
]  # fmt: skip

EVERYTHING = Filter()


class Comments(Protocol):
    """Comments with what was read in them."""

    def save(
        self,
        workspace: str,
        batch: str | None,
        chunk: int | None,
        rows: Sequence[Row | tuple[Comment, Analysis, str | None]],
        rejected: Sequence[Rejected] = (),
        *,
        first_row: int = 1,
    ) -> Saved:
        """Keep analysed comments, all or none; an id that is there is replaced, unless it was sent after this batch.

        Args:
            workspace: Whose comments they are.
            batch: The batch they belong to, which must be running; None for comments analysed at once.
            chunk: Number of the chunk in its batch from 0; the same chunk is kept once, in whatever order chunks come.
            rows: In their order in the file, at most 1,048,576. Of the same id the last one counts, in file order.
            rejected: Rows and fields that could not be used.
            first_row: Number of the first comment among those of the batch. A batch that rescores leaves out what was
                deleted or replaced meanwhile; it counts as rejected, and this says where it was.

        Returns:
            Whether they were kept; "closed" if the batch is not running or not there any more.
        """
        ...

    def comment(self, workspace: str, comment_id: str) -> StoredComment | None:
        """Give one comment."""
        ...

    def comments(
        self,
        workspace: str,
        where: Filter = EVERYTHING,
        *,
        after: str | None = None,
        limit: int = 50,
        order: Order = "newest",
    ) -> Page[StoredComment]:
        """List comments by date and then by when they were first kept; those without a date come last."""
        ...

    def stored_texts(
        self, workspace: str, where: Filter = EVERYTHING, *, after: str | None = None, limit: int = 1000
    ) -> Page[Comment]:
        """List comments as they came in, oldest kept first, to be analysed again; redacted where raw is not kept."""
        ...

    def count(self, workspace: str, where: Filter = EVERYTHING) -> int:
        """Count comments, those without text included."""
        ...

    def delete_comment(self, workspace: str, comment_id: str) -> bool:
        """Delete one comment with its corrections; tells whether it was there."""
        ...

    def delete_respondent(self, workspace: str, respondent_id: str) -> int:
        """Delete all comments of one respondent with their corrections; gives how many there were."""
        ...

    def purge(self, workspace: str, before: datetime) -> int:
        """Delete comments and rejected rows that were kept before a moment, in several transactions."""
        ...

    def workspaces(self) -> list[str]:
        """List workspaces that hold anything."""
        ...

    def stamp(self, workspace: str) -> str:
        """Give a word that changes whenever a comment or a label of the workspace does; for ETags."""
        ...


class Picks(Protocol):
    """Few comments of many, to be looked at."""

    def draw(self, workspace: str, where: Filter = EVERYTHING, *, theme: str | None = None, limit: int = 100) -> Drawn:
        """Draw comments with text at random, the same ones every time.

        Args:
            workspace: Whose comments.
            where: Which comments to draw from.
            theme: Only those that mention it, beside what `where` says of themes.
            limit: Most that are drawn.
        """
        ...

    def opposed(
        self,
        workspace: str,
        where: Filter = EVERYTHING,
        *,
        high: float,
        low: float,
        judged: Collection[Polarity] = ("negative", "positive"),
        keep: Callable[[StoredComment], bool] | None = None,
        after: str | None = None,
        limit: int = 50,
        read: int = 2000,
    ) -> Opposed:
        """List comments that are negative with a high score, or positive with a low one.

        Those that both praise and blame or need a person's look are left out, and those of a response that is negative
        in one answer and positive in another.

        Args:
            workspace: Whose comments.
            where: Which comments.
            high: Place on its scale, 0 worst to 1 best, from which a score is high.
            low: Place up to which it is low.
            judged: Only comments that are judged so.
            keep: Tells which of them are listed; all if None.
            after: Cursor of the page before.
            limit: Most comments of a page.
            read: Most that are read for a page, which may hold fewer for that, although there is a next one.
        """
        ...


class Batches(Protocol):
    """Batches and how far they are."""

    def create_batch(
        self,
        workspace: str,
        *,
        batch_id: str,
        kind: BatchKind = "upload",
        name: str = "",
        format: str | None = None,
        options: Mapping[str, Any] | None = None,
        total: int | None = None,
    ) -> Batch:
        """Begin a batch in state queued; `ConflictError` if the id is taken."""
        ...

    def batch(self, workspace: str, batch_id: str) -> Batch | None:
        """Give one batch."""
        ...

    def batches(
        self, workspace: str, *, states: Collection[BatchState] = (), after: str | None = None, limit: int = 50
    ) -> Page[Batch]:
        """List batches, newest first."""
        ...

    def open_batches(self) -> list[tuple[str, str]]:
        """List workspace and id of all batches that are queued or running, oldest first."""
        ...

    def update_batch(
        self,
        workspace: str,
        batch_id: str,
        *,
        state: BatchState | None = None,
        expected: Collection[BatchState] | None = None,
        **values: Any,
    ) -> bool:
        """Change a batch if it is in a state that allows it, by one statement.

        Args:
            workspace: Whose batch it is.
            batch_id: Its id.
            state: The new state; `started_at` and `finished_at` are set by themselves.
            expected: States it must be in; by default those that `state` may follow.
            values: Of `name`, `format`, `total`, `chunks`, `options`, `plan`, `error_code`, `error`, `error_vi`.

        Returns:
            Whether it was changed; False if it is in another state or not there.

        Raises:
            ConflictError: If the new state never follows an expected one.
        """
        ...

    def saved_chunks(self, workspace: str, batch_id: str) -> set[int]:
        """Give the numbers of the chunks that are kept."""
        ...

    def results(
        self, workspace: str, batch_id: str, *, after: str | None = None, limit: int = 1000
    ) -> Page[StoredComment]:
        """List the comments of a batch that no later one replaced, in the order of the file."""
        ...

    def rejected(self, workspace: str, batch_id: str, *, after: str | None = None, limit: int = 1000) -> Page[Rejected]:
        """List what could not be used, in the order of the file."""
        ...

    def delete_batch(self, workspace: str, batch_id: str) -> bool:
        """Cancel a batch and delete it with its comments (those not replaced later) and rejected rows."""
        ...


class Labels(Protocol):
    """Corrections by people."""

    def correct(
        self, workspace: str, comment_id: str, correction: Correction, *, author: str, at: datetime | None = None
    ) -> Label:
        """Apply a correction to a comment and keep it in its history.

        It stays when the same text is analysed again. `NotFoundError` if there is no such comment, `ConflictError` if
        it has no text.
        """
        ...

    def uncorrect(self, workspace: str, comment_id: str, *, author: str) -> Label | None:
        """Take the last correction back; None if there is none. History keeps both."""
        ...

    def history(self, workspace: str, comment_id: str) -> list[Label]:
        """Give all corrections of a comment, first one first."""
        ...

    def labels(
        self, workspace: str, *, since: datetime | None = None, after: str | None = None, limit: int = 1000
    ) -> Page[LabelledComment]:
        """List corrected comments, last corrected last, each with all that was corrected taken together."""
        ...

    def review(self, workspace: str, where: Filter = EVERYTHING, *, limit: int = 20) -> list[StoredComment]:
        """Give comments that are most worth a person's look, spread over themes and languages.

        Those whose reading is least certain, or disagrees most with itself or with the score, go first; those that a
        person corrected are left out.
        """
        ...


class Keys(Protocol):
    """API keys, whose prefixes are unique over all workspaces."""

    def create_key(self, workspace: str, *, prefix: str, hash: str, scopes: Collection[str], name: str = "") -> ApiKey:
        """Keep a key; `ConflictError` if the prefix is taken."""
        ...

    def find_key(self, prefix: str) -> ApiKey | None:
        """Find a key of any workspace, revoked ones too."""
        ...

    def has_keys(self) -> bool:
        """Tell whether there ever was a key, in any workspace."""
        ...

    def keys(self, workspace: str | None = None) -> list[ApiKey]:
        """List keys, newest first, revoked ones too; of all workspaces if None."""
        ...

    def revoke_key(self, workspace: str | None, prefix: str) -> ApiKey | None:
        """Revoke a key, which stays revoked; None if the workspace (any, if None) does not have it."""
        ...

    def touch_key(self, prefix: str) -> None:
        """Write down that a key is used now."""
        ...


class Webhooks(Protocol):
    """Where to tell of events, and how that went."""

    def create_webhook(
        self, workspace: str, *, webhook_id: str, url: str, secret: str, events: Collection[str], description: str = ""
    ) -> Webhook:
        """Keep a webhook; `ConflictError` if the id is taken."""
        ...

    def webhook(self, workspace: str, webhook_id: str) -> Webhook | None:
        """Give one webhook."""
        ...

    def webhooks(self, workspace: str) -> list[Webhook]:
        """List webhooks, oldest first."""
        ...

    def update_webhook(self, workspace: str, webhook_id: str, **values: Any) -> Webhook | None:
        """Change `url`, `secret`, `events`, `enabled` or `description`; None if there is no such webhook."""
        ...

    def delete_webhook(self, workspace: str, webhook_id: str) -> bool:
        """Delete a webhook with its log; tells whether it was there."""
        ...

    def log_delivery(
        self,
        workspace: str,
        webhook_id: str,
        *,
        event_id: str,
        event: str,
        attempt: int,
        status: int | None,
        error: str | None,
        milliseconds: int,
    ) -> None:
        """Write down one try; of each webhook the last 1,000 are kept. Nothing if the webhook is gone."""
        ...

    def deliveries(
        self, workspace: str, webhook_id: str, *, after: str | None = None, limit: int = 50
    ) -> Page[Delivery]:
        """List tries, newest first."""
        ...


class Alerts(Protocol):
    """When a workspace wants to be told of a share, and when that was so."""

    def create_alert(
        self, workspace: str, *, alert_id: str, name: str, rule: Mapping[str, Any], enabled: bool = True
    ) -> AlertRule:
        """Keep an alert; `ConflictError` if the id is taken."""
        ...

    def alert(self, workspace: str, alert_id: str) -> AlertRule | None:
        """Give one alert."""
        ...

    def alerts(self, workspace: str) -> list[AlertRule]:
        """List alerts, oldest first."""
        ...

    def update_alert(self, workspace: str, alert_id: str, **values: Any) -> AlertRule | None:
        """Change `name`, `rule` or `enabled`; None if there is no such alert.

        Another rule begins anew: it may fire at once, and of stretches of time that the former one fired of.
        """
        ...

    def delete_alert(self, workspace: str, alert_id: str) -> bool:
        """Delete an alert with its firings; tells whether it was there."""
        ...

    def watched(self) -> list[str]:
        """List the workspaces that have an alert which is enabled."""
        ...

    def alert_checked(self, workspace: str, alert_id: str, *, version: int, outcome: str, at: datetime) -> None:
        """Write down what a check found, if the rule is still the one that was checked."""
        ...

    def fire(
        self,
        workspace: str,
        alert_id: str,
        *,
        version: int,
        firing_id: str,
        bucket: str,
        cool_down: timedelta,
        at: datetime,
        data: Mapping[str, Any],
    ) -> Firing | None:
        """Let an alert fire, in one transaction.

        Args:
            workspace: Whose alert it is.
            alert_id: Its id.
            version: That of the rule that was checked.
            firing_id: Id of the firing.
            bucket: Stretch of time that it fires of.
            cool_down: After firing, it keeps silent for so long.
            at: Now.
            data: What was found.

        Returns:
            The firing; None if the alert is switched off, gone or changed, is cooling down, or fired of that stretch of
            time already: of several processes that find the same, one fires.
        """
        ...

    def firings(
        self, workspace: str, alert_id: str | None = None, *, after: str | None = None, limit: int = 50
    ) -> Page[Firing]:
        """List what fired, of one alert or of all, newest first."""
        ...

    def untold_firings(self, workspace: str) -> list[Firing]:
        """List firings that webhooks were not told of yet, oldest first."""
        ...

    def firing_told(self, workspace: str, firing_id: str) -> None:
        """Write down that webhooks were told of a firing."""
        ...


class Idempotency(Protocol):
    """Answers to requests that may be sent twice; forgotten after 24 hours."""

    def idempotency_begin(self, workspace: str, route: str, key: str, body_hash: str) -> Idempotent:
        """Take a key for a request; one of two at once gets it. What is in progress for 15 minutes counts as lost."""
        ...

    def idempotency_finish(
        self, workspace: str, route: str, key: str, *, status: int, headers: Mapping[str, str], body: bytes
    ) -> None:
        """Keep the answer."""
        ...

    def idempotency_forget(self, workspace: str, route: str, key: str) -> None:
        """Free a key whose request failed."""
        ...


class Summaries(Protocol):
    """Counts over many comments, exact and fast: under 300 ms at 1,000,000 comments.

    `by` groups: any of `GROUPS` or "segment:NAME"; `RequestError` for others. A week is named by its Monday, a month
    "2025-04", a quarter "2025-Q2". Rows come in the order of their buckets, None first.
    """

    def theme_counts(self, workspace: str, where: Filter = EVERYTHING, *, by: Sequence[str] = ()) -> list[ThemeCount]:
        """Count mentions per theme; themes that a bucket does not mention are left out."""
        ...

    def pair_counts(self, workspace: str, where: Filter = EVERYTHING) -> dict[tuple[str, str], int]:
        """Count the comments that mention two themes both, per pair, the theme of the smaller id first."""
        ...

    def totals(self, workspace: str, where: Filter = EVERYTHING, *, by: Sequence[str] = ()) -> list[Totals]:
        """Count comments; one row of zeros if nothing is grouped and there is none."""
        ...

    def score_counts(
        self,
        workspace: str,
        where: Filter = EVERYTHING,
        *,
        by: Sequence[str] = (),
        metric: str | None = None,
        themes: bool = False,
        blank: bool = False,
    ) -> list[ScoreCount]:
        """Count the answers to each metric on each scale it was asked on, one per response.

        Args:
            workspace: Whose comments.
            where: Which comments.
            by: What to group by.
            metric: Only this one.
            themes: Whether to count them for the mentioners of each theme too, by how they judge it.
            blank: Whether responses without text count too.
        """
        ...

    def presence_matrix(self, workspace: str, where: Filter = EVERYTHING, *, metric: str) -> tuple[PresenceMatrix, ...]:
        """Give the answers to a metric beside the themes mentioned; one matrix per scale, most answers first."""
        ...

    def dimensions(self, workspace: str, where: Filter = EVERYTHING) -> Dimensions:
        """Tell what comments can be filtered and grouped by."""
        ...


class Store(Comments, Picks, Batches, Labels, Keys, Webhooks, Alerts, Idempotency, Summaries, Protocol):
    """All of it."""

    def ping(self) -> None:
        """Ask for something small; raises if the database does not answer."""
        ...

    def migrated(self) -> bool:
        """Tell whether the schema is that of this version."""
        ...

    def tidy(self) -> None:
        """Delete what nobody needs any more: old idempotency keys; cheap, for once an hour."""
        ...

    def close(self) -> None:
        """Give connections back; the store cannot be used afterwards."""
        ...
