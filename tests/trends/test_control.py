"""Control limits are those of the textbook, and wider where a series is restless."""

import pytest

from nlp_cx.trends import Count, control_chart, reader
from nlp_cx.trends.control import tail


def steady(shares, n=100):
    return [Count(bucket=f"{at:03}", n=n, count=round(n * share)) for at, share in enumerate(shares)]


def test_limits_are_three_deviations_around_the_mean():
    """Ten buckets of 100 at 10%: 0.1 +- 3 * sqrt(0.1 * 0.9 / 100) = 0.01 to 0.19."""
    chart = control_chart(steady([0.1] * 10))

    assert chart.centre == pytest.approx(0.1)
    assert (chart.points[0].lower, chart.points[0].upper) == pytest.approx((0.01, 0.19))
    assert not any(point.signal or point.drift for point in chart.points)


def test_a_bucket_beyond_its_limits_is_a_signal():
    """One of twenty buckets with 30% where 10% is usual."""
    chart = control_chart(steady([0.1] * 19 + [0.3]))

    assert [point.bucket for point in chart.points if point.signal == "above"] == ["019"]


def test_a_rate_that_falls_silent_is_a_signal_below():
    """From half of the comments to none."""
    chart = control_chart(steady([0.5] * 15 + [0.0]))

    assert chart.points[-1].signal == "below"


def test_small_counts_are_no_signal_whatever_the_normal_limits_say():
    """Three of 3 comments where 20% is usual: beyond three deviations, but chance gives it one time in 125."""
    counts = [*steady([0.2] * 12), Count(bucket="012", n=3, count=3)]
    last = control_chart(counts).points[-1]

    assert last.share > last.upper > 0.8
    assert last.signal is None


def test_an_ewma_tells_a_slow_drift():
    """Ten buckets a little higher, none of them beyond its own limits."""
    chart = control_chart(steady([0.08] * 14 + [0.16] * 10))

    assert not any(point.signal for point in chart.points)
    assert chart.points[-1].drift == "above"


def test_a_restless_series_gets_wider_limits():
    """Where neighbours differ more than chance makes them, such differences are usual (Laney)."""
    chart = control_chart(steady([0.05, 0.15] * 8, n=1000))

    assert chart.dispersion > 5
    assert not any(point.signal for point in chart.points)


def test_few_buckets_get_no_limits():
    """With seven nobody knows what is usual."""
    chart = control_chart(steady([0.1] * 7))

    assert not chart.limited
    assert chart.points[0].low < 0.1 < chart.points[0].high


def test_what_another_model_read_has_no_limits():
    """The jump at the change of models is no signal."""
    old, new = frozenset({reader("1", "1")}), frozenset({reader("2", "1")})
    counts = [Count(bucket=f"{at:02}", n=100, count=5 if at < 6 else 40, readers=old if at < 6 else new)
              for at in range(16)]  # fmt: skip
    chart = control_chart(counts)

    assert [point.comparable for point in chart.points] == [False] * 6 + [True] * 10
    assert chart.centre == pytest.approx(0.4)
    assert not any(point.signal for point in chart.points)


@pytest.mark.parametrize("count", [0, 100])
def test_a_rate_of_nothing_or_everything_has_no_limits(count):
    """A theme nobody or everybody names cannot stray."""
    assert not control_chart([Count(bucket=f"{at:02}", n=100, count=count) for at in range(12)]).limited


def test_nothing_gives_an_empty_chart():
    """No buckets, and buckets without comments."""
    assert control_chart([]).points == ()
    assert control_chart([Count(bucket="1", n=0, count=0)]).centre is None


def test_tails_are_exact():
    """At least 9 of 10 tosses: (10 + 1) / 1024."""
    assert tail(9, 10, 0.5, "above") == pytest.approx(11 / 1024)
    assert tail(1, 10, 0.5, "below") == pytest.approx(11 / 1024)
    assert tail(0, 10, 0.5, "above") == 1
