"""A PostgreSQL server for tests: the one that NLP_CX_TEST_POSTGRES names, else one that is started for this run.

To start one, the server's programs must be installed (`apt-get install postgresql`); without them tests that need it
are skipped and say so. NLP_CX_TEST_POSTGRES is a URL like postgresql+psycopg://user:password@host/postgres, of a
user who may create databases.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

VARIABLE = "NLP_CX_TEST_POSTGRES"
MISSING = f"no PostgreSQL: set {VARIABLE} to its URL, or install the server (apt-get install postgresql)"
_USER = "postgres"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a server; the test is skipped if there is none."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'nlp-cx[postgres]'")
    given = os.environ.get(VARIABLE)  # noqa: TID251  # tests are told where the server is
    if given:
        yield given
        return
    programs = find_programs()
    if programs is None:
        pytest.skip(MISSING)
    with started(programs) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """URL of a new, empty database."""
    with new_database(postgres_server) as url:
        yield url


def find_programs() -> Path | None:
    """Find the folder of initdb and pg_ctl; None if this user may not run them."""
    listed = [
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True),
        *sorted(Path("/usr").glob("pgsql*/bin")),
    ]
    on_path = shutil.which("pg_ctl")
    if on_path:
        listed.append(Path(on_path).resolve().parent)
    found = next((each for each in listed if (each / "initdb").exists() and (each / "postgres").exists()), None)
    return found if found and (os.getuid() != 0 or _has_user()) else None


def _has_user() -> bool:
    """Tell whether there is the user under whom root starts the server, which refuses to be root's."""
    import pwd

    return any(entry.pw_name == _USER for entry in pwd.getpwall())


@contextmanager
def started(programs: Path) -> Iterator[str]:
    """Start a server with an empty cluster on a socket of its own; it goes with all its data."""
    folder = Path(tempfile.mkdtemp(prefix="ncx-pg-", dir="/tmp"))  # a socket's path must be short
    user = _USER if os.getuid() == 0 else None
    if user:
        shutil.chown(folder, user)

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), *arguments]
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL, timeout=120)

    try:
        run("initdb", "-D", "data", "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c max_connections=200"
        run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://{_USER}@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """Make a database on a server, and drop it afterwards."""
    name = f"ncx_{uuid.uuid4().hex}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"))
    try:
        yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
