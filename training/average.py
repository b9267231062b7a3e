"""Average the weights of two runs, where the second went on from the first: what is learnt late, less of its noise.

Writes a folder like training.finetune's, for training.publish.

Run: python -m training.average --first DIR --second DIR --share 0.65 --out DIR

References:
    Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file


def average(first: Path, second: Path, out: Path, *, share: float) -> None:
    """Write the mean of two runs' weights.

    Args:
        first: Folder of the earlier run.
        second: Folder of the run that started from it.
        out: Folder to write.
        share: Weight of the second, 0 to 1.

    Raises:
        ValueError: If the runs do not hold the same weights, or the share is not within 0 and 1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"the share is {share}; it must be within 0 and 1")
    weights: list[dict[str, torch.Tensor]] = [load_file(run / "model.safetensors") for run in (first, second)]
    shapes = [{name: weight.shape for name, weight in one.items()} for one in weights]
    if shapes[0] != shapes[1] or (first / "tokenizer.json").read_bytes() != (second / "tokenizer.json").read_bytes():
        raise ValueError(f"{first} and {second} are not two runs of one network with one tokenizer")
    out.mkdir(parents=True, exist_ok=True)
    mean = {name: torch.lerp(weight, weights[1][name], share).contiguous() for name, weight in weights[0].items()}
    save_file(mean, out / "model.safetensors")
    for name in ("config.json", "tokenizer.json", "backbone.json"):
        if (second / name).is_file():
            shutil.copy(second / name, out / name)
    runs = [json.loads((run / "finetuned.json").read_text(encoding="utf-8")) for run in (first, second)]
    history = runs[1] | {
        "rows": sum(run["rows"] for run in runs),
        "minutes": round(sum(run["minutes"] for run in runs), 1),
        "averaged": {"share": share, "with": runs[0]},
    }
    (out / "finetuned.json").write_text(json.dumps(history, indent=2), encoding="utf-8")


def main() -> None:
    """Average two runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=Path, required=True)
    parser.add_argument("--second", type=Path, required=True)
    parser.add_argument("--share", type=float, default=0.65, help="weight of the second run, 0 to 1")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    average(options.first, options.second, options.out, share=options.share)


if __name__ == "__main__":
    main()
