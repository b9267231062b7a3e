"""Turn fine-tuned weights into a released model folder: pack, export for CPUs, calibrate, measure, write the card.

Run: python -m training.publish --finetuned DIR --data DIR --version 2026.11 --out models [--baseline]
"""

from __future__ import annotations

import argparse
import json
import shutil
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from nlp_cx import Analyzer
from nlp_cx.artifacts import FORMAT, ModelFolder, sha256
from nlp_cx.classify import OUTPUTS, OpenVinoClassifier
from nlp_cx.decide import Calibration
from nlp_cx.gates import read_regression
from nlp_cx.network import FeedbackNetwork, build, load, pack
from nlp_cx.normalise import NORMALISER
from nlp_cx.parity import measure_parity, note_parity
from nlp_cx.pipeline import make_encoder
from nlp_cx.registry import Registry
from nlp_cx.taxonomy import load_taxonomy
from training.backbone import read_description
from training.baseline import LinearBaseline
from training.calibrate import calibrate, run
from training.card import write_card
from training.data import THEMES, Example, keep_origins, load_all
from training.evaluate import evaluate

FILES = ("config.json", "tokenizer.json", "model.safetensors", "openvino.xml", "openvino.bin")


def export_openvino(network: FeedbackNetwork, path: Path) -> None:
    """Write the graph for CPUs, large matrices as int8; the batch and the length stay open.

    Args:
        network: With packed (int8-representable) weights.
        path: File ending in .xml; the weights go beside it.
    """
    import nncf
    import openvino as ov

    example = torch.ones(2, 8, dtype=torch.long)
    names = ("input_ids", "attention_mask", "token_type_ids")
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the converter says of its own insides
        graph = ov.convert_model(network.eval(), example_input=dict.fromkeys(names, example))
    for output, name in zip(graph.outputs, OUTPUTS, strict=True):
        output.get_tensor().set_names({name})
    graph.reshape({name: ov.PartialShape([-1, -1]) for name in names})
    ov.save_model(nncf.compress_weights(graph, mode=nncf.CompressWeightsMode.INT8_SYM), path, compress_to_fp16=False)


def write_weights(finetuned: Path, folder: Path) -> FeedbackNetwork:
    """Pack the weights, write them for torch and for OpenVINO; gives the network as packed."""
    config = json.loads((finetuned / "config.json").read_text(encoding="utf-8"))
    config |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    network = build(config, themes=len(THEMES))
    network.load_state_dict(load_file(finetuned / "model.safetensors"))
    folder.mkdir(parents=True, exist_ok=True)
    save_file(pack(network.state_dict()), folder / "model.safetensors")
    (folder / "model.safetensors").chmod(0o644)  # safetensors writes for its owner alone
    (folder / "config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
    for name in ("tokenizer.json", "backbone.json"):
        if (finetuned / name).is_file():
            shutil.copy(finetuned / name, folder / name)
    packed = load(config, folder / "model.safetensors", themes=len(THEMES))
    export_openvino(packed, folder / "openvino.xml")
    return packed


def write_manifest(
    folder: Path, version: str, dev: list[Example], history: dict[str, Any], *, kept: Calibration | None = None
) -> dict[str, Any]:
    """Calibrate on dev rows, or keep a calibration, compare CPU and torch, and write manifest.json."""
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "version": version,
        "made": datetime.now(UTC).date().isoformat(),
        "taxonomy": load_taxonomy().version,
        "themes": list(THEMES),
        "normaliser": NORMALISER,
        "history": history,
    }
    if (folder / "backbone.json").is_file():
        described = read_description(folder)
        manifest |= {"backbone": described, "segmentation": described["segmentation"], "window": described["window"]}
    made = ModelFolder(path=folder, manifest=manifest)
    calibration = kept or calibrate(dev, run(dev, make_encoder(made), OpenVinoClassifier(made)))
    manifest["calibration"] = calibration.to_manifest()
    manifest["files"] = {name: sha256(folder / name) for name in FILES}
    comments = [row.comment for row in read_regression()]
    note_parity(manifest, measure_parity(ModelFolder(path=folder, manifest=manifest), comments))
    _write_json(folder / "manifest.json", manifest)
    return manifest


def _write_json(path: Path, value: Any) -> None:
    """Write readable JSON."""
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Write the folder MODELS/VERSION; where no model is live it becomes so, else it waits for a promotion."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--finetuned", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--out", type=Path, default=Path("models"))
    parser.add_argument("--baseline", action="store_true", help="measure TF-IDF + linear SVM beside it")
    options = parser.parse_args()
    folder: Path = options.out / options.version
    registry = Registry(options.out)
    if folder.exists() or options.version in {event.version for event in registry.history()}:
        parser.error(f"{options.version} was made before: give the new model a version of its own, and promote it")

    examples = load_all(options.data)
    network = write_weights(options.finetuned, folder)
    made = json.loads((options.finetuned / "finetuned.json").read_text(encoding="utf-8"))
    history = {"rows_seen": made["rows"], "minutes": made["minutes"], "seed": made["config"]["seed"]}
    origins = made["config"].get("origins")  # a run on some texts alone is calibrated on those alone
    dev = [one for one in keep_origins(examples, origins) if one.split == "dev"]
    manifest = write_manifest(folder, options.version, dev, history)
    baseline = LinearBaseline([one for one in examples if one.split == "train"]) if options.baseline else None
    results = evaluate(Analyzer.load(folder), examples, baseline)
    _write_json(folder / "metrics.json", results)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    parameters = sum(weight.numel() for weight in network.parameters())
    card = write_card(options.version, config, manifest, made, results, parameters=parameters)
    (folder / "card.md").write_text(card, encoding="utf-8")
    if not registry.history():
        registry.record(
            options.version, action="promoted", expected=None, reason="the first model", by="training.publish"
        )


if __name__ == "__main__":
    main()
