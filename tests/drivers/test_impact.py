"""Impacts are differences of scores, obey their identity, and are ranked only where enough people stand behind them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_cx.drivers import MIN_MENTIONS, find_impacts, impact
from nlp_cx.histogram import Histogram, Scale

NPS = Scale("nps", 0, 10)
SCALES = [NPS, Scale("csat", 1, 5), Scale("ces", 1, 7, "lower_is_better"), Scale("stars", 1, 5)]


def of(scale: Scale, counts: dict[int, int]) -> Histogram:
    return Histogram(scale, counts)


def test_presence_impact_on_an_nps():
    """60 promoters, 40 detractors: NPS 20. Without the 30 detractors that waited it is (60 - 10) / 70 = 71.4."""
    found = impact(of(NPS, {10: 60, 0: 40}), of(NPS, {0: 30}), theme="speed", mention="negative")

    assert found is not None
    assert (found.n, found.n_rest, found.score) == (30, 70, -100)
    assert found.rest_score == pytest.approx(71.43, abs=0.01)
    assert found.impact == pytest.approx(20 - 71.43, abs=0.01)
    assert found.unit == "points"
    assert found.high < 0


def test_csat_impacts_are_percentage_points():
    """Half of all are satisfied; without those who mention price, three quarters are: -25 points."""
    found = impact(
        of(Scale("csat", 1, 5), {5: 30, 1: 30}), of(Scale("csat", 1, 5), {1: 20}), theme="price", mention="any"
    )

    assert found is not None
    assert (found.unit, found.impact) == ("percent", pytest.approx(-25))


def test_nobody_and_everybody_have_no_impact():
    """A mention that tells no one apart from the rest cannot be compared."""
    everyone = of(NPS, {10: 5, 0: 5})

    assert impact(everyone, of(NPS, {}), theme="price", mention="any") is None
    assert impact(everyone, everyone, theme="price", mention="any") is None


@settings(max_examples=200)
@given(
    scale=st.sampled_from(SCALES),
    mentioners=st.lists(st.integers(1, 5), min_size=1, max_size=40),
    rest=st.lists(st.integers(1, 5), min_size=1, max_size=40),
)
def test_impact_is_share_times_difference(scale, mentioners, rest):
    """Score of all less score of the rest = share of mentioners * (their score - score of the rest)."""
    found = impact(
        Histogram(scale, {value: (mentioners + rest).count(value) for value in range(1, 6)}),
        Histogram(scale, {value: mentioners.count(value) for value in range(1, 6)}),
        theme="staff",
        mention="any",
    )

    assert found is not None
    share = len(mentioners) / (len(mentioners) + len(rest))
    assert found.impact == pytest.approx(share * (found.score - found.rest_score), abs=1e-9)
    assert found.low <= found.impact <= found.high


def test_the_interval_covers_the_true_impact():
    """Of 300 surveys of 400 answers, about 95 % of the intervals hold the impact they were drawn with.

    A fifth mentions the theme; its NPS is 30 - 50 = -20, the others' is 60 - 20 = 40: the impact is 0.2 * -60 = -12.
    """
    draw = np.random.default_rng(11)
    held = 0
    for n in draw.binomial(400, 0.2, size=300).tolist():
        said = dict(zip((10, 8, 0), draw.multinomial(n, [0.3, 0.2, 0.5]).tolist(), strict=True))
        rest = dict(zip((10, 8, 0), draw.multinomial(400 - n, [0.6, 0.2, 0.2]).tolist(), strict=True))
        everyone = of(NPS, {value: said[value] + rest[value] for value in said})
        found = impact(everyone, of(NPS, said), theme="speed", mention="any")
        assert found is not None
        held += found.low <= -12 <= found.high

    assert 0.91 <= held / 300 <= 0.985


def test_the_interval_is_that_of_the_delta_method():
    """Mentioners 100, -100; the rest 100, 100, 0, -100: NPS 16.7 and 25, so the impact is -8.3.

    Influences: 83.3 and -116.7; of the rest, (x - 16.7) - 1.5 (x - 25): -29.2 twice, 20.8, 70.8. Their squares sum to
    27,708; 1.96 * sqrt(27,708) / 6 = 54.4.
    """
    found = impact(of(NPS, {10: 3, 8: 1, 0: 2}), of(NPS, {10: 1, 0: 1}), theme="speed", mention="any")

    assert found is not None
    assert found.impact == pytest.approx(-25 / 3)
    assert found.high - found.impact == pytest.approx(54.37, abs=0.01)
    assert found.impact - found.low == pytest.approx(54.37, abs=0.01)


def test_few_mentions_get_no_rank():
    """The theme with the larger impact but 29 mentions stands behind the ranked one, without a rank."""
    everyone = of(NPS, {10: 200, 0: 100})
    mentioners = {
        "price": {"any": of(NPS, {0: MIN_MENTIONS - 1})},
        "staff": {"any": of(NPS, {10: MIN_MENTIONS - 1, 0: 1})},
    }

    found = find_impacts(everyone, mentioners)

    assert [(one.theme, one.rank) for one in found] == [("staff", 1), ("price", None)]


def test_ranks_go_by_size_of_impact_within_a_mention():
    """Both directions count alike; negative mentions are ranked apart from any mentions."""
    everyone = of(NPS, {10: 200, 0: 200})
    mentioners = {
        "price": {"any": of(NPS, {0: 40}), "negative": of(NPS, {0: 40})},
        "staff": {"any": of(NPS, {10: 60}), "positive": of(NPS, {10: 60})},
    }

    found = find_impacts(everyone, mentioners)

    assert [(one.mention, one.theme, one.rank) for one in found] == [
        ("any", "staff", 1),
        ("any", "price", 2),
        ("negative", "price", 1),
        ("positive", "staff", 1),
    ]


def test_themes_that_restate_the_score_are_no_drivers():
    """`overall` would explain satisfaction by satisfaction."""
    everyone = of(NPS, {10: 100, 0: 100})

    assert find_impacts(everyone, {"overall": {"any": of(NPS, {0: 50})}}) == ()


def test_drivers_have_a_json_form():
    """Field names are those of the record; the rank may be missing, never 0."""
    found = find_impacts(of(NPS, {10: 6, 0: 4}), {"price": {"any": of(NPS, {0: 2})}})

    assert [one.to_dict() for one in found] == [
        {
            "theme": "price",
            "metric": "nps",
            "min": 0,
            "max": 10,
            "direction": "higher_is_better",
            "unit": "points",
            "mention": "any",
            "n": 2,
            "n_rest": 8,
            "score": -100.0,
            "rest_score": 50.0,
            "impact": -30.0,
            "low": found[0].to_dict()["low"],
            "high": found[0].to_dict()["high"],
            "q": None,
            "rank": None,
        }
    ]
