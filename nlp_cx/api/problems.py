"""Every error as a problem document (RFC 9457): one table, from kind of error to status.

Messages say which input and what to do, in English or, where `Accept-Language` asks for it, in Vietnamese. They never
hold a comment's text. What nobody foresaw is a plain 500 with the request's id, which the log has as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Scope

from nlp_cx.errors import (
    BusyError,
    ColumnError,
    CommentError,
    ConflictError,
    ForbiddenError,
    InputError,
    MediaTypeError,
    MissingExtraError,
    ModelError,
    ModelMismatchError,
    ModelNotFoundError,
    NlpCxError,
    NotFoundError,
    PromotionRefusedError,
    RegistryError,
    RequestError,
    ScoreError,
    ServiceError,
    StorageError,
    TooLargeError,
    UnauthorizedError,
    UnavailableError,
)
from nlp_cx.words import Tongue, translate

MEDIA_TYPE = "application/problem+json"
STATUSES: Mapping[type[NlpCxError], int] = {
    InputError: 422,
    ScoreError: 422,
    ModelError: 503,
    ModelMismatchError: 409,
    ModelNotFoundError: 404,
    PromotionRefusedError: 409,
    RegistryError: 409,
    MissingExtraError: 501,
    StorageError: 503,
    ServiceError: 400,
    UnauthorizedError: 401,
    ForbiddenError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    TooLargeError: 413,
    MediaTypeError: 415,
    RequestError: 422,
    BusyError: 429,
    UnavailableError: 503,
    NlpCxError: 500,
}
"""Status by kind of error; the nearest class above an error decides."""
CODES: Mapping[int, str] = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "timeout",
    409: "conflict",
    413: "too_large",
    415: "media_type",
    422: "invalid_request",
    429: "busy",
    500: "internal",
    503: "unavailable",
}
"""Code by status, for errors that are not ours."""
_SAID: Mapping[int, str] = {
    400: "the body cannot be read",
    404: "there is nothing at this address",
    405: "this address does not take this method; Allow lists those it takes",
    413: "the request is larger than the service takes",
    500: "something went wrong inside; the log has more under this request_id",
}
_TITLES: Mapping[int, str] = {413: "Content Too Large", 422: "Unprocessable Content"}
"""Names of RFC 9110 that older Pythons do not know yet."""
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_LONGEST_REASON = 300
_COLUMNS = 'says what columns are, such as {"text": ["COLUMN"], "scores": ["nps=COLUMN:0-10"]}'


class InvalidParam(BaseModel):
    """One parameter or field that is not valid."""

    name: str = Field(description="Name of the parameter, or path of the field: `comments/3/text`.")
    reason: str = Field(description="What is wrong with it.")


class Problem(BaseModel):
    """An error, by RFC 9457."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:nlp-cx:problem:invalid_request",
                    "title": "Unprocessable Content",
                    "status": 422,
                    "detail": "the request is not valid; invalid_params says where",
                    "code": "invalid_request",
                    "request_id": "5f0c3a4e9b7d4f0f8a53c0c7d1f6a2b4",
                    "invalid_params": [{"name": "comments", "reason": "Field required"}],
                }
            ]
        },
    )

    type: str = Field(description="URI of this kind of problem.")
    title: str = Field(description="The status in words.")
    status: int = Field(ge=400, le=599, description="The HTTP status.")
    detail: str = Field(description="What is wrong and what to do; in Vietnamese if Accept-Language prefers it.")
    code: str = Field(description="The kind of problem, for programs.")
    request_id: str = Field(description="Id of this request, as in X-Request-ID and in the log.")
    invalid_params: list[InvalidParam] | None = Field(None, description="Parameters and fields that are not valid.")


