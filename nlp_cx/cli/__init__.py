"""The command line: nlp-cx analyze | report | evaluate | models | serve | work | keys | submit.

One module a command, or a group of commands, none of which imports anything heavy before it runs.
Exit codes: 0 done (also when single rows were rejected, which is said), 1 a model was refused by the gates, or anything
unforeseen, 2 wrong usage, 3 the input file, 4 the model, 5 the output, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import io
import signal
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlp_cx import __version__
from nlp_cx.cli import analyze, evaluate, keys, models, report, serve, submit, work
from nlp_cx.cli.options import EPILOG, USAGE, help_without_command
from nlp_cx.errors import (
    ColumnError,
    InputError,
    MissingExtraError,
    ModelError,
    NlpCxError,
    OutputError,
    PromotionRefusedError,
    ScoreError,
    StorageError,
)
from nlp_cx.settings import read_settings

if TYPE_CHECKING:
    from nlp_cx.words import Tongue

EXIT_CODES: tuple[tuple[type[NlpCxError], int], ...] = (
    (PromotionRefusedError, 1),
    (InputError, 3),
    (ScoreError, 3),
    (ModelError, 4),
    (MissingExtraError, 4),
    (OutputError, 5),
    (StorageError, 5),
)
"""Exit code by kind of error, the first that fits; the rest is 1."""
STOPPED = 130

app = typer.Typer(
    name="nlp-cx",
    help="Reads customer comments in Vietnamese and English: sentiment, root-cause themes, the words that prove them.",
    epilog=EPILOG,
    add_completion=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command(epilog=EPILOG)(analyze.analyze)
app.command(epilog=EPILOG)(report.report)
app.command(epilog=EPILOG)(evaluate.evaluate)
app.add_typer(models.group, name="models")
app.command(epilog=EPILOG)(serve.serve)
app.command(epilog=EPILOG)(work.work)
app.command(epilog=EPILOG)(submit.submit)
app.add_typer(keys.group, name="keys")


def _show_version(asked: bool) -> None:  # typer calls it so
    """Print the version and leave."""
    if asked:
        typer.echo(f"nlp-cx {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Take the options that stand before a command; without a command, say which there are."""
    help_without_command(context)


def exit_code(error: NlpCxError) -> int:
    """Give the exit code of an error.

    Examples:
        >>> exit_code(OutputError("no room")), exit_code(NlpCxError("?"))
        (5, 1)
    """
    return next((code for kind, code in EXIT_CODES if isinstance(error, kind)), 1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: What stands behind `nlp-cx`; those of this process when None.

    Returns:
        The exit code.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter is no reason to stop
    with _Stop() as stop:
        try:
            code = app(arguments, prog_name="nlp-cx", standalone_mode=False)
        except KeyboardInterrupt:
            code = STOPPED
        except Exception as error:
            if stop.asked:  # a library that is stopped while it loads may say anything
                code = STOPPED
            elif isinstance(error, NlpCxError):
                hint = "print.name_columns" if isinstance(error, ColumnError) else None
                _complain(str(error), arguments, hint=hint, vietnamese=getattr(error, "vietnamese", None))
                code = exit_code(error)
            elif isinstance(error, typer.TyperException):
                _complain(error.format_message().replace("Value error, ", ""), arguments, hint="print.help")
                code = USAGE
            else:
                raise
    if code == STOPPED:
        _complain("stopped; no file was written", arguments)
    return int(code or 0)


def _complain(
    message: str, arguments: Sequence[str], *, hint: str | None = None, vietnamese: str | None = None
) -> None:
    """Say in one line what is wrong, in the language that was asked for."""
    from nlp_cx.words import say, translate

    lang = _asked_language(arguments)
    told = vietnamese if vietnamese and lang == "vi" else translate(message, lang)
    line = " ".join(told.split())
    if hint is not None:
        line = f"{line.rstrip('.')}{' ' if line.endswith('?') else '; '}{say(hint, lang)}"
    typer.echo(f"{say('print.error', lang)}: {line}", err=True)


def _asked_language(arguments: Sequence[str]) -> Tongue:
    """Find --lang among the arguments, for these may be what is wrong; else what the environment says."""
    for before, argument in zip(["", *arguments], arguments, strict=False):
        if argument == "--lang=vi" or (before, argument) == ("--lang", "vi"):
            return "vi"
        if argument == "--lang=en" or (before, argument) == ("--lang", "en"):
            return "en"
    try:
        return read_settings().lang
    except InputError:
        return "en"


class _Stop:
    """While it holds, Ctrl-C and SIGTERM end a run alike: as KeyboardInterrupt, so that no draft stays behind."""

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> _Stop:
        """Take the signals over; in another thread than the main one they are not ours."""
        if threading.current_thread() is threading.main_thread():
            self._before = {one: signal.signal(one, self._stop) for one in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        """Give the signals back."""
        for one, handler in self._before.items():
            signal.signal(one, handler)

    def _stop(self, *_: object) -> None:
        """Remember that somebody asked, and stop."""
        self.asked = True
        raise KeyboardInterrupt
