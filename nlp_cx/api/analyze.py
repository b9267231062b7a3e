"""POST /v1/analyze: comments in, analyses out, at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from nlp_cx import records
from nlp_cx.api.problems import preferred_language, problems
from nlp_cx.api.records import (
    EXAMPLE_ANALYSIS,
    EXAMPLE_COMMENT,
    Analysis,
    Comment,
    ItemError,
    Record,
    Refused,
    read_comment,
)
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Analyst, Here, Service
from nlp_cx.words import Tongue, translate

MOST = 1000
"""Comments of one request."""
_ANYTHING = "Anything else is answered by an error of its own."

router = make_router("analyze")


class _AnyComment:
    """A comment, or whatever was sent in its place: an error of its own, not of the whole request."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Take anything; show what is meant."""
        anything = core_schema.any_schema(metadata={"pydantic_js_updates": {"description": _ANYTHING}})
        meant = core_schema.union_schema([handler.generate_schema(Comment), anything])
        return core_schema.no_info_plain_validator_function(_as_it_is, json_schema_input_schema=meant)


def _as_it_is(given: object) -> object:
    """Take a value as it came; each comment is read by itself."""
    return given


class AnalyzeRequest(BaseModel):
    """Comments to analyse."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "comments": [
                        dict(EXAMPLE_COMMENT),
                        {"id": "r-1028", "text": "Great app, but support never answers", "language": "en"},
                    ]
                }
            ]
        },
    )

    comments: Annotated[
        list[_AnyComment], Field(min_length=1, max_length=MOST, description="In any language, in order.")
    ]
    store: bool = Field(
        default=False,
        description="Whether to keep them, redacted, so that summaries count them; an id that is there is replaced.",
    )


class AnalyzedItem(Record):
    """One comment's result or its error."""

    id: str | None = Field(description="The comment's id; null if it has none that can be read.")
    result: Analysis | None = Field(None, description="The analysis; left out if there is an error.")
    error: ItemError | None = Field(None, description="Why there is none; left out if there is a result.")

    model_config = ConfigDict(
        json_schema_serialization_defaults_required=False,
        json_schema_extra={"examples": [{"id": "r-1027", "result": dict(EXAMPLE_ANALYSIS)}]},
    )


class AnalyzeResponse(Record):
    """One item per comment, in their order."""

    items: list[AnalyzedItem]


@router.post(
    "/v1/analyze",
    operation_id="analyze_comments",
    summary="Analyse up to 1,000 comments at once · Phân tích ngay tối đa 1.000 ý kiến",
    response_model=AnalyzeResponse,
    responses=problems(503),
)
async def analyze_comments(request: Request, asked: AnalyzeRequest, caller: Analyst, here: Here) -> JSONResponse:
    """Answer one item per comment, in their order: its `result`, or its `error` if it is not valid.

    One bad comment harms no other: the status is 200 as long as the request itself can be read.
    Nothing is kept unless `store` says so.

    *Mỗi ý kiến có một mục trả lời theo đúng thứ tự: `result` (kết quả) hoặc `error` (lỗi). Một ý kiến lỗi không ảnh
    hưởng các ý kiến khác. Không lưu gì, trừ khi `store` là true.*
    """
    lang = preferred_language(request.scope)
    read = [read_comment(given, position) for position, given in enumerate(asked.comments, 1)]
    sound = [comment for comment in read if isinstance(comment, records.Comment)]
    analyses = iter(await here.gather.analyze(sound))
    items: list[dict[str, Any]] = []
    kept: list[tuple[records.Comment, records.Analysis]] = []
    for comment in read:
        if isinstance(comment, Refused):
            items.append(_refusal(comment, lang))
            continue
        analysis = next(analyses)
        if analysis is None:
            items.append({"id": comment.id, "error": _error("internal", "it could not be analysed", (), lang)})
            continue
        items.append({"id": comment.id, "result": analysis.to_dict()})
        kept.append((comment, analysis))
    here.meters.failed.labels("comment").inc(len(read) - len(sound))
    if asked.store and kept:
        await run_in_threadpool(_store, here, caller.workspace, kept)
    return JSONResponse({"items": items})


def _store(here: Service, workspace: str, kept: Sequence[tuple[records.Comment, records.Analysis]]) -> None:
    """Keep what was analysed; the last one of an id counts."""
    raw = here.settings.keep_raw
    last = {comment.id: (comment, analysis, comment.text if raw else None) for comment, analysis in kept}
    here.store.save(workspace, None, None, list(last.values()), [])


def _refusal(comment: Refused, lang: Tongue) -> dict[str, Any]:
    """Tell why a comment is not valid."""
    detail = "the comment is not valid; invalid_params says where"
    return {"id": comment.id, "error": _error("comment", detail, comment.invalid, lang)}


def _error(code: str, detail: str, invalid: Sequence[tuple[str, str]], lang: Tongue) -> dict[str, Any]:
    """Make an item's error."""
    return {
        "code": code,
        "detail": translate(detail, lang),
        "invalid_params": [{"name": name, "reason": translate(reason, lang)[:300]} for name, reason in invalid],
    }
