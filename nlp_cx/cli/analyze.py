"""nlp-cx analyze: a survey file in, themes, sentiment, scores and drivers out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from nlp_cx.cli.options import Device, Lang, Model, column
from nlp_cx.settings import read_settings


def analyze(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A survey: CSV, XLSX, JSON lines or Parquet.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="OUT", help="Results: .xlsx (with the summary in sheets), .csv, .jsonl or "
                     ".parquet. Without it the summary is printed only."),
    ] = None,
    text_column: Annotated[list[str] | None, column("--text-column", "Comments; repeatable.")] = None,
    score: Annotated[
        list[str] | None,
        column("--score", "A score, such as nps=Q1:0-10 or ces=Q7:1-7:lower_is_better; repeatable.",
                metavar="METRIC=COLUMN"),
    ] = None,
    id_column: Annotated[str | None, column("--id-column", "Id of the comment.")] = None,
    date_column: Annotated[str | None, column("--date-column", "Date.")] = None,
    segment: Annotated[list[str] | None, column("--segment", "Branch, region, channel ...; repeatable.")] = None,
    respondent_column: Annotated[str | None, column("--respondent-column", "Who answered.")] = None,
    touchpoint_column: Annotated[str | None, column("--touchpoint-column", "Touchpoint.")] = None,
    stage_column: Annotated[str | None, column("--stage-column", "Stage of the customer journey.")] = None,
    question_column: Annotated[str | None, column("--question-column", "The question that was answered.")] = None,
    language_column: Annotated[str | None, column("--language-column", "Language of the comment, vi or en.")] = None,
    ignore: Annotated[list[str] | None, column("--ignore", "A column to leave alone; repeatable.")] = None,
    sheet: Annotated[
        str | None, column("--sheet", "Sheet to read; default: all that have comments.", metavar="SHEET")
    ] = None,
    question: Annotated[
        str | None, column("--question", "The question that all comments answer.", metavar="TEXT")
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
