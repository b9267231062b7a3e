"""nlp_cx.jobs under kill -9: nothing is lost, nothing is done twice. benchmarks/kill.py does so twenty times over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from nlp_cx.settings import Settings
from tests.jobs.conftest import both, until
from tests.jobs.test_jobs import end, rows, write

ROWS = 6000


@pytest.fixture
def worker(settings: Settings) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start `nlp-cx work` in a process of its own."""
    with ExitStack() as stack:

        def start() -> subprocess.Popen[bytes]:
            told = {"NLP_CX_HOME": str(settings.home), "NLP_CX_MODEL": str(settings.model)}
            process = subprocess.Popen(
                [sys.executable, "-m", "nlp_cx", "work", "--log", "json"],
                env={**os.environ, **told, "DATABASE_URL": settings.store_url},  # noqa: TID251
                stderr=subprocess.DEVNULL,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield start


@both
def test_a_killed_worker_loses_no_comment_and_counts_none_twice(launch, worker):
    jobs = launch(worker=False)
    store = jobs.work.store
    batch = jobs.create("acme", write(jobs, rows(ROWS)), name="survey.jsonl")
    first = worker()
    until(lambda: store.batch("acme", batch.id).done, 60)

    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    after = store.batch("acme", batch.id)
    assert (after.state, 0 < after.done < ROWS) == ("running", True)
    worker()

    done = end(jobs, batch)
    assert (done.state, done.done, done.chunks_saved) == ("completed", ROWS, done.chunks)
    assert [one.id for one in store.results("acme", batch.id, limit=10_000).items] == [f"r{n}" for n in range(ROWS)]
    (totals,) = store.totals("acme")
    assert totals.comments == ROWS
    (delivery,) = store.theme_counts("acme")
    assert delivery.negative == ROWS


def test_a_worker_that_is_told_to_stop_hands_back_and_another_goes_on(launch, worker):
    jobs = launch(worker=False)
    store = jobs.work.store
    batch = jobs.create("acme", write(jobs, rows(ROWS)), name="survey.jsonl")
    first = worker()
    until(lambda: store.batch("acme", batch.id).done, 60)

    first.send_signal(signal.SIGTERM)

    assert first.wait(30) == 0
    assert store.batch("acme", batch.id).state == "running"
    worker()
    assert end(jobs, batch).done == ROWS
