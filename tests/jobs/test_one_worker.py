"""nlp_cx.jobs, one worker that stays: what becomes of batches, good and bad."""

from __future__ import annotations

import json
import sqlite3

import pytest

from nlp_cx.errors import ConflictError, NotFoundError, ServiceError, StorageError
from nlp_cx.jobs import Jobs
from nlp_cx.settings import Settings
from nlp_cx.storage import open_store
from nlp_cx.storage.interface import Filter
from tests.jobs.conftest import until
from tests.jobs.test_jobs import end, rows, write


@pytest.fixture(scope="module")
def jobs(tiny_model, tmp_path_factory, live):
    """A worker that all tests here share."""
    settings = Settings(model=str(tiny_model), home=tmp_path_factory.mktemp("home"))
    store = open_store(settings.store_url)
    jobs = Jobs(settings, store, live, look=0.2)
    jobs.launch()
    yield jobs
    jobs.stop()
    store.close()


@pytest.fixture
def acme(request):
    """A workspace of the test's own."""
    return request.node.name


def test_rows_without_ids_of_two_files_are_kept_apart_and_those_of_one_file_once(jobs, acme):
    """The second survey once replaced the first, row by row; "STT" counts the rows of each file just the same."""
    for content in ("Ý kiến\nChờ lâu\n", "Ý kiến\nGiá rẻ\n", "STT,Ý kiến\n1,Xe sạch\n", "STT,Ý kiến\n1,App lỗi\n"):
        for _ in range(2):
            path = jobs.files.draft(".csv")
            path.write_text(content, encoding="utf-8")
            end(jobs, jobs.create(acme, path, name="survey.csv"))

    kept = jobs.work.store.comments(acme).items

    assert sorted(one.analysis.text for one in kept) == ["App lỗi", "Chờ lâu", "Giá rẻ", "Xe sạch"]


def test_files_are_gone_when_a_batch_is_over(jobs, acme):
    batch = jobs.create(acme, write(jobs, rows(3)), name="survey.jsonl")
    end(jobs, batch)

    until(lambda: not jobs.files.spool(batch.id).exists())
    assert list(jobs.files.uploads.iterdir()) == []


def test_rejected_rows_are_kept_with_their_reasons_and_without_personal_data(jobs, acme):
    bad = {"id": "bad", "text": ["call 0912 345 678"]}
    batch = jobs.create(acme, write(jobs, [*rows(2), bad]), name="survey.jsonl")

    done = end(jobs, batch)

    assert (done.state, done.done, done.rejected, done.total) == ("completed", 2, 1, 3)
    (rejected,) = jobs.work.store.rejected(acme, batch.id).items
    assert rejected.reason == "text must be a string"
    assert "0912" not in str(rejected.to_dict())


def test_a_file_without_a_comment_fails_in_both_languages(jobs, acme):
    batch = jobs.create(acme, write(jobs, [{"id": "bad", "text": ["x"]}]), name="survey.jsonl")

    done = end(jobs, batch)

    assert (done.state, done.error_code) == ("failed", "file")
    assert done.error == "survey.jsonl holds no comment; 1 rows were rejected"
    assert done.error_vi != done.error


def test_a_file_that_cannot_be_read_fails_under_the_name_it_came_with(jobs, acme):
    path = jobs.files.draft(".xlsx")
    path.write_bytes(b"PK\x03\x04 and nothing more")

    done = end(jobs, jobs.create(acme, path, name="khao-sat.xlsx"))

    assert done.state == "failed"
    assert "khao-sat.xlsx" in done.error
    assert done.id not in done.error


def test_what_a_killed_submit_left_is_taken_up(jobs, acme):
    """The batch stands in the store and nothing in the queue: killed right between the two."""
    jobs.files.keep(write(jobs, rows(3)), "b_left")
    batch = jobs.work.store.create_batch(acme, batch_id="b_left", name="survey.jsonl")

    jobs._keeper.reckon()

    assert end(jobs, batch).state == "completed"


