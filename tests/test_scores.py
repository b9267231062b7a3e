"""Scores are counted by their definitions, with intervals that are honest."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.errors import ScoreError
from nlp_cx.histogram import Histogram, Scale
from nlp_cx.scores import (
    Share,
    accepts,
    csat,
    mean_interval,
    measure,
    method_of,
    nps,
    nps_interval,
    wilson_interval,
)

NPS = Scale("nps", 0, 10)


def answers(scale: Scale, values: list[float]) -> Histogram:
    histogram = Histogram(scale)
    for value in values:
        histogram.add(value)
    return histogram


def test_nps_is_promoters_less_detractors():
    """Of ten answers five are promoters and two detractors: 50 % - 20 % = 30 points."""
    score = nps(answers(NPS, [10, 10, 10, 9, 9, 8, 8, 7, 6, 0]))

    assert (score.value, score.unit, score.statistic, score.n) == (30.0, "points", "nps", 10)
    assert {name: share.count for name, share in score.shares.items()} == {
        "promoters": 5,
        "passives": 3,
        "detractors": 2,
    }
    assert score.mean == 7.7


def test_zero_is_a_score():
    """Two answers of 0 and one of 10 are three answers, not one."""
    score = measure(answers(NPS, [0, 0, 10]))

    assert score.n == 3
    assert score.value == pytest.approx(-100 / 3)
    assert score.distribution == {"0": 2, "10": 1}


def test_nps_on_another_scale_is_refused_with_a_reason():
    """A 1-10 scale has no 0 and cannot give an NPS; the message names both scales."""
    with pytest.raises(ScoreError, match=r"0-10.*1-10"):
        nps(answers(Scale("nps", 1, 10), [9, 10]))


def test_nps_of_fractions_is_refused():
    """7.5 is neither promoter, passive nor detractor by definition."""
    with pytest.raises(ScoreError, match=r"7\.5 is not a whole number"):
        nps(answers(NPS, [9, 7.5]))
    assert not accepts(NPS, 7.5)
    assert accepts(NPS, 7.0)


@pytest.mark.parametrize(
    "scale", [Scale("nps", 1, 10), Scale("nps", 0, 10, "lower_is_better"), Scale("csat", 0, 100), Scale("csat", 0, 1)]
)
def test_measure_falls_back_to_the_mean_with_a_note(scale):
    """What would be refused is summed up as a mean, and both languages say why."""
    score = measure(answers(scale, [scale.min, scale.max]))

    assert (score.statistic, score.unit, score.value) == ("mean", "scale", (scale.min + scale.max) / 2)
    assert score.note
    assert all(score.note[lang] for lang in ("en", "vi"))


@pytest.mark.parametrize(
    ("scale", "values", "expected"),
    [
        (Scale("csat", 1, 5), [5, 4, 3, 1], 50),
        (Scale("csat", 1, 7), [7, 6, 5, 4], 50),
        (Scale("csat:Rooms", 0, 10), [10, 9, 8, 0], 50),
        (Scale("csat", 1, 5, "lower_is_better"), [1, 2, 3, 5], 50),
    ],
)
def test_csat_counts_the_two_best_boxes(scale, values, expected):
    """The two best boxes are the two at the better end, whatever the scale's length and direction."""
    score = csat(answers(scale, values))

    assert (score.value, score.unit, score.shares["satisfied"].count) == (expected, "percent", 2)
    assert score.low == pytest.approx(100 * wilson_interval(2, 4)[0])


def test_csat_on_two_boxes_is_refused():
    """The top two of two boxes would be everybody."""
    with pytest.raises(ScoreError, match="4 to 11 boxes"):
        csat(answers(Scale("csat", 0, 1), [1]))


def test_ces_is_a_mean_with_the_easy_share_in_both_directions():
    """5 to 7 of 1-7 are easy if high is good; asked for the effort itself, 1 to 3 are."""
    ease = measure(answers(Scale("ces", 1, 7), [7, 5, 4, 2]))
    effort = measure(answers(Scale("ces", 1, 7, "lower_is_better"), [7, 5, 4, 2]))

    assert (ease.value, ease.shares["easy"].count) == (4.5, 2)
    assert (effort.value, effort.shares["easy"].count) == (4.5, 1)


