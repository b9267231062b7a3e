"""nlp_cx.jobs: a batch that was taken on comes to its end, whatever happens meanwhile."""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nlp_cx.errors import UnavailableError
from nlp_cx.jobs import Jobs
from nlp_cx.jobs.keeper import Keeper
from nlp_cx.jobs.presence import FilePresence
from nlp_cx.records import Comment
from nlp_cx.storage.interface import Batch, Filter
from tests.jobs.conftest import both, until


def write(jobs: Jobs, rows: list[dict[str, object]]) -> Path:
    """Write rows as an upload that waits to become a batch."""
    path = jobs.files.draft(".jsonl")
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def rows(count: int) -> list[dict[str, object]]:
    return [{"id": f"r{number}", "text": "giao hàng chậm quá"} for number in range(count)]


def end(jobs: Jobs, batch: Batch) -> Batch:
    """Wait for the end of a batch."""

    def over() -> bool:
        now = jobs.work.store.batch(batch.workspace, batch.id)
        return now is not None and now.state not in ("queued", "running")

    until(over)
    found = jobs.work.store.batch(batch.workspace, batch.id)
    assert found is not None
    return found


@both
def test_every_row_of_a_batch_is_analysed_once_in_its_order(launch):
    jobs = launch()
    batch = jobs.create("acme", write(jobs, rows(1300)), name="survey.jsonl")

    done = end(jobs, batch)

    assert (done.state, done.total, done.done, done.rejected, done.chunks) == ("completed", 1300, 1300, 0, 3)
    page = jobs.work.store.results("acme", batch.id, limit=5000)
    assert [one.id for one in page.items] == [f"r{number}" for number in range(1300)]
    assert page.items[0].analysis.themes[0].theme == "delivery"


def test_a_cancelled_batch_takes_nothing_more(launch):
    jobs = launch(worker=False)
    batch = jobs.create("acme", write(jobs, rows(3)), name="survey.jsonl")

    assert jobs.cancel("acme", batch.id).state == "cancelled"
    assert jobs.cancel("acme", batch.id).state == "cancelled"
    assert jobs.engine.lost(batch.id) == []
    assert list(jobs.files.uploads.iterdir()) == []


@both
def test_a_batch_deleted_while_it_runs_leaves_nothing(launch):
    jobs = launch()
    batch = jobs.create("acme", write(jobs, rows(6000)), name="survey.jsonl")
    until(lambda: jobs.work.store.batch("acme", batch.id).done)

    jobs.delete("acme", batch.id)

    until(lambda: not jobs.engine.client.list_workflows(status=["PENDING", "ENQUEUED"]))
    assert jobs.work.store.count("acme") == 0
    assert list((jobs.files.folder / "spool").iterdir()) == []
    assert jobs.engine.lost(batch.id) == []


@both
def test_what_is_under_way_at_a_stop_is_finished_by_the_next_worker(launch):
    jobs = launch()
    batch = jobs.create("acme", write(jobs, rows(15_000)), name="survey.jsonl")
    until(lambda: jobs.work.store.batch("acme", batch.id).done)
    jobs.stop()
    before = jobs.work.store.batch("acme", batch.id)
    assert before.state == "running"

    done = end(launch(), batch)

    assert (done.state, done.done) == ("completed", 15_000)


@both
def test_a_small_batch_does_not_wait_for_a_large_one(launch):
    jobs = launch()
    large = jobs.create("acme", write(jobs, rows(30_000)), name="large.jsonl")
    until(lambda: jobs.work.store.batch("acme", large.id).done)

    end(jobs, jobs.create("other", write(jobs, rows(100)), name="small.jsonl"))

    assert jobs.work.store.batch("acme", large.id).state == "running"
    jobs.cancel("acme", large.id)


def test_raw_text_is_kept_where_that_is_asked_for_and_the_upload_never_is(launch, settings):
    """What is kept must go with a respondent or a retention day; a whole file could not."""
    jobs = launch(settings=replace(settings, keep_raw=True))
    batch = jobs.create("acme", write(jobs, [{"id": "a", "text": "giá rẻ, gọi 0912345678"}]), name="survey.jsonl")
    end(jobs, batch)

    stored = jobs.work.store.comment("acme", "a")
    assert stored.raw == "giá rẻ, gọi 0912345678"
    assert "0912345678" not in stored.analysis.text
    assert list(jobs.files.uploads.iterdir()) == []


