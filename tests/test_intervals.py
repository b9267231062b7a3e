"""Intervals agree with tables and with scipy, hold the figure they are of, and cover the truth as often as they say."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nlp_cx.errors import ScoreError
from nlp_cx.intervals import mean_interval, nps_interval, wilson_interval


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
@pytest.mark.parametrize(("count", "n"), [(0, 1), (1, 1), (8, 10), (0, 30), (500, 1000)])
def test_wilson_interval_is_that_of_scipy(count, n, confidence):
    """Another implementation gives the same bounds."""
    expected = stats.binomtest(count, n).proportion_ci(confidence, method="wilson")

    assert wilson_interval(count, n, confidence=confidence) == pytest.approx((expected.low, expected.high))


def test_nps_interval_adds_three_answers():
    """1 promoter and 0 detractors of 1: 1.75/4 - 0.75/4 = 25 points, +- 1.96 * sqrt((0.625 - 0.0625) / 4) = 73.5."""
    low, high = nps_interval(1, 0, 1)

    assert low == pytest.approx(25 - 73.5, abs=0.01)
    assert high == 100  # 98.5 would leave out the NPS itself


def test_mean_interval_of_five_answers_is_that_of_scipy():
    """1, 2, 4, 4, 5: mean 3.2, standard error 0.735."""
    values = [1, 2, 4, 4, 5]
    expected = stats.t.interval(0.95, 4, np.mean(values), stats.sem(values))

    assert mean_interval(3.2, float(np.std(values, ddof=1)), 5) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("confidence", [0, 1, 1.5, -1])
def test_a_confidence_that_is_none_is_refused(confidence):
    """Surely and never are no confidence, for any of the intervals."""
    for interval in (wilson_interval, nps_interval, mean_interval):
        counts = (2, 4) if interval is wilson_interval else (1, 1, 4)
        with pytest.raises(ScoreError, match="confidence"):
            interval(*counts, confidence=confidence)


@pytest.mark.parametrize(("promoters", "detractors", "n"), [(0, 0, 0), (2, 2, 3), (-1, 0, 3), (0, -1, 3)])
def test_nps_interval_refuses_counts_that_cannot_be(promoters, detractors, n):
    """Nobody asked, more answers than there are, and less than none are errors of the caller."""
    with pytest.raises(ScoreError, match="cannot be"):
        nps_interval(promoters, detractors, n)


@pytest.mark.parametrize(("freedom", "quantile"), [(1, 12.706), (2, 4.303), (4, 2.776), (10, 2.228), (100, 1.984)])
def test_mean_interval_follows_students_table(freedom, quantile):
    """With deviation sqrt(n), half the interval is the table's t at 97.5 %."""
    low, high = mean_interval(0.0, math.sqrt(freedom + 1), freedom + 1)

    assert high == pytest.approx(quantile, abs=1e-3)
    assert low == -high


def test_one_answer_has_no_mean_interval():
    """A single answer has no spread."""
    with pytest.raises(ScoreError):
        mean_interval(3.0, 0.0, 1)


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_holds_the_share(counts):
    """The interval lies in [0, 1], around the share, and mirrors that of the complement."""
    count, n = counts
    low, high = wilson_interval(count, n)
    other_low, other_high = wilson_interval(n - count, n)

    assert 0 <= low <= count / n <= high <= 1
    assert (low, high) == (pytest.approx(1 - other_high), pytest.approx(1 - other_low))


@pytest.mark.parametrize(("count", "n"), [(0, 0), (3, 2), (-1, 2)])
def test_wilson_interval_refuses_what_is_no_share(count, n):
    """Nothing out of nothing, more than all and less than none are errors of the caller."""
    with pytest.raises(ScoreError):
        wilson_interval(count, n)


@given(st.tuples(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300)).filter(any))
def test_nps_interval_holds_the_nps(counts):
    """The interval lies in [-100, 100] around the NPS, for any counts."""
    promoters, passives, detractors = counts
    n = promoters + passives + detractors
    low, high = nps_interval(promoters, detractors, n)

    assert -100 <= low <= 100 * (promoters - detractors) / n <= high <= 100


def test_nps_interval_covers_the_truth():
    """Of 400 surveys of 50 answers, drawn where the NPS is 20, about 95 % of the intervals hold 20."""
    draw = np.random.default_rng(7)
    held = 0
    for promoters, _, detractors in draw.multinomial(50, [0.45, 0.3, 0.25], size=400).tolist():
        low, high = nps_interval(promoters, detractors, 50)
        held += low <= 20 <= high

    assert 0.92 <= held / 400 <= 0.98
