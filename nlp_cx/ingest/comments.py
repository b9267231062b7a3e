"""Rows of a table, turned into comments by its plan of columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nlp_cx.ingest.cells import all_blank, as_text, as_word, is_blank
from nlp_cx.ingest.columns import ColumnPlan, RoleName
from nlp_cx.ingest.dates import day_first, has_order, read_date
from nlp_cx.ingest.fields import STRUCTURED, Problems, segment_value
from nlp_cx.ingest.ids import SeenIds
from nlp_cx.ingest.lexicon import fold, lexicon, read_language
from nlp_cx.ingest.merged import spread
from nlp_cx.ingest.rejected import CELL_SHOWN, Problem, Rejected
from nlp_cx.ingest.scales import ScoreColumn, read_score
from nlp_cx.ingest.table import Broken, Row, Table, characters
from nlp_cx.records import Comment, Score

MAX_TEXT = 1_000_000
"""Longest text of one comment, in code points; a longer one is rejected."""

_BLOCK = 2048
_CHARACTERS = 8_000_000
"""Characters after which a block has no further row."""
_CACHED = 20_000
_SURE = 0.7
_TOTAL = Problem("a row of totals, no answer: it has no comment and no date", "dòng tổng cộng, không phải câu trả lời")
_Cached = tuple[Any, Problem | None]
_WORDS: tuple[RoleName, ...] = ("question", "language", "respondent_id", "touchpoint", "stage")


class CommentReader:
    """Turns the rows of one table into comments, by its plan."""

    def __init__(self, table: Table, plan: ColumnPlan, seen: SeenIds, *, several: bool, origin: str = "") -> None:
        self.table, self.plan, self.seen = table, plan, seen
        self.prefix = "".join(f"{part}/" for part in (origin, table.name if several else None) if part)
        place = {name: position for position, name in enumerate(table.header)}
        self.texts = [(place[name], name, plan.question_of(name)) for name in plan.text]
        self.id, self.date = (
            None if (name := plan.one(role)) is None else place[name] for role in ("id", "created_at")
        )
        self.words = [(role, place[name]) for role in _WORDS if (name := plan.one(role)) is not None]
        self.scores = [(place[score.column], score) for score in plan.scores]
        self.segments = [(place[name], name) for name in plan.segments if name not in table.structured]
        self.answers = frozenset(place for place, _ in (*self.scores, *self.segments))  # "Trung bình" may be one
        unsure = any(each.role == "id" and each.confidence < _SURE for each in plan.columns)
        self.id_prefix = self.prefix if unsure else ""  # a column such as "STT" counts every sheet and file from 1
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
            rows = spread(rows, self.merged)
        for block in _blocks(rows):
            kept = [row for row in block if self.table.every_row or isinstance(row, Broken) or not all_blank(row[1])]
            sound: list[Row] = [row for row in kept if not isinstance(row, Broken)]
            raw_ids = self._ids(sound)
            ids, repeated = self.seen.unique(raw_ids) if self.id is not None else (raw_ids, set[int]())
            position = 0
            for row in kept:
                if isinstance(row, Broken):
                    yield self._rejected(row.row, row.values, row.problem)
                    continue
                if position in repeated:
                    yield self._field(row, ids[position], "id", _duplicate(raw_ids[position]))
                yield from self._comments(row, ids[position])
                position += 1

    def _decide_day_first(self) -> bool:
        """Read from the top until one date shows whether days go before months; Vietnamese order if none does."""
        place = self.date or 0
        told = (day_first(row[1][place]) for row in self.table.rows() if not isinstance(row, Broken))
        return next((answer for answer in told if answer is not None), True)

    def _ids(self, rows: Sequence[Row]) -> list[str]:
        """Give the ids as the file has them; a missing one is made of the row number."""
        place, written = self.id, as_text if self.table.every_row else as_word
        if place is None:
            return [f"{self.prefix}row-{number}" for number, _ in rows]
        return [
            f"{self.prefix}row-{number}" if is_blank(cells[place]) else f"{self.id_prefix}{written(cells[place])}"
            for number, cells in rows
        ]

    def _comments(self, row: Row, name: str) -> Iterator[Comment | Rejected]:
        """Make the comments of one row, one for each answer that is not blank, at least one."""
        number, cells = row
        if not self.table.every_row and self._is_total(cells):
            yield self._rejected(number, self._values(cells), _TOTAL, name=name)
            return
        common, problems = self._shared(cells)
        for title, problem in problems:
            yield self._field(row, name, title, problem)
        question = common.pop("question", None)
        answered, several = False, len(self.texts) > 1
        if several and not common.get("respondent_id"):
            common["respondent_id"] = name  # what tells that the answers of a row, and their scores, belong together
        for place, title, asked in self.texts:
            cell = cells[place]
            if is_blank(cell):
                continue
            answered = True
            text, trouble = self._answer(cell)
            one = f"{name}/{title}" if several else name
            if text is None and trouble is not None:
                yield self._rejected(number, self._values(cells), trouble, name=one, field=title)
                continue
            if trouble is not None:
                yield self._field(row, one, title, trouble)
            yield Comment(id=one, text=text or "", question=question or asked, **common)
        if not answered:
            cell, asked = (cells[self.texts[0][0]], self.texts[0][2]) if len(self.texts) == 1 else ("", None)
            yield Comment(id=name, text=cell if isinstance(cell, str) else "", question=question or asked, **common)

    def _is_total(self, cells: Sequence[object]) -> bool:
        """Tell a row of totals or means below the answers: no comment, no date, and such a word before all else."""
        if not all(is_blank(cells[place]) for place, _, _ in self.texts):
            return False
        place, first = next((at, cell) for at, cell in enumerate(cells) if not is_blank(cell))
        if not isinstance(first, str) or len(first) > 40 or (self.date is not None and not is_blank(cells[self.date])):
            return False
        words = lexicon()
        word = fold(first)
        return word in words.total or (word in words.total_elsewhere and place not in self.answers)

    def _shared(self, cells: Sequence[object]) -> tuple[dict[str, Any], Problems]:
        """Read what all answers of a row share: scores, segments, date, respondent and so on."""
        shared: dict[str, Any] = {}
        scores: list[Score] = []
        problems: Problems = []
        for (place, column), cache in zip(self.scores, self._scores, strict=True):
            score, problem = self._cached(cache, cells[place], column)
            if score is not None:
                scores.append(score)
            elif problem is not None:
                problems.append((column.column, problem))
        segments = {title: word for place, title in self.segments if (word := segment_value(cells[place]))}
        segments |= self.sheet_segment
        for role, place in self.words:
            if not is_blank(cell := cells[place]):
                shared[role] = (read_language(cell) if role == "language" else as_word(cell)) or None
        if self.date is not None:
            shared["created_at"], problem = self._cached(self._dates, cells[self.date], None)
            if problem is not None:
                problems.append(("created_at", problem))
        for place, title in self.structured:
            if cells[place] is not None:
                STRUCTURED[title](cells[place], scores, segments, problems)
        shared["scores"], shared["segments"] = tuple(scores), segments
        return shared, problems

    def _answer(self, cell: object) -> tuple[str | None, Problem | None]:
        """Take the text of an answer, mended where it must be; None with the reason if it cannot be used."""
        if isinstance(cell, bool | dict | list):
            return None, Problem("text must be a string", "text phải là chuỗi ký tự")
        text = as_text(cell)
        if len(text) > MAX_TEXT:
            return None, Problem(
                f"the text has more than {MAX_TEXT:,} characters: split it",
                f"văn bản dài quá {MAX_TEXT:,} ký tự: hãy chia nhỏ",
            )
        if "\0" in text:
            return text.replace("\0", " "), Problem(
                "NUL characters were replaced by blanks", "đã thay các ký tự NUL bằng khoảng trắng"
            )
        if self.table.damaged and "\ufffd" in text:
            return text, Problem(
                "bytes that could not be read were replaced by \ufffd; save the file as UTF-8 to keep them",
                "các byte không đọc được đã được thay bằng \ufffd; hãy lưu tệp ở dạng UTF-8",
            )
        return text, None

    def _cached(self, cache: dict[object, _Cached], cell: object, column: ScoreColumn | None) -> _Cached:
        """Read a score or a date once per different cell; the memory of it is bounded."""
        key = cell if cell.__class__ is str else (cell.__class__, str(cell))
        found = cache.get(key)
        if found is None:
            if len(cache) > _CACHED:
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
            name: cell[:CELL_SHOWN] if isinstance(cell, str) else cell
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


def _score(column: ScoreColumn, value: float) -> Score:
    """Make the score of a cell that was read."""
    return Score(metric=column.metric, value=value, min=column.min, max=column.max, direction=column.direction)


def _duplicate(name: str) -> Problem:
    """Say that an id came before."""
    return Problem(
        f"the id {name[:80]!r} came before; this row is kept as {name[:80] + '#2'!r}, further ones as '#3', ...",
        f"mã {name[:80]!r} bị trùng; dòng này được giữ với mã {name[:80] + '#2'!r}, các dòng sau là '#3', ...",
    )


def _blocks(rows: Iterable[Row | Broken]) -> Iterator[list[Row | Broken]]:
    """Cut rows into blocks that the memory holds, however long the cells are."""
    block: list[Row | Broken] = []
    size = 0
    for row in rows:
        block.append(row)
        size += characters(row)
        if len(block) == _BLOCK or size > _CHARACTERS:
            yield block
            block, size = [], 0
    if block:
        yield block
