"""nlp_cx.jobs.watch: who asked is told of what is unusual, once; a new model is no trend."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from nlp_cx.jobs.filters import filter_record
from nlp_cx.jobs.watch import Watch, Watcher
from nlp_cx.settings import Settings
from nlp_cx.storage import open_store
from nlp_cx.storage.interface import Filter, ScoreBand
from nlp_cx.trends import bucket_of, days_of
from nlp_cx.webhooks import make_secret
from tests.jobs.conftest import both, until
from tests.jobs.test_jobs import end, rows, write
from tests.receiver import receiver
from tests.storage.made import made, nps

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
TODAY = NOW.date()


def rule(where=None, **changes):
    """A rule as the store keeps it; by default: delivery is blamed in more than a fifth of a month's comments."""
    return {
        "kind": "threshold", "theme": "delivery", "mention": "negative", "window": "month", "side": "above",
        "limit": 0.2, "certain": False, "min_n": 30, "cool_down_hours": 24, "filters": {},
        "where": filter_record(where or Filter()),
    } | changes  # fmt: skip


def keep(store, day, blamed, n=40, *, model="m1", tag="", workspace="w", **given):
    """Keep n comments of a day, so many of which blame delivery; the others praise staff."""
    listed = [
        made(f"{day}{tag}-{model}-{number}", created_at=day, model=model, **given)
        if number < blamed
        else made(f"{day}{tag}-{model}-{number}", "nhân viên tốt", themes={"staff": "positive"}, tone="positive",
                  created_at=day, model=model, **given)
        for number in range(n)
    ]  # fmt: skip
    store.save(workspace, None, None, listed)


@pytest.fixture
def store():
    opened = open_store("sqlite://")
    yield opened
    opened.close()


def look(store, *, now=NOW, **changes):
    return Watcher(store, "w", now).look("Giao trễ", rule(**changes))


def test_a_share_beyond_its_limit_fires_with_all_that_is_to_know(store):
    keep(store, date(2026, 11, 3), 10)
    found = look(store).found

    assert (found["share"], found["n"], found["count"], found["expected"]) == (0.25, 40, 10, 0.2)
    assert (found["bucket"], found["since"], found["until"]) == ("2026-11", "2026-11-01", "2026-11-30")
    assert (found["theme"], found["theme_name_en"], found["models"]) == ("delivery", "Delivery & fulfilment", ["m1"])
    assert (found["model_changed"], found["notes"], found["chance"]) == (False, [], None)
    assert found["low"] < 0.25 < found["high"]
    assert found["message"]["en"] == (
        "Delivery & fulfilment, negative: 25.0% of 40 comments (10) from 2026-11-01 to 2026-11-30, above the limit of "
        "20.0%."
    )
    assert "25,0% (10 trên 40 ý kiến) từ 1/11/2026 đến 30/11/2026" in found["message"]["vi"]


def test_a_share_within_its_limit_or_of_too_few_comments_does_not_fire(store):
    assert look(store).outcome == "no_comments"
    keep(store, date(2026, 11, 3), 8)

    assert look(store).outcome == "quiet"
    assert look(store, limit=0.1).outcome == "fired"
    assert look(store, limit=0.1, min_n=41).outcome == "few_comments"
    assert look(store, limit=0.15, certain=True).outcome == "quiet"
    assert look(store, side="below", limit=0.5).outcome == "fired"


def test_overall_sentiment_is_a_share_of_the_comments_that_were_judged(store):
    keep(store, date(2026, 11, 3), 30)
    store.save("w", None, None, [made(f"e{number}", "...", none=True, themes={}, created_at=date(2026, 11, 3))
                                 for number in range(10)])  # fmt: skip
    found = look(store, theme=None, limit=0.7).found

    assert (found["share"], found["n"], found["theme"], found["theme_name_en"]) == (0.75, 40, None, None)
    assert "All comments" in found["message"]["en"]


def test_a_filter_restricts_what_is_looked_at(store):
    keep(store, date(2026, 11, 3), 0, segments={"branch": "Quận 1"}, scores=(nps(9),))
    keep(store, date(2026, 11, 3), 40, tag="x", segments={"branch": "Quận 3"}, scores=(nps(2),))

    assert look(store, limit=0.6).outcome == "quiet"
    assert look(store, where=Filter(segments={"branch": ["Quận 3"]}), limit=0.6).n == 40
    assert look(store, where=Filter(bands=(ScoreBand(metric="nps", low=9),))).outcome == "quiet"
    assert look(store, where=Filter(stages=("use",))).outcome == "no_comments"


