"""Encoders of other makes start a run, keep their tokenizer's ids, and end in a model folder that analyses."""

import json
import random
import warnings
from collections import Counter
from itertools import pairwise

import pytest
import torch
from tokenizers import Tokenizer
from transformers import PhobertTokenizer, RobertaConfig, RobertaModel, XLMRobertaConfig, XLMRobertaModel

from nlp_cx import Analyzer
from nlp_cx.artifacts import FORMAT, ModelFolder
from nlp_cx.classify import OpenVinoClassifier, TorchClassifier
from nlp_cx.pipeline import make_encoder
from training.backbone import BackboneError, describe, fetch, write_fastbpe
from training.data import ABSENT, NEGATIVE, THEMES, Example
from training.finetune import Learner, batches, begin
from training.finetune import make_encoder as make_training_encoder
from training.publish import write_manifest, write_weights

WORDS = (
    "nhân_viên",
    "nhiệt_tình",
    "giao",
    "hàng",
    "chậm",
    "giá",
    "rẻ",
    "sản_phẩm",
    "tốt",
    "tệ",
    "điện_thoại",
    "pin",
    "yếu",
)
TEXTS = ("nhân viên nhiệt tình", "giao hàng chậm quá", "giá rẻ", "sản phẩm tệ")
SHAPE = {
    "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32,
    "max_position_embeddings": 130, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0,
    "type_vocab_size": 1, "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2,
}  # fmt: skip
RUN = {
    "sources": {"shop": {"sentiment": 1.0}}, "token_budget": 512, "max_tokens": 64, "body_rate": 1e-3,
    "head_rate": 1e-3, "warmup": 0.1, "neutral_weight": 1.0, "seed": 0,
}  # fmt: skip


def learn_bpe(folder, merges: int) -> None:
    """Write vocab.txt and bpe.codes as fastBPE would, pieces that no word ends up with left out."""
    pieces = {word: [*word[:-1], f"{word[-1]}</w>"] for word in WORDS}
    codes = []
    for _ in range(merges):
        pairs = Counter(pair for split in pieces.values() for pair in pairwise(split))
        if not pairs:
            break
        one, other = pairs.most_common(1)[0][0]
        codes.append(f"{one} {other} 1")
        for word, split in pieces.items():
            joined: list[str] = []
            for piece in split:
                if joined and joined[-1] == one and piece == other:
                    joined[-1] = one + other
                else:
                    joined.append(piece)
            pieces[word] = joined
    ends = {piece for split in pieces.values() for piece in split} | set("aeghinortuy")
    vocabulary = [piece.removesuffix("</w>") if piece.endswith("</w>") else f"{piece}@@" for piece in sorted(ends)]
    (folder / "vocab.txt").write_text("".join(f"{piece} 1\n" for piece in vocabulary), encoding="utf-8")
    (folder / "bpe.codes").write_text("".join(f"{code}\n" for code in codes), encoding="utf-8")


@pytest.fixture
def phobert(tmp_path):
    """A tiny random RoBERTa with a PhoBERT tokenizer, as a hub would serve it."""
    folder = tmp_path / "phobert-tiny"
    folder.mkdir()
    learn_bpe(folder, 40)
    tokenizer = PhobertTokenizer(str(folder / "vocab.txt"), str(folder / "bpe.codes"))
    torch.manual_seed(0)
    config = RobertaConfig(vocab_size=len(tokenizer), tokenizer_class="PhobertTokenizer", **SHAPE)
    RobertaModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def xlm_roberta(tmp_path):
    """A tiny random XLM-RoBERTa with a Unigram tokenizer."""
    from tokenizers import decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    pieces += [(f"▁{word}", -3.0) for text in TEXTS for word in text.split()]
    pieces += [(letter, -6.0) for letter in "▁abcdeghiklmnopqrstuvxy"]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3))
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    folder = tmp_path / "xlmr-tiny"
    torch.manual_seed(0)
    XLMRobertaModel(XLMRobertaConfig(vocab_size=len(pieces) + 1, **SHAPE)).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", pad_token="<pad>", eos_token="</s>", unk_token="<unk>",
        cls_token="<s>", sep_token="</s>", mask_token="<mask>",
    ).save_pretrained(folder)  # fmt: skip
    return folder


def example(text: str, sentiment: int) -> Example:
    codes = [ABSENT] * len(THEMES)
    codes[sentiment] = NEGATIVE + sentiment
    return Example(
        id=text, text=text, language="vi", source="shop", split="dev", sentiment=sentiment, sentiment_from="human",
        themes=tuple(codes), evidence=((sentiment, 0, 6),), complaint=int(sentiment == 0), suggestion=0, none=0,
    )  # fmt: skip


