"""What each column of a survey was taken for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nlp_cx.render.terminal import percent, printable
from nlp_cx.words import Tongue, metric_name, say, translate

if TYPE_CHECKING:
    from nlp_cx.ingest import ColumnPlan, Survey


_LISTED = 20
"""Columns without use that are named; the rest are counted."""


def show_columns(survey: Survey, lang: Tongue) -> RenderableType:
    """Show what each column was taken for, sheet by sheet, and what to look at."""
    parts: list[RenderableType] = []
    for sheet, plan in survey.plans.items():
        where = say("print.sheet", lang, sheet=printable(sheet, 40)) if sheet and len(survey.plans) > 1 else ""
        parts.append(_plan_table(plan, where, lang))
        for role in ("ignored", "unused"):
            columns = plan.of(role)
            names = ", ".join(printable(name, 40) for name in columns[:_LISTED])
            names += f", … (+{len(columns) - _LISTED})" if len(columns) > _LISTED else ""
            if names:
                parts.append(
                    Padding(
                        Text(say(f"print.{role}", lang, columns=names), style="bright_black"),
                        (0, 0, 0, 1),
                        expand=False,
                    )
                )
    parts += [Text(f"! {printable(translate(note, lang))}", style="yellow") for note in survey.notes]
    return Group(*parts)


def _plan_table(plan: ColumnPlan, where: str, lang: Tongue) -> Table:
    """Show the columns that are used."""
    table = Table(
        say("print.column", lang), say("print.role", lang), say("print.confidence", lang), say("print.why", lang),
        title=say("print.columns", lang) + where, title_justify="left", title_style="bold", box=None, pad_edge=False,
        padding=(0, 2, 0, 1),
    )  # fmt: skip
    for column in plan.columns:
        if column.role in ("ignored", "unused"):
            continue
        role, why = say(f"role.{column.role}", lang), say(f"why.{column.why}", lang)
        if column.score:
            lower = say("print.lower", lang) if column.score.direction == "lower_is_better" else ""
            role = f"{role} {metric_name(column.score.metric, lang)} {column.score.min:g}–{column.score.max:g}{lower}"
            why += say(f"scale.{column.score.scale_from}", lang)
        elif column.role == "text" and plan.question_of(column.column):
            role += say("print.asked", lang)
        sure = percent(column.confidence, lang)
        table.add_row(
            printable(column.column, 60), role, sure, why, style="yellow" if column.confidence < 0.6 else None
        )
    return table
