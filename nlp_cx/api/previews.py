"""How a file would be read, before it is handed in."""

from __future__ import annotations

from itertools import islice
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from nlp_cx.alignment import Aligned
from nlp_cx.api.batch_records import RejectedRow, Sheet
from nlp_cx.api.problems import preferred_language, problems
from nlp_cx.api.records import Record
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Analyst, Here, Service
from nlp_cx.api.survey_file import BODY, MappingGiven, Name, open_file, rename_error
from nlp_cx.api.uploads import Upload, received
from nlp_cx.errors import ColumnError, FileError
from nlp_cx.ingest import Rejected
from nlp_cx.jobs.staging import describe_plans, survey_notes, upload_rows
from nlp_cx.records import Comment
from nlp_cx.redact import Redactor
from nlp_cx.words import Tongue, translate

PREVIEWED = 2000
"""Rows that a preview reads."""
SHOWN = 10
"""Comments that it shows."""

router = make_router("batches")


class PreviewComment(Record):
    """A comment as it would be read, personal data taken out of its text."""

    id: str
    text: str
    question: str | None
    language: str | None
    created_at: str | None
    respondent_id: str | None
    touchpoint: str | None
    stage: str | None
    segments: dict[str, str]
    scores: list[dict[str, Any]]


class Preview(Record):
    """How a file would be read. · Tệp sẽ được đọc như thế nào."""

    format: str
    rows: int | None = Field(description="Rows of the whole file, where that is known without reading it.")
    sheets: list[Sheet]
    notes: list[str] = Field(description="How it would be read where that is not plain.")
    comments: int = Field(description=f"Comments among the first {PREVIEWED} rows.")
    rejected: int = Field(description="Rows among them that would be rejected.")
    first: list[PreviewComment]
    errors: list[RejectedRow] = Field(description="The first things that could not be used.")


@router.post(
    "/v1/batches/preview",
    operation_id="preview_batch",
    summary="See how a file would be read · Xem trước cách đọc tệp",
    response_model=Preview,
    responses=problems(413, 415, 503),
    openapi_extra=BODY,
)
async def preview_batch(
    request: Request, _caller: Analyst, here: Here, name: Name = None, mapping: MappingGiven = None
) -> JSONResponse:
    """Say what the columns of a file are taken for, show its first comments and what would be rejected; keep nothing.

    *Cho biết các cột được hiểu là gì, vài ý kiến đầu tiên và những dòng sẽ bị loại; không lưu gì.*
    """
    async with received(request, here.jobs.files, name=name, mapping=mapping) as upload:
        return JSONResponse(await run_in_threadpool(_preview, here, upload, preferred_language(request.scope)))


def _preview(here: Service, upload: Upload, lang: Tongue) -> dict[str, Any]:
    """Read the beginning of an upload, and say in a language how."""
    survey = open_file(upload)
    redactor = Redactor(names=here.settings.redact_names, order_codes=here.settings.redact_orders)
    comments: list[Comment] = []
    errors: list[Rejected] = []
    counts = {"comments": 0, "row": 0}
    try:
        for row in islice(upload_rows(survey, upload.mapping, redactor), PREVIEWED):
            if isinstance(row, Rejected):
                counts["row"] += row.severity == "row"
                errors += [row][: SHOWN * 2 - len(errors)]
            else:
                counts["comments"] += 1
                comments += [row][: SHOWN - len(comments)]
    except (FileError, ColumnError) as error:
        raise rename_error(error, upload) from error
    return {
        "format": survey.format,
        "rows": survey.total_rows,
        "sheets": describe_plans(survey.plans),
        "notes": [translate(note.replace(upload.path.name, upload.name), lang) for note in survey_notes(survey)],
        "comments": counts["comments"],
        "rejected": counts["row"],
        "first": [_shown(comment, redactor) for comment in comments],
        "errors": [row.to_dict() for row in errors],
    }


def _shown(comment: Comment, redactor: Redactor) -> dict[str, Any]:
    """Show a comment with personal data taken out of its text."""
    redacted, _ = redactor(Aligned.of(comment.text))
    return {
        "id": comment.id,
        "text": redacted.text,
        "question": comment.question,
        "language": comment.language,
        "created_at": comment.created_at and comment.created_at.isoformat(),
        "respondent_id": comment.respondent_id,
        "touchpoint": comment.touchpoint,
        "stage": comment.stage,
        "segments": dict(comment.segments),
        "scores": [score.to_dict() for score in comment.scores],
    }
