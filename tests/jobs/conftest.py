"""Jobs over a tiny model, on every kind of database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from nlp_cx.jobs import Jobs
from nlp_cx.live import Live
from nlp_cx.settings import Settings
from nlp_cx.storage import open_store
from tests.postgres import postgres_server, postgres_url  # noqa: F401

Launch = Callable[..., Jobs]


@pytest.fixture(scope="session")
def live(tiny_model: Path) -> Iterator[Live]:
    """The tiny model, live."""
    live = Live(Settings(model=str(tiny_model)))
    live.load()
    yield live
    live.close()


both = pytest.mark.parametrize("settings", ["sqlite", "postgres"], indirect=True)
"""Mark of tests that run on both databases; the others run on SQLite."""


@pytest.fixture
def settings(request: pytest.FixtureRequest, tiny_model: Path, tmp_path: Path) -> Settings:
    """Settings of a service that keeps everything in a folder, and in a database, of the test."""
    url = request.getfixturevalue("postgres_url") if getattr(request, "param", "sqlite") == "postgres" else None
    return Settings(model=str(tiny_model), home=tmp_path / "home", database_url=url)


@pytest.fixture
def launch(settings: Settings, live: Live) -> Iterator[Launch]:
    """Launch jobs: `launch(worker=False)`; stopped, with their store, at the end of the test."""
    with ExitStack() as stack:

        def start(*, worker: bool = True, settings: Settings = settings) -> Jobs:
            settings.folder.mkdir(parents=True, exist_ok=True)
            store = open_store(settings.store_url)
            stack.callback(store.close)
            jobs = Jobs(settings, store, live, look=0.2)
            stack.callback(jobs.stop)
            jobs.launch(worker=worker)
            return jobs

        yield start


def until(true: Callable[[], object], seconds: float = 120.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to be so"
        time.sleep(0.05)
