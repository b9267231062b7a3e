"""Figures agree with what a person works out by hand."""

import numpy as np

from training.data import ABSENT, BOTH, NEGATIVE, POSITIVE, UNJUDGED, UNKNOWN
from training.measure import micro_f1, theme_counts


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
