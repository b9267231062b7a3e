"""Logits become labels, probabilities and evidence."""

import numpy as np
import pytest

from nlp_cx.decide import Calibration, decide, find_evidence, merge, presence_logit, sigmoid, softmax
from nlp_cx.records import Encoded, Prediction

THEMES = 2


def calibration(**changes: object) -> Calibration:
    return Calibration(
        **(
            {
                "sentiment_temperature": 1.0,
                "sentiment_bias": np.zeros(3),
                "theme_scale": np.ones(THEMES),
                "theme_shift": np.zeros(THEMES),
                "theme_threshold": np.full(THEMES, 0.5),
                "flag_scale": np.ones(3),
                "flag_shift": np.zeros(3),
                "none_threshold": 0.5,
                "evidence_threshold": 0.5,
                "review_sentiment": 0.4,
                "review_margin": 0.0,
            }
            | changes
        )
    )


def window(words: list[str]) -> Encoded:
    offsets, at = [(0, 0)], 0
    for word in words:
        offsets.append((at, at + len(word)))
        at += len(word) + 1
    offsets.append((0, 0))
    return Encoded(comment=0, ids=[1] * len(offsets), types=[0] * len(offsets), offsets=offsets)


def prediction(tokens: int, *, sentiment=(0, 0, 0), themes=None, flags=(-9, -9, -9), evidence=None) -> Prediction:
    return Prediction(
        sentiment=np.array(sentiment, dtype=np.float32),
        themes=np.array(themes or [[9, 0, 0, 0]] * THEMES, dtype=np.float32),
        flags=np.array(flags, dtype=np.float32),
        evidence=np.full((tokens, THEMES), -9.0) if evidence is None else evidence,
    )


def test_presence_is_the_chance_of_any_judgement():
    """The presence probability equals one minus the softmax probability of absence."""
    logits = np.array([0.3, -1.0, 0.5, 2.0])

    assert sigmoid(presence_logit(logits)) == pytest.approx(1 - softmax(logits)[0])


def test_a_theme_is_called_at_its_own_threshold():
    """Two themes of the same probability are called or not by their thresholds alone."""
    themes = [[0, 0.4, 0, -9], [0, 0.4, 0, -9]]
    decision = decide(
        [window(["chậm"])], [prediction(3, themes=themes)], calibration(theme_threshold=np.array([0.5, 0.9]))
    )

    assert [(theme, label) for theme, label, _, _ in decision.themes] == [(0, "negative")]


def test_evidence_joins_runs_one_token_apart():
    """Tokens above the threshold make one stretch when a single token lies between them."""
    evidence = np.full((6, THEMES), -9.0)
    evidence[[1, 3], 0] = 5

    stretches = find_evidence([window(["giao", "hàng", "chậm", "quá"])], [prediction(6, evidence=evidence)], 0, 0.5)

    assert stretches == [(0, len("giao hàng chậm"))]


def test_evidence_is_never_empty_for_a_comment_with_words():
    """If no token reaches the threshold the strongest word is given."""
    evidence = np.full((4, THEMES), -9.0)
    evidence[2, 1] = -3

    assert find_evidence([window(["hơi", "đắt"])], [prediction(4, evidence=evidence)], 1, 0.5) == [(4, 7)]


def test_evidence_takes_whole_words():
    """A token in the middle of a word brings the word's other pieces along."""
    cut = Encoded(comment=0, ids=[1] * 5, types=[0] * 5, offsets=[(0, 0), (0, 4), (5, 9), (9, 12), (0, 0)])
    evidence = np.full((5, THEMES), -9.0)
    evidence[3, 0] = 5

    assert find_evidence([cut], [prediction(5, evidence=evidence)], 0, 0.5) == [(5, 12)]


def test_two_runs_that_touch_in_one_word_are_one_stretch():
    """Runs of tokens in the same word are widened to it once, not twice."""
    cut = Encoded(
        comment=0, ids=[1] * 7, types=[0] * 7, offsets=[(0, 0), (0, 2), (2, 4), (4, 6), (6, 8), (8, 9), (0, 0)]
    )
    evidence = np.full((7, THEMES), -9.0)
    evidence[[1, 5], 0] = 5

    assert find_evidence([cut], [prediction(7, evidence=evidence)], 0, 0.5) == [(0, 9)]


def test_none_yields_to_a_theme():
    """A comment that names a theme has content, whatever the flag says."""
    flags = (-9, -9, 9)

    assert decide([window(["ok"])], [prediction(3, flags=flags)], calibration()).none
    named = prediction(3, themes=[[0, 9, 0, 0], [9, 0, 0, 0]], flags=flags)
    assert not decide([window(["ok"])], [named], calibration()).none


def test_long_comments_take_each_theme_from_its_surest_window():
    """A theme named only in the second window is not diluted by the first."""
    first = prediction(3, themes=[[9, 0, 0, 0], [9, 0, 0, 0]])
    second = prediction(3, themes=[[0, 9, 0, 0], [9, 0, 0, 0]])

    _, themes, _ = merge([first, second])

    assert themes.tolist() == [[0, 9, 0, 0], [9, 0, 0, 0]]


def test_calibration_survives_the_manifest():
    """Written to a manifest and read back, a calibration is the same."""
    table = calibration(theme_threshold=np.array([0.25, 0.75])).to_manifest()

    assert Calibration.from_manifest(table).to_manifest() == table


def test_uncertain_comments_are_sent_to_review():
    """A flat sentiment is uncertain, a clear one is not."""
    sure = prediction(3, sentiment=(9, 0, 0))

    assert decide([window(["a"])], [prediction(3)], calibration()).uncertain
    assert not decide([window(["a"])], [sure], calibration()).uncertain
