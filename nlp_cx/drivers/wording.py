"""What is said of drivers, in English and in Vietnamese; "associated with", never "causes"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nlp_cx.drivers.driver import Effect
from nlp_cx.drivers.impact import Mention
from nlp_cx.histogram import Scale
from nlp_cx.scores import method_of
from nlp_cx.words import Tongue, metric_name, say, theme_names

TONGUES: tuple[Tongue, ...] = ("en", "vi")


def note(key: str, **values: object) -> Mapping[str, str]:
    """Say something in both languages.

    Args:
        key: Name in the section `driver` of words.toml.
        values: What its placeholders stand for.
    """
    return {lang: say(f"driver.{key}", lang, **values) for lang in TONGUES}


def note_of_themes(key: str, placeholder: str, themes: Sequence[str], **values: float) -> Mapping[str, str]:
    """Say something of several themes, in both languages.

    Args:
        key: Name in the section `driver` of words.toml.
        placeholder: Where the themes' names go.
        themes: Ids.
        values: Numbers for the other placeholders.
    """
    return {
        lang: say(
            f"driver.{key}",
            lang,
            **{placeholder: ", ".join(theme_names(theme, lang)[0] for theme in themes)},
            **{name: number(value, lang, 1) for name, value in values.items()},
        )
        for lang in TONGUES
    }


def note_of_metric(key: str, metric: str) -> Mapping[str, str]:
    """Say something of a metric, in both languages."""
    return {lang: say(f"driver.{key}", lang, metric=metric_name(metric, lang)) for lang in TONGUES}


def sentences(theme: str, effects: Mapping[Mention, Effect], scale: Scale) -> Iterator[Mapping[str, str]]:
    """Say the clear penalty and reward of a theme in words.

    Args:
        theme: Its id.
        effects: By mention.
        scale: What was asked.

    Yields:
        One sentence in "en" and "vi" per clear effect.
    """
    unit = method_of(scale).unit
    digits = 2 if unit == "scale" else 1
    for mention, one in effects.items():
        if one.clear:
            low, high = (one.low, one.high) if one.value > 0 else (-one.high, -one.low)
            yield {
                lang: say(
                    "driver.side_lower" if one.value < 0 else "driver.side_higher",
                    lang,
                    side=say(f"driver.{mention}", lang),
                    theme=theme_names(theme, lang)[0],
                    n=number(one.n, lang, 0),
                    metric=metric_name(scale.metric, lang),
                    value=number(abs(one.value), lang, digits),
                    unit=say(f"driver.{unit}", lang),
                    low=number(low, lang, digits),
                    high=number(high, lang, digits),
                )
                for lang in TONGUES
            }


def number(value: float, lang: Tongue, digits: int) -> str:
    """Write a number as the language does.

    Examples:
        >>> number(1234.5, "en", 1), number(1234.5, "vi", 1)
        ('1,234.5', '1.234,5')
    """
    text = f"{value:,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text
