"""The page at /: static files under a strict Content-Security-Policy, open to all; what it shows comes over the API."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from nlp_cx.dashboard import Pages, StaticFile
from nlp_cx.errors import NotFoundError

router = APIRouter(include_in_schema=False)

POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:",
        "connect-src 'self'", "font-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    )
)  # fmt: skip
"""What the page may load: nothing from another host, no script and no style that stands in HTML."""
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Vary": "Accept-Encoding",
}
_FOREVER = "public, max-age=31536000, immutable"
_pages = Pages()


@router.api_route("/", methods=["GET", "HEAD"])
async def show_page(request: Request) -> Response:
    """Give the page."""
    return _answer(request, await run_in_threadpool(_pages.index), "no-cache")


@router.api_route("/static/{stamp}/{path:path}", methods=["GET", "HEAD"])
async def get_static_file(request: Request, stamp: str, path: str) -> Response:
    """Give a file of the page; under the stamp of this version a browser may keep it for ever."""
    found, fixed = await run_in_threadpool(_pages.find, stamp, path)
    if found is None:
        raise NotFoundError("there is nothing at this address")
    return _answer(request, found, _FOREVER if fixed else "no-cache")


def _answer(request: Request, file: StaticFile, caching: str) -> Response:
    """Send a file, or say that the caller has it."""
    headers = {**HEADERS, "ETag": file.etag, "Cache-Control": caching}
    sent = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if file.etag in sent or "*" in sent:
        return Response(status_code=304, headers=headers)
    if _takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(file.gzipped, media_type=file.media, headers={**headers, "Content-Encoding": "gzip"})
    return Response(file.body, media_type=file.media, headers=headers)


def _takes_gzip(accepted: str) -> bool:
    """Tell whether an Accept-Encoding takes gzip.

    Examples:
        >>> _takes_gzip("gzip, deflate, br"), _takes_gzip("br;q=1.0, gzip;q=0"), _takes_gzip("identity")
        (True, False, False)
    """
    for part in accepted[:500].split(","):
        coding, _, weight = part.partition(";")
        if coding.strip().lower() == "gzip":
            return weight.strip().lower().replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
