"""Survey files of many kinds, read row by row into comments; what cannot be read keeps its row number and a reason.

    file -`_recognise`-> tables (name, header, rows) -`columns.suggest`-> plan -`_Reader`-> Comment | Rejected

Memory stays flat as files grow: rows are read in blocks, and of the ids only 8 bytes each are kept.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
import unicodedata
import warnings
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as made_by
from datetime import date
from functools import partial
from itertools import islice, pairwise
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, NamedTuple, cast
from xml.etree.ElementTree import ParseError

from nlp_cx.columns import (
    ColumnPlan,
    Overrides,
    Problem,
    RoleName,
    ScoreColumn,
    day_first,
    find_column,
    has_order,
    is_missing,
    parse_score,
    read_date,
    read_language,
    read_score,
    recognises,
    suggest,
)
from nlp_cx.errors import ColumnError, CommentError, FileError
from nlp_cx.records import Comment, Score

if TYPE_CHECKING:
    import numpy as np
    from openpyxl import Workbook  # type: ignore[import-untyped]

MAX_TEXT = 1_000_000
"""Longest text of one comment, in code points; a longer one is rejected."""

_BLOCK = 2048
_SAMPLE = 500
_SLICE = 50_000
_LINE = 4 * MAX_TEXT
_OPEN_QUOTE = 5000
_CELL_SHOWN = 32_767


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """What could not be used: a whole row, or one field of a row whose comment is kept.

    `row` counts from 1 as a spreadsheet shows it, the header being row 1 (in JSON lines it is the line, in JSON and
    Parquet the record).
    """

    row: int
    reason: str
    severity: Literal["row", "field"] = "row"
    sheet: str | None = None
    id: str | None = None
    field: str | None = None
    reason_vi: str | None = None
    values: Mapping[str, object] = made_by(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {
            "row": self.row,
            "sheet": self.sheet,
            "id": self.id,
            "field": self.field,
            "severity": self.severity,
            "reason": self.reason,
            "reason_vi": self.reason_vi,
            "values": {key: _text(value)[:_CELL_SHOWN] for key, value in self.values.items()},
        }


Row = tuple[int, Sequence[object]]
"""A row's number and its cells, in the order of the header."""


class _Broken(NamedTuple):
    """A row that a file's reader could not make cells of."""

    row: int
    problem: Problem
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A header and rows that can be read again and again."""

    name: str | None
    header: tuple[str, ...]
    rows: Callable[[], Iterator[Row | _Broken]]
    total: int | None = None
    structured: tuple[str, ...] = ()
    flat: tuple[str, ...] = ()
    merged: Callable[[], Mapping[int, Sequence[tuple[int, int]]]] = dict
    damaged: bool = False
    notes: tuple[str, ...] = ()


class Survey:
    """A survey file that was opened: its plan, and its comments and rejected rows in file order, as often as wanted."""

    def __init__(
        self, path: Path, kind: str, tables: Sequence[tuple[_Table, ColumnPlan]], notes: Sequence[str]
    ) -> None:
        self.path = path
        self.format = kind
        self._tables = tuple(tables)
        self.notes = tuple(notes)
        totals = [table.total for table, _ in tables]
        self.total_rows: int | None = None if None in totals else sum(total or 0 for total in totals)

    @property
    def plan(self) -> ColumnPlan:
        """Roles of the columns; of the first sheet, where there are several."""
        return self._tables[0][1]

    @property
    def plans(self) -> Mapping[str | None, ColumnPlan]:
        """Roles of the columns by sheet; the only key is None where the format has no sheets."""
        return {table.name: plan for table, plan in self._tables}

    def __iter__(self) -> Iterator[Comment | Rejected]:
        """Read the file from its beginning."""
        return self.rows()

    def rows(self) -> Iterator[Comment | Rejected]:
        """Read the file from its beginning, in blocks.

        Yields:
            Comments and what was rejected, in file order; a field that was rejected goes before its comment.

        Raises:
            FileError: If the file turns out to be broken further on; the message names the row.
        """
        seen = _SeenIds()
        for table, plan in self._tables:
            yield from _Reader(table, plan, seen, several=len(self._tables) > 1).read()


def open_survey(path: str | Path, overrides: Overrides | None = None, *, sheet: str | None = None) -> Survey:
    """Open a survey file: CSV and kin, XLSX (XLS, XLSB, ODS), JSON, JSON lines or Parquet, told by its content.

    Args:
        path: The file.
        overrides: What a person says about its columns; the rest is recognised.
        sheet: The sheet to read; without it every visible sheet that has a text column is read.

    Returns:
        The survey; nothing but its beginning has been turned into comments yet.

    Raises:
        FileError: If the file is missing, empty, encrypted, broken or of no kind that is read here.
        ColumnError: If it has no text column, or `overrides` does not fit it.
    """
    path, overrides = Path(path), overrides or Overrides()
    wanted = sheet if sheet is not None else overrides.sheet
    kind = _recognise(path)
    tables, notes = _OPENERS[kind](path, wanted)
    if wanted is not None and kind not in _SHEETED:
        raise ColumnError(f"{path.name} is {kind} and has no sheets: leave the sheet out")
    planned: list[tuple[_Table, ColumnPlan]] = []
    misfits: list[ColumnError] = []
    for table in tables:
        try:
            plan = _plan(table, overrides)
        except ColumnError as error:
            misfits.append(error)
            continue
        planned.append((table, plan))
        notes += [*table.notes, *plan.notes]
    if not planned:
        raise misfits[0] if misfits else FileError(f"{path.name} has no rows below a header: nothing to analyse")
    notes += [f"skipped: {error}" for error in misfits]
    return Survey(path, kind, planned, notes)


def _plan(table: _Table, overrides: Overrides) -> ColumnPlan:
    """Tell the roles of one table's columns; a table without text is refused."""
    sample = [dict(zip(table.header, row[1], strict=False)) for row in _first(table.rows(), _SAMPLE)]
    plan = suggest(table.flat or table.header, sample, overrides)
    if not plan.text:
        where = f"sheet {table.name!r}" if table.name else "the file"
        listed = ", ".join(repr(name[:80]) for name in table.header[:60])
        raise ColumnError(f"{where} has no column of free text; name it with --text-column. The columns are: {listed}")
    return plan


