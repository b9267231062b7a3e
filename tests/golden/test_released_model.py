"""The model that ships: small enough, the same on both paths, right on what nobody would argue about."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlp_cx import Analyzer
from nlp_cx.alignment import Aligned
from nlp_cx.artifacts import find_model, open_model
from nlp_cx.classify import OpenVinoClassifier, TorchClassifier
from nlp_cx.decide import Calibration, presence_logit, sigmoid, softmax
from nlp_cx.encode import Encoder
from nlp_cx.evaluate import measure_quality, read_labelled
from nlp_cx.ingest import open_survey
from nlp_cx.normalise import normalise
from nlp_cx.records import Comment, Encoded, Prediction

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer.load()


@pytest.fixture(scope="module")
def windows() -> list[Encoded]:
    surveys = [open_survey(path) for path in (EXAMPLES / "ban_le_nps.xlsx", EXAMPLES / "bank_app_csat.csv")]
    comments = [row for survey in surveys for row in survey.rows() if isinstance(row, Comment) and row.text]
    texts = [normalise(Aligned.of(comment.text)).text for comment in comments]
    return Encoder(open_model().tokenizer).encode(texts)[0]


def test_the_folder_is_at_most_60_mb():
    assert sum(file.stat().st_size for file in find_model().iterdir()) <= 60 * 1024**2


@pytest.mark.parametrize(
    ("text", "sentiment", "themes"),
    [
        ("Giao hàng chậm nhưng nhân viên dễ thương", None, {"delivery": "negative", "staff": "positive"}),
        ("giao hang qua cham, goi shop khong ai nghe may", "negative", {"delivery": "negative", "support": "negative"}),
        ("Sp đẹp, giá rẻ, sẽ ủng hộ shop dài dài", "positive", {"product": "positive", "price": "positive"}),
        ("App hay bị văng, đăng nhập mãi không được", "negative", {"digital": "negative"}),
        ("Phải xếp hàng rất lâu", "negative", {"speed": "negative"}),
        ("Thủ tục rườm rà, đi lại nhiều lần", "negative", {"process": "negative"}),
        ("The room was spotless and the bed was very comfortable", "positive", {"place": "positive"}),
        ("Way too expensive for what you get", "negative", {"price": "negative"}),
        ("The app keeps crashing after the update", "negative", {"digital": "negative"}),
        ("Staff were friendly and very helpful", "positive", {"staff": "positive"}),
    ],
)
def test_plain_comments_are_read_as_people_read_them(
    analyzer: Analyzer, text: str, sentiment: str | None, themes: dict[str, str]
):
    (found,) = analyzer([text])
    named = {mention.theme: mention.sentiment for mention in found.themes}
    assert sentiment in (None, found.sentiment.label)
    assert themes.items() <= named.items()


def test_nothing_to_improve_is_no_complaint(analyzer: Analyzer):
    """The question decides: "Nothing" after "What could we do better?" is praise."""
    (found,) = analyzer([Comment(id="1", text="Nothing", question="What could we do better?")])
    assert found.sentiment.label != "negative"
    assert found.complaint < 0.5


def test_labelled_examples_are_mostly_read_right(analyzer: Analyzer):
    rows = read_labelled(EXAMPLES / "labelled.csv")
    quality = measure_quality(rows, analyzer([row.comment for row in rows]))
    assert quality.sentiment_accuracy is not None
    assert quality.sentiment_accuracy >= 0.75
    assert quality.theme_micro_f1 is not None
    assert quality.theme_micro_f1 >= 0.7


def probabilities(predictions: list[Prediction]) -> tuple[np.ndarray, np.ndarray]:
    """Calibrated sentiment, shape (windows, 3), and theme presence, shape (windows, themes)."""
    calibration = Calibration.from_manifest(open_model().manifest["calibration"])
    sentiment = np.stack([prediction.sentiment for prediction in predictions]) + calibration.sentiment_bias
    presence = presence_logit(np.stack([prediction.themes for prediction in predictions]))
    return (
        softmax(sentiment / calibration.sentiment_temperature),
        sigmoid(presence * calibration.theme_scale + calibration.theme_shift),
    )


def test_torch_and_cpu_agree_in_float32(windows: list[Encoded]):
    """The weights are the same: labels too, and probabilities within 0.02."""
    on_cpu = probabilities(OpenVinoClassifier(open_model(), exact=True).predict(windows))
    on_torch = probabilities(TorchClassifier(open_model(), device="cpu").predict(windows))
    assert (on_cpu[0].argmax(axis=1) == on_torch[0].argmax(axis=1)).all()
    assert max(np.abs(one - other).max() for one, other in zip(on_cpu, on_torch, strict=True)) < 0.02


def test_the_fast_cpu_path_stays_close(windows: list[Encoded]):
    """bf16 or int8 arithmetic, whatever the processor has: 98 of 100 probabilities within 0.02, labels of 99."""
    fast = probabilities(OpenVinoClassifier(open_model()).predict(windows))
    exact = probabilities(OpenVinoClassifier(open_model(), exact=True).predict(windows))
    assert (fast[0].argmax(axis=1) == exact[0].argmax(axis=1)).mean() >= 0.99
    assert all((np.abs(one - other) < 0.02).mean() >= 0.98 for one, other in zip(fast, exact, strict=True))
