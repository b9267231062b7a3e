"""Messages to other systems by the Standard Webhooks specification: signed, to public addresses only, no redirects.

A receiver checks them with any Standard Webhooks library and the secret it was given:

    Webhook("whsec_...").verify(body, headers)
"""

from __future__ import annotations

import base64
import ipaddress
import json
import re
import secrets
import socket
import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

import httpcore

from nlp_cx import __version__
from nlp_cx.errors import RequestError

Event = Literal["batch.completed", "batch.failed", "alert.fired"]
EVENTS: tuple[Event, ...] = get_args(Event)
SECONDS = 15.0
"""How long a receiver may take to answer, all in all."""
RETRIES = (5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)
"""Seconds before each further attempt: over three days together, as the specification suggests."""
GONE = 410
"""Answered by a receiver that wants no more messages."""
_LONGEST_URL = 2000
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one attempt to deliver a message."""

    status: int | None
    """HTTP status; None if there was no answer."""
    error: str | None
    """Why there was none, or why it counts as a failure."""
    milliseconds: int

    @property
    def delivered(self) -> bool:
        """Tell whether the receiver took the message."""
        return self.status is not None and 200 <= self.status < 300


def make_secret() -> str:
    """Make the secret that a receiver checks signatures with.

    Examples:
        >>> make_secret().startswith("whsec_"), make_secret() == make_secret()
        (True, False)
    """
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def make_body(event: Event, data: Mapping[str, Any], at: datetime) -> str:
    """Write the body of a message.

    Args:
        event: What happened.
        data: What there is to know of it; never the text of a comment.
        at: When, with a time zone.

    Returns:
        JSON of `type`, `timestamp` and `data`.

    Examples:
        >>> make_body("batch.completed", {"id": "b1"}, datetime(2026, 11, 25, 4, 30, tzinfo=UTC))
        '{"type":"batch.completed","timestamp":"2026-11-25T04:30:00+00:00","data":{"id":"b1"}}'
    """
    message = {"type": event, "timestamp": at.astimezone(UTC).isoformat(), "data": data}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def sign(secret: str, message_id: str, body: str, at: datetime) -> dict[str, str]:
    """Sign a message.

    Args:
        secret: From `make_secret`.
        message_id: The same at every attempt, so that a receiver can tell repetitions.
        body: From `make_body`.
        at: Now, in UTC.

    Returns:
        The headers of the specification.
    """
    from standardwebhooks import Webhook

    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at.astimezone(UTC), body),
    }


def check_url(url: str, *, private: bool = False) -> str:
    """Check where messages are to go, when somebody says so.

    What its name stands for may change, so addresses are checked again whenever a message is sent.

    Args:
        url: An address.
        private: Whether private addresses and plain http to them are allowed.

    Returns:
        The same.

    Raises:
        RequestError: If it is no address that messages are sent to.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise RequestError("url", "is not an address") from None
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > _LONGEST_URL:
        raise RequestError("url", f"must be of printable ASCII, at most {_LONGEST_URL} characters")
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
        raise RequestError("url", "must start with https:// and name a host")
    if parts.scheme == "http" and not private:
        raise RequestError("url", "must start with https://")
    if parts.username is not None or parts.password is not None:
        raise RequestError("url", "must not hold a name or a password")
    host = parts.hostname.removesuffix(".")
    if "%" in host or (":" not in host and not _HOST.fullmatch(host)):
        raise RequestError("url", "must start with https:// and name a host")
    if not private and _is_local(host):
        raise RequestError("url", "must not name a private or local address")
    return url