def _first(rows: Iterable[Row | _Broken], count: int) -> Iterator[Row]:
    """Give the first sound rows."""
    return islice((row for row in rows if not isinstance(row, _Broken)), count)


# --- rows -> comments ------------------------------------------------------------------------------------------------


def _text(cell: object) -> str:
    """Write a cell as text: nothing for a missing one, no '.0' behind whole numbers."""
    if cell is None or (isinstance(cell, float) and cell != cell):
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    if isinstance(cell, date):
        return cell.isoformat()
    return json.dumps(cell, ensure_ascii=False, default=str) if isinstance(cell, dict | list) else str(cell)


class _SeenIds:
    """Makes ids unique within a survey; keeps 8 bytes per id, in sorted runs that double in length."""

    def __init__(self) -> None:
        self._runs: list[np.ndarray[Any, np.dtype[np.int64]]] = []
        self._repeats: dict[str, int] = {}

    def unique(self, ids: Sequence[str]) -> tuple[Sequence[str], set[int]]:
        """Number repeated ids "#2", "#3", ...; give also the positions where an id repeats for the first time."""
        import numpy as np

        hashes = np.fromiter(map(hash, ids), np.int64, len(ids))
        known = self._known(hashes)
        first: set[int] = set()
        if known.any() or len(set(ids)) < len(ids):
            here: set[str] = set()
            names = list(ids)
            for position, name in enumerate(ids):
                if name in here or known[position]:
                    if name not in self._repeats:
                        first.add(position)
                    names[position] = self._suffixed(name, here)
                here.add(names[position])
            ids = names
            hashes = np.fromiter(map(hash, ids), np.int64, len(ids))
        self._runs.append(np.sort(hashes))
        while len(self._runs) > 1 and self._runs[-1].size * 2 > self._runs[-2].size:
            last = self._runs.pop()
            self._runs[-1] = np.sort(np.concatenate((self._runs[-1], last)), kind="stable")
        return ids, first

    def _known(self, hashes: np.ndarray[Any, np.dtype[np.int64]]) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Tell for each hash whether it came in an earlier block."""
        import numpy as np

        known = np.zeros(hashes.size, dtype=np.bool_)
        for run in self._runs:
            places = np.minimum(np.searchsorted(run, hashes), run.size - 1)
            known |= run[places] == hashes
        return known

    def _suffixed(self, name: str, here: set[str]) -> str:
        """Number a repeated id so that no other id is called so."""
        import numpy as np

        count = self._repeats.get(name, 1)
        while True:
            count += 1
            unique = f"{name}#{count}"
            if unique not in here and not self._known(np.array([hash(unique)], dtype=np.int64))[0]:
                self._repeats[name] = count
                return unique


_Cached = tuple[Any, Problem | None]
_Problems = list[tuple[str, Problem]]
_WORDS: tuple[RoleName, ...] = ("question", "language", "respondent_id", "touchpoint", "stage")


class _Reader:
    """Turns the rows of one table into comments, by its plan."""

    def __init__(self, table: _Table, plan: ColumnPlan, seen: _SeenIds, *, several: bool) -> None:
        self.table, self.plan, self.seen = table, plan, seen
        self.prefix = f"{table.name}/" if several and table.name else ""
        place = {name: position for position, name in enumerate(table.header)}
        self.texts = [(place[name], name, plan.question_of(name)) for name in plan.text]
        self.id, self.date = (
            None if (name := plan.one(role)) is None else place[name] for role in ("id", "created_at")
        )
        self.words = [(role, place[name]) for role in _WORDS if (name := plan.one(role)) is not None]
        self.scores = [(place[score.column], score) for score in plan.scores]
        self.segments = [(place[name], name) for name in plan.segments]
        self.sheet_segment = {"sheet": table.name} if several and table.name else {}
        self.structured = [(place[name], name) for name in table.structured]
        self.merged = dict(table.merged())
        for position, _, _ in self.texts:
            self.merged.pop(position, None)
        self.day_first: bool | None = None
        self._dates: dict[object, _Cached] = {}
        self._scores: list[dict[object, _Cached]] = [{} for _ in self.scores]

    def read(self) -> Iterator[Comment | Rejected]:
        """Read all rows, a block at a time."""
        rows = self.table.rows()
        if self.merged:
            rows = self._unmerge(rows)
        while block := list(islice(rows, _BLOCK)):
            kept = [row for row in block if row.__class__ is _Broken or not _blank(row[1])]
            sound: list[Row] = [row for row in kept if not isinstance(row, _Broken)]
            raw_ids = self._ids(sound)
            ids, repeated = self.seen.unique(raw_ids) if self.id is not None else (raw_ids, set[int]())
            position = 0
            for row in kept:
                if isinstance(row, _Broken):
                    yield self._rejected(row.row, row.values, row.problem)
                    continue
                if position in repeated:
                    yield self._field(row, ids[position], "id", _duplicate(raw_ids[position]))
                yield from self._comments(row, ids[position])
                position += 1

    def _decide_day_first(self) -> bool:
        """Read from the top until one date shows whether days go before months; Vietnamese order if none does."""
        place = self.date or 0
        told = (day_first(row[1][place]) for row in self.table.rows() if not isinstance(row, _Broken))
        return next((answer for answer in told if answer is not None), True)

    def _unmerge(self, rows: Iterator[Row | _Broken]) -> Iterator[Row | _Broken]:
        """Repeat the value of vertically merged cells (text apart) on each row they span."""
        spans = {place: deque(sorted(listed)) for place, listed in self.merged.items()}
        held: dict[int, object] = {}
        for row in rows:
            if isinstance(row, _Broken):
                yield row
                continue
            number, cells = row[0], list(row[1])
            for place, listed in spans.items():
                while listed and listed[0][1] < number:
                    listed.popleft()
                if listed and listed[0][0] <= number and place < len(cells):
                    if number == listed[0][0]:
                        held[place] = cells[place]
                    elif not _blank(row[1]):
                        cells[place] = held.get(place)
            yield number, cells

    def _ids(self, rows: Sequence[Row]) -> list[str]:
        """Give the ids as the file has them; a missing one is made of the row number."""
        place = self.id
        if place is None:
            return [f"{self.prefix}row-{number}" for number, _ in rows]
        return [_clean(cells[place]) or f"{self.prefix}row-{number}" for number, cells in rows]

    def _comments(self, row: Row, name: str) -> Iterator[Comment | Rejected]:
        """Make the comments of one row, one for each answer that is not blank, at least one."""
        number, cells = row
        common, problems = self._shared(cells)
        for title, problem in problems:
            yield self._field(row, name, title, problem)
        question = common.pop("question", None)
        answered = False
        for place, title, asked in self.texts:
            cell = cells[place]
            if _is_blank(cell):
                continue
            answered = True
            text, trouble = self._answer(cell)
            one = f"{name}/{title}" if len(self.texts) > 1 else name
            if text is None and trouble is not None:
                yield self._rejected(number, self._values(cells), trouble, name=one, field=title)
                continue
            if trouble is not None:
                yield self._field(row, one, title, trouble)
            yield Comment(id=one, text=text or "", question=question or asked, **common)
        if not answered:
            asked = self.texts[0][2] if len(self.texts) == 1 else None
            yield Comment(id=name, text="", question=question or asked, **common)

    def _shared(self, cells: Sequence[object]) -> tuple[dict[str, Any], _Problems]:
        """Read what all answers of a row share: scores, segments, date, respondent and so on."""
        shared: dict[str, Any] = {}
        scores: list[Score] = []
        problems: _Problems = []
        for (place, column), cache in zip(self.scores, self._scores, strict=True):
            score, problem = self._cached(cache, cells[place], column)
            if score is not None:
                scores.append(score)
            elif problem is not None:
                problems.append((column.column, problem))
        segments = {title: word for place, title in self.segments if (word := _segment(cells[place]))}
        segments |= self.sheet_segment
        for role, place in self.words:
            if cell := cells[place]:
                shared[role] = (read_language(cell) if role == "language" else _clean(cell)) or None
        if self.date is not None:
            shared["created_at"], problem = self._cached(self._dates, cells[self.date], None)
            if problem is not None:
                problems.append(("created_at", problem))
        for place, title in self.structured:
            if cells[place] is not None:
                _STRUCTURED[title](cells[place], scores, segments, problems)
        shared["scores"], shared["segments"] = tuple(scores), segments
        return shared, problems

    def _answer(self, cell: object) -> tuple[str | None, Problem | None]:
        """Take the text of an answer, mended where it must be; None with the reason if it cannot be used."""
        if isinstance(cell, bool | dict | list):
            return None, Problem("text must be a string", "text phải là chuỗi ký tự")
        text = _text(cell)
        if len(text) > MAX_TEXT:
            return None, Problem(
                f"the text has {len(text):,} characters, more than {MAX_TEXT:,}: split it",
                f"văn bản dài {len(text):,} ký tự, quá {MAX_TEXT:,}: hãy chia nhỏ",
            )
        if "\0" in text:
            return text.replace("\0", ""), Problem("NUL characters were taken out", "đã bỏ các ký tự NUL")
        if self.table.damaged and "\ufffd" in text:
            return text, Problem(
                "bytes that are not UTF-8 were replaced by \ufffd; save the file as UTF-8 to keep them",
                "các byte không phải UTF-8 đã được thay bằng \ufffd; hãy lưu tệp ở dạng UTF-8",
            )
        return text, None

    def _cached(self, cache: dict[object, _Cached], cell: object, column: ScoreColumn | None) -> _Cached:
        """Read a score or a date once per different cell; the memory of it is bounded."""
        key = cell if cell.__class__ is str else (cell.__class__, str(cell))
        found = cache.get(key)
        if found is None:
            if len(cache) > 20_000:
                cache.clear()
            if column is None:
                if self.day_first is None and has_order(cell):
                    self.day_first = self._decide_day_first()
                found = read_date(cell, day_before_month=self.day_first is not False)
            else:
                value, problem = read_score(cell, column)
                found = (None if value is None else _score(column, value)), problem
            cache[key] = found
        return found

    def _values(self, cells: Sequence[object]) -> dict[str, object]:
        """Show a row's cells by column, giant ones cut."""
        return {
            name: cell[:_CELL_SHOWN] if isinstance(cell, str) else cell
            for name, cell in zip(self.table.header, cells, strict=False)
        }

    def _field(self, row: Row, name: str, column: str, problem: Problem) -> Rejected:
        """Report one field of a row that is kept."""
        rejected = self._rejected(row[0], self._values(row[1]), problem, name=name, field=column)
        return replace(rejected, severity="field")

    def _rejected(
        self,
        number: int,
        values: Mapping[str, object],
        problem: Problem,
        name: str | None = None,
        field: str | None = None,
    ) -> Rejected:
        """Report a row."""
        return Rejected(
            row=number,
            sheet=self.table.name,
            id=name,
            field=field,
            reason=problem.en,
            reason_vi=problem.vi,
            values=values,
        )


