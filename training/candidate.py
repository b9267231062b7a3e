"""A retrained model's folder: weights, calibration, figures and card. It becomes live by `nlp-cx models promote`."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.torch import save_file
from torch import Tensor

from nlp_cx.artifacts import ModelFolder
from nlp_cx.classify import OpenVinoClassifier
from nlp_cx.decide import Calibration, softmax
from nlp_cx.errors import OutputError
from nlp_cx.pipeline import make_encoder
from training.calibrate import run
from training.card import RETRAINED
from training.data import Example
from training.measured import Measured
from training.publish import write_manifest, write_weights

COUNTED_AS = 50
"""Rows that the live temperature counts as when a new one is fitted."""
LEARNT = "learnt.json"
"""File of a retrained model's folder: fingerprints of the feedback that it and those before it learnt from."""


def free_version(out: Path, wanted: str | None) -> str:
    """Choose the candidate's name: as wanted, else the day's next free one.

    Raises:
        OutputError: If the name is taken, or no name for a folder.
    """
    if wanted is not None:
        if not wanted or wanted.startswith(".") or any(sign in wanted for sign in "/\\:\0"):
            raise OutputError(f"{wanted!r} is no version: use letters, digits, dots and hyphens")
        if (out / wanted).exists():
            raise OutputError(f"there is a model {wanted} in {out} already: choose another --version")
        return wanted
    day = datetime.now(UTC).strftime("%Y.%m.%d")
    return next(name for number in range(1, 10_000) if not (out / (name := f"{day}-r{number}")).exists())


def read_learnt(model: ModelFolder) -> frozenset[str]:
    """Fingerprints of the feedback that a model has learnt from; none of a model that was never retrained."""
    path = model.path / LEARNT
    return frozenset(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else frozenset()


def fit_temperature(live: Calibration, logits: np.ndarray, gold: np.ndarray) -> Calibration:
    """Fit the temperature of sentiment anew, drawn towards the live one; labels do not change by it.

    Everything else is kept: on some hundred rows refitted theme thresholds measured worse than the live ones (LOG.md).

    Args:
        live: Calibration of the live model.
        logits: Sentiment logits of the candidate, shape (rows, 3).
        gold: Labels, shape (rows,).
    """
    if not len(gold):
        return live
    grid = np.arange(0.5, 4.01, 0.05)
    surprise = [
        -np.log(np.maximum(softmax((logits + live.sentiment_bias) / one)[np.arange(len(gold)), gold], 1e-9)).mean()
        for one in grid
    ]
    fitted = float(grid[int(np.argmin(surprise))])
    weight = len(gold) / (len(gold) + COUNTED_AS)
    return replace(live, sentiment_temperature=live.sentiment_temperature ** (1 - weight) * fitted**weight)


def write_candidate(
    live: ModelFolder, weights: dict[str, Tensor], held: Sequence[Example], learnt: Collection[str], draft: Path,
    run_folder: Path, version: str, history: Mapping[str, Any],
) -> None:  # fmt: skip
    """Write the candidate's folder as a draft: weights for torch and CPUs, calibration, manifest, what was learnt."""
    import nncf

    tuned = run_folder / "tuned"
    tuned.mkdir(parents=True, exist_ok=True)
    save_file({name: value.contiguous() for name, value in weights.items()}, tuned / "model.safetensors")
    for name in ("config.json", "tokenizer.json", "backbone.json"):
        if (live.path / name).is_file():
            shutil.copy(live.path / name, tuned / name)
    shutil.rmtree(draft, ignore_errors=True)
    nncf.set_log_level(logging.ERROR)
    write_weights(tuned, draft)
    before = Calibration.from_manifest(live.manifest["calibration"])
    judged = [example for example in held if example.sentiment >= 0]
    candidate = ModelFolder(path=draft, manifest=live.manifest)
    logits = (
        run(judged, make_encoder(candidate), OpenVinoClassifier(candidate)).sentiment if judged else np.zeros((0, 3))
    )
    after = fit_temperature(before, logits, np.array([example.sentiment for example in judged], dtype=int))
    told = (
        f"kept from {live.version}; temperature {before.sentiment_temperature:.2f} -> "
        f"{after.sentiment_temperature:.2f} on {len(judged)} held-out rows"
    )
    write_manifest(draft, version, [], {**history, "calibration": told}, kept=after)
    (draft / LEARNT).write_text(json.dumps(sorted(read_learnt(live).union(learnt)), indent=0), encoding="utf-8")


def figures_of(measured: Sequence[Measured]) -> dict[str, Any]:
    """Give the figures as metrics.json holds them: per set those of the candidate, and of the live model beside."""
    names = ("sentiment_macro_f1", "theme_micro_f1", "theme_polarity_micro_f1")
    return {
        one.name: {
            "rows": len(one.rows),
            **{
                model: {
                    name: round(value, 4) for name in names if (value := getattr(said.quality, name)) is not None
                }
                for model, said in (("model", one.candidate), ("live", one.live))
            },
        }
        for one in measured
    }  # fmt: skip


def write_card(
    draft: Path, live: ModelFolder, measured: Sequence[Measured], history: Mapping[str, Any], name: str, version: str
) -> None:
    """Write metrics.json and card.md; neither is hashed, for they say what is measured of the rest."""
    (draft / "metrics.json").write_text(json.dumps(figures_of(measured), indent=1) + "\n", encoding="utf-8")
    lines = ["| rows · dòng | figure | live | candidate | change, with interval |", "|---|---|---:|---:|---|"]
    for one in measured:
        lines += [
            f"| {one.name} ({len(one.rows)}) | {change.figure}, {change.name} | {100 * change.live:.1f} "
            f"| {100 * change.candidate:.1f} | {100 * change.difference:+.1f} "
            f"({100 * change.low:+.1f} to {100 * change.high:+.1f}) |"
            for change in one.comparison.changes if change.kind != "theme"
        ]  # fmt: skip
    before = live.card.read_text(encoding="utf-8") if live.card.is_file() else f"Model {live.version} has no card."
    card = RETRAINED.format(
        version=version, live=live.version, name=name, table="\n".join(lines), before=before,
        replay=", ".join(f"{source} {count}" for source, count in history["replay"].items()), **{
            key: history[key] for key in ("feedback_rows", "held_out_rows", "rows_seen", "minutes", "passes")
        }, step_back=history["step_back"],
        calibration=json.loads((draft / "manifest.json").read_text(encoding="utf-8"))["history"]["calibration"],
    )  # fmt: skip
    (draft / "card.md").write_text(card, encoding="utf-8")
