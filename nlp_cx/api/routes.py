"""Routes that ask for a key before they read the body, and for JSON where they take JSON."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.params import Form
from fastapi.routing import APIRoute

from nlp_cx.api.problems import problems
from nlp_cx.errors import MediaTypeError, RequestError


class Route(APIRoute):
    """A route behind an API key."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put the checks that need no body before the handler that reads it."""
        handler = super().get_route_handler()
        takes_json = self.body_field is not None and not isinstance(self.body_field.field_info, Form)
        takes_body = takes_json or "requestBody" in (self.openapi_extra or {})

        async def handle(request: Request) -> Response:
            request.state.caller = await request.app.state.service.keys.caller(request)
            if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
                raise RequestError("url", "holds a NUL character, which no id or name has")
            if takes_body and is_encoded(request.headers.getlist("content-encoding")):
                raise MediaTypeError("send the body as it is: no Content-Encoding is taken")
            if takes_json and not is_json(request.headers.get("content-type", "")):
                raise MediaTypeError("send the body as application/json")
            return await handler(request)

        return handle


def is_json(content_type: str) -> bool:
    """Tell whether a Content-Type is JSON.

    Examples:
        >>> is_json("application/json; charset=utf-8"), is_json("application/problem+json"), is_json("text/plain")
        (True, True, False)
    """
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def is_encoded(encodings: Iterable[str]) -> bool:
    """Tell whether a body is compressed or the like, by the lines of its Content-Encoding.

    Examples:
        >>> is_encoded([]), is_encoded(["identity"]), is_encoded(["identity", "GZIP"]), is_encoded(["gzip, gzip"])
        (False, False, True, True)
    """
    return any(one.strip().lower() not in ("", "identity") for line in encodings for one in line.split(","))


def make_router(tag: str) -> APIRouter:
    """Make the router of one noun; paths are written in full, such as `/v1/themes`.

    Args:
        tag: The noun, as it stands in OpenAPI.

    Returns:
        A router whose routes need a key and declare the problems that all have.
    """
    return APIRouter(route_class=Route, tags=[tag], responses=problems())
