"""The same tests for every database."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from nlp_cx.storage import open_store
from nlp_cx.storage.schema import metadata
from tests.postgres import new_database, postgres_server, postgres_url  # noqa: F401  # fixtures

DATABASES = ("memory", "file", "postgres")


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server):  # noqa: F811
    """URL of a database with tables, and what empties them: faster than a new database for each test."""
    with new_database(postgres_server) as url:
        open_store(url).close()
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        names = ", ".join(f'"{table}"' for table in metadata.tables)

        def empty():
            with engine.begin() as connection:
                connection.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY"))
            return url

        yield empty


def place(request, tmp_path):
    """URL of an empty database of the kind that a fixture asks for."""
    match request.param:
        case "memory":
            return "sqlite://"
        case "file":
            return f"sqlite:///{tmp_path / 'store.sqlite'}"
        case _:
            return request.getfixturevalue("migrated_postgres")()


@pytest.fixture(params=DATABASES)
def store(request, tmp_path):
    """An empty store."""
    opened = open_store(place(request, tmp_path))
    yield opened
    opened.close()


@pytest.fixture(params=DATABASES[1:])
def shared_url(request, tmp_path):
    """URL of an empty store that several processes can open."""
    return place(request, tmp_path)


@pytest.fixture(params=DATABASES[1:])
def new_url(request, tmp_path):
    """URL of a database without any table."""
    if request.param == "file":
        return place(request, tmp_path)
    return request.getfixturevalue("postgres_url")
