"""Tidy rows as JSON, CSV or Parquet, with an ETag: what dashboards and BI tools pull."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from fastapi import Request, Response
from pydantic import ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from nlp_cx import __version__
from nlp_cx.api.figures import COLUMNS, Figures
from nlp_cx.api.problems import problems
from nlp_cx.api.records import Record
from nlp_cx.api.state import Service
from nlp_cx.errors import UnavailableError
from nlp_cx.taxonomy import load_taxonomy

Format = Literal["json", "csv", "parquet"]
MEDIA: Mapping[str, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
"""Format -> content type."""
EXAMPLE_ROW: dict[str, Any] = {
    "bucket": "2026-11",
    "theme": "delivery",
    "theme_name_vi": "Giao hàng & thực hiện đơn",
    "theme_name_en": "Delivery & fulfilment",
    "segment": None,
    "metric": "share",
    "value": 0.24,
    "low": 0.214552,
    "high": 0.267401,
    "n": 1000,
    "model": "2026.11.25",
    "taxonomy": "1",
}


class TidyRow(Record):
    """One figure. · Một con số."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_ROW]})

    bucket: str | None = Field(description="Day, Monday of the week, month 2026-11, quarter 2026-Q4, year; null: all.")
    theme: str | None = Field(description="Id of the theme; null for a figure of all comments.")
    theme_name_vi: str | None
    theme_name_en: str | None
    segment: str | None = Field(description="Value of what `by` names; null for comments without one.")
    metric: str = Field(description="What the figure is.")
    value: float | None = Field(description="Null if there is nothing to compute it from.")
    low: float | None = Field(description="Lower bound of the 95% interval; null where there is none.")
    high: float | None
    n: int = Field(description="Comments, mentions or answers behind it.")
    model: str | None = Field(description="Version of the model, or models, that read the comments.")
    taxonomy: str


class Note(Record):
    """What a reader should know, in both languages."""

    en: str
    vi: str


class Tidy(Record):
    """Figures as flat rows. · Các con số dạng bảng phẳng."""

    rows: list[TidyRow]
    notes: list[Note]


def tidy_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare the answers of an operation that gives tidy rows, or anything with an ETag.

    Args:
        statuses: Problems beside those of every operation.

    Returns:
        What OpenAPI says of them.
    """
    etag = {"ETag": {"description": "Changes with the comments.", "schema": {"type": "string"}}}
    files = {MEDIA["csv"].partition(";")[0]: {"schema": {"type": "string"}}}
    files[MEDIA["parquet"]] = {"schema": {"type": "string", "format": "binary"}}
    return {
        200: {"description": "The figures.", "headers": etag, "content": files},
        304: {"description": "Nothing changed since the ETag that was sent."},
        **problems(*statuses),
    }


def choose_format(request: Request, asked: Format | None) -> Format:
    """Choose what to send: as asked, else by Accept, else JSON.

    Args:
        request: Its Accept is read.
        asked: The parameter `format`.

    Returns:
        The format.
    """
    if asked:
        return asked
    best: tuple[float, Format] = (0.0, "json")
    for part in request.headers.get("accept", "")[:500].split(","):
        kind, _, parameter = part.partition(";")
        try:
            quality = float(parameter.partition("q=")[2] or 1)
        except ValueError:
            continue
        for name in ("json", "csv", "parquet"):
            media = MEDIA[name].partition(";")[0]
            if kind.strip().lower() == media and quality > best[0]:
                best = (quality, name)
    return best[1]


async def answer(
    request: Request,
    here: Service,
    workspace: str,
    write: Callable[[], bytes],
    *,
    media: str,
    filename: str | None = None,
    keep: bool = True,
) -> Response:
    """Answer with what the store holds now, or with 304 if the caller has it.

    Args:
        request: Its address and If-None-Match are read.
        here: The service.
        workspace: Whose comments.
        write: Makes the body; not called if it is not needed.
        media: Its content type.
        filename: What a browser saves it as.
        keep: Whether the body may stay in memory, for who asks the same; not if it holds what people wrote.

    Returns:
        The response.
    """
    stamp = await run_in_threadpool(here.store.stamp, workspace)
    known = (workspace, stamp, request.url.path, request.url.query, media, __version__, load_taxonomy().version)
    tag = f'"{hashlib.sha256(json.dumps(known).encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept, Authorization"}
    sent = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if tag in sent or "*" in sent:
        return Response(status_code=304, headers=headers)
    if filename:
        headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    body = here.kept.find(tag)
    if body is None:
        body = await run_in_threadpool(write)
        if keep:
            here.kept.keep(tag, body)
    return Response(body, media_type=media, headers=headers)


def write_figures(figures: Figures, form: Format, name: str, *, columns: Mapping[str, str] = COLUMNS) -> bytes:
    """Write tidy rows.

    Args:
        figures: What they are.
        form: json, csv (for Excel: nothing that it would calculate) or parquet.
        name: Name of the table.
        columns: Of the rows, and the kinds of their cells.

    Returns:
        The body.

    Raises:
        UnavailableError: If there is no room for the file.
    """
    if form == "json":
        return json.dumps({"rows": list(figures.rows), "notes": list(figures.notes)}, ensure_ascii=False).encode(
            "utf-8", "replace"
        )
    from nlp_cx.export.files import write_csv, write_parquet
    from nlp_cx.export.table import Column, Table

    listed = tuple(Column(key=key, title=key, kind=kind) for key, kind in columns.items())  # type: ignore[arg-type]
    table = Table(name=name, title=name, columns=listed, rows=figures.rows)
    try:
        with tempfile.TemporaryDirectory(prefix="nlp-cx-") as folder:
            path = Path(folder) / f"{name}.{form}"
            (write_csv if form == "csv" else write_parquet)(path, table)
            return path.read_bytes()
    except OSError as error:
        raise UnavailableError("there is no room left for the file") from error
