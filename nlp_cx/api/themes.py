"""GET /v1/themes: what a comment can be about, in both languages."""

from __future__ import annotations

import hashlib
from functools import cache

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from nlp_cx.api.problems import problems
from nlp_cx.api.records import Record
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Anyone
from nlp_cx.taxonomy import load_taxonomy

router = make_router("themes")


class BothLanguages(Record):
    """A text in English and in Vietnamese."""

    en: str
    vi: str


class Theme(Record):
    """One place in the customer's experience where a cause may lie. · Một nhóm nguyên nhân."""

    id: str
    name: BothLanguages
    definition: BothLanguages
    excludes: str = Field(description="What belongs to another theme.")
    stages: list[str] = Field(description="Stages of the journey that it usually belongs to.")
    driver: bool = Field(description="False if it restates the score, so that it is no driver of it.")


class Taxonomy(Record):
    """All themes, in the order that tables use."""

    version: str
    themes: list[Theme]


@router.get(
    "/v1/themes",
    operation_id="list_themes",
    summary="List the themes · Danh sách chủ đề",
    response_model=Taxonomy,
    responses={304: {"description": "Nothing changed since the ETag that was sent."}, **problems()},
)
async def list_themes(request: Request, _caller: Anyone) -> Response:
    """Give the taxonomy: ids, names and definitions in English and Vietnamese.

    *Trả về toàn bộ nhóm nguyên nhân: mã, tên và định nghĩa bằng tiếng Anh và tiếng Việt.*
    """
    body, tag = _taxonomy()
    headers = {"ETag": tag, "Cache-Control": "private, max-age=300"}
    if tag in [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@cache
def _taxonomy() -> tuple[bytes, str]:
    """Write the taxonomy once, with its ETag."""
    taxonomy = load_taxonomy()
    body = JSONResponse(
        {
            "version": taxonomy.version,
            "themes": [
                {
                    "id": theme.id,
                    "name": dict(theme.name),
                    "definition": dict(theme.definition),
                    "excludes": theme.excludes,
                    "stages": list(theme.stages),
                    "driver": theme.driver,
                }
                for theme in taxonomy.themes
            ],
        }
    ).body
    return bytes(body), f'"{hashlib.sha256(body).hexdigest()[:16]}"'
