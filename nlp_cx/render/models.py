"""Models on the shelf, and how well one does on labelled comments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nlp_cx.render.terminal import number, percent
from nlp_cx.words import Tongue, say, theme_names

if TYPE_CHECKING:
    from nlp_cx.evaluate import Quality


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
    """Show the models on the shelf; the default is marked."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("version", "made", "size", "sentiment", "themes", "path"):
        table.add_column(
            say(f"models.{name}", lang), justify="right" if name in ("size", "sentiment", "themes") else "left"
        )
    for model in models:
        table.add_row(
            f"{model['version']}{' *' if model['default'] else ''}",
            model["made"],
            f"{number(model['bytes'] / 1e6, lang, digits=1)} MB",
            percent(model["sentiment_macro_f1"], lang),
            percent(model["theme_micro_f1"], lang),
            str(model["path"]),
            style="bold" if model["default"] else None,
        )
    return Group(table, Text(say("models.legend", lang), style="bright_black"))
