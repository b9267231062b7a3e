"""Rules fire when they should, once, and never because a model changed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.alerts import History, Observed, Rule, check
from nlp_cx.errors import ScoreError
from nlp_cx.trends import reader

NOW = datetime(2025, 8, 1, tzinfo=UTC)
LATE = Rule(id="late", kind="threshold", theme="delivery", limit=0.2)
ODD = Rule(id="odd", kind="anomaly", theme="delivery")
MODEL = frozenset({reader("1", "1")})


def seen(negative, n=100, bucket="2025-30", **more):
    return Observed(bucket=bucket, theme="delivery", n=n, negative=negative, readers=MODEL, **more)


def past(negative=10, weeks=12):
    return [seen(negative, bucket=f"2025-{week:02}") for week in range(weeks)]


@pytest.mark.parametrize(("negative", "fires"), [(20, False), (21, True)])
def test_a_threshold_fires_beyond_its_limit(negative, fires):
    """At 20% it does not, above it does."""
    assert bool(check([LATE], [seen(negative)], History(), now=NOW)) is fires


def test_a_certain_threshold_waits_for_the_interval():
    """25 of 100 is 17.5% to 34.3%: above 20%, but not surely."""
    sure = Rule(id="sure", kind="threshold", theme="delivery", limit=0.2, certain=True)

    assert check([sure], [seen(25)], History(), now=NOW) == []
    assert [one.low > 0.2 for one in check([sure], [seen(35)], History(), now=NOW)] == [True]


def test_a_threshold_below():
    """Praise that falls under half."""
    rule = Rule(id="praise", kind="threshold", theme="staff", mention="positive", side="below", limit=0.5)
    (alert,) = check([rule], [Observed(bucket="1", theme="staff", n=50, positive=20)], History(), now=NOW)

    assert (alert.share, alert.expected, alert.side) == (0.4, 0.5, "below")


def test_few_comments_fire_nothing():
    """29 comments are fewer than 30."""
    assert check([LATE], [seen(29, n=29)], History(), now=NOW) == []


def test_an_anomaly_is_what_the_past_does_not_explain():
    """10% for twelve weeks: 15% is usual, 25% is not."""
    assert check([ODD], [seen(15)], History(counts=past()), now=NOW) == []
    (alert,) = check([ODD], [seen(25)], History(counts=past()), now=NOW)

    assert alert.expected == pytest.approx(0.1, abs=0.001)
    assert alert.share == 0.25 > alert.bound
    assert alert.chance < 0.00135


def test_a_theme_never_named_before_is_an_anomaly():
    """0 in twelve weeks, 8 now."""
    assert len(check([ODD], [seen(8)], History(counts=past(0)), now=NOW)) == 1


def test_without_a_past_nothing_is_odd():
    """Seven weeks are no measure."""
    assert check([ODD], [seen(90)], History(counts=past(weeks=7)), now=NOW) == []


def test_a_change_of_model_is_no_anomaly():
    """What the old model counted is no measure for the new one."""
    other = Observed(bucket="2025-30", theme="delivery", n=100, negative=60, readers=frozenset({reader("2", "1")}))

    assert check([ODD], [other], History(counts=past()), now=NOW) == []


def test_the_present_is_no_part_of_its_past():
    """Checked again after every batch, the running week does not make itself usual."""
    history = History(counts=[*past(), seen(25)])

    assert len(check([ODD], [seen(25)], history, now=NOW)) == 1


@given(st.timedeltas(timedelta(0), timedelta(days=30)))
def test_a_rule_that_fired_keeps_silent_until_its_cool_down_is_over(since):
    """Seven days, to the second."""
    (earlier,) = check([LATE], [seen(40)], History(), now=NOW - since)
    again = check([LATE], [seen(40)], History(alerts=[earlier]), now=NOW)

    assert bool(again) is (since >= timedelta(days=7))


def test_segments_are_apart():
    """A rule for one branch does not look at another."""
    rule = Rule(id="cantho", kind="threshold", theme="delivery", limit=0.2, segment=("branch", "Cần Thơ"))
    counts = [seen(90), seen(90, segment=("branch", "Huế")), seen(10, segment=("branch", "Cần Thơ"))]

    assert check([rule], counts, History(), now=NOW) == []


def test_overall_sentiment_can_be_watched():
    """Without a theme the comments that are negative count."""
    rule = Rule(id="mood", kind="threshold", limit=0.5)
    (alert,) = check([rule], [Observed(bucket="1", n=40, negative=30)], History(), now=NOW)

    assert alert.to_dict()["share"] == 0.75


@pytest.mark.parametrize("wrong", [{"kind": "threshold", "theme": "staff"},
                                   {"kind": "threshold", "theme": "staff", "limit": 20},
                                   {"kind": "anomaly", "theme": "staff", "min_n": 0},
                                   {"kind": "anomaly", "mention": "any"}])  # fmt: skip
def test_rules_without_sense_are_refused(wrong):
    """No limit, a limit in percent, no comments, any sentiment of no theme."""
    with pytest.raises(ScoreError, match="'r'"):
        Rule(id="r", **wrong)