def test_rescoring_reads_kept_texts_again_with_the_live_model(launch, settings):
    jobs = launch(settings=replace(settings, keep_raw=True))
    batch = jobs.create("acme", write(jobs, rows(3)), name="survey.jsonl")
    end(jobs, batch)
    before = jobs.work.store.comment("acme", "r0")

    again = end(jobs, jobs.rescore("acme", Filter(raw=True)))

    after = jobs.work.store.comment("acme", "r0")
    assert (again.kind, again.state, again.done) == ("rescore", "completed", 3)
    assert (after.batch, after.raw, after.analysis) == (batch.id, before.raw, before.analysis)


def test_the_nightly_purge_deletes_what_is_older_than_it_may_be(launch, settings):
    jobs = launch(settings=replace(settings, retention_days=1))
    end(jobs, jobs.create("acme", write(jobs, rows(3)), name="survey.jsonl"))
    jobs.work.purge()
    assert jobs.work.store.count("acme") == 3

    tomorrow = datetime.now(UTC) + timedelta(days=1)
    jobs.work.store.purge("acme", tomorrow)
    assert jobs.work.store.count("acme") == 0


def test_what_is_over_is_forgotten_by_the_queue(launch):
    jobs = launch()
    end(jobs, jobs.create("acme", write(jobs, rows(3)), name="survey.jsonl"))
    until(lambda: not jobs.engine.client.list_workflows(status=["PENDING", "ENQUEUED"]))

    jobs.engine.forget((datetime.now(UTC) + timedelta(minutes=1)).isoformat())

    assert jobs.engine.client.list_workflows() == []


def test_a_batch_whose_work_was_given_up_fails_and_says_so(launch):
    """Killed as often as tasks are tried: what the queue then says of it is written here by hand."""
    jobs = launch(worker=False)
    batch = jobs.create("acme", write(jobs, rows(3)), name="survey.jsonl")
    with sqlite3.connect(jobs.files.folder / "jobs.sqlite") as database:
        database.execute("UPDATE workflow_status SET status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'")
    database.close()

    keeper = Keeper(jobs.engine, FilePresence(jobs.files.folder / "workers"), jobs.work)
    keeper.reckon()

    now = jobs.work.store.batch("acme", batch.id)
    assert (now.state, now.error_code) == ("failed", "unavailable")
    assert now.error_vi != now.error


def test_what_killed_processes_left_is_swept_after_a_day(launch):
    jobs = launch(worker=False)
    batch = jobs.create("acme", write(jobs, rows(3)), name="survey.jsonl")
    waits = jobs.files.upload(batch.id)
    left = [jobs.files.uploads / ".0123", jobs.files.uploads / "b_gone.csv"]
    for path in left:
        path.touch()
    folders = [jobs.files.spool("b_gone"), jobs.files.spool(f"{batch.id}.0123.part")]
    for folder in folders:
        folder.mkdir(parents=True)
    fresh = jobs.files.draft()
    fresh.touch()
    for path in (waits, *left, *folders):
        os.utime(path, (0, 0))

    jobs.work.purge()

    assert sorted(jobs.files.uploads.iterdir()) == sorted([waits, fresh])
    assert list((jobs.files.folder / "spool").iterdir()) == []


class _Away:
    """A model whose memory is gone: whatever is asked of it fails."""

    def stream(self, comments):
        raise MemoryError

    def __call__(self, comments):
        raise MemoryError


def test_comments_are_not_given_up_because_a_process_is_broken(launch, monkeypatch):
    """Where not one of several can be analysed the chunk is kept for later; nothing counts as rejected."""
    work = launch(worker=False).work
    monkeypatch.setattr(work.live, "analyzer", lambda priority: _Away())

    with pytest.raises(UnavailableError, match="not one"):
        work._rows([Comment(id="a", text="giá rẻ"), Comment(id="b", text="giao chậm")], 1)
    rows, broken = work._rows([Comment(id="a", text="giá rẻ")], 1)
    assert (rows, [one.id for one in broken]) == ([], ["a"])
