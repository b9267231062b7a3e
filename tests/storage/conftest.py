"""The same tests for every database."""

from __future__ import annotations

import pytest

from nlp_cx.storage import open_store
from tests.postgres import postgres_server, postgres_url  # noqa: F401  # fixtures

DATABASES = ("memory", "file", "postgres")


@pytest.fixture(params=DATABASES)
def url(request, tmp_path):
    """URL of an empty database of each kind."""
    match request.param:
        case "memory":
            return "sqlite://"
        case "file":
            return f"sqlite:///{tmp_path / 'store.sqlite'}"
        case _:
            return request.getfixturevalue("postgres_url")


@pytest.fixture
def store(url):
    """An empty store."""
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture(params=DATABASES[1:])
def shared_url(request, tmp_path):
    """URL of an empty database that several processes can open."""
    if request.param == "file":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    return request.getfixturevalue("postgres_url")
