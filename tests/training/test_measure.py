"""Figures agree with what a person works out by hand."""

import numpy as np
import pytest

from nlp_cx.measure import calibration_error, character_f1, macro_f1, weighted_f1
from training.data import ABSENT, BOTH, NEGATIVE, POSITIVE, UNJUDGED, UNKNOWN
from training.measure import micro_f1, theme_counts


def test_macro_f1_weighs_classes_equally():
    """One of three negatives found, the only positive found twice over: (1/2 + 1/2) / 2."""
    assert macro_f1([0, 0, 0, 1], [0, 1, 1, 1]) == pytest.approx((2 * 1 / (2 * 1 + 2) + 2 * 1 / (2 * 1 + 2)) / 2)


def test_weighted_f1_of_perfect_predictions_is_one():
    """Nothing wrong, whatever the class sizes."""
    assert weighted_f1([0, 0, 1, 2], [0, 0, 1, 2]) == 1


def test_unknown_cells_count_neither_for_nor_against():
    """A mention where the source does not tell is neither hit nor wrong."""
    gold = np.array([[UNKNOWN, NEGATIVE]])
    said = np.array([[POSITIVE, NEGATIVE]])

    assert theme_counts(gold, said, polarity=False).tolist() == [[0, 0, 0], [1, 0, 0]]


def test_a_wrong_judgement_is_wrong_and_missed():
    """With polarity, a mention judged the other way costs precision and recall."""
    counts = theme_counts(np.array([[NEGATIVE]]), np.array([[POSITIVE]]), polarity=True)

    assert counts.tolist() == [[0, 1, 1]]
    assert micro_f1(theme_counts(np.array([[NEGATIVE]]), np.array([[POSITIVE]]), polarity=False)) == 1


def test_untold_judgements_do_not_count_and_of_both_either_is_right():
    """UNJUDGED leaves the polarity figure; BOTH accepts negative and positive."""
    gold = np.array([[UNJUDGED], [BOTH], [ABSENT]])
    said = np.array([[POSITIVE], [NEGATIVE], [ABSENT]])

    assert theme_counts(gold, said, polarity=True).tolist() == [[1, 0, 0]]


def test_confidence_that_matches_the_share_right_has_no_calibration_error():
    """0.75 sure and three of four right."""
    assert calibration_error(np.full(4, 0.75), np.array([1, 1, 1, 0])) == pytest.approx(0)


def test_character_f1_of_disjoint_stretches_is_zero():
    """No shared character, no credit."""
    assert character_f1([(0, 3)], [(5, 8)]) == 0
