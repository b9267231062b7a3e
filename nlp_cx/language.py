"""Text -> vi | en | mixed | other, with confidence; Vietnamese typed without diacritics is Vietnamese.

Every distinct word brings its log-odds of Vietnamese against English, from `language.tsv` (counted by
training/language.py); a word not listed there is judged by its letter groups. Their sum decides between the two.
Words that are clearly Vietnamese beside words that are clearly English make a text mixed; loanwords (app, ship, ok) are
used in both, so they are clear evidence for neither. Where many words are not listed, py3langid is asked about other
languages; it loads when first needed. Letters of other scripts need no model.

    >>> [detect(text).code for text in ("hang dep giao nhanh", "Fast delivery", "Staff rất friendly, phòng clean lắm")]
    ['vi', 'en', 'mixed']
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from nlp_cx.records import Language

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

READ = 2000
"""Characters read of a longer text, from its first letter on."""
WORD = re.compile(r"[^\W\d_\u0370-\u1cff\u1f00-\U0010ffff]+|[^\W\d_\x00-\u036f\u1d00-\u1eff]+")
"""A run of Latin letters, or of letters of other scripts."""
LONGEST_WORD = 24
"""Letters read of a longer word."""
GROUP_SIZES = (2, 3, 4)

CLEAR = 3.6
"""Log-odds from which one word speaks clearly for its language; loanwords stay below."""
_MIXED_SHARE = (1.0, 1.0, 0.25, 0.2, 0.12, 0.12, 0.12, 0.0)
"""Share of clear words that the rarer language of a mixed text needs, by how many they are (7: or more)."""
FEWEST_STRANGERS, FEWEST_LETTERS = 2, 8
"""Words not listed and their letters from which another language is considered: a guess from less would be wild."""
FOREIGN = 0.5
"""Probability of other languages from which a text is theirs."""
FOREIGN_READ = 400
"""Characters that py3langid reads."""
FOREIGN_LANGUAGES = (
    *("ar", "az", "bg", "bn", "ca", "cs", "da", "de", "el", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu", "id"),
    *("it", "ja", "ka", "kk", "km", "ko", "lo", "lt", "lv", "mn", "ms", "my", "ne", "nl", "no", "pl", "pt", "ro", "ru"),
    *("sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk", "ur", "uz", "zh"),
)
"""What customers may write; py3langid's small languages catch too many misspelt Vietnamese texts."""
_NO_FOREIGN = frozenset(("vi", "en", "zxx"))
"""zxx: no language at all, such as hammering on the keyboard."""
_DENSE = 3
"""A Han character, kana or Hangul syllable says about as much as this many letters."""
_SURE = 40.0
"""Log-odds beyond which a confidence is 1."""
_NOTHING = Language(code="other", confidence=0.0)
_LINK = re.compile(r"@|://|www\.|&")
_LETTER = re.compile(r"[^\W\d_]")
_MARKUP = re.compile(r"&#?\w{1,10};")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_DOUBLED = re.compile(r"(.)\1+")


def detect(text: str) -> Language:
    """Tell the language of a comment.

    Args:
        text: As it was typed: any case, NFC or NFD, with or without diacritics, of any length.

    Returns:
        The language with a confidence in [0, 1]: for vi and en the probability against the other of the two, at least
        0.5; for mixed it rises with the words of the rarer language; for other the probability of other languages, and
        0 for a text without letters.

    Examples:
        >>> detect("Das Essen war sehr gut, aber leider kalt").code
        'other'
        >>> detect("10/10 👍")
        Language(code='other', confidence=0.0)
    """
    found = _weigh(words_of(text))
    latin = found.known + found.unknown
    if not latin and not found.foreign_script:
        return _NOTHING
    if found.foreign_script > latin:
        return Language(code="other", confidence=found.foreign_script / (found.foreign_script + latin))
    foreign = _foreign(text, found)
    if foreign >= FOREIGN:
        return Language(code="other", confidence=foreign)
    if len(found.vietnamese) <= found.english:
        _without_names(text, found)
    rarer = _rarer(found)
    if rarer:
        return Language(code="mixed", confidence=1 - 0.5**rarer)
    return Language(code="vi" if found.odds > 0 else "en", confidence=1 / (1 + math.exp(-min(abs(found.odds), _SURE))))


def words_of(text: str) -> list[str]:
    """Cut the part of a text that is read into lower-case words; links and handles only where there is nothing else.

    Examples:
        >>> words_of("@shop Hàng ĐẸP, 5* http://vidu.vn")
        ['hàng', 'đẹp']
    """
    if len(text) > READ:
        first = _LETTER.search(text)
        start = first.start() if first else 0
        text = text[start : start + READ]
    text = unicodedata.normalize("NFKC", text).lower()
    if _LINK.search(text):
        pieces = _MARKUP.sub(" ", text).split()
        plain = " ".join(piece for piece in pieces if "@" not in piece and "://" not in piece and "www." not in piece)
        return WORD.findall(plain) or WORD.findall(text)
    return WORD.findall(text)


