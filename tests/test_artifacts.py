"""A model folder whose parts disagree is refused, by name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from nlp_cx.artifacts import find_model, open_model
from nlp_cx.errors import ModelMismatchError, ModelNotFoundError
from nlp_cx.normalise import NORMALISER


@pytest.fixture
def folder(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def change(folder: Path, **values: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")


def test_a_sound_folder_opens(folder: Path):
    opened = open_model(folder, normaliser=NORMALISER)
    assert opened.path == folder
    assert opened.tokenizer.is_file()


def test_a_changed_file_is_refused(folder: Path):
    with (folder / "tokenizer.json").open("a", encoding="utf-8") as file:
        file.write(" ")
    with pytest.raises(ModelMismatchError, match=r"tokenizer\.json is not the file its manifest names"):
        open_model(folder)


def test_a_missing_file_is_refused(folder: Path):
    (folder / "openvino.bin").unlink()
    with pytest.raises(ModelMismatchError, match=r"lacks openvino\.bin"):
        open_model(folder)


def test_another_normaliser_is_refused(folder: Path):
    with pytest.raises(ModelMismatchError, match="was trained with normaliser"):
        open_model(folder, normaliser="another@0")


def test_other_themes_are_refused(folder: Path):
    change(folder, themes=["weather"])
    with pytest.raises(ModelMismatchError, match="other themes"):
        open_model(folder)


def test_another_format_is_refused(folder: Path):
    change(folder, format=99)
    with pytest.raises(ModelMismatchError, match="format 99"):
        open_model(folder)


def test_a_manifest_that_is_none_is_refused(folder: Path):
    (folder / "manifest.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ModelMismatchError, match="is not a manifest"):
        open_model(folder)


def test_an_unknown_version_is_told_with_those_there_are():
    with pytest.raises(ModelNotFoundError, match="no model '1066'; models here"):
        find_model("1066")
