"""Whether a model says the same on a CPU (OpenVINO) and in torch: two exports of the same weights, in float32."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from nlp_cx.alignment import Aligned
from nlp_cx.artifacts import ModelFolder
from nlp_cx.classify import Classifier, OpenVinoClassifier, TorchClassifier
from nlp_cx.decide import Calibration, presence_logit, sigmoid, softmax
from nlp_cx.normalise import normalise
from nlp_cx.pipeline import make_encoder
from nlp_cx.records import Comment, Encoded

BOUND = 5e-3
"""Largest difference of a calibrated probability that float32 arithmetic explains."""
_WEIGHTS = ("config.json", "model.safetensors", "openvino.xml", "openvino.bin", "tokenizer.json")
"""Files of a model folder that a measurement holds for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parity:
    """How far the two paths are apart."""

    rows: int
    largest: float
    """Largest difference of a calibrated probability of a sentiment or a theme."""
    measured: Literal["here", "at publication"]

    @property
    def holds(self) -> bool:
        """Whether both paths say the same."""
        return self.largest <= BOUND

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {"rows": self.rows, "largest": float(f"{self.largest:.2g}"), "bound": BOUND, "measured": self.measured}


def measure_parity(folder: ModelFolder, comments: Sequence[Comment]) -> Parity:
    """Run both paths on the same comments.

    Args:
        folder: A model folder whose manifest has a calibration.
        comments: At least one.

    Returns:
        How far they are apart.

    Raises:
        MissingExtraError: If torch is not installed.
    """
    on_torch = TorchClassifier(folder, device="cpu")
    texts = [normalise(Aligned.of(comment.text)).text for comment in comments]
    windows, _ = make_encoder(folder).encode(texts, [comment.question for comment in comments])
    calibration = Calibration.from_manifest(folder.manifest["calibration"])
    one = _probabilities(OpenVinoClassifier(folder, exact=True), windows, calibration)
    other = _probabilities(on_torch, windows, calibration)
    return Parity(rows=len(comments), largest=float(np.abs(one - other).max()), measured="here")


def _probabilities(classifier: Classifier, windows: Sequence[Encoded], calibration: Calibration) -> np.ndarray:
    """Give calibrated probabilities of sentiments and themes, shape (windows, 3 + themes)."""
    predictions = classifier.predict(windows)
    sentiment = np.stack([prediction.sentiment for prediction in predictions]) + calibration.sentiment_bias
    presence = presence_logit(np.stack([prediction.themes for prediction in predictions]))
    return np.concatenate(
        [
            softmax(sentiment / calibration.sentiment_temperature),
            sigmoid(presence * calibration.theme_scale + calibration.theme_shift),
        ],
        axis=1,
    )


def note_parity(manifest: dict[str, Any], parity: Parity) -> None:
    """Write a measurement into a manifest, bound to the very files it holds for; `files` must be there."""
    manifest["parity"] = {
        **{name: value for name, value in parity.to_dict().items() if name != "measured"},
        "files": {name: manifest["files"][name] for name in _WEIGHTS},
    }


def published_parity(folder: ModelFolder) -> Parity | None:
    """Read the measurement of a checked folder's manifest.

    Returns:
        The measurement; None if there is none, or it is that of other weights.
    """
    told: Any = folder.manifest.get("parity")
    files = folder.manifest["files"]
    try:
        if any(told["files"][name] != files[name] for name in _WEIGHTS):
            return None
        return Parity(rows=int(told["rows"]), largest=float(told["largest"]), measured="at publication")
    except (KeyError, TypeError, ValueError):
        return None
