"""A batch and what is in it, as OpenAPI shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from nlp_cx.api.records import Analysis, Record
from nlp_cx.storage.interface import Batch
from nlp_cx.words import Tongue, translate

_EXAMPLE: dict[str, Any] = {
    "id": "b_20261125_9f86d081884c7d65",
    "kind": "upload",
    "name": "khao-sat-thang-11.xlsx",
    "state": "running",
    "format": "xlsx",
    "total": 100_000,
    "done": 41_984,
    "rejected": 12,
    "per_second": 1042.5,
    "seconds_left": 55.6,
    "created_at": "2026-11-25T04:30:00+00:00",
    "started_at": "2026-11-25T04:30:01+00:00",
    "finished_at": None,
    "error": None,
    "sheets": [],
    "notes": [],
}


class ScoreScale(Record):
    """What a column of scores measures, and on which scale."""

    metric: str
    min: float
    max: float
    direction: Literal["higher_is_better", "lower_is_better"]
    scale_from: Literal["metric", "header", "given"] = Field(description="Where the scale was told from.")


class ColumnRole(Record):
    """What one column was taken for."""

    column: str
    role: str = Field(description="text, id, score, segment, created_at ...; unused, or ignored for personal data.")
    confidence: float = Field(ge=0, le=1)
    why: Literal["header", "values", "given", "nothing"]
    score: ScoreScale | None


class Sheet(Record):
    """The columns of one sheet."""

    sheet: str | None = Field(description="Its name; null where the format has no sheets.")
    columns: list[ColumnRole]


class BatchError(Record):
    """Why a batch failed."""

    code: str
    detail: str


class BatchOut(Record):
    """A file that was handed in, and how far it is. · Một tệp đã gửi và tiến độ xử lý."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: str
    kind: Literal["upload", "rescore"]
    name: str
    state: Literal["queued", "running", "completed", "failed", "cancelled"]
    format: str | None
    total: int | None = Field(description="Rows in it; null until they are counted.")
    done: int = Field(description="Comments analysed and kept.")
    rejected: int = Field(description="Rows that could not be used; /errors has them.")
    per_second: float | None = Field(description="Comments a second, lately.")
    seconds_left: float | None = Field(description="Until it is done, if it goes on like this.")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: BatchError | None
    sheets: list[Sheet] = Field(description="What the columns were taken for.")
    notes: list[str] = Field(description="How the file was read where that was not plain.")


class BatchPage(Record):
    """Some batches, newest first."""

    items: list[BatchOut]
    next: str | None = Field(description="Cursor of the next page: send it as `after`. Null at the end.")


class ResultPage(Record):
    """Some analyses of a batch, in the order of the file."""

    items: list[Analysis]
    next: str | None = Field(description="Cursor of the next page: send it as `after`. Null at the end.")


class RejectedRow(Record):
    """A row, or one field of a row whose comment is kept, that could not be used."""

    row: int = Field(description="As a spreadsheet counts: the header is row 1.")
    sheet: str | None
    id: str | None
    field: str | None
    severity: Literal["row", "field"]
    reason: str
    reason_vi: str | None
    values: dict[str, str] = Field(description="Cells, personal data taken out.")


class RejectedPage(Record):
    """Some of what could not be used, in the order of the file."""

    items: list[RejectedRow]
    next: str | None = Field(description="Cursor of the next page: send it as `after`. Null at the end.")


def batch_record(batch: Batch, lang: Tongue) -> dict[str, Any]:
    """Give a batch as the API shows it.

    Args:
        batch: From the store.
        lang: Language of what is said about an error, and about how the file was read.

    Returns:
        JSON.
    """
    detail = batch.error_vi if lang == "vi" and batch.error_vi else batch.error
    return {
        "id": batch.id,
        "kind": batch.kind,
        "name": batch.name,
        "state": batch.state,
        "format": batch.format,
        "total": batch.total,
        "done": batch.done,
        "rejected": batch.rejected,
        "per_second": batch.per_second and round(batch.per_second, 1),
        "seconds_left": batch.seconds_left and round(batch.seconds_left, 1),
        "created_at": batch.created_at.isoformat(),
        "started_at": batch.started_at and batch.started_at.isoformat(),
        "finished_at": batch.finished_at and batch.finished_at.isoformat(),
        "error": {"code": batch.error_code, "detail": detail or ""} if batch.error_code else None,
        "sheets": batch.plan.get("sheets", []),
        "notes": [translate(note, lang) for note in batch.plan.get("notes", [])],
    }