def _blank(cells: Sequence[object]) -> bool:
    """Tell whether a row has nothing in it. 0 is something."""
    return all(map(_is_blank, cells))


def _is_blank(cell: object) -> bool:
    """Tell whether a cell has nothing in it."""
    if cell.__class__ is str:
        return not cell or cell.isspace() or cell == "\ufeff"
    return cell is None or cell != cell


def _clean(cell: object) -> str:
    """Write a cell as a trimmed word without NUL."""
    text = cell if isinstance(cell, str) else _text(cell)
    return text.replace("\0", "").strip() if "\0" in text else text.strip()


def _segment(cell: object) -> str:
    """Write a segment's value; nothing for "N/A" and the like."""
    word = _clean(cell)
    return "" if len(word) < 20 and is_missing(word) else word


def _score(column: ScoreColumn, value: float) -> Score:
    """Make the score of a cell that was read."""
    return Score(metric=column.metric, value=value, min=column.min, max=column.max, direction=column.direction)


def _duplicate(name: str) -> Problem:
    """Say that an id came before."""
    return Problem(
        f"the id {name[:80]!r} came before; this row is kept as {name[:80] + '#2'!r}, further ones as '#3', ...",
        f"mã {name[:80]!r} bị trùng; dòng này được giữ với mã {name[:80] + '#2'!r}, các dòng sau là '#3', ...",
    )


