"""Comments as columns of numbers: a block of up to 2,048 of them is one row of the table `facts`.

A comment has a place for life: its workspace's number and a counter. The block is the place divided by 2,048, the slot
the rest. Columns of one value per comment are as long as the block; of what a comment may have several (mentions,
scores, segments) there are three columns, the first of which is the slot. Numbers stand for names (table `names`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nlp_cx.errors import StorageError

BLOCK_BITS = 11
BLOCK = 1 << BLOCK_BITS
"""Comments of a block."""
WORKSPACE_BITS = 40
"""Bits of a place below the workspace's number."""
ALIVE, MIXED, COMPLAINT, SUGGESTION, REVIEW, TRUNCATED, HUMAN, RAW = (1 << bit for bit in range(8))

SHAPE: Mapping[str, Mapping[str, str]] = {
    "comments": {
        "when": "<i8",
        "response": "<i8",
        "respondent": "<i8",
        "touchpoint": "<i4",
        "stage": "<i4",
        "batch": "<i4",
        "model": "<i4",
        "doubt": "<f4",
        "flags": "<u2",
        "language": "u1",
        "sentiment": "u1",
        "standing": "u1",
    },
    "mentions": {"mention_theme": "<i4", "mention_slot": "<u2", "mention_sentiment": "u1"},
    "scores": {"score_value": "<f8", "score_scale": "<i4", "score_slot": "<u2"},
    "segments": {"segment_name": "<i4", "segment_slot": "<u2"},
}
"""Kind -> column -> type. Of mentions, scores and segments one of the columns is the slot."""
SLOTS: Mapping[str, str] = {"mentions": "mention_slot", "scores": "score_slot", "segments": "segment_slot"}
_HEAD = struct.Struct("<4sIIII")
_MAGIC = b"ncf1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One comment as numbers."""

    when: int
    response: int
    """Number of the questionnaire it belongs to; 0 if it is the only one of it."""
    respondent: int
    touchpoint: int
    stage: int
    batch: int
    model: int
    doubt: float
    flags: int
    language: int
    sentiment: int
    standing: int
    mentions: Sequence[tuple[int, int]] = field(default=())
    """Theme, sentiment."""
    scores: Sequence[tuple[int, float]] = field(default=())
    """Scale, value."""
    segments: Sequence[int] = field(default=())
    """Numbers of pairs of name and value."""


class Block:
    """The columns of some comments that follow each other."""

    __slots__ = ("columns",)

    def __init__(self, columns: Mapping[str, np.ndarray] | None = None) -> None:
        """Take columns; empty ones if None."""
        self.columns: dict[str, np.ndarray] = (
            dict(columns)
            if columns is not None
            else {name: np.empty(0, kind) for group in SHAPE.values() for name, kind in group.items()}
        )

    @property
    def n(self) -> int:
        """Slots, those of deleted comments included."""
        return len(self.columns["when"])

    @property
    def is_empty(self) -> bool:
        """Whether no comment is left in it."""
        return not (self.columns["flags"] & ALIVE).any()

    def change(self, facts: Mapping[int, Fact | None]) -> Block:
        """Give the block with some slots replaced, or emptied where None.

        Args:
            facts: Slot -> what is there from now on; slots may lie behind the end.

        Returns:
            The new block; this one stays as it is.
        """
        slots = np.fromiter(facts, np.int64, len(facts))
        size = max(self.n, int(slots.max(initial=-1)) + 1)
        given = [(slot, fact) for slot, fact in facts.items() if fact is not None]
        columns: dict[str, np.ndarray] = {}
        at = np.fromiter((slot for slot, _ in given), np.int64, len(given))
        for name, kind in SHAPE["comments"].items():
            column = np.zeros(size, kind)
            column[: self.n] = self.columns[name]
            column[slots] = 0
            column[at] = np.array([getattr(fact, name) for _, fact in given], kind)
            columns[name] = column
        gone = np.zeros(size, bool)
        gone[slots] = True
        for group, slot_name in SLOTS.items():
            keep = ~gone[self.columns[slot_name].astype(np.int64)]
            rows = [
                (slot, *(entry if isinstance(entry, tuple) else (entry,)))
                for slot, fact in given
                for entry in getattr(fact, group)
            ]
            for name, place in _ORDER[group].items():
                new = np.array([row[place] for row in rows], SHAPE[group][name])
                columns[name] = np.concatenate([self.columns[name][keep], new])
        return Block(columns)

    def to_bytes(self) -> bytes:
        """Write it."""
        lengths = [len(self.columns[next(iter(group))]) for group in SHAPE.values()]
        return b"".join(
            [_HEAD.pack(_MAGIC, *lengths)]
            + [self.columns[name].tobytes() for group in SHAPE.values() for name in group]
        )

    @classmethod
    def from_bytes(cls, payload: bytes) -> Block:
        """Read it, without copying.

        Raises:
            StorageError: If it is of another version.
        """
        magic, *lengths = _HEAD.unpack_from(payload)
        if magic != _MAGIC:
            raise StorageError("the store's facts are of another version of nlp_cx")
        columns, at = {}, _HEAD.size
        for length, group in zip(lengths, SHAPE.values(), strict=True):
            for name, kind in group.items():
                columns[name] = np.frombuffer(payload, kind, length, at)
                at += columns[name].nbytes
        return cls(columns)


_ORDER: Mapping[str, Mapping[str, int]] = {
    "mentions": {"mention_slot": 0, "mention_theme": 1, "mention_sentiment": 2},
    "scores": {"score_slot": 0, "score_scale": 1, "score_value": 2},
    "segments": {"segment_slot": 0, "segment_name": 1},
}


def join(blocks: Iterable[tuple[int, Block]]) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Put blocks behind each other.

    Args:
        blocks: Number and block, in order.

    Returns:
        The columns, slots replaced by positions in them, and each position's place.
    """
    numbered = list(blocks)
    columns: dict[str, np.ndarray] = {}
    starts = np.cumsum([0] + [block.n for _, block in numbered])
    for group, names in SHAPE.items():
        for name, kind in names.items():
            parts = [block.columns[name] for _, block in numbered] or [np.empty(0, kind)]
            columns[name] = (
                np.concatenate(parts)
                if name != SLOTS.get(group)
                else np.concatenate(
                    [part.astype(np.int32) + np.int32(start) for part, start in zip(parts, starts, strict=False)]
                )
            )
    places = [np.arange(block.n, dtype=np.int64) + (number << BLOCK_BITS) for number, block in numbered]
    return columns, np.concatenate(places) if places else np.empty(0, np.int64)
