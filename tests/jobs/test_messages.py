"""nlp_cx.jobs.messages: whoever asked is told, again if need be, and once in the end."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from standardwebhooks import Webhook

from nlp_cx.jobs import Jobs
from nlp_cx.storage import open_store
from nlp_cx.webhooks import make_secret
from tests.jobs.conftest import until
from tests.jobs.test_jobs import end, rows, write
from tests.receiver import receiver

SECRET = make_secret()


@pytest.fixture
def jobs(tiny_model, tmp_path, live):
    """Jobs that tell receivers on this machine, and try again soon."""
    from nlp_cx.settings import Settings

    settings = Settings(model=str(tiny_model), home=tmp_path, private_webhooks=True)
    store = open_store(settings.store_url)
    jobs = Jobs(settings, store, live)
    jobs.messages = replace(jobs.messages, retries=(0.1, 0.1))
    jobs.work = replace(jobs.work, messages=jobs.messages)
    jobs.launch()
    yield jobs
    jobs.stop()
    store.close()


def ask(jobs, url, *events, webhook="w"):
    jobs.work.store.create_webhook("acme", webhook_id=webhook, url=url, secret=SECRET, events=events)


def tries(jobs, webhook="w"):
    return jobs.work.store.deliveries("acme", webhook).items


def test_the_end_of_a_batch_is_told_and_signed(jobs):
    with receiver() as told:
        ask(jobs, told.url, "batch.completed", "batch.failed")
        batch = end(jobs, jobs.create("acme", write(jobs, rows(3)), name="survey.jsonl"))
        until(lambda: tries(jobs))

    ((headers, body),) = told.came
    message = Webhook(SECRET).verify(body, headers)
    assert (message["type"], message["data"]["id"], message["data"]["done"]) == ("batch.completed", batch.id, 3)
    assert "giao hàng" not in body.decode()
    assert [(one.attempt, one.status) for one in tries(jobs)] == [(1, 200)]


def test_a_failure_is_told_to_those_who_want_to_know(jobs):
    with receiver() as told, receiver() as other:
        ask(jobs, told.url, "batch.failed")
        ask(jobs, other.url, "batch.completed", webhook="o")
        end(jobs, jobs.create("acme", write(jobs, [{"text": ["x"]}]), name="survey.jsonl"))
        until(lambda: told.came)

    assert json.loads(told.came[0][1])["data"]["error"]["code"] == "file"
    assert other.came == []


def test_a_receiver_that_fails_is_tried_again_under_the_same_id(jobs):
    with receiver(500, 200) as told:
        ask(jobs, told.url, "alert.fired")
        jobs.announce("acme", "alert.fired", "alert-1", {"theme": "delivery"})
        jobs.announce("acme", "alert.fired", "alert-1", {"theme": "delivery"})
        until(lambda: len(tries(jobs)) == 2)

    assert [headers["webhook-id"] for headers, _ in told.came] == ["msg_alert-1"] * 2
    assert [(one.attempt, one.status) for one in tries(jobs)] == [(2, 200), (1, 500)]


def test_tries_come_to_an_end(jobs):
    with receiver(503) as told:
        ask(jobs, told.url, "alert.fired")
        jobs.announce("acme", "alert.fired", "alert-1", {})
        until(lambda: len(tries(jobs)) == 3)
    assert len(told.came) == 3


def test_a_receiver_that_is_gone_for_good_is_told_nothing_more(jobs):
    with receiver(410) as told:
        ask(jobs, told.url, "alert.fired")
        jobs.announce("acme", "alert.fired", "alert-1", {})
        until(lambda: not jobs.work.store.webhook("acme", "w").enabled)
        jobs.announce("acme", "alert.fired", "alert-2", {})
    assert len(told.came) == 1
