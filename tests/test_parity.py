"""CPU and torch say the same, and where torch is missing, what was measured at publication counts."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from nlp_cx.artifacts import ModelFolder, open_model, sha256
from nlp_cx.errors import MissingExtraError
from nlp_cx.parity import BOUND, Parity, measure_parity, published_parity
from nlp_cx.records import Comment
from tests.conftest import LESSONS

COMMENTS = [Comment(id=lesson.text, text=lesson.text) for lesson in LESSONS]


@pytest.fixture
def folder(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def disturb_torch(folder: Path) -> ModelFolder:
    """Turn the sentiment head of the torch weights around; the graph for CPUs stays."""
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    weights["sentiment.weight"] = weights["sentiment.weight"].flip(0)
    save_file(weights, folder / "model.safetensors")
    return sign(folder)


def sign(folder: Path, **more: object) -> ModelFolder:
    """Bring the manifest's hashes up to date."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) | more
    manifest["files"] = {name: sha256(folder / name) for name in manifest["files"]}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return open_model(folder)


def hide_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this a plain install: torch cannot be imported."""
    monkeypatch.delitem(sys.modules, "nlp_cx.network", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)


def test_two_exports_of_the_same_weights_agree(tiny_model):
    """Far within the bound, which is float32's."""
    parity = measure_parity(open_model(tiny_model), COMMENTS)

    assert parity.holds
    assert (parity.rows, parity.measured) == (len(LESSONS), "here")


def test_other_weights_are_noticed(folder):
    """A head that differs in torch alone moves probabilities by more than the bound."""
    assert not measure_parity(disturb_torch(folder), COMMENTS).holds


def test_numbers_that_are_none_do_not_agree():
    """A broken export that gives NaN is no match."""
    assert not Parity(rows=1, largest=float("nan"), measured="here").holds
    assert Parity(rows=1, largest=BOUND, measured="here").holds


def test_publication_measures_it(tiny_model):
    """The manifest has the figure, in force as long as the files are those it was measured on."""
    parity = published_parity(open_model(tiny_model))

    assert parity is not None
    assert parity.holds
    assert parity.measured == "at publication"


def test_a_measurement_of_other_weights_does_not_count(folder):
    """Weights that were changed afterwards, even with a manifest brought up to date, were never measured."""
    assert published_parity(disturb_torch(folder)) is None


@pytest.mark.parametrize("told", [None, {}, [], "good", {"rows": 1, "largest": 0.0, "files": {}}])
def test_a_manifest_without_a_measurement_has_none(folder, told):
    """As those of older models, or ones written by hand."""
    assert published_parity(sign(folder, parity=told)) is None


def test_without_torch_it_cannot_be_measured(tiny_model, monkeypatch):
    """The error names the extra to install."""
    hide_torch(monkeypatch)

    with pytest.raises(MissingExtraError, match=r"pip install 'nlp-cx\[gpu\]'"):
        measure_parity(open_model(tiny_model), COMMENTS)