def test_stars_and_other_numbers_are_means_with_a_t_interval():
    """1, 2, 3, 4, 5: mean 3, deviation sqrt(2.5), t(4) = 2.776, so 3 +- 1.963, cut to the scale."""
    score = measure(answers(Scale("stars", 1, 5), [1, 2, 3, 4, 5]))

    assert score.value == 3
    assert (score.low, score.high) == (pytest.approx(1.037, abs=2e-3), pytest.approx(4.963, abs=2e-3))


def test_no_interval_without_spread():
    """One answer, or the same answer throughout, does not tell how sure its mean is."""
    assert measure(answers(Scale("stars", 1, 5), [4])).low is None
    assert measure(answers(Scale("stars", 1, 5), [4, 4, 4])).high is None


def test_no_answers_are_no_score():
    """Nothing cannot be summed up."""
    with pytest.raises(ScoreError, match="no answer"):
        measure(Histogram(NPS))


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


def test_an_empty_whole_has_no_share():
    """0 of 0 is kept as counts; the share is unknown, not 0."""
    assert Share.of(0, 0).to_dict() == {"count": 0, "n": 0, "share": None, "low": None, "high": None}


@given(st.tuples(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300)).filter(any))
def test_nps_interval_holds_the_nps(counts):
    """The interval lies in [-100, 100] around the NPS, for any counts."""
    promoters, passives, detractors = counts
    n = promoters + passives + detractors
    low, high = nps_interval(promoters, n, detractors)

    assert -100 <= low <= 100 * (promoters - detractors) / n <= high <= 100


def test_nps_interval_covers_the_truth():
    """Of 400 surveys of 50 answers, drawn where the NPS is 20, about 95 % of the intervals hold 20."""
    draw = np.random.default_rng(7)
    held = 0
    for promoters, _, detractors in draw.multinomial(50, [0.45, 0.3, 0.25], size=400).tolist():
        low, high = nps_interval(promoters, 50, detractors)
        held += low <= 20 <= high

    assert 0.92 <= held / 400 <= 0.98


@given(st.lists(st.integers(0, 10), min_size=1, max_size=60))
def test_a_headline_is_the_mean_of_what_answers_are_worth(values):
    """Worth 100, 0 and -100, the answers' mean is the NPS: so scores can be counted instead of kept."""
    histogram = answers(NPS, values)

    assert histogram.mean(method_of(NPS).worth) == pytest.approx(measure(histogram).value)


@given(st.lists(st.integers(0, 10), max_size=40), st.lists(st.integers(0, 10), max_size=40))
def test_a_part_can_be_taken_out_of_a_histogram(part, rest):
    """All answers less a part of them are the rest."""
    assert answers(NPS, part + rest).minus(answers(NPS, part)).counts == answers(NPS, rest).counts


def test_a_histogram_of_a_continuous_value_stays_small():
    """100,000 different amounts are counted to a thousandth of the scale, the note says so, the mean hardly moves."""
    scale = Scale("spend", 0, 1_000_000)
    values = [at * 9.7 for at in range(100_000)]
    histogram, part = answers(scale, values), answers(scale, values[:10])

    assert histogram.n == 100_000
    assert len(histogram.counts) <= 1_001
    assert histogram.mean() == pytest.approx(sum(values) / len(values), abs=500)
    assert measure(histogram).note
    assert histogram.minus(part).n == 99_990


def test_scores_have_a_json_form():
    """Numbers stay numbers, shares keep their counts, and the whole can be written as JSON."""
    written = json.loads(json.dumps(measure(answers(NPS, [10, 9, 0])).to_dict()))

    assert written["value"] == 33.3333
    assert written["shares"]["promoters"]["count"] == 2
    assert written["distribution"] == {"0": 1, "9": 1, "10": 1}
    assert written["note"] is None
