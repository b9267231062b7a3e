"""A summary as a person reads it: overview, scores, themes, drivers, terms and quotes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nlp_cx.drivers.screening import ALPHA
from nlp_cx.records import LANGUAGES, POLARITIES, Polarity
from nlp_cx.render.terminal import GLYPHS, STYLES, bar, number, percent, printable
from nlp_cx.words import Tongue, metric_name, say, theme_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nlp_cx.drivers import Impact
    from nlp_cx.scores import MetricScore, Share, Unit
    from nlp_cx.summarise.summary import Summary, ThemeSummary

_VOICES = 5
"""Themes whose terms and quotes are shown."""
_SIGNS: Mapping[Polarity, str] = {"negative": "−", "neutral": "·", "positive": "+"}
_EXTRAS = ("complaints", "suggestions", "mixed", "none", "unsupported", "needs_review", "truncated", "blank")


def show_summary(summary: Summary, lang: Tongue, *, width: int = 110, unicode: bool = True) -> RenderableType:
    """Show a summary: overview, scores, themes, drivers, terms and quotes, notes.

    Args:
        summary: What comments say.
        lang: Language of all words but the customers'.
        width: Columns of the terminal.
        unicode: Whether bars may be drawn with block characters.
    """
    parts: list[RenderableType] = [_overview(summary, lang, unicode=unicode)]
    parts += _scores(summary, lang)
    if summary.themes:
        parts += ["", _themes(summary, lang, width=width, unicode=unicode)]
        parts += _drivers(summary, lang)
        parts += ["", *_voices(summary.themes[:_VOICES], lang)]
    parts += [Text(f"! {printable(note[lang])}", style="yellow") for note in summary.notes]
    return Group(*parts)


def _overview(summary: Summary, lang: Tongue, *, unicode: bool) -> RenderableType:
    """Show how many comments there are and how they judge."""
    lines: list[RenderableType] = ["", _headline(summary, lang)]
    counts = {name: share.count for name, share in summary.sentiment.items()}
    if sum(counts.values()):
        split = bar(counts, width=28, unicode=unicode)
        for name in POLARITIES:
            split.append(f"  {GLYPHS[unicode][name]} ", style=STYLES[name])
            split.append(f"{say(f'polarity.{name}', lang)} {_with_interval(summary.sentiment[name], lang)}")
        lines.append(split)
    extras = [(say(f"figure.{name}", lang), getattr(summary, name)) for name in _EXTRAS]
    said = " · ".join(f"{figure}: {number(count, lang)}" for figure, count in extras if count)
    return Group(*lines, *([Text(said, style="bright_black")] if said else []))


def _headline(summary: Summary, lang: Tongue) -> Text:
    """Say how many comments there are, in which languages, of which days."""
    key = "print.comment" if summary.comments == 1 else "print.comments"
    line = Text(say(key, lang, count=number(summary.comments, lang)), style="bold")
    said = [
        f"{say(f'language.{code}', lang)} {number(summary.languages[code], lang)}"
        for code in LANGUAGES
        if summary.languages.get(code)
    ]
    if said:
        line.append(f"  ({' · '.join(said)})", style="not bold")
    if summary.first_date and summary.last_date:
        days = (_day(day.isoformat(), lang) for day in (summary.first_date, summary.last_date))
        line.append(f"  {' – '.join(days)}", style="not bold")
    return line


def _day(iso: str, lang: Tongue) -> str:
    """Write a date as the language does."""
    return "/".join(reversed(iso.split("-"))) if lang == "vi" else iso


def _with_interval(share: Share, lang: Tongue) -> str:
    """Write a share with its interval: 27% [22–32]."""
    if share.share is None or share.low is None or share.high is None:
        return ""
    return f"{percent(share.share, lang)} [{number(100 * share.low, lang)}–{number(100 * share.high, lang)}]"


def _digits(unit: Unit) -> int:
    """Tell how many decimals a score is worth."""
    return 2 if unit == "scale" else 0


def _value(score: MetricScore | Impact, value: float, lang: Tongue, *, sign: bool = False) -> str:
    """Write a score in its unit."""
    text = number(value, lang, digits=_digits(score.unit), sign=sign or score.unit == "points")
    return f"{text}%" if score.unit == "percent" else text


def _scores(summary: Summary, lang: Tongue) -> Iterator[RenderableType]:
    """Show each metric over all responses."""
    for score in summary.respondent_scores:
        line = Text.assemble(
            (f"{printable(metric_name(score.metric, lang), 60)} {_value(score, score.value, lang)}", "bold")
        )
        if score.low is not None and score.high is not None:
            line.append(f" [{_value(score, score.low, lang)} … {_value(score, score.high, lang)}]")
        kind = say(f"statistic.{score.statistic}", lang)
        line.append(f"  n = {number(score.n, lang)}, {kind}, {say('print.scale', lang, min=score.min, max=score.max)}")
        if score.shares:
            groups = [
                f"{say(f'group.{name}', lang)} {percent(share.share, lang)}" for name, share in score.shares.items()
            ]
            line.append("; " + " · ".join(groups))
        yield line
        if score.note:
            yield Text(f"  {printable(score.note[lang])}", style="bright_black")


def _themes(summary: Summary, lang: Tongue, *, width: int, unicode: bool) -> Table:
    """Show the themes, two lines each: figures, and below them how sure they are; fewer columns where it is narrow."""
    metrics = [score.metric for score in summary.scores][: 2 if width >= 130 else 1]
    impacts = {(one.theme, one.metric): one for one in summary.drivers if one.mention == "any" and width >= 96}
    legend = Text(say("print.judged", lang))
    for name in POLARITIES:
        legend.append(f"\n{GLYPHS[unicode][name]} ", style=STYLES[name]).append(say(f"polarity.{name}", lang))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(say("print.theme", lang), overflow="fold", min_width=20)
    table.add_column(say("print.mentions", lang), justify="right")
    table.add_column(say("print.share", lang), justify="right", no_wrap=True)
    table.add_column(legend, no_wrap=True)
    for metric in metrics:
        for key in ("print.score_of", "print.impact")[: 2 if impacts else 1]:
            table.add_column(say(key, lang, metric=printable(metric_name(metric, lang), 20)), justify="right")
    for theme in summary.themes:
        scores = {score.metric: score for score in theme.scores}
        cells = []
        for metric in metrics:
            cells.append(_score_cell(scores.get(metric), lang))
            cells += [_impact_cell(impacts.get((theme.theme, metric)), lang)] if impacts else []
        table.add_row(*_theme_cells(theme, lang, unicode=unicode), *cells)
    return table


def _theme_cells(theme: ThemeSummary, lang: Tongue, *, unicode: bool) -> Iterator[Text]:
    """Give name, mentions, share and split of a theme."""
    name, other = theme_names(theme.theme, lang)
    yield Text.assemble((name, "bold"), "\n", (other, "bright_black"))
    yield Text(number(theme.mentions, lang))
    interval = "" if theme.share.low is None or theme.share.high is None else (
        f"\n{number(100 * theme.share.low, lang)}–{number(100 * theme.share.high, lang)}"
    )  # fmt: skip
    yield Text.assemble((percent(theme.share.share, lang), "bold"), (interval, "bright_black"))
    split = bar(theme.sentiment, unicode=unicode)
    shares = " / ".join(
        number(100 * theme.sentiment.get(name, 0) / max(1, theme.mentions), lang) for name in POLARITIES
    )
    yield split.append(f"\n{shares}%", style="bright_black")


def _score_cell(score: MetricScore | None, lang: Tongue) -> Text:
    """Show the score of those who mention a theme, and how many they are."""
    if score is None:
        return Text("")
    return Text.assemble(_value(score, score.value, lang), (f"\nn = {number(score.n, lang)}", "bright_black"))


def _impact_cell(driver: Impact | None, lang: Tongue) -> Text:
    """Show a theme's impact with its interval, coloured where the interval leaves out 0."""
    if driver is None:
        return Text("")
    digits = 2 if driver.unit == "scale" else 1
    good = (driver.impact > 0) == (driver.direction == "higher_is_better")
    clear = driver.low > 0 or driver.high < 0
    style = ("green" if good else "red") if clear else ""
    low, high = (number(value, lang, digits=digits, sign=True) for value in (driver.low, driver.high))
    said = number(driver.impact, lang, digits=digits, sign=True)
    return Text.assemble((said, style), (f"\n{low} … {high}", "bright_black"))


