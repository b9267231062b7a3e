"""nlp-cx evaluate: how well a model does on comments that people labelled."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nlp_cx.cli.options import AsJson, Device, Lang, Model
from nlp_cx.settings import read_settings


def evaluate(
    data: Annotated[
        Path,
        typer.Option(metavar="FILE", help="CSV, Excel, JSON lines, Label Studio or doccano, as nlp_cx.labelled says."),
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
