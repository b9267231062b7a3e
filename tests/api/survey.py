"""A small survey with known answers, put into the store of a running service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from fastapi import APIRouter
from starlette.testclient import TestClient

from nlp_cx.api.app import create_app
from nlp_cx.api.auth import Keys
from nlp_cx.api.gather import Gather
from nlp_cx.api.state import Service
from nlp_cx.jobs import Jobs
from nlp_cx.live import Live
from nlp_cx.meters import Meters
from nlp_cx.records import Analysis, Comment, Language, Polarity, Redaction, Score, Sentiment, Span, ThemeMention
from nlp_cx.settings import Settings
from nlp_cx.storage import open_store


@contextmanager
def opened(settings: Settings, live: Live, *routers: APIRouter) -> Iterator[TestClient]:
    """Open a service that runs no batches, with routers that the app may not have yet."""
    meters, store = Meters(), open_store("sqlite://")
    gather = Gather(live, meters, limit=10)
    service = Service(
        settings=settings,
        store=store,
        live=live,
        gather=gather,
        meters=meters,
        keys=Keys(store, settings),
        jobs=Jobs(settings, store, live, meters),
    )
    app = create_app(settings, service=service)
    there = {getattr(route, "operation_id", None) for route in app.router.routes}
    for router in routers:
        if not {getattr(route, "operation_id", None) for route in router.routes} & there:
            app.include_router(router)
    try:
        with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
            yield client
    finally:
        gather.close()
        store.close()


def row(
    name: str,
    text: str = "Giao hàng chậm",
    *,
    themes: Sequence[tuple[str, Polarity]] = (("delivery", "negative"),),
    sentiment: Polarity = "negative",
    day: str | None = "2026-11-24",
    nps: float | None = None,
    raw: str | None = None,
    redactions: Sequence[Redaction] = (),
    spans: Sequence[Span] = (),
    model: str = "tiny",
    **fields,
) -> tuple[Comment, Analysis, str | None]:
    """Make a comment with what a model is said to have read in it."""
    comment = Comment(
        id=name,
        text=raw or text,
        created_at=day and date.fromisoformat(day),
        scores=() if nps is None else (Score(metric="nps", value=nps, min=0, max=10),),
        **fields,
    )
    analysis = Analysis(
        id=name,
        language=Language(code=fields.get("language") or "vi", confidence=1.0),
        sentiment=Sentiment(label=sentiment, scores={"negative": 0.5, "neutral": 0.2, "positive": 0.3}),
        mixed=False,
        themes=tuple(
            ThemeMention(theme=theme, sentiment=judged, confidence=0.9, spans=tuple(spans) if not at else ())
            for at, (theme, judged) in enumerate(themes)
        ),
        none=False,
        complaint=0.9 if sentiment == "negative" else 0.1,
        suggestion=0.1,
        needs_review=False,
        truncated=False,
        text=text,
        redactions=tuple(redactions),
        model=model,
        taxonomy="1",
    )
    return comment, analysis, raw


def keep(client: TestClient, *rows: tuple[Comment, Analysis, str | None], workspace: str = "default") -> None:
    """Put comments into the store."""
    client.app.state.service.store.save(workspace, None, None, list(rows))
