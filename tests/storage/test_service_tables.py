"""Keys, webhooks and idempotency; the same on every database."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from nlp_cx.errors import ConflictError
from nlp_cx.storage import idempotency_part
from nlp_cx.storage.records import Idempotent


def test_a_key_is_found_by_its_prefix_until_it_is_revoked_and_after(store):
    """Scopes, name and times come back; revoking twice keeps the first moment."""
    assert not store.has_keys()
    key = store.create_key("w", prefix="abc", hash="$argon2id$x", scopes={"read", "label"}, name="khoá")

    assert store.find_key("abc") == key
    assert store.find_key("ab\x00") is None
    assert store.has_keys()
    store.touch_key("abc")
    assert store.find_key("abc").last_used_at >= key.created_at
    assert store.revoke_key("v", "abc") is None
    revoked = store.revoke_key("w", "abc")
    assert revoked.revoked_at >= key.created_at
    assert store.revoke_key(None, "abc").revoked_at == revoked.revoked_at
    assert store.find_key("abc").revoked_at == revoked.revoked_at
    assert store.has_keys()


def test_a_prefix_belongs_to_one_key(store):
    """Over all workspaces."""
    store.create_key("w", prefix="abc", hash="1", scopes=())
    with pytest.raises(ConflictError):
        store.create_key("v", prefix="abc", hash="2", scopes={"read"})
    store.create_key("v", prefix="xyz", hash="3", scopes={"admin"})

    assert [key.prefix for key in store.keys()] == ["xyz", "abc"]  # noqa: SIM118  # no mapping
    assert [(key.prefix, key.scopes) for key in store.keys("w")] == [("abc", frozenset())]


def test_webhooks_are_kept_changed_and_deleted(store):
    """Each in its workspace."""
    hook = store.create_webhook("w", webhook_id="h", url="https://x", secret="s", events=("b", "a", "b"))

    assert store.webhook("w", "h") == hook
    assert hook.events == ("a", "b")
    assert hook.enabled
    with pytest.raises(ConflictError):
        store.create_webhook("w", webhook_id="h", url="https://y", secret="s", events=())
    changed = store.update_webhook("w", "h", enabled=False, url="https://z", events=["c"])
    assert (changed.enabled, changed.url, changed.events) == (False, "https://z", ("c",))
    assert store.update_webhook("v", "h", enabled=True) is None
    with pytest.raises(TypeError):
        store.update_webhook("w", "h", id="x")
    assert (store.webhooks("w"), store.webhooks("v")) == ([changed], [])
    assert not store.delete_webhook("v", "h")
    assert store.delete_webhook("w", "h")
    assert store.webhook("w", "h") is None


def test_tries_to_deliver_are_logged(store, monkeypatch):
    """Newest first, by pages, the latest only; they go with their webhook."""
    monkeypatch.setattr("nlp_cx.storage.webhook_part._KEPT", 5)
    store.create_webhook("w", webhook_id="h", url="https://x", secret="s", events=())

    def log(webhook, attempt):
        store.log_delivery("w", webhook, event_id="e", event="batch.completed", attempt=attempt, status=None,
                           error="refused", milliseconds=7)  # fmt: skip

    for attempt in range(7):
        log("h", attempt)
    log("gone", 1)
    first = store.deliveries("w", "h", limit=3)
    rest = store.deliveries("w", "h", limit=3, after=first.next)

    assert [delivery.attempt for delivery in first.items + rest.items] == [6, 5, 4, 3, 2]
    assert (first.items[0].error, first.items[0].status, first.items[0].milliseconds) == ("refused", None, 7)
    store.delete_webhook("w", "h")
    store.create_webhook("w", webhook_id="h", url="https://x", secret="s", events=())
    assert store.deliveries("w", "h").items == ()


def test_a_request_sent_twice_is_answered_once(store):
    """In progress, then replayed; another body conflicts; a failed one may be tried again."""
    assert store.idempotency_begin("w", "/r", "k", "h1").state == "new"
    assert store.idempotency_begin("w", "/r", "k", "h1").state == "in_progress"
    assert store.idempotency_begin("w", "/r", "k", "h2").state == "conflict"
    store.idempotency_finish("w", "/r", "k", status=202, headers={"Location": "/x"}, body=b"\x00{}")
    answer = Idempotent(state="replay", status=202, headers={"Location": "/x"}, body=b"\x00{}")

    assert store.idempotency_begin("w", "/r", "k", "h1") == answer
    assert store.idempotency_begin("w", "/r", "k", "h2").state == "conflict"
    for other in (("v", "/r", "k"), ("w", "/s", "k"), ("w", "/r", "l"), ("w/", "r", "k")):
        assert store.idempotency_begin(*other, "h1").state == "new"
    store.idempotency_forget("v", "/r", "k")
    assert store.idempotency_begin("v", "/r", "k", "h9").state == "new"


def test_answers_are_forgotten_after_a_day_and_lost_requests_sooner(store, monkeypatch):
    """What nobody finished is free after 15 minutes, what was answered after 24 hours."""
    store.idempotency_begin("w", "/r", "lost", "h")
    store.idempotency_begin("w", "/r", "done", "h")
    store.idempotency_finish("w", "/r", "done", status=200, headers={}, body=b"")
    now = idempotency_part.now()
    monkeypatch.setattr(idempotency_part, "now", lambda: now + timedelta(minutes=16))
    assert store.idempotency_begin("w", "/r", "done", "h").state == "replay"
    assert store.idempotency_begin("w", "/r", "lost", "other").state == "new"
    monkeypatch.setattr(idempotency_part, "now", lambda: now + timedelta(hours=25))
    store.tidy()

    assert store.idempotency_begin("w", "/r", "done", "other").state == "new"


def test_of_two_requests_at_once_one_gets_the_key(store):
    """Twenty threads, one winner."""
    states = []
    threads = [
        threading.Thread(target=lambda: states.append(store.idempotency_begin("w", "/r", "k", "h").state))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(states) == ["in_progress"] * 19 + ["new"]
