"""nlp-cx submit: hands a survey file to a running service, follows it and fetches the results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from nlp_cx.cli.options import AsJson, Lang, column
from nlp_cx.settings import read_settings


def submit(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A survey: CSV, XLSX, JSON lines or Parquet.")],
    url: Annotated[
        str, typer.Option("--url", metavar="URL", envvar="NLP_CX_URL", help="Where the service is.")
    ] = "http://127.0.0.1:8000",
    key: Annotated[
        str | None, typer.Option("--key", metavar="KEY", envvar="NLP_CX_KEY", help="An API key; scope analyze,read.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="OUT", help="Results: .xlsx, .csv, .jsonl or .parquet."),
    ] = None,
    text_column: Annotated[list[str] | None, column("--text-column", "Comments; repeatable.")] = None,
    score: Annotated[
        list[str] | None,
        column("--score", "A score, such as nps=Q1:0-10; repeatable.", metavar="METRIC=COLUMN"),
    ] = None,
    id_column: Annotated[str | None, column("--id-column", "Id of the comment.")] = None,
    date_column: Annotated[str | None, column("--date-column", "Date.")] = None,
    segment: Annotated[list[str] | None, column("--segment", "Branch, region, channel ...; repeatable.")] = None,
    sheet: Annotated[str | None, column("--sheet", "Sheet to read; default: all.", metavar="SHEET")] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Whether to wait until it is analysed.")] = True,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Hand a survey file to a running service, follow it, fetch the results.

    It goes on at the service even if this command is stopped; the id of the batch is printed first.
    """
    from nlp_cx.submit_session import SubmitSession

    told: dict[str, Any] = {
        "text": text_column,
        "scores": score,
        "id": id_column,
        "date": date_column,
        "segments": segment,
        "sheet": sheet,
    }
    session = SubmitSession(lang or read_settings().lang, quiet=quiet, as_json=as_json)
    session.run(
        file,
        url=url,
        key=key,
        out=out,
        mapping={name: value for name, value in told.items() if value},
        wait=wait,
        force=force,
    )
