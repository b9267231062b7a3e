"""An uploaded file, read once from end to end into the spool of its batch; personal data leaves rejected rows here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nlp_cx.alignment import Aligned
from nlp_cx.errors import RequestError
from nlp_cx.ingest import ColumnPlan, Overrides, Rejected, Survey, open_survey
from nlp_cx.ingest.cells import as_text
from nlp_cx.ingest.rejected import CELL_SHOWN
from nlp_cx.ingest.scales import in_mapping, in_mapping_vi
from nlp_cx.records import Comment
from nlp_cx.redact import Redactor

OPTIONS = ("question", "language")
"""What may be said of all comments of a file, beside its columns."""
HIDDEN = "[HIDDEN]"
"""Stands for cells of columns that hold names, phones and the like."""
_LISTS = ("text", "segments", "scores", "ignore")
_WORDS = ("id", "question", "language", "date", "respondent_id", "touchpoint", "stage", "sheet")
_LONGEST = 1000
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def read_mapping(given: object) -> dict[str, Any]:
    """Check what a caller says about the columns of a file.

    Args:
        given: `{"text": ["Ý kiến"], "scores": ["nps=Q1:0-10"], "date": "Ngày", "all": {"language": "vi"}}`: any of the
            fields of `Overrides`, and under `all` what holds for all comments.

    Returns:
        The same, as plain lists and strings.

    Raises:
        RequestError: If it is anything else.
    """
    if not isinstance(given, dict):
        raise RequestError("mapping", "must be a JSON object")
    mapping: dict[str, Any] = {}
    for name, value in given.items():
        where = f"mapping/{str(name)[:80]}"
        if value is None:
            continue
        if name in _LISTS:
            listed = [value] if isinstance(value, str) else value
            if not isinstance(listed, list) or len(listed) > _LONGEST or not all(map(_is_word, listed)):
                raise RequestError(where, "must be a column, or a list of columns")
            mapping[name] = listed
        elif name in _WORDS:
            if not _is_word(value):
                raise RequestError(where, "must name one column")
            mapping[name] = value
        elif name == "all":
            mapping[name] = _read_common(value)
        else:
            raise RequestError(where, f"is unknown; known are {', '.join((*_LISTS, *_WORDS, 'all'))}")
    return mapping


def _read_common(given: object) -> dict[str, str]:
    """Check what is said of all comments."""
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise RequestError("mapping/all", "must be an object of strings")
    for name, value in given.items():
        if name not in OPTIONS:
            raise RequestError(f"mapping/all/{str(name)[:80]}", f"is unknown; known are {', '.join(OPTIONS)}")
        if name == "language" and value not in ("vi", "en"):
            raise RequestError("mapping/all/language", 'must be "vi" or "en"')
        if not value or len(value) > 2 * _LONGEST or _UNSTORABLE.search(value):
            raise RequestError(f"mapping/all/{name}", f"must be text of at most {2 * _LONGEST} characters")
    return dict(given)


def _is_word(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST and not _UNSTORABLE.search(value)


def open_upload(path: Path, mapping: Mapping[str, Any]) -> Survey:
    """Open an uploaded file.

    Ids that only count rows begin with the file's fingerprint: the row 2 of two surveys are two comments, and the same
    file handed in again replaces its own.

    Args:
        path: The file.
        mapping: From `read_mapping`.

    Returns:
        The survey.

    Raises:
        FileError: If it is of no kind that is read here, or broken.
        ColumnError: If it has no text column, or the mapping does not fit it.
    """
    told: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in mapping.items() if name != "all"
    }
    return open_survey(path, Overrides(**told), origin=_fingerprint(path))


def _fingerprint(path: Path) -> str:
    """Tell a file from others by what is in it."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:12]


def upload_rows(survey: Survey, mapping: Mapping[str, Any], redactor: Redactor) -> Iterator[Comment | Rejected]:
    """Read the rows of an upload.

    Args:
        survey: From `open_upload`.
        mapping: From `read_mapping`.
        redactor: Takes personal data out of rejected rows.

    Yields:
        Comments as they are, with what holds for all of them; rejected rows with no personal data in them.
    """
    hidden = {sheet: frozenset(plan.of("ignored")) for sheet, plan in survey.plans.items()}
    common: dict[str, Any] = mapping.get("all", {})
    for row in survey.rows():
        if isinstance(row, Rejected):
            told = replace(row, reason=in_mapping(row.reason), reason_vi=row.reason_vi and in_mapping_vi(row.reason_vi))
            yield conceal(told, hidden.get(row.sheet, frozenset()), redactor)
        else:
            yield replace(row, **common) if common else row


def conceal(row: Rejected, hidden: frozenset[str], redactor: Redactor) -> Rejected:
    """Take personal data out of a rejected row.

    Args:
        row: The row; of one whose comment is kept, only the cell in question stays.
        hidden: Columns that are not shown at all.
        redactor: For the others.

    Returns:
        What may be stored.
    """
    values = dict(row.values)
    if row.severity == "field" and row.field in values:
        values = {row.field: values[row.field]}
    shown = {
        name: HIDDEN if name in hidden else redactor(Aligned.of(as_text(cell)[:CELL_SHOWN]))[0].text
        for name, cell in values.items()
    }
    return replace(row, values=shown)


def survey_notes(survey: Survey) -> list[str]:
    """Say how an upload was read where that was not plain, to those who cannot type options."""
    return [in_mapping(note) for note in survey.notes]


def describe_plans(plans: Mapping[str | None, ColumnPlan]) -> list[dict[str, Any]]:
    """Say as JSON what the columns of each sheet were taken for."""
    return [
        {
            "sheet": sheet,
            "columns": [
                {
                    "column": column.column,
                    "role": column.role,
                    "confidence": round(column.confidence, 4),
                    "why": column.why,
                    "score": column.score
                    and {
                        "metric": column.score.metric,
                        "min": column.score.min,
                        "max": column.score.max,
                        "direction": column.score.direction,
                        "scale_from": column.score.scale_from,
                    },
                }
                for column in plan.columns
            ],
        }
        for sheet, plan in plans.items()
    ]