# --- structured fields of JSON and Parquet ---------------------------------------------------------------------------


def _one_score(given: object, scores: list[Score], problems: _Problems) -> None:
    """Read `{"metric"|"kind", "value", "min"?, "max"?, "direction"?}`."""
    if not isinstance(given, Mapping):
        problems.append(("scores", Problem("a score must be an object", "mỗi điểm số phải là một đối tượng")))
        return
    metric, value = given.get("metric", given.get("kind")), given.get("value")
    if value is None:
        return
    try:
        column = (
            parse_score(f"{str(metric)[:80]}=value") if given.get("min") is None or given.get("max") is None else None
        )
        low, high = (given["min"], given["max"]) if column is None else (column.min, column.max)
        for name, number in (("value", value), ("min", low), ("max", high)):
            if isinstance(number, bool) or not isinstance(number, int | float):
                raise CommentError(f"scores.{metric}", f"{name} must be a number")
        if not isinstance(metric, str) or not metric:
            raise CommentError("scores", "metric must be a name")
        direction: Any = given.get("direction") or "higher_is_better"
        scores.append(Score(metric=metric, value=value, min=low, max=high, direction=direction))
    except (CommentError, ColumnError, OverflowError) as error:
        problems.append(("scores", Problem(str(error), f"điểm số không hợp lệ: {error}")))


def _take_scores(cell: object, scores: list[Score], segments: dict[str, str], problems: _Problems) -> None:
    """Read one score or a list of them."""
    for given in cell if isinstance(cell, list) else [cell]:
        _one_score(given, scores, problems)


def _take_segments(cell: object, scores: list[Score], segments: dict[str, str], problems: _Problems) -> None:
    """Read an object of segments."""
    if isinstance(cell, Mapping):
        segments.update({str(key): word for key, value in cell.items() if (word := _segment(value))})
    else:
        problems.append(("segments", Problem("segments must be an object", "segments phải là một đối tượng")))


_STRUCTURED: Mapping[str, Callable[[object, list[Score], dict[str, str], _Problems], None]] = {
    "scores": _take_scores,
    "score": _take_scores,
    "segments": _take_segments,
}
_NATIVE = frozenset(
    ("id", "text", "question", "language", "lang", "created_at", "respondent_id", "touchpoint", "stage",
     "nps", "csat", "ces", "stars", *_STRUCTURED)
)  # fmt: skip


def _record_table(
    records: Callable[[], Iterator[tuple[int, Mapping[str, object]] | _Broken]], total: int | None
) -> list[_Table]:
    """Make a table of records with named fields: comments as nlp_cx writes them, or flat rows with any names."""
    sample = [record for _, record in islice((each for each in records() if not isinstance(each, _Broken)), _SAMPLE)]
    header = tuple(dict.fromkeys(str(key) for record in sample for key in record))
    nested = {key for record in sample for key, value in record.items() if isinstance(value, Mapping | list)}
    structured = tuple(
        key
        for key in _STRUCTURED
        if key in nested or (key in header and all(record.get(key) is None for record in sample))
    )
    native = "text" in header and (bool(nested) or bool(structured) or _NATIVE.issuperset(header))
    flat = tuple(
        key for key in header if key not in nested and key not in structured and (not native or key in _NATIVE)
    )

    def rows() -> Iterator[Row | _Broken]:
        for each in records():
            if isinstance(each, _Broken):
                yield each
            elif native and "text" not in each[1] and each[1]:
                problem = Problem("the field text is missing", "thiếu trường text")
                yield _Broken(each[0], problem, each[1])
            else:
                yield each[0], [each[1].get(key) for key in header]

    return (
        [_Table(name=None, header=header, rows=rows, total=total, structured=structured, flat=flat)] if header else []
    )


# --- what a file is --------------------------------------------------------------------------------------------------

_FOREIGN = (
    (b"\x1f\x8b", "is gzip-compressed: unpack it first"),
    (b"7z\xbc\xaf", "is a 7z archive: unpack it first"),
    (b"Rar!", "is a RAR archive: unpack it first"),
    (b"%PDF", "is a PDF: export the answers as CSV or XLSX"),
    (b"\x89PNG", "is a picture: export the answers as CSV or XLSX"),
    (b"\xff\xd8\xff", "is a picture: export the answers as CSV or XLSX"),
    (b"SQLite format 3", "is a database: export the table as CSV or Parquet"),
    (b"{\\rtf", "is a text document: export the answers as CSV or XLSX"),
)
_MARKUP = re.compile(rb"[\s\xef\xbb\xbf]*<(?:!doctype|html|table|\?xml|meta|head|div|style)", re.IGNORECASE)
_MAX_UNPACKED = 8 << 30
_MAX_STRINGS = 1 << 30


def _recognise(path: Path) -> str:
    """Name the format of a file by its content."""
    head = _head(path)
    for magic, why in _FOREIGN:
        if head.startswith(magic):
            raise FileError(f"{path.name} {why}")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _recognise_zip(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _recognise_ole(path)
    if head.startswith(b"PAR1"):
        return "parquet"
    if _MARKUP.match(head):
        raise FileError(f"{path.name} is a web page or XML under another name: open it in Excel and save it as .xlsx")
    return _recognise_json(path, head) or "csv"


def _head(path: Path) -> bytes:
    """Read a file's beginning."""
    if path.is_dir():
        raise FileError(f"{path} is a folder: name a file in it")
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
    except FileNotFoundError as error:
        raise FileError(f"there is no file {path}: check the path") from error
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror or error}") from error
    if not head.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise FileError(f"{path.name} is empty")
    return head


