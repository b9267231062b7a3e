"""The registry says what is live and how it came to be, whatever happens to those who write it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_cx.errors import ModelNotFoundError, OutputError, RegistryError
from nlp_cx.registry import Registry, shelves
from nlp_cx.words import translate


def promote(registry: Registry, version: str, expected: str | None) -> None:
    registry.record(version, action="promoted", expected=expected)


def roll_back(registry: Registry, to: str, expected: str) -> None:
    registry.record(to, action="rolled back", expected=expected)


def run(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Run Python in a process of its own."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_what_was_recorded_is_read(tmp_path):
    """The live version, and each change with who, why and what the gates found; the file is plain JSON."""
    registry = Registry(tmp_path)
    promote(registry, "a", None)
    made = registry.record("b", action="forced", expected="a", reason="chuyển mùa", by="lan", gates={"accepted": False})

    assert registry.live() == "b"
    assert registry.history()[1] == made
    assert json.loads((tmp_path / "registry.json").read_text(encoding="utf-8"))["history"][1] == {
        "at": made.at, "action": "forced", "version": "b", "previous": "a", "reason": "chuyển mùa", "by": "lan",
        "gates": {"accepted": False},
    }  # fmt: skip


def test_without_a_registry_no_model_is_live(tmp_path):
    """It is said what to do."""
    with pytest.raises(ModelNotFoundError, match="no live model") as caught:
        Registry(tmp_path).live()

    assert translate(str(caught.value), "vi").startswith("chưa có mô hình nào")
    assert Registry(tmp_path).history() == ()
    assert Registry(tmp_path).previous() is None


def test_the_first_shelf_goes_before_the_second(tmp_path):
    """The shipped registry counts until something is promoted; then its live model is what was there before."""
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    promote(Registry(shipped), "a", None)
    registry = Registry(own, shipped)

    assert (registry.live(), registry.previous()) == ("a", None)
    registry.record("b", action="promoted", expected="a")
    assert (registry.live(), registry.previous()) == ("b", "a")
    assert Registry(shipped).live() == "a"


@given(st.lists(st.sampled_from("abc--"), max_size=10))
@settings(max_examples=25, deadline=None)  # each step waits for the disk
def test_rollbacks_undo_promotions_one_by_one(tmp_path_factory, steps):
    """After any mix of promotions and rollbacks, `previous` is what a stack of the promotions holds below its top."""
    registry = Registry(tmp_path_factory.mktemp("shelf"))
    promote(registry, "0", None)
    stack = ["0"]
    for step in steps:
        if step != "-":
            promote(registry, step, stack[-1])
            stack.append(step)
        elif len(stack) > 1:
            roll_back(registry, stack[-2], stack.pop())

    assert registry.live() == stack[-1]
    assert registry.previous() == (stack[-2] if len(stack) > 1 else None)


def test_the_stamp_changes_with_the_file_only(tmp_path):
    """Two promotions within the same second differ; looking does not."""
    registry = Registry(tmp_path / "own", tmp_path / "shipped")
    stamps = [registry.stamp()]
    for version, expected in (("a", None), ("b", "a"), ("c", "b")):
        promote(registry, version, expected)
        assert registry.stamp() == registry.stamp()
        stamps.append(registry.stamp())

    assert len(set(stamps)) == 4


def test_a_decision_on_an_outdated_view_is_refused(tmp_path):
    """Whoever compared with a model that is no longer live has to compare again; nothing is written."""
    registry = Registry(tmp_path)
    promote(registry, "a", None)
    promote(registry, "b", "a")

    with pytest.raises(RegistryError, match="b became the live model in the meantime, in place of a"):
        promote(registry, "c", "a")
    assert [event.version for event in registry.history()] == ["a", "b"]


WRITER = """
import sys
from pathlib import Path
from nlp_cx.errors import RegistryError
from nlp_cx.registry import Registry
registry, name = Registry(Path(sys.argv[1])), sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
refused = 0
for number in range(10):
    while True:
        try:
            registry.record(f"{name}{number}", action="promoted", expected=registry.live())
            break
        except RegistryError:
            refused += 1
