"""Dates in cells."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.ingest.dates import day_first, read_date

DAY = date(2025, 3, 31)
MORNING = datetime(2025, 3, 31, 9, 5)  # noqa: DTZ001
HANOI = timezone(timedelta(hours=7))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2025-03-31", DAY), ("31/03/2025", DAY), ("31-3-2025", DAY), ("31.03.25", DAY), ("2025/3/31", DAY),
        ("20250331", DAY),
        ("31 tháng 3 năm 2025", DAY), ("ngày 31 tháng 3, 2025", DAY), ("31 Mar 2025", DAY), ("March 31, 2025", DAY),
        (45747, DAY), ("45747", DAY), (45747.0, DAY), (DAY, DAY), (datetime(2025, 3, 31), DAY),  # noqa: DTZ001
        ("2025-03-31 00:00:00", DAY), ("31/03/2025 09:05", MORNING), ("31/3/2025 9h05", MORNING),
        ("09:05 31/03/2025", MORNING),
        ("31/03/2025 9:05:00 AM", MORNING), ("31/03/2025 9:05 SA", MORNING), ("2025-03-31T09:05:00", MORNING),
        ("2025-03-31T09:05:00+07:00", MORNING.replace(tzinfo=HANOI)),
        ("2025/03/31 9:05:00 AM GMT+7", MORNING.replace(tzinfo=HANOI)),
        (1743411900, datetime(2025, 3, 31, 9, 5, tzinfo=timezone.utc)),  # noqa: UP017
        (1743411900000, datetime(2025, 3, 31, 9, 5, tzinfo=timezone.utc)),  # noqa: UP017
    ],
)  # fmt: skip
def test_date_is_read_as_people_and_programs_write_it(cell, expected):
    """ISO, day before month, words, spreadsheet serials, Unix times."""
    assert read_date(cell) == (expected, None)


@pytest.mark.parametrize("cell", ["31/02/2025", "hôm qua", "13/13/2025", 5, True, 10**400, float("inf"), "0025-01-01"])
def test_what_is_no_date_is_refused(cell):
    """A day that no calendar has is not moved to another."""
    found, problem = read_date(cell)

    assert found is None
    assert "is not a date" in problem.en


@pytest.mark.parametrize("cell", [None, "", "N/A", float("nan")])
def test_missing_date_is_no_fault(cell):
    """Who gave no date is not reported."""
    assert read_date(cell) == (None, None)


def test_order_of_day_and_month_shows_in_some_dates():
    """25/03 can only be a day before a month, 03/25 a month before a day; 03/04 tells nothing."""
    assert [day_first(cell) for cell in ("25/03/2025", "03/25/2025", "03/04/2025", "2025-03-04", None)] == [
        True, False, None, None, None,
    ]  # fmt: skip


def test_one_telling_date_decides_for_the_column(read):
    """03/04 is the fourth of March where another row says 03/25, though it comes first."""
    survey = read("survey.csv", "Date,Comment\n03/04/2025,first one here\n03/25/2025,second one here\n")

    assert [comment.created_at for comment in survey.comments] == [date(2025, 3, 4), date(2025, 3, 25)]


def test_day_comes_first_unless_told(read):
    """Where no row tells, dates read as Vietnamese write them."""
    assert read("survey.csv", "Ngày,Góp ý\n03/04/2025,nhanh lắm nhé\n").comments[0].created_at == date(2025, 4, 3)


def test_date_that_cannot_be_costs_itself_only(read):
    """The comment is kept without its date, and the field reported."""
    survey = read("survey.csv", "Ngày,Góp ý\n25/03/2025,nhanh lắm nhé\n31/02/2025,chậm quá nhé\n")

    assert [comment.created_at for comment in survey.comments] == [date(2025, 3, 25), None]
    assert survey.faults == [(3, "field", "created_at")]


@given(st.dates(date(1970, 1, 1), date(2100, 12, 31)))
def test_every_day_is_read_back(day):
    """Written in any of the usual ways, a day is that day."""
    serial = (day - date(1899, 12, 30)).days
    assert read_date(day.isoformat()) == (day, None)
    assert read_date(day.strftime("%d/%m/%Y")) == (day, None)
    assert read_date(day.strftime("%m/%d/%Y"), day_before_month=False) == (day, None)
    assert read_date(serial) == (day, None)