def _recognise_zip(path: Path) -> str:
    """Tell spreadsheets from other archives, and refuse those that unpack to more than they should."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = {member.filename: member for member in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileError(f"{path.name} is cut short or broken ({error}): fetch or save it again") from error
    unpacked = sum(member.file_size for member in members.values())
    packed = max(1, sum(member.compress_size for member in members.values()))
    strings = members.get("xl/sharedStrings.xml")
    if (
        unpacked > _MAX_UNPACKED
        or (unpacked > 1 << 28 and unpacked / packed > 200)
        or (strings is not None and strings.file_size > _MAX_STRINGS)
    ):
        raise FileError(
            f"{path.name} unpacks from {packed / 2**20:,.1f} MB to {unpacked / 2**20:,.0f} MB and is not opened: "
            "save it as CSV"
        )
    if any(member.flag_bits & 1 for member in members.values()):
        raise FileError(f"{path.name} is protected by a password: save it without one")
    for member, kind in (("xl/workbook.xml", "xlsx"), ("xl/workbook.bin", "xlsb"), ("content.xml", "ods")):
        if member in members:
            return kind
    if any(name.startswith("xl/") for name in members):
        return "xlsx"
    raise FileError(f"{path.name} is a ZIP archive and no spreadsheet: unpack it and name the file inside")


def _recognise_ole(path: Path) -> str:
    """Tell old Excel files from encrypted new ones."""
    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise FileError(f"{path.name} is protected by a password: save it without one")
    if not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        raise FileError(f"{path.name} is an Office document but no spreadsheet: save the answers as .xlsx or CSV")
    return "xls"


def _recognise_json(path: Path, head: bytes) -> str | None:
    """Tell JSON lines and JSON from other text; None for other text."""
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1]
    named = path.suffix.lower() in (".jsonl", ".ndjson", ".json")
    if start not in (b"{", b"[") and not named:
        return None
    with _Source.of(path).open() as file:
        filled = (line for line in iter(lambda: file.readline(_LINE), "") if line.strip())
        first, alone = next(filled, "").strip(), next(filled, None) is None
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        if start == b"[":
            return "json" if named or re.match(r"\[\s*([\[{\"]|$)", first) else None
        return (
            ("json" if re.fullmatch(r"\{\s*|\{\s*\"[^\"]*\"\s*:.*[\[{,]", first[:500]) else "jsonl") if named else None
        )
    wrapper = alone and isinstance(value, dict) and "text" not in value and _ARRAY.match(first)
    return "json" if wrapper or isinstance(value, list) else "jsonl" if isinstance(value, dict) or named else None


# --- text files ------------------------------------------------------------------------------------------------------

_VOWELS = frozenset(b"aeiouyAEIOUY\xe2\xea\xf4\xe3\xf5\xfd\xc2\xca\xd4\xc3\xd5\xdd")
_TONES = frozenset(b"\xcc\xd2\xde\xec\xf2")


@dataclass(frozen=True, slots=True)
class _Source:
    """A text file with the encoding that its bytes give evidence for."""

    path: Path
    encoding: str
    lines: int | None
    damaged: bool = False

    @classmethod
    def of(cls, path: Path) -> _Source:
        """Look through the bytes of a file: byte order marks, then validity as UTF-8, then Vietnamese tone marks."""
        with path.open("rb") as file:
            head = file.read(1 << 16)
        for mark, encoding in (
            (b"\xef\xbb\xbf", "utf-8-sig"),
            (codecs.BOM_UTF16_LE, "utf-16"),
            (codecs.BOM_UTF16_BE, "utf-16"),
        ):
            if head.startswith(mark) and encoding == "utf-16":
                return cls(path, encoding, None)
        odd, even, half = head[1::2].count(0), head[::2].count(0), max(1, len(head) // 2)
        if max(odd, even) > 0.25 * half and min(odd, even) < 0.05 * half:
            return cls(path, "utf-16-le" if odd > even else "utf-16-be", None)
        strange = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\v\f\r\x1a\x1b\0")
        if strange > 0.02 * len(head) or head.count(0) > 0.1 * len(head):
            raise FileError(
                f"{path.name} is a binary file of a kind that is not read here: save it as CSV, XLSX or Parquet"
            )
        lines, sample = cls._scan(path)
        if sample is None:
            return cls(path, "utf-8-sig", lines)
        replaced = sample.decode("utf-8", "replace")
        bad = replaced.count("\ufffd")
        if sum(not char.isascii() for char in replaced) - bad >= 10 * bad:
            return cls(path, "utf-8-sig", lines, damaged=True)
        return cls(path, "cp1258" if _is_vietnamese(sample) else "cp1252", lines)

    @staticmethod
    def _scan(path: Path) -> tuple[int | None, bytes | None]:
        """Count the line ends outside quotes; give a sample of the bytes if they are not UTF-8."""
        import numpy as np

        decoder, valid, sample = codecs.getincrementaldecoder("utf-8")(), True, b""
        lines = inside = 0
        last = b"\n"
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                data = np.frombuffer(chunk, np.uint8)
                quotes = np.cumsum(data == 34, dtype=np.int32) + inside
                lines += int(np.count_nonzero((data == 10) & (quotes % 2 == 0)))
                inside, last = int(quotes[-1]) % 2, chunk[-1:]
                if valid:
                    try:
                        decoder.decode(chunk)
                    except UnicodeDecodeError:
                        valid = False
                if not valid and len(sample) < 4 << 20:
                    sample += chunk
            if valid and decoder.getstate()[0]:
                valid, sample = False, decoder.getstate()[0]
        return (lines + (last != b"\n") if lines else None), None if valid else sample

    def open(self) -> IO[str]:
        """Open the file for reading text, line ends as they are."""
        errors = "replace" if self.encoding.startswith(("utf", "cp")) else "strict"
        return self.path.open(encoding=self.encoding, errors=errors, newline="")

    def read_lines(self) -> Iterator[str]:
        """Read line by line; windows-1258 writes tones as marks of their own, which are joined to their letters."""
        with self.open() as file:
            lines = iter(lambda: file.readline(_LINE), "")
            if self.encoding == "cp1258":
                yield from (unicodedata.normalize("NFC", line) for line in lines)
            else:
                yield from lines


def _is_vietnamese(sample: bytes) -> bool:
    """Tell windows-1258 from windows-1252: its tone marks are bytes that follow vowels."""
    tones = [before in _VOWELS for before, byte in pairwise(sample) if byte in _TONES]
    return sum(tones) > 0.6 * len(tones) if tones else bool(re.search(rb"\xf0[\xe0-\xff a-z]", sample))


class _OpenQuoteError(Exception):
    """A quote was opened and not closed within reason."""


@dataclass(slots=True)
class _Records:
    """CSV records of a stream of lines, each with the lines it took; a stray quote costs its own line only."""

    lines: Iterator[str]
    delimiter: str
    taken: list[str] = made_by(default_factory=list)
    ended: bool = False
    again: deque[str] = made_by(default_factory=deque)

    def read(self, width: int = 0) -> Iterator[list[str] | str]:
        """Give each record's cells, or the line as it is if its quote never closes.

        Args:
            width: Cells of a sound record; one that spans lines and has not so many began with a stray quote.
        """
        while True:
            reader = csv.reader(self._feed(), delimiter=self.delimiter)
            try:
                for cells in reader:
                    if (len(self.taken) > 1 or self.ended) and self._is_open(cells, width):
                        raise _OpenQuoteError
                    yield cells
                    self.taken.clear()
            except _OpenQuoteError:
                yield self.taken[0]
                self.again.extendleft(reversed(self.taken[1:]))
                self.taken.clear()
                self.ended = False
                continue
            except csv.Error:
                yield self.taken[-1]
                self.taken.clear()
                continue
            return

    def _feed(self) -> Iterator[str]:
        """Hand lines to the parser and remember those of the current record."""
        size = 0
        while True:
            line = self.again.popleft() if self.again else next(self.lines, None)
            if line is None:
                self.ended = True
                return
            self.taken.append(line)
            size = size + len(line) if len(self.taken) > 1 else len(line)
            if len(self.taken) > _OPEN_QUOTE or size > 2 * _LINE:
                raise _OpenQuoteError
            yield line

    def _is_open(self, cells: Sequence[str], width: int) -> bool:
        """Tell whether the record swallowed lines that are not its own."""
        if len(self.taken) > 1 and width and len(cells) != width:
            return True
        try:
            list(csv.reader(self.taken, delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            return "unexpected end" in str(error)
        return False


def _sniff(lines: Sequence[str]) -> tuple[str, int]:
    """Find the delimiter that cuts most lines into equally many cells; give it with that width."""
    best = (0.0, "\x1f", 1)
    for delimiter in ",;\t|":
        widths = [len(cells) for cells in _Records(iter(lines), delimiter).read() if isinstance(cells, list) and cells]
        widths = widths[: max(1, len(widths) - 1)] if len(lines) >= 200 else widths
        if not widths:
            continue
        width = max(sorted(set(widths), reverse=True), key=widths.count)
        share = sum(found == width for found in widths) / len(widths)
        firsts = sum(found == width for found in widths[:3]) / len(widths[:3])
        if width > 1 and share > 0.5 and (share > 0.85 or firsts > 0.6):
            best = max(best, (share * width**0.5, delimiter, width))
    return best[1], best[2]


def _open_csv(path: Path, sheet: str | None) -> tuple[list[_Table], list[str]]:
    """Open delimited text."""
    csv.field_size_limit(max(csv.field_size_limit(), 4 * _LINE))
    source = _Source.of(path)
    lines = list(islice(source.read_lines(), 200))
    declared = re.fullmatch(r"\ufeff?sep=(.)\s*", lines[0]) if lines else None
    delimiter, _ = (declared[1], 0) if declared else _sniff(lines)

    def records(width: int = 0) -> Iterator[tuple[int, list[str] | str]]:
        return enumerate(_Records(source.read_lines(), delimiter).read(width), start=1)

    skip = 1 if declared else 0
    top = [(number, cells if isinstance(cells, list) else []) for number, cells in islice(records(), 30)][skip:]
    is_list = delimiter == "\x1f" and path.suffix.lower() not in (".csv", ".tsv")
    header, start = _find_header(top, may_lack=True, is_list=is_list)
    width = len(header)

    def rows() -> Iterator[Row | _Broken]:
        for number, cells in records(width):
            if number < start:
                continue
            if cells.__class__ is list and len(cells) == width:
                yield number, cells
            elif isinstance(cells, str):
                problem = Problem("a quote is opened and never closed", "dấu ngoặc kép mở mà không đóng")
                yield _Broken(number, problem, {"line": cells[:_CELL_SHOWN].rstrip("\r\n")})
            elif cells:
                yield _fit(number, cells, width, header)

    total = None if source.lines is None else max(0, source.lines - start + 1)
    note = f"read as {source.encoding.removesuffix('-sig')}"
    notes = [note + ", with bytes that are not"] if source.damaged else [note] if source.encoding[:2] == "cp" else []
    table = _Table(name=None, header=header, rows=rows, total=total, damaged=source.damaged)
    return [table] if header else [], notes


def _fit(number: int, cells: list[str], width: int, header: Sequence[str]) -> Row | _Broken:
    """Make a row as wide as the header, if nothing is lost and nothing guessed by that."""
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return number, cells[:width]
    if not any(cell.strip() for cell in cells):
        return number, [""] * width
    problem = Problem(
        f"the row has {len(cells)} cells where the header has {width}: quote cells that hold delimiters or line ends",
        f"dòng có {len(cells)} ô nhưng tiêu đề có {width}: đặt ô chứa dấu phân cách hoặc xuống dòng trong ngoặc kép",
    )
    names = [*header, *(f"column_{place}" for place in range(width + 1, len(cells) + 1))]
    return _Broken(number, problem, dict(zip(names, cells, strict=False)))


# --- headers ---------------------------------------------------------------------------------------------------------

_SUBHEADER = frozenset(("response", "open-ended response", "other (please specify)"))


def _find_header(top: Sequence[Row], *, may_lack: bool = False, is_list: bool = False) -> tuple[tuple[str, ...], int]:
    """Find the header among a grid's first rows; titles above it are passed over.

    Args:
        top: The first rows with their numbers.
        may_lack: Whether a grid may have no header at all; columns are then named column_1, ...
        is_list: Whether a grid of one column whose first row is no known header is all texts.

    Returns:
        Unique column names, and the number of the first row below; no names if there is nothing.
    """
    filled = [(number, cells, sum(not _is_blank(cell) for cell in cells)) for number, cells in top]
    filled = [each for each in filled if each[2]]
    if not filled:
        return (), 1
    usual = sorted(count for _, _, count in filled)[len(filled) // 2]
    known = [sum(recognises(cell) for cell in cells) for _, cells, _ in filled]
    wide = next((index for index, (_, _, count) in enumerate(filled) if count >= max(1, 0.5 * usual)), 0)
    best = max(range(len(filled)), key=lambda index: (known[index], -index)) if max(known) else wide
    if known[best] < 2 and filled[best][2] > 3 * max(1, known[best]) and known[best] <= known[wide]:
        best = wide
    number, cells, _ = filled[best]
    headless = known[best] == 0 and (any(_is_number(cell) for cell in cells) or (is_list and len(cells) == 1))
    width = max(len(row) - next((i for i, cell in enumerate(reversed(row)) if not _is_blank(cell)), len(row))
                for _, row, _ in filled[best:])  # fmt: skip
    names: list[str] = []
    for place in range(width):
        cell = cells[place] if place < len(cells) and not (may_lack and headless) else None
        name = " ".join(_text(cell).replace("\ufeff", "").split()) or f"column_{place + 1}"
        twin = 2
        unique = name
        while unique in names:
            unique, twin = f"{name} ({twin})", twin + 1
        names.append(unique)
    if may_lack and headless:
        return tuple(names), number
    below = next((row for row in filled[best + 1 :] if not _is_subheader(row[1])), None)
    return tuple(names), below[0] if below else (filled[-1][0] + 1)


def _is_number(cell: object) -> bool:
    """Tell whether a cell is a bare number, which no header is."""
    return isinstance(cell, int | float) or (isinstance(cell, str) and bool(re.fullmatch(r"\s*\d[\d.,]*\s*", cell)))


def _is_subheader(cells: Sequence[object]) -> bool:
    """Tell the second header rows that Qualtrics and SurveyMonkey write."""
    words = [str(cell) for cell in cells if not _is_blank(cell)]
    return any('"ImportId"' in word for word in words) or all(word.strip().lower() in _SUBHEADER for word in words)


# --- spreadsheets ----------------------------------------------------------------------------------------------------

_XML_FAULTS = (
    zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError, OSError,
    NotImplementedError,
)  # fmt: skip
_ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"))


def _open_xlsx(path: Path, sheet: str | None) -> tuple[list[_Table], list[str]]:
    """Open XLSX with openpyxl's streaming reader, whose memory follows the texts and not the grid's corners."""
    try:
        book = _workbook(path)
    except _XML_FAULTS:
        return _open_calamine(path, sheet)  # it reads some files that openpyxl refuses
    names = [each.title for each in book.worksheets]
    if not names:
        return _open_calamine(path, sheet)
    hidden = [each.title for each in book.worksheets if each.sheet_state != "visible"]
    chosen, notes = _choose_sheets(path, names, hidden, sheet)
    tables = [_grid_table(name, partial(_xlsx_rows, path, book[name]), book[name].max_row) for name in chosen]
    return [
        replace(table, merged=partial(_merged, path, book[table.name]._worksheet_path))
        for table in tables
        if table is not None
    ], notes


def _workbook(path: Path) -> Workbook:
    """Open a workbook for reading row by row, formulas as their last values."""
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load_workbook(path, read_only=True, data_only=True, keep_links=False)


def _xlsx_rows(path: Path, sheet: Any) -> Iterator[Row]:
    """Read the rows of one sheet with their numbers."""
    number = 0
    sheet.reset_dimensions()
    try:
        rows = enumerate(sheet.iter_rows(values_only=True), start=1)
        while True:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                block = list(islice(rows, 500))
            if not block:
                return
            for number, cells in block:
                yield number, cells if _ERRORS.isdisjoint(cells) else [None if c in _ERRORS else c for c in cells]
    except _XML_FAULTS as error:
        raise FileError(
            f"{path.name}, sheet {sheet.title!r}, breaks after row {number} ({error}): save it again"
        ) from error


def _merged(path: Path, part: str) -> Mapping[int, Sequence[tuple[int, int]]]:
    """Find cells merged over several rows, by column: (first row, last row). A sheet lists them behind its rows."""
    from openpyxl.utils.cell import range_boundaries  # type: ignore[import-untyped]

    found: dict[int, set[tuple[int, int]]] = {}
    with zipfile.ZipFile(path) as archive, archive.open(part) as file:
        tail = b""
        while chunk := file.read(1 << 20):
            text = tail + chunk
            for match in re.finditer(rb'mergeCell ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"', text):
                left, top, right, bottom = range_boundaries(match[1].decode())
                if bottom > top and left == right:
                    found.setdefault(left - 1, set()).add((top, bottom))
            tail = text[-40:]
    return {column: sorted(spans) for column, spans in found.items()}


def _choose_sheets(
    path: Path, names: Sequence[str], hidden: Sequence[str], sheet: str | None
) -> tuple[list[str], list[str]]:
    """Take the sheet that was named, else all that are not hidden."""
    if sheet is not None:
        try:
            return [find_column(sheet, names)], []
        except ColumnError as error:
            raise ColumnError(
                f"{path.name} has no sheet {sheet!r}; its sheets are: {', '.join(map(repr, names))}"
            ) from error
    visible = [name for name in names if name not in hidden] or list(names)
    return visible, [
        f"sheet {name!r} is hidden and was left out; name it to read it" for name in names if name not in visible
    ]


def _grid_table(name: str, grid: Callable[[], Iterator[Row]], height: int | None = None) -> _Table | None:
    """Make a table of a sheet; None if the sheet is empty."""
    header, start = _find_header(list(islice(grid(), 30)))
    width = len(header)
    if not header:
        return None

    def rows() -> Iterator[Row | _Broken]:
        for number, cells in grid():
            if number >= start:
                yield number, cells if len(cells) == width else [*cells[:width], *[None] * (width - len(cells))]

    total = None if height is None else max(0, height - start + 1)
    return _Table(name=name, header=header, rows=rows, total=total)


def _open_calamine(path: Path, sheet: str | None) -> tuple[list[_Table], list[str]]:
    """Open XLS, XLSB and ODS, and XLSX that openpyxl refuses; a sheet is held in memory."""
    import fastexcel

    faults = (fastexcel.FastExcelError, OSError, ValueError)
    try:
        book = fastexcel.read_excel(path)
        names = book.sheet_names
        loaded = {name: book.load_sheet(name, header_row=None, n_rows=0, dtypes="string").visible for name in names}
    except faults as error:
        told = "is protected by a password" if "password" in str(error).lower() else f"cannot be opened ({error})"
        raise FileError(f"{path.name} {told}: save it again as .xlsx without a password, or as CSV") from error
    chosen, notes = _choose_sheets(path, names, [name for name in names if loaded[name] != "visible"], sheet)

    def grid(name: str) -> Iterator[Row]:
        try:
            frame = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
        except faults as error:
            raise FileError(
                f"{path.name}, sheet {name!r}, cannot be read ({error}): save it as .xlsx or CSV"
            ) from error
        return enumerate(frame.iter_rows(), start=1)

    tables = [_grid_table(name, partial(grid, name)) for name in chosen]
    return [table for table in tables if table is not None], notes


# --- JSON and Parquet ------------------------------------------------------------------------------------------------

_Record = tuple[int, Mapping[str, object]]
_SURROGATE = re.compile("[\ud800-\udfff]")
_GAP = re.compile(r"[\s,]*")
_ARRAY = re.compile(
    r"[\s\ufeff]*(?:\{\s*(?:\"[^\"]{0,100}\"\s*:\s*(?:\"[^\"]{0,500}\"|[\w.+-]{1,50})\s*,\s*){0,50}"
    r"\"[^\"]{0,100}\"\s*:\s*)?\["
)


def _mend(value: Any) -> Any:
    """Replace lone surrogates, which JSON can carry and no file can be written with; lengths stay."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_mend(each) for each in value]
    return {_mend(key): _mend(each) for key, each in value.items()} if isinstance(value, dict) else value


