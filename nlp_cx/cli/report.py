"""nlp-cx report: results or a survey in, a report for people out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from nlp_cx.cli.options import Device, Lang, Model, column
from nlp_cx.settings import read_settings


def report(
    file: Annotated[
        Path,
        typer.Argument(metavar="RESULTS", help="Results of nlp-cx analyze (.xlsx, .csv, .jsonl, .parquet), or a "
                       "survey, which is analysed on the way."),
    ],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="OUT", help="The report: .html (one file, works offline), .pdf or .xlsx."),
    ],
    text_column: Annotated[list[str] | None, column("--text-column", "Comments of a survey; repeatable.")] = None,
    score: Annotated[
        list[str] | None,
        column("--score", "A score of a survey, such as nps=Q1:0-10; repeatable.", metavar="METRIC=COLUMN"),
    ] = None,
    date_column: Annotated[str | None, column("--date-column", "Date.")] = None,
    segment: Annotated[list[str] | None, column("--segment", "Branch, region, channel ...; repeatable.")] = None,
    touchpoint_column: Annotated[str | None, column("--touchpoint-column", "Touchpoint.")] = None,
    stage_column: Annotated[str | None, column("--stage-column", "Stage of the customer journey.")] = None,
    sheet: Annotated[
        str | None, column("--sheet", "Sheet to read; default: all that have comments.", metavar="SHEET")
    ] = None,
    question: Annotated[
        str | None, column("--question", "The question that all comments answer.", metavar="TEXT")
    ] = None,
    language: Annotated[
        Literal["vi", "en"] | None, typer.Option("--language", help="Language that all comments are in.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
    lang: Lang = None,
    redact_names: Annotated[bool, typer.Option("--redact-names", help="Take out names of people too.")] = False,
    redact_orders: Annotated[bool, typer.Option("--redact-orders", help="Take out order codes too.")] = False,
    model: Model = None,
    device: Device = "cpu",
) -> None:  # fmt: skip
    """Make a report that a manager understands: scores, themes, what goes with the score, what changed, quotes.

    Everything is made on this computer; the file needs no network to be read.
    """
    from nlp_cx.ingest import Overrides
    from nlp_cx.redact import Redactor
    from nlp_cx.report_session import ReportSession

    settings = read_settings()
    overrides = Overrides(
        text=tuple(text_column or ()),
        date=date_column,
        touchpoint=touchpoint_column,
        stage=stage_column,
        segments=tuple(segment or ()),
        scores=tuple(score or ()),
        sheet=sheet,
    )
    ReportSession(lang or settings.lang, quiet=quiet).report(
        file,
        overrides,
        out=out,
        force=force,
        model=model or settings.model,
        device=device,
        redactor=Redactor(names=redact_names, order_codes=redact_orders),
        told={"question": question, "language": language},
    )
