"""Which column of a survey is what, told from its header and its values, or by hand.

Words live in `columns.toml`. A score's scale comes from its metric's definition, from the header ("(0-10)", "1 = very
dissatisfied, 5 = ...") or from the caller; never from the values.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from nlp_cx.errors import ColumnError
from nlp_cx.records import Direction

RoleName = Literal[
    "text", "id", "question", "language", "created_at", "respondent_id", "touchpoint", "stage", "segment",
    "score", "ignored", "unused",
]  # fmt: skip
ScaleSource = Literal["metric", "header", "given"]

_SINGLE = ("id", "question", "language", "created_at", "respondent_id", "touchpoint", "stage")
_MAX_CATEGORIES = 60


class Problem(NamedTuple):
    """Why a cell was refused, for people who read English and for people who read Vietnamese."""

    en: str
    vi: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreColumn:
    """A column of scores with the metric they measure and the scale they were ticked on."""

    column: str
    metric: str
    min: float
    max: float
    direction: Direction = "higher_is_better"
    scale_from: ScaleSource = "metric"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What a person says about the columns; it goes before anything that would be recognised.

    `text`, `segments` and `scores` replace what would have been found for them (scores per metric); `scores` are
    written as `parse_score` reads them. Columns in `ignore` are left alone.
    """

    text: tuple[str, ...] = ()
    id: str | None = None
    question: str | None = None
    language: str | None = None
    date: str | None = None
    respondent_id: str | None = None
    touchpoint: str | None = None
    stage: str | None = None
    segments: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    sheet: str | None = None
    ignore: tuple[str, ...] = ()

    def named(self) -> list[tuple[str, str]]:
        """List each column that is named, with the role it was given (scores left out)."""
        single = {**{role: getattr(self, role) for role in _SINGLE if role != "created_at"}, "created_at": self.date}
        return [
            *((column, "ignored") for column in self.ignore),
            *((column, "text") for column in self.text),
            *((column, role) for role, column in single.items() if column is not None),
            *((column, "segment") for column in self.segments),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRole:
    """What one column is, how sure that is (0 to 1) and where it was told from."""

    column: str
    role: RoleName
    confidence: float
    why: Literal["header", "values", "given", "nothing"]
    score: ScoreColumn | None = None
    question: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPlan:
    """The role of every column of a table, in the table's order, and what a person should look at."""

    columns: tuple[ColumnRole, ...]
    notes: tuple[str, ...] = field(default=())

    def of(self, role: RoleName) -> tuple[str, ...]:
        """Name the columns that have a role, in the table's order."""
        return tuple(column.column for column in self.columns if column.role == role)

    def one(self, role: RoleName) -> str | None:
        """Name the column of a role that a table has once, or None."""
        return next(iter(self.of(role)), None)

    @property
    def text(self) -> tuple[str, ...]:
        """Columns of open answers."""
        return self.of("text")

    @property
    def segments(self) -> tuple[str, ...]:
        """Categorical columns."""
        return self.of("segment")

    @property
    def scores(self) -> tuple[ScoreColumn, ...]:
        """Columns of scores with their scales."""
        return tuple(column.score for column in self.columns if column.score)

    def question_of(self, column: str) -> str | None:
        """Give the header of a text column as the question, if it reads like one or if there are several."""
        if len(self.text) > 1 or any(each.question for each in self.columns if each.column == column):
            return column
        return None

    def describe(self) -> list[tuple[str, str, str, str]]:
        """Give rows for people: column, role, confidence as a percentage, where it was told from."""
        rows = []
        for each in self.columns:
            role, detail = str(each.role), {"nothing": ""}.get(each.why, each.why)
            if each.score:
                arrow = "" if each.score.direction == "higher_is_better" else ", lower is better"
                role = f"score {each.score.metric} {each.score.min:g}-{each.score.max:g}{arrow}"
                detail += f"; scale: {each.score.scale_from}"
            elif each.role == "text" and each.question:
                role = "text (the header is the question)"
            rows.append((each.column, role, f"{each.confidence:.0%}" if each.role != "unused" else "", detail))
        return rows


# --- words -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Reduce a header or a word to what headers share: lower case, no diacritics, single blanks, no punctuation.

    Examples:
        >>> fold("Ý_KIẾN của bạn:"), fold("createdAt"), fold("Điểm NPS")
        ('y kien cua ban', 'created at', 'diem nps')
    """
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^\w#]|_", " ", bare).split())


@dataclass(frozen=True, slots=True)
class _Words:
    """Folded header words of one role or metric."""

    exact: frozenset[str]
    weak: frozenset[str]
    vi: tuple[str, ...]
    en: tuple[str, ...]

    def match(self, header: str) -> float:
        """Tell how sure a folded header names this role, 0 to 1."""
        if header in self.exact or header in self.vi or header in self.en:
            return 0.97
        if header in self.weak:
            return 0.6
        padded, best = f" {header} ", 0.0
        for phrases, at_head in ((self.vi, padded.startswith), (self.en, padded.endswith)):
            for phrase in phrases:
                if f" {phrase} " in padded:
                    long = phrase.count(" ") >= 2
                    sure = 0.85 if at_head(f" {phrase} ") else 0.84 if long else 0.6 if " " in phrase else 0.5
                    best = max(best, sure + phrase.count(" ") * 0.01)
        return best


class _Lexicon(NamedTuple):
    """All of `columns.toml`, folded."""

    roles: Mapping[str, _Words]
    metrics: Mapping[str, _Words]
    scales: Mapping[str, tuple[float, float]]
    effort: tuple[str, ...]
    question: tuple[str, ...]
    missing: frozenset[str]
    unit: frozenset[str]
    languages: Mapping[str, Literal["vi", "en"]]
    likert: Mapping[str, float]


@cache
def _lexicon() -> _Lexicon:
    """Read the header words that ship with this version."""
    data = tomllib.loads(Path(__file__).with_name("columns.toml").read_text(encoding="utf-8"))

    def words(entry: Mapping[str, list[str]]) -> _Words:
        exact, weak, vi, en = ([fold(word) for word in entry.get(key, [])] for key in ("exact", "weak", "vi", "en"))
        return _Words(frozenset(exact), frozenset(weak), tuple(vi), tuple(en))

    told = data["words"]
    return _Lexicon(
        roles={name: words(entry) for name, entry in data["role"].items()},
        metrics={name: words(entry) for name, entry in data["metric"].items()},
        scales={name: tuple(entry["scale"]) for name, entry in data["metric"].items() if "scale" in entry},
        effort=tuple(fold(word) for word in data["metric"]["ces"]["lower_is_better"]),
        question=tuple(f"{fold(word)} " for word in told["question"]),
        missing=frozenset(unicodedata.normalize("NFC", word).casefold() for word in told["missing"])
        | frozenset(fold(word) for word in told["missing"] if " " in word),
        unit=frozenset(fold(word) for word in told["unit"]),
        languages={
            **{fold(word): "vi" for word in told["vietnamese"]},
            **{fold(word): "en" for word in told["english"]},
        },
        likert={fold(word): float(value) for value, listed in data["likert"].items() for word in listed},
    )


def is_missing(cell: object) -> bool:
    """Tell whether a cell of a score, a date or a segment says that nothing was given. 0 is something."""
    if cell is None or cell == "" or (isinstance(cell, float) and cell != cell):
        return True
    if not isinstance(cell, str) or len(cell) > 40:
        return False
    word = unicodedata.normalize("NFC", cell).strip().casefold()
    return not word or word in _lexicon().missing or fold(word) in _lexicon().missing


# --- scales and scores -----------------------------------------------------------------------------------------------

_RANGE = re.compile(
    r"(?<![\w.,-])([01])\s*(?:[-–—~→]|->|to|đến|den|tới)\s*(3|4|5|6|7|9|10|11|100)(?![\w/]|[.,-]\d)", re.IGNORECASE
)
_ANCHOR = re.compile(r"(?<![\w.,])(\d{1,3})\s{0,3}[=:]\s{0,3}([^\d=:,;/()]{2,60})")
_OUT_OF = re.compile(r"(?:/|trên|out of)\s{0,3}(3|4|5|6|7|10|100)(?![\w/])", re.IGNORECASE)
_SCORE = re.compile(
    r"([+-]?\d{1,6}(?:[.,]\d{1,6})?)(?![\d.,]\d)(?:\s{0,3}(?:/|trên|out of)\s{0,3}(\d{1,4})(?!\d))?\s*(.*)",
    re.DOTALL | re.IGNORECASE,
)
_GIVEN = re.compile(
    r"\s*([\w:-]+)\s*=\s*(.+?)\s*(?::\s*(-?\d+(?:\.\d+)?)\s*(?:-|\.\.)\s*(-?\d+(?:\.\d+)?)\s*)?"
    r"(?::\s*(lower_is_better|higher_is_better)\s*)?"
)


def parse_score(text: str) -> ScoreColumn:
    """Read a score as a person gives it: `metric=column[:min-max][:lower_is_better]`.

    Args:
        text: For example `nps=Q1`, `ces=Q7:1-7:lower_is_better`. The column may hold colons of its own.

    Returns:
        The score with its scale; the metric's own scale where none is given (nps, csat, ces, stars).

    Raises:
        ColumnError: If it cannot be read so, the scale is empty, or a metric without a scale of its own has none.

    Examples:
        >>> score = parse_score("nps=Q1:0-10")
        >>> score.metric, score.column, score.min, score.max
        ('nps', 'Q1', 0.0, 10.0)
    """
    match = _GIVEN.fullmatch(text) if len(text) <= 2000 else None
    if match is None:
        raise ColumnError(f"cannot read the score {text[:80]!r}: write it as nps=Q1:0-10 or ces=Q7:1-7:lower_is_better")
    metric, column, low, high, direction = match.groups()
    metric = metric.casefold()
    scale = (float(low), float(high)) if low is not None else _lexicon().scales.get(metric)
    if scale is None:
        raise ColumnError(f"the score {metric!r} has no scale of its own: declare it, as in {metric}={column}:1-5")
    if scale[0] >= scale[1]:
        raise ColumnError(f"the scale {low}-{high} of {metric!r} is empty: write the smaller number first")
    return ScoreColumn(
        column=column,
        metric=metric,
        min=scale[0],
        max=scale[1],
        direction="lower_is_better" if direction == "lower_is_better" else "higher_is_better",
        scale_from="given" if low is not None else "metric",
    )


def _declared(header: str, metric: str) -> ScoreColumn | None:
    """Give a score column the scale that its header declares, else its metric's; None if there is neither."""
    lexicon, folded = _lexicon(), fold(header)
    own = lexicon.scales.get(metric)
    effort = metric == "ces" and any(
        phrase == folded or (" " in phrase and f" {phrase} " in f" {folded} ") for phrase in lexicon.effort
    )
    direction: Direction = "lower_is_better" if effort else "higher_is_better"
    column = ScoreColumn(column=header, metric=metric, min=0, max=1, direction=direction, scale_from="header")
    header = unicodedata.normalize("NFC", header)[:2000]
    anchors = {int(number): fold(words) for number, words in _ANCHOR.findall(header)}
    if len(anchors) >= 2:
        low, high = min(anchors), max(anchors)
        worst, best = lexicon.likert.get(anchors[low]), lexicon.likert.get(anchors[high])
        turned = worst is not None and best is not None and worst > best
        return replace(column, min=low, max=high, direction="lower_is_better" if turned else direction)
    if found := _RANGE.search(header):
        return replace(column, min=float(found[1]), max=float(found[2]))
    if own and (found := _OUT_OF.search(header)) and float(found[1]) > own[0]:
        return replace(column, min=own[0], max=float(found[1]))
    return replace(column, min=own[0], max=own[1], scale_from="metric") if own else None


def read_score(cell: object, column: ScoreColumn) -> tuple[float | None, Problem | None]:
    """Read one cell of a score column.

    Args:
        cell: A number, or text such as "9", "9,0", "9/10", "10 - Rất hài lòng", "★★★★", "Hài lòng" (CSAT on 1-5).
        column: Its metric and scale.

    Returns:
        The score, or None with the reason it was refused; None and None for a missing one. 0 is a score.
    """
    if is_missing(cell):
        return None, None
    shown = str(cell)[:60]
    if isinstance(cell, bool | date) or not isinstance(cell, str | int | float):
        return None, Problem(
            f"{shown!r} is not a number (a spreadsheet may have turned a score such as 9/10 into a date)",
            f"{shown!r} không phải là số (bảng tính có thể đã đổi điểm như 9/10 thành ngày)",
        )
    value = _number(cell, column) if isinstance(cell, str) else float(cell)
    if value is None:
        return None, Problem(f"{shown!r} is not a score", f"{shown!r} không phải là điểm số")
    if not column.min <= value <= column.max:
        hint = f"{column.metric}={column.column}:MIN-MAX"
        return None, Problem(
            f"{value:g} is off the scale {column.min:g}-{column.max:g} of {column.metric}; "
            f"if the scale is another one, declare it: {hint}",
            f"{value:g} nằm ngoài thang điểm {column.min:g}-{column.max:g} của {column.metric}; "
            f"nếu thang điểm khác, hãy khai báo: {hint}",
        )
    return value, None


def _number(cell: str, column: ScoreColumn) -> float | None:
    """Read a written score; None if it is not one."""
    lexicon = _lexicon()
    text = unicodedata.normalize("NFKC", cell).strip().lstrip("'")
    if len(text) > 200:
        return None
    if stars := sum(text.count(star) for star in "★⭐"):
        return float(stars) if not re.search(r"\w", text) else _number(re.sub("[★⭐☆]", "", text), column)
    match = _SCORE.fullmatch(text)
    if match is None:
        level = lexicon.likert.get(fold(text))
        if level is None or column.metric.partition(":")[0] != "csat" or (column.min, column.max) != (1, 5):
            return None
        return level if column.direction == "higher_is_better" else 6 - level
    number, out_of, rest = match.groups()
    if out_of is not None and float(out_of) != column.max:
        return None
    word = fold(rest)
    separated = rest[:1] in ("-", "–", "—", ":", "=", ".", "(", ")", "|", ",") and not re.match(r"\W*\d", rest)
    return (
        float(number.replace(",", ".")) if not rest or separated or word in lexicon.unit | set(lexicon.likert) else None
    )


# --- dates and languages ---------------------------------------------------------------------------------------------

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
    if isinstance(cell, date):
        midnight = isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second, cell.microsecond) == (
            0,
            0,
            0,
            0,
        )
        return (cell.date() if isinstance(cell, datetime) and midnight and cell.tzinfo is None else cell), None
    if is_missing(cell):
        return None, None
    found: datetime | date | None = None
    if isinstance(cell, str) and len(cell) <= 60:
        found = _written_date(cell.strip(), day_before_month=day_before_month)
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        found = _counted_date(float(cell))
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