def _as_record(number: int, value: object, shown: str) -> _Record | _Broken:
    """Take an object as it is and a string as a text."""
    if isinstance(value, dict):
        return number, _mend(value) if "\\ud" in shown.lower() else value
    if isinstance(value, str):
        return number, {"text": _mend(value)}
    problem = Problem("a record must be a JSON object", "mỗi bản ghi phải là một đối tượng JSON")
    return _Broken(number, problem, {"line": shown[:_CELL_SHOWN]})


def _open_jsonl(path: Path, sheet: str | None) -> tuple[list[_Table], list[str]]:
    """Open JSON lines."""
    source = _Source.of(path)

    def records() -> Iterator[_Record | _Broken]:
        for number, line in enumerate(source.read_lines(), start=1):
            bare = line.strip().removeprefix("\ufeff")
            if not bare:
                continue
            try:
                value = json.loads(bare)
            except (ValueError, RecursionError) as error:
                problem = Problem(f"the line is not JSON: {error}", f"dòng không phải JSON: {error}")
                yield _Broken(number, problem, {"line": bare[:_CELL_SHOWN]})
            else:
                yield _as_record(number, value, bare)

    return _record_table(records, source.lines), []


def _open_json(path: Path, sheet: str | None) -> tuple[list[_Table], list[str]]:
    """Open a JSON array of records, or an object that holds one."""
    source = _Source.of(path)

    def records() -> Iterator[_Record | _Broken]:
        return _array_records(path, source)

    return _record_table(records, None), []