@pytest.mark.parametrize("window", ["day", "week", "month", "quarter"])
def test_of_the_present_stretch_and_the_one_before_the_later_that_fires_is_told(store, window):
    """Early in a week few wrote; those of last week still come in."""
    start = days_of(bucket_of(TODAY, window), window)[0]
    before = start - timedelta(days=1)
    keep(store, before, 20)
    keep(store, start, 3, n=3, tag="+")

    assert look(store, window=window).bucket == bucket_of(before, window)
    keep(store, start, 40, tag="++")
    assert look(store, window=window).bucket == bucket_of(start, window)
    assert days_of(bucket_of(start, window), window)[0] == start


def test_what_is_older_than_the_stretch_before_or_dated_in_the_future_does_not_fire(store):
    keep(store, date(2026, 9, 3), 40)
    keep(store, date(2026, 11, 3), 0)
    keep(store, date(2062, 11, 3), 40)

    assert (look(store).outcome, look(store).bucket) == ("quiet", "2026-11")


def months(store, shares, **given):
    """Keep a month of 40 comments for each, the last one in November 2026."""
    for back, blamed in enumerate(reversed(shares)):
        year, month = divmod(2026 * 12 + 10 - back, 12)
        keep(store, date(year, month + 1, 5), blamed, **given)


def test_a_share_unlike_its_past_fires_as_an_anomaly(store):
    months(store, [4, 5, 3, 4, 5, 4, 3, 4, 5, 25])
    found = look(store, kind="anomaly", limit=None).found

    assert (found["kind"], found["share"], found["bucket"]) == ("anomaly", 0.625, "2026-11")
    assert found["expected"] == pytest.approx(37.5 / 361, abs=1e-6)
    assert found["share"] > found["bound"] > found["expected"]
    assert found["chance"] < 0.00135
    assert look(store, kind="anomaly", limit=None, side="below").outcome == "quiet"


def test_a_short_past_tells_no_anomaly(store):
    months(store, [4, 5, 3, 25])

    assert look(store, kind="anomaly", limit=None).outcome == "no_history"


def test_a_new_model_is_no_anomaly(store):
    """It sees five times as many as the former one did, and so it is not asked what is usual."""
    months(store, [4, 5, 3, 4, 5, 4, 3, 4, 5])
    keep(store, date(2026, 11, 6), 25, model="m2")

    assert look(store, kind="anomaly", limit=None).outcome == "model_changed"


def test_a_limit_that_is_passed_when_the_model_changed_is_flagged(store):
    """In the stretch itself, or between it and the one before; not later on."""
    keep(store, date(2026, 10, 3), 0)
    keep(store, date(2026, 11, 3), 0)
    keep(store, date(2026, 11, 4), 40, model="m2")
    inside = look(store).found
    keep(store, date(2026, 12, 4), 40, model="m2")
    keep(store, date(2027, 1, 4), 40, model="m2")
    behind = look(store, now=datetime(2026, 12, 5, tzinfo=UTC)).found
    later = look(store, now=datetime(2027, 1, 5, tzinfo=UTC)).found

    assert [one["model_changed"] for one in (inside, behind, later)] == [True, True, False]
    assert (inside["models"], later["models"], later["notes"]) == (["m1", "m2"], ["m2"], [])
    assert "says nothing of a trend" in inside["notes"][0]["en"]
    assert "không nói lên xu hướng" in inside["notes"][0]["vi"]


# --- fired once, told for good ---


@dataclass
class Told:
    """Messages that were to be sent; the same key twice counts once, as in the queue."""

    keys: list[str]

    def announce(self, workspace, event, key, data, at):
        assert (workspace, event, data["id"]) == ("w", "alert.fired", key)
        if key not in self.keys:
            self.keys.append(key)


def this_month(store, blamed=20, **given):
    keep(store, datetime.now(UTC).date(), blamed, **given)


def ask(store, workspace="w", **changes):
    return store.create_alert(workspace, alert_id="a", name="Giao trễ", rule=rule(**changes))


