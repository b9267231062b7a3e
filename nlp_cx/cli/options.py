"""Options that several commands share, and how a group of commands answers without one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

USAGE = 2
"""Exit code of wrong usage."""
EPILOG = (
    "Exit codes: 0 done (single rows may have been rejected; they are counted and written to a rejects file), "
    "1 a model was refused by the gates, 2 wrong usage, 3 the input file, 4 the model, 5 the output, "
    "130 stopped by Ctrl-C. Environment: NLP_CX_MODEL, NLP_CX_MODELS, NLP_CX_LANG."
)

Lang = Annotated[
    Literal["vi", "en"] | None,
    typer.Option("--lang", help="Language of what is printed and of workbooks; default from the locale."),
]
Model = Annotated[
    str | None, typer.Option("--model", metavar="MODEL", help="A version, or the path of a model folder.")
]
Device = Annotated[str, typer.Option("--device", metavar="DEVICE", help='"cpu", or a torch device such as "cuda".')]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, and nothing else there.")]


def column(flag: str, what: str, *, metavar: str = "COLUMN") -> Any:
    """Make an option that says what a column is."""
    return typer.Option(flag, metavar=metavar, help=what)


def help_without_command(context: typer.Context) -> None:
    """Print the help of a group that was called without a command, and leave."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(USAGE)
