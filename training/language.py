"""Word and letter-group evidence for nlp_cx/language.py, counted on the training texts: writes nlp_cx/language.tsv.

    python -m training.language --data ../shared/data

1. Texts: train splits and the unlabelled pools, anything that stands in a dev split taken out.
2. A word's weight is the smoothed log-odds of the texts that hold it. Vietnamese counts as typed and with its
   diacritics stripped, in a stated proportion. Two rounds: texts that the first one puts into the other language are
   dropped, as some rows are tagged wrongly; so are those that py3langid finds in a third language.
3. Only common words are written, and no names: those that stand in capitals inside sentences are left out, unless they
   are Vietnamese syllables.
4. Letter groups, for the words not listed: logistic regression on the word list.
5. Calibration on windows of 1-10 words, so that the sum is an honest log-odds.
"""

from __future__ import annotations

import argparse
import lzma
import math
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression

from nlp_cx import language
from training.data import fingerprint, read_records
from training.noise import strip_diacritics

POOLS: Sequence[tuple[str, Literal["vi", "en"], float]] = (
    ("reviews_pool", "vi", 1.0),
    ("vntc_news", "vi", 0.05),
    ("viwiki_2017", "vi", 0.05),
    ("reviews_en", "en", 1.0),
)
"""Unlabelled files, their language and the share of lines taken; news and wiki only widen the vocabulary."""
STRIPPED = 0.4
"""Share of Vietnamese counted without diacritics."""
COMMON = 30
"""Texts that must hold a word for it to be listed."""
NAMED = 0.6
"""Share of capitals inside sentences from which a word is a name."""
SEEN = 3
"""Texts that must hold a word for its letters to teach."""
GROUP_WORDS = 12
"""Words that must hold a letter group."""
SMOOTHING = 0.5
"""Texts of either language that are taken to hold a word beyond those counted."""
WRONG = 4.0
"""Log-odds from which a text is thought to be tagged wrongly."""
WINDOWS = 60_000
"""Texts per language that calibration cuts windows from."""
LEAST_WEIGHT = 0.05
"""Log-odds below which a letter group is not written."""
SYLLABLE = re.compile(
    r"(?:b|ch?|d|gh?|gi|h|kh?|l|m|ngh?|nh|n|ph?|qu?|r|s|th|tr|t|v|x)?[aeiouy]{1,3}(?:ch|c|m|ng|nh|n|p|t)?"
)
"""Shape of a Vietnamese syllable without diacritics."""
_CAPITAL = re.compile(r"(?<=[^\W\d_A-Z] )[^\W\d_]+")
"""A word behind a word: not the first one of a sentence."""

Texts = Mapping[str, list[str]]


def gather(data: Path, dice: random.Random) -> dict[str, list[str]]:
    """Read the texts of both languages, each once, none of a dev split."""
    labelled = [record for path in sorted((data / "labelled").glob("*.jsonl.gz")) for record in read_records(path)]
    seen = {fingerprint(record["text"]) for record in labelled if record["split"] == "dev"}
    found: dict[str, list[str]] = {"vi": [], "en": []}

    def take(text: str, code: str) -> None:
        mark = fingerprint(text)
        if mark not in seen:
            seen.add(mark)
            found[code].append(text)

    for record in labelled:
        if record["split"] == "train":
            take(record["text"], record["lang"])
    for name, code, share in POOLS:
        for line in _lines(data / "text" / f"{name}.txt.xz"):
            if dice.random() < share:
                take(line, code)
    return found


def _lines(path: Path) -> Iterator[str]:
    """Yield the lines of a pool that hold anything."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        yield from (line.strip() for line in lines if line.strip())


def count(texts: Texts) -> dict[str, Counter[str]]:
    """Count per language the texts that hold each word; Vietnamese as typed and stripped, in proportion."""
    counts: dict[str, Counter[str]] = {"vi": Counter(), "en": Counter()}
    typed: Counter[str] = Counter()
    for text in texts["vi"]:
        typed.update(set(language.words_of(text)))
    for word, number in typed.items():
        counts["vi"][word] += number * (1 - STRIPPED)  # type: ignore[assignment]
        counts["vi"][strip_diacritics(word)] += number * STRIPPED  # type: ignore[assignment]
    for text in texts["en"]:
        counts["en"].update(set(language.words_of(text)))
    return counts


def log_odds(counts: Mapping[str, Counter[str]]) -> dict[str, float]:
    """Smoothed log-odds of Vietnamese against English, per word."""
    balance = math.log(counts["en"].total() / counts["vi"].total())
    return {
        word: math.log((counts["vi"][word] + SMOOTHING) / (counts["en"][word] + SMOOTHING)) + balance
        for word in counts["vi"].keys() | counts["en"].keys()
    }


def cleaned(texts: Texts, odds: Mapping[str, float]) -> dict[str, list[str]]:
    """Drop the texts that are not in the language they are tagged with."""
    kept: dict[str, list[str]] = {}
    for code, sign in (("vi", 1), ("en", -1)):
        kept[code] = [
            text
            for text in texts[code]
            if sign * sum(odds[word] for word in set(language.words_of(text))) > -WRONG and not _third_language(text)
        ]
    return kept


def _third_language(text: str) -> bool:
    """Whether py3langid is sure of another language; short texts it cannot judge."""
    return len(text) > 30 and language.foreign_probability(text) > 0.9


def names(texts: Texts) -> set[str]:
    """Words that stand in capitals inside sentences, except Vietnamese syllables."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for text in (text for both in texts.values() for text in both):
        for word in _CAPITAL.findall(text[: language.READ]):
            if word.islower():
                small[word] += 1
            elif word[1:].islower():
                capital[word.lower()] += 1
    return {
        word
        for word, number in capital.items()
        if number > NAMED * (number + small[word]) and not SYLLABLE.fullmatch(strip_diacritics(word))
    }


