"""Grow a bilingual encoder from an English one: new vocabulary, embeddings carried over.

No multilingual encoder is taken as it is. The body of MiniLM-L6 is kept, its English-only vocabulary is replaced by a
WordPiece vocabulary learnt on Vietnamese and English comments, and each new row of the embedding table is made from
known rows: copied where MiniLM knows the piece, otherwise a similarity-weighted mix of the English pieces that stand
nearest to it in an aligned static table (the idea of FOCUS, Dobler and de Melo 2023, and WECHSEL, Minixhofer 2022).

Run: python -m training.grow --data DIR --minilm DIR --static DIR --out DIR
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from nlp_cx.alignment import Aligned
from nlp_cx.normalise import normalise
from training.data import keep_origins, load_all, read_lines
from training.noise import strip_diacritics

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PLACEHOLDERS = (
    "[EMO_POS]", "[EMO_NEG]", "[EMO_NEU]", "[PHONE]", "[EMAIL]", "[URL]", "[ADDRESS]", "[ID]", "[CARD]", "[ACCOUNT]",
    "[NAME]", "[ORDER]",
)  # fmt: skip
CORPORA = (("reviews_pool", "vi", 150_000), ("reviews_en", "en", 110_000), ("vntc_news", "vi", 25_000))
NEIGHBOURS = 8
TEMPERATURE = 0.1


def corpus(data: Path, config: Mapping[str, Any] | None = None) -> Iterator[str]:
    """Yield normalised lines for the vocabulary; one Vietnamese line in eight loses its diacritics.

    Args:
        data: The data folder.
        config: A run that names `origins`: then only its plain texts and labelled train rows are read.
    """
    lines: Iterator[tuple[str, str]]
    if config is None:
        lines = ((language, line) for name, language, limit in CORPORA for line in _plain(data, name, limit))
    else:
        lines = chain(
            (
                (entry["language"], line)
                for entry in config["sources"].values()
                if "text" in entry
                for line in _plain(data, entry["text"], entry["limit"])
            ),
            (
                (one.language, one.text)
                for one in keep_origins(load_all(data), config["origins"])
                if one.split == "train"
            ),
        )
    for number, (language, line) in enumerate(lines):
        text = normalise(Aligned.of(line[:600])).text
        yield strip_diacritics(text) if language == "vi" and number % 8 == 0 else text


def _plain(data: Path, name: str, limit: int) -> list[str]:
    """Read lines of a plain text."""
    return read_lines(data / "text" / f"{name}.txt.xz", limit, seed=1)


def train_tokenizer(lines: Iterator[str], size: int) -> Tokenizer:
    """Learn the WordPiece vocabulary; special tokens and placeholders come first."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=60))  # noqa: S106
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Punctuation("isolated"),
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.Split(Regex(r"\p{So}|\p{Sk}"), "isolated"),
        ]
    )
    trainer = trainers.WordPieceTrainer(
        vocab_size=size, min_frequency=5, limit_alphabet=700, special_tokens=[*SPECIAL, *PLACEHOLDERS]
    )
    tokenizer.train_from_iterator(lines, trainer)
    tokenizer.add_tokens([AddedToken(name, normalized=False) for name in PLACEHOLDERS])
    cls_id, sep_id = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", cls_id), ("[SEP]", sep_id)],
    )
    return tokenizer


class StaticTable:
    """Aligned static vectors of multilingual pieces; a piece that is not in it is cut into ones that are."""

    def __init__(self, folder: Path) -> None:
        """Read `pieces.txt` and `vectors.npy` and normalise the vectors."""
        pieces = (folder / "pieces.txt").read_text(encoding="utf-8").split("\n")
        vectors = np.load(folder / "vectors.npy").astype(np.float32)
        self.index = {piece: number for number, piece in enumerate(pieces[: len(vectors)])}
        self.vectors = vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-8)

    def vector(self, piece: str) -> np.ndarray | None:
        """Unit vector of a piece, or None if nothing of it is known; shape (dim,)."""
        if piece in self.index:
            return np.asarray(self.vectors[self.index[piece]])
        parts: list[int] = []
        rest = piece
        while rest:
            length = next((n for n in range(len(rest), 0, -1) if rest[:n] in self.index), 0)
            if length:
                parts.append(self.index[rest[:length]])
            rest = rest[max(length, 1) :]
        if not parts:
            return None
        mean = self.vectors[parts].mean(axis=0)
        return np.asarray(mean / (np.linalg.norm(mean) + 1e-8))


