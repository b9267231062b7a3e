"""Puts the service together: settings in, an ASGI app out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware

from nlp_cx.api import analyze, health, metrics, openapi, problems, themes
from nlp_cx.api.auth import Keys
from nlp_cx.api.envelope import Envelope
from nlp_cx.api.gather import Gather
from nlp_cx.api.state import Service
from nlp_cx.live import Live
from nlp_cx.meters import Meters
from nlp_cx.settings import Settings

ROUTERS = (analyze.router, themes.router, health.router, metrics.router)
"""All routes, in the order that OpenAPI shows them."""

_log = structlog.get_logger("nlp_cx.api")


def create_app(settings: Settings) -> FastAPI:
    """Make the service; it opens its store and loads its model when it starts, before it answers.

    Args:
        settings: All that can be said about it.

    Returns:
        An ASGI app for one process; `app.state.service` holds its parts once it has started.
    """
    meters = Meters()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service = await run_in_threadpool(_start, settings, meters)
        app.state.service = service
        try:
            yield
        finally:
            await run_in_threadpool(_stop, service)

    app = FastAPI(
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    if settings.cors:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.cors),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "X-Request-ID", "Accept-Language"],
            expose_headers=["X-Request-ID", "Location", "Retry-After", "ETag"],
        )
    app.add_middleware(Envelope, meters=meters, max_body=settings.max_body_mb << 20)
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    openapi.install(app, is_open=lambda: app.state.service.keys.is_open())
    return app


def _start(settings: Settings, meters: Meters) -> Service:
    """Open the store, load the model, start the threads."""
    from nlp_cx.storage import open_store

    settings.folder.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.store_url)
    live = Live(settings)
    live.load()
    live.watch()
    return Service(
        settings=settings,
        store=store,
        live=live,
        gather=Gather(live, meters, limit=settings.queue),
        meters=meters,
        keys=Keys(store, settings),
    )


def _stop(service: Service) -> None:
    """Answer what still waits, then let go of everything."""
    service.gather.close()
    service.live.close()
    service.store.close()
    _log.info("stopped")