EXAMPLES = [example(text, number % 3) for number, text in enumerate(TEXTS)]


def test_a_fastbpe_vocabulary_keeps_its_ids(tmp_path):
    """Whole words and pieces get the ids of transformers' own tokenizer; what it calls unknown has an id behind."""
    learn_bpe(tmp_path, 40)
    theirs = PhobertTokenizer(str(tmp_path / "vocab.txt"), str(tmp_path / "bpe.codes"))

    count = write_fastbpe(tmp_path / "vocab.txt", tmp_path / "bpe.codes", tmp_path / "tokenizer.json")

    ours = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    unknown, known = theirs.unk_token_id, len(theirs)
    for word in [*WORDS, "giá_rẻ", "hàngg", "yếutệ", "z", "🙂"]:
        expected = theirs.convert_tokens_to_ids(theirs.tokenize(word))
        actual = ours.encode(word, add_special_tokens=False).ids
        assert [unknown if number >= known else number for number in actual] == expected, word
        assert max(actual) < count


@pytest.mark.parametrize("kind", ["phobert", "xlm_roberta"])
def test_a_backbone_goes_all_the_way_to_a_model_folder(kind, request, tmp_path):
    """Fetch, learn a step, export: CPU and torch agree, and Analyzer reads comments and finds their offsets."""
    start = fetch(str(request.getfixturevalue(kind)), tmp_path / "start")
    learner = Learner(start, RUN, {"shop": 0})
    (batch,) = batches(EXAMPLES, make_training_encoder(start, 64), RUN, {"shop": 0}, random.Random(1))
    before = learner.step(batch, 0.5)
    for _ in range(30):
        after = learner.step(batch, 0.5)
    (tmp_path / "run").mkdir()
    learner.write(tmp_path / "run", start)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what converters say about their own insides
        write_weights(tmp_path / "run", tmp_path / "folder")
        manifest = write_manifest(tmp_path / "folder", kind, EXAMPLES, {"rows_seen": 4})

    assert sum(after.values()) < sum(before.values())
    folder = ModelFolder(path=tmp_path / "folder", manifest={"format": FORMAT, **manifest})
    windows, _ = make_encoder(folder).encode([*TEXTS, "", "hàng 🙂"], ["Vì sao?", *[None] * 5])
    for one, other in zip(
        OpenVinoClassifier(folder, exact=True).predict(windows),
        TorchClassifier(folder, device="cpu").predict(windows),
        strict=True,
    ):
        assert abs(one.themes - other.themes).max() < 5e-3
        assert abs(one.sentiment - other.sentiment).max() < 5e-3
    (analysis,) = Analyzer.load(tmp_path / "folder")(["Nhân viên nhiệt tình"])
    assert analysis.text == "Nhân viên nhiệt tình"
    assert manifest["segmentation"] == ("underthesea" if kind == "phobert" else None)


def test_a_segmented_backbone_reads_words_joined(phobert, tmp_path):
    """ "nhân viên" is one token of PhoBERT, and its offsets still point into the text as it was."""
    start = fetch(str(phobert), tmp_path / "start")

    (window,), _ = make_training_encoder(start, 64).encode(["nhân viên nhiệt tình"])

    assert [offset for offset in window.offsets if offset[1]] == [(0, 9), (10, 20)]


def test_windows_leave_room_for_the_question(phobert, tmp_path):
    """130 positions, 2 of them RoBERTa's padding: 128 tokens with three special ones and 32 of the question."""
    described = json.loads((fetch(str(phobert), tmp_path / "start") / "backbone.json").read_text())

    assert described["window"] == 128 - 3 - 32


def test_licences_are_named():
    """PhoBERT v2 is under the AGPL: every model made from it must say so."""
    described = describe("vinai/phobert-base-v2", RobertaConfig(**SHAPE))

    assert (described["licence"], described["segmentation"]) == ("AGPL-3.0", "underthesea")


def test_a_decoder_is_refused(tmp_path):
    """The message names what fits."""
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "gpt2"}))

    with pytest.raises(BackboneError, match="gpt2 model; this network takes bert, roberta, xlm-roberta"):
        fetch(str(tmp_path), tmp_path / "out")


def test_an_encoder_that_is_not_there_is_told_by_its_name(tmp_path, monkeypatch):
    """A misspelt folder reads like a name of the hub, which has none such or does not answer."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    with pytest.raises(BackboneError, match="misspelt is neither a folder of an encoder nor a name"):
        fetch(str(tmp_path / "misspelt"), tmp_path / "out")
    with pytest.raises(SystemExit, match="misspelt is neither"):
        begin(None, str(tmp_path / "misspelt"), tmp_path)
