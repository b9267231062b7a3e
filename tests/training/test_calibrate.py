"""What turns logits into probabilities and labels, fitted on rows whose truth is known."""

import numpy as np
import pytest

from training.calibrate import best_threshold, fit_sentiment, smooth


def rows(shift: float, *, sharpness: float = 1.0, count: int = 3000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits of a calibrated model, then neutral made `shift` less likely and all of them sharper; and the truth."""
    dice = np.random.default_rng(seed)
    logits = dice.normal(size=(count, 3)) * 2
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    gold = (dice.random((count, 1)) > chances.cumsum(axis=1)).sum(axis=1)
    return (logits - np.array([0, shift, 0])) * sharpness, gold


def test_without_need_neutral_is_not_shifted():
    """Where it brings less than half a point the shift stays at 0, though another is best by chance."""
    logits, gold = rows(0.0)

    _, bias = fit_sentiment(logits, gold, np.full(len(gold), "shop"))

    assert bias.tolist() == [0.0, 0.0, 0.0]


def test_a_missed_neutral_is_brought_back():
    """Made 1.5 less likely it is called more often again, but no further than half a point of macro-F1 asks for."""
    logits, gold = rows(1.5)

    _, bias = fit_sentiment(logits, gold, np.full(len(gold), "shop"))

    assert 0.5 < bias[1] < 1.5


def test_the_temperature_cools_what_is_too_sure():
    """Logits doubled: a temperature of 2; sources whose neutral is not a customer's have no say in it."""
    logits, gold = rows(0.0, sharpness=2.0)
    films, judged = rows(0.0, sharpness=9.0, seed=1)
    source = np.array(["shop"] * len(gold) + ["sst5"] * len(judged))

    temperature, _ = fit_sentiment(np.concatenate([logits, films]), np.concatenate([gold, judged]), source)

    assert temperature == pytest.approx(2.0, abs=0.15)


def test_few_mentions_draw_a_threshold_to_the_middle():
    """Below eight it is 0.5; with eight it lies nearer to 0.45 than to the best one, with many at the best one."""
    chances, gold = np.array([0.2, 0.1]), np.array([True, False])

    assert best_threshold(chances, gold, np.ones(2)) == 0.5
    few, many = (best_threshold(np.tile(chances, n), np.tile(gold, n), np.ones(2 * n)) for n in (8, 2000))
    assert many < 0.21 < few < 0.45


def test_smoothing_keeps_the_length():
    """Eleven-wide over a curve of 41."""
    assert smooth(np.ones(41), 11) == pytest.approx(np.ones(41))