def test_submitting_twice_analyses_once(jobs, acme):
    batch = jobs.create(acme, write(jobs, rows(3)), name="survey.jsonl")
    jobs.submit(acme, batch.id)
    end(jobs, batch)
    jobs.submit(acme, batch.id)

    assert end(jobs, batch).done == 3


def test_only_what_is_under_way_can_be_cancelled(jobs, acme):
    batch = jobs.create(acme, write(jobs, rows(3)), name="survey.jsonl")
    end(jobs, batch)

    with pytest.raises(ConflictError):
        jobs.cancel(acme, batch.id)
    with pytest.raises(NotFoundError):
        jobs.cancel("other", batch.id)


def test_a_deleted_batch_is_gone_with_its_comments(jobs, acme):
    batch = jobs.create(acme, write(jobs, rows(3)), name="survey.jsonl")
    end(jobs, batch)
    with pytest.raises(NotFoundError):
        jobs.delete("other", batch.id)

    jobs.delete(acme, batch.id)

    assert jobs.work.store.batch(acme, batch.id) is None
    assert jobs.work.store.count(acme) == 0


def test_a_comment_that_breaks_the_analyzer_is_rejected_alone(jobs, acme, live, monkeypatch):
    """Broken on purpose in the redactor, which every comment passes."""
    real = live.analyzer("job")._redact

    class Breaks:
        def __call__(self, aligned):
            if "boom" in aligned.text:
                raise ZeroDivisionError
            return real(aligned)

    monkeypatch.setattr(live.analyzer("job"), "_redact", Breaks())
    batch = jobs.create(acme, write(jobs, [*rows(2), {"id": "x", "text": "boom"}]), name="survey.jsonl")

    done = end(jobs, batch)

    assert (done.state, done.done, done.rejected) == ("completed", 2, 1)
    (rejected,) = jobs.work.store.rejected(acme, batch.id).items
    assert (rejected.id, rejected.row) == ("x", 3)


def test_rescoring_nothing_is_done_at_once(jobs, acme):
    again = end(jobs, jobs.rescore(acme, Filter()))
    assert (again.state, again.done, again.total) == ("completed", 0, 0)


def test_the_purge_is_scheduled_once_for_all_processes_and_runs(jobs, acme):
    schedules = [(one["schedule_name"], one["status"]) for one in jobs.engine.client.list_schedules()]
    assert schedules.count(("purge", "ACTIVE")) == 1

    handle = jobs.engine.client.trigger_schedule("purge")

    until(lambda: handle.get_status().status not in ("ENQUEUED", "PENDING"))
    assert handle.get_status().status == "SUCCESS"


def test_a_second_worker_in_the_same_process_is_refused(jobs, live):
    second = Jobs(jobs.work.settings, jobs.work.store, live)
    with pytest.raises(ServiceError, match="one process"):
        second.launch()


def test_what_is_queued_holds_ids_and_no_text_and_is_json(jobs, acme):
    end(jobs, jobs.create(acme, write(jobs, rows(3)), name="survey.jsonl"))

    for status in jobs.engine.client.list_workflows():
        assert "giao hàng" not in json.dumps(status.input, ensure_ascii=False)
    with sqlite3.connect(jobs.files.folder / "jobs.sqlite") as database:
        kinds = {kind for (kind,) in database.execute("SELECT DISTINCT serialization FROM workflow_status")}
    assert kinds <= {"portable_json", None}  # None: that of the configuration, which is this one
    database.close()


def test_a_task_rests_while_the_database_is_away(jobs, acme, monkeypatch):
    monkeypatch.setattr("nlp_cx.jobs.engine.RESTS", (0.05, 0.05))
    tries = []

    def fails_once() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise StorageError("away")

    jobs.engine._try("deliver", fails_once, ())

    assert len(tries) == 2
