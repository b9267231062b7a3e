"""Figures on values that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from nlp_cx.measure import calibration_error, character_f1, f1, macro_f1, weighted_f1


def test_f1_is_twice_the_hits_over_all_that_was_said_and_meant():
    assert f1(2, 1, 1) == pytest.approx(2 / 3)
    assert f1(0, 0, 0) == 0


def test_macro_f1_weighs_classes_equally_and_weighted_f1_by_their_rows():
    gold, said = [0, 0, 0, 1], [0, 0, 0, 0]
    assert macro_f1(gold, said) == pytest.approx((6 / 7 + 0) / 2)
    assert weighted_f1(gold, said) == pytest.approx(6 / 7 * 3 / 4)


def test_calibration_error_is_the_gap_between_confidence_and_truth():
    assert calibration_error(np.array([0.9, 0.9]), np.array([True, False])) == pytest.approx(0.4)
    assert calibration_error(np.full(4, 0.75), np.array([1, 1, 1, 0])) == pytest.approx(0)


def test_character_f1_counts_shared_characters():
    assert character_f1([(0, 4)], [(2, 6)]) == pytest.approx(0.5)
    assert character_f1([(0, 4)], []) == 0
    assert character_f1([(0, 3)], [(5, 8)]) == 0
