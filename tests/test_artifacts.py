"""A model folder whose parts disagree is refused, by name."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nlp_cx.artifacts import find_model, list_models, open_model, shelve
from nlp_cx.errors import ModelMismatchError, ModelNotFoundError, OutputError
from nlp_cx.normalise import NORMALISER
from nlp_cx.registry import Registry


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


def test_the_live_model_is_found_on_the_first_shelf_that_has_it(folder: Path, tmp_path: Path):
    """The registry of the second shelf counts while the first has none; a folder of that name elsewhere does not."""
    mine, shipped = tmp_path / "mine", tmp_path / "shipped"
    shelve(open_model(folder), shipped)
    Registry(shipped).record("tiny", action="promoted", expected=None)
    assert find_model(among=(mine, shipped)) == shipped / "tiny"

    shelve(open_model(folder), mine)
    assert find_model(among=(mine, shipped)) == mine / "tiny"
    assert list_models((mine, shipped)) == [mine / "tiny"]


def test_a_model_on_the_shelf_stays_where_it_is(folder: Path, tmp_path: Path):
    """Shelving it a second time copies nothing; what was made half is not listed."""
    first = shelve(open_model(folder), tmp_path / "shelf")
    made = (first.path / "openvino.bin").stat().st_mtime_ns, first.path.stat().st_ino
    shutil.copytree(folder, tmp_path / "shelf" / ".incoming-x" / "tiny")

    second = shelve(open_model(folder), tmp_path / "shelf")

    assert ((second.path / "openvino.bin").stat().st_mtime_ns, second.path.stat().st_ino) == made
    assert list_models([tmp_path / "shelf"]) == [tmp_path / "shelf" / "tiny"]


def test_a_model_that_four_put_there_at_once_is_there_once(folder: Path, tmp_path: Path):
    """Whoever comes second finds the first one's copy; no half copy stays behind."""
    model = open_model(folder)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: shelve(model, tmp_path / "shelf"), range(4)))

    assert {one.path for one in found} == {tmp_path / "shelf" / "tiny"}
    assert [path.name for path in (tmp_path / "shelf").iterdir()] == ["tiny"]


def test_another_model_of_the_same_version_is_refused(folder: Path, tmp_path: Path):
    """What is on the shelf is not replaced: results name the version."""
    shelve(open_model(folder), tmp_path / "shelf")
    change(folder, made="1999-12-31")

    with pytest.raises(ModelMismatchError, match="has another model tiny"):
        shelve(open_model(folder), tmp_path / "shelf")


@pytest.mark.parametrize("version", ["../tiny", "a/b", "", ".hidden", "x" * 200, "phiên bản"])
def test_a_version_that_names_no_folder_is_refused(folder: Path, tmp_path: Path, version: str):
    """Nothing is written outside the shelf."""
    change(folder, version=version)

    with pytest.raises(ModelMismatchError, match="cannot be a version"):
        shelve(open_model(folder), tmp_path / "shelf")
    assert not (tmp_path / "shelf").exists()


def test_a_shelf_that_cannot_be_written_is_an_error(folder: Path, tmp_path: Path):
    (tmp_path / "file").write_text("")

    with pytest.raises(OutputError, match="cannot be written"):
        shelve(open_model(folder), tmp_path / "file")
