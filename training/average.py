"""Average the weights of runs of one network that descend from one another or from one start: less of each run's noise.

Writes a folder like training.finetune's, for training.publish.

Run: python -m training.average DIR=0.35 DIR=0.65 --out DIR

References:
    Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022 (between a start and what came of it).
    Wortsman et al., "Model soups", ICML 2022 (between runs from one start).
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from nlp_cx.network import unpack


def average(shares: Mapping[Path, float], out: Path) -> None:
    """Write the mean of some runs' weights.

    Args:
        shares: Folders of training.finetune, or released models, with the weight of each; they add up to 1. The last
            one's config and start stand for the mean.
        out: Folder to write.

    Raises:
        ValueError: If the shares are none, or the runs do not hold the same weights and learn from the same origins.
    """
    if any(share < 0 for share in shares.values()) or not math.isclose(sum(shares.values()), 1):
        raise ValueError(
            f"the shares are {', '.join(map(str, shares.values()))}; none may be below 0, and they must add up to 1"
        )
    runs = list(shares)
    told = [read_history(run) for run in runs]
    weights = [unpack(load_file(run / "model.safetensors")) for run in runs]
    first = runs[0]
    for run, held, history in zip(runs[1:], weights[1:], told[1:], strict=True):
        same = {name: weight.shape for name, weight in held.items()} == {
            name: weight.shape for name, weight in weights[0].items()
        }
        if not same or (run / "tokenizer.json").read_bytes() != (first / "tokenizer.json").read_bytes():
            raise ValueError(f"{first} and {run} are not two runs of one network with one tokenizer")
        if history["config"].get("origins") != told[0]["config"].get("origins"):
            raise ValueError(f"{first} and {run} learnt from different origins")
    out.mkdir(parents=True, exist_ok=True)
    parts = list(zip(shares.values(), weights, strict=True))
    mean = {name: torch.stack([share * held[name] for share, held in parts]).sum(0) for name in weights[0]}
    save_file({name: weight.contiguous() for name, weight in mean.items()}, out / "model.safetensors")
    for name in ("config.json", "tokenizer.json", "backbone.json"):
        if (runs[-1] / name).is_file():
            shutil.copy(runs[-1] / name, out / name)
    history = told[-1] | {
        "rows": sum(run["rows"] for run in told),
        "minutes": round(sum(run["minutes"] for run in told), 1),
        "averaged": [{"share": share, "of": run} for share, run in zip(shares.values(), told, strict=True)],
    }
    (out / "finetuned.json").write_text(json.dumps(history, indent=2), encoding="utf-8")


def read_history(run: Path) -> dict[str, Any]:
    """Tell how many rows a run saw in how many minutes, and its config; of a released model what its manifest says."""
    told = run / "finetuned.json"
    if told.is_file():
        found: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
        return found
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    history = manifest["history"]
    return {
        "rows": history["rows_seen"], "minutes": history["minutes"], "version": manifest["version"],
        "config": {"seed": history["seed"]},
    }  # fmt: skip


def main() -> None:
    """Average runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", metavar="DIR=SHARE", help="folder of a run, and its weight in the mean")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    named = [run.rpartition("=") for run in options.runs]
    try:
        average({Path(run): float(share) for run, _, share in named}, options.out)
    except ValueError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
