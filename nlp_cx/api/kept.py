"""The last answers of a service: several people who look at one page ask the same."""

from __future__ import annotations

import threading
from collections import OrderedDict

ROOM = 32 << 20
"""Bytes of answers that are kept."""
_LARGEST = 4 << 20


class Kept:
    """Answers by their ETag, which changes with the comments; those not asked for longest make room.

    Examples:
        >>> kept = Kept(room=10)
        >>> kept.keep("a", b"123456"), kept.keep("b", b"123456"), kept.find("a"), kept.find("b")
        (None, None, None, b'123456')
    """

    def __init__(self, *, room: int = ROOM) -> None:
        """Keep nothing yet.

        Args:
            room: Bytes.
        """
        self._room, self._size = room, 0
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, tag: str) -> bytes | None:
        """Give an answer.

        Args:
            tag: Its ETag.

        Returns:
            The body; None if it is not kept.
        """
        with self._lock:
            body = self._bodies.get(tag)
            if body is not None:
                self._bodies.move_to_end(tag)
            return body

    def keep(self, tag: str, body: bytes) -> None:
        """Keep an answer, unless it is large.

        Args:
            tag: Its ETag.
            body: The answer.
        """
        if len(body) > min(self._room, _LARGEST):
            return
        with self._lock:
            self._size += len(body) - len(self._bodies.pop(tag, b""))
            self._bodies[tag] = body
            while self._size > self._room:
                self._size -= len(self._bodies.popitem(last=False)[1])
