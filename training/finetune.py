"""Fine-tune the encoder and its heads on every labelled source at once.

Losses are masked: a row teaches only what its source annotates. Texts are read as serving reads them.
Resumable: the last checkpoint in --out is continued.

Run: python -m training.finetune --config training/configs/base.toml --data DIR --start DIR --out DIR
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import random
import shutil
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

from nlp_cx.alignment import Aligned
from nlp_cx.encode import Encoder, cut_batches
from nlp_cx.network import FeedbackNetwork, build, unpack
from nlp_cx.records import Encoded
from nlp_cx.tokenise import join_syllables
from training.backbone import BackboneError, fetch, read_description
from training.data import BOTH, THEMES, UNJUDGED, UNKNOWN, Example, keep_origins, load_all, load_unlabelled
from training.masking import LanguageHead, hide, special_ids
from training.noise import BARE_SHARE, draw
from training.reading import as_served
from training.teach import Guess, guess_loss, stack, teach

POOL = 4096
SOURCE_PULL = 0.05
SAVE_EVERY = 120
"""Seconds between checkpoints."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Tensors of one step; -1 marks what a row's source does not tell."""

    inputs: dict[str, Tensor]
    sentiment: Tensor
    sentiment_weight: Tensor
    source: Tensor
    themes: Tensor
    flags: Tensor
    evidence: Tensor
    """Shape (rows, tokens, themes): 1 inside the words that prove a theme, 0 outside, -1 where nothing is marked."""
    hidden: Tensor | None = None
    """Shape (rows, tokens): where a token of the input was hidden, for the language loss."""
    original: Tensor | None = None
    """Shape (rows, tokens): the ids before hiding."""
    guessed: tuple[Tensor, Tensor] | None = None
    """The teacher's probabilities of sentiment and themes, of the rows that it guessed."""


