"""Who goes first at the model, and how it is swapped."""

from __future__ import annotations

import json
import shutil
import threading
import time

import pytest
from structlog.testing import capture_logs

from nlp_cx import live as module
from nlp_cx.errors import ModelNotFoundError, UnavailableError
from nlp_cx.live import Live, Turns
from nlp_cx.records import Comment
from nlp_cx.registry import Registry
from nlp_cx.settings import Settings


def test_answers_go_before_jobs_that_waited_longer():
    """When the turn is free, whoever waits for an answer gets it, even if a job was there first."""
    turns, order = Turns(1), []

    def work(priority):
        with turns.take(priority):
            order.append(priority)

    threads = [threading.Thread(target=work, args=(priority,)) for priority in ("job", "job", "now")]
    with turns.take("now"):
        for thread in threads:
            thread.start()
            time.sleep(0.02)
    for thread in threads:
        thread.join()

    assert order == ["now", "job", "job"]


def test_a_job_that_waited_for_long_is_let_through(monkeypatch):
    """Endless answers do not starve jobs."""
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    turns, done, stop = Turns(1), threading.Event(), threading.Event()

    def answer():
        while not stop.is_set():
            with turns.take("now"):
                time.sleep(0.001)

    def job():
        with turns.take("job"):
            done.set()

    threads = [threading.Thread(target=answer) for _ in range(4)] + [threading.Thread(target=job)]
    for thread in threads:
        thread.start()
    came = done.wait(5)
    stop.set()
    for thread in threads:
        thread.join()

    assert came


def test_no_more_computations_than_slots_run_side_by_side():
    """Three slots, twenty that want one: never more than three at once, and all get their turn."""
    turns, lock = Turns(3), threading.Lock()
    now, most, done = 0, 0, 0

    def work(priority):
        nonlocal now, most, done
        with turns.take(priority):
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.002)
            with lock:
                now -= 1
                done += 1

    threads = [threading.Thread(target=work, args=(("now", "job")[number % 2],)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (done, most <= 3) == (20, True)


def test_a_turn_is_given_back_when_work_fails():
    """An error inside a turn frees it."""
    turns = Turns(1)
    with pytest.raises(ValueError, match="broken"), turns.take("now"):
        raise ValueError("broken")

    with turns.take("job"):
        pass


def test_jobs_get_what_answers_get(tiny_model):
    """Both analyzers say the same of the same comments, in their order."""
    live = Live(Settings(model=str(tiny_model)))
    live.load()
    comments = [Comment(id=str(n), text=("giá rẻ", "giao hàng chậm quá", "")[n % 3]) for n in range(200)]

    assert [a.to_dict() for a in live.analyzer("job")(comments)] == [
        a.to_dict() for a in live.analyzer("now")(comments)
    ]


def test_nothing_is_analysed_before_a_model_is_loaded():
    """Callers are told to wait, not to go away."""
    live = Live(Settings())

    assert live.version is None
    with pytest.raises(UnavailableError, match="still loading"):
        live.analyzer()


def test_a_model_that_is_not_there_is_named():
    """Starting with a wrong version says which there are."""
    with pytest.raises(ModelNotFoundError, match="no model 'nowhere'"):
        Live(Settings(model="nowhere")).load()


@pytest.fixture
def shelf(tiny_model, tmp_path, monkeypatch):
    """A shelf with the tiny model, live, and a twin of it under another version."""
    shelf = tmp_path / "shelf"
    for name in ("tiny", "twin"):
        shutil.copytree(tiny_model, shelf / name)
        manifest = json.loads((shelf / name / "manifest.json").read_text(encoding="utf-8"))
        (shelf / name / "manifest.json").write_text(json.dumps({**manifest, "version": name}), encoding="utf-8")
    monkeypatch.setenv("NLP_CX_MODELS", str(shelf))
    Registry.open().record("tiny", action="promoted", expected=Registry.open().live())
    return shelf


@pytest.fixture
def following(shelf, monkeypatch):
    """What is live on the shelf, followed."""
    monkeypatch.setattr(module, "POLL", 0.02)
    live = Live(Settings())
    live.load()
    live.watch()
    yield live
    live.close()


def wait_until(told, seconds=10):
    until = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_promotion_by_anybody_is_followed(following):
    """Work that began with the old model ends with it; what comes next has the new one; and back again."""
    comment = Comment(id="1", text="giá rẻ")
    before = following.analyzer()
    versions = [following.version]
    for to, since in (("twin", "tiny"), ("tiny", "twin")):
        Registry.open().record(to, action="promoted", expected=since)
        wait_until(lambda to=to: following.version == to)
        versions.append(following.analyzer()([comment])[0].model)

    assert versions == ["tiny", "twin", "tiny"]
    assert before([comment])[0].model == "tiny"


def test_a_model_that_cannot_be_loaded_changes_nothing(following, shelf):
    """The one before goes on answering, and the log says why."""
    (shelf / "twin" / "tokenizer.json").write_text("{}", encoding="utf-8")
    with capture_logs() as said:
        Registry.open().record("twin", action="promoted", expected="tiny")
        wait_until(lambda: "model_not_loaded" in [line["event"] for line in said])

    assert following.version == "tiny"
    assert following.analyzer()([Comment(id="1", text="giá rẻ")])[0].model == "tiny"


def test_a_named_model_stays(shelf, monkeypatch):
    """Who names a model does not want another one."""
    monkeypatch.setattr(module, "POLL", 0.02)
    live = Live(Settings(model=str(shelf / "twin")))
    live.load()
    live.watch()
    Registry.open().record("twin", action="promoted", expected="tiny")
    Registry.open().record("tiny", action="rolled back", expected="twin")
    time.sleep(0.2)

    assert live.version == "twin"
    live.close()