def carry_over(tokenizer: Tokenizer, minilm: Path, static: Path) -> tuple[torch.Tensor, dict[str, int]]:
    """Make the new embedding table.

    Returns:
        Table of shape (vocabulary, hidden), and how many rows were copied, mixed and averaged.
    """
    old = load_file(minilm / "model.safetensors")["embeddings.word_embeddings.weight"].float().numpy()
    words = (minilm / "vocab.txt").read_text(encoding="utf-8").split("\n")
    known = {word: number for number, word in enumerate(words) if word}
    table = StaticTable(static)
    anchors = [(table.index[f"▁{word}"], number) for word, number in known.items()
               if word.isalpha() and word.isascii() and f"▁{word}" in table.index]  # fmt: skip
    anchor_vectors = table.vectors[[row for row, _ in anchors]]
    anchor_rows = old[[number for _, number in anchors]]
    mean, norm = old.mean(axis=0), float(np.linalg.norm(anchor_rows, axis=1).mean())
    generator = np.random.default_rng(0)
    new = mean + generator.normal(0, 0.02, (tokenizer.get_vocab_size(), old.shape[1])).astype(np.float32)
    counts = {"copied": 0, "mixed": 0, "mean": 0}
    for piece, row in tokenizer.get_vocab().items():
        if piece in known:
            new[row] = old[known[piece]]
            counts["copied"] += 1
            continue
        inner = piece.removeprefix("##")
        vector = None if piece in PLACEHOLDERS else table.vector(inner if piece.startswith("##") else f"▁{piece}")
        if vector is None:
            counts["mean"] += 1
            continue
        similarity = anchor_vectors @ vector
        nearest = np.argpartition(-similarity, NEIGHBOURS)[:NEIGHBOURS]
        weights = np.exp((similarity[nearest] - similarity[nearest].max()) / TEMPERATURE)
        mixed = (weights[:, None] * anchor_rows[nearest]).sum(axis=0) / weights.sum()
        new[row] = mixed * norm / np.linalg.norm(mixed)
        counts["mixed"] += 1
    return torch.from_numpy(new), counts


def main() -> None:
    """Write tokenizer.json, config.json, model.safetensors and grown.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with text/*.txt.xz")
    parser.add_argument(
        "--minilm", type=Path, required=True, help="folder of all-MiniLM-L6-v2 (safetensors, vocab.txt)"
    )
    parser.add_argument("--static", type=Path, required=True, help="folder with pieces.txt and vectors.npy")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=20_000)
    parser.add_argument(
        "--config", type=Path, help="a run that names its origins: learn the vocabulary from those alone"
    )
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)

    config_of_run = tomllib.loads(options.config.read_text(encoding="utf-8")) if options.config else None
    tokenizer = train_tokenizer(corpus(options.data, config_of_run), options.size)
    tokenizer.save(str(options.out / "tokenizer.json"))
    embeddings, counts = carry_over(tokenizer, options.minilm, options.static)
    weights = load_file(options.minilm / "model.safetensors")
    body = {
        name: value for name, value in weights.items() if not name.startswith("pooler") and "position_ids" not in name
    }
    body["embeddings.word_embeddings.weight"] = embeddings
    save_file(body, options.out / "model.safetensors")
    config = json.loads((options.minilm / "config.json").read_text())
    config |= {"vocab_size": tokenizer.get_vocab_size(), "pad_token_id": 0}
    (options.out / "config.json").write_text(json.dumps(config, indent=2))
    origins = config_of_run["origins"] if config_of_run else None
    grown = {"rows": counts, "size": options.size, "origins": origins}
    (options.out / "grown.json").write_text(json.dumps(grown, indent=2))


if __name__ == "__main__":
    main()
