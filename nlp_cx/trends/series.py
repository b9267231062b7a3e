"""What was counted day by day, week by week or month by month, and who read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from typing import Literal

from nlp_cx.errors import ScoreError

Calendar = Literal["day", "week", "month", "quarter"]
_END = date.max.toordinal() + 1
"""The day behind the last one that there is."""
_LONGEST: tuple[tuple[Calendar, int, int], ...] = (("day", 1, 45), ("week", 7, 40 * 7), ("month", 30, 6 * 366))
"""Calendar, days of a bucket, and days up to which its series is readable; what is longer is told by quarters."""
FEWEST = 8
"""Comments of a bucket, on average, below which the next larger one is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Comments of one stretch of time and how many of them are counted."""

    bucket: str
    """Day or Monday of the week ("2025-04-07"), month ("2025-04") or quarter ("2025-Q2")."""
    n: int
    """Comments looked at."""
    count: int
    """Those that are counted, 0 to `n`."""
    readers: frozenset[str] = frozenset()
    """Models with their taxonomies that read them, as `reader` names them."""

    def __post_init__(self) -> None:
        """Refuse counts that are no share."""
        if not 0 <= self.count <= self.n:
            raise ScoreError(f"{self.count} of {self.n} is no share: count within 0 and n")

    @property
    def share(self) -> float | None:
        """`count / n`; None of nothing."""
        return self.count / self.n if self.n else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """From here on comments were read by another model or with another taxonomy: nothing before compares."""

    bucket: str
    before: frozenset[str]
    after: frozenset[str]

    def to_dict(self) -> dict[str, object]:
        """Give the JSON form."""
        return {"bucket": self.bucket, "before": sorted(self.before), "after": sorted(self.after)}


def reader(model: str, taxonomy: str) -> str:
    """Name what a comment was read with.

    Examples:
        >>> reader("2026.11.25", "1")
        '2026.11.25, taxonomy 1'
    """
    return f"{model}, taxonomy {taxonomy}"


def bucket_of(day: date, calendar: Calendar) -> str:
    """Name the stretch of time that a day belongs to, as the store does.

    Examples:
        >>> [bucket_of(date(2025, 4, 9), calendar) for calendar in ("day", "week", "month", "quarter")]
        ['2025-04-09', '2025-04-07', '2025-04', '2025-Q2']
    """
    match calendar:
        case "day":
            return day.isoformat()
        case "week":
            return (day - timedelta(days=min(day.weekday(), day.toordinal() - 1))).isoformat()
        case "month":
            return f"{day.year:04}-{day.month:02}"
        case _:
            return f"{day.year:04}-Q{(day.month + 2) // 3}"


def days_of(bucket: str, calendar: Calendar) -> tuple[date, date]:
    """Give the first and the last day of a stretch of time; the calendar ends with the year 9999.

    Examples:
        >>> [str(day) for name, calendar in (("2026-11-23", "week"), ("2026-Q1", "quarter"))
        ...  for day in days_of(name, calendar)]
        ['2026-11-23', '2026-11-29', '2026-01-01', '2026-03-31']
    """
    if calendar in ("day", "week"):
        first = date.fromisoformat(bucket)
        length = 1 if calendar == "day" else 7
        return first, date.fromordinal(min(first.toordinal() + length, _END) - 1)
    year, _, part = bucket.partition("-")
    size = 1 if calendar == "month" else 3
    start = int(year) * 12 + (int(part.removeprefix("Q")) - 1) * size
    month = start + size
    end = _END if month // 12 > MAXYEAR else date(month // 12, month % 12 + 1, 1).toordinal()
    return date(start // 12, start % 12 + 1, 1), date.fromordinal(end - 1)


def buckets_between(first: date, last: date, calendar: Calendar) -> Iterator[str]:
    """Name all stretches of time from one day to another, those without comments too.

    Examples:
        >>> list(buckets_between(date(2024, 11, 30), date(2025, 2, 1), "month"))
        ['2024-11', '2024-12', '2025-01', '2025-02']
    """
    if calendar in ("day", "week"):
        step = 1 if calendar == "day" else 7
        start = date.fromisoformat(bucket_of(first, calendar)).toordinal()
        yield from (date.fromordinal(day).isoformat() for day in range(start, last.toordinal() + 1, step))
        return
    size = 1 if calendar == "month" else 3
    start, end = ((day.year * 12 + day.month - 1) // size for day in (first, last))
    for number in range(start, end + 1):
        year, part = divmod(number * size, 12)
        yield f"{year:04}-{part + 1:02}" if size == 1 else f"{year:04}-Q{part // 3 + 1}"


def choose_calendar(first: date, last: date, n: int, *, fewest: int = FEWEST) -> Calendar:
    """Choose the calendar that shows a stretch of time best.

    Args:
        first: First day.
        last: Last day.
        n: Comments of that time.
        fewest: Comments of a bucket, on average, that are enough.

    Examples:
        >>> first, last = date(2025, 1, 1), date(2025, 1, 31)
        >>> choose_calendar(first, last, 1000), choose_calendar(first, last, 40), choose_calendar(first, last, 5)
        ('day', 'week', 'month')
    """
    days = (last - first).days + 1
    fitting = (calendar for calendar, size, longest in _LONGEST if days <= longest and n * size >= fewest * days)
    return next(fitting, "quarter" if days > _LONGEST[-1][-1] else "month")


def breaks_of(counts: Sequence[Count]) -> tuple[Break, ...]:
    """Find where the model or the taxonomy changed; buckets without comments change nothing.

    A bucket that two models read is a break of its own, and the next one too if it is read by one of them only.

    Examples:
        >>> old, new = frozenset({"1, taxonomy 1"}), frozenset({"2, taxonomy 1"})
        >>> counts = [Count(bucket=str(n), n=9, count=1, readers=old if n < 3 else new) for n in range(6)]
        >>> [one.bucket for one in breaks_of(counts)]
        ['3']
    """
    found, before = [], None
    for count in counts:
        if not count.n or not count.readers:
            continue
        if before is not None and count.readers != before:
            found.append(Break(bucket=count.bucket, before=before, after=count.readers))
        before = count.readers
    return tuple(found)


def comparable(counts: Sequence[Count]) -> Sequence[Count]:
    """Give the end of a series that one model with one taxonomy read; all of it if there was no change.

    If the last bucket was read by several, only that bucket is left.
    """
    breaks = breaks_of(counts)
    if not breaks:
        return counts
    start = next(at for at, count in enumerate(counts) if count.bucket == breaks[-1].bucket)
    return counts[start:]


def series(
    days: Mapping[date, tuple[int, int]],
    calendar: Calendar,
    readers: Mapping[date, Iterable[str]] | None = None,
) -> tuple[Count, ...]:
    """Put daily counts into buckets, from the first day to the last without a gap.

    Args:
        days: Day -> comments looked at, and those counted.
        calendar: Size of the buckets.
        readers: Day -> what read the comments, as `reader` names it.

    Returns:
        One count per bucket; empty if there is no day.

    Examples:
        >>> days = {date(2025, 1, 5): (10, 2), date(2025, 3, 1): (4, 1), date(2025, 1, 9): (10, 3)}
        >>> [(count.bucket, count.n, count.count) for count in series(days, "month")]
        [('2025-01', 20, 5), ('2025-02', 0, 0), ('2025-03', 4, 1)]
    """
    if not days:
        return ()
    sums: dict[str, list[int]] = {name: [0, 0] for name in buckets_between(min(days), max(days), calendar)}
    read: dict[str, set[str]] = {name: set() for name in sums}
    for day, (n, count) in days.items():
        bucket = bucket_of(day, calendar)
        sums[bucket][0] += n
        sums[bucket][1] += count
        if readers is not None and n:
            read[bucket].update(readers.get(day, ()))
    return tuple(
        Count(bucket=name, n=n, count=count, readers=frozenset(read[name])) for name, (n, count) in sums.items()
    )
