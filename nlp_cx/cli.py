"""The command line: nlp-cx analyze | evaluate | models.

Exit codes: 0 done (also when single rows were rejected, which is said), 1 anything unforeseen, 2 wrong usage, 3 the
input file, 4 the model, 5 the output, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import io
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from nlp_cx import __version__
from nlp_cx.errors import InputError, MissingExtraError, ModelError, NlpCxError, OutputError, ScoreError
from nlp_cx.settings import read_settings

if TYPE_CHECKING:
    from nlp_cx.words import Tongue

EXIT_CODES: tuple[tuple[type[NlpCxError], int], ...] = (
    (InputError, 3),
    (ScoreError, 3),
    (ModelError, 4),
    (MissingExtraError, 4),
    (OutputError, 5),
)
"""Exit code by kind of error, the first that fits; the rest is 1."""
USAGE, STOPPED = 2, 130

_EPILOG = (
    "Exit codes: 0 done (single rows may have been rejected; they are counted and written to a rejects file), "
    "2 wrong usage, 3 the input file, 4 the model, 5 the output, 130 stopped by Ctrl-C. "
    "Environment: NLP_CX_MODEL, NLP_CX_LANG."
)

app = typer.Typer(
    name="nlp-cx",
    help="Reads customer comments in Vietnamese and English: sentiment, root-cause themes, the words that prove them.",
    epilog=_EPILOG,
    add_completion=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
models_app = typer.Typer(invoke_without_command=True, rich_markup_mode=None, help="The models that are installed.")
app.add_typer(models_app, name="models")

Lang = Annotated[
    Literal["vi", "en"] | None,
    typer.Option("--lang", help="Language of what is printed and of workbooks; default from the locale."),
]
Model = Annotated[
    str | None, typer.Option("--model", metavar="MODEL", help="A version, or the path of a model folder.")
]
Device = Annotated[str, typer.Option("--device", metavar="DEVICE", help='"cpu", or a torch device such as "cuda".')]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, and nothing else there.")]


def _column(flag: str, what: str, *, metavar: str = "COLUMN") -> Any:
    """Make an option that says what a column is."""
    return typer.Option(flag, metavar=metavar, help=what)


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
    _help_without_command(context)


@models_app.callback()
def model_options(context: typer.Context) -> None:
    """Say which commands there are, if none was given."""
    _help_without_command(context)


def _help_without_command(context: typer.Context) -> None:
    """Print the help of a group that was called without a command, and leave."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(USAGE)


