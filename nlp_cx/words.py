"""What nlp_cx says to people, in English and in Vietnamese; the words are in `words.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

Tongue = Literal["en", "vi"]
"""Language that a person is spoken to in; not the language of comments."""
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_LONGEST_MESSAGE = 20_000
"""Characters of a message that is still translated: what is longer quotes a file, which is no message of ours."""
_DEEPEST_REST = 5
"""Messages within each other that are still translated: "skipped: sheet S: ..." is three."""


@cache
def _book() -> Mapping[str, Any]:
    """Read the words that ship with this version."""
    import tomllib

    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def say(key: str, lang: Tongue, **values: object) -> str:
    """Give a word or a sentence.

    Args:
        key: Section and name, as in `words.toml`.
        lang: Language to say it in.
        values: What its {placeholders} stand for.

    Returns:
        The text.

    Examples:
        >>> say("polarity.negative", "vi"), say("polarity.negative", "en")
        ('tiêu cực', 'negative')
    """
    section, _, name = key.partition(".")
    text: str = _book()[section][name][lang]
    return text.format(**values) if values else text


def theme_names(theme: str, lang: Tongue) -> tuple[str, str]:
    """Give a theme's name in a language and in the other one.

    Examples:
        >>> theme_names("price", "vi")
        ('Giá & giá trị', 'Price & value')
    """
    from nlp_cx.taxonomy import load_taxonomy

    other: Tongue = "en" if lang == "vi" else "vi"
    return load_taxonomy().name(theme, lang), load_taxonomy().name(theme, other)


def metric_name(metric: str, lang: Tongue) -> str:
    """Write a metric as people do.

    Examples:
        >>> metric_name("nps", "en"), metric_name("csat:Phòng ở", "en"), metric_name("stars", "vi")
        ('NPS', 'CSAT: Phòng ở', 'Số sao')
    """
    kind, colon, rest = metric.partition(":")
    known: Mapping[str, Mapping[str, str]] = _book()["metric"]
    return (known[kind][lang] if kind in known else kind) + (f"{colon} {rest}" if colon else "")


@cache
def _translations() -> Sequence[tuple[re.Pattern[str], str]]:
    """Compile the message templates: pattern of the English one, Vietnamese one; longer ones first."""
    pairs = sorted(((entry["en"], entry["vi"]) for entry in _book()["message"]), key=lambda pair: -len(pair[0]))
    return [(_pattern(english), vietnamese) for english, vietnamese in pairs]


def _pattern(template: str) -> re.Pattern[str]:
    """Compile a message template: each value ends where the words behind it first occur, never tried anew."""
    start, *parts = _PLACEHOLDER.split(template)
    values = [f"(?P<{name}>.*?){re.escape(words)}" for name, words in zip(parts[::2], parts[1::2], strict=True)]
    if values:
        values[-1] += r"\Z"
    return re.compile(re.escape(start) + "".join(f"(?>{value})" for value in values), re.DOTALL)


def translate(message: str, lang: Tongue) -> str:
    """Say a message of an error or a note, which are English inside, in a person's language.

    Args:
        message: As the error has it; what stands for `{rest}` in it is translated as well.
        lang: Language to say it in.

    Returns:
        The translation; the message itself if `words.toml` does not know it.

    Examples:
        >>> translate("there is no file a.csv: check the path", "vi")
        'không có tệp a.csv: hãy kiểm tra lại đường dẫn'
    """
    if lang == "en" or len(message) > _LONGEST_MESSAGE:
        return message
    return _in_vietnamese(message, _DEEPEST_REST)


def _in_vietnamese(message: str, depth: int) -> str:
    """Translate a message, and what stands for `{rest}` in it, so many times down."""
    for pattern, vietnamese in _translations() if depth else ():
        if match := pattern.fullmatch(message):
            found = match.groupdict()
            return vietnamese.format(**{**found, "rest": _in_vietnamese(found.get("rest", ""), depth - 1)})
    return message