def read_language(cell: object) -> Literal["vi", "en"] | None:
    """Read a language column; None for a language that nlp_cx is not told about, which is then found from the text."""
    return _lexicon().languages.get(fold(cell)) if isinstance(cell, str) and len(cell) <= 40 else None


# --- recognising -----------------------------------------------------------------------------------------------------


class _Profile(NamedTuple):
    """What the sampled values of one column look like; shares are of the filled cells."""

    filled: int
    numeric: float
    dated: float
    worded: float
    words: float
    distinct: int

    @property
    def varied(self) -> bool:
        """Tell whether values rarely repeat."""
        return self.distinct > 0.5 * self.filled

    @property
    def free(self) -> bool:
        """Tell whether the values look like sentences people wrote."""
        return self.words >= 2.5 and (self.varied or self.distinct > _MAX_CATEGORIES) and self.plain

    @property
    def plain(self) -> bool:
        """Tell whether the values are neither numbers nor dates."""
        return self.numeric < 0.6 and self.dated < 0.6

    @property
    def category(self) -> bool:
        """Tell whether few values repeat often."""
        return 1 < self.distinct <= min(_MAX_CATEGORIES, max(2, 0.34 * self.filled)) and self.words < 8


def _profile(values: Iterable[object]) -> _Profile:
    """Look at the values of one column."""
    filled = [value for value in values if not is_missing(value)]
    anything = ScoreColumn(column="", metric="csat", min=1, max=5)
    texts = [str(value)[:1000] for value in filled]
    count = max(1, len(filled))
    numbers = sum(
        _number(value, anything) is not None if isinstance(value, str) else not isinstance(value, date | bool)
        for value in filled
    )
    likert = _lexicon().likert
    worded = sum(fold(text) in likert for text in texts if len(text) < 60)
    dates = sum(
        isinstance(value, date)
        or (isinstance(value, str) and (read_date(value)[0] is not None or day_first(value) is not None))
        for value in filled
    )
    return _Profile(
        filled=len(filled),
        numeric=numbers / count,
        dated=dates / count,
        worded=worded / count,
        words=sum(len(text.split()) for text in texts) / count,
        distinct=len(set(texts)),
    )


