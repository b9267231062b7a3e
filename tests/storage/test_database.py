"""What only a real database shows: migrations, several processes, kill -9, and what BI tools read."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import threading
import time
from importlib.resources import files

import pytest
import sqlalchemy as sa

from nlp_cx.errors import MissingExtraError, StorageError
from nlp_cx.storage import open_store
from nlp_cx.storage.database import Database
from nlp_cx.storage.migrate import head
from nlp_cx.storage.schema import metadata
from tests.storage.made import made, nps

fork = multiprocessing.get_context("spawn")


def test_migrations_make_the_tables_of_the_schema(new_url):
    """What the migrations make and what the code expects do not differ."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    open_store(new_url).close()
    store = open_store(new_url)
    with store._database.read() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "schema_version", "compare_type": True})

        assert compare_metadata(context, metadata) == []
    assert store.migrated()
    store.ping()
    store.close()


def test_a_newer_schema_is_refused(tmp_path):
    """A database that a later version wrote is not touched by this one."""
    url = f"sqlite:///{tmp_path / 'a.sqlite'}"
    open_store(url).close()
    with sqlite3.connect(tmp_path / "a.sqlite") as connection:
        connection.execute("UPDATE schema_version SET version_num = '9999'")
    connection.close()

    with pytest.raises(StorageError, match="9999"):
        open_store(url)


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("", StorageError),
        ("nonsense", StorageError),
        ("mysql://localhost/x", StorageError),
        ("sqlite+aiosqlite:///x", StorageError),
        ("sqlite:////dev/null/x.sqlite", StorageError),
        ("sqlite:////", StorageError),
        ("postgresql+psycopg://nobody:secret@127.0.0.1:1/x", StorageError),
        ("postgres://nobody:secret@127.0.0.1:1/x", StorageError),
    ],
)
def test_a_database_that_cannot_be_opened_is_an_error_of_ours(url, error):
    """It says what is wrong and never the password."""
    with pytest.raises((error, MissingExtraError)) as caught:
        open_store(url)

    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_an_error_of_ours(tmp_path):
    """Some other file is left as it is."""
    (tmp_path / "a.sqlite").write_bytes(b"not a database, but a text that is long enough to be read" * 30)

    with pytest.raises(StorageError, match="cannot be opened"):
        open_store(f"sqlite:///{tmp_path / 'a.sqlite'}")


def test_parts_of_the_store_have_no_method_in_common():
    """They are put together by inheritance: one would silently hide the other."""
    from collections import Counter

    from nlp_cx.storage.base import Part
    from nlp_cx.storage.sql_store import SqlStore

    names = Counter(
        name
        for part in SqlStore.__mro__
        if issubclass(part, Part)
        for name, value in vars(part).items()
        if callable(value) or isinstance(value, staticmethod | classmethod)
    )

    assert [name for name, count in names.items() if count > 1] == []


def test_errors_of_the_database_hold_no_comment(store):
    """Statements are logged without their values."""
    with pytest.raises(sa.exc.DBAPIError) as caught:
        store._database.write(
            lambda connection: connection.execute(sa.text("SELECT :a FROM nothing"), {"a": "private"})
        )

    assert "private" not in str(caught.value)


def test_rows_that_the_database_refuses_are_not_quoted(store):
    """Not by the fast way of inserting them either."""
    from nlp_cx.storage.schema import texts

    with pytest.raises((StorageError, sa.exc.DBAPIError)) as caught:
        store._database.write(lambda connection: store._database.add(connection, texts, [("no number", "private")]))

    assert "private" not in str(caught.value)


def test_a_new_file_is_its_owners_only(tmp_path):
    """What customers wrote is not for other users of the machine."""
    open_store(f"sqlite:///{tmp_path / 'folder' / 'a.sqlite'}").close()

    assert (tmp_path / "folder" / "a.sqlite").stat().st_mode & 0o077 == 0
    assert (tmp_path / "folder").stat().st_mode & 0o077 == 0


