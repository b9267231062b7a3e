"""Comments that stand for a theme."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nlp_cx.records import POLARITIES, Analysis, Comment, LanguageCode, Polarity, ThemeMention
from nlp_cx.summarise.passages import Passage
from nlp_cx.summarise.sample import Sample, fingerprint
from nlp_cx.summarise.terms import Term

QUOTES = 3
"""Quotes per theme, at most."""
_CANDIDATES = 60
"""Passages kept per theme and judgement, of which the quotes are chosen."""
_READABLE = range(30, 241)
"""Code points of a comment that says something and can be quoted whole; candidates are taken from these first,"""
_BEARABLE = range(12, 1001)
"""then from these."""
_MANY_THEMES = 3
"""Comments on more themes than this come after those on fewer."""
_UNCERTAIN = 0.6
"""Mentions that the model is less sure of come after all others."""
_KEY_BITS = 64
"""Bits of a key that are the fingerprint; above them stands how hard a comment is to quote."""
_SHORT = 40
"""Letters below which a passage counts the less, the shorter it is."""
_DILUTION = 0.4
"""How much each further theme of the comment takes from a passage's strength."""
_SHINGLE = 4
"""Letters of the runs by which two texts are compared."""
_ALIKE = 0.5
"""Share of common runs from which two texts are the same,"""
_HELD = 0.8
"""and share of the shorter one's runs that the longer one holds."""
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a customer said about a theme, personal data taken out, cut to a readable length."""

    comment_id: str
    text: str
    """One line; "…" stands where the comment goes on."""
    sentiment: Polarity
    """How the customer judged the theme."""
    language: LanguageCode
    scores: Mapping[str, float]
    """Metric -> what the customer ticked; empty if nothing."""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**values, "scores": dict(self.scores)}


class QuotePool:
    """Candidates for a theme's quotes: the most readable of all that are offered, the same text once."""

    def __init__(self) -> None:
        """Start empty."""
        self._pools = {polarity: Sample[Passage](_CANDIDATES) for polarity in POLARITIES}

    def offer(self, key: int, comment: Comment, analysis: Analysis, mention: ThemeMention) -> None:
        """Take a comment into account.

        Args:
            key: `quote_key` of the comment.
            comment: As it came in.
            analysis: What was read in it.
            mention: Its mention of the theme.
        """
        if mention.confidence < _UNCERTAIN:
            key += 1 << _KEY_BITS
        self._pools[mention.sentiment].offer(key, lambda: Passage.of(comment, analysis, mention))

    def choose(
        self, terms: Sequence[Term], sentiment: Mapping[Polarity, int], quoted: Iterable[str]
    ) -> tuple[Quote, ...]:
        """Choose the theme's quotes.

        Places go to the judgements in proportion to their mentions. Within a judgement that passage is taken which the
        model is surest of, holds most of the theme's terms, is long enough to say something, names few other themes
        and is as a whole most surely judged like the theme; never one that nearly repeats another.

        Args:
            terms: The theme's terms.
            sentiment: Mentions by judgement.
            quoted: Ids of comments that other themes quote already; they are taken only if nothing else is left.

        Returns:
            At most `QUOTES`, by judgement, the most frequent one first.
        """
        avoided = set(quoted)
        ordered = {
            polarity: sorted(
                pool.items(), key=lambda passage: (passage.comment_id in avoided, -_strength(passage, terms))
            )
            for polarity, pool in self._pools.items()
        }
        by_mentions = sorted(POLARITIES, key=lambda polarity: -sentiment[polarity])
        chosen: list[tuple[Passage, str, frozenset[str]]] = []
        for polarity in [*_places(sentiment), *by_mentions * QUOTES]:
            if len(chosen) == QUOTES:
                break
            while ordered[polarity]:
                passage = ordered[polarity].pop(0)
                text = passage.quote()
                shingles = _shingles(text)
                if shingles and not any(_alike(shingles, other) for _, _, other in chosen):
                    chosen.append((passage, text, shingles))
                    break
        chosen.sort(key=lambda entry: by_mentions.index(entry[0].sentiment))
        return tuple(
            Quote(
                comment_id=passage.comment_id,
                text=text,
                sentiment=passage.sentiment,
                language=passage.language,
                scores=passage.scores,
            )
            for passage, text, _ in chosen
        )


def quote_key(analysis: Analysis) -> int:
    """Rank a comment as a candidate: readable ones before others, else at random, the same text always alike."""
    length = len(analysis.text)
    burden = (length not in _READABLE) + 2 * (length not in _BEARABLE) + (len(analysis.themes) > _MANY_THEMES)
    plain = _NOT_WORD.sub("", analysis.text[: _BEARABLE.stop].casefold())
    return (burden << _KEY_BITS) + fingerprint(plain)


def _places(sentiment: Mapping[Polarity, int]) -> list[Polarity]:
    """Give the places to the judgements in proportion (Sainte-Laguë), none to one that nobody made."""
    given: list[Polarity] = []
    for _ in range(QUOTES):
        best = max(POLARITIES, key=lambda polarity: sentiment[polarity] / (2 * given.count(polarity) + 1))
        if sentiment[best]:
            given.append(best)
    return given


def _strength(passage: Passage, terms: Sequence[Term]) -> float:
    """Tell how well a passage stands for its theme."""
    start, end = passage.stretch()
    said = unicodedata.normalize("NFC", passage.text[start:end]).casefold()
    heaviest = max((term.weight for term in terms), default=1.0)
    held = sum(term.weight for term in terms if term.text.casefold() in said) / heaviest
    letters = sum(letter.isalpha() for letter in said)
    telling = min(1.0, letters / _SHORT) * letters / max(len(said), 1)
    focus = (0.2 + passage.agreement) / (1 + _DILUTION * (passage.themes - 1))
    return passage.confidence * (0.5 + min(held, 3.0)) * telling * focus


def _shingles(text: str) -> frozenset[str]:
    """Give a text's runs of four letters, without case, diacritics, spaces and punctuation; a shorter text whole."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    plain = _NOT_WORD.sub("", "".join(letter for letter in bare if not unicodedata.combining(letter)))
    return frozenset(plain[at : at + _SHINGLE] for at in range(max(1, len(plain) - _SHINGLE + 1)) if plain)


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether two texts nearly say the same, or one holds nearly all of the other."""
    common = len(one & other)
    return common >= _ALIKE * len(one | other) or common >= _HELD * min(len(one), len(other))
