"""Numbers, dates, units and intervals as a report writes them."""

from __future__ import annotations

from datetime import date

from nlp_cx.drivers import Impact
from nlp_cx.render.terminal import number, percent
from nlp_cx.scores import MetricScore, Share, Unit
from nlp_cx.words import Tongue, say, theme_names


def digits_of(unit: Unit) -> int:
    """Tell how many decimals a score is worth."""
    return 2 if unit == "scale" else 1


def scored(value: float, unit: Unit, lang: Tongue, *, sign: bool = False) -> str:
    """Write a score in its unit.

    Examples:
        >>> scored(-12.34, "points", "vi"), scored(61.2, "percent", "en"), scored(3.457, "scale", "en")
        ('−12,3', '61.2%', '3.46')
    """
    text = number(value, lang, digits=digits_of(unit), sign=sign)
    return f"{text}%" if unit == "percent" and not sign else text


def headline(score: MetricScore, lang: Tongue) -> str:
    """Write a score as a headline: an NPS with its sign, without decimals that nobody needs."""
    if score.unit == "points":
        return number(score.value, lang, sign=True)
    return f"{number(score.value, lang)}%" if score.unit == "percent" else number(score.value, lang, digits=2)


def unit_word(unit: Unit, lang: Tongue) -> str:
    """Say what a difference is measured in."""
    return say(f"report.unit_{unit}", lang)


def span(low: float, high: float, lang: Tongue, *, digits: int = 1) -> str:
    """Write an interval.

    Examples:
        >>> span(-3.2, 1.5, "en")
        '−3.2 to 1.5'
    """
    return say("report.span", lang, low=number(low, lang, digits=digits), high=number(high, lang, digits=digits))


def size_span(low: float, high: float, lang: Tongue, *, digits: int = 1) -> str:
    """Write the interval of a difference that is told by its size.

    Examples:
        >>> size_span(-52.6, -12.1, "en"), size_span(-2.0, 0.5, "en")
        ('12.1 to 52.6', '−0.5 to 2.0')
    """
    ends = (low, high) if low + high >= 0 else (-high, -low)
    return span(*ends, lang, digits=digits)


def share_span(share: Share, lang: Tongue) -> str:
    """Write the interval of a share; nothing for none."""
    if share.low is None or share.high is None:
        return ""
    return f"{number(100 * share.low, lang)}–{number(100 * share.high, lang)}%"


def shares(value: float, lang: Tongue) -> str:
    """Write a share; one that is small but not nothing keeps a decimal.

    Examples:
        >>> shares(0.004, "en"), shares(0.24, "en")
        ('0.4%', '24%')
    """
    return f"{number(100 * value, lang, digits=1)}%" if 0 < value < 0.02 else percent(value, lang)


def day(value: date, lang: Tongue) -> str:
    """Write a date as the language does.

    Examples:
        >>> day(date(2025, 3, 9), "vi"), day(date(2025, 3, 9), "en")
        ('09/03/2025', '9 Mar 2025')
    """
    if lang == "vi":
        return f"{value.day:02}/{value.month:02}/{value.year}"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def bucket(name: str, lang: Tongue, *, short: bool = False) -> str:
    """Write a day, week, month or quarter.

    Examples:
        >>> bucket("2025-04", "vi"), bucket("2025-Q2", "vi"), bucket("2025-04-07", "en", short=True)
        ('04/2025', 'Q2/2025', '7 Apr')
    """
    year, _, rest = name.partition("-")
    if rest.startswith("Q"):
        return f"{rest}/{year}" if lang == "vi" else f"{rest} {year}"
    if len(rest) == 2:
        return f"{rest}/{year}" if lang == "vi" else f"{_MONTHS[int(rest) - 1]} {year}"
    value = date.fromisoformat(name)
    if not short:
        return day(value, lang)
    return f"{value.day:02}/{value.month:02}" if lang == "vi" else f"{value.day} {_MONTHS[value.month - 1]}"


def theme(theme_id: str | None, lang: Tongue) -> str:
    """Name a theme; None is no theme."""
    return say("report.no_theme", lang) if theme_id is None else theme_names(theme_id, lang)[0]


def side_of(one: Impact, *, clear: bool) -> str:
    """Tell whether a theme goes with a worse or a better score, or whether that is not clear."""
    if not clear:
        return "unclear"
    return "better" if (one.impact > 0) == (one.direction == "higher_is_better") else "worse"
