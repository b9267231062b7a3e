"""Days fall into buckets without a gap, and a change of model cuts a series."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.errors import ScoreError
from nlp_cx.trends import Count, breaks_of, bucket_of, buckets_between, comparable, days_of, reader, series

OLD, NEW = frozenset({reader("1", "1")}), frozenset({reader("2", "1")})
DAYS = st.dates(date(2000, 1, 1), date(2040, 1, 1))
CALENDARS = st.sampled_from(["day", "week", "month", "quarter"])


@given(DAYS, st.integers(0, 900), CALENDARS)
def test_every_day_lies_in_one_bucket_of_its_time(first, length, calendar):
    """Buckets between two days are all different, sorted, and hold the bucket of each day."""
    last = first + timedelta(days=length)
    buckets = list(buckets_between(first, last, calendar))

    assert buckets == sorted(set(buckets))
    assert {bucket_of(first + timedelta(days=day), calendar) for day in range(length + 1)} == set(buckets)


@given(st.dates(), CALENDARS)
def test_every_day_lies_between_the_ends_of_its_bucket(day, calendar):
    """The first and the last day that there are too, whose weeks the calendar cuts off."""
    bucket = bucket_of(day, calendar)
    first, last = days_of(bucket, calendar)

    assert first <= day <= last
    assert (bucket_of(first, calendar), bucket_of(last, calendar)) == (bucket, bucket)
    assert last == date.max or bucket_of(last + timedelta(days=1), calendar) != bucket


@pytest.mark.parametrize("calendar", ["day", "week", "month", "quarter"])
def test_the_ends_of_the_calendar_have_buckets(calendar):
    for day in (date.min, date.max):
        first, last = days_of(bucket_of(day, calendar), calendar)
        assert first <= day <= last


def test_weeks_begin_on_mondays():
    """A Sunday belongs to the Monday before it."""
    assert bucket_of(date(2025, 4, 13), "week") == "2025-04-07"


@given(st.dictionaries(DAYS, st.integers(0, 50), max_size=20), CALENDARS)
def test_a_series_keeps_all_comments(days, calendar):
    """What goes in is what is counted."""
    counts = series({day: (n, n // 2) for day, n in days.items()}, calendar)

    assert sum(count.n for count in counts) == sum(days.values())


def test_no_days_make_no_series():
    """Nothing gives nothing."""
    assert series({}, "week") == ()


def test_a_model_that_is_replaced_breaks_the_series():
    """The break is where the new model begins; empty buckets break nothing; only the end compares."""
    counts = [Count(bucket="1", n=5, count=1, readers=OLD), Count(bucket="2", n=0, count=0),
              Count(bucket="3", n=5, count=1, readers=OLD), Count(bucket="4", n=5, count=1, readers=NEW)]  # fmt: skip

    assert [(one.bucket, one.before, one.after) for one in breaks_of(counts)] == [("4", OLD, NEW)]
    assert [one.bucket for one in comparable(counts)] == ["4"]


def test_a_bucket_of_two_models_compares_with_nothing():
    """While both read, shares are a mixture."""
    counts = [Count(bucket="1", n=5, count=1, readers=OLD), Count(bucket="2", n=5, count=1, readers=OLD | NEW),
              Count(bucket="3", n=5, count=1, readers=NEW)]  # fmt: skip

    assert [one.bucket for one in breaks_of(counts)] == ["2", "3"]


def test_a_count_above_its_n_is_refused():
    """Six of five is no share."""
    with pytest.raises(ScoreError, match="6 of 5"):
        Count(bucket="1", n=5, count=6)
