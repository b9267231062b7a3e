"""Evens out how people type, and keeps the way back to what they typed.

A step looks at a text and says which stretches it would write otherwise; the chain goes round until no step has
anything left to say. Serving and training run the same chain, and a model folder names the one it was trained with.
"""

from __future__ import annotations

import hashlib
import html
import re
import tomllib
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from nlp_cx.alignment import Aligned, Edit

Step = Callable[[str], list[Edit]]

_TABLE_FILE = Path(__file__).with_name("normalise.toml")
_ENTITY = re.compile(r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,5}|[a-zA-Z]{2,8});")
_TAG = re.compile(
    r"<(?:/?(?:br|p|div|span|b|i|u|a|em|strong|ul|ol|li|font|td|tr|table|img|h[1-6])\b[^<>]{0,300}|!--[^<>]{0,300}--)>",
    re.IGNORECASE,
)
_CLUSTER = re.compile(r"[^\u0300-\u036f\u1dc0-\u1dff\u20d0-\u20ff][\u0300-\u036f\u1dc0-\u1dff\u20d0-\u20ff]+")
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufe0e\ufe0f]+"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]+")
_FULLWIDTH = re.compile(r"[\uff01-\uff5e]")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "´": "'", "…": "...", "–": "-", "—": "-"})
_QUOTE = re.compile("[“”„‘’´…–—]")
_NO_TONE = dict.fromkeys(map(ord, "\u0300\u0301\u0309\u0303\u0323"))
_MOVED_TONE = re.compile(
    r"(?:(?<![qQ])[uU](?=[ỳýỷỹỵỲÝỶỸỴ])|[oO](?=[àáảãạèéẻẽẹÀÁẢÃẠÈÉẺẼẸ]))[ỳýỷỹỵỲÝỶỸỴàáảãạèéẻẽẹÀÁẢÃẠÈÉẺẼẸ](?![\w\u0300-\u036f])"
)
_REPEATED_LETTER = re.compile(r"([^\W\d_])\1{2,}")
_DRAWN_VOWEL = re.compile(r"[àáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]([aăâeêioôơuưy])\1*")
_REPEATED_MARK = re.compile(r"([^\w\s\[\]⭐★☆])\1{3,}")
_SPACE = re.compile(r"^\s+|\s+$|\s{2,}|[^\S ]")
_MARKED = "ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ"
_VIETNAMESE = re.compile(f"[{_MARKED}{_MARKED.upper()}]")
_WORD = re.compile(r"(?<![\w\[&@#./'-])(?<!\d )\w{1,8}(?![\w&@'/\u0300-\u036f-]|\.\w)")
"""A short word that stands by itself: not after a number (50 k, 3 km), in a placeholder, an address or a name."""
_MAY_FEEL = re.compile(r"[:=;^<>]|[xX]D|D:|T_|-_|[^\x00-\u20ff]")
_SKIN = "\U0001f3fb-\U0001f3ff"


class _Words(NamedTuple):
    """What stands for what: in any comment, and in a Vietnamese one."""

    anywhere: dict[str, str]
    vietnamese: dict[str, str]
    telling: frozenset[str]
    """Words that by themselves show that a comment is Vietnamese."""


@cache
def _table() -> dict[str, Any]:
    """Content of normalise.toml."""
    return tomllib.loads(_TABLE_FILE.read_text(encoding="utf-8"))


def unescape(text: str) -> list[Edit]:
    """Remains of HTML: `&nbsp;` and `<br>` as people see them."""
    if "&" not in text and "<" not in text:
        return []
    edits = [(match.start(), match.end(), html.unescape(match.group())) for match in _ENTITY.finditer(text)]
    edits = [edit for edit in edits if edit[2] != text[edit[0] : edit[1]]]
    return edits or [(match.start(), match.end(), " ") for match in _TAG.finditer(text)]


def compose(text: str) -> list[Edit]:
    """Unicode NFC, one letter at a time, so that a letter keeps its own place."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return []
    edits: list[Edit] = []
    for match in _CLUSTER.finditer(text):
        composed = unicodedata.normalize("NFC", match.group())
        if composed != match.group():
            edits.append((match.start(), match.end(), composed))
    return edits or [(0, len(text), unicodedata.normalize("NFC", text))]


def clean(text: str) -> list[Edit]:
    """What nobody sees goes; full-width letters and typographic quotes become plain."""
    edits: list[Edit] = [(match.start(), match.end(), " ") for match in _CONTROL.finditer(text)]
    if text.isascii():
        return edits
    edits += [(match.start(), match.end(), "") for match in _INVISIBLE.finditer(text)]
    edits += [(match.start(), match.end(), chr(ord(match.group()) - 0xFEE0)) for match in _FULLWIDTH.finditer(text)]
    edits += [(match.start(), match.end(), match.group().translate(_QUOTES)) for match in _QUOTE.finditer(text)]
    return sorted(edits)


def place_tones(text: str) -> list[Edit]:
    """Tone marks where most people put them: hoà -> hòa, thuỷ -> thủy; quý stays."""
    if text.isascii():
        return []
    edits: list[Edit] = []
    for match in _MOVED_TONE.finditer(text):
        glide, vowel = match.group()[0], unicodedata.normalize("NFD", match.group()[1])
        edits.append((match.start(), match.end(), unicodedata.normalize("NFC", glide + vowel[1]) + vowel[0]))
    return edits


@cache
def _feelings() -> re.Pattern[str]:
    """One pattern for runs of emoji and for emoticons; the group that matches is the placeholder's name."""
    table = _table()
    groups = []
    for name, emoji in table["emoji"].items():
        one = f"[{emoji}][{_SKIN}\u200d♂♀]*"
        groups.append(f"(?P<{name}>(?:{one}\\s*)*{one}|{'|'.join(table['emoticon'][name])})")
    return re.compile("|".join(groups))