def _is_local(host: str) -> bool:
    """Tell whether a host is a private address, in whatever way it is written, or a name that is only known nearby."""
    try:
        return not is_public(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return not is_public(ipaddress.IPv4Address(socket.inet_aton(host)))  # 127.1, 0x7f.1, 0177.0.0.1, 2130706433
    except OSError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Tell whether an address is one of the open internet, and so is what may be wrapped up in it.

    Examples:
        >>> [is_public(ipaddress.ip_address(one)) for one in ("8.8.8.8", "10.0.0.1", "169.254.169.254", "::1")]
        [True, False, False, False]
        >>> [is_public(ipaddress.ip_address(one)) for one in ("::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:a00:1::")]
        [False, False, False]
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and (address in _NAT64 or int(address) >> 32 & 0xFDFFFFFF == _ISATAP):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    if any(address in network for network in _CLOSED):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ISATAP = 0x5EFE
"""Ends the first half of what RFC 5214 makes an interface's number of; the second half is an address of version 4."""
_CLOSED = (
    ipaddress.IPv6Network("::/96"),  # version 4 in the old way
    ipaddress.IPv6Network("fec0::/10"),  # of a site, before fc00::/7
    ipaddress.IPv6Network("3fff::/20"),  # for examples
    ipaddress.IPv4Network("192.88.99.0/24"),  # relays into version 6
)
"""Closed networks that not every Python knows as such."""


def deliver(url: str, headers: Mapping[str, str], body: str, *, private: bool = False) -> Answer:
    """Send a message once.

    Args:
        url: Where to; its host is looked up now, and what it stands for is what is connected to.
        headers: From `sign`.
        body: From `make_body`.
        private: Whether private addresses are allowed.

    Returns:
        What became of it; never raises for what the receiver or the network does. The answer's body is not read.
    """
    started = time.monotonic()
    status, error = None, None
    sent = {
        **headers,
        "content-type": "application/json",
        "user-agent": f"nlp_cx/{__version__}",
        "connection": "close",
    }
    try:
        backend = _Guard(started + SECONDS, private=private)
        with (
            httpcore.ConnectionPool(ssl_context=_trust(), network_backend=backend) as pool,
            pool.stream("POST", url, headers=list(sent.items()), content=body.encode()) as response,
        ):
            status = response.status
    except _RefusedError as refusal:
        error = str(refusal)
    except (httpcore.TimeoutException, TimeoutError):
        error = f"no answer within {SECONDS:g} seconds"
    except (OSError, httpcore.NetworkError, httpcore.ProtocolError, UnicodeError, ValueError) as failure:
        error = f"no connection: {type(failure).__name__}"
    if status is not None and not 200 <= status < 300:
        error = f"answered {status}" + (", and redirects are not followed" if 300 <= status < 400 else "")
    return Answer(status=status, error=error, milliseconds=round((time.monotonic() - started) * 1000))


@cache
def _trust() -> ssl.SSLContext:
    """Load the certificates of public authorities, and those of this machine where it has its own."""
    return httpcore.default_ssl_context()


class _RefusedError(Exception):
    """A host stands for an address that messages are not sent to."""


class _Guard(httpcore.NetworkBackend):
    """Connects to public addresses only, and to those that it looked at itself; all before a deadline."""

    def __init__(self, deadline: float, *, private: bool) -> None:
        self._deadline, self._private = deadline, private
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Look a host up, check what it stands for, connect to the first address that answers."""
        failure: Exception = _RefusedError("the host has no address")
        for address in _look_up(host, port):
            if not self._private and not is_public(address):
                raise _RefusedError("the host stands for a private or local address")
            try:
                stream = self._inner.connect_tcp(
                    str(address), port, _left(self._deadline), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Hurried(stream, self._deadline)
        raise failure


class _Hurried(httpcore.NetworkStream):
    """A connection that ends at a deadline, however slowly the other side drips."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what came."""
        return self._stream.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all."""
        self._stream.write(buffer, _left(self._deadline))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Encrypt; the certificate is checked against the host's name."""
        return _Hurried(self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline)), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Tell of the connection."""
        return self._stream.get_extra_info(info)


def _left(deadline: float) -> float:
    """Give the seconds left."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left


def _look_up(host: str, port: int) -> Sequence[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Look up what a host stands for."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
