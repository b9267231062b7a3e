"""The terminal: its width, numbers as a language writes them, text that cannot steer it, bars."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from nlp_cx.records import POLARITIES, Polarity
from nlp_cx.words import Tongue

_WIDTH = 110
"""Columns printed where there is no terminal to ask."""
STYLES: Mapping[Polarity, str] = {"negative": "red", "neutral": "bright_black", "positive": "green"}
GLYPHS: Mapping[bool, Mapping[Polarity, str]] = {
    True: {"negative": "█", "neutral": "▒", "positive": "░"},
    False: {"negative": "#", "neutral": "=", "positive": "."},
}
"""What bars are drawn with, where the terminal knows Unicode and where it does not."""
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def make_console(*, stderr: bool = False) -> Console:
    """Make a console; one that is no terminal gets a width that tables are readable at."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else shutil.get_terminal_size((_WIDTH, 40)).columns
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def printable(text: str, length: int = 10_000) -> str:
    r"""Take out of a customer's text what would steer a terminal; cut it to a length.

    Examples:
        >>> printable("\x1b[31mđỏ\x07 và dài", 9)
        ' [31mđỏ …'
    """
    text = _UNPRINTABLE.sub(" ", text)
    return text if len(text) <= length else text[: length - 1] + "…"


def number(value: float, lang: Tongue, *, digits: int = 0, sign: bool = False) -> str:
    """Write a number as the language does.

    Examples:
        >>> number(1234.56, "en", digits=1), number(1234.56, "vi", digits=1), number(-3, "en", sign=True)
        ('1,234.6', '1.234,6', '−3')
    """
    text = f"{value:{'+' if sign else ''},.{digits}f}".replace("-", "−")
    if not text.strip("−+0.,"):
        text = text.lstrip("−+")
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text


def percent(share: float | None, lang: Tongue) -> str:
    """Write a share as a percentage; nothing for none."""
    return "" if share is None else f"{number(100 * share, lang)}%"


def bar(counts: Mapping[Polarity, int], *, width: int = 14, unicode: bool = True) -> Text:
    """Draw a split as a bar, negative on the left; every kind that occurs is seen.

    Examples:
        >>> bar({"negative": 3, "neutral": 0, "positive": 1}, width=8).plain
        '██████░░'
    """
    total = sum(counts.values())
    text = Text()
    if not total:
        return text
    lengths = {name: max(1, round(width * count / total)) if count else 0 for name, count in counts.items()}
    largest = max(lengths, key=lambda name: lengths[name])
    lengths[largest] += width - sum(lengths.values())
    for name in POLARITIES:
        text.append(GLYPHS[unicode][name] * lengths.get(name, 0), style=STYLES[name])
    return text