def problem(
    scope: Scope,
    status: int,
    detail: str,
    *,
    code: str | None = None,
    invalid: Sequence[tuple[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """Make the answer that tells of an error.

    Args:
        scope: ASGI scope of the request.
        status: HTTP status, 400 to 599.
        detail: What is wrong, in English; said in Vietnamese where the request prefers it.
        code: Kind of problem; by the status when None.
        invalid: Names and reasons of what is not valid.
        headers: More headers.
        more: More members of the document.

    Returns:
        The response.
    """
    lang = preferred_language(scope)
    code = code or CODES.get(status, "error")
    document: dict[str, Any] = {
        "type": f"urn:nlp-cx:problem:{code}",
        "title": _TITLES.get(status) or HTTPStatus(status).phrase,
        "status": status,
        "detail": translate(detail, lang),
        "code": code,
        "request_id": request_id(scope),
    }
    if invalid:
        document["invalid_params"] = [
            {"name": name, "reason": translate(reason, lang)[:_LONGEST_REASON]} for name, reason in invalid
        ]
    document |= more
    headers = {"Content-Language": lang, "Cache-Control": "no-store"} | dict(headers or {})
    return _ProblemResponse(document, status_code=status, headers=headers)


def request_id(scope: Scope) -> str:
    """Give the id of a request; empty outside the service's own middleware."""
    return str(scope.get("state", {}).get("request_id", ""))


def preferred_language(scope: Scope) -> Tongue:
    """Tell whether a request prefers Vietnamese; English if it says nothing.

    Examples:
        >>> preferred_language({"headers": [(b"accept-language", b"vi-VN,vi;q=0.9,en;q=0.8")]})
        'vi'
    """
    best: tuple[float, Tongue] = (0.0, "en")
    given = b",".join(value for name, value in scope.get("headers", ()) if name == b"accept-language")
    for part in given[:500].decode("latin-1").split(","):
        tag, _, parameter = part.partition(";")
        _, _, weight = parameter.partition("q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        primary = tag.strip().lower().partition("-")[0]
        if primary in ("en", "vi") and quality > best[0]:
            best = (quality, "vi" if primary == "vi" else "en")
    return best[1]


def error_problem(scope: Scope, error: NlpCxError) -> Response:
    """Tell of one of our errors, by the table."""
    status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
    headers = {}
    if isinstance(error, BusyError):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    elif isinstance(error, UnavailableError | StorageError):
        headers["Retry-After"] = "1"
    elif isinstance(error, UnauthorizedError):
        headers["WWW-Authenticate"] = 'Bearer realm="nlp-cx"'
    named = _named(error)
    if named is None:
        return problem(scope, status, str(error), code=error.code, headers=headers)
    name, reason = named
    if isinstance(error, ColumnError):  # it names columns, and what is to be said of the field stands beside it
        more = {"columns": list(error.columns)} if error.columns else {}
        return problem(scope, status, str(error), code=error.code, invalid=[named], headers=headers, **more)
    detail = f"{name}: {translate(reason, preferred_language(scope))}"
    return problem(scope, status, detail, code=error.code, invalid=[named], headers=headers)


def _named(error: NlpCxError) -> tuple[str, str] | None:
    """Give the field that an error is about, and what is wrong with it."""
    if isinstance(error, RequestError):
        return error.name, error.reason
    if isinstance(error, ColumnError):
        return "mapping", _COLUMNS
    if isinstance(error, CommentError):
        return error.field, str(error).removeprefix(f"{error.field}: ")
    return None


def validation_problem(scope: Scope, errors: Iterable[Mapping[str, Any]]) -> Response:
    """Tell of what pydantic found."""
    invalid = list(invalid_params(errors))
    if any(name == "body" and reason.startswith("JSON decode error") for name, reason in invalid):
        return problem(scope, 400, "the body is not valid JSON", invalid=invalid, code="bad_request")
    return problem(scope, 422, "the request is not valid; invalid_params says where", invalid=invalid)


def invalid_params(errors: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    """Give each thing that is not valid as name and reason, never its value.

    Examples:
        >>> list(invalid_params([{"type": "missing", "loc": ("body", "comments"), "msg": "Field required"}]))
        [('comments', 'Field required')]
    """
    for error in errors:
        place, *rest = error["loc"] or ("body",)
        reason = str(error["msg"]).removeprefix("Value error, ")
        if error["type"] == "json_invalid":
            yield "body", f"{reason} at character {rest[-1] if rest else 0}"
        else:
            yield "/".join(map(str, rest)) or str(place), reason


def install(app: FastAPI) -> None:
    """Make an app answer every error with a problem document."""

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, NlpCxError)  # noqa: S101  # by the line that registers it
        return error_problem(request.scope, error)

    async def validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        return validation_problem(request.scope, error.errors())

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(allowed_methods(app, request.scope))
        detail = _SAID.get(error.status_code, error.detail)
        return problem(request.scope, error.status_code, detail, headers=headers)

    app.add_exception_handler(NlpCxError, ours)
    app.add_exception_handler(RequestValidationError, validation)
    app.add_exception_handler(HTTPException, http)


def internal_problem(scope: Scope) -> Response:
    """Tell of what nobody foresaw, and nothing of its inside."""
    return problem(scope, 500, _SAID[500])


def allowed_methods(app: FastAPI, scope: Scope) -> list[str]:
    """Find which methods an address takes; several routes may share it, and its own go before those of a pattern."""
    own = app.openapi()["paths"].get(scope["path"])
    if own:
        return sorted(method.upper() for method in own)
    child = {key: scope[key] for key in ("type", "path", "root_path", "headers") if key in scope}
    return [
        method
        for method in _METHODS
        if any(route.matches({**child, "method": method})[0] is Match.FULL for route in app.router.routes)
    ]


_WORDS: Mapping[int, str] = {
    400: "The body cannot be read.",
    401: "No key, or one that is unknown or revoked.",
    403: "The key lacks the scope.",
    404: "No such thing in the caller's workspace.",
    405: "The address does not take this method.",
    406: "No form that the request accepts is given here.",
    408: "The body did not arrive in time.",
    409: "It does not fit the state that the thing is in.",
    413: "The body is too large.",
    415: "The content is of a kind that is not taken here.",
    422: "A parameter or a field is not valid.",
    429: "Too much at once; Retry-After says when to come back.",
    500: "Something went wrong inside; the log has more under request_id.",
    503: "A part of the service is not ready.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare the problems of an operation, for its `responses`; those of every operation are in it.

    Args:
        statuses: What it answers beside 401, 403, 422, 429 and 500.

    Returns:
        Status -> what OpenAPI says of it.
    """
    everywhere = (401, 403, 422, 429, 500)
    declared: dict[int | str, dict[str, Any]] = {}
    for status in sorted({*everywhere, *statuses}):
        declared[status] = {"model": Problem, "description": _WORDS[status]}
        if status in (429, 503):
            schema = {"type": "integer", "minimum": 1}
            declared[status]["headers"] = {
                "Retry-After": {"description": "Seconds to wait.", "schema": schema, "required": True}
            }
    return declared


class _ProblemResponse(JSONResponse):
    """JSON under the media type of problem documents."""

    media_type = MEDIA_TYPE
