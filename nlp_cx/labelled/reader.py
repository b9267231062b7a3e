"""A labelled file of any kind -> labelled comments and what is wrong with the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from nlp_cx.errors import FileError, LabelError
from nlp_cx.ingest import open_tables
from nlp_cx.ingest.cells import all_blank
from nlp_cx.ingest.encoding import TextFile
from nlp_cx.ingest.formats import recognise
from nlp_cx.ingest.rejected import Problem, Rejected
from nlp_cx.ingest.table import Broken, Table
from nlp_cx.labelled.check import RowCheck
from nlp_cx.labelled.exports import Form, read_export, recognise_form
from nlp_cx.labelled.record import Labelled
from nlp_cx.labelled.words import fold

SHOWN = 20
"""Problems that an error lists; the rest is counted."""
COLUMNS: Mapping[str, str] = {
    **{name: name for name in ("text", "sentiment", "themes", "evidence", "question", "language", "id", "complaint",
                               "suggestion", "none", "respondent_id")},
    **dict.fromkeys(("comment", "verbatim", "review", "content", "nội dung", "ý kiến", "bình luận"), "text"),
    **dict.fromkeys(("polarity", "cảm xúc"), "sentiment"),
    **dict.fromkeys(("theme", "labels", "chủ đề"), "themes"),
    **dict.fromkeys(("bằng chứng", "spans"), "evidence"),
    "câu hỏi": "question",
    **dict.fromkeys(("lang", "ngôn ngữ"), "language"),
    **dict.fromkeys(("mã", "comment_id"), "id"),
    **dict.fromkeys(("respondent", "customer_id", "mã khách hàng"), "respondent_id"),
    "khiếu nại": "complaint",
    **dict.fromkeys(("góp ý", "đề xuất"), "suggestion"),
    "không có nội dung": "none",
}  # fmt: skip
"""How columns may be called -> fields of our own form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a labelled file holds."""

    path: Path
    form: Form
    """Which tool wrote it; "own" for ours."""
    rows: Sequence[Labelled]
    rejected: Sequence[Rejected]
    """Problems, in file order; a row may have several."""
    notes: Sequence[str]

    @property
    def bad_rows(self) -> int:
        """Rows that cannot be used."""
        return len({problem.row for problem in self.rejected})


def check_labelled(path: Path, *, blank_themes: Literal["none", "unknown"] = "none") -> Reading:
    """Read a labelled file to its end, gathering every problem.

    Args:
        path: CSV, XLSX (XLS, ODS), Parquet, JSON lines or JSON, of our own form, Label Studio's or doccano's.
        blank_themes: Whether an empty cell in a column of themes says "no theme", or "not labelled".

    Returns:
        Its rows and what is wrong with the others.

    Raises:
        FileError: If the file cannot be opened, or has no text column.
    """
    form, notes, raw = _open(path)
    rows: list[Labelled] = []
    rejected: list[Rejected] = []
    for number, row in raw:
        if isinstance(row, Broken):
            rejected.append(
                Rejected(row=number, reason=row.problem.en, reason_vi=row.problem.vi, values=dict(row.values))
            )
            continue
        check = RowCheck(number, row, blank_themes=blank_themes)
        labelled = check.read()
        rejected += check.rejected
        if labelled is not None:
            rows.append(labelled)
    return Reading(path=path, form=form, rows=tuple(rows), rejected=tuple(rejected), notes=tuple(notes))


def read_labelled(path: Path, *, blank_themes: Literal["none", "unknown"] = "none") -> list[Labelled]:
    """Read a labelled file in which everything is right.

    Args:
        path: As for `check_labelled`.
        blank_themes: As there.

    Returns:
        Its rows in order.

    Raises:
        FileError: If it cannot be read.
        LabelError: If labels cannot be used; the message lists the first of them with row, field and what to do.
    """
    reading = check_labelled(path, blank_themes=blank_themes)
    if reading.rejected:
        raise label_error(reading)
    return list(reading.rows)


def label_error(reading: Reading) -> LabelError:
    """Say what is wrong with a labelled file: the first problems and how many there are."""
    count, name = len(reading.rejected), reading.path.name
    english = [f"{name} has {count} label(s) that cannot be used"]
    vietnamese = [f"{name} có {count} nhãn không dùng được"]
    for problem in reading.rejected[:SHOWN]:
        field = f", {problem.field}" if problem.field else ""
        english.append(f"row {problem.row}{field}: {problem.reason}")
        vietnamese.append(f"dòng {problem.row}{field}: {problem.reason_vi or problem.reason}")
    if count > SHOWN:
        english.append(f"and {count - SHOWN} more")
        vietnamese.append(f"và {count - SHOWN} lỗi khác")
    return LabelError("\n- ".join(english), "\n- ".join(vietnamese))


def _open(path: Path) -> tuple[Form, list[str], Iterator[tuple[int, Mapping[str, Any] | Broken]]]:
    """Open a file; gives its form, notes and numbered rows with fields of our own form."""
    kind = recognise(path)
    if kind in ("json", "jsonl"):
        numbered, notes = _json(path, kind)
        records = [record for _, record in numbered]
        form = recognise_form(records)
        if form != "own":
            records = list(read_export(records, form))
        return form, notes, zip((number for number, _ in numbered), map(_named, records), strict=True)
    _, tables, notes = open_tables(path)
    table = _choose(path, tables)
    return "own", [*notes, *table.notes], _cells(table)


def _choose(path: Path, tables: Sequence[Table]) -> Table:
    """Take the first table that has a text."""
    for table in tables:
        if "text" in map(_field, table.header):
            return table
    listed = ", ".join(repr(name[:80]) for table in tables for name in table.header[:60])
    raise FileError(f"{path.name} has no column of texts: call one text (or comment). The columns are: {listed}")


def _field(column: str) -> str | None:
    """Give the field that a column stands for."""
    return COLUMNS.get(fold(column)) or COLUMNS.get(fold(column).replace(" ", "_"))


def _cells(table: Table) -> Iterator[tuple[int, Mapping[str, Any] | Broken]]:
    """Read the rows of a table; an empty cell of themes stays apart from a missing column."""
    fields = [(at, field) for at, name in enumerate(table.header) if (field := _field(name))]
    for each in table.rows():
        if isinstance(each, Broken):
            yield each.row, each
        elif not all_blank(each[1]):
            row: dict[str, Any] = {}
            for at, field in fields:
                row.setdefault(field, each[1][at])
            if "themes" in row and row["themes"] is None:
                row["themes"] = ""
            yield each[0], row


def _named(record: object) -> Mapping[str, Any] | Broken:
    """Name the fields of a JSON record as in our own form; exact names go first."""
    if isinstance(record, Broken):
        return record
    if not isinstance(record, Mapping):
        return Broken(0, _NO_OBJECT, {"line": str(record)[:1000]})
    named = {name: value for name, value in record.items() if name in COLUMNS and COLUMNS[name] == name}
    for name, value in record.items():
        field = _field(str(name))
        if field and field not in named:
            named[field] = value
    return named


_NO_OBJECT = Problem("a record must be a JSON object", "mỗi bản ghi phải là một đối tượng JSON")


def _json(path: Path, kind: str) -> tuple[list[tuple[int, Any]], list[str]]:
    """Read JSON lines (numbered by line) or one JSON array (numbered by record)."""
    source = TextFile.of(path)
    numbered: list[tuple[int, Any]] = []
    if kind == "json":
        with source.open() as file:
            content = file.read().removeprefix("\ufeff")
        try:
            value = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise FileError(
                f"{path.name} is not JSON ({error}): write one object per line, or an array of objects"
            ) from error
        return list(enumerate(_records(value), 1)), source.notes
    for number, line in enumerate(source.read_lines(), 1):
        bare = line.strip().removeprefix("\ufeff")
        if bare:
            try:
                numbered.append((number, json.loads(bare)))
            except (ValueError, RecursionError) as error:
                problem = Problem(f"the line is not JSON: {error}", f"dòng không phải JSON: {error}")
                numbered.append((number, Broken(number, problem, {"line": bare[:1000]})))
    return numbered, source.notes


def _records(value: Any) -> list[Any]:
    """Find the records of a JSON file: an array, the array in an object, or a lone record."""
    if isinstance(value, list):
        return value
    if isinstance(value, Mapping) and "text" not in value and "data" not in value:
        arrays = [one for one in value.values() if isinstance(one, list)]
        if arrays:
            return max(arrays, key=len)
    return [value]
