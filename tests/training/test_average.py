"""Two runs of one network meet in between."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from training.average import average


def a_run(folder, value: float, *, rows: int, tokenizer: str = "{}"):
    folder.mkdir()
    save_file({"weight": torch.full((2, 2), value)}, folder / "model.safetensors")
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer.json").write_text(tokenizer)
    (folder / "finetuned.json").write_text(json.dumps({"rows": rows, "minutes": 10.0, "config": {"seed": 0}}))
    return folder


def test_weights_lie_between_and_rows_add_up(tmp_path):
    """A quarter of the way from 0 to 4 is 1; the history holds both runs."""
    first, second = a_run(tmp_path / "first", 0.0, rows=30), a_run(tmp_path / "second", 4.0, rows=50)

    average(first, second, tmp_path / "out", share=0.25)

    assert load_file(tmp_path / "out" / "model.safetensors")["weight"].unique().tolist() == [1.0]
    history = json.loads((tmp_path / "out" / "finetuned.json").read_text())
    assert (history["rows"], history["minutes"], history["averaged"]["share"]) == (80, 20.0, 0.25)
    assert history["averaged"]["with"]["rows"] == 30


def test_runs_of_two_networks_are_refused(tmp_path):
    """Another tokenizer means that rows of the embedding stand for other pieces."""
    first = a_run(tmp_path / "first", 0.0, rows=1)
    second = a_run(tmp_path / "second", 1.0, rows=1, tokenizer='{"other": 1}')

    with pytest.raises(ValueError, match="not two runs of one network"):
        average(first, second, tmp_path / "out", share=0.5)
