"""Runs the transformer: windows of token ids -> raw predictions. OpenVINO on a CPU, torch on a GPU."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TYPE_CHECKING, Protocol

import numpy as np

from nlp_cx.artifacts import ModelFolder
from nlp_cx.encode import TOKEN_BUDGET, cut_batches
from nlp_cx.errors import MissingExtraError
from nlp_cx.records import Encoded, Prediction

if TYPE_CHECKING:
    import openvino as ov

OUTPUTS = ("sentiment", "themes", "flags", "evidence")
GPU_TOKEN_BUDGET = 32_768


class Classifier(Protocol):
    """Anything that turns windows into predictions."""

    def predict(self, windows: Sequence[Encoded]) -> list[Prediction]:
        """Give a prediction per window, in their order."""
        ...


def stack(windows: Sequence[Encoded]) -> dict[str, np.ndarray]:
    """Pad windows to the longest: three int64 arrays of shape (windows, tokens)."""
    width = max(len(window.ids) for window in windows)
    ids, types, mask = (np.zeros((len(windows), width), dtype=np.int64) for _ in range(3))
    for row, window in enumerate(windows):
        length = len(window.ids)
        ids[row, :length] = window.ids
        types[row, :length] = window.types
        mask[row, :length] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}


def unstack(outputs: Sequence[np.ndarray], windows: Sequence[Encoded]) -> Iterator[Prediction]:
    """Cut a batch's outputs, in the order of OUTPUTS, back into predictions."""
    sentiment, themes, flags, evidence = outputs
    for row, window in enumerate(windows):
        yield Prediction(
            sentiment=sentiment[row], themes=themes[row], flags=flags[row], evidence=evidence[row, : len(window.ids)]
        )


class OpenVinoClassifier:
    """The CPU path. Batches run side by side, one a stream; precision is what the processor does natively."""

    def __init__(self, folder: ModelFolder, *, streams: int | None = None, exact: bool = False) -> None:
        """Compile the model's graph for this machine.

        Args:
            folder: A checked model folder.
            streams: Batches run side by side; one per core up to two, then one per two cores, when None.
            exact: Whether to compute in float32 throughout, slower, to compare with torch.
        """
        import openvino as ov

        streams = streams or _default_streams()
        settings = {"PERFORMANCE_HINT": "THROUGHPUT", "NUM_STREAMS": str(streams)}
        if exact:
            settings |= {"INFERENCE_PRECISION_HINT": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"}
        self._compiled = ov.Core().compile_model(str(folder.openvino), "CPU", settings)
        self.streams = streams
        self._free: SimpleQueue[ov.InferRequest] = SimpleQueue()
        for _ in range(streams):
            self._free.put(self._compiled.create_infer_request())
        self.precision = str(self._compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name())
        # The first call sets up statics of the binding; two first calls at once wait for each other for ever.
        self._infer([Encoded(comment=0, ids=[0], types=[0], offsets=[(0, 0)])])

    def predict(self, windows: Sequence[Encoded]) -> list[Prediction]:
        """Give a prediction per window, in their order."""
        results: list[Prediction | None] = [None] * len(windows)
        with ThreadPoolExecutor(self.streams, thread_name_prefix="classify") as pool:
            batches = list(cut_batches(windows, budget=TOKEN_BUDGET))
            outputs = pool.map(self._infer, ([windows[position] for position in positions] for positions in batches))
            for positions, predictions in zip(batches, outputs, strict=True):
                for position, prediction in zip(positions, predictions, strict=True):
                    results[position] = prediction
        return [result for result in results if result is not None]

    def _infer(self, batch: Sequence[Encoded]) -> list[Prediction]:
        """Run one batch on a free request; a plain call, for callbacks of AsyncInferQueue can outlive the model."""
        request = self._free.get()
        try:
            request.infer(stack(batch))
            arrays = [np.array(request.get_tensor(name).data, dtype=np.float32) for name in OUTPUTS]
        finally:
            self._free.put(request)
        return list(unstack(arrays, batch))


def _default_streams() -> int:
    """One stream per core up to two, then one per two cores, of those this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(min(cores, 2), cores // 2)


class TorchClassifier:
    """The GPU path (also runs on a CPU, slowly); needs the `gpu` extra."""

    def __init__(self, folder: ModelFolder, *, device: str = "cuda") -> None:
        """Load the weights onto a device.

        Args:
            folder: A checked model folder.
            device: A torch device such as "cuda" or "cpu".

        Raises:
            MissingExtraError: If torch, transformers or safetensors is not installed.
        """
        try:
            from nlp_cx.network import load
        except ImportError as error:
            raise MissingExtraError(error.name or "torch", "gpu") from error

        config = json.loads((folder.path / "config.json").read_text(encoding="utf-8"))
        self._network = load(config, folder.weights, themes=len(folder.manifest["themes"])).to(device).eval()
        self._device = device

    def predict(self, windows: Sequence[Encoded]) -> list[Prediction]:
        """Give a prediction per window, in their order."""
        import torch

        results: list[Prediction | None] = [None] * len(windows)
        with torch.inference_mode():
            for positions in cut_batches(windows, budget=GPU_TOKEN_BUDGET):
                picked = [windows[position] for position in positions]
                batch = {name: torch.from_numpy(array).to(self._device) for name, array in stack(picked).items()}
                arrays = [output.float().cpu().numpy() for output in self._network(**batch)]
                for position, prediction in zip(positions, unstack(arrays, picked), strict=True):
                    results[position] = prediction
        return [result for result in results if result is not None]
