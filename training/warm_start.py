"""Going on from the live weights: a few passes over new rows with old ones mixed in, then a step back.

References:
    Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022 (weights between old and tuned ones).
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from safetensors.torch import load_file
from torch import Tensor

from nlp_cx.artifacts import ModelFolder
from nlp_cx.encode import WINDOW
from nlp_cx.network import unpack
from training.data import Example
from training.feedback import SOURCE
from training.finetune import SAVE_EVERY, Learner, batches, draw_pass, make_encoder
from training.replay import Replay


def plan(config: Mapping[str, Any], learnt: int, replay: Replay) -> dict[str, Any]:
    """Make the Learner's config: rows of every source in a pass, and how many passes.

    Args:
        config: configs/retrain.toml.
        learnt: New rows, above 0.
        replay: Old ones.
    """
    passes = min(config["passes"], max(2, round(config["rows"] / learnt)))
    # what is served has no bias by source, so rows like those that will be served learn without one
    sources = {SOURCE: {"rows": learnt, "sentiment": 1.0, "bias": False}}
    sources |= {
        source: {"rows": max(1, round(share * learnt)), "sentiment": replay.trust[source], "bias": source != "authored"}
        for source, share in replay.wanted.items()
    }
    return {**config, "passes": passes, "sources": sources}


def learn(
    live: ModelFolder, examples: Sequence[Example], replay: Replay, config: dict[str, Any], folder: Path, minutes: float
) -> tuple[dict[str, Tensor], Learner]:
    """Go on from the live weights, then step back towards them.

    Args:
        live: The model to go on from.
        examples: New rows.
        replay: Old ones.
        config: What `plan` gave.
        folder: Where the checkpoint is kept; a run that was stopped goes on from it.
        minutes: Time after which learning ends, its rate annealed to that.

    Returns:
        The weights between live and tuned ones, and the learner, which knows what was seen.
    """
    torch.manual_seed(config["seed"])
    sources = {source: number for number, source in enumerate(config["sources"])}
    learner = Learner(live.path, config, sources)
    folder.mkdir(parents=True, exist_ok=True)
    learner.restore(folder / "checkpoint.pt")
    pools = {SOURCE: list(examples), **{source: list(pool) for source, pool in replay.pools.items()}}
    wanted = {source: int(entry["rows"]) for source, entry in config["sources"].items()}
    total = sum(wanted.values()) * config["passes"]
    encoder = make_encoder(live.path, WINDOW)  # one window a row: the labels of a long comment may lie in its first
    saved = time.monotonic()
    with show_progress() as progress:
        task = progress.add_task("learn", total=1.0)
        while (done := progress_of(learner, total, minutes)) < 1:
            dice = random.Random(config["seed"] + 1000 * learner.number + learner.seen)  # noqa: S311
            for batch in batches(draw_pass(pools, wanted, dice), encoder, config, sources, dice):
                done = progress_of(learner, total, minutes)
                if done >= 1:
                    break
                parts = learner.step(batch, done)
                progress.update(task, completed=done, description=f"learn, loss {sum(parts.values()):.2f}")
                if time.monotonic() - saved > SAVE_EVERY:
                    saved = time.monotonic()
                    learner.save(folder / "checkpoint.pt")
            learner.number += 1
        progress.update(task, completed=1.0)
    start = unpack(load_file(live.weights))
    tuned = learner.network.state_dict()
    return {name: torch.lerp(start[name], tuned[name].float(), config["step_back"]) for name in tuned}, learner


def progress_of(learner: Learner, total: int, minutes: float) -> float:
    """Share of the run that is done, by rows or by time."""
    return max(learner.seen / total, learner.minutes / minutes)


def show_progress() -> Progress:
    """Make a progress bar on standard error; where that is no terminal, one line at the end."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"), TimeRemainingColumn(),
        console=Console(stderr=True),
    )  # fmt: skip
