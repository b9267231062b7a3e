"""Runs of one network meet in between."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from nlp_cx.network import pack
from training.average import average


def a_run(folder, value: float, *, rows: int, tokenizer: str = "{}", **config):
    folder.mkdir()
    save_file({"one.weight": torch.full((2, 2), value)}, folder / "model.safetensors")
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer.json").write_text(tokenizer)
    told = {"rows": rows, "minutes": 10.0, "config": {"seed": 0, **config}}
    (folder / "finetuned.json").write_text(json.dumps(told))
    return folder


def test_weights_lie_between_and_rows_add_up(tmp_path):
    """A quarter of the way from 0 to 4 is 1; the history holds both runs."""
    first, second = a_run(tmp_path / "first", 0.0, rows=30), a_run(tmp_path / "second", 4.0, rows=50)

    average({first: 0.75, second: 0.25}, tmp_path / "out")

    assert load_file(tmp_path / "out" / "model.safetensors")["one.weight"].unique().tolist() == [1.0]
    history = json.loads((tmp_path / "out" / "finetuned.json").read_text())
    assert (history["rows"], history["minutes"]) == (80, 20.0)
    assert [(part["share"], part["of"]["rows"]) for part in history["averaged"]] == [(0.75, 30), (0.25, 50)]


def test_a_released_model_can_be_one_of_three(tmp_path):
    """Its weights are packed, and what it saw stands in its manifest."""
    released = a_run(tmp_path / "released", 0.0, rows=0)
    (released / "finetuned.json").unlink()
    save_file(pack({"one.weight": torch.full((2, 2), 8.0)}), released / "model.safetensors")
    told = {"rows_seen": 1000, "minutes": 5.0, "seed": 3}
    (released / "manifest.json").write_text(json.dumps({"version": "2026.11", "history": told}))
    second, third = a_run(tmp_path / "second", 4.0, rows=50), a_run(tmp_path / "third", 0.0, rows=1)

    average({released: 0.5, second: 0.25, third: 0.25}, tmp_path / "out")

    mean = load_file(tmp_path / "out" / "model.safetensors")["one.weight"]
    assert torch.allclose(mean, torch.tensor(5.0), atol=0.01)
    history = json.loads((tmp_path / "out" / "finetuned.json").read_text())
    assert (history["rows"], history["averaged"][0]["of"]["version"]) == (1051, "2026.11")


def test_runs_of_two_networks_are_refused(tmp_path):
    """Another tokenizer means that rows of the embedding stand for other pieces."""
    first = a_run(tmp_path / "first", 0.0, rows=1)
    second = a_run(tmp_path / "second", 1.0, rows=1, tokenizer='{"other": 1}')

    with pytest.raises(ValueError, match="not two runs of one network"):
        average({first: 0.5, second: 0.5}, tmp_path / "out")


def test_a_permissive_run_mixed_with_another_is_refused(tmp_path):
    """The mean would carry what the other learnt from texts that the permissive one left out."""
    first = a_run(tmp_path / "first", 0.0, rows=1)
    second = a_run(tmp_path / "second", 1.0, rows=1, origins=["cebab"])

    with pytest.raises(ValueError, match="different origins"):
        average({first: 0.5, second: 0.5}, tmp_path / "out")


@pytest.mark.parametrize("shares", [(0.5, 0.6), (-0.5, 1.5)])
def test_shares_that_make_no_mean_are_refused(tmp_path, shares):
    """They have to add up to 1, none below 0."""
    runs = a_run(tmp_path / "first", 0.0, rows=1), a_run(tmp_path / "second", 1.0, rows=1)

    with pytest.raises(ValueError, match="none may be below 0, and they must add up to 1"):
        average(dict(zip(runs, shares, strict=True)), tmp_path / "out")