def draw_pass(pools: dict[str, list[Example]], wanted: dict[str, int], dice: random.Random) -> list[Example]:
    """Draw the rows of one pass: each source's share, every row once before any comes again."""
    rows: list[Example] = []
    for source, count in wanted.items():
        pool = pools.get(source, [])
        if pool:
            rows += pool * (count // len(pool)) + dice.sample(pool, count % len(pool))
    dice.shuffle(rows)
    return rows


def prepare(example: Example, dice: random.Random, bare_share: float = BARE_SHARE) -> Aligned:
    """Noise as customers make it, then what serving does."""
    noise = draw(example.language, dice, bare_share=bare_share)
    aligned = Aligned.of(example.text)
    return as_served(aligned.edit(noise(example.text, dice)) if noise else aligned)


def mark_evidence(example: Example, aligned: Aligned, window: Encoded) -> np.ndarray | None:
    """Token labels of the evidence head, shape (tokens, themes), or None when nothing is marked in this window."""
    if not example.evidence:
        return None
    marks = np.full((len(window.ids), len(THEMES)), UNKNOWN, dtype=np.int8)
    stretches = [aligned.source_span(*offset) if offset[1] else (0, 0) for offset in window.offsets]
    for theme, start, end in example.evidence:
        inside = [a < end and start < b for a, b in stretches]
        if any(inside):
            column = np.array(inside, dtype=np.int8)
            marks[:, theme] = np.maximum(np.where(marks[:, theme] == UNKNOWN, 0, marks[:, theme]), column)
    return marks if (marks != UNKNOWN).any() else None


def collate(
    rows: Sequence[tuple[Example, Aligned, Encoded]],
    sources: dict[str, int],
    trust: dict[str, float],
    guesses: Mapping[str, Guess] = MappingProxyType({}),
) -> Batch:
    """Pad one batch."""
    width = max(len(window.ids) for _, _, window in rows)
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    types, attention = torch.zeros_like(ids), torch.zeros_like(ids)
    evidence = torch.full((len(rows), width, len(THEMES)), UNKNOWN, dtype=torch.int8)
    for number, (example, aligned, window) in enumerate(rows):
        ids[number, : len(window.ids)] = torch.tensor(window.ids)
        types[number, : len(window.ids)] = torch.tensor(window.types)
        attention[number, : len(window.ids)] = 1
        marks = mark_evidence(example, aligned, window)
        if marks is not None:
            evidence[number, : len(marks)] = torch.from_numpy(marks)
    examples = [example for example, _, _ in rows]
    return Batch(
        inputs={"input_ids": ids, "attention_mask": attention, "token_type_ids": types},
        sentiment=torch.tensor([example.sentiment for example in examples]),
        sentiment_weight=torch.tensor([trust[example.source] for example in examples]),
        source=torch.tensor([sources[example.source] for example in examples]),
        themes=torch.tensor([example.themes for example in examples]),
        flags=torch.tensor([(example.complaint, example.suggestion, example.none) for example in examples]),
        evidence=evidence,
        guessed=stack((guesses.get(example.id) for example in examples), len(THEMES)),
    )


def batches(
    rows: list[Example],
    encoder: Encoder,
    config: dict[str, Any],
    sources: dict[str, int],
    dice: random.Random,
    guesses: Mapping[str, Guess] = MappingProxyType({}),
) -> Iterator[Batch]:
    """Encode a pass pool by pool, cut each into length-sorted batches, in random order."""
    bare = {
        source: float(entry.get("bare", config.get("bare", BARE_SHARE))) for source, entry in config["sources"].items()
    }
    trust = {source: float(entry["sentiment"]) for source, entry in config["sources"].items()}
    for at in range(0, len(rows), POOL):
        examples = rows[at : at + POOL]
        aligned = [prepare(example, dice, bare[example.source]) for example in examples]
        windows, _ = encoder.encode([item.text for item in aligned], [example.question for example in examples])
        cut = list(cut_batches(windows, budget=config["token_budget"]))
        dice.shuffle(cut)
        for positions in cut:
            picked = [windows[position] for position in positions]
            yield collate([(examples[w.comment], aligned[w.comment], w) for w in picked], sources, trust, guesses)


def sentiment_loss(logits: Tensor, batch: Batch, neutral_weight: float) -> Tensor:
    """Cross-entropy over rows with a label, weighted by how far the source is trusted."""
    known = batch.sentiment >= 0
    if not known.any():
        return logits.sum() * 0
    classes = torch.tensor([1.0, neutral_weight, 1.0])
    each = functional.cross_entropy(logits[known], batch.sentiment[known], weight=classes, reduction="none")
    return (each * batch.sentiment_weight[known]).sum() / len(batch.sentiment)


def theme_loss(logits: Tensor, codes: Tensor) -> Tensor:
    """Negative log-likelihood of what is known of each theme, summed over themes, mean over rows.

    Args:
        logits: Shape (rows, themes, 4).
        codes: Shape (rows, themes), the codes of training.data.

    Returns:
        A scalar; UNKNOWN adds nothing, UNJUDGED asks for presence only, BOTH splits between negative and positive.
    """
    logs = functional.log_softmax(logits, dim=-1)
    single = torch.gather(logs, 2, codes.clamp(0, 3).unsqueeze(-1)).squeeze(-1)
    present = torch.logsumexp(logs[:, :, 1:], dim=-1)
    both = (logs[:, :, 1] + logs[:, :, 3]) / 2
    each = -torch.where(codes == UNJUDGED, present, torch.where(codes == BOTH, both, single))
    return (each * (codes != UNKNOWN)).sum() / len(codes)


def flag_loss(logits: Tensor, flags: Tensor) -> Tensor:
    """Binary cross-entropy of the flags that are known, mean over rows."""
    each = functional.binary_cross_entropy_with_logits(logits, flags.clamp(0).float(), reduction="none")
    return (each * (flags >= 0)).sum() / len(flags)


def evidence_loss(logits: Tensor, marks: Tensor) -> Tensor:
    """Binary cross-entropy over the tokens of marked themes; each (row, theme) counts the same."""
    known = marks >= 0
    if not known.any():
        return logits.sum() * 0
    weight = torch.where(marks == 1, 2.0, 1.0) * known
    each = functional.binary_cross_entropy_with_logits(logits, marks.clamp(0).float(), reduction="none") * weight
    pairs = known.any(dim=1)
    return (each.sum(dim=1) / weight.sum(dim=1).clamp(1e-6))[pairs].sum() / len(marks)


def hide_tokens(batch: Batch, shares: Tensor, vocabulary: int, special: tuple[int, Tensor]) -> Batch:
    """Hide some tokens of the batch: a light noise for the labels, and the questions of the language loss.

    Args:
        batch: As collated.
        shares: Share of the tokens to hide, by number of the source.
        vocabulary: Ids that a token may be replaced by lie below.
        special: As `special_ids` gives them.
    """
    ids = batch.inputs["input_ids"]
    inputs, hidden = hide(ids, shares[batch.source].unsqueeze(1), vocabulary, mask=special[0], special=special[1])
    return replace(batch, inputs=batch.inputs | {"input_ids": inputs}, hidden=hidden, original=ids)


def losses(
    network: FeedbackNetwork,
    source_bias: Tensor,
    batch: Batch,
    neutral_weight: float,
    language: LanguageHead | None = None,
) -> dict[str, Tensor]:
    """All losses of one batch, named; the language loss (masked-language modelling) when its head is given."""
    with torch.autocast("cpu", torch.bfloat16):
        states = network.read(**batch.inputs)
        sentiment, themes, flags, evidence = network.judge(states, batch.inputs["attention_mask"])
    shifted = sentiment.float() + source_bias[batch.source]
    found = {
        "sentiment": 1.5 * sentiment_loss(shifted, batch, neutral_weight),
        "themes": theme_loss(themes.float(), batch.themes),
        "flags": 0.3 * flag_loss(flags.float(), batch.flags),
        "evidence": evidence_loss(evidence.float(), batch.evidence),
        "sources": SOURCE_PULL * source_bias.pow(2).mean(),
    }
    if batch.guessed is not None:
        found["guessed"] = guess_loss(sentiment.float(), themes.float(), batch.guessed)
    if language is not None and batch.hidden is not None and batch.original is not None and batch.hidden.any():
        with torch.autocast("cpu", torch.bfloat16):
            guesses = language(states[batch.hidden], network.words)
        found["language"] = functional.cross_entropy(guesses.float(), batch.original[batch.hidden])
    return found


def digest_of(start: Path) -> str:
    """Name a start: its weights and its vocabulary."""
    digest = hashlib.sha256()
    for name in ("model.safetensors", "tokenizer.json"):
        with (start / name).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


class Learner:
    """Network and optimizer of a run, with what is needed to go on after a stop."""

    def __init__(self, start: Path, config: dict[str, Any], sources: dict[str, int]) -> None:
        """Go on from the weights in `start`, dropout off.

        Args:
            start: An encoder (grow, pretrain), which gets fresh heads, or a network with heads (a fine-tuned run, a
                released model folder), which keeps them.
            config: The run's TOML.
            sources: Number of every source.
        """
        settings = json.loads((start / "config.json").read_text(encoding="utf-8"))
        settings |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
        self.network = build(settings, themes=len(THEMES))
        weights = unpack(load_file(start / "model.safetensors"))
        with_heads = any(name.startswith("backbone.") for name in weights)
        (self.network if with_heads else self.network.backbone).load_state_dict(weights)
        self.source_bias = torch.nn.Parameter(torch.zeros(len(sources), 3))
        self.biased = torch.tensor([[float(entry.get("bias", True))] for entry in config["sources"].values()])
        body = list(self.network.backbone.parameters())
        heads = [value for name, value in self.network.named_parameters() if not name.startswith("backbone.")]
        width, vocabulary = settings["hidden_size"], settings["vocab_size"]
        self.language = LanguageHead(width, vocabulary) if config.get("language_weight") else None
        heads += list(self.language.parameters()) if self.language else []
        self.special = special_ids(start / "tokenizer.json")
        self.start = digest_of(start)
        self.hide_shares = torch.tensor(
            [entry.get("hide", config.get("hide", 0.0)) for entry in config["sources"].values()]
        )
        groups = [
            {"params": body, "peak": config["body_rate"]},
            {"params": [*heads, self.source_bias], "peak": config["head_rate"]},
        ]
        self.optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
        self.config, self.sources = config, sources
        self.seen, self.number, self.started = 0, 0, time.monotonic()
        self.network.train()

    @property
    def minutes(self) -> float:
        """Minutes spent, those before a stop included."""
        return (time.monotonic() - self.started) / 60

    def restore(self, checkpoint: Path) -> None:
        """Go on from a checkpoint, if there is one; one that another start left would put old weights on new words."""
        if checkpoint.exists():
            state = torch.load(checkpoint, weights_only=True)
            if state.get("start") != self.start:
                raise SystemExit(f"{checkpoint} is of a run that started from other weights: remove it, or its folder")
            self.network.load_state_dict(state["network"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.source_bias.data.copy_(state["source_bias"])
            if self.language:
                self.language.load_state_dict(state["language"])
            self.seen, self.number = int(state["seen"]), int(state["number"])
            self.started = time.monotonic() - float(state["spent"])

    def save(self, checkpoint: Path) -> None:
        """Write a checkpoint; a kill in between leaves the one before."""
        state = {
            "network": self.network.state_dict(), "optimizer": self.optimizer.state_dict(), "seen": self.seen,
            "start": self.start, "source_bias": self.source_bias.data, "number": self.number,
            "spent": 60 * self.minutes, "language": self.language.state_dict() if self.language else {},
        }  # fmt: skip
        torch.save(state, checkpoint.with_suffix(".new"))
        checkpoint.with_suffix(".new").replace(checkpoint)

    def step(self, batch: Batch, done: float) -> dict[str, float]:
        """Learn from one batch at `done` of the run, 0 to 1; gives its losses."""
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * min(1.0, done / self.config["warmup"] + 0.01) * max(0.01, 1 - done)
        if self.hide_shares.any():
            batch = hide_tokens(batch, self.hide_shares, len(self.network.words), self.special)
        bias = self.source_bias * self.biased
        parts = losses(self.network, bias, batch, self.config["neutral_weight"], self.language)
        if "language" in parts:
            parts["language"] = self.config["language_weight"] * parts["language"]
        torch.stack(list(parts.values())).sum().backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(
            [value for group in self.optimizer.param_groups for value in group["params"]], 1.0
        )
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.seen += len(batch.sentiment)
        return {name: float(value.detach()) for name, value in parts.items()}

    def write(self, out: Path, start: Path) -> None:
        """Write model.safetensors, config.json, tokenizer.json and finetuned.json."""
        weights = {name: value.contiguous() for name, value in self.network.state_dict().items()}
        save_file(weights, out / "model.safetensors")
        for name in ("config.json", "tokenizer.json", "backbone.json"):
            if (start / name).is_file():
                shutil.copy(start / name, out / name)
        biases = dict(zip(self.sources, self.source_bias.data.tolist(), strict=True))
        figures = {
            "rows": self.seen, "minutes": round(self.minutes, 1), "threads": torch.get_num_threads(),
            "config": self.config, "source_bias": biases,
        }  # fmt: skip
        (out / "finetuned.json").write_text(json.dumps(figures, indent=2), encoding="utf-8")


def learn(
    learner: Learner,
    pools: dict[str, list[Example]],
    encoder: Encoder,
    out: Path,
    minutes: float,
    guesses: Mapping[str, Guess] = MappingProxyType({}),
) -> None:
    """Run passes until all are done or the minutes are spent, saving on the way."""
    wanted = {source: int(entry["rows"]) for source, entry in learner.config["sources"].items()}
    total = sum(count for source, count in wanted.items() if pools.get(source)) * learner.config["passes"]
    absent = [source for source in wanted if not pools.get(source)]
    if absent:
        log.warning("no rows of %s: left out", ", ".join(absent))
    if not total:
        raise SystemExit("there is nothing to learn from: the data folder holds none of the run's sources")
    log.info("%d rows in all, %d seen", total, learner.seen)
    running: dict[str, list[float]] = defaultdict(list)
    step, saved = 0, time.monotonic()
    while True:
        dice = random.Random(learner.config["seed"] + 1000 * learner.number + learner.seen)  # noqa: S311
        rows = draw_pass(pools, wanted, dice)
        for batch in batches(rows, encoder, learner.config, learner.sources, dice, guesses):
            done = max(learner.seen / total, learner.minutes / minutes)
            if done >= 1:
                return
            for name, value in learner.step(batch, done).items():
                running[name].append(value)
            step += 1
            if step % 100 == 0:
                told = "  ".join(f"{name} {np.mean(values):.3f}" for name, values in running.items())
                log.info("%.1f%%  %d rows  %s", 100 * done, learner.seen, told)
                running.clear()
            if time.monotonic() - saved > SAVE_EVERY:
                saved = time.monotonic()
                learner.save(out / "checkpoint.pt")
        learner.number += 1


def check_origins(config: dict[str, Any], start: Path | None = None) -> None:
    """Refuse a run that says whose texts it may learn from, and asks for others or starts from a model that did.

    Sources of labels (`cx_annotated`, `annotated`) may be named all the same: of these, only texts of the sources in
    `origins` are taken.

    Args:
        config: The run's TOML.
        start: Folder it goes on from; one fetched by --backbone is its publisher's affair.
    """
    if "origins" not in config:
        return
    origins = set(config["origins"])
    named = {entry.get("text", source) for source, entry in config["sources"].items()}
    strangers = sorted(named - origins - {"cx_annotated", "annotated"})
    if strangers:
        raise SystemExit(f"origins of this run do not name {', '.join(strangers)}: add them there, or leave them out")
    unlicensed = sorted(origins - config.get("licences", {}).keys())
    if unlicensed:
        raise SystemExit(f"[licences] of this run does not say why {', '.join(unlicensed)} may be learnt from")
    if start is not None and not (start / "backbone.json").is_file():
        before = origins_of(start)
        if before is None or not before <= origins:
            raise SystemExit(
                f"{start} was made from texts that origins of this run do not name; grow one: training.grow --config"
            )


def origins_of(start: Path) -> set[str] | None:
    """Sources whose texts a folder of training.grow or .finetune was made from; None: from any."""
    for name, where in (("finetuned.json", "config"), ("grown.json", None)):
        if (start / name).is_file():
            told = json.loads((start / name).read_text(encoding="utf-8"))
            origins = (told[where] if where else told).get("origins")
            return None if origins is None else set(origins)
    return None


def begin(start: Path | None, backbone: str | None, out: Path) -> Path:
    """Find the folder a run starts from: the one named, or that of a backbone, fetched once beside the run."""
    if backbone is None:
        if start is None:
            raise SystemExit("name where to start: --start FOLDER, or --backbone NAME-OR-FOLDER")
        return start
    folder = out / "backbone"
    try:
        return folder if (folder / "backbone.json").is_file() else fetch(backbone, folder)
    except BackboneError as error:
        raise SystemExit(str(error)) from error


def make_encoder(start: Path, window: int) -> Encoder:
    """Make the encoder that a start asks for, its windows `window` tokens long at most."""
    described = read_description(start)
    segment = join_syllables if described["segmentation"] else None
    return Encoder(start / "tokenizer.json", window=min(window, described["window"]), max_windows=1, segment=segment)


def main() -> None:
    """Train; writes model.safetensors, config.json, tokenizer.json and finetuned.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="folder of training.grow, .pretrain or .finetune, or a model")
    parser.add_argument("--backbone", help="instead of --start: an encoder of the hub, or a local folder of one")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="anneal to end by then at the latest")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    config = tomllib.loads(options.config.read_text(encoding="utf-8"))
    torch.manual_seed(config["seed"])
    options.out.mkdir(parents=True, exist_ok=True)

    pools: dict[str, list[Example]] = defaultdict(list)
    check_origins(config, options.start)
    start = begin(options.start, options.backbone, options.out)
    examples = load_all(options.data)
    for example in keep_origins(examples, config.get("origins")):
        if example.split == "train":
            pools[example.source].append(example)
    for name, entry in config["sources"].items():
        if "text" in entry:
            pools[name] = load_unlabelled(options.data, name, entry, [one for one in examples if one.split == "dev"])
    encoder = make_encoder(start, config["max_tokens"])
    learner = Learner(start, config, {source: number for number, source in enumerate(config["sources"])})
    taught = [one for name, entry in config["sources"].items() if entry.get("taught") for one in pools[name]]
    guesses = teach(learner.network, encoder, taught, 4 * config["token_budget"])
    learner.restore(options.out / "checkpoint.pt")
    learn(learner, pools, encoder, options.out, options.minutes, guesses)
    learner.write(options.out, start)


if __name__ == "__main__":
    main()
