"""What a data folder holds, what of it is learnt from, and whether a dev text stands in train.

Run: python -m training.data --data DIR     exits with 1 when a dev text stands in train
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nlp_cx.taxonomy import load_taxonomy
from training.data import (
    ABSENT,
    SENTIMENT_CODE,
    THEMES,
    Example,
    drop_leaks,
    drop_near_copies,
    find_leaks,
    load_everything,
    mark,
)
from training.duplicates import find_copies

SHOWN = 10
"""Leaks named, by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Rows at each step, and what is wrong."""

    read: Sequence[Example]
    """All rows of the sources, the translations, our annotation, the authored comments."""
    unequal: Sequence[Example]
    """Those left when equal texts are on one side of the split."""
    left: Sequence[Example]
    """Those left when near copies are too: what training.data.load_all gives."""
    repeats: Counter[str]
    """Train rows of `left` by source that an earlier train row of the same source is a near copy of, or equal to."""
    leaks: Sequence[tuple[Example, Example]]
    """Dev rows of `left` with a train row of `left` that they stand in; there must be none."""


def take_inventory(rows: Sequence[Example]) -> Inventory:
    """Look at rows as read, drop what leaks and look again.

    Args:
        rows: Train and dev of all sources.
    """
    unequal = drop_leaks(rows)
    left = drop_near_copies(unequal)
    return Inventory(read=rows, unequal=unequal, left=left, repeats=count_repeats(left), leaks=find_leaks(left))


def count_repeats(examples: Sequence[Example]) -> Counter[str]:
    """Count train rows that repeat an earlier one of their source, nearly or but for case and punctuation."""
    train = [row for row in examples if row.split == "train"]
    texts = [row.text for row in train]
    copies = find_copies(texts, texts)
    alike: dict[int, list[int]] = {}
    for one, other in copies.pairs.tolist():
        alike.setdefault(one, []).append(other)
    numbers: set[tuple[str, int]] = set()
    marks: set[tuple[str, str]] = set()
    repeats: Counter[str] = Counter()
    for row, number in zip(train, copies.texts.tolist(), strict=True):
        letters = mark(row.text)
        near = any((row.source, other) in numbers for other in alike.get(number, ()))
        repeats[row.source] += near or (row.source, letters) in marks
        numbers.add((row.source, number))
        if letters:
            marks.add((row.source, letters))
    return repeats


def source_table(inventory: Inventory) -> Table:
    """Tabulate rows by source and split, and how many were dropped why."""
    counts = {
        (step, split): Counter(row.source for row in rows if row.split == split)
        for step, rows in (("read", inventory.read), ("unequal", inventory.unequal), ("left", inventory.left))
        for split in ("train", "dev")
    }
    languages = {row.source: row.language for row in inventory.read}
    for row in inventory.read:
        if row.language != languages[row.source]:
            languages[row.source] = "vi, en"  # type: ignore[assignment]
    table = Table("source", "language", "train", "dev", "equal: train", "dev", "near: train", "dev", "train repeats")
    rows = {
        source: [
            counts["left", "train"][source],
            counts["left", "dev"][source],
            *(counts["read", split][source] - counts["unequal", split][source] for split in ("train", "dev")),
            *(counts["unequal", split][source] - counts["left", split][source] for split in ("train", "dev")),
            inventory.repeats[source],
        ]
        for source in sorted(languages)
    }
    for source, numbers in rows.items():
        table.add_row(source, languages[source], *(f"{number:,}" for number in numbers))
    table.add_section()
    table.add_row("all", "", *(f"{sum(column):,}" for column in zip(*rows.values(), strict=True)))
    return table


def label_table(examples: Sequence[Example]) -> Table:
    """Tabulate sentiments and mentions of themes by language and split."""
    names = load_taxonomy()
    parts = [(language, split) for split in ("train", "dev") for language in ("vi", "en")]
    table = Table("label", *(f"{language} {split}" for language, split in parts))
    groups = [[row for row in examples if (row.language, row.split) == part] for part in parts]
    table.add_row("rows", *(f"{len(group):,}" for group in groups))
    for name, code in SENTIMENT_CODE.items():
        table.add_row(name, *(f"{sum(row.sentiment == code for row in group):,}" for group in groups))
    table.add_section()
    for number, theme in enumerate(THEMES):
        shown = next(one for one in names.themes if one.id == theme)
        mentions = [sum(row.themes[number] > ABSENT for row in group) for group in groups]
        table.add_row(f"{theme} · {shown.name['vi']}", *(f"{count:,}" for count in mentions))
    return table


def tell(inventory: Inventory, console: Console) -> bool:
    """Print everything; a leak is named by ids, never by text.

    Returns:
        Whether nothing leaks.
    """
    console.print("Rows to learn from and to measure on; dropped: equal to, or near a row across the splits.")
    console.print("Train repeats: train rows that an earlier one of their source is nearly equal to; they stay.")
    console.print(source_table(inventory))
    console.print(label_table(inventory.left))
    console.print(f"Dev rows before dropping that stood in train: {len(find_leaks(inventory.read)):,}.")
    for one, other in inventory.leaks[:SHOWN]:
        console.print(f"{one.id} stands in {other.id}", markup=False)
    console.print(f"Dev rows that stand in train now: {len(inventory.leaks):,}.")
    return not inventory.leaks


def main() -> None:
    """Print the report; exit with 1 when a dev text stands in train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    sys.exit(0 if tell(take_inventory(load_everything(options.data)), Console()) else 1)


if __name__ == "__main__":
    main()
