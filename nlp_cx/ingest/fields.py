"""Records with named fields, as JSON and Parquet hold them: comments as nlp_cx writes them, or flat rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from nlp_cx.errors import CommentError
from nlp_cx.ingest.cells import as_word
from nlp_cx.ingest.columns import RoleName
from nlp_cx.ingest.lexicon import is_missing, lexicon
from nlp_cx.ingest.rejected import Problem
from nlp_cx.ingest.table import Broken, Row, Table
from nlp_cx.records import Score

Record = tuple[int, Mapping[str, object]]
"""A record's number and its fields."""
Problems = list[tuple[str, Problem]]
"""Fields that were refused, with the reason."""

_SAMPLE = 500


def segment_value(cell: object) -> str:
    """Write a segment's value; nothing for "N/A" and the like."""
    word = as_word(cell)
    return "" if len(word) < 20 and is_missing(word) else word


def _take_scores(cell: object, scores: list[Score], segments: dict[str, str], problems: Problems) -> None:
    """Read one score or a list of them: `{"metric"|"kind", "value", "min"?, "max"?, "direction"?}`."""
    for given in cell if isinstance(cell, list) else [cell]:
        try:
            if (score := _score(given)) is not None:
                scores.append(score)
        except (CommentError, OverflowError) as error:
            problems.append(("scores", Problem(str(error), f"điểm số không hợp lệ: {error}")))


def _score(given: object) -> Score | None:
    """Read one score; None if its value is null."""
    if not isinstance(given, Mapping):
        raise CommentError("scores", "a score must be an object")
    metric, value = given.get("metric", given.get("kind")), given.get("value")
    if value is None:
        return None
    if not isinstance(metric, str) or not metric:
        raise CommentError("scores", "metric must be a name")
    own = lexicon().scales.get(metric.casefold())
    low, high = given.get("min"), given.get("max")
    if low is None or high is None:
        if own is None:
            raise CommentError(f"scores.{metric[:80]}", "has no scale of its own: give it min and max")
        low, high = own
    for name, number in (("value", value), ("min", low), ("max", high)):
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise CommentError(f"scores.{metric[:80]}", f"{name} must be a number")
    direction: Any = given.get("direction") or "higher_is_better"
    return Score(metric=metric.casefold() if own else metric, value=value, min=low, max=high, direction=direction)


def _take_segments(cell: object, scores: list[Score], segments: dict[str, str], problems: Problems) -> None:
    """Read an object of segments."""
    if isinstance(cell, Mapping):
        segments.update({str(key): word for key, value in cell.items() if (word := segment_value(value))})
    else:
        problems.append(("segments", Problem("segments must be an object", "segments phải là một đối tượng")))


STRUCTURED: Mapping[str, Callable[[object, list[Score], dict[str, str], Problems], None]] = {
    "scores": _take_scores,
    "score": _take_scores,
    "segments": _take_segments,
}
"""Fields that are objects, each with what reads it into scores, segments and problems."""

_NATIVE: Mapping[str, RoleName] = {
    "id": "id",
    "text": "text",
    "question": "question",
    "language": "language",
    "lang": "language",
    "created_at": "created_at",
    "respondent_id": "respondent_id",
    "touchpoint": "touchpoint",
    "stage": "stage",
}


def record_table(records: Callable[[], Iterator[Record | Broken]], total: int | None) -> list[Table]:
    """Make a table of records.

    Where there is a text and a field is an object, or there are no fields but those of a comment, records are read
    as comments: roles follow from the names, and other fields are nobody's business unless they are named by hand.
    """
    found, nested, plain = _look(records())
    if not found:
        return []
    native = "text" in found and (bool(nested) or {*_NATIVE, *STRUCTURED, *lexicon().scales}.issuperset(found))
    expected = [key for key in _NATIVE if key != "lang" and not (key == "language" and "lang" in found)]
    header = tuple(dict.fromkeys((*found, *expected, *STRUCTURED))) if native else found
    structured = tuple(key for key in STRUCTURED if key in header and key not in plain)

    def rows() -> Iterator[Row | Broken]:
        for each in records():
            if isinstance(each, Broken):
                yield each
            elif native and "text" not in each[1]:
                yield Broken(each[0], Problem("the field text is missing", "thiếu trường text"), each[1])
            else:
                yield each[0], [each[1].get(key) for key in header]

    known: dict[str, RoleName] = {}
    for key in header:
        if key in structured:
            known[key] = "segment" if key == "segments" else "score"
        elif native and key in _NATIVE:
            known[key] = _NATIVE[key]
        elif key in nested or (native and key not in lexicon().scales):
            known[key] = "unused"
    return [Table(name=None, header=header, rows=rows, total=total, known=known, structured=structured, every_row=True)]


def _look(records: Iterator[Record | Broken]) -> tuple[tuple[str, ...], set[str], set[str]]:
    """Name the fields of the first records: all, those that hold objects or lists, the others that hold anything."""
    fields: dict[str, None] = {}
    nested: set[str] = set()
    plain: set[str] = set()
    for _, record in islice((each for each in records if not isinstance(each, Broken)), _SAMPLE):
        for key, value in record.items():
            fields[str(key)] = None
            if value is not None:
                (nested if isinstance(value, Mapping | list) else plain).add(key)
    return tuple(fields), nested, plain - nested