def _fits(role: str, profile: _Profile) -> float:
    """Give the factor by which a column's values weaken (or rule out) what its header says."""
    if not profile.filled:
        return 0.9
    if role in ("nps", "csat", "ces", "stars", "score"):
        return 1.0 if profile.numeric > 0.6 else 0.8 if profile.numeric > 0.2 and not profile.free else 0.0
    if role == "text":
        return (
            1.0
            if profile.free
            else 0.0
            if not profile.plain
            else 0.5
            if profile.category and profile.filled > 20
            else 0.9
        )
    if role == "created_at":
        return 1.0 if profile.dated > 0.5 else 0.6 if profile.dated > 0 or profile.numeric > 0.8 else 0.0
    if role == "question":
        return 1.0 if profile.words >= 2 else 0.3
    if role == "segment":
        return 0.0 if profile.distinct > 4 * _MAX_CATEGORIES or profile.dated > 0.6 or profile.words > 8 else 1.0
    return 0.3 if profile.words > 6 else 1.0


def _reads_like_question(header: str) -> bool:
    """Tell whether a header asks something."""
    folded = fold(header)
    return header.rstrip(" *:)").endswith("?") or (
        folded.count(" ") >= 3 and f"{folded} ".startswith(_lexicon().question)
    )


class _Guess(NamedTuple):
    """One thing that a column may be."""

    confidence: float
    role: str
    why: Literal["header", "values"]


