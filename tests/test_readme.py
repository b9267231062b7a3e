"""README says what the code does."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from nlp_cx import Analyzer
from nlp_cx.cli import app
from nlp_cx.records import Comment
from nlp_cx.taxonomy import load_taxonomy

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.split("#")[0].strip()
    for page in (README, *((ROOT / name / "README.md").read_text(encoding="utf-8") for name in ("examples", "models")))
    for line in re.findall(r"^nlp-cx .*$", page, re.MULTILINE)
]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_shown_is_understood(line: str):
    """Its subcommand and all its options are those of the command line."""
    _, name, *rest = shlex.split(line)
    command = get_command(app).commands[name]  # type: ignore[attr-defined]
    while hasattr(command, "commands"):
        command = command.commands[rest.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in rest if word.startswith("-")} <= known


def test_the_record_shown_is_what_comes_out():
    """Same fields in the same order, same labels and spans; probabilities but for the processor's arithmetic."""
    shown = json.loads(re.search(r"```json\n(.*?)```", README, re.DOTALL)[1])  # type: ignore[index]
    (analysis,) = Analyzer.load(shown["model"])([Comment(id=shown["id"], text=shown["text"])])
    found = analysis.to_dict()
    assert list(shown) == list(found)
    assert sorted((each["theme"], each["sentiment"], str(each["spans"])) for each in shown["themes"]) == sorted(
        (each["theme"], each["sentiment"], str(each["spans"])) for each in found["themes"]
    )
    assert shown["sentiment"]["label"] == found["sentiment"]["label"]
    assert shown["sentiment"]["scores"] == pytest.approx(found["sentiment"]["scores"], abs=0.05)
    exact = ("language", "mixed", "none", "needs_review", "truncated", "redactions", "taxonomy")
    assert {name: shown[name] for name in exact} == {name: found[name] for name in exact}


def test_every_theme_is_listed():
    listed = re.search(r"^Themes: (.*?) \(", README, re.MULTILINE | re.DOTALL)[1]  # type: ignore[index]
    assert set(re.findall(r"\w+", listed)) == set(load_taxonomy().ids)


def test_every_file_of_the_tree_exists():
    tree = re.search(r"## For engineers\n\n```\n(.*?)```", README, re.DOTALL)[1]  # type: ignore[index]
    named = set(re.findall(r"\b(\w+(?:\.py|\.toml|/))", tree))
    assert named
    for name in named:
        assert (ROOT / name).exists() or (ROOT / "nlp_cx" / name).exists() or (ROOT / "benchmarks" / name).exists(), (
            name
        )


def test_every_make_target_shown_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)\b", README)) - {"a"} <= targets
