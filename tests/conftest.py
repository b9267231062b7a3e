"""What several test files stand on."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import NamedTuple

import hypothesis
import pytest

hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")  # a busy machine is no fault of the code


class Lesson(NamedTuple):
    """A comment the tiny model learns by heart: its theme, the judgement (0 to 2), the words that show it."""

    text: str
    theme: str
    judgement: int
    evidence: str


LESSONS = (
    Lesson("giao hàng chậm quá", "delivery", 0, "giao hàng chậm"),
    Lesson("giao hàng nhanh", "delivery", 2, "giao hàng nhanh"),
    Lesson("nhân viên nhiệt tình", "staff", 2, "nhân viên nhiệt tình"),
    Lesson("nhân viên thô lỗ", "staff", 0, "nhân viên thô lỗ"),
    Lesson("giá rẻ", "price", 2, "giá rẻ"),
    Lesson("giá đắt quá", "price", 0, "giá đắt"),
    Lesson("the app crashes", "digital", 0, "app crashes"),
    Lesson("the room is clean", "place", 2, "room is clean"),
)


def use_shelf(monkeypatch: pytest.MonkeyPatch, shelf: Path) -> None:
    """Make a folder of models the only one there is."""
    monkeypatch.setenv("NLP_CX_MODELS", str(shelf))
    monkeypatch.setattr("nlp_cx.registry.SHIPPED", shelf)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole model folder, small: a network that learnt LESSONS by heart, made by the code that makes real ones."""
    root = tmp_path_factory.mktemp("models")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what converters say about their own insides
        return _make(root)


def _make(root: Path) -> Path:
    """Train, export, calibrate."""
    from safetensors.torch import save_file
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    from nlp_cx.registry import Registry
    from training.data import ABSENT, NEGATIVE, THEMES, Example
    from training.publish import write_manifest, write_weights

    words = sorted({word for lesson in LESSONS for word in lesson.text.split()})
    vocabulary = {word: at for at, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(root / "tokenizer.json"))
    config = {
        "model_type": "bert", "vocab_size": len(vocabulary), "hidden_size": 64, "num_hidden_layers": 1,
        "num_attention_heads": 2, "intermediate_size": 64, "max_position_embeddings": 512, "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
    }  # fmt: skip
    examples = []
    for lesson in LESSONS:
        codes = [ABSENT] * len(THEMES)
        codes[THEMES.index(lesson.theme)] = NEGATIVE + lesson.judgement
        start = lesson.text.index(lesson.evidence)
        marked = (THEMES.index(lesson.theme), start, start + len(lesson.evidence))
        examples.append(
            Example(
                id=lesson.text,
                text=lesson.text,
                language="vi",
                source="lessons",
                split="dev",
                sentiment=lesson.judgement,
                sentiment_from="human",
                themes=tuple(codes),
                evidence=(marked,),
                complaint=int(lesson.judgement == 0),
                suggestion=0,
                none=0,
            )
        )
    network = _train(config, examples, root / "tokenizer.json")
    save_file({name: value.contiguous() for name, value in network.state_dict().items()}, root / "model.safetensors")
    (root / "config.json").write_text(json.dumps(config), encoding="utf-8")
    folder = root / "tiny"
    write_weights(root, folder)
    write_manifest(folder, "tiny", examples, {"rows_seen": len(examples)})
    figures = {"lessons": {"rows": len(examples), "model": {"sentiment_macro_f1": 0.9, "theme_micro_f1": 0.8}}}
    (folder / "metrics.json").write_text(json.dumps(figures), encoding="utf-8")
    (folder / "card.md").write_text("# A tiny model\n\nFor tests.\n", encoding="utf-8")
    Registry(root).record("tiny", action="promoted", expected=None, reason="the first model", by="tests")
    return folder


def _train(config, examples, tokenizer_json):
    """Overfit a network on the examples, as they are written."""
    import torch

    from nlp_cx.alignment import Aligned
    from nlp_cx.encode import Encoder
    from nlp_cx.network import build
    from nlp_cx.normalise import normalise
    from training.data import THEMES
    from training.finetune import collate, losses

    aligned = [normalise(Aligned.of(example.text)) for example in examples]
    windows, _ = Encoder(tokenizer_json).encode([item.text for item in aligned])
    batch = collate(list(zip(examples, aligned, windows, strict=True)), {"lessons": 0}, {"lessons": 1.0})
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # for so little, threads only wait for each other
    torch.manual_seed(0)
    network = build(config, themes=len(THEMES))
    optimizer = torch.optim.AdamW(network.parameters(), 1e-2)
    for _ in range(60):
        total = torch.stack(list(losses(network, torch.zeros(1, 3), batch, 1.5).values())).sum()
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
    torch.set_num_threads(threads)
    return network.eval()
