"""What people call themes, sentiments and flags, and where their words stand in a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache

from nlp_cx.records import POLARITIES, Polarity
from nlp_cx.taxonomy import load_taxonomy

FLAGS = ("complaint", "suggestion", "none")
SENTIMENTS: Mapping[str, Polarity] = {
    **{name: name for name in POLARITIES},
    "neg": "negative",
    "neu": "neutral",
    "pos": "positive",
    "tiêu cực": "negative",
    "trung tính": "neutral",
    "trung lập": "neutral",
    "tích cực": "positive",
}
YES_NO: Mapping[str, bool] = {
    **dict.fromkeys(("true", "yes", "y", "1", "x", "có", "đúng"), True),
    **dict.fromkeys(("false", "no", "n", "0", "không", "sai"), False),
}
_JUDGED = re.compile(r"^(?P<theme>.+?)[\s:#/|_>=-]+(?P<sentiment>[^\s:#/|_>=-]+(?: [^\s:#/|_>=-]+)?)$")


def fold(word: str) -> str:
    """Write a label as it is compared: composed, lower case, blanks even."""
    return " ".join(unicodedata.normalize("NFC", word).casefold().split())


@cache
def _themes() -> Mapping[str, str]:
    """Every name of a theme -> its id."""
    names = {fold(name): theme.id for theme in load_taxonomy().themes for name in theme.name.values()}
    return names | {theme: theme for theme in load_taxonomy().ids}


def find_theme(word: str) -> str | None:
    """Give the id of a theme by its id or its name in either language.

    Examples:
        >>> find_theme("Giá & giá trị"), find_theme("Delivery"), find_theme("weather")
        ('price', 'delivery', None)
    """
    return _themes().get(fold(word))


def find_sentiment(word: str) -> Polarity | None:
    """Give a sentiment by one of its spellings."""
    return SENTIMENTS.get(fold(word))


def split_judged(word: str) -> tuple[str, str] | None:
    """Cut `delivery:negative`, `delivery_neg`, `delivery - tiêu cực` in two; None if it does not end in a sentiment."""
    match = _JUDGED.match(word.strip())
    if match and find_sentiment(match["sentiment"]):
        return match["theme"].strip(), match["sentiment"]
    return None


def nearest(word: str, known: Mapping[str, object]) -> str | None:
    """Give the known word that a misspelt one most resembles, if any does."""
    found = get_close_matches(fold(word)[:60], list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def nearest_theme(word: str) -> str | None:
    """Give the theme that a misspelt name most resembles.

    Examples:
        >>> nearest_theme("delivry"), nearest_theme("giao hang"), nearest_theme("xyz")
        ('delivery', 'delivery', None)
    """
    bare = {_bare(name): theme for name, theme in _themes().items()}
    found = nearest(word, _themes())
    if found:
        return _themes()[found]
    wanted = _bare(fold(word)[:60])
    found = nearest(wanted, bare) or next((name for name in bare if len(wanted) > 3 and wanted in name), None)
    return bare[found] if found else None


def _bare(word: str) -> str:
    """Leave the diacritics out."""
    letters = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def locate(text: str, words: str) -> tuple[int, int] | None:
    """Find words in a text, exactly or up to case, blanks and the way that tones are encoded.

    Args:
        text: A comment.
        words: What is said to stand in it.

    Returns:
        Start and end in code points of `text`; None if the words are not there.

    Examples:
        >>> locate("Giao  hàng CHẬM quá", "giao hàng chậm")
        (0, 15)
    """
    words = words.strip()
    if not words:
        return None
    start = text.find(words)
    if start >= 0:
        return start, start + len(words)
    letters, places = _folded(text)
    wanted, _ = _folded(words)
    start = letters.find(wanted)
    if start < 0 or not wanted:
        return None
    return places[start][0], places[start + len(wanted) - 1][1]


def _folded(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Fold a text letter by letter; gives where each folded letter came from."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        folded = unicodedata.normalize("NFC", text[at:end]).casefold()
        if folded.isspace():
            folded = "" if letters and letters[-1] == " " else " "
        for letter in folded:
            letters.append(letter)
            places.append((at, end))
        at = end
    return "".join(letters), places
