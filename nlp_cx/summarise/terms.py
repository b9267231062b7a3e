"""Words that set a theme's comments apart from the others' (class-based TF-IDF on comments, not on occurrences)."""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from nlp_cx.records import LanguageCode
from nlp_cx.summarise.passages import Passage
from nlp_cx.tokenise import Word, words

TERMS = 8
"""Terms per theme, at most."""
_LONGEST = 3
"""Words of a phrase, at most."""
_AROUND = 0.25
"""What a phrase counts that stands beside the evidence, not in it."""
_MIN_COMMENTS = 2
"""A term is held by at least so many comments: what one customer wrote is no term."""
_FEW = 30
"""In a sample of fewer passages, phrases are asked no more than words;"""
_PHRASE = 0.25
"""in a larger one they are held by one comment more, and by this share of those that hold their rarest word."""
_PLACEHOLDER = re.compile(r"\[[A-Z][A-Z_]*\]")
_GAP = re.compile(r"[^\S\n]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word or a phrase as customers wrote it most often."""

    text: str
    language: Literal["vi", "en"]
    count: int
    """Comments of the theme's sample that hold it."""
    weight: float
    """Its c-TF-IDF times its number of words; larger sets the theme further apart."""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {"text": self.text, "language": self.language, "count": self.count, "weight": round(self.weight, 5)}


_Cut = Callable[[str, LanguageCode], Sequence[Word]]


class _Stop(NamedTuple):
    """Words without a topic, and words that turn the next one round."""

    words: frozenset[str]
    negators: frozenset[str]


class _Gram(NamedTuple):
    """A phrase in a passage: what groups its forms, how it was written, whether it is part of the evidence."""

    key: tuple[str, ...]
    written: str
    proves: bool


@dataclass(slots=True)
class _Found:
    """A phrase in all passages of a theme."""

    weight: float = 0.0
    count: int = 0
    written: Counter[str] = field(default_factory=Counter)
    languages: Counter[Literal["vi", "en"]] = field(default_factory=Counter)


def find_terms(passages: Mapping[str, Iterable[Passage]]) -> dict[str, tuple[Term, ...]]:
    """Find the terms that tell themes apart.

    A term is a word or a phrase of up to three, counted once per comment: fully where it is part of the evidence, by a
    quarter where it merely stands in the same sentence. Its weight in a theme is that count per comment times
    log(1 + A / f), f being its count over all themes and A the mean of all counts per theme. Phrases that contain
    each other are not both given: the longer one goes first if it is nearly as frequent.

    Args:
        passages: Theme -> a sample of its passages. All languages but "other" are looked at.

    Returns:
        Theme -> at most `TERMS` terms that two comments or more hold, strongest first.

    References:
        Grootendorst, "BERTopic: Neural topic modeling with a class-based TF-IDF procedure", arXiv 2203.05794, 2022.
    """
    cut = cache(words)  # a comment's passages on several themes are often the same sentences
    found = {theme: _count(listed, cut) for theme, listed in passages.items()}
    total = defaultdict[tuple[str, ...], float](float)
    for _, grams in found.values():
        for key, gram in grams.items():
            total[key] += gram.weight
    mean = math.fsum(total.values()) / max(len(found), 1)
    return {theme: _strongest(n, grams, total, mean) for theme, (n, grams) in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A word or a phrase and the comments that hold it."""

    text: str
    """As it was written most often."""
    language: Literal["vi", "en"]
    count: int


def count_phrases(passages: Iterable[Passage]) -> tuple[int, dict[tuple[str, ...], Phrase]]:
    """Count the comments that hold each word or phrase that can be a term.

    Args:
        passages: One per comment. Those in language "other" are not looked at.

    Returns:
        Comments looked at, and per phrase, named by the base forms of its words, how many hold it.
    """
    n, found = _count(passages, cache(words))
    return n, {
        key: Phrase(text=_most_common(one.written), language=_most_common(one.languages), count=one.count)
        for key, one in found.items()
    }


def _count(passages: Iterable[Passage], cut: _Cut) -> tuple[int, dict[tuple[str, ...], _Found]]:
    """Count the phrases of a theme's passages, once per passage."""
    n, found = 0, defaultdict[tuple[str, ...], _Found](_Found)
    for passage in passages:
        if passage.language == "other":
            continue
        n += 1
        best: dict[tuple[str, ...], _Gram] = {}
        for gram in _grams(passage, cut):
            if gram.key not in best or gram.proves > best[gram.key].proves:
                best[gram.key] = gram
        for key, gram in best.items():
            entry = found[key]
            entry.weight += 1 if gram.proves else _AROUND
            entry.count += 1
            entry.written[gram.written] += 1
            entry.languages["en" if passage.language == "en" else "vi"] += 1
    return n, found


def _grams(passage: Passage, cut: _Cut) -> Iterator[_Gram]:
    """Give the phrases of a passage's sentences: neighbouring words with a topic, a negator before them or not."""
    start, end = passage.stretch()
    text = _PLACEHOLDER.sub(lambda found: "." * len(found[0]), passage.text[start:end])
    evidence = [(left - start, right - start) for left, right in passage.evidence]
    stop = _stop("en" if passage.language == "en" else "vi")
    listed = cut(text, passage.language)
    for first, word in enumerate(listed):
        negates = word.lemma in stop.negators
        if not negates and not _has_topic(word, stop):
            continue
        for last in range(first, min(first + _LONGEST, len(listed))):
            if last > first and not (
                _has_topic(listed[last], stop) and _GAP.fullmatch(text, listed[last - 1].end, listed[last].start)
            ):
                break
            if last == first and negates:
                continue
            left, right = word.start, listed[last].end
            yield _Gram(
                key=tuple(each.lemma for each in listed[first : last + 1]),
                written=" ".join(text[left:right].split()),
                proves=any(left < stop_at and right > start_at for start_at, stop_at in evidence),
            )


def _strongest(
    n: int, found: Mapping[tuple[str, ...], _Found], total: Mapping[tuple[str, ...], float], mean: float
) -> tuple[Term, ...]:
    """Choose a theme's terms."""
    # half as frequent as its word, a phrase of two is as good; it says more
    weights = {
        key: len(key) * gram.weight / n * math.log1p(mean / total[key])
        for key, gram in found.items()
        if gram.count >= _least(key, n, found)
    }
    ordered = sorted(weights, key=lambda key: (-weights[key], -len(key), key))
    chosen: list[tuple[str, ...]] = []
    for key in ordered:
        if len(chosen) == TERMS:
            break
        if not any(_contains(key, other) or _contains(other, key) for other in chosen):
            chosen.append(key)
    return tuple(
        Term(
            text=_most_common(found[key].written),
            language=_most_common(found[key].languages),
            count=found[key].count,
            weight=weights[key],
        )
        for key in chosen
    )


def _least(key: tuple[str, ...], n: int, found: Mapping[tuple[str, ...], _Found]) -> float:
    """Give the comments that a term must be held by: a phrase not much less often than its rarest word."""
    if len(key) == 1 or n < _FEW:
        return _MIN_COMMENTS
    return max(_MIN_COMMENTS + 1, _PHRASE * min(found[(word,)].count for word in key if (word,) in found))


def _most_common(counter: Counter[Any]) -> Any:
    """Give the most frequent; of several the last in order, which is lower case before capitals."""
    return max(counter, key=lambda each: (counter[each], each))


def _contains(key: Sequence[str], part: Sequence[str]) -> bool:
    """Tell whether a phrase contains another one, by syllables: "nhân viên" is one word here, two elsewhere."""
    return f" {' '.join(part)} " in f" {' '.join(key)} "


def _has_topic(word: Word, stop: _Stop) -> bool:
    """Tell whether a word can be a term: letters, more than one, and not one of the words without a topic."""
    return (
        word.lemma not in stop.words
        and word.lemma not in stop.negators
        and len(word.lemma) > 1
        and any(letter.isalpha() for letter in word.lemma)
    )


@cache
def _stop(language: Literal["vi", "en"]) -> _Stop:
    """Read the words without a topic; Vietnamese is also written without diacritics, and mixed with English."""
    data = tomllib.loads(Path(__file__).with_name("terms.toml").read_text(encoding="utf-8"))
    listed = set(data["en"])
    if language == "vi":
        listed |= {*data["vi"], *(_bare(word) for word in data["vi"])}
    return _Stop(frozenset(listed), frozenset([*data["negators"], *(_bare(word) for word in data["negators"])]))


def _bare(word: str) -> str:
    """Take the diacritics off."""
    decomposed = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
