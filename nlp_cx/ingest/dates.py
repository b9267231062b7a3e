"""Dates in cells, as people and spreadsheets write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, timezone
from functools import cache

from nlp_cx.ingest.lexicon import fold, is_missing
from nlp_cx.ingest.rejected import Problem

_CLOCK = (
    r"(?P<hour>\d{1,2})[:h](?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:\.\d{1,9})?(?:\s?(?P<half>am|pm|sa|ch))?"
    r"(?:\s?(?:gmt|utc)?\s?(?P<zone>[+-]\d{1,2}(?::?\d{2})?)|\s?(?:z|gmt|utc))?"
)
_DAYS = (
    r"(?P<a>\d{1,2})[/.-](?P<b>\d{1,2})[/.-](?P<year>\d{4}|\d{2})",
    r"(?P<year>\d{4})[/.-](?P<month>\d{1,2})[/.-](?P<day>\d{1,2})",
    r"(?:ngay )?(?P<day>\d{1,2}) thang (?P<month>\d{1,2})(?:,| nam|, nam)? (?P<year>\d{4})",
    r"(?P<day>\d{1,2})[ -](?P<name>[a-z]{3,9})\.?(?:, | |-)(?P<year>\d{4}|\d{2})",
    r"(?P<name>[a-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})",
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIRST_SECOND = re.compile(r"\s*(?:[\d:hH]{4,8}\s+)?(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}(?!\d)")
_YEARS = range(1970, 2101)


@cache
def _date_patterns() -> tuple[re.Pattern[str], ...]:
    """Compile a pattern for each way to write a day, with a clock after or before it."""
    after = [re.compile(rf"{day}(?:(?:,? |t){_CLOCK})?") for day in _DAYS]
    return (*after, *(re.compile(rf"{_CLOCK},? (?:ngay )?{day}") for day in _DAYS[:3]))


def has_order(cell: object) -> bool:
    """Tell whether a cell is a date such as 03/04/2025, whose reading depends on the order its column writes."""
    return isinstance(cell, str) and _FIRST_SECOND.match(cell) is not None


def day_first(cell: object) -> bool | None:
    """Tell from one cell whether the day goes before the month (25/03) or after (03/25); None if it does not show."""
    match = _FIRST_SECOND.match(cell) if isinstance(cell, str) else None
    if match is None:
        return None
    first, second = int(match[1]), int(match[2])
    return True if first > 12 else False if second > 12 else None


def read_date(cell: object, *, day_before_month: bool = True) -> tuple[datetime | date | None, Problem | None]:
    """Read one cell of a date column: ISO 8601, dd/mm/yyyy, times, month names, spreadsheet serials, Unix times.

    Args:
        cell: Text, number or date.
        day_before_month: How 03/04/2025 reads, decided per column.

    Returns:
        The date (with time if one was written), or None with the reason; None and None for a missing one.
    """
    if is_missing(cell):
        return None, None
    found: datetime | date | None = None
    if isinstance(cell, date):
        found = cell
    elif isinstance(cell, str) and len(cell) <= 60:
        found = _written_date(cell.strip(), day_before_month=day_before_month)
    elif isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) < 1e15:
        found = _counted_date(float(cell))
    if isinstance(found, datetime) and found.tzinfo is None and found.time() == time.min:
        found = found.date()  # how spreadsheets write a day
    if found is None or found.year not in _YEARS:
        shown = str(cell)[:60]
        order = "dd/mm/yyyy" if day_before_month else "mm/dd/yyyy"
        return None, Problem(
            f"{shown!r} is not a date as this column writes them ({order} or 2025-12-31)",
            f"{shown!r} không phải là ngày theo cách viết của cột này ({order} hoặc 2025-12-31)",
        )
    return found, None


def _counted_date(number: float) -> datetime | date | None:
    """Read a date that is a number: 20250331, days since 1899-12-30, or Unix seconds or milliseconds."""
    if number.is_integer() and 19700101 <= number <= 21001231:
        return _made(int(number) // 10000, int(number) // 100 % 100, int(number) % 100)
    if 20000 <= number < 80000:
        moment = datetime(1899, 12, 30) + timedelta(seconds=round(number * 86400))  # noqa: DTZ001
        return moment.date() if number.is_integer() else moment
    seconds = number / 1000 if number >= 1e11 else number
    return datetime.fromtimestamp(seconds, tz=timezone.utc) if 1e8 <= seconds < 4.2e9 else None  # noqa: UP017


def _made(year: int, month: int, day: int) -> date | None:
    """Make a date; None if the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _written_date(text: str, *, day_before_month: bool) -> datetime | date | None:
    """Read a date that is written out."""
    if re.fullmatch(r"\d{5}(?:[.,]\d{1,12})?|\d{8}|\d{10}|\d{13}", text):
        return _counted_date(float(text.replace(",", ".")))
    if text[4:5] == "-":
        try:
            return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
        except ValueError:
            pass  # 2025-3-4 and the like are read below
    plain = text.casefold() if text.isascii() else fold(re.sub(r"[/:.+-]", lambda mark: f"#{ord(mark[0])}#", text))
    plain = re.sub(r" ?#(4[3-7]|58)# ?", lambda code: chr(int(code[1])), plain)
    match = next((found for pattern in _date_patterns() if (found := pattern.fullmatch(plain))), None)
    if match is None:
        return None
    got = match.groupdict()
    year = int(got["year"]) + (2000 if len(got["year"]) == 2 else 0)
    if got.get("a"):
        day, month = (got["a"], got["b"]) if day_before_month else (got["b"], got["a"])
    elif got.get("name"):
        if got["name"][:3] not in _MONTHS:
            return None
        day, month = got["day"], str(_MONTHS.index(got["name"][:3]) + 1)
    else:
        day, month = got["day"], got["month"]
    made = _made(year, int(month), int(day))
    return made if made is None or got.get("hour") is None else _with_clock(made, got)


def _with_clock(day: date, got: Mapping[str, str | None]) -> datetime | None:
    """Add the time that was written beside a day; None if no clock shows it."""
    hour, minute, second = (int(got[part] or 0) for part in ("hour", "minute", "second"))
    if got["half"]:
        hour = hour % 12 + (12 if got["half"] in ("pm", "ch") else 0) if hour <= 12 else hour
    zone = None
    if got["zone"]:
        sign, digits = got["zone"][0], got["zone"][1:].replace(":", "")
        hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
        if hours > 23 or minutes > 59:
            return None
        zone = timezone((1 if sign == "+" else -1) * timedelta(hours=hours, minutes=minutes))
    if hour > 23 or minute > 59 or second > 59:
        return None
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