@app.command(epilog=_EPILOG)
def analyze(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A survey: CSV, XLSX, JSON lines or Parquet.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="OUT", help="Results: .xlsx (with the summary in sheets), .csv, .jsonl or "
                     ".parquet. Without it the summary is printed only."),
    ] = None,
    text_column: Annotated[list[str] | None, _column("--text-column", "Comments; repeatable.")] = None,
    score: Annotated[
        list[str] | None,
        _column("--score", "A score, such as nps=Q1:0-10 or ces=Q7:1-7:lower_is_better; repeatable.",
                metavar="METRIC=COLUMN"),
    ] = None,
    id_column: Annotated[str | None, _column("--id-column", "Id of the comment.")] = None,
    date_column: Annotated[str | None, _column("--date-column", "Date.")] = None,
    segment: Annotated[list[str] | None, _column("--segment", "Branch, region, channel ...; repeatable.")] = None,
    respondent_column: Annotated[str | None, _column("--respondent-column", "Who answered.")] = None,
    touchpoint_column: Annotated[str | None, _column("--touchpoint-column", "Touchpoint.")] = None,
    stage_column: Annotated[str | None, _column("--stage-column", "Stage of the customer journey.")] = None,
    question_column: Annotated[str | None, _column("--question-column", "The question that was answered.")] = None,
    language_column: Annotated[str | None, _column("--language-column", "Language of the comment, vi or en.")] = None,
    ignore: Annotated[list[str] | None, _column("--ignore", "A column to leave alone; repeatable.")] = None,
    sheet: Annotated[
        str | None, _column("--sheet", "Sheet to read; default: all that have comments.", metavar="SHEET")
    ] = None,
    question: Annotated[
        str | None, _column("--question", "The question that all comments answer.", metavar="TEXT")
    ] = None,
    language: Annotated[
        Literal["vi", "en"] | None, typer.Option("--language", help="Language that all comments are in.")
    ] = None,
    summary: Annotated[
        Path | None,
        typer.Option("--summary", metavar="FILE", help="Summary: .json, .csv (themes) or .xlsx. Default: sheets of an "
                     ".xlsx of results, else OUT_summary.json and OUT_summary.csv."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there already.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the summary as JSON on standard output, and nothing else there.")
    ] = False,
    lang: Lang = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what the columns were taken for, and stop.")
    ] = False,
    redact_names: Annotated[bool, typer.Option("--redact-names", help="Take out names of people too.")] = False,
    redact_orders: Annotated[bool, typer.Option("--redact-orders", help="Take out order codes too.")] = False,
    model: Model = None,
    device: Device = "cpu",
) -> None:  # fmt: skip
    """Analyse a survey file: themes, sentiment, scores, drivers.

    Columns are recognised from Vietnamese and English headers; look at them with --dry-run.
    Phones, e-mails, addresses, card, account and identity numbers are replaced before anything is written.
    """
    from nlp_cx.export import OutputFiles, name_files
    from nlp_cx.ingest import Overrides
    from nlp_cx.redact import Redactor
    from nlp_cx.session import Session

    settings = read_settings()
    files = OutputFiles() if dry_run else name_files(out, summary=summary, force=force, source=file)
    overrides = Overrides(
        text=tuple(text_column or ()),
        id=id_column,
        question=question_column,
        language=language_column,
        date=date_column,
        respondent_id=respondent_column,
        touchpoint=touchpoint_column,
        stage=stage_column,
        segments=tuple(segment or ()),
        scores=tuple(score or ()),
        sheet=sheet,
        ignore=tuple(ignore or ()),
    )
    session = Session(lang or settings.lang, quiet=quiet, as_json=as_json)
    if dry_run:
        session.show_plan(file, overrides)
        return
    session.analyze(
        file,
        overrides,
        files=files,
        model=model or settings.model,
        device=device,
        redactor=Redactor(names=redact_names, order_codes=redact_orders),
        told={"question": question, "language": language},
    )


@app.command(epilog=_EPILOG)
def evaluate(
    data: Annotated[
        Path,
        typer.Option(
            metavar="FILE", help="JSON lines or CSV with text, sentiment and themes, as nlp_cx.evaluate says."
        ),
    ],
    as_json: AsJson = False,
    lang: Lang = None,
    model: Model = None,
    device: Device = "cpu",
) -> None:
    """Measure a model on comments that people labelled.

    A row is {"text": "...", "sentiment": "negative", "themes": [{"theme": "delivery", "sentiment": "negative"}]} or, in
    CSV, the columns text, sentiment and themes (delivery:negative; staff:positive).
    """
    from nlp_cx.session import Session

    settings = read_settings()
    session = Session(lang or settings.lang, as_json=as_json)
    session.evaluate(data, model=model or settings.model, device=device)


@models_app.command("list")
def list_models(as_json: AsJson = False, lang: Lang = None) -> None:
    """List the models that are installed; the default is marked."""
    from nlp_cx.session import Session

    Session(lang or read_settings().lang, as_json=as_json).list_models()


@models_app.command("show")
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


# --- errors ----------------------------------------------------------------------------------------------------------


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
                _complain(str(error), arguments)
                code = exit_code(error)
            elif isinstance(error, typer.TyperException):
                _complain(error.format_message().replace("Value error, ", ""), arguments, hint="print.help")
                code = USAGE
            else:
                raise
    if code == STOPPED:
        _complain("stopped; no file was written", arguments)
    return int(code or 0)


def _complain(message: str, arguments: Sequence[str], *, hint: str | None = None) -> None:
    """Say in one line what is wrong, in the language that was asked for."""
    from nlp_cx.words import say, translate

    lang = _asked_language(arguments)
    line = " ".join(translate(message, lang).split())
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


if __name__ == "__main__":
    sys.exit(main())
