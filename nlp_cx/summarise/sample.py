"""A few of many, chosen without knowing how many will come, the same ones on every run."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from heapq import heappush, heapreplace
from typing import Generic, TypeVar

Item = TypeVar("Item")


def fingerprint(text: str) -> int:
    """Give 64 bits that look random but are the same for the same text on every machine."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


class Sample(Generic[Item]):
    """Keeps the items of the smallest keys, one per key; keys that are fingerprints make it a random sample.

    Examples:
        >>> sample = Sample[str](2)
        >>> for key, item in [(5, "e"), (3, "c"), (9, "i"), (3, "again"), (1, "a")]:
        ...     sample.offer(key, lambda item=item: item)
        >>> sample.items()
        ['a', 'c']
    """

    __slots__ = ("_heap", "_keys", "size")

    def __init__(self, size: int) -> None:
        """Start empty.

        Args:
            size: Most items that are kept, above 0.
        """
        self.size = size
        self._heap: list[tuple[int, Item]] = []
        self._keys: set[int] = set()

    def offer(self, key: int, make: Callable[[], Item]) -> None:
        """Take an item in if its key is small enough and new.

        Args:
            key: Smaller goes first.
            make: Makes the item; called only if it is taken.
        """
        full = len(self._heap) == self.size
        if key in self._keys or (full and key >= -self._heap[0][0]):
            return
        self._keys.add(key)
        if full:
            self._keys.discard(-heapreplace(self._heap, (-key, make()))[0])
        else:
            heappush(self._heap, (-key, make()))

    def items(self) -> list[Item]:
        """Give the items, smallest key first."""
        return [item for _, item in sorted(self._heap, key=lambda entry: -entry[0])]
