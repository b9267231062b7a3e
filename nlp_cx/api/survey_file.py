"""A survey file as a request hands it in: how the contract shows it, and how it is opened under its own name."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from nlp_cx.api.uploads import FORM, TYPES, Upload
from nlp_cx.errors import ColumnError, FileError, NlpCxError
from nlp_cx.ingest import Survey
from nlp_cx.ingest.formats import recognise
from nlp_cx.jobs.staging import open_upload

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_COMMENTS = {
    "schema": {
        "anyOf": [
            {"type": "array", "description": "Comments; what is none is rejected by itself."},
            {"type": "object", "description": "An object with `comments`, or one comment."},
            {"description": "Anything else holds no comment."},
        ]
    },
    "example": {"comments": [{"id": "r-1027", "text": "Giao hàng chậm", "scores": [{"metric": "nps", "value": 6}]}]},
}
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file as it is, under its own content type, or in a form.",
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "mapping": {"type": "string", "description": "As the parameter `mapping`."},
                        "name": {"type": "string", "description": "As the parameter `name`."},
                    },
                }
            },
            **{kind: _COMMENTS if kind == "application/json" else _BINARY for kind in TYPES},
        },
    }
}
"""What operations that take a file say of their body."""
Name = Annotated[str | None, Query(max_length=200, description="What to call it; the file's own name if left out.")]
MappingGiven = Annotated[
    str | None,
    Query(
        max_length=20_000,
        description='What columns are, as JSON, where they are not recognised: `{"text": ["Ý kiến"], "scores": '
        '["nps=Q1:0-10"], "date": "Ngày", "segments": ["Chi nhánh"], "all": {"language": "vi"}}`. Fields: text, id, '
        "question, language, date, respondent_id, touchpoint, stage, segments, scores, sheet, ignore; under `all` a "
        "question or a language that holds for all comments.",
    ),
]


def open_file(upload: Upload) -> Survey:
    """Open an upload; errors call it by the caller's name."""
    try:
        return open_upload(upload.path, upload.mapping)
    except (FileError, ColumnError) as error:
        raise rename_error(error, upload) from error


def recognise_file(upload: Upload) -> str:
    """Tell only the format of an upload."""
    try:
        return recognise(upload.path)
    except FileError as error:
        raise rename_error(error, upload) from error


def rename_error(error: NlpCxError, upload: Upload) -> NlpCxError:
    """Call a file by the name that the caller knows."""
    told = str(error)
    for ours in (str(upload.path), upload.path.name):
        told = told.replace(ours, upload.name)
    return ColumnError(told, columns=error.columns) if isinstance(error, ColumnError) else type(error)(told)
