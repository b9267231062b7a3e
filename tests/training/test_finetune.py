"""Losses teach only what is known, the network can learn, and its export says the same."""

import json
import math
import random
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, pre_tokenizers

from nlp_cx.artifacts import FORMAT, ModelFolder
from nlp_cx.classify import OpenVinoClassifier, TorchClassifier
from nlp_cx.encode import Encoder
from nlp_cx.network import build, pack, unpack
from training.data import ABSENT, BOTH, NEGATIVE, THEMES, UNJUDGED, UNKNOWN, Example
from training.finetune import (
    Learner,
    batches,
    check_origins,
    draw_pass,
    evidence_loss,
    flag_loss,
    losses,
    prepare,
    theme_loss,
)
from training.publish import write_weights

TINY = {
    "model_type": "bert", "vocab_size": 64, "hidden_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2,
    "intermediate_size": 64, "max_position_embeddings": 64, "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}  # fmt: skip
WORDS = ["giao", "hàng", "chậm", "nhanh", "nhân", "viên", "tốt", "tệ", "giá", "rẻ", "đắt", "quá"]


@pytest.fixture
def tokenizer_json(tmp_path):
    vocabulary = {word: number for number, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path / "tokenizer.json"


def example(text: str, theme: str, code: int, *, sentiment: int, evidence: tuple[int, int]) -> Example:
    codes = [ABSENT] * len(THEMES)
    codes[THEMES.index(theme)] = code
    return Example(
        id=text, text=text, language="vi", source="shop", split="train", sentiment=sentiment, sentiment_from="human",
        themes=tuple(codes), evidence=((THEMES.index(theme), *evidence),), complaint=int(sentiment == 0),
        suggestion=0, none=0,
    )  # fmt: skip


EXAMPLES = [
    example("giao hàng chậm quá", "delivery", 1, sentiment=0, evidence=(0, 14)),
    example("nhân viên tốt", "staff", 3, sentiment=2, evidence=(0, 13)),
    example("giá rẻ", "price", 3, sentiment=2, evidence=(0, 6)),
    example("giá đắt quá", "price", 1, sentiment=0, evidence=(0, 7)),
]
CONFIG = {"sources": {"shop": {"rows": 4, "sentiment": 1.0}}, "token_budget": 512}


def test_theme_loss_by_hand():
    """Uniform logits: a known cell costs log 4, bare presence log 4/3, both polarities log 4, an unknown none."""
    logits = torch.zeros(1, 4, 4)
    codes = torch.tensor([[NEGATIVE, UNJUDGED, BOTH, UNKNOWN]])

    assert theme_loss(logits, codes).item() == pytest.approx(2 * math.log(4) + math.log(4 / 3))


def test_flag_loss_skips_unknown_flags():
    """Log 2 for the one flag that is known."""
    assert flag_loss(torch.zeros(1, 3), torch.tensor([[1, -1, -1]])).item() == pytest.approx(math.log(2))


def test_evidence_loss_counts_marked_themes_only():
    """Two tokens of one marked theme at even odds: weighted mean log 2; the unmarked theme adds nothing."""
    marks = torch.tensor([[[1, -1], [0, -1]]], dtype=torch.int8)
    logits = torch.zeros(1, 2, 2)
    logits[..., 1] = 50

    assert evidence_loss(logits, marks).item() == pytest.approx(math.log(2))


def test_a_pass_draws_every_row_before_any_comes_again():
    """Five rows wanted of a source of two: both at least twice."""
    rows = draw_pass({"shop": EXAMPLES[:2]}, {"shop": 5, "missing": 9}, random.Random(0))

    assert sorted(rows.count(one) for one in EXAMPLES[:2]) == [2, 3]


def test_marks_of_a_batch_follow_the_words(tokenizer_json):
    """The tokens of the evidence, and only those, are 1 in the column of its theme."""
    (batch,) = batches([EXAMPLES[0]], Encoder(tokenizer_json), CONFIG, {"shop": 0}, random.Random(3))

    assert batch.evidence[0, :, THEMES.index("delivery")].tolist() == [0, 1, 1, 1, 0, 0]
    assert (batch.evidence[0, :, THEMES.index("price")] == UNKNOWN).all()


def test_a_text_is_learnt_as_serving_reads_it():
    """A phone number in front of the words is a placeholder by then, and the words keep their place in the source."""
    text = "Gọi 0912 345 678 mà giao hàng chậm"

    aligned = prepare(replace(EXAMPLES[0], text=text), random.Random(3), bare_share=0.0)

    assert aligned.text == "Gọi [PHONE] mà giao hàng chậm"
    at = aligned.text.index("giao")
    assert aligned.source_span(at, at + 4) == (text.index("giao"), text.index("giao") + 4)


def train_tiny(tokenizer_json, steps: int = 150) -> tuple[torch.nn.Module, list[float]]:
    torch.manual_seed(0)
    network = build(TINY, themes=len(THEMES))
    optimizer = torch.optim.AdamW(network.parameters(), 5e-3)
    bias = torch.zeros(1, 3)
    history = []
    (batch,) = batches(EXAMPLES, Encoder(tokenizer_json), CONFIG, {"shop": 0}, random.Random(3))
    for _ in range(steps):
        total = torch.stack(list(losses(network, bias, batch, 1.5).values())).sum()
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        history.append(total.item())
    return network.eval(), history


def test_the_network_overfits_four_comments(tokenizer_json):
    """All heads together reach nearly no loss on four rows."""
    _, history = train_tiny(tokenizer_json)

    assert history[-1] < 0.05 * history[0]


def test_packing_keeps_the_largest_entry_and_is_stable():
    """int8 with one float16 scale a row: the largest entry stays, packing twice changes nothing."""
    weight = torch.randn(80, 80)

    once = unpack(pack({"layer.weight": weight}))["layer.weight"]

    assert torch.allclose(once.abs().amax(dim=1), weight.abs().amax(dim=1), rtol=1e-3)
    assert (once - weight).abs().max() <= weight.abs().max() / 128
    assert torch.equal(unpack(pack({"layer.weight": once}))["layer.weight"], once)


def test_the_cpu_graph_and_torch_agree(tokenizer_json, tmp_path):
    """Every head of the exported folder says the same on both paths, in batches too.

    Complaint flags once came out as noise in batches: OpenVINO computed a product and a sum over the last axis wrongly.
    """
    network, _ = train_tiny(tokenizer_json, steps=60)
    with torch.no_grad():
        network.flag_weight.mul_(20)
    save_file(
        {name: value.contiguous() for name, value in network.state_dict().items()}, tmp_path / "model.safetensors"
    )
    (tmp_path / "config.json").write_text(json.dumps(TINY))
    write_weights(tmp_path, tmp_path / "folder")
    folder = ModelFolder(path=tmp_path / "folder", manifest={"format": FORMAT, "themes": list(THEMES)})
    windows, _ = Encoder(tokenizer_json).encode(([one.text for one in EXAMPLES] + ["", "tệ"]) * 20)

    on_cpu = OpenVinoClassifier(folder, exact=True).predict(windows)
    on_torch = TorchClassifier(folder, device="cpu").predict(windows)

    for one, other in zip(on_cpu, on_torch, strict=True):
        for name in ("sentiment", "themes", "flags", "evidence"):
            assert np.allclose(getattr(one, name), getattr(other, name), rtol=1e-3, atol=5e-3), name


RUN = {
    "sources": {"shop": {"sentiment": 1.0}, "plain": {"sentiment": 0.0, "hide": 0.5}}, "token_budget": 512,
    "body_rate": 1e-3, "head_rate": 1e-3, "warmup": 0.1, "neutral_weight": 1.0, "language_weight": 0.1,
}  # fmt: skip


def test_a_run_goes_on_from_a_network_with_heads(tokenizer_json, tmp_path):
    """Weights of a released folder, packed, give the same answers before the first step."""
    network, _ = train_tiny(tokenizer_json, steps=20)
    save_file(pack(network.state_dict()), tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text(json.dumps(TINY))
    (batch,) = batches(EXAMPLES, Encoder(tokenizer_json), CONFIG, {"shop": 0}, random.Random(3))

    learner = Learner(tmp_path, RUN, {"shop": 0, "plain": 1})

    with torch.no_grad():
        for one, other in zip(network(**batch.inputs), learner.network(**batch.inputs), strict=True):
            assert torch.allclose(one, other, atol=0.05)


def test_a_checkpoint_of_another_start_is_refused(tokenizer_json, tmp_path):
    """Its weights would stand for other words; the same start goes on."""
    torch.manual_seed(0)
    (tmp_path / "config.json").write_text(json.dumps(TINY))
    save_file(build(TINY, themes=len(THEMES)).backbone.state_dict(), tmp_path / "model.safetensors")
    learner = Learner(tmp_path, RUN, {"shop": 0, "plain": 1})
    learner.seen = 7
    learner.save(tmp_path / "checkpoint.pt")

    again = Learner(tmp_path, RUN, {"shop": 0, "plain": 1})
    again.restore(tmp_path / "checkpoint.pt")
    save_file(build(TINY, themes=len(THEMES)).backbone.state_dict(), tmp_path / "model.safetensors")
    other = Learner(tmp_path, RUN, {"shop": 0, "plain": 1})

    assert again.seen == 7
    with pytest.raises(SystemExit, match="started from other weights"):
        other.restore(tmp_path / "checkpoint.pt")


def test_plain_text_teaches_by_its_hidden_words_alone(tokenizer_json, tmp_path):
    """A row without labels has a language loss above 0 and no other; a source that hides nothing has none."""
    torch.manual_seed(0)
    save_file(build(TINY, themes=len(THEMES)).backbone.state_dict(), tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text(json.dumps(TINY))
    plain = Example(id="1", text=" ".join(WORDS), language="vi", source="plain", split="train")
    learner = Learner(tmp_path, RUN, {"shop": 0, "plain": 1})
    sources = {"shop": 0, "plain": 1}
    (unlabelled,) = batches([plain], Encoder(tokenizer_json), RUN, sources, random.Random(3))
    (labelled,) = batches(EXAMPLES, Encoder(tokenizer_json), RUN, sources, random.Random(3))

    told, quiet = learner.step(unlabelled, 0.5), learner.step(labelled, 0.5)

    assert told["language"] > 0
    assert (told["sentiment"], told["themes"], told["flags"], told["evidence"]) == (0, 0, 0, 0)
    assert "language" not in quiet


def test_a_source_without_a_bias_learns_none(tokenizer_json, tmp_path):
    """Of two sources with the same rows the one that says `bias = false` keeps its bias at 0, the other does not."""
    torch.manual_seed(0)
    save_file(build(TINY, themes=len(THEMES)).backbone.state_dict(), tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text(json.dumps(TINY))
    entries = {"shop": {"sentiment": 1.0, "bias": False}, "stars": {"sentiment": 1.0}}
    run, sources = RUN | {"sources": entries}, {"shop": 0, "stars": 1}
    learner = Learner(tmp_path, run, sources)

    rows = [*EXAMPLES, *(replace(one, source="stars") for one in EXAMPLES)]
    for batch in batches(rows, Encoder(tokenizer_json), run, sources, random.Random(3)):
        learner.step(batch, 0.5)

    assert learner.source_bias[0].abs().max() == 0
    assert learner.source_bias[1].abs().max() > 0


@pytest.fixture
def permissive() -> dict:
    path = Path(__file__).parents[2] / "training" / "configs" / "permissive.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_a_run_refuses_sources_outside_its_origins(permissive):
    """The shipped recipe on permissive sources is sound; a research-only source in it is refused by name."""
    check_origins(permissive)
    permissive["sources"]["uit_vsfc"] = {"rows": 10, "sentiment": 1.0}

    with pytest.raises(SystemExit, match="uit_vsfc"):
        check_origins(permissive)


def test_a_run_refuses_origins_without_a_licence(permissive):
    """Whoever adds a source says why it may be learnt from."""
    permissive["origins"].append("my_survey")

    with pytest.raises(SystemExit, match=r"\[licences\] .* my_survey"):
        check_origins(permissive)


@pytest.mark.parametrize(
    ("file", "told", "fine"),
    [
        ("grown.json", {"origins": ["authored", "cebab"]}, True),
        ("grown.json", {"origins": None}, False),
        ("grown.json", {"rows": {}}, False),
        ("finetuned.json", {"config": {"origins": ["authored"]}}, True),
        ("finetuned.json", {"config": {"origins": ["authored", "uit_vsfc"]}}, False),
        ("finetuned.json", {"config": {"passes": 3}}, False),
        ("manifest.json", {"version": "2026"}, False),
        ("backbone.json", {"name": "xlm-roberta-base"}, True),
    ],
)
def test_a_run_on_some_origins_refuses_a_start_made_from_others(permissive, tmp_path, file, told, fine):
    """Vocabulary and weights carry over what they were made from; a folder that does not tell is refused."""
    (tmp_path / file).write_text(json.dumps(told), encoding="utf-8")

    if fine:
        check_origins(permissive, tmp_path)
    else:
        with pytest.raises(SystemExit, match="made from texts"):
            check_origins(permissive, tmp_path)
    check_origins({"sources": {"uit_vsfc": {}}}, tmp_path)
