"""Models on the shelves, how well one does on labelled comments, how two compare, what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nlp_cx.render.terminal import number, percent, printable
from nlp_cx.words import Tongue, say, theme_names, translate

if TYPE_CHECKING:
    from nlp_cx.evaluate import Quality
    from nlp_cx.gates import Change, Comparison
    from nlp_cx.promotion import Verdict
    from nlp_cx.registry import Event


def show_quality(quality: Quality, lang: Tongue) -> RenderableType:
    """Show how well the model does on labelled comments."""
    parts: list[RenderableType] = [Text(say("print.labelled", lang, rows=number(quality.rows, lang)), style="bold")]
    for name in ("sentiment_accuracy", "sentiment_macro_f1", "theme_micro_f1", "theme_polarity_micro_f1"):
        value = getattr(quality, name)
        if value is not None:
            parts.append(f"  {say(f'quality.{name}', lang)}: {number(100 * value, lang, digits=1)}%")
    if quality.per_theme:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        table.add_column(say("print.theme", lang))
        for name in ("mentions", "precision", "recall", "f1"):
            table.add_column(say(f"quality.{name}", lang), justify="right")
        for theme, figures in quality.per_theme.items():
            shares = [percent(figures[name], lang) for name in ("precision", "recall", "f1")]
            table.add_row(" · ".join(theme_names(theme, lang)), number(figures["mentions"], lang), *shares)
        parts += ["", table]
    return Group(*parts)


def show_models(models: Iterable[Mapping[str, Any]], lang: Tongue) -> RenderableType:
    """Show the models on the shelves; the live one is marked."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("version", "made", "size", "sentiment", "themes", "path"):
        table.add_column(
            say(f"models.{name}", lang), justify="right" if name in ("size", "sentiment", "themes") else "left"
        )
    for model in models:
        table.add_row(
            f"{model['version']}{' *' if model['live'] else ''}",
            model["made"],
            f"{number(model['bytes'] / 1e6, lang, digits=1)} MB",
            percent(model["sentiment_macro_f1"], lang),
            percent(model["theme_micro_f1"], lang),
            str(model["path"]),
            style="bold" if model["live"] else None,
        )
    return Group(table, Text(say("models.legend", lang), style="bright_black"))


def show_comparison(comparison: Comparison, live: str, candidate: str, lang: Tongue) -> RenderableType:
    """Show both models' figures side by side; those that got worse beyond chance are marked.

    A theme's figure with its judgement is left out, unless that is the one that got worse.
    """
    title = say("compare.title", lang, rows=number(comparison.rows, lang))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", title=title)
    table.title_justify, table.title_style = "left", "bold"
    table.add_column(say("compare.figure", lang), overflow="fold", min_width=24)
    for heading in ("n", live, candidate, say("compare.change", lang), say("compare.interval", lang)):
        table.add_column(heading, justify="right", no_wrap=True)
    kind = None
    for change in comparison.changes:
        if change.figure == "polarity_f1" and not change.regressed:
            continue
        if kind not in (None, change.kind):
            table.add_section()
        kind = change.kind
        table.add_row(*_change_cells(change, lang), style="bold red" if change.regressed else None)
    return Group(table, Text(say("compare.legend", lang), style="bright_black"))


def _change_cells(change: Change, lang: Tongue) -> Iterator[str]:
    """Give one figure of both models, in percent."""
    if change.kind == "theme":
        name = " · ".join(theme_names(change.name, lang))
        judged = f" ({say('compare.judged', lang)})" if change.figure == "polarity_f1" else ""
    else:
        name = say("compare.all", lang) if change.kind == "overall" else say(f"language.{change.name}", lang)
        judged = f": {say(f'quality.{change.figure}', lang)}"
    yield f"{'✗ ' if change.regressed else ''}{name}{judged}"
    yield number(change.n, lang)
    for share in (change.live, change.candidate):
        yield number(100 * share, lang, digits=1)
    yield number(100 * change.difference, lang, digits=1, sign=True)
    yield " … ".join(number(100 * bound, lang, digits=1, sign=True) for bound in (change.low, change.high))


def show_verdict(verdict: Verdict, lang: Tongue, *, told: int = 0) -> RenderableType:
    """Show what the gates found.

    Args:
        verdict: What they found.
        lang: Language to say it in.
        told: Reasons that the person is told elsewhere, such as the first one in the message of the error.
    """
    parts: list[RenderableType] = []
    if verdict.comparison is not None:
        parts += [show_comparison(verdict.comparison, str(verdict.live), verdict.candidate, lang), ""]
    if verdict.parity is not None:
        key = "compare.parity_here" if verdict.parity.measured == "here" else "compare.parity_published"
        values = verdict.parity.to_dict()
        largest, bound = (number(values[name], lang, digits=5) for name in ("largest", "bound"))
        parts.append(say(key, lang, largest=largest, bound=bound, rows=number(verdict.parity.rows, lang)))
    parts += [Text(f"✗ {translate(reason, lang)}", style="red") for reason in verdict.reasons[told:]]
    if verdict.accepted:
        parts.append(Text(f"✓ {say('compare.accepted', lang)}", style="green"))
    return Group(*parts)


def show_history(events: Sequence[Event], lang: Tongue) -> RenderableType:
    """Show which model was live when, the newest first."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("at", "action", "version", "previous", "by", "reason"):
        table.add_column(say(f"history.{name}", lang), overflow="fold", no_wrap=name == "at")
    for at, event in enumerate(reversed(events)):
        table.add_row(
            event.at.replace("T", " ").replace("+00:00", " UTC"),
            say(f"history.{event.action.replace(' ', '_')}", lang),
            printable(event.version, 60),
            printable(event.previous or "", 60),
            printable(event.by, 60),
            printable(event.reason, 400),
            style="bold" if at == 0 else None,
        )
    return table
