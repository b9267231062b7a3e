"""Masked-language modelling over comments, then parallel sentences, so that the body reads Vietnamese.

A line is one comment, or a sentence beside its translation (translation language modelling, Conneau and Lample 2019),
which pulls both languages together. Resumable: the last checkpoint in --out is continued.

Run: python -m training.pretrain --data DIR --start DIR --out DIR --minutes 30
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertForMaskedLM

from nlp_cx.alignment import Aligned
from nlp_cx.normalise import normalise
from training.data import read_lines, read_records
from training.finetune import digest_of
from training.masking import hide
from training.noise import strip_diacritics

MONOLINGUAL = (("reviews_pool", "vi", 150_000), ("reviews_en", "en", 40_000), ("vntc_news", "vi", 30_000))
PARALLEL = ("m_absa_envi", "tatoeba_manythings", "iwslt15", "evbnews")
PARALLEL_PER_FILE = 15_000
MAX_TOKENS = 96
TOKEN_BUDGET = 4096
MASKED = 0.2
PEAK_RATE = 5e-4
WARMUP = 150

log = logging.getLogger(__name__)


def lines(data: Path) -> list[tuple[str, str | None]]:
    """All training lines: (comment, None), normalised, or (sentence, its translation) as they are."""
    rows: list[tuple[str, str | None]] = []
    for name, language, limit in MONOLINGUAL:
        for number, line in enumerate(read_lines(data / "text" / f"{name}.txt.xz", limit, seed=2)):
            text = normalise(Aligned.of(line[:500])).text
            rows.append((strip_diacritics(text) if language == "vi" and number % 7 == 0 else text, None))
    for name in PARALLEL:
        pairs = list(read_records(data / "parallel" / f"{name}.jsonl.gz"))
        random.Random(3).shuffle(pairs)  # noqa: S311
        rows += [(pair["vi"][:300], pair["en"][:300]) for pair in pairs[:PARALLEL_PER_FILE]]
    return rows


def batches(tokenizer: Tokenizer, rows: list[tuple[str, str | None]], dice: random.Random) -> Iterator[torch.Tensor]:
    """Endless batches of near-equal length, each (rows, length) of token ids."""
    while True:
        dice.shuffle(rows)
        for at in range(0, len(rows), 20_000):
            part = [text if other is None else (text, other) for text, other in rows[at : at + 20_000]]
            encoded = [item.ids[:MAX_TOKENS] for item in tokenizer.encode_batch_fast(part)]
            encoded = sorted((ids for ids in encoded if len(ids) > 4), key=len)
            groups: list[list[list[int]]] = [[]]
            for ids in encoded:
                if groups[-1] and len(ids) * (len(groups[-1]) + 1) > TOKEN_BUDGET:
                    groups.append([])
                groups[-1].append(ids)
            dice.shuffle(groups)
            for group in groups:
                width = max(map(len, group))
                yield torch.tensor([ids + [0] * (width - len(ids)) for ids in group])


def main() -> None:
    """Train until the minutes are spent; writes model.safetensors, config.json, tokenizer.json, pretrained.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--start", type=Path, required=True, help="folder written by training.grow")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    checkpoint = options.out / "checkpoint.pt"

    tokenizer = Tokenizer.from_file(str(options.start / "tokenizer.json"))
    config = BertConfig.from_json_file(str(options.start / "config.json"))
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    config._attn_implementation = "eager"
    model = BertForMaskedLM(config)
    model.bert.load_state_dict(load_file(options.start / "model.safetensors"), strict=True)
    optimizer = torch.optim.AdamW(model.parameters(), PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.01)
    start, spent, step, seen = digest_of(options.start), 0.0, 0, 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        if state.get("start") != start:
            raise SystemExit(f"{checkpoint} is of a run that started from other weights: remove it, or its folder")
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        spent, step, seen = state["spent"], state["step"], state["seen"]

    started = time.monotonic() - spent
    saved = time.monotonic()
    recent: list[float] = []
    model.train()
    for ids in batches(tokenizer, lines(options.data), random.Random(options.seed + step)):  # noqa: S311
        done = (time.monotonic() - started) / (60 * options.minutes)
        if done >= 1:
            break
        rate = PEAK_RATE * min(1.0, (step + 1) / WARMUP) * max(0.05, 1 - done)
        for group in optimizer.param_groups:
            group["lr"] = rate
        inputs, hidden = hide(ids, MASKED, tokenizer.get_vocab_size())
        with torch.autocast("cpu", torch.bfloat16):
            states = model.bert(input_ids=inputs, attention_mask=(ids != 0).long()).last_hidden_state[hidden]
            logits = model.cls(states)
        loss = torch.nn.functional.cross_entropy(logits.float(), ids[hidden])
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step, seen = step + 1, seen + int((ids != 0).sum())
        recent.append(float(loss.detach()))
        if step % 100 == 0:
            log.info(
                "step %d  tokens %.2fM  loss %.3f  %.0f%%", step, seen / 1e6, sum(recent) / len(recent), 100 * done
            )
            recent.clear()
        if time.monotonic() - saved > 300:
            saved = time.monotonic()
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "seen": seen}
            state |= {"spent": saved - started, "start": start}
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)

    save_file(
        {name: value.contiguous() for name, value in model.bert.state_dict().items()}, options.out / "model.safetensors"
    )
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(options.start / name, options.out / name)
    figures = {"steps": step, "tokens": seen, "minutes": options.minutes, "seed": options.seed}
    (options.out / "pretrained.json").write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
