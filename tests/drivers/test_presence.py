"""Impacts of a table are those of counts; with repeated respondents they are less sure."""

import pytest

from nlp_cx.drivers import MENTIONS, impact
from nlp_cx.drivers.presence import find_presence
from nlp_cx.histogram import Histogram, Scale
from tests.drivers.simulated import NPS, STARS, cells_of, table, twice

BITS = {"any": 7, "negative": 1, "positive": 4}


@pytest.mark.parametrize("scale", [NPS, STARS, Scale("csat", 1, 5), Scale("ces", 1, 7, "lower_is_better")])
def test_a_table_gives_the_impacts_of_its_counts(scale):
    """The same figures and intervals as from two histograms."""
    made = table(scale=scale)
    found = {(one.theme, one.mention): one for one in find_presence(cells_of(made, scale), made.themes, scale)}
    values = made.scores[scale]

    for at, theme in enumerate(made.themes):
        for mention in MENTIONS:
            everyone, mentioners = Histogram(scale), Histogram(scale)
            for value, code in zip(values.tolist(), made.mentions[:, at].tolist(), strict=True):
                everyone.add(value)
                if code & BITS[mention]:
                    mentioners.add(value)
            wanted, mine = impact(everyone, mentioners, theme=theme, mention=mention), found[theme, mention]
            assert wanted is not None
            for name in ("n", "n_rest", "score", "rest_score", "impact", "low", "high"):
                assert getattr(mine, name) == pytest.approx(getattr(wanted, name))


def test_impact_is_share_times_difference():
    """p * (score of mentioners - score of the rest), on a table."""
    made = table()

    for one in find_presence(cells_of(made), made.themes, NPS):
        assert one.impact == pytest.approx(one.n / made.n * (one.score - one.rest_score))


def test_saying_it_twice_makes_nothing_surer():
    """Each row twice by the same person: the same impact, and an interval that is not narrower."""
    made = table()
    once = find_presence(cells_of(made), made.themes, NPS)
    again = find_presence(cells_of(twice(made)), made.themes, NPS)

    doubled = {(one.theme, one.mention): one for one in again}
    for one in once:
        other = doubled[one.theme, one.mention]
        assert other.impact == pytest.approx(one.impact)
        assert other.high - other.low == pytest.approx(one.high - one.low, rel=0.01)
        assert other.high - other.low >= (one.high - one.low) * 0.999