def _array_records(path: Path, source: _Source) -> Iterator[_Record | _Broken]:
    """Read the elements of the first array in a file, a piece of the file at a time."""
    decoder, number, opened = json.JSONDecoder(), 0, False
    with source.open() as file:
        buffer, ended = "", False
        while True:
            if not ended:
                piece = file.read(1 << 20)
                buffer, ended = buffer + piece, not piece
            if not opened:
                head = _ARRAY.match(buffer, 0, 100_000)
                if head is None or '"text"' in head[0]:
                    yield from _lone_record(path, buffer + file.read(64 << 20))
                    return
                buffer, opened = buffer[head.end() :], True
            place = 0
            while True:
                place = cast(re.Match[str], _GAP.match(buffer, place)).end()
                if buffer[place : place + 1] == "]":
                    return
                try:
                    value, end = decoder.raw_decode(buffer, place)
                except (ValueError, RecursionError) as error:
                    fault = error
                    break
                if end == len(buffer) and not ended:
                    fault = ValueError("cut")
                    break  # a number may go on in the next piece
                number += 1
                yield _as_record(number, value, buffer[place:end])
                place = end
            buffer = buffer[place:]
            if ended or len(buffer) > 8 * _LINE:
                problem = Problem(
                    f"the JSON breaks in record {number + 1} ({fault}); nothing behind it could be read",
                    f"JSON bị hỏng ở bản ghi {number + 1} ({fault}); không đọc được phần sau đó",
                )
                yield _Broken(number + 1, problem, {"line": buffer[:1000]})
                return


