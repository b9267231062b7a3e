"""Puts the service together: settings in, an ASGI app out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware

from nlp_cx.api import (
    alerts,
    analyze,
    batches,
    comments,
    contradictions,
    control,
    drivers,
    health,
    journeys,
    keys,
    labels,
    me,
    metrics,
    mixes,
    models,
    openapi,
    page,
    pairs,
    previews,
    problems,
    quotes,
    rescore,
    summaries,
    terms,
    themes,
    webhooks,
)
from nlp_cx.api.auth import Keys, is_loopback
from nlp_cx.api.envelope import Envelope
from nlp_cx.api.gather import Gather
from nlp_cx.api.state import Service
from nlp_cx.errors import ServiceError
from nlp_cx.live import Live
from nlp_cx.meters import Meters
from nlp_cx.settings import Settings

ROUTERS = (
    analyze.router, batches.router, previews.router, rescore.router, webhooks.router, comments.router,
    quotes.router, contradictions.router, labels.router, terms.router,
    summaries.router, pairs.router, journeys.router, control.router, mixes.router, drivers.router, alerts.router,
    models.router, themes.router, me.router, keys.router, health.router, metrics.router, page.router,
)  # fmt: skip
"""All routes, in the order that OpenAPI shows them."""

_log = structlog.get_logger("nlp_cx.api")


def create_app(settings: Settings, *, service: Service | None = None) -> FastAPI:
    """Make the service as an ASGI app for one process.

    Args:
        settings: All that can be said about it.
        service: Its parts, if they run already; else they are started and stopped with the app.

    Returns:
        The app; `app.state.service` holds the parts once it has started.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        parts = await run_in_threadpool(start, settings) if service is None else service
        app.state.service = parts
        try:
            yield
        finally:
            if service is None:
                await run_in_threadpool(stop, parts)

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
    app.add_middleware(Envelope, max_body=settings.max_body_mb << 20)
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    openapi.install(app)
    return app


def start(settings: Settings) -> Service:
    """Open the store, load the model, start the threads.

    Args:
        settings: All that can be said about the service.

    Returns:
        The running parts; `stop` ends them.

    Raises:
        ServiceError: If others than this machine could call without a key.
        ModelError: If the model cannot be used.
        StorageError: If the store cannot be opened.
    """
    from nlp_cx.jobs import Jobs
    from nlp_cx.storage import open_store

    settings.folder.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.store_url)
    try:
        if not is_loopback(settings.host) and not store.has_keys():
            raise ServiceError(
                f"listening on {settings.host} lets others in, and there is no API key yet: make one with "
                "nlp-cx keys create, or listen on 127.0.0.1"
            )
        meters, live = Meters(), Live(settings)
        live.load()
        jobs = Jobs(settings, store, live, meters)
        jobs.launch(worker=settings.worker)
        live.watch()
        return Service(
            settings=settings,
            store=store,
            live=live,
            gather=Gather(live, meters, limit=settings.queue),
            meters=meters,
            keys=Keys(store, settings),
            jobs=jobs,
        )
    except BaseException:
        store.close()
        raise


def stop(service: Service) -> None:
    """Hand batches back, answer what still waits, then let go of everything.

    Args:
        service: What `start` gave.
    """
    service.jobs.stop()
    service.gather.close()
    service.live.close()
    service.store.close()
    _log.info("stopped")