def _drivers(summary: Summary, lang: Tongue) -> Iterator[RenderableType]:
    """Say which themes go with lower and with higher scores, at most one in twenty of them by chance."""
    said = False
    for metric in dict.fromkeys(driver.metric for driver in summary.drivers):
        clear = [
            driver
            for driver in summary.drivers
            if driver.metric == metric and driver.mention != "any" and driver.q is not None and driver.q < ALPHA
        ]
        for key, drivers in (
            ("print.lowers", [driver for driver in clear if _worsens(driver)]),
            ("print.raises", [driver for driver in clear if not _worsens(driver)]),
        ):
            if drivers:
                strongest = sorted(drivers, key=lambda driver: -abs(driver.impact))[:4]
                line = Text.assemble((say(key, lang, metric=printable(metric_name(metric, lang), 60)), "bold"), " ")
                line.append(" · ".join(_driver(driver, lang) for driver in strongest))
                yield line if said else Padding(line, (1, 0, 0, 0))
                said = True
    if said:
        yield Text(say("print.association", lang), style="bright_black")


def _worsens(driver: Impact) -> bool:
    """Tell whether a theme goes with a worse score."""
    return (driver.impact < 0) == (driver.direction == "higher_is_better")


def _driver(driver: Impact, lang: Tongue) -> str:
    """Write one driver in a few words."""
    name, how = theme_names(driver.theme, lang)[0], say(f"mention.{driver.mention}", lang)
    digits = 2 if driver.unit == "scale" else 1
    return f"{name} ({how}) {number(driver.impact, lang, digits=digits, sign=True)}"


def _voices(themes: Sequence[ThemeSummary], lang: Tongue) -> Iterator[RenderableType]:
    """Show the terms and quotes of themes."""
    for theme in themes:
        line = Text.assemble((" · ".join(theme_names(theme.theme, lang)), "bold"))
        if theme.terms:
            line.append("  " + ", ".join(printable(term.text, 40) for term in theme.terms[:6]), style="cyan")
        yield line
        for quote in theme.quotes:
            said = Text.assemble(
                (f"{_SIGNS[quote.sentiment]} ", STYLES[quote.sentiment]), f"“{printable(quote.text, 400)}”"
            )
            ticked = ", ".join(
                f"{printable(metric_name(one, lang), 30)} {value:g}" for one, value in quote.scores.items()
            )
            if ticked:
                said.append(f"  ({ticked})", style="bright_black")
            yield Padding(said, (0, 0, 0, 2), expand=False)
