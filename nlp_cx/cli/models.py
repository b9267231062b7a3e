"""nlp-cx models: the models that are installed, which one is live, and how that changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlp_cx.cli.options import AsJson, Lang
from nlp_cx.settings import read_settings

if TYPE_CHECKING:
    from nlp_cx.model_session import ModelSession

group = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode=None,
    help="The models that are installed: look at them, compare them, make one the live one.",
    epilog="The live model is the one that is used when none is named; registry.json in the folder of models says "
    "which it is and was. That folder is NLP_CX_MODELS; in a checkout models/; else models in NLP_CX_HOME.",
)

By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who decides; the user of this machine without it.")
]


def _session(lang: Lang, *, as_json: bool = False) -> ModelSession:
    """Open the session in the language that was asked for."""
    from nlp_cx.model_session import ModelSession

    return ModelSession(lang or read_settings().lang, as_json=as_json)


@group.callback()
def options(context: typer.Context) -> None:
    """List the models that are installed, if no command was given."""
    if context.invoked_subcommand is None:
        _session(None).list_models()


@group.command("list")
def list_models(as_json: AsJson = False, lang: Lang = None) -> None:
    """List the models that are installed; the live one is marked."""
    _session(lang, as_json=as_json).list_models()


@group.command("show")
def show_model(
    version: Annotated[
        str | None, typer.Argument(metavar="[VERSION]", help="A version or a folder; the live model without it.")
    ] = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Print a model's card: what it is, its data, its figures, its limits."""
    _session(lang, as_json=as_json).show_model(version or read_settings().model)


@group.command("compare")
def compare_models(
    first: Annotated[str, typer.Argument(metavar="A", help="The model to compare with: a version or a folder.")],
    second: Annotated[str, typer.Argument(metavar="B", help="The model to judge: a version or a folder.")],
    data: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Labelled comments, as for evaluate; the regression set without it."),
    ] = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Measure two models on the same labelled comments, by language and theme, with intervals of the change."""
    _session(lang, as_json=as_json).compare(first, second, data)


@group.command("promote")
def promote_model(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A version, or a folder, which is copied to the folder of models.")
    ],
    force: Annotated[
        bool, typer.Option("--force", help="Promote it though a gate refuses it; needs --reason.")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept in the history.")] = "",
    by: By = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Make a model the live one, if the gates let it.

    Refused, with exit code 1, is a model that got worse on the regression set, overall, in a language or in a theme,
    or that says other things on a CPU than in torch. A running service follows within a second or so.
    """
    if force and not reason.strip():
        raise typer.BadParameter("--force needs --reason", param_hint="'--force'")
    _session(lang, as_json=as_json).promote(model, force=force, reason=reason, by=by)


@group.command("rollback")
def roll_back(
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept in the history.")] = "",
    by: By = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Make the model live again that was so before the last promotion."""
    _session(lang, as_json=as_json).roll_back(reason=reason, by=by)


@group.command("history")
def show_history(as_json: AsJson = False, lang: Lang = None) -> None:
    """Say which model was live when, who decided it and why."""
    _session(lang, as_json=as_json).show_history()
