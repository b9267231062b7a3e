"""nlp_cx.jobs.presence: who is alive is told rightly, whatever way a process ends."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from nlp_cx.jobs.presence import DatabasePresence, FilePresence, make_name, open_presence

HOLDER = """
import sys, time
from pathlib import Path
from nlp_cx.jobs.presence import FilePresence
presence = FilePresence(Path(sys.argv[1]), "other")
presence.keep()
print("holds", flush=True)
time.sleep(60)
"""


def test_names_are_never_used_twice():
    assert len({make_name() for _ in range(100)}) == 100


def test_a_killed_process_is_dead_and_a_living_one_is_not(tmp_path):
    here = FilePresence(tmp_path, "here")
    here.keep()
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"holds\n"

        assert here.dead(["here", "other", "never-was"]) == ["never-was"]

        os.kill(other.pid, signal.SIGKILL)
        other.wait()
        assert here.dead(["here", "other"]) == ["other"]
    here.leave()


def test_a_process_that_left_is_dead(tmp_path):
    here, other = FilePresence(tmp_path, "here"), FilePresence(tmp_path, "other")
    here.keep()
    other.keep()
    assert here.dead(["other"]) == []
    other.leave()
    assert here.dead(["other"]) == ["other"]
    here.leave()


def test_one_thread_keeps_what_another_one_took(tmp_path):
    """A lock that belongs to a thread would look lost to the keeper's."""
    here = FilePresence(tmp_path, "here")
    here.keep()
    with ThreadPoolExecutor() as pool:
        pool.submit(here.keep).result()
    here.leave()


def test_keeping_twice_holds_once(tmp_path):
    here = FilePresence(tmp_path, "here")
    here.keep()
    here.keep()
    here.leave()
    assert FilePresence(tmp_path, "other").dead(["here"]) == ["here"]


def test_on_postgres_a_dropped_connection_is_a_dead_process(postgres_url, tmp_path):
    here, other = (open_presence(postgres_url, tmp_path) for _ in range(2))
    assert isinstance(here, DatabasePresence)
    here.keep()
    other.keep()
    assert here.dead([here.name, other.name, "never-was"]) == ["never-was"]

    other._connection.close()  # what the server sees when a process is killed

    assert here.dead([other.name]) == [other.name]
    other.keep()
    assert here.dead([other.name]) == []
    other.leave()
    here.leave()
