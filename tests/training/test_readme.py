"""What the pages, the Makefile and the docstrings say of training is what the code does."""

from __future__ import annotations

import argparse
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "training").glob("*.py"))
PAGES = [ROOT / "README.md", ROOT / "Makefile", ROOT / "training" / "README.md", *MODULES]
COMMANDS = sorted(
    {
        (found["module"], option)
        for page in PAGES
        for found in re.finditer(
            r"python -m (?P<module>training\.\w+)(?P<words>(?:\\\n|[^\n`])*)", page.read_text(encoding="utf-8")
        )
        for option in ("", *re.findall(r"--[\w-]+", found["words"]))
    }
)


@pytest.mark.parametrize(("module", "option"), COMMANDS)
def test_every_command_shown_is_understood(module, option, monkeypatch):
    """Its module can be run, and knows the option."""
    seen: list[argparse.ArgumentParser] = []

    def stop(parser: argparse.ArgumentParser, *_: object) -> None:
        seen.append(parser)
        raise SystemExit

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", stop)
    runs = "training.inventory" if module == "training.data" else module  # which hands its command on
    with pytest.raises(SystemExit):
        importlib.import_module(runs).main()

    assert not option or option in seen[0]._option_string_actions


def test_every_module_is_in_the_tree_and_the_tree_names_no_other():
    """A newcomer finds each file with what it is for."""
    trees = re.findall(r"```\ntraining/\n(.*?)```", (ROOT / "training" / "README.md").read_text("utf-8"), re.DOTALL)
    named = {name for tree in trees for name in re.findall(r"\b\w+\.py\b", tree)}

    assert named == {path.name for path in MODULES} - {"__init__.py"}
