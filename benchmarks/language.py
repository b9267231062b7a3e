"""How often nlp_cx.language is right on the dev texts, and how fast it is.

A text counts as right if the code is the source's own language tag; "mixed" and "other" count as wrong, even where the
tag is what is wrong (some rows tagged Vietnamese are English, and the other way round). Texts without letters are left
out. Seconds are those of the processor, on one core.

whole            dev texts as they are
stripped         the same, Vietnamese without diacritics
prefix           the first 1, 2 or 3 words (drawn per text; words are cut at blanks)
window 1, 2, 3   as many words from a place drawn per text
short            dev texts that have 1-3 words
Prefix, window and short: Vietnamese as typed and stripped; "1-3 words" is all of them together.
other            example sentences of about 60 other languages that come with spaCy, whole and their first 4 words

Run: python benchmarks/language.py --data ../shared/data
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import random
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nlp_cx.language import detect
from nlp_cx.pipeline import UNSUPPORTED_CONFIDENCE as SURE
from training.data import read_records
from training.noise import strip_diacritics

Case = tuple[str, str, str]
"""Measure, language, text."""


def dev_texts(data: Path) -> list[tuple[str, str]]:
    """Language and text of every dev row that has letters."""
    return [
        (record["lang"], record["text"])
        for path in sorted((data / "labelled").glob("*.jsonl.gz"))
        for record in read_records(path)
        if record["split"] == "dev" and has_letters(record["text"])
    ]


def has_letters(text: str) -> bool:
    """Whether there is anything to tell a language by."""
    return any(letter.isalpha() for letter in text)


def cases(texts: list[tuple[str, str]], dice: random.Random) -> Iterator[Case]:
    """Cut every measure's texts."""
    for language, text in texts:
        stripped = strip_diacritics(text)
        yield "whole", language, text
        yield "stripped", language, stripped
        for kind, form in (("", text), (" stripped", stripped)):
            words = form.split()
            size = min(dice.randint(1, 3), len(words))
            start = dice.randrange(len(words) - size + 1)
            yield f"prefix{kind}", language, " ".join(words[: dice.randint(1, 3)])
            yield f"window {size}{kind}", language, " ".join(words[start : start + size])
            if len(words) <= 3:
                yield f"short{kind}", language, form


def foreign_sentences() -> list[tuple[str, str]]:
    """Language and text of spaCy's examples in neither Vietnamese nor English."""
    import spacy.lang

    found = []
    for module in pkgutil.iter_modules(spacy.lang.__path__):
        if module.ispkg and module.name not in {"vi", "en", "xx"}:
            try:
                examples = importlib.import_module(f"spacy.lang.{module.name}.examples")
            except ImportError:
                continue
            found += [(module.name, sentence) for sentence in examples.sentences]
    return found


def quality(texts: list[tuple[str, str]]) -> Table:
    """Share of right answers per measure and language."""
    right: dict[tuple[str, str], list[bool]] = defaultdict(list)
    lost: Counter[str] = Counter()
    for measure, language, text in cases(texts, random.Random(7)):  # noqa: S311
        if has_letters(text):
            found = detect(text)
            for group in {measure, "1-3 words" if measure not in {"whole", "stripped"} else measure}:
                right[group, language].append(found.code == language)
                lost[group] += found.code == "other" and found.confidence >= SURE
    table = Table("measure", "texts", "right", "vi", "en", "confident other", title="Language on dev texts")
    for measure in sorted({measure for measure, _ in right}):
        vi, en = right[measure, "vi"], right[measure, "en"]
        shares = [f"{sum(part) / len(part):.4f}" for part in (vi + en, vi, en)]
        table.add_row(measure, f"{len(vi) + len(en):,}", *shares, str(lost[measure]))
    return table


def confusion(texts: list[tuple[str, str]]) -> Table:
    """What whole dev texts are taken for."""
    counts = Counter((language, detect(text).code) for language, text in texts)
    codes = ("vi", "en", "mixed", "other")
    table = Table("tagged", *codes, title="Whole dev texts are taken for")
    for language in ("vi", "en"):
        table.add_row(language, *(f"{counts[language, code]:,}" for code in codes))
    return table


def others() -> Table:
    """How many sentences of other languages are seen as such."""
    sentences = foreign_sentences()
    table = Table("sentences", "n", "other", f"confidence >= {SURE}", title="Other languages (spaCy's examples)")
    kinds = {
        "Latin script": [text for _, text in sentences if is_latin(text)],
        "Latin script, first 4 words": [" ".join(text.split()[:4]) for _, text in sentences if is_latin(text)],
        "other scripts": [text for _, text in sentences if not is_latin(text)],
    }
    for kind, chosen in kinds.items():
        found = [detect(text) for text in chosen]
        other = [language for language in found if language.code == "other"]
        sure = sum(language.confidence >= SURE for language in other)
        table.add_row(kind, str(len(chosen)), f"{len(other) / len(chosen):.3f}", f"{sure / len(chosen):.3f}")
    return table


def is_latin(text: str) -> bool:
    """Whether most letters are Latin."""
    letters = [letter for letter in text if letter.isalpha()]
    return 2 * sum(letter < "\u0300" or "\u1e00" <= letter < "\u1f00" for letter in letters) > len(letters)


def speed(texts: list[tuple[str, str]], rounds: int = 3) -> Table:
    """Comments a second on one core, the best of a few rounds."""
    table = Table("texts", "n", "mean length", "comments/s", title="Speed, one core")
    short = [text for _, text in texts if len(text) <= 200]
    for kind, chosen in {
        "up to 200 characters": short,
        "the same, stripped": [strip_diacritics(text) for text in short],
        "all dev texts": [text for _, text in texts],
        "100,000 characters": ["giao hàng nhanh " * 6250] * 100,
    }.items():
        length = sum(map(len, chosen)) / len(chosen)
        seconds = min(timed(chosen) for _ in range(rounds))
        table.add_row(kind, f"{len(chosen):,}", f"{length:.0f}", f"{len(chosen) / seconds:,.0f}")
    return table


def timed(texts: list[str]) -> float:
    """Seconds to tell the language of all."""
    started = time.process_time()
    for text in texts:
        detect(text)
    return time.process_time() - started


def main() -> None:
    """Print quality and speed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with labelled/*.jsonl.gz")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # spaCy's old example modules hold odd escapes
    texts = dev_texts(options.data)
    console = Console()
    for table in (quality(texts), confusion(texts), others(), speed(texts)):
        console.print(table)


if __name__ == "__main__":
    main()
