"""nlp-cx serve: the HTTP service."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nlp_cx.cli.options import Lang, Model
from nlp_cx.settings import read_settings

if TYPE_CHECKING:
    from nlp_cx.api.server import Started


def serve(
    host: Annotated[
        str | None, typer.Option("--host", metavar="ADDRESS", help="Address to listen on; default 127.0.0.1.")
    ] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port; default 8000.")] = None,
    log: Annotated[
        Literal["json", "console"] | None,
        typer.Option("--log", help="Log lines for machines or for people; default by where they go."),
    ] = None,
    model: Model = None,
    lang: Lang = None,
) -> None:
    """Start the HTTP service: it answers, takes batches and works on them until it is stopped.

    Without an API key it listens on this machine only; make one with: nlp-cx keys create.
    The environment says the rest, such as NLP_CX_HOME and DATABASE_URL; see nlp_cx/settings.py.
    """
    from nlp_cx.api.server import serve as run
    from nlp_cx.words import say

    settings = read_settings()
    settings = replace(
        settings,
        host=host or settings.host,
        port=settings.port if port is None else port,
        log=log or settings.log,
        model=model or settings.model,
        lang=lang or settings.lang,
    )

    def ready(started: Started) -> None:
        typer.echo(say("serve.ready", settings.lang, url=started.url, model=started.model), err=True)
        if started.is_open:
            typer.echo(say("serve.open", settings.lang), err=True)

    run(settings, ready=ready)