def learn_groups(odds: Mapping[str, float], held: Counter[str]) -> tuple[dict[str, float], float]:
    """Weigh letter groups so that they tell the language of a word.

    Args:
        odds: Log-odds per word.
        held: Texts that hold each word; common words count more, to a limit.

    Returns:
        Weight per group, and the weight of a word without any.
    """
    words = [word for word in sorted(held) if held[word] >= SEEN and len(word) <= language.LONGEST_WORD]
    spread = Counter(group for word in words for group in set(language.groups_of(word)))
    common = sorted(group for group, number in spread.items() if number >= GROUP_WORDS)
    groups = {group: at for at, group in enumerate(common)}
    rows = [[groups[group] for group in language.groups_of(word) if group in groups] for word in words]
    ends = np.cumsum([0, *map(len, rows)])
    shape = (len(words), len(groups))
    features = csr_matrix((np.ones(ends[-1]), np.concatenate([np.array(row, int) for row in rows]), ends), shape=shape)
    vietnamese = 1 / (1 + np.exp(-np.array([odds[word] for word in words])))
    importance = np.sqrt(np.minimum([held[word] for word in words], 30))
    model = LogisticRegression(C=0.3, max_iter=300).fit(
        vstack([features, features]),
        np.repeat([1, 0], len(words)),
        sample_weight=np.concatenate([vietnamese * importance, (1 - vietnamese) * importance]),
    )
    return dict(zip(groups, model.coef_[0].tolist(), strict=True)), float(model.intercept_[0])


def calibrate(
    texts: Texts, listed: Mapping[str, float], groups: Mapping[str, float], group_prior: float, dice: random.Random
) -> tuple[float, float, float]:
    """Scale both kinds of evidence on short windows: factor for listed words, for unlisted ones, prior of a text."""
    rows, truth = [], []
    for code in ("vi", "en"):
        for text in dice.sample(texts[code], WINDOWS):
            read = language.words_of(strip_diacritics(text) if dice.random() < 0.5 else text)
            size = dice.randint(1, 10) if dice.random() < 0.5 else dice.randint(1, 2)
            start = dice.randrange(max(1, len(read) - size + 1))
            window = set(read[start : start + size])
            unlisted = [language.groups_of(word[: language.LONGEST_WORD]) for word in window if word not in listed]
            by_groups = [group_prior + sum(groups.get(group, 0.0) for group in found) for found in unlisted]
            rows.append((sum(listed.get(word, 0.0) for word in window), sum(by_groups)))
            truth.append(code == "vi")
    model = LogisticRegression(C=1e6).fit(np.array(rows), np.array(truth))
    (words, rest), prior = model.coef_[0].tolist(), float(model.intercept_[0])
    return words, rest, prior


def main(arguments: Sequence[str] | None = None) -> None:
    """Make language.tsv."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with labelled/ and text/")
    parser.add_argument("--out", type=Path, default=Path(language.__file__).with_name("language.tsv"))
    options = parser.parse_args(arguments)
    dice = random.Random(20)  # noqa: S311

    texts: Texts = gather(options.data, dice)
    texts = cleaned(texts, log_odds(count(texts)))
    counts = count(texts)
    odds = log_odds(counts)
    held = counts["vi"] + counts["en"]
    groups, group_prior = learn_groups(odds, held)
    left_out = names(texts)
    listed = {word: odds[word] for word in sorted(held) if held[word] >= COMMON and word not in left_out}
    by_word, by_group, prior = calibrate(texts, listed, groups, group_prior, dice)

    lines = [("prior", "text", prior), ("prior", "word", by_group * group_prior)]
    lines += [("word", word, by_word * weight) for word, weight in listed.items()]
    lines += [("group", group, by_group * weight) for group, weight in groups.items() if abs(weight) >= LEAST_WEIGHT]
    options.out.write_text("".join(f"{kind}\t{what}\t{weight:.2f}\n" for kind, what, weight in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
