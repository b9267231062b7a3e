"""Near copies: texts that share most of their word pairs, whatever their case, diacritics and punctuation.

Between splits they flatter every figure, for a model need only remember. MinHash libraries were tried (rensa 0.5:
7 s to sign and query, but over a minute to cut 336,000 texts into letter 5-grams for it); word pairs with an inverted
index over the dev rows find the same kind of copy without hashing, exactly, and in one pass.

Run: python -m training.duplicates --data DIR     prints copies between dev and train, by source
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.table import Table

from training.noise import strip_diacritics

ALIKE = 0.7
"""Share of word pairs (Jaccard) from which two texts are near copies: one word of about twelve changed."""
FEWEST_WORDS = 6
"""Shorter texts are common property: customers write the same five words on their own."""
COMMON = 100
"""A word pair in more dev texts than this names no candidate; it still counts when candidates are compared."""
_WORD = re.compile(r"\w+")
_REPEATED = re.compile(r"(.)\1+")


def word_pairs(text: str) -> frozenset[tuple[str, str]]:
    """Neighbouring words of a text, without case, diacritics, punctuation and repeated letters.

    Examples:
        >>> sorted(word_pairs("Giao hàng NHANHHH!"))
        [('giao', 'hang'), ('hang', 'nhanh')]
    """
    words = _WORD.findall(_REPEATED.sub(r"\1", strip_diacritics(text.lower())))
    return frozenset(pairwise(words))


def near_copies(texts: Sequence[str], others: Sequence[str], *, alike: float = ALIKE) -> list[int | None]:
    """Find for each text the other text that is most like it.

    Args:
        texts: Looked at one by one.
        others: Held in memory as word pairs.
        alike: Share of word pairs from which they are near copies, above 0.

    Returns:
        Position in `others` per text, or None if none is alike enough.
    """
    held = [word_pairs(other) for other in others]
    where: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for position, pairs in enumerate(held):
        if len(pairs) >= FEWEST_WORDS - 1:
            for pair in pairs:
                where[pair].append(position)
    rare = {pair: positions for pair, positions in where.items() if len(positions) <= COMMON}
    found: list[int | None] = []
    for text in texts:
        pairs = word_pairs(text)
        best, nearest = alike, None
        if len(pairs) >= FEWEST_WORDS - 1:
            shared = Counter(position for pair in pairs for position in rare.get(pair, ()))
            for position, _ in shared.most_common(20):
                both = len(pairs & held[position])
                share = both / (len(pairs) + len(held[position]) - both)
                if share >= best:
                    best, nearest = share, position
        found.append(nearest)
    return found


def main() -> None:
    """Print how many dev rows have a near copy in any source's train part, and how many train rows that makes."""
    from training.data import load_all

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    examples = load_all(options.data, near=False)
    dev = [example for example in examples if example.split == "dev"]
    train = [example for example in examples if example.split == "train"]
    copies = near_copies([example.text for example in train], [example.text for example in dev])
    hit = {position for position in copies if position is not None}
    rows = Counter(example.source for example in dev)
    copied = Counter(dev[position].source for position in hit)
    dropped = Counter(example.source for example, copy in zip(train, copies, strict=True) if copy is not None)
    table = Table("source", "dev rows", "with a near copy in train", "train rows like a dev row")
    for source in sorted(rows | dropped):
        table.add_row(source, f"{rows[source]:,}", f"{copied[source]:,}", f"{dropped[source]:,}")
    table.add_row("all", f"{len(dev):,}", f"{len(hit):,}", f"{sum(dropped.values()):,}")
    Console().print(table)


if __name__ == "__main__":
    main()
