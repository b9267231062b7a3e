"""What is around every request: its id, a line in the log, security headers, limits, and a plain 500 at the worst."""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import Mapping

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nlp_cx.api.problems import internal_problem
from nlp_cx.logs import places
from nlp_cx.meters import Meters

HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Headers of every answer, unless a route sets its own."""
BODY_SECONDS = 60.0
"""How long the next piece of a request's body may take."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")

_log = structlog.get_logger("nlp_cx.api")


class Envelope:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, *, max_body: int) -> None:
        """Wrap an app.

        Args:
            app: What answers.
            max_body: Bytes of a request's body, unless its route says otherwise in `request.state.max_body`.
        """
        self.app, self._max_body = app, max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        name = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {}).update(request_id=name, max_body=self._max_body)
        started, status = time.perf_counter(), 500
        answering = False

        async def answer(message: Message) -> None:
            nonlocal status, answering
            if message["type"] == "http.response.start":
                answering, status = True, message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = name
                for key, value in HEADERS.items():
                    headers.setdefault(key, value)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=name):
            try:
                await self.app(scope, _Limited(scope, receive), answer)
            except Exception as error:
                _log.error("request_failed", route=_route(scope), **places(error))
                if answering:
                    raise  # too late for another answer: the connection is cut, so that nobody takes half for whole
                await internal_problem(scope)(scope, receive, answer)
            finally:
                self._tell(scope, status, time.perf_counter() - started)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        """Write the line of the log and count; the path itself may name a respondent, so only its pattern is told."""
        route, caller = _route(scope), scope["state"].get("caller")
        meters: Meters = scope["app"].state.service.meters
        method = scope["method"] if scope["method"] in _METHODS else "other"  # anything may be sent as a method
        meters.requests.labels(method, route, str(status)).observe(seconds)
        _log.info(
            "request",
            method=method,
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            **({"workspace": caller.workspace, "key": caller.prefix} if caller else {}),
        )


class _Limited:
    """Receives a request's body up to its limit, and does not wait for ever."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope, self._receive = scope, receive
        self._length = Headers(scope=scope).get("content-length", "")
        self._size = 0
        self._whole = False

    async def __call__(self) -> Message:
        """Receive the next piece."""
        limit = self._scope["state"]["max_body"]
        if self._whole:
            return await self._receive()  # only to learn that the client left
        if self._length.isascii() and self._length.isdigit() and int(self._length[:20]) > limit:
            raise HTTPException(413)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "the body did not arrive in time") from None
        self._size += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._size > limit:
            raise HTTPException(413)
        return message


def _route(scope: Scope) -> str:
    """Give the pattern of a request's path, such as /v1/batches/{id}."""
    route = scope.get("route")
    return str(getattr(route, "path_format", None) or getattr(route, "path", None) or "unmatched")
