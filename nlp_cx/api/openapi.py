"""The contract as OpenAPI: what FastAPI writes, with problem documents under their own media type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from nlp_cx import __version__
from nlp_cx.api.problems import MEDIA_TYPE, problems

TITLE = "nlp_cx"
DESCRIPTION = """\
Reads what customers wrote, in Vietnamese and English: sentiment, root-cause themes, the words that prove them.
*Đọc ý kiến khách hàng bằng tiếng Việt và tiếng Anh: cảm xúc, nhóm nguyên nhân, từ ngữ làm chứng.*

- Every error is a problem document (RFC 9457); `Accept-Language: vi` gets it in Vietnamese.
- `X-Request-ID` is echoed, or made up, and stands in the log.
- Lists are read by opaque cursors: follow `next` as long as there is one.
- Offsets count Unicode code points of the text as sent.

*Mọi lỗi đều theo RFC 9457; gửi `Accept-Language: vi` để nhận bằng tiếng Việt.*
"""
TAGS = [
    {"name": "analyze", "description": "Comments in, analyses out, at once. · Phân tích ngay."},
    {"name": "batches", "description": "Survey files, analysed in the background. · Phân tích cả tệp khảo sát."},
    {"name": "webhooks", "description": "Messages when something happened. · Thông báo khi có sự kiện."},
    {"name": "comments", "description": "What lies beneath every figure. · Các ý kiến đằng sau mỗi con số."},
    {"name": "labels", "description": "Corrections by people. · Hiệu chỉnh của con người."},
    {"name": "summaries", "description": "Figures for dashboards and BI tools. · Các con số cho bảng điều khiển."},
    {"name": "alerts", "description": "When somebody wants to be told of a share. · Cảnh báo khi tỷ lệ bất thường."},
    {"name": "models", "description": "Which model reads, and how that changes. · Các mô hình và việc thay mô hình."},
    {"name": "themes", "description": "What comments can be about. · Các nhóm nguyên nhân."},
    {"name": "keys", "description": "Who may call. · Ai được gọi dịch vụ."},
    {"name": "operation", "description": "For those who run it. · Dành cho người vận hành."},
]
_WITH_BODY = (400, 408, 413, 415)
_METHODS = ("get", "put", "post", "delete", "patch")


def install(app: FastAPI) -> None:
    """Make an app give its contract; while requests need no key, it says so.

    Args:
        app: With all its routes.
    """
    written: dict[bool, dict[str, Any]] = {}

    def contract() -> dict[str, Any]:
        service = getattr(app.state, "service", None)
        now = service is not None and service.keys.is_open()
        if now not in written:
            written[now] = _write(app, without_keys=now)
        return written[now]

    app.openapi = contract  # type: ignore[method-assign]  # the way FastAPI's documentation names


def _write(app: FastAPI, *, without_keys: bool) -> dict[str, Any]:
    """Write the contract."""
    document = get_openapi(
        title=TITLE, version=__version__, description=DESCRIPTION, tags=TAGS, routes=app.routes,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )  # fmt: skip
    schemas = document["components"]["schemas"]
    for operation in _operations(document):
        operation["responses"] = _responses(operation)
        for parameter in operation.get("parameters", ()):
            if parameter["in"] in ("path", "query"):
                _without_nul(parameter["schema"])
        if without_keys:
            operation.pop("security", None)
    if without_keys:
        document["components"].pop("securitySchemes", None)
    for leftover in ("HTTPValidationError", "ValidationError"):
        if f"#/components/schemas/{leftover}" not in str(document["paths"]):
            schemas.pop(leftover, None)
    return document


def _without_nul(schema: dict[str, Any]) -> None:
    """Say that a text in an address holds no NUL: the routes refuse it, for no database takes it."""
    for part in (*schema.get("anyOf", ()), *(schema[key] for key in ("items",) if key in schema)):
        _without_nul(part)
    if schema.get("type") == "string" and not {"enum", "format", "pattern", "const"} & schema.keys():
        schema["pattern"] = r"^[^\x00]*$"


def _responses(operation: Mapping[str, Any]) -> dict[str, Any]:
    """Write all answers of an operation, those of every body included."""
    responses: dict[str, Any] = dict(operation["responses"])
    if "requestBody" in operation:
        schema = {"$ref": "#/components/schemas/Problem"}
        for status in _WITH_BODY:
            told = {"description": problems(status)[status]["description"], "content": {MEDIA_TYPE: {"schema": schema}}}
            responses.setdefault(str(status), told)
    for name, response in responses.items():
        if name[0] in "45" and response.get("content"):
            response["content"] = {MEDIA_TYPE: next(iter(response["content"].values()))}
    return dict(sorted(responses.items()))


def _operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Go through all operations."""
    for path in document["paths"].values():
        for method in _METHODS:
            if method in path:
                yield path[method]
