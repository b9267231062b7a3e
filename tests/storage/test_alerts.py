"""Alerts and their firings; the same on every database."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from nlp_cx.errors import ConflictError, RequestError

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
RULE = {"kind": "threshold", "theme": "delivery", "where": {"segments": {"branch": ["Quận 3"]}}, "limit": 0.2}


def new(store, workspace="w", alert="a", **values):
    return store.create_alert(workspace, alert_id=alert, **{"name": "Giao trễ", "rule": RULE, **values})


def fire(store, bucket="2026-11", *, at=NOON, alert="a", workspace="w", version=1, firing=None, cool_down=WEEK):
    return store.fire(
        workspace, alert, version=version, firing_id=firing or f"f-{bucket}", bucket=bucket, cool_down=cool_down, at=at,
        data={"share": 0.5, "theme": "delivery"},
    )  # fmt: skip


def test_alerts_are_kept_changed_and_deleted(store):
    """Each in its workspace."""
    alert = new(store)

    assert store.alert("w", "a") == alert
    assert (alert.name, alert.rule, alert.version, alert.enabled) == ("Giao trễ", RULE, 1, True)
    assert (alert.fired_at, alert.checked_at, alert.outcome) == (None, None, None)
    with pytest.raises(ConflictError):
        new(store)
    new(store, workspace="v")
    changed = store.update_alert("w", "a", name="Giao hàng", enabled=False)
    assert (changed.name, changed.enabled, changed.version) == ("Giao hàng", False, 1)
    assert store.update_alert("u", "a", enabled=True) is None
    with pytest.raises(TypeError):
        store.update_alert("w", "a", version=7)
    assert store.alerts("w") == [changed]
    assert store.delete_alert("w", "a")
    assert not store.delete_alert("w", "a")
    assert (store.alert("w", "a"), len(store.alerts("v"))) == (None, 1)


def test_only_workspaces_with_an_alert_that_is_on_are_watched(store):
    new(store, workspace="v")
    new(store, workspace="v", alert="b")
    new(store, workspace="w", enabled=False)

    assert store.watched() == ["v"]
    store.update_alert("w", "a", enabled=True)
    assert store.watched() == ["v", "w"]


def test_an_alert_fires_once_per_stretch_of_time(store):
    new(store)
    fired = fire(store, cool_down=timedelta())

    assert (fired.id, fired.alert_id, fired.bucket, fired.at) == ("f-2026-11", "a", "2026-11", NOON)
    assert fired.data == {"share": 0.5, "theme": "delivery"}
    assert fire(store, firing="again", cool_down=timedelta(), at=NOON + WEEK) is None
    assert store.firings("w").items == (fired,)
    assert store.alert("w", "a").fired_at == NOON


def test_an_alert_that_fired_keeps_silent_until_its_cool_down_is_over(store):
    new(store)
    fire(store)

    assert fire(store, "2026-12", at=NOON + WEEK - timedelta(seconds=1)) is None
    assert fire(store, "2026-12", at=NOON - timedelta(hours=1)) is None
    assert fire(store, "2026-12", at=NOON + WEEK).bucket == "2026-12"


def test_what_is_off_gone_changed_or_of_others_does_not_fire(store):
    new(store)
    assert fire(store, alert="b") is None
    assert fire(store, workspace="v") is None
    assert fire(store, version=2) is None
    store.update_alert("w", "a", enabled=False)
    assert fire(store) is None
    assert store.firings("w").items == ()


def test_another_rule_begins_anew_and_the_same_one_does_not(store):
    """Its former firings stay in the list."""
    new(store)
    fire(store)
    store.alert_checked("w", "a", version=1, outcome="fired", at=NOON)
    same = store.update_alert("w", "a", rule=dict(RULE), name="Giao trễ")
    assert (same.version, same.fired_at, same.outcome) == (1, NOON, "fired")

    other = store.update_alert("w", "a", rule={**RULE, "limit": 0.3})

    assert (other.version, other.fired_at, other.outcome, other.rule["limit"]) == (2, None, None, 0.3)
    store.alert_checked("w", "a", version=1, outcome="quiet", at=NOON)
    assert store.alert("w", "a").checked_at is None
    assert fire(store, version=2, firing="anew").bucket == "2026-11"
    assert [one.id for one in store.firings("w").items] == ["anew", "f-2026-11"]


def test_firings_come_in_pages_newest_first_and_go_with_their_alert(store):
    new(store)
    new(store, alert="b")
    for day in range(1, 6):
        fire(store, f"2026-11-0{day}", alert="ab"[day % 2], firing=f"f{day}", cool_down=timedelta())
    first = store.firings("w", limit=3)
    rest = store.firings("w", limit=3, after=first.next)

    assert [one.id for one in first.items + rest.items] == ["f5", "f4", "f3", "f2", "f1"]
    assert rest.next is None
    assert [one.id for one in store.firings("w", "b").items] == ["f5", "f3", "f1"]
    assert store.firings("v").items == store.firings("w", "c").items == ()
    with pytest.raises(RequestError):
        store.firings("w", after="d" + first.next[1:])
    store.delete_alert("w", "b")
    assert [one.id for one in store.firings("w").items] == ["f4", "f2"]


def test_it_is_known_which_firings_nobody_was_told_of(store):
    new(store)
    new(store, workspace="v")
    for number, bucket in enumerate(("2026-01", "2026-02")):
        fire(store, bucket, firing=f"f{number}", cool_down=timedelta())
    store.firing_told("v", "f0")
    assert [one.id for one in store.untold_firings("w")] == ["f0", "f1"]

    store.firing_told("w", "f0")

    assert [one.id for one in store.untold_firings("w")] == ["f1"]
    assert store.untold_firings("v") == []


def test_of_several_that_check_at_once_one_fires(store):
    """Eight threads, two stretches of time, one firing: the other one cools down."""
    new(store)
    fired = []
    threads = [
        threading.Thread(
            target=lambda number=number: fired.append(fire(store, f"2026-1{number % 2}", firing=f"f{number}"))
        )
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([one for one in fired if one is not None]) == len(store.firings("w").items) == 1
