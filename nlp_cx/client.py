"""A small client of the service: hand a file in, follow it, fetch the results."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from nlp_cx.errors import (
    ColumnError,
    FileError,
    ForbiddenError,
    InputError,
    NlpCxError,
    NotFoundError,
    OutputError,
    ServiceError,
    TooLargeError,
    UnauthorizedError,
    UnavailableError,
)
from nlp_cx.export.draft import Draft, writing
from nlp_cx.words import Tongue

if TYPE_CHECKING:
    import httpx

FORMATS: Mapping[str, str] = {".xlsx": "xlsx", ".csv": "csv", ".jsonl": "ndjson", ".parquet": "parquet"}
"""Suffix of a file of results -> format that the service is asked for."""
ERRORS: Mapping[int, type[NlpCxError]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    413: TooLargeError,
    415: FileError,
    422: InputError,
}
"""Status -> what is raised; anything else is a ServiceError."""
OVER = ("completed", "failed", "cancelled")
TRIES = 5
_PIECE = 1 << 18
_SLOWEST = 5.0
"""Seconds between two looks at a batch, at most."""


class Client:
    """Talks to a service."""

    def __init__(self, url: str, key: str | None = None, *, lang: Tongue = "en", transport: Any = None) -> None:
        """Connect when first needed.

        Args:
            url: Where the service is: http://127.0.0.1:8000.
            key: An API key; None where the service is open to this machine.
            lang: Language of what the service says.
            transport: What carries requests, for tests; the network when None.
        """
        import httpx

        headers = {"Accept-Language": lang, "User-Agent": "nlp-cx"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        try:
            self._http = httpx.Client(
                base_url=url, headers=headers, timeout=httpx.Timeout(120, connect=10), transport=transport
            )
        except (httpx.InvalidURL, UnicodeError) as error:
            raise UnavailableError(f"{url} cannot be reached ({error}): check --url") from error
        self._url = url

    def __enter__(self) -> Client:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self._http.close()

    def submit(
        self,
        path: Path,
        *,
        mapping: Mapping[str, Any] | None = None,
        sent: Callable[[int], object] = lambda _: None,
    ) -> dict[str, Any]:
        """Hand a file in; sent again if the connection breaks, and taken once all the same.

        Args:
            path: CSV, XLSX, JSON, JSON lines or Parquet.
            mapping: What columns are, where they are not recognised.
            sent: Called with the bytes sent so far.

        Returns:
            The batch, as the API gives it.

        Raises:
            FileError: If the file cannot be opened.
            InputError: If the service cannot use it.
            ServiceError: If the service refuses, or cannot be reached.
        """
        parameters = {"name": path.name[-200:]}
        if mapping:
            parameters["mapping"] = json.dumps(mapping, ensure_ascii=False)
        size = _size(path)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(size),
            "Idempotency-Key": str(uuid.uuid4()),
        }
        answer = self._ask(
            "POST", "/v1/batches", params=parameters, headers=headers, content=lambda: _pieces(path, sent)
        )
        return dict(answer.json())

    def batch(self, batch_id: str) -> dict[str, Any]:
        """Give a batch, as the API gives it."""
        return dict(self._ask("GET", f"/v1/batches/{batch_id}").json())

    def rejected(self, batch_id: str, *, limit: int) -> list[dict[str, Any]]:
        """Give the first things of a batch that could not be used, as the API gives them."""
        answer = self._ask("GET", f"/v1/batches/{batch_id}/errors", params={"limit": limit})
        return list(answer.json()["items"])

    def follow(self, batch_id: str, *, seen: Callable[[Mapping[str, Any]], object] = lambda _: None) -> dict[str, Any]:
        """Wait until a batch is over.

        Args:
            batch_id: Its id.
            seen: Called with the batch whenever it was looked at.

        Returns:
            The batch at its end.
        """
        pause = 0.2
        while True:
            batch = self.batch(batch_id)
            seen(batch)
            if batch["state"] in OVER:
                return batch
            time.sleep(pause)
            pause = min(_SLOWEST, pause * 1.3)

    def download(self, batch_id: str, target: Path) -> None:
        """Fetch the results of a batch as a file, which appears whole or not at all.

        Args:
            batch_id: Its id.
            target: Ends in one of FORMATS.

        Raises:
            OutputError: If the file cannot be written.
            ServiceError: If the service refuses, or the connection breaks.
        """
        import httpx

        if target.suffix.lower() not in FORMATS:
            raise OutputError(f"{target.name} does not end in a format that can be written: end it in one of "
                              f"{', '.join(FORMATS)}")  # fmt: skip
        parameters = {"format": FORMATS[target.suffix.lower()]}
        with Draft(target) as draft, writing(target):
            try:
                with (
                    self._http.stream(
                        "GET", f"/v1/batches/{batch_id}/results", params=parameters, timeout=httpx.Timeout(3600)
                    ) as answer,
                    draft.path.open("wb") as file,
                ):
                    if answer.status_code >= 400:
                        answer.read()
                        raise _error(answer)
                    for piece in answer.iter_bytes(_PIECE):
                        file.write(piece)
            except httpx.HTTPError as error:
                raise self._unreachable(error) from error
            draft.publish()

    def _ask(
        self, method: str, path: str, *, content: Callable[[], Iterator[bytes]] | None = None, **more: Any
    ) -> httpx.Response:
        """Send a request, again if the connection breaks or the service is busy."""
        import httpx

        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                answer = self._http.request(method, path, content=content() if content else None, **more)
            except httpx.HTTPError as error:
                if last or isinstance(error, httpx.UnsupportedProtocol):
                    raise self._unreachable(error) from error
                time.sleep(min(8.0, 0.5 * 2**attempt))
                continue
            except httpx.InvalidURL as error:
                raise self._unreachable(error) from error
            if answer.status_code not in (409, 429, 503) or last:
                break
            time.sleep(min(30.0, float(answer.headers.get("Retry-After", 1))))
        if answer.status_code >= 400:
            raise _error(answer)
        return answer

    def _unreachable(self, error: Exception) -> UnavailableError:
        """Say that the service does not answer."""
        return UnavailableError(f"{self._url} cannot be reached ({error or type(error).__name__}): check --url")


def _error(answer: httpx.Response) -> NlpCxError:
    """Make an error of a problem document."""
    try:
        problem = answer.json()
        told = str(problem["detail"])
        known = ColumnError if problem.get("code") == ColumnError.code else None
        invalid = [] if known else problem.get("invalid_params", [])  # the command line has options for columns
        reasons = [f"{each['name']}: {each['reason']}" for each in invalid]
    except (ValueError, LookupError, TypeError):
        told, known, reasons = f"the service answered {answer.status_code}", None, []
    told = "; ".join([told, *(reason for reason in reasons if reason not in told)])
    return (known or ERRORS.get(answer.status_code, ServiceError))(told)


def _size(path: Path) -> int:
    """Give the bytes of a file that can be sent."""
    if path.is_dir():
        raise FileError(f"{path} is a folder: name a file in it")
    try:
        size = path.stat().st_size
        path.open("rb").close()
    except FileNotFoundError as error:
        raise FileError(f"there is no file {path}: check the path") from error
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror or error}") from error
    if not size:
        raise FileError(f"{path.name} is empty")
    return size


def _pieces(path: Path, sent: Callable[[int], object]) -> Iterator[bytes]:
    """Read a file piece by piece."""
    total = 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
            total += len(piece)
            sent(total)
