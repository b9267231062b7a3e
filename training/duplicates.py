"""Near copies: texts that share most of their word pairs, whatever their case, diacritics and punctuation.

Between splits they flatter every figure, for a model need only remember. All are found, by a prefix filter: of two sets
that are alike enough, each has one of the other's among its few rarest members, so only texts that meet there are
compared. That takes no longer here than MinHash does, which misses some.

References:
    Chaudhuri, Ganti, Kaushik, "A primitive operator for similarity joins in data cleaning", ICDE 2006.
    Bayardo, Ma, Srikant, "Scaling up all pairs similarity search", WWW 2007.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np

from training.noise import strip_diacritics

ALIKE = 0.7
"""Share of word pairs (Jaccard) from which two texts are near copies: one word of about twelve changed."""
FEWEST_WORDS = 6
"""Shorter texts are common property: customers write the same five words on their own."""
CACHE = Path.home() / ".cache" / "nlp_cx" / "copies"
"""Where results over many texts are kept: numbers only, named by a hash of the texts."""
CACHED_FROM = 20_000
"""Texts below which looking again costs less than a file."""
_AT_ONCE = 4_000_000
"""Candidates compared at once, which bounds memory."""
_WORD = re.compile(r"\w+")
_REPEATED = re.compile(r"(.)\1+")


class _Bare(dict[int, str]):
    """Letters without diacritics, as `str.translate` asks for them."""

    def __missing__(self, code: int) -> str:
        """Look a letter up once."""
        self[code] = strip_diacritics(chr(code))
        return self[code]


_BARE = _Bare()


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Which texts are near copies of which others.

    Texts with the same word pairs share a number, so a text sent in a million times is compared once.
    """

    texts: np.ndarray
    """Number of each text, -1 for one too short to be a copy; shape (texts,)."""
    others: np.ndarray
    """The same of the other texts; shape (others,)."""
    pairs: np.ndarray
    """Numbers of a text and another that are alike, the same number twice included; shape (pairs, 2)."""
    alike: np.ndarray
    """Share of word pairs that each pair has in common; shape (pairs,)."""


def words_of(text: str) -> list[str]:
    """Give the words of a text without case, diacritics, punctuation and repeated letters.

    Examples:
        >>> words_of("Giao hàng NHANHHH!")
        ['giao', 'hang', 'nhanh']
    """
    return _WORD.findall(_REPEATED.sub(r"\1", text.lower().translate(_BARE)))


def find_copies(
    texts: Sequence[str], others: Sequence[str], *, alike: float = ALIKE, cache: Path | None = CACHE
) -> Copies:
    """Find all pairs of a text and another that are near copies.

    Args:
        texts: Looked at.
        others: What they are compared with; may be `texts` itself, a text is then its own copy.
        alike: Share of word pairs from which they are near copies, above 0, at most 1.
        cache: Folder in which results over many texts are kept and found again; None looks always anew.

    Returns:
        Exactly those pairs.

    Raises:
        ValueError: If `alike` is not above 0 and at most 1.
    """
    if not 0 < alike <= 1:
        raise ValueError(f"alike is {alike}, it must be above 0 and at most 1")
    if cache is None or len(texts) + len(others) < CACHED_FROM:
        return _find(texts, others, alike)
    path = cache / f"{_digest(texts, others, alike)}.npz"
    if path.is_file():
        with np.load(path, allow_pickle=False) as kept:
            return Copies(**{name: kept[name] for name in ("texts", "others", "pairs", "alike")})
    found = _find(texts, others, alike)
    cache.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=cache, suffix=".new", delete=False) as file:
        np.savez_compressed(file, texts=found.texts, others=found.others, pairs=found.pairs, alike=found.alike)
    Path(file.name).replace(path)  # two writers at once write the same; a kill leaves no half file under this name
    return found


def near_copies(texts: Sequence[str], others: Sequence[str], *, alike: float = ALIKE) -> list[int | None]:
    """Find for each text the other text that is most like it.

    Args:
        texts: Looked at one by one.
        others: What they are compared with.
        alike: Share of word pairs from which they are near copies, above 0, at most 1.

    Returns:
        Position in `others` per text (the first of equals), or None if none is alike enough.
    """
    found = find_copies(texts, others, alike=alike)
    first = {number: position for position, number in reversed(list(enumerate(found.others.tolist())))}
    best: dict[int, int] = {}
    for at in np.argsort(found.alike, kind="stable"):  # the most alike comes last and stays
        best[int(found.pairs[at, 0])] = first[int(found.pairs[at, 1])]
    return [best.get(number) for number in found.texts.tolist()]