def test_what_fired_is_told_once_and_known_from_then_on(store):
    this_month(store)
    ask(store, cool_down_hours=0)
    told = Told([])
    watch = Watch(store=store, messages=told)
    for _ in range(3):
        watch.check("w")

    (firing,) = store.firings("w").items
    assert told.keys == [firing.id]
    assert store.untold_firings("w") == []
    assert store.alert("w", "a").outcome == "known"


def test_an_alert_that_cools_down_or_is_off_is_not_looked_at(store):
    this_month(store)
    ask(store)
    watch = Watch(store=store, messages=Told([]))
    watch.check("w")
    first = store.alert("w", "a")
    watch.check("w")
    cooling = store.alert("w", "a")
    store.update_alert("w", "a", enabled=False)
    watch.check("w")

    assert (first.outcome, cooling.outcome) == ("fired", "cooling_down")
    assert first.checked_at <= cooling.checked_at == store.alert("w", "a").checked_at


def test_all_workspaces_are_checked_and_know_nothing_of_each_other(store):
    this_month(store)
    ask(store)
    ask(store, workspace="v")
    Watch(store=store, messages=Told([])).check_all()

    assert (store.alert("w", "a").outcome, store.alert("v", "a").outcome) == ("fired", "no_comments")
    assert store.firings("v").items == ()


def test_a_check_that_broke_off_after_it_fired_is_made_good_by_the_next(store):
    class Gone(Told):
        def announce(self, *_):
            raise RuntimeError

    this_month(store)
    ask(store)
    with pytest.raises(RuntimeError):
        Watch(store=store, messages=Gone([])).check("w")
    told = Told([])
    Watch(store=store, messages=told).check("w")
    Watch(store=store, messages=told).check("w")

    assert told.keys == [store.firings("w").items[0].id]


def die_when_it_is_to_be_told(url):
    """Check, and be killed between keeping the firing and telling of it."""

    class Killed:
        def announce(self, *_):
            os.kill(os.getpid(), signal.SIGKILL)

    Watch(store=open_store(url), messages=Killed()).check("w")


@both
def test_a_process_killed_in_the_middle_and_several_at_once_tell_once(settings, launch):
    """Kill -9 after the firing was kept; then four checks at once over the real queue."""
    jobs = launch(worker=False)
    store = jobs.work.store
    this_month(store)
    ask(store)
    store.create_webhook("w", webhook_id="h", url="https://x.example", secret=make_secret(), events=["alert.fired"])
    child = multiprocessing.get_context("spawn").Process(target=die_when_it_is_to_be_told, args=(settings.store_url,))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    (firing,) = store.untold_firings("w")

    threads = [threading.Thread(target=jobs.work.check_alerts, args=("w",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert store.firings("w").items == (firing,)
    assert store.untold_firings("w") == []
    queued = jobs.engine.client.list_workflows(workflow_id_prefix=firing.id)
    assert [one.workflow_id for one in queued] == [f"{firing.id}>h>1"]


def test_a_batch_that_ends_has_alerts_checked_and_webhooks_told(tiny_model, tmp_path, live):
    from nlp_cx.jobs import Jobs

    settings = Settings(model=str(tiny_model), home=tmp_path, private_webhooks=True)
    store, secret = open_store(settings.store_url), make_secret()
    jobs = Jobs(settings, store, live)
    jobs.launch()
    try:
        with receiver() as told:
            store.create_webhook("w", webhook_id="h", url=told.url, secret=secret, events=["alert.fired"])
            ask(store)
            day = datetime.now(UTC).date().isoformat()
            end(jobs, jobs.create("w", write(jobs, [row | {"created_at": day} for row in rows(40)]), name="s.jsonl"))
            until(lambda: told.came)
            until(lambda: store.alert("w", "a").checked_at)
    finally:
        jobs.stop()
    ((headers, body),) = told.came
    message = Webhook(secret).verify(body, headers)
    (firing,) = store.firings("w").items
    store.close()

    assert message["type"] == "alert.fired"
    assert message["data"] == {"id": firing.id, "alert_id": "a", "at": firing.at.isoformat(), **firing.data}
    assert message["data"]["count"] == 40
    assert "giao hàng" not in body.decode()


def test_alerts_are_checked_every_hour(launch):
    """The schedule is there, whatever process made it."""
    from dbos import DBOS

    launch()

    assert {one["schedule_name"]: one["schedule"] for one in DBOS.list_schedules()} == {
        "purge": "17 3 * * *",
        "watch": "7 * * * *",
    }