def name_feelings(text: str) -> list[Edit]:
    """Emoji and emoticons of clear tone become one of three placeholders, so that each is a word the model knows."""
    edits: list[Edit] = []
    start = _MAY_FEEL.search(text)
    while start:
        match = _feelings().match(text, start.start())
        if match:
            edits.append((match.start(), match.end(), f" [{match.lastgroup}] "))
        start = _MAY_FEEL.search(text, match.end() if match else start.end())
    return edits


def shorten(text: str) -> list[Edit]:
    """Letters held down: đẹppppp -> đẹp, quáaaa -> quá, sooooo -> soo; !!!!!! -> !!!."""
    edits: list[Edit] = []
    for match in _REPEATED_LETTER.finditer(text):
        letter = match.group(1)
        edits.append((match.start(), match.end(), letter * 2 if letter in "oeOE" else letter))
    edits += [(match.start(), match.end(), match.group(1) * 3) for match in _REPEATED_MARK.finditer(text)]
    if edits or text.isascii():
        return sorted(edits)
    return [(match.start(1), match.end(), "") for match in _DRAWN_VOWEL.finditer(text) if _is_drawn(match)]


def _is_drawn(match: re.Match[str]) -> bool:
    """Tell whether a vowel with a tone is followed by itself without one: quáa, but not ưu or quế."""
    decomposed = unicodedata.normalize("NFD", match.group()[0])
    return unicodedata.normalize("NFC", decomposed.translate(_NO_TONE)) == match.group(1)


@cache
def _words() -> _Words:
    """The word table, turned round."""
    groups = _table()["word"]
    sure, likely, both = (
        {key: word for word, keys in groups[name].items() for key in keys} for name in ("sure", "likely", "both")
    )
    telling = frozenset([*sure, *_table()["bare"]["words"]])
    return _Words(anywhere=both, vietnamese=sure | likely | both, telling=telling)


def spell_out(text: str) -> list[Edit]:
    """Teencode and abbreviations; those that could be English only where the comment is Vietnamese."""
    words = _words()
    found = [(match.start(), match.end(), match.group().lower()) for match in _WORD.finditer(text)]
    vietnamese = _VIETNAMESE.search(text) or any(word in words.telling for _, _, word in found)
    meaning = words.vietnamese if vietnamese else words.anywhere
    return [(start, end, meaning[word]) for start, end, word in found if word in meaning]


def even_spaces(text: str) -> list[Edit]:
    """One space between words, none around."""
    edits: list[Edit] = []
    for match in _SPACE.finditer(text):
        inner = match.start() > 0 and match.end() < len(text)
        edits.append((match.start(), match.end(), " " if inner else ""))
    return [edit for edit in edits if edit[2] != text[edit[0] : edit[1]]]


STEPS: tuple[Step, ...] = (unescape, clean, compose, place_tones, name_feelings, shorten, spell_out, even_spaces)
NORMALISER = "+".join(step.__name__ for step in STEPS) + "@" + hashlib.sha256(_TABLE_FILE.read_bytes()).hexdigest()[:8]
"""Name of the chain and of its table, as a model's manifest records it."""
_MOST_ROUNDS = 20


def normalise(aligned: Aligned, steps: Sequence[Step] = STEPS) -> Aligned:
    """Run the chain.

    Args:
        aligned: A text, perhaps redacted before.
        steps: Each says what it would rewrite; they are asked again until that is nothing.

    Returns:
        The normalised text, aligned with the same source; normalising it once more changes nothing.

    Examples:
        >>> normalise(Aligned.of("Sp đẹppppp, nv nhiệt tình :)")).text
        'sản phẩm đẹp, nhân viên nhiệt tình [EMO_POS]'
    """
    for _ in range(_MOST_ROUNDS):
        before = aligned
        for step in steps:
            aligned = _rest(aligned, step)
        if aligned is before:
            break
    return aligned


def _rest(aligned: Aligned, step: Step) -> Aligned:
    """Apply one step until it has nothing left to say."""
    for _ in range(_MOST_ROUNDS):
        edits = step(aligned.text)
        if not edits:
            break
        aligned = aligned.edit(edits)
    return aligned
