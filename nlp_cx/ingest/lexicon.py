"""The words of column headers and cells: `columns.toml`, folded."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, NamedTuple


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Reduce a header or a word to what headers share: lower case, no diacritics, single blanks, no punctuation.

    Examples:
        >>> fold("Ý_KIẾN của bạn:"), fold("createdAt"), fold("Điểm NPS")
        ('y kien cua ban', 'created at', 'diem nps')
    """
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^\w#]|_", " ", bare).split())


@dataclass(frozen=True, slots=True)
class Words:
    """Folded header words of one role or metric."""

    exact: frozenset[str]
    weak: frozenset[str]
    vi: tuple[str, ...]
    en: tuple[str, ...]

    def match(self, header: str) -> float:
        """Tell how sure a folded header names this role, 0 to 1."""
        if header in self.exact or header in self.vi or header in self.en:
            return 0.97
        if header in self.weak:
            return 0.6
        padded, best = f" {header} ", 0.0
        for phrases, at_head in ((self.vi, padded.startswith), (self.en, padded.endswith)):
            for phrase in phrases:
                if f" {phrase} " in padded:
                    long = phrase.count(" ") >= 2
                    sure = 0.85 if at_head(f" {phrase} ") else 0.84 if long else 0.6 if " " in phrase else 0.5
                    best = max(best, sure + phrase.count(" ") * 0.01)
        return best


class Lexicon(NamedTuple):
    """All of `columns.toml`, folded."""

    roles: Mapping[str, Words]
    metrics: Mapping[str, Words]
    scales: Mapping[str, tuple[float, float]]
    effort: tuple[str, ...]
    question: tuple[str, ...]
    missing: frozenset[str]
    total: frozenset[str]
    total_elsewhere: frozenset[str]
    unit: frozenset[str]
    languages: Mapping[str, Literal["vi", "en"]]
    likert: Mapping[str, float]
    number: Mapping[str, float]


@cache
def lexicon() -> Lexicon:
    """Read the header words that ship with this version."""
    data = tomllib.loads(Path(__file__).with_name("columns.toml").read_text(encoding="utf-8"))

    def words(entry: Mapping[str, list[str]]) -> Words:
        exact, weak, vi, en = ([fold(word) for word in entry.get(key, [])] for key in ("exact", "weak", "vi", "en"))
        return Words(frozenset(exact), frozenset(weak), tuple(vi), tuple(en))

    def levels(entry: Mapping[str, list[str]]) -> dict[str, float]:
        return {fold(word): float(value) for value, listed in entry.items() for word in listed}

    told = data["words"]
    return Lexicon(
        roles={name: words(entry) for name, entry in data["role"].items()},
        metrics={name: words(entry) for name, entry in data["metric"].items()},
        scales={name: tuple(entry["scale"]) for name, entry in data["metric"].items() if "scale" in entry},
        effort=tuple(fold(word) for word in data["metric"]["ces"]["lower_is_better"]),
        question=tuple(f"{fold(word)} " for word in told["question"]),
        missing=frozenset(unicodedata.normalize("NFC", word).casefold() for word in told["missing"])
        | frozenset(fold(word) for word in told["missing"] if " " in word),
        total=frozenset(fold(word) for word in told["total"]),
        total_elsewhere=frozenset(fold(word) for word in told["total_elsewhere"]),
        unit=frozenset(fold(word) for word in told["unit"]),
        languages={
            **{fold(word): "vi" for word in told["vietnamese"]},
            **{fold(word): "en" for word in told["english"]},
        },
        likert=levels(data["likert"]),
        number=levels(data["number"]),
    )


def is_missing(cell: object) -> bool:
    """Tell whether a cell of a score, a date or a segment says that nothing was given. 0 is something."""
    if cell is None or cell == "" or (isinstance(cell, float) and cell != cell):
        return True
    if not isinstance(cell, str) or len(cell) > 40:
        return False
    word = unicodedata.normalize("NFC", cell).strip().casefold()
    return not word or word in lexicon().missing or fold(word) in lexicon().missing


def read_language(cell: object) -> Literal["vi", "en"] | None:
    """Read a language column; None for a language that nlp_cx is not told about, which is then found from the text."""
    return lexicon().languages.get(fold(cell)) if isinstance(cell, str) and len(cell) <= 40 else None
