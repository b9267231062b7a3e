"""Webhook messages as durable tasks: one per webhook and attempt, the next attempt queued when one fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from nlp_cx.jobs.engine import Engine
from nlp_cx.settings import Settings
from nlp_cx.storage.interface import Batch, Store
from nlp_cx.webhooks import GONE, RETRIES, Answer, Event, deliver, make_body, sign

_log = structlog.get_logger("nlp_cx.webhooks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """Queues messages and sends them."""

    settings: Settings
    store: Store
    engine: Engine
    retries: tuple[float, ...] = RETRIES

    def announce(self, workspace: str, event: Event, key: str, data: Mapping[str, Any], at: datetime) -> None:
        """Tell all webhooks of a workspace that want to know; telling twice under one key tells once.

        Args:
            workspace: Whose event it is.
            event: What happened.
            key: What makes it one and the same, such as the batch's id.
            data: What there is to know of it; never the text of a comment.
            at: When it happened.
        """
        body = make_body(event, data, at)
        for webhook in self.store.webhooks(workspace):
            if webhook.enabled and event in webhook.events:
                self._enqueue(workspace, webhook.id, key, event, body, attempt=1)

    def deliver(self, workspace: str, webhook_id: str, key: str, event: str, body: str, attempt: int) -> None:
        """Send one message once; queue the next attempt if the receiver did not take it."""
        webhook = self.store.webhook(workspace, webhook_id)
        if webhook is None or not webhook.enabled:
            return
        answer = self.send(webhook.url, webhook.secret, key, body)
        self.store.log_delivery(
            workspace,
            webhook_id,
            event_id=key,
            event=event,
            attempt=attempt,
            status=answer.status,
            error=answer.error,
            milliseconds=answer.milliseconds,
        )
        if answer.delivered:
            return
        _log.warning("webhook_failed", workspace=workspace, webhook=webhook_id, attempt=attempt, status=answer.status)
        if answer.status == GONE:
            self.store.update_webhook(workspace, webhook_id, enabled=False)
        elif attempt <= len(self.retries):
            self._enqueue(workspace, webhook_id, key, event, body, attempt=attempt + 1)

    def send(self, url: str, secret: str, key: str, body: str) -> Answer:
        """Sign a message and send it once, now.

        Args:
            url: Where to.
            secret: What it is signed with.
            key: Its id.
            body: From `make_body`.

        Returns:
            What became of it.
        """
        headers = sign(secret, f"msg_{key}", body, datetime.now(UTC))
        return deliver(url, headers, body, private=self.settings.private_webhooks)

    def _enqueue(self, workspace: str, webhook_id: str, key: str, event: str, body: str, *, attempt: int) -> None:
        """Queue one attempt."""
        self.engine.enqueue(
            "deliver", f"{key}>{webhook_id}>{attempt}", workspace, webhook_id, key, event, body, attempt,
            queue="messages", delay=None if attempt == 1 else self.retries[attempt - 2],
        )  # fmt: skip


def batch_data(batch: Batch) -> dict[str, Any]:
    """Give what a message tells of a batch."""
    return {
        "id": batch.id,
        "workspace": batch.workspace,
        "kind": batch.kind,
        "state": batch.state,
        "total": batch.total,
        "done": batch.done,
        "rejected": batch.rejected,
        "created_at": batch.created_at.isoformat(),
        "started_at": batch.started_at and batch.started_at.isoformat(),
        "finished_at": batch.finished_at and batch.finished_at.isoformat(),
        "error": batch.error_code and {"code": batch.error_code, "detail": batch.error},
    }
