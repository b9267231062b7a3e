"""Idempotency-Key on POSTs that create: sent twice, done once, answered alike for a day."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

import structlog
from fastapi import Depends, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from nlp_cx.api.state import Service, service
from nlp_cx.errors import ConflictError, RequestError

_KEPT = ("content-type", "location", "etag", "content-language")
_log = structlog.get_logger("nlp_cx.idempotency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """Does something once per Idempotency-Key; every time if the request has none."""

    here: Service
    workspace: str
    route: str
    key: str | None

    async def run(
        self,
        digest: str,
        work: Callable[[], Awaitable[Response]],
        *,
        find: Callable[[str, str], object | None] | None = None,
    ) -> Response:
        """Do it, or give the answer of the first time.

        Args:
            digest: Hash of the request's body (and of whatever else decides what is done).
            work: What creates; its response must have a body of its own, not a stream.
            find: Finds what was created by workspace and id, the end of its Location; None if it is there no more. For
                what can be deleted.

        Returns:
            The response of `work`, now or then; then with `Idempotency-Replayed: true`.

        Raises:
            ConflictError: If the same is under way at this moment, or what it created was deleted meanwhile: a request
                that was late must not bring back what somebody deleted.
            RequestError: If the key came with another body before.
        """
        if self.key is None:
            return await work()
        store, slot = self.here.store, (self.workspace, self.route, self.key)
        begun = await run_in_threadpool(store.idempotency_begin, *slot, digest)
        if begun.state == "in_progress":
            raise ConflictError("a request with this Idempotency-Key is under way: try again in a moment")
        if begun.state == "conflict":
            raise RequestError("Idempotency-Key", "came with another body before: use a new key for a new request")
        if begun.state == "replay":
            made = begun.headers.get("location", "").rpartition("/")[2]
            if find is not None and await run_in_threadpool(find, self.workspace, made) is None:
                raise ConflictError("what came of this Idempotency-Key was deleted: use a new key to create it anew")
            headers = {**begun.headers, "Idempotency-Replayed": "true"}
            return Response(begun.body, status_code=begun.status, headers=headers)
        try:
            response = await work()
        except BaseException:
            await run_in_threadpool(store.idempotency_forget, *slot)
            raise
        headers = {name: value for name, value in response.headers.items() if name in _KEPT}
        await run_in_threadpool(
            store.idempotency_finish, *slot, status=response.status_code, headers=headers, body=bytes(response.body)
        )
        return response


def once(
    request: Request,
    here: Annotated[Service, Depends(service)],
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            pattern=r"^[!-~]{1,255}$",
            description="Any text of your own, such as a UUID: the same key and body sent again within a day is done "
            "once and answered alike; with another body it is refused.",
        ),
    ] = None,
) -> Once:
    """Give what runs a request once; routes take it as `Idempotent`."""
    return Once(here=here, workspace=request.state.caller.workspace, route=request.scope["route"].path, key=key)


Idempotent = Annotated[Once, Depends(once)]
"""Parameter of a route that creates."""
