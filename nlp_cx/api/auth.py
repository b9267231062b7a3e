"""Who may: API keys as Bearer tokens, each with a workspace and scopes; in open mode everybody on this machine.

A key is `ncx_<prefix>_<secret>`. The store keeps an argon2id hash of it; checking that takes tens of milliseconds, so a
key that was right is remembered in memory, by a keyed hash, and only its record is read again every few seconds: a
revoked key is refused within `RECHECK` seconds. As long as the store never had a key and the service listens on
loopback alone, it is open: requests need no key and belong to the workspace `default`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal, get_args
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool

from nlp_cx.errors import BusyError, ForbiddenError, UnauthorizedError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

    from nlp_cx.settings import Settings
    from nlp_cx.storage.interface import ApiKey, Store

Permission = Literal["analyze", "read", "label", "admin"]
SCOPES: tuple[Permission, ...] = get_args(Permission)
"""What a key may be made for; `admin` includes the others."""
OPEN_WORKSPACE = "default"
RECHECK = 2.0
"""Seconds for which the store's word on a key holds."""
TOUCH = 60.0
"""Seconds within which several uses of a key are written down once."""
_REMEMBERED = 10_000
_CHECKS_WAITING = 16
"""Checks of unknown keys that may wait for each other; each costs tens of milliseconds and 64 MB for a moment."""
_KEY = re.compile(r"ncx_([a-z0-9]{8})_([A-Za-z0-9]{32,64})")
_LETTERS = string.ascii_letters + string.digits
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="An API key, made by `nlp-cx keys create`. · Khoá API, tạo bằng `nlp-cx keys create`.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks."""

    workspace: str
    scopes: frozenset[str]
    prefix: str | None = None
    """Prefix of the key; None in open mode."""

    def may(self, *scopes: Permission) -> bool:
        """Tell whether one of these scopes is there."""
        return "admin" in self.scopes or not self.scopes.isdisjoint(scopes)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that was just made: the only time its secret is there."""

    key: str
    prefix: str
    hash: str


def make_key() -> NewKey:
    """Make a key.

    Returns:
        The key, with what the store keeps of it.
    """
    prefix = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(8))
    key = f"ncx_{prefix}_{''.join(secrets.choice(_LETTERS) for _ in range(43))}"
    return NewKey(key=key, prefix=prefix, hash=_hasher().hash(key))


@cache
def _hasher() -> PasswordHasher:
    """Give argon2id with the parameters of RFC 9106's second choice."""
    from argon2 import PasswordHasher

    return PasswordHasher()


def is_loopback(host: str) -> bool:
    """Tell whether an address is this machine only.

    Examples:
        >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("0.0.0.0"), is_loopback("127.evil.example")
        (True, True, False, False)
    """
    import ipaddress

    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(slots=True)
class _Known:
    """A key that was right, when the store last said so, and when its use was last written down."""

    record: ApiKey
    checked: float
    touched: float


@dataclass(slots=True)
class _Bucket:
    """Requests a key may still make; fills up with time."""

    left: float
    at: float = field(default_factory=time.monotonic)


