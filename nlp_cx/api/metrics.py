"""GET /metrics: what the service counts about itself, for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from nlp_cx.api.problems import problems
from nlp_cx.api.state import Here

router = APIRouter(tags=["operation"], responses={500: problems()[500]})


@router.get(
    "/metrics",
    operation_id="read_metrics",
    summary="Read the meters · Số liệu vận hành",
    response_class=PlainTextResponse,
)
def read_metrics(here: Here) -> Response:
    """Give counts and times in Prometheus' text format: no texts, no names, no workspaces."""
    here.meters.batches.set(len(here.store.open_batches()))
    return Response(here.meters.show(here.live.version), media_type=CONTENT_TYPE_LATEST)
