"""Scores are counted by their definitions, with intervals that are honest."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.errors import ScoreError
from nlp_cx.histogram import Histogram, Scale
from nlp_cx.intervals import nps_interval, wilson_interval
from nlp_cx.scores import Share, accepts, measure, method_of, remap, top_box

NPS = Scale("nps", 0, 10)


def answers(scale: Scale, values: list[float]) -> Histogram:
    histogram = Histogram(scale)
    for value in values:
        histogram.add(value)
    return histogram


def test_nps_is_promoters_less_detractors():
    """Of ten answers five are promoters and two detractors: 50 % - 20 % = 30 points."""
    score = measure(answers(NPS, [10, 10, 10, 9, 9, 8, 8, 7, 6, 0]))

    assert (score.value, score.unit, score.statistic, score.n) == (30.0, "points", "nps", 10)
    assert {name: share.count for name, share in score.shares.items()} == {
        "promoters": 5,
        "passives": 3,
        "detractors": 2,
    }
    assert score.mean == 7.7
    assert (score.low, score.high) == nps_interval(5, 2, 10)


def test_zero_is_a_score():
    """Two answers of 0 and one of 10 are three answers, not one."""
    score = measure(answers(NPS, [0, 0, 10]))

    assert score.n == 3
    assert score.value == pytest.approx(-100 / 3)
    assert score.distribution == {"0": 2, "10": 1}


def test_an_nps_takes_whole_numbers_only():
    """7.5 is neither promoter, passive nor detractor by definition."""
    assert not accepts(NPS, 7.5)
    assert accepts(NPS, 7.0)


@pytest.mark.parametrize(
    "scale", [Scale("nps", 1, 10), Scale("nps", 0, 10, "lower_is_better"), Scale("csat", 0, 100), Scale("csat", 0, 1)]
)
def test_measure_falls_back_to_the_mean_with_a_note(scale):
    """An NPS not asked on 0-10, a CSAT not on 4 to 11 boxes is summed up as a mean; both languages say why."""
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
    score = measure(answers(scale, values))

    assert (score.value, score.unit, score.shares["satisfied"].count) == (expected, "percent", 2)
    assert score.low == pytest.approx(100 * wilson_interval(2, 4)[0])


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


def test_an_empty_whole_has_no_share():
    """0 of 0 is kept as counts; the share is unknown, not 0."""
    assert Share.of(0, 0).to_dict() == {"count": 0, "n": 0, "share": None, "low": None, "high": None}


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


def test_values_that_differ_late_are_told_apart():
    """Amounts that agree in six digits are two values, and the distribution holds every answer."""
    score = measure(answers(Scale("spend", 0, 10_000_000), [1_234_567, 1_234_568, 0.1 + 0.2]))

    assert score.distribution == {"0.3": 1, "1234567": 1, "1234568": 1}


def test_scores_have_a_json_form():
    """Numbers stay numbers, shares keep their counts, and the whole can be written as JSON."""
    written = json.loads(json.dumps(measure(answers(NPS, [10, 9, 0])).to_dict()))

    assert written["value"] == 33.3333
    assert written["shares"]["promoters"]["count"] == 2
    assert written["distribution"] == {"0": 1, "9": 1, "10": 1}
    assert written["note"] is None


def test_any_number_of_best_boxes_can_be_counted():
    """1-7: one of four ticks 7, two tick 6 or 7; of an effort that is better low the best boxes are the low ones."""
    seven = answers(Scale("csat", 1, 7), [7, 6, 3, 1])

    assert [top_box(seven, k).count for k in (1, 2, 5, 6)] == [1, 2, 3, 3]
    assert top_box(answers(Scale("ces", 1, 7, "lower_is_better"), [1, 2, 7]), 2).count == 2
    assert (top_box(seven).low, top_box(seven).high) == wilson_interval(2, 4)


@pytest.mark.parametrize(
    ("scale", "k"), [(Scale("csat", 1, 5), 5), (Scale("csat", 1, 5), 0), (Scale("spend", 0, 100), 2)]
)
def test_boxes_that_are_not_there_are_refused(scale, k):
    """All boxes of a scale are no best ones, and a range of amounts has none."""
    with pytest.raises(ScoreError, match="no top-"):
        top_box(answers(scale, [3]), k)


def test_an_nps_of_another_scale_needs_to_be_told_how_to_read_it():
    """1-10 with each value one higher than on 0-9: as ticked it has no NPS, mapped it has."""
    asked = answers(Scale("nps", 1, 10), [10, 10, 1, 7])

    assert measure(asked).statistic == "mean"
    assert measure(remap(asked, NPS, {1: 0, 7: 7, 10: 10})).value == 25.0


@pytest.mark.parametrize("values", [{1: 0}, {1: 0, 10: 11}, {1: 0, 10: 9.5}])
def test_a_mapping_must_fit(values):
    """A value that is not told, one off the scale, half a point of an NPS: each is refused, with the value."""
    with pytest.raises(ScoreError, match="10 of nps is mapped to no answer on 0-10"):
        remap(answers(Scale("nps", 1, 10), [1, 10]), NPS, values)
