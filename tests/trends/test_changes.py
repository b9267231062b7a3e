"""A level that lasts is found where it begins, and chance alone is hardly ever taken for one."""

import numpy as np
import pytest

from nlp_cx.trends import Count, change_points, find_trends, reader


def drawn(draw, shares, n=150):
    return [Count(bucket=f"{at:03}", n=n, count=int(draw.binomial(n, share))) for at, share in enumerate(shares)]


def test_a_new_level_is_found_where_it_begins():
    """10% for 15 buckets, then 25%."""
    (found,) = change_points(drawn(np.random.default_rng(1), [0.1] * 15 + [0.25] * 15))

    assert found.bucket == "015"
    assert (found.change.before, found.change.after) == pytest.approx((0.1, 0.25), abs=0.03)
    assert found.change.low > 0


def test_two_levels_are_both_found():
    """Up, and back down."""
    found = change_points(drawn(np.random.default_rng(2), [0.1] * 12 + [0.3] * 12 + [0.1] * 12))

    assert [one.bucket for one in found] == ["012", "024"]


def test_chance_is_hardly_ever_a_level():
    """Of 60 steady series at most two (the price was chosen so; one in a hundred is expected)."""
    draw = np.random.default_rng(3)

    assert sum(bool(change_points(drawn(draw, [0.15] * 24))) for _ in range(60)) <= 2


def test_a_single_spike_is_no_level():
    """It is a signal of the control chart."""
    counts = [Count(bucket=f"{at:03}", n=100, count=40 if at == 10 else 10) for at in range(20)]

    assert change_points(counts) == ()


def test_another_model_is_no_level():
    """A rate that jumps where the model changes is flagged, and nothing else is said."""
    old, new = frozenset({reader("1", "1")}), frozenset({reader("2", "1")})
    counts = [Count(bucket=f"{at:03}", n=200, count=20 if at < 12 else 60, readers=old if at < 12 else new)
              for at in range(24)]  # fmt: skip
    (trend,) = find_trends({"delivery": counts}, latest=12)

    assert trend.changes == ()
    assert [one.bucket for one in trend.breaks] == ["012"]
    assert trend.latest is None
    assert not trend.moved


@pytest.mark.parametrize("counts", [[], [Count(bucket="1", n=5, count=2)],
                                    [Count(bucket=f"{at:02}", n=0, count=0) for at in range(30)],
                                    [Count(bucket=f"{at:02}", n=9, count=9) for at in range(30)]])  # fmt: skip
def test_series_that_tell_nothing_have_no_levels(counts):
    """Empty, single, without comments, always."""
    assert change_points(counts) == ()