def _guesses(header: str, profile: _Profile) -> list[_Guess]:
    """List what a column may be, the likeliest first."""
    lexicon = _lexicon()
    names = {fold(header), fold(re.sub(r"\([^()]{0,200}\)|\[[^\[\]]{0,200}\]", " ", header))} - {""}
    found = [
        _Guess(sure * _fits(role, profile), role, "header")
        for role, words in (*lexicon.roles.items(), *lexicon.metrics.items())
        if (sure := max((words.match(name) for name in names), default=0.0))
    ]
    if profile.worded > 0.6 and any(lexicon.metrics["csat"].match(name) > 0.6 for name in names):
        found.append(_Guess(0.85, "csat", "header"))
    if _reads_like_question(header) and (profile.free or (profile.plain and not profile.category)):
        found.append(_Guess(0.88 if profile.free else 0.6, "text", "header"))
    if profile.category and profile.plain:
        found.append(_Guess(0.45, "segment", "values"))
    return sorted((guess for guess in found if guess.confidence >= 0.4), reverse=True)


def recognises(header: object) -> bool:
    """Tell whether a cell reads like a column header that nlp_cx knows; used to find the header's row."""
    if not isinstance(header, str) or not header.strip() or len(header) > 300:
        return False
    return any(guess.confidence >= 0.5 for guess in _guesses(header, _profile(())))


