"""A run on named origins, from vocabulary to weights, sees no other text; tiny enough for every machine."""

import gzip
import json
import sys

import numpy as np
import pytest
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from training import finetune, grow

RESEARCH, OPEN = "zyzzyva", "quokka"
"""Words that stand in the texts of one source alone."""
CONFIG = """
origins = ["open", "authored"]
passes = 1
token_budget = 512
max_tokens = 64
body_rate = 1e-3
head_rate = 1e-3
warmup = 0.1
neutral_weight = 1.0
seed = 0
[sources]
open = { rows = 24, sentiment = 1.0 }
OTHER = { rows = 24, sentiment = 1.0 }
[licences]
open = "CC0"
authored = "ours"
"""


@pytest.fixture
def data(tmp_path):
    """Thirty texts of an open source, thirty of a research-only one."""
    folder = tmp_path / "data"
    (folder / "labelled").mkdir(parents=True)
    (folder / "label_maps.toml").write_text("")
    for source, word in (("open", OPEN), ("research", RESEARCH)):
        rows = [
            {"id": f"{source}/train/{n}", "lang": "en", "source": source, "split": "train", "score": None,
             "text": f"The {word} number {n} was late again and nobody of the team could say why",
             "sentiment": "neg", "sentiment_from": "human", "labels": [], "question": None}
            for n in range(30)
        ]  # fmt: skip
        with gzip.open(folder / "labelled" / f"{source}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.write("\n".join(map(json.dumps, rows)))
    return folder


@pytest.fixture
def carriers(tmp_path):
    """A one-layer English encoder of eleven words, and an aligned table of them and some letters."""
    words = ["the", "was", "late", "again", "team", "why", "could", "and", "nobody", "number"]
    minilm, static = tmp_path / "minilm", tmp_path / "static"
    config = BertConfig(
        vocab_size=11, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=128,
    )  # fmt: skip
    model = BertModel(config, add_pooling_layer=False)
    minilm.mkdir()
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, minilm / "model.safetensors")
    (minilm / "config.json").write_text(json.dumps(config.to_dict()))
    (minilm / "vocab.txt").write_text("\n".join(["[PAD]", *words]))
    static.mkdir()
    pieces = [f"▁{word}" for word in words] + list("abcdefghi")
    (static / "pieces.txt").write_text("\n".join(pieces))
    np.save(static / "vectors.npy", np.random.default_rng(0).normal(size=(len(pieces), 4)).astype(np.float32))
    return minilm, static


def run(module, monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", [module.__name__, *map(str, arguments)])
    module.main()


def test_vocabulary_and_weights_come_from_the_named_origins_alone(data, carriers, tmp_path, monkeypatch):
    """The open source's word becomes a piece, the research-only one's does not; the run goes through and says so."""
    minilm, static = carriers
    config = tmp_path / "open.toml"
    config.write_text(CONFIG.replace("OTHER", "authored"))
    grown, out = tmp_path / "grown", tmp_path / "out"
    common = ("--data", data, "--minilm", minilm, "--static", static, "--size", 2000)

    run(grow, monkeypatch, "--config", config, "--out", grown, *common)
    run(finetune, monkeypatch, "--config", config, "--data", data, "--start", grown, "--out", out)

    pieces = Tokenizer.from_file(str(grown / "tokenizer.json")).get_vocab()
    assert OPEN in pieces
    assert RESEARCH not in pieces
    assert json.loads((grown / "grown.json").read_text())["origins"] == ["open", "authored"]
    told = json.loads((out / "finetuned.json").read_text())
    assert told["rows"] == 48
    assert told["config"]["licences"] == {"open": "CC0", "authored": "ours"}
    before = load_file(grown / "model.safetensors")["embeddings.word_embeddings.weight"]
    after = load_file(out / "model.safetensors")["backbone.embeddings.word_embeddings.weight"]
    assert before.shape == after.shape
    assert not np.array_equal(before[pieces[OPEN]], after[pieces[OPEN]])


def test_a_run_on_other_texts_is_not_begun(data, carriers, tmp_path, monkeypatch):
    """A source outside the origins stops the run before anything is written; so does a vocabulary of other texts."""
    config = tmp_path / "open.toml"
    config.write_text(CONFIG.replace("OTHER", "research"))
    grown = tmp_path / "grown"
    grown.mkdir()
    (grown / "grown.json").write_text(json.dumps({"rows": {}, "size": 100}))
    arguments = ("--config", config, "--data", data, "--start", grown, "--out", tmp_path / "out")

    with pytest.raises(SystemExit, match="do not name research"):
        run(finetune, monkeypatch, *arguments)
    config.write_text(CONFIG.replace("OTHER", "authored"))
    with pytest.raises(SystemExit, match="made from texts"):
        run(finetune, monkeypatch, *arguments)
