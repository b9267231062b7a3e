"""Log lines of the service: one event a line, as JSON or for people; never the text of a comment.

A message of an unforeseen error may quote what it stumbled over, so of such an error only its kind and the places in
the code are written.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, Literal

import structlog

Event = MutableMapping[str, Any]
_QUIET = {
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "alembic": logging.WARNING,
    "dbos": logging.WARNING,
    "python_multipart": logging.ERROR,
}
"""Libraries whose every step, or every broken request, is no news."""


def configure(form: Literal["json", "console"] | None = None, *, level: int = logging.INFO) -> None:
    """Send all log lines of this process, ours and those of libraries, to standard error in one form.

    Args:
        form: "json" for machines, "console" for people; by what standard error is when None.
        level: The least important lines that are written.
    """
    form = form or ("console" if sys.stderr.isatty() else "json")
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_messages,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    handler = _StandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(least)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


class _StandardError(logging.StreamHandler[Any]):
    """Writes to what standard error is at that moment, for it may be replaced while the process runs."""

    @property
    def stream(self) -> Any:
        """Standard error now."""
        return sys.stderr

    @stream.setter
    def stream(self, _: object) -> None:
        pass


def hide_messages(_logger: object, _method: str, event: Event) -> Event:
    """Replace an exception by its kind and the places in the code; a step of structlog.

    Examples:
        >>> try:
        ...     int("secret")
        ... except ValueError as error:
        ...     event = hide_messages(None, "error", {"event": "failed", "exc_info": error})
        >>> event["error"], "secret" in str(event)
        ('ValueError', False)
    """
    told = event.pop("exc_info", None)
    error = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    if isinstance(error, BaseException):
        event.update(places(error))
    event.pop("exc_text", None)
    return event


def places(error: BaseException) -> Event:
    """Tell of an error what can be told without quoting anything: its kind, and where in the code it came up.

    Examples:
        >>> places(ValueError("secret"))
        {'error': 'ValueError', 'trace': []}
    """
    frames = traceback.extract_tb(error.__traceback__)[-20:]
    trace = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": type(error).__name__, "trace": trace}