def find_column(name: str, headers: Sequence[str]) -> str:
    """Find the column a person means: the same name, or the same but for case, diacritics and punctuation.

    Args:
        name: As the person wrote it.
        headers: Columns that exist.

    Returns:
        The header as the file writes it.

    Raises:
        ColumnError: If none or several fit; the message lists the columns and the closest name.
    """
    same = [header for header in headers if unicodedata.normalize("NFC", header) == unicodedata.normalize("NFC", name)]
    same = same or [header for header in headers if fold(header) == fold(name) != ""]
    if len(same) == 1:
        return same[0]
    listed = ", ".join(repr(header[:80]) for header in headers[:60])
    if same:
        raise ColumnError(f"{name!r} fits several columns: {', '.join(map(repr, same))}. Write one of them exactly")
    folded = {fold(header): header for header in headers}
    close = difflib.get_close_matches(fold(name), folded, n=1, cutoff=0.5)
    meant = f" Did you mean {folded[close[0]]!r}?" if close else ""
    raise ColumnError(f"there is no column {name!r}.{meant} The columns are: {listed}")


def _given(headers: Sequence[str], overrides: Overrides) -> dict[str, ColumnRole]:
    """Work out the columns that a person named."""
    given: dict[str, ColumnRole] = {}

    def give(column: str, role: RoleName, score: ScoreColumn | None = None) -> None:
        if column in given:
            raise ColumnError(f"the column {column!r} was given two roles: {given[column].role} and {role}")
        asked = role == "text" and _reads_like_question(column)
        given[column] = ColumnRole(column=column, role=role, confidence=1.0, why="given", score=score, question=asked)

    for name, role in overrides.named():
        give(find_column(name, headers), role)  # type: ignore[arg-type]  # `named` gives roles only
    for text in overrides.scores:
        score = parse_score(text)
        if score.column not in headers and fold(score.column) not in map(fold, headers):
            whole = text.partition("=")[2].strip()  # a header may end like a scale: "nps=Likely to recommend:0-10"
            score = replace(score, column=whole) if whole in headers else score
        column = find_column(score.column, headers)
        if score.scale_from == "metric" and (told := _declared(column, score.metric)) is not None:
            score = replace(told, direction=score.direction) if text.endswith(":lower_is_better") else told
        give(column, "score", replace(score, column=column))
    return given