def _digest(texts: Sequence[str], others: Sequence[str], alike: float) -> str:
    """Name a question: its texts, and what is asked of them."""
    digest = hashlib.blake2b(f"1 {alike} {FEWEST_WORDS} {len(texts)} {len(others)}".encode(), digest_size=16)
    for part in (texts, others):
        for text in part:
            data = text.encode("utf-8", "replace")
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def _find(texts: Sequence[str], others: Sequence[str], alike: float) -> Copies:
    """Find the pairs."""
    same = others is texts
    owner, member = _pair_sets([*texts] if same else [*texts, *others])
    numbers, owner, member = _join_equals(owner, member, len(texts) if same else len(texts) + len(others))
    size = np.bincount(owner, minlength=numbers.max(initial=-1) + 1)
    left = numbers[: len(texts)]
    right = left if same else numbers[len(texts) :]
    is_left, is_right = np.zeros(len(size), bool), np.zeros(len(size), bool)
    is_left[left[left >= 0]] = True
    is_right[right[right >= 0]] = True
    pairs, share = _join(owner, member, size, is_left, is_right, alike)
    return Copies(texts=left, others=right, pairs=pairs, alike=share)


def _pair_sets(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Cut texts into sets of word pairs.

    Returns:
        Text and pair, sorted by both, no pair twice in a text; pairs are numbered from the rarest on.
    """
    known: defaultdict[str, int] = defaultdict(count().__next__)
    ids, lengths = array("q"), []
    for text in texts:
        words = words_of(text)
        lengths.append(len(words))
        ids.extend(map(known.__getitem__, words))
    flat = np.frombuffer(ids, dtype=np.int64) if len(ids) else np.zeros(0, np.int64)
    text_of = np.repeat(np.arange(len(texts)), np.array(lengths, dtype=np.int64))
    inside = text_of[1:] == text_of[:-1]
    codes = (flat[:-1] * len(known) + flat[1:])[inside]
    _, member, often = np.unique(codes, return_inverse=True, return_counts=True)
    rank = np.empty(len(often), np.int64)
    rank[np.argsort(often, kind="stable")] = np.arange(len(often))
    keys = np.unique(text_of[1:][inside] << 32 | rank[member])
    return keys >> 32, keys & 0xFFFFFFFF


def _join_equals(owner: np.ndarray, member: np.ndarray, texts: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number the different sets, leaving out those that are too small.

    Returns:
        Number per text or -1, then the sets as `_pair_sets` gives them, by number.
    """
    size = np.bincount(owner, minlength=texts)
    mixed = (member.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ mixed >> np.uint64(31)) * np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(29)
    mark = np.zeros(texts, np.uint64)
    filled = size > 0
    if filled.any():
        mark[filled] = np.add.reduceat(mixed, (np.cumsum(size) - size)[filled])
    numbers = np.full(texts, -1)
    enough = np.flatnonzero(size >= FEWEST_WORDS - 1)
    _, first, number = np.unique(mark[enough], return_index=True, return_inverse=True)
    numbers[enough] = number
    stays = np.zeros(texts, bool)
    stays[enough[first]] = True
    kept = stays[owner]
    renamed = numbers[owner[kept]]
    order = np.argsort(renamed, kind="stable")
    return numbers, renamed[order], member[kept][order]


def _join(
    owner: np.ndarray, member: np.ndarray, size: np.ndarray, is_left: np.ndarray, is_right: np.ndarray, alike: float
) -> tuple[np.ndarray, np.ndarray]:
    """Find pairs of sets that are alike: candidates by their rarest members, then counted out."""
    from scipy.sparse import csr_matrix

    bounds = np.concatenate([[0], np.cumsum(size)])
    members = int(member.max(initial=-1)) + 1
    # alike(a, b) >= t needs t * |a| shared members, so one of the |a| - ceil(t * |a|) + 1 rarest of a is shared
    rarest = size - np.ceil(alike * size - 1e-9).astype(np.int64) + 1
    front = np.arange(len(member)) - bounds[owner] < rarest[owner]
    asked, held = front & is_left[owner], front & is_right[owner]
    order = np.argsort(member[held], kind="stable")
    held_owner = owner[held][order]
    start = np.concatenate([[0], np.cumsum(np.bincount(member[held], minlength=members))])
    left, token = owner[asked], member[asked]
    many = start[token + 1] - start[token]
    left, token, many = left[many > 0], token[many > 0], many[many > 0]
    found, shares = [np.zeros((0, 2), np.int64)], [np.zeros(0)]
    if not len(left):
        return found[0], shares[0]
    table = csr_matrix((np.ones(len(member), np.int32), member, bounds), shape=(len(size), members))
    # cut between sets, so that no pair is met in two pieces
    cuts = np.unique(np.searchsorted(left, left[np.searchsorted(np.cumsum(many), np.arange(0, many.sum(), _AT_ONCE))]))
    for low, high in zip(cuts, [*cuts[1:], len(left)], strict=True):
        each = many[low:high]
        one = np.repeat(left[low:high], each)
        step = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each)
        other = held_owner[np.repeat(start[token[low:high]], each) + step]
        near = (size[one] >= alike * size[other] - 1e-9) & (size[other] >= alike * size[one] - 1e-9)
        codes = np.unique(one[near] * len(size) + other[near])
        one, other = codes // len(size), codes % len(size)
        both = np.asarray(table[one].multiply(table[other]).sum(axis=1)).ravel()
        share = both / (size[one] + size[other] - both)
        enough = share >= alike - 1e-9
        found.append(np.stack([one[enough], other[enough]], axis=1))
        shares.append(share[enough])
    return np.concatenate(found), np.concatenate(shares)