class Keys:
    """Checks keys and how often each is used."""

    def __init__(self, store: Store, settings: Settings) -> None:
        """Start with nothing remembered.

        Args:
            store: Holds the records of keys.
            settings: The address, the rate limit and the origins allowed.
        """
        self._store, self._settings = store, settings
        self._pepper = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._checking = threading.Lock()
        self._checks = threading.Semaphore(_CHECKS_WAITING)
        self._open_until = 0.0
        self._closed = not is_loopback(settings.host)

    def is_open(self) -> bool:
        """Tell whether requests need no key: there never was one and only this machine can call."""
        if self._closed:
            return False
        if time.monotonic() >= self._open_until:
            self._closed = self._store.has_keys()
            self._open_until = time.monotonic() + RECHECK
        return not self._closed

    def close(self) -> None:
        """Let no request in without a key from now on: the first one was just made."""
        self._closed = True

    async def caller(self, request: Request) -> Caller:
        """Tell who asks.

        Args:
            request: With `Authorization: Bearer <key>`, unless the service is open.

        Returns:
            The caller.

        Raises:
            UnauthorizedError: If there is no key, or it is unknown or revoked.
            ForbiddenError: If, in open mode, another site's page asks.
            BusyError: If the key is used too often, or too many unknown keys are tried.
        """
        given = request.headers.get("authorization")
        if given is None:
            if await run_in_threadpool(self.is_open):
                self._refuse_pages(request)
                return Caller(workspace=OPEN_WORKSPACE, scopes=frozenset(SCOPES))
            raise UnauthorizedError("an API key is needed: send Authorization: Bearer ncx_...")
        kind, _, token = given.partition(" ")
        match = _KEY.fullmatch(token.strip()) if kind.lower() == "bearer" else None
        record = match and await self._record(match[0], match[1])
        if not record:
            raise UnauthorizedError("this API key is unknown or revoked")
        self._spend(record.prefix)
        return Caller(workspace=record.workspace, scopes=frozenset(record.scopes), prefix=record.prefix)

    def _refuse_pages(self, request: Request) -> None:
        """Keep pages of other sites, which a browser on this machine shows, from calling without a key."""
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
        if host not in _LOOPBACK:
            raise ForbiddenError("without API keys the service answers to localhost and 127.0.0.1 only")
        origin = request.headers.get("origin")
        own = origin is None or urlsplit(origin).netloc == request.headers.get("host")
        if not own and origin not in self._settings.cors:
            raise ForbiddenError("pages of other sites may not call the service; NLP_CX_CORS lists those that may")

    async def _record(self, key: str, prefix: str) -> ApiKey | None:
        """Find the record of a key; None unless the key is right and not revoked."""
        digest = hmac.digest(self._pepper, key.encode(), hashlib.sha256)
        known = self._known.get(digest)
        if known and time.monotonic() - known.checked < RECHECK:
            return known.record
        record = await run_in_threadpool(self._store.find_key, prefix)
        if record is None or record.revoked_at is not None:
            self._known.pop(digest, None)
            return None
        right = known is not None and known.record.hash == record.hash
        if not right and not await run_in_threadpool(self._verify, record.hash, key):
            return None
        now = time.monotonic()
        touched = known.touched if known else -TOUCH
        if now - touched >= TOUCH:
            await run_in_threadpool(self._store.touch_key, prefix)
            touched = now
        self._known[digest] = _Known(record, now, touched)
        self._known.move_to_end(digest)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return record

    def _verify(self, hashed: str, key: str) -> bool:
        """Check a key against its hash, one at a time, for each takes 64 MB."""
        from argon2.exceptions import InvalidHashError, VerificationError

        if not self._checks.acquire(blocking=False):
            raise BusyError("too many keys are being checked: try again in a moment", retry_after=1)
        try:
            with self._checking:
                return _hasher().verify(hashed, key)
        except (VerificationError, InvalidHashError):
            return False
        finally:
            self._checks.release()

    def _spend(self, prefix: str) -> None:
        """Count a request of a key."""
        limit = self._settings.rate_limit
        if not limit:
            return
        now, rate = time.monotonic(), limit / 60
        burst = max(1.0, min(limit, 10 * rate))
        bucket = self._buckets.setdefault(prefix, _Bucket(burst, now))
        self._buckets.move_to_end(prefix)
        while len(self._buckets) > _REMEMBERED:
            self._buckets.popitem(last=False)
        bucket.left, bucket.at = min(burst, bucket.left + (now - bucket.at) * rate), now
        if bucket.left < 1:
            raise BusyError(f"this key makes more than {limit} requests a minute", retry_after=(1 - bucket.left) / rate)
        bucket.left -= 1


def require(*scopes: Permission) -> Callable[..., Caller]:
    """Make the dependency that lets a request in if its key has one of these scopes.

    The key itself was checked before the body was read, by the route (`routes.Route`).

    Args:
        scopes: Any one of them is enough; `admin` always is. None at all: any key.

    Returns:
        A dependency that gives the caller: `caller: Annotated[Caller, Depends(require("read"))]`.
    """

    def allowed(request: Request, _key: Annotated[object, Depends(_bearer)]) -> Caller:
        caller: Caller = request.state.caller
        if scopes and not caller.may(*scopes):
            raise ForbiddenError(f"this key lacks the scope {' or '.join(scopes)}")
        return caller

    return allowed
