"""nlp-cx work: works on batches, beside any number of services and other workers on the same PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import typer

from nlp_cx.cli.options import Lang, Model
from nlp_cx.settings import read_settings


def work(
    log: Annotated[
        Literal["json", "console"] | None,
        typer.Option("--log", help="Log lines for machines or for people; default by where they go."),
    ] = None,
    model: Model = None,
    lang: Lang = None,
) -> None:
    """Work on batches until stopped; what is under way then is handed to other workers.

    Set DATABASE_URL and NLP_CX_HOME as for the service: workers and services share both.
    """
    from nlp_cx.jobs.worker import work as run
    from nlp_cx.words import say

    settings = read_settings()
    settings = replace(settings, log=log or settings.log, model=model or settings.model, lang=lang or settings.lang)
    run(settings, ready=lambda version: typer.echo(say("work.ready", settings.lang, model=version), err=True))