print(refused)
"""


def test_two_writers_lose_nothing(tmp_path):
    """Two processes promote ten times each, as fast as they can: all twenty are there, each on top of the last."""
    registry = Registry(tmp_path)
    promote(registry, "0", None)
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    pipe = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    writers = [subprocess.Popen([*command, name], **pipe) for name in "ab"]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)

    history = registry.history()
    assert [writer.returncode for writer in writers] == [0, 0]
    assert sorted(event.version for event in history[1:]) == sorted(f"{name}{n}" for name in "ab" for n in range(10))
    assert all(later.previous == earlier.version for earlier, later in pairwise(history))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is of POSIX")
@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_killed_writer_changes_nothing(tmp_path, moment):
    """kill -9 while the new file is written or before it takes the old one's place: the old one holds, unlocked."""
    registry = Registry(tmp_path)
    promote(registry, "a", None)
    dying = f"""
import os, signal, sys
from pathlib import Path
from nlp_cx.registry import Registry
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
os.fsync = die if {moment == "fsync"} else os.fsync
Path.replace = die
Registry(Path(sys.argv[1])).record("b", action="promoted", expected="a")
"""
    killed = run(dying, tmp_path)
    killed.communicate(timeout=60)

    assert killed.returncode == -signal.SIGKILL
    assert registry.live() == "a"
    promote(registry, "c", "a")
    assert [event.version for event in registry.history()] == ["a", "c"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"live": "a"}', '{"live": 3, "history": []}', '{"live": "a", "history": [{"x": 1}]}',
             '{"live": "a", "history": [{"at": "", "action": "stolen", "version": "a", "previous": null}]}']
)  # fmt: skip
def test_a_file_that_is_no_registry_is_an_error(tmp_path, text):
    """It is neither taken for an empty one nor overwritten."""
    (tmp_path / "registry.json").write_text(text, encoding="utf-8")

    with pytest.raises(RegistryError, match="is not a registry of models"):
        Registry(tmp_path).live()
    with pytest.raises(RegistryError):
        promote(Registry(tmp_path), "b", "a")
    assert (tmp_path / "registry.json").read_text(encoding="utf-8") == text


def test_a_shelf_that_cannot_be_written_is_an_error(tmp_path):
    """The message names the variable to set."""
    (tmp_path / "file").write_text("")

    with pytest.raises(OutputError, match="set NLP_CX_MODELS to a folder of yours"):
        promote(Registry(tmp_path / "file"), "a", None)


def test_a_checkout_keeps_its_models_beside_the_code(monkeypatch, tmp_path):
    """Its own `models/` is the only shelf; another one that the environment names goes before it."""
    monkeypatch.setattr("nlp_cx.registry.SHIPPED", tmp_path / "models")
    monkeypatch.delenv("NLP_CX_MODELS", raising=False)
    assert shelves() == (tmp_path / "models",)

    monkeypatch.setenv("NLP_CX_MODELS", str(tmp_path / "mine"))
    assert shelves() == (tmp_path / "mine", tmp_path / "models")


def test_an_installed_package_keeps_promotions_in_the_data_folder(monkeypatch, tmp_path):
    """What came in the wheel is read, never written."""
    monkeypatch.setattr("nlp_cx.registry.SHIPPED", tmp_path / "_models")
    monkeypatch.setattr("nlp_cx.registry._IN_WHEEL", tmp_path / "_models")
    monkeypatch.delenv("NLP_CX_MODELS", raising=False)
    monkeypatch.setenv("NLP_CX_HOME", str(tmp_path / "home"))

    assert shelves() == (tmp_path / "home" / "models", tmp_path / "_models")


def test_what_ships_is_live_in_what_ships():
    """The registry beside the shipped models names one that is there."""
    shelf = Path(__file__).parent.parent / "models"

    assert (shelf / Registry(shelf).live() / "manifest.json").is_file()