def _open(url):
    """Open and use a store in a process of its own."""
    store = open_store(url)
    store.save("w", None, None, [made(str(os.getpid()))])
    store.close()


def test_several_processes_start_at_once(new_url):
    """One of them migrates, all of them work."""
    processes = [fork.Process(target=_open, args=(new_url,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0] * 3
    store = open_store(new_url)
    assert store.count("w") == 3
    store.close()


def test_many_threads_write_at_once(store):
    """Nothing is lost, nothing deadlocks: the same ids in several orders, other workspaces, a batch, readers."""
    store.create_batch("w", batch_id="b")
    store.update_batch("w", "b", state="running")
    wrong = []

    def write(which):
        chance = random.Random(which)
        try:
            for chunk in range(5):
                rows = [made(f"c{number}", scores=(nps(which),)) for number in range(20)]
                chance.shuffle(rows)
                store.save("w", "b", which * 5 + chunk, rows)
                store.save(f"w{which % 2}", None, None, rows[:3])
                store.theme_counts("w", by=("touchpoint",))
        except Exception as error:  # noqa: BLE001  # told below
            wrong.append(error)

    threads = [threading.Thread(target=write, args=(which,)) for which in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert store.batch("w", "b").done == 400
    assert store.saved_chunks("w", "b") == set(range(20))
    assert store.count("w") == 20
    assert store.theme_counts("w")[0].n == 20
    assert [row.counts for row in store.score_counts("w")] == [{3: 20}]


def test_another_process_sees_what_is_written(shared_url):
    """Facts that a process keeps are as new as the database."""
    first, second = open_store(shared_url), open_store(shared_url)
    for number in range(3):
        first.save("w", None, None, [made(str(number), touchpoint=f"t{number}")])

        assert second.count("w") == number + 1
        assert len(second.totals("w", by=("touchpoint",))) == number + 1
    second.delete_comment("w", "0")

    assert first.count("w") == 2
    first.close()
    second.close()


CHUNKS = 12


def chunk_of(number):
    """Rows of a chunk; the first of each is the same comment."""
    return [made("shared", f"chunk {number}")] + [made(f"{number}-{row}") for row in range(40)]


def _work(url):
    """Save the chunks that are missing, as a worker that was started again does."""
    store = open_store(url)
    for number in sorted(set(range(CHUNKS)) - store.saved_chunks("w", "b")):
        store.save("w", "b", number, chunk_of(number))
    store.update_batch("w", "b", state="completed")
    store.close()


def test_a_worker_that_is_killed_leaves_whole_chunks(shared_url):
    """kill -9 at any moment, again and again: in the end every comment is there once, and every count is right."""
    store = open_store(shared_url)
    store.create_batch("w", batch_id="b", total=41 * CHUNKS)
    store.update_batch("w", "b", state="running")
    chance, kills = random.Random(3), 0
    while store.batch("w", "b").state == "running":
        process = fork.Process(target=_work, args=(shared_url,))
        process.start()
        if kills < 3:
            began = len(store.saved_chunks("w", "b"))
            while process.is_alive() and len(store.saved_chunks("w", "b")) == began:
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.03))
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
        process.join()
        batch = store.batch("w", "b")

        assert batch.done == 41 * batch.chunks_saved == 41 * len(store.saved_chunks("w", "b"))
        assert store.count("w") == (40 * batch.chunks_saved + 1 if batch.chunks_saved else 0)
        assert store.theme_counts("w")[0].n == store.count("w")
    assert batch.state == "completed"
    assert store.count("w") == 40 * CHUNKS + 1
    assert store.comment("w", "shared").analysis.text == f"chunk {CHUNKS - 1}"
    store.close()


def test_a_chunk_saved_by_two_workers_counts_once(shared_url):
    """Both try at the same time; one keeps it, the other is told."""
    stores = [open_store(shared_url) for _ in range(2)]
    stores[0].create_batch("w", batch_id="b")
    stores[0].update_batch("w", "b", state="running")
    for chunk in range(5):
        told: list[str] = []

        def save(one, chunk=chunk, told=told):
            told.append(one.save("w", "b", chunk, chunk_of(chunk)))

        threads = [threading.Thread(target=save, args=(one,)) for one in stores]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(told) == ["again", "saved"]

    assert stores[0].batch("w", "b").done == 41 * 5
    for one in stores:
        one.close()


def test_cancelling_and_saving_at_once_leaves_no_doubt(shared_url):
    """After a batch was cancelled nothing is added to it, however the two meet."""
    saving, cancelling = open_store(shared_url), open_store(shared_url)
    saving.create_batch("w", batch_id="b")
    saving.update_batch("w", "b", state="running")
    told = []

    def save():
        for chunk in range(2_000):
            told.append(saving.save("w", "b", chunk, [made(str(chunk))]))
            if told[-1] == "closed":
                return

    thread = threading.Thread(target=save)
    thread.start()
    while not cancelling.saved_chunks("w", "b"):
        time.sleep(0.002)
    cancelling.update_batch("w", "b", state="cancelled")
    kept = cancelling.count("w")
    thread.join()

    assert told == ["saved"] * kept + ["closed"]
    assert saving.count("w") == saving.batch("w", "b").done == kept
    saving.close()
    cancelling.close()


def test_views_tell_their_columns(store):
    """Every column that BI tools see is described; on PostgreSQL in the database itself."""
    import importlib

    views = importlib.import_module("nlp_cx.storage.migrations.versions.0002_views")
    inspector = sa.inspect(store._database.engine)
    for name in views.VIEWS:
        columns = inspector.get_columns(name)
        told = {column["name"]: views.COLUMNS[name][column["name"]] for column in columns}

        assert "workspace" in told
        if not store._database.is_sqlite:
            assert {column["name"]: column["comment"] for column in columns} == told
    assert set(inspector.get_view_names()) == set(views.VIEWS)


def test_views_show_what_is_kept(store):
    """One row per comment, mention, score and segment, with workspace and id."""
    store.save("w", None, None, [made("1", segments={"s": "x"}, scores=(nps(0),)), made("2", " ")])

    def read(query):
        with store._database.read() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query))]

    assert read("SELECT workspace, comment_id, standing, sentiment FROM v_comments ORDER BY 2") == [
        ("w", "1", "judged", "negative"),
        ("w", "2", "blank", None),
    ]
    assert read("SELECT workspace, comment_id, theme, sentiment, confidence FROM v_mentions") == [
        ("w", "1", "delivery", "negative", 0.9)
    ]
    assert read("SELECT comment_id, metric, value, min, max, direction FROM v_scores") == [
        ("1", "nps", 0, 0, 10, "higher_is_better")
    ]
    assert read("SELECT comment_id, name, value FROM v_segments") == [("1", "s", "x")]


def test_the_driver_is_chosen_and_writers_wait_for_each_other(tmp_path):
    """A URL without driver means psycopg; a SQLite writer that comes second waits instead of failing."""
    assert Database("postgresql://localhost/x").engine.url.drivername == "postgresql+psycopg"
    store = open_store(f"sqlite:///{tmp_path / 'a.sqlite'}")
    with sqlite3.connect(tmp_path / "a.sqlite", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = threading.Thread(target=lambda: store.save("w", None, None, [made("1")]))
        waiting.start()
        time.sleep(0.2)
        assert waiting.is_alive()
        other.execute("ROLLBACK")
        waiting.join()
    other.close()

    assert store.count("w") == 1
    numbers = (path.name[:4] for path in files("nlp_cx.storage").joinpath("migrations", "versions").iterdir())
    assert head() == max(number for number in numbers if number.isdigit())
    store.close()
