"""Runs the service in this process until it is told to stop."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass

from nlp_cx.api.app import create_app, start, stop
from nlp_cx.errors import ServiceError
from nlp_cx.logs import configure
from nlp_cx.settings import Settings

_LONGEST_HEAD = 1 << 19
"""Bytes of a request's line and headers: a mapping of columns of 20,000 letters fits, percent-encoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What is said when the service takes requests."""

    url: str
    model: str
    is_open: bool
    """Whether requests need no key."""


def serve(settings: Settings, *, ready: Callable[[Started], None]) -> None:
    """Answer requests until SIGTERM or Ctrl-C; then answer those under way, hand jobs back, and return.

    Args:
        settings: Address, store, model and the rest.
        ready: Called once the service can answer.

    Raises:
        ServiceError: If the address is taken, or open to others without an API key.
        ModelError: If the model cannot be used.
        StorageError: If the store cannot be opened.
    """
    import uvicorn

    configure(settings.log)
    listener = _listen(settings.host, settings.port)
    try:
        service = start(settings)
        try:
            host, port = listener.getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            ready(
                Started(url=f"http://{shown}:{port}", model=str(service.live.version), is_open=service.keys.is_open())
            )
            config = uvicorn.Config(
                create_app(settings, service=service),
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                lifespan="on",
                h11_max_incomplete_event_size=_LONGEST_HEAD,
                timeout_graceful_shutdown=settings.shutdown_seconds,
            )
            uvicorn.Server(config).run(sockets=[listener])
        except KeyboardInterrupt:
            pass  # uvicorn has stopped in good order and passes the signal on
        finally:
            stop(service)
    finally:
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
    """Take the address before the model is loaded, for a second service would load it in vain."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host.strip("[]"), port))
    except OSError as error:
        listener.close()
        raise ServiceError(f"cannot listen on {host}:{port} ({error.strerror or error}): try another --port") from error
    return listener
