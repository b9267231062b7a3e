"""Two periods are compared as the textbooks do it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.errors import ScoreError
from nlp_cx.histogram import Histogram, Scale
from nlp_cx.trends import compare_scores, compare_shares

NPS = Scale("nps", 0, 10)


def test_the_interval_is_newcombes():
    """56/70 against 48/80: the example of Newcombe's paper, 0.2 with 0.0524 to 0.3339."""
    change = compare_shares(48, 80, 56, 70)

    assert change.difference == pytest.approx(0.2)
    assert (change.low, change.high) == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_small_counts_are_tested_exactly():
    """0 of 10 against 3 of 10: Fisher's two-sided p is 2 * C(10,3) / C(20,3)."""
    assert compare_shares(0, 10, 3, 10).p == pytest.approx(2 * 120 / 1140)


@given(st.integers(1, 200), st.integers(1, 200), st.data())
def test_swapping_periods_turns_the_sign(n, m, data):
    """The difference and its interval are mirrored, the chance is the same, and the interval holds the difference."""
    k, j = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    one, other = compare_shares(k, n, j, m), compare_shares(j, m, k, n)

    assert one.low <= one.difference <= one.high
    assert (one.difference, one.low, one.high) == pytest.approx((-other.difference, -other.high, -other.low))
    assert one.p == pytest.approx(other.p)
    assert 0 <= one.p <= 1


def test_an_empty_period_compares_with_nothing():
    """None, not zero."""
    assert compare_shares(0, 0, 3, 10) is None


def test_impossible_counts_are_refused():
    """Eleven of ten."""
    with pytest.raises(ScoreError, match="11 of 10"):
        compare_shares(11, 10, 3, 10)


def test_an_nps_is_compared_in_points():
    """+20 to -20: variance of one answer is 100 * 100 - 400, so the error is sqrt(2 * 9600 / 99)."""
    up, down = Histogram(NPS, {10: 60, 0: 40}), Histogram(NPS, {10: 40, 0: 60})
    change = compare_scores(up, down)

    assert change.difference == pytest.approx(-40)
    assert change.high - change.difference == pytest.approx(1.959964 * (2 * 9600 / 99) ** 0.5)


def test_scores_without_spread():
    """All alike: no difference is certain, a difference is too."""
    same = Histogram(NPS, {10: 5})

    assert compare_scores(same, same).p == 1
    assert compare_scores(same, Histogram(NPS, {0: 5})).p == 0


def test_scores_that_cannot_be_compared():
    """One answer has no spread; two scales are two questions."""
    assert compare_scores(Histogram(NPS, {10: 1}), Histogram(NPS, {10: 5})) is None
    with pytest.raises(ScoreError, match="different scales"):
        compare_scores(Histogram(NPS, {10: 5}), Histogram(Scale("nps", 1, 10), {10: 5}))