def suggest(
    headers: Sequence[str], sample: Sequence[Mapping[str, object]], overrides: Overrides | None = None
) -> ColumnPlan:
    """Tell what each column is.

    Args:
        headers: Column names, each once, in the table's order.
        sample: Some rows, some hundred are enough; cells by column name.
        overrides: What a person says; the rest is recognised around it.

    Returns:
        A role for every column. Without a text column `plan.text` is empty.

    Raises:
        ColumnError: If `overrides` names a column that does not exist, one column twice, or an unreadable score.

    Examples:
        >>> plan = suggest(["Mã", "Nhận xét", "NPS"], [{"Mã": 1, "Nhận xét": "Giao hàng hơi chậm", "NPS": 6}])
        >>> plan.one("id"), plan.text, plan.scores[0].max
        ('Mã', ('Nhận xét',), 10)
    """
    overrides = overrides or Overrides()
    given = _given(headers, overrides)
    profiles = {header: _profile(row.get(header) for row in sample[:500]) for header in headers}
    guesses = sorted(
        (
            (guess, -position, header)
            for position, header in enumerate(headers)
            if header not in given
            for guess in _guesses(header, profiles[header])
        ),
        reverse=True,
    )
    taken = {role.role for role in given.values()}
    metrics = {role.score.metric for role in given.values() if role.score}
    refused = {role for role in ("text", "segment") if role in taken}
    roles, notes = dict(given), list[str]()
    for guess, _, header in guesses:
        if header in roles or guess.role in refused or (guess.role in _SINGLE and guess.role in taken):
            continue
        if guess.role in _lexicon().metrics:
            role = _score_role(header, guess, profiles[header], metrics, given)
            if role is None:
                continue
        else:
            known: RoleName = guess.role  # type: ignore[assignment]  # the names of columns.toml
            asked = known == "text" and _reads_like_question(header)
            role = ColumnRole(column=header, role=known, confidence=guess.confidence, why=guess.why, question=asked)
        taken.add(role.role)
        roles[header] = role
    if "text" not in taken:
        roles |= _fallback(profiles, roles)
    notes += _notes(profiles, roles)
    unused = {header: ColumnRole(column=header, role="unused", confidence=0.0, why="nothing") for header in headers}
    return ColumnPlan(columns=tuple((unused | roles)[header] for header in headers), notes=tuple(notes))


def _score_role(
    header: str, guess: _Guess, profile: _Profile, metrics: set[str], given: Mapping[str, ColumnRole]
) -> ColumnRole | None:
    """Make a score column of a guess; a second column of a metric is named after its header."""
    score = _declared(header, guess.role)
    by_hand = {role.score.metric for role in given.values() if role.score}
    if score is None or guess.role in by_hand:
        return None
    if guess.role in metrics:
        score = replace(score, metric=f"{guess.role}:{header}")
    metrics.add(guess.role)
    doubt = 0.5 if profile.filled and profile.numeric + profile.worded < 0.8 else 1.0
    return ColumnRole(column=header, role="score", confidence=guess.confidence * doubt, why=guess.why, score=score)


def _fallback(profiles: Mapping[str, _Profile], roles: Mapping[str, ColumnRole]) -> dict[str, ColumnRole]:
    """Take the column with the longest, most varied free text for the text, with little confidence."""
    open_to = {
        header: profile.words * profile.distinct / profile.filled
        for header, profile in profiles.items()
        if (header not in roles or (roles[header].role == "segment" and roles[header].why == "values"))
        and profile.filled
        and profile.plain
        and profile.words >= 2
    }
    if not open_to:
        return {}
    best = max(open_to, key=lambda header: open_to[header])
    sure = 0.5 if profiles[best].free and profiles[best].words >= 4 else 0.3
    return {best: ColumnRole(column=best, role="text", confidence=sure, why="values")}


def _notes(profiles: Mapping[str, _Profile], roles: Mapping[str, ColumnRole]) -> list[str]:
    """Say what a person should look at: unused columns that may matter, scores with no scale."""
    notes = []
    for header, profile in profiles.items():
        if header in roles or not profile.filled:
            continue
        if profile.free and profile.words >= 4:
            notes.append(f"column {header!r} holds free text but is not used; name it as a text column to analyse it")
        elif profile.numeric > 0.8 and profile.distinct <= 11 and _lexicon().metrics["score"].match(fold(header)):
            notes.append(f"column {header!r} looks like a score without a scale; declare it, as in csat={header}:1-5")
    return notes
