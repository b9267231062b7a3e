"""How customers really type: diacritics left out, teencode, typos, capitals. Applied to training texts only."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable

TEENCODE = {
    "không": ("ko", "k", "hok", "khong", "kg"), "được": ("dc", "đc", "đk"), "sản phẩm": ("sp",), "nhân viên": ("nv",),
    "với": ("vs", "vói"), "mình": ("mik", "mk", "m"), "rồi": ("r", "rùi"), "gì": ("j", "ji"), "bao nhiêu": ("bn",),
    "nhiều": ("nhìu", "nh"), "cũng": ("cx", "cug"), "biết": ("bik", "bit"), "quá": ("qá", "wá", "qua"),
    "luôn": ("lun",),
    "thích": ("thik", "thix"), "yêu": ("iu",), "người": ("ng", "ngừi"), "trước": ("trc",), "điện thoại": ("đt", "dt"),
    "vậy": ("v", "zậy"), "bình thường": ("bt", "bthg"), "tiền": ("xiền", "tien"), "cảm ơn": ("tks", "cám ơn", "thanks"),
    "chất lượng": ("clg", "chat luong"), "giao hàng": ("ship", "giao hàg"), "khách hàng": ("kh",), "ngân hàng": ("nh",),
}  # fmt: skip
_WORDS = re.compile(r"\b(" + "|".join(sorted(TEENCODE, key=len, reverse=True)) + r")\b", re.IGNORECASE)


def strip_diacritics(text: str) -> str:
    """Write Vietnamese as on a keyboard without it; the length stays the same for NFC text.

    Examples:
        >>> strip_diacritics("Giao hàng rất đẹp")
        'Giao hang rat dep'
    """
    return "".join(_bare(letter) for letter in text)


def _bare(letter: str) -> str:
    """Base letter of one code point."""
    if letter.isascii():
        return letter
    if letter in "đĐ":
        return "d" if letter == "đ" else "D"
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() and base.isalpha() else letter


Replacement = tuple[int, int, str]


def teencode(text: str, dice: random.Random) -> list[Replacement]:
    """Replace some words by what people type for them."""
    return [
        (match.start(), match.end(), dice.choice(TEENCODE[match.group().lower()]))
        for match in _WORDS.finditer(text)
        if dice.random() < 0.6
    ]


def typos(text: str, dice: random.Random) -> list[Replacement]:
    """Drop, double or swap a letter in about one word of ten."""
    edits: list[Replacement] = []
    for match in re.finditer(r"\w{4,}", text):
        if dice.random() < 0.1:
            at = dice.randrange(match.start(), match.end() - 1)
            edits.append((at, at + 2, dice.choice((text[at], text[at] * 2 + text[at + 1], text[at + 1] + text[at]))))
    return edits


def bare(text: str, _: random.Random) -> list[Replacement]:
    """Leave all diacritics out."""
    return [(at, at + 1, _bare(letter)) for at, letter in enumerate(text) if not letter.isascii()]


def capitals(text: str, _: random.Random) -> list[Replacement]:
    """Shout."""
    return [
        (at, at + 1, letter.upper()) for at, letter in enumerate(text) if letter.islower() and len(letter.upper()) == 1
    ]


Noise = Callable[[str, random.Random], list[Replacement]]
BARE_SHARE = 0.22
"""Share of Vietnamese rows without diacritics, unless a run says another."""
VIETNAMESE: tuple[tuple[float, Noise], ...] = ((0.06, teencode), (0.03, typos), (0.02, capitals))
ENGLISH: tuple[tuple[float, Noise], ...] = ((0.05, typos), (0.03, capitals))


def draw(language: str, dice: random.Random, *, bare_share: float = BARE_SHARE) -> Noise | None:
    """Choose the noise of one training row; most rows get none.

    Args:
        language: `vi` or `en`.
        dice: Where chance comes from.
        bare_share: Share of Vietnamese rows that lose all diacritics.
    """
    roll = dice.random()
    for share, noise in ((bare_share, bare), *VIETNAMESE) if language == "vi" else ENGLISH:
        if roll < share:
            return noise
        roll -= share
    return None