def groups_of(word: str) -> list[str]:
    """Letter groups of a word, its edges marked.

    Examples:
        >>> groups_of("ăn")
        ['^ă', 'ăn', 'n$', '^ăn', 'ăn$', '^ăn$']
    """
    edged = f"^{word}$"
    return [edged[at : at + size] for size in GROUP_SIZES for at in range(len(edged) - size + 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Log-odds of Vietnamese against English: above 0 is Vietnamese."""

    words: Mapping[str, float]
    groups: Mapping[str, float]
    """Of letter groups, for words that are not listed; they add up."""
    group_prior: float
    """Of an unlisted word before its groups are looked at."""
    prior: float
    """Of a text before its words are looked at."""


@cache
def load_evidence() -> Evidence:
    """Read `language.tsv`: lines of kind (word, group, prior), what, log-odds."""
    tables: dict[str, dict[str, float]] = {"word": {}, "group": {}, "prior": {}}
    for line in Path(__file__).with_name("language.tsv").read_text(encoding="utf-8").splitlines():
        kind, what, weight = line.split("\t")
        tables[kind][what] = float(weight)
    prior = tables["prior"]
    return Evidence(words=tables["word"], groups=tables["group"], group_prior=prior["word"], prior=prior["text"])


@lru_cache(maxsize=1 << 15)
def _judge(word: str) -> tuple[float, bool]:
    """Log-odds of a word not listed as typed, and whether it is a listed word drawn out ("đẹppppp", "goooood")."""
    evidence = load_evidence()
    if _DRAWN_OUT.search(word):
        for shorter in (_DRAWN_OUT.sub(r"\1\1", word), _DOUBLED.sub(r"\1", word)):
            if shorter in evidence.words:
                return evidence.words[shorter], True
        word = shorter
    return evidence.group_prior + sum(evidence.groups.get(group, 0.0) for group in groups_of(word)), False


@dataclass(slots=True)
class _Found:
    """What the distinct words of a text add up to."""

    odds: float
    """Log-odds of Vietnamese against English."""
    known: int = 0
    """Letters in listed words."""
    unknown: int = 0
    """Letters in other Latin words."""
    foreign_script: int = 0
    """Letters of other scripts, the dense ones counted several times."""
    strangers: int = 0
    """Words of the Latin script that are not listed."""
    vietnamese: list[str] = field(default_factory=list)
    """Words that are clearly Vietnamese."""
    english: int = 0
    """Number of words that are clearly English."""


def _weigh(words: Sequence[str]) -> _Found:
    """Add up the evidence of every distinct word."""
    evidence = load_evidence()
    found = _Found(evidence.prior)
    for word in dict.fromkeys(words):
        weight, listed = evidence.words.get(word), True
        if weight is None:
            if not _is_latin(word[0]):
                found.foreign_script += sum(map(str.isalpha, word)) * (_DENSE if _is_dense(word[0]) else 1)
                continue
            weight, listed = _judge(word[:LONGEST_WORD])
        found.odds += weight
        if not listed:
            found.unknown += len(word)
            found.strangers += 1
            continue
        found.known += len(word)
        if weight >= CLEAR:
            found.vietnamese.append(word)
        elif weight <= -CLEAR:
            found.english += 1
    return found


def _is_latin(letter: str) -> bool:
    """Whether a letter is of the Latin script, phonetic signs used as ornament included."""
    return letter < "\u0370" or "\u1d00" <= letter <= "\u1eff"


def _is_dense(letter: str) -> bool:
    """Whether a letter is of Chinese, Japanese or Korean."""
    return "\u2e80" <= letter <= "\ud7ff" or letter >= "\U00020000"


def _without_names(text: str, found: _Found) -> None:
    """Take back what Vietnamese names in an English text said ("Minh Anh", "Da Nang", "ao dai").

    Without diacritics, a capitalised word inside the text is taken for a name, and so are fewer than three words left.
    """
    bare = [word for word in found.vietnamese if word.isascii()]
    if not bare:
        return
    capitalised = {word.lower() for word in WORD.findall(text[:READ])[1:] if word.istitle()}
    names = [word for word in bare if word in capitalised]
    if len(found.vietnamese) == len(bare) < len(names) + 3:
        names = bare
    found.vietnamese = [word for word in found.vietnamese if word not in names]
    found.odds -= sum(load_evidence().words.get(word, 0.0) for word in names)


def _rarer(found: _Found) -> int:
    """Number of clear words of the rarer language in a mixed text, 0 if the text is not mixed.

    The fewer these words are, the larger their share must be: two in a long text are a term or a title.
    """
    rarer = min(len(found.vietnamese), found.english)
    share = rarer / max(1, len(found.vietnamese) + found.english)
    return rarer if share >= _MIXED_SHARE[min(rarer, len(_MIXED_SHARE) - 1)] else 0


def _foreign(text: str, found: _Found) -> float:
    """Probability of other languages, lower where clear words speak for ours; 0 where asking is no use."""
    ours = len(found.vietnamese) + found.english
    if found.strangers < FEWEST_STRANGERS or found.unknown < FEWEST_LETTERS or 2 * found.strangers < ours:
        return 0.0
    return foreign_probability(text) * min(1.0, 1.5 * found.strangers / (found.strangers + ours))


def foreign_probability(text: str) -> float:
    """Probability of other languages by py3langid: the three likeliest together, as neighbours (id, ms) share it."""
    first = _LETTER.search(text)
    start = first.start() if first and len(text) > FOREIGN_READ else 0
    ranked: list[tuple[str, float]] = _identifier().rank(text[start : start + FOREIGN_READ])
    if ranked[0][0] in _NO_FOREIGN:
        return 0.0
    return min(1.0, sum(probability for language, probability in ranked[:3] if language not in _NO_FOREIGN))


@cache
def _identifier() -> LanguageIdentifier:
    """Load py3langid, for the languages above."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([*FOREIGN_LANGUAGES, *_NO_FOREIGN])
    return identifier
