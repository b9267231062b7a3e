"""Batches go in, predictions come out in order, from several callers at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from nlp_cx.artifacts import open_model
from nlp_cx.classify import OpenVinoClassifier, stack
from nlp_cx.encode import Encoder
from nlp_cx.records import Encoded


@pytest.fixture(scope="module")
def classifier(tiny_model: Path) -> OpenVinoClassifier:
    return OpenVinoClassifier(open_model(tiny_model), streams=2)


@pytest.fixture(scope="module")
def windows(tiny_model: Path) -> list[Encoded]:
    texts = ["giá rẻ", "giao hàng chậm quá", "nhân viên nhiệt tình " * 40, ""] * 30
    return Encoder(open_model(tiny_model).tokenizer).encode(texts)[0]


def test_padding_is_masked():
    short, long = (Encoded(comment=0, ids=[2, 3][:n], types=[0, 0][:n], offsets=[(0, 0)] * n) for n in (1, 2))
    arrays = stack([short, long])
    assert arrays["input_ids"].tolist() == [[2, 0], [2, 3]]
    assert arrays["attention_mask"].tolist() == [[1, 0], [1, 1]]


def test_every_window_gets_its_own_prediction_whatever_its_batch(
    classifier: OpenVinoClassifier, windows: list[Encoded]
):
    together = classifier.predict(windows)
    assert [len(prediction.evidence) for prediction in together] == [len(window.ids) for window in windows]
    for position in (0, 1, 2, 3):
        (alone,) = classifier.predict([windows[position]])
        assert np.allclose(alone.sentiment, together[position].sentiment, atol=0.1)


def test_several_callers_at_once_get_what_one_gets(classifier: OpenVinoClassifier, windows: list[Encoded]):
    wanted = [prediction.sentiment for prediction in classifier.predict(windows)]
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: classifier.predict(windows), range(4)):
            assert all(np.allclose(one.sentiment, other, atol=0.1) for one, other in zip(found, wanted, strict=True))


def test_the_first_batch_runs_alone(tiny_model: Path, monkeypatch: pytest.MonkeyPatch):
    """Two threads that made the first call at the same time once hung: each waited for what the other held."""
    infer, callers = OpenVinoClassifier._infer, []

    def noted(self: OpenVinoClassifier, batch: list[Encoded]):
        callers.append(threading.current_thread())
        return infer(self, batch)

    monkeypatch.setattr(OpenVinoClassifier, "_infer", noted)
    OpenVinoClassifier(open_model(tiny_model))

    assert callers == [threading.current_thread()]


def test_nothing_asked_is_nothing_answered(classifier: OpenVinoClassifier):
    assert classifier.predict([]) == []
