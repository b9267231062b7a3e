"""Several rates are looked at together, so that chance does not find something in one of them."""

from nlp_cx.trends import Count, compare_latest, find_trends


def counts(shares):
    return [Count(bucket=f"{at:02}", n=100, count=share) for at, share in enumerate(shares)]


def test_the_last_third_is_compared_with_the_one_before():
    """Nine buckets: 3 against 3."""
    change = compare_latest(counts([1, 1, 1, 10, 10, 10, 30, 30, 30]))

    assert (change.before, change.after, change.n_after) == (0.1, 0.3, 300)


def test_one_bucket_compares_with_nothing():
    """There is no before."""
    assert compare_latest(counts([5])) is None
    assert compare_latest([]) is None


def test_many_rates_ask_for_more():
    """What is 0.03 alone is no discovery among twenty steady rates."""
    lone = {"moved": counts([10, 20])}
    among = lone | {f"steady {n}": counts([10, 10]) for n in range(19)}
    alone, together = find_trends(lone, latest=1)[0], find_trends(among, latest=1)[0]

    assert alone.moved
    assert alone.latest.p == together.latest.p
    assert not together.moved


def test_a_trend_is_json():
    """With all its parts."""
    (trend,) = find_trends({"staff": counts([10] * 10 + [40] * 10)})
    told = trend.to_dict()

    assert told["changes"][0]["bucket"] == "10"
    assert len(told["chart"]["points"]) == 20
