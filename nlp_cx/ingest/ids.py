"""Ids made unique within a survey in little memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


class SeenIds:
    """Makes ids unique within a survey; keeps 8 bytes per id, in sorted runs that double in length.

    Ids that repeat are kept by name, to number them.

    Examples:
        >>> SeenIds().unique(["a", "b", "a", "a"])
        (['a', 'b', 'a#2', 'a#3'], {2})
    """

    def __init__(self) -> None:
        self._runs: list[np.ndarray[Any, np.dtype[np.int64]]] = []
        self._repeats: dict[str, int] = {}

    def unique(self, ids: Sequence[str]) -> tuple[Sequence[str], set[int]]:
        """Number repeated ids "#2", "#3", ...; give also the positions where an id repeats for the first time."""
        import numpy as np

        if not ids:
            return ids, set()
        hashes = np.fromiter(map(hash, ids), np.int64, len(ids))
        known = self._known(hashes)
        first: set[int] = set()
        if known.any() or len(set(ids)) < len(ids):
            here: set[str] = set()
            names = list(ids)
            for position, name in enumerate(ids):
                if name in here or known[position]:
                    if name not in self._repeats:
                        first.add(position)
                    names[position] = self._suffixed(name, here)
                here.add(names[position])
            ids = names
            hashes = np.fromiter(map(hash, ids), np.int64, len(ids))
        self._runs.append(np.sort(hashes))
        while len(self._runs) > 1 and self._runs[-1].size * 2 > self._runs[-2].size:
            last = self._runs.pop()
            self._runs[-1] = np.sort(np.concatenate((self._runs[-1], last)))
        return ids, first

    def _known(self, hashes: np.ndarray[Any, np.dtype[np.int64]]) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Tell for each hash whether it came in an earlier block."""
        import numpy as np

        known = np.zeros(hashes.size, dtype=np.bool_)
        for run in self._runs:
            places = np.minimum(np.searchsorted(run, hashes), run.size - 1)
            known |= run[places] == hashes
        return known

    def _suffixed(self, name: str, here: set[str]) -> str:
        """Number a repeated id so that no other id is called so."""
        import numpy as np

        count = self._repeats.get(name, 1)
        while True:
            count += 1
            unique = f"{name}#{count}"
            if unique not in here and not self._known(np.array([hash(unique)], dtype=np.int64))[0]:
                self._repeats[name] = count
                return unique
