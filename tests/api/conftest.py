"""A running service over a tiny model and a store of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from nlp_cx.api.app import create_app
from nlp_cx.api.auth import make_key
from nlp_cx.live import Live
from nlp_cx.settings import Settings

Serve = Callable[..., TestClient]


@pytest.fixture(scope="session")
def live(tiny_model: Path) -> Iterator[Live]:
    """The tiny model, live."""
    live = Live(Settings(model=str(tiny_model)))
    live.load()
    yield live
    live.close()


@pytest.fixture
def settings(tiny_model: Path, tmp_path: Path) -> Settings:
    """Settings of a service that keeps everything in a folder of the test and works on no batch by itself."""
    return Settings(model=str(tiny_model), home=tmp_path / "home", worker=False)


@pytest.fixture
def serve(settings: Settings) -> Iterator[Serve]:
    """Start services: `serve(keep_raw=True, extend=lambda app: ...)` gives a client on this machine."""
    with ExitStack() as stack:

        def start(*, extend: Callable[[FastAPI], object] = lambda app: None, **changes: object) -> TestClient:
            app = create_app(replace(settings, **changes))
            extend(app)
            client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
            return stack.enter_context(client)

        yield start


@pytest.fixture(scope="session")
def client(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a service that is open to this machine; for tests that make no key and count nothing."""
    settings = Settings(model=str(tiny_model), home=tmp_path_factory.mktemp("home"), worker=False)
    with TestClient(create_app(settings), base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def new_key() -> Callable[..., dict[str, str]]:
    """Make a key: `new_key(client, "read", workspace="acme")` gives the headers that carry it."""

    def make(client: TestClient, *scopes: str, workspace: str = "default") -> dict[str, str]:
        made = make_key()
        client.app.state.service.store.create_key(workspace, prefix=made.prefix, hash=made.hash, scopes=scopes)
        return {"Authorization": f"Bearer {made.key}"}

    return make