def _lone_record(path: Path, text: str) -> Iterator[_Record | _Broken]:
    """Read a JSON file that is one object: a record by itself."""
    try:
        value = json.loads(text.strip().removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise FileError(
            f"{path.name} is not JSON ({error}): write one object per line, or an array of objects"
        ) from error
    yield _as_record(1, value, text)


def _open_parquet(path: Path, sheet: str | None) -> tuple[list[_Table], list[str]]:
    """Open Parquet, read in slices."""
    import polars as pl

    try:
        frame = pl.scan_parquet(path, glob=False)
        total = int(frame.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise FileError(f"{path.name} cannot be read as Parquet ({error}): write it again") from error

    def records() -> Iterator[_Record]:
        number = 0
        try:
            for start in range(0, total, _SLICE):
                for record in frame.slice(start, _SLICE).collect().iter_rows(named=True):
                    number += 1
                    yield number, record
        except (pl.exceptions.PolarsError, OSError) as error:
            raise FileError(f"{path.name} breaks after record {number} ({error}): write it again") from error

    return _record_table(records, total), []


_SHEETED = frozenset(("xlsx", "xls", "xlsb", "ods"))
_OPENERS: Mapping[str, Callable[[Path, str | None], tuple[list[_Table], list[str]]]] = {
    "csv": _open_csv,
    "xlsx": _open_xlsx,
    "xls": _open_calamine,
    "xlsb": _open_calamine,
    "ods": _open_calamine,
    "json": _open_json,
    "jsonl": _open_jsonl,
    "parquet": _open_parquet,
}
