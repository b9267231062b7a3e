"""nlp-cx models: the models that are installed."""

from __future__ import annotations

from typing import Annotated

import typer

from nlp_cx.cli.options import AsJson, Lang, help_without_command
from nlp_cx.settings import read_settings

group = typer.Typer(invoke_without_command=True, rich_markup_mode=None, help="The models that are installed.")


@group.callback()
def options(context: typer.Context) -> None:
    """Say which commands there are, if none was given."""
    help_without_command(context)


@group.command("list")
def list_models(as_json: AsJson = False, lang: Lang = None) -> None:
    """List the models that are installed; the default is marked."""
    from nlp_cx.session import Session

    Session(lang or read_settings().lang, as_json=as_json).list_models()


@group.command("show")
def show_model(
    version: Annotated[
        str | None, typer.Argument(metavar="[VERSION]", help="A version or a folder; the default model without it.")
    ] = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Print a model's card: what it is, its data, its figures, its limits."""
    from nlp_cx.session import Session

    settings = read_settings()
    Session(lang or settings.lang, as_json=as_json).show_model(version or settings.model)
