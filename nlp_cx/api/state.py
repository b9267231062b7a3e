"""What a running service holds, and how a route gets at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from nlp_cx.api.auth import Caller, Keys, require
from nlp_cx.api.gather import Gather
from nlp_cx.api.kept import Kept
from nlp_cx.live import Live
from nlp_cx.meters import Meters
from nlp_cx.settings import Settings

if TYPE_CHECKING:
    from nlp_cx.jobs import Jobs
    from nlp_cx.storage.interface import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The parts of a running service."""

    settings: Settings
    store: Store
    live: Live
    gather: Gather
    meters: Meters
    keys: Keys
    jobs: Jobs
    kept: Kept = field(default_factory=Kept)


def service(request: Request) -> Service:
    """Give the parts of the service that a request came to."""
    found: Service = request.app.state.service
    return found


Here = Annotated[Service, Depends(service)]
"""Parameter of a route: the parts of the service."""
Analyst = Annotated[Caller, Depends(require("analyze"))]
"""Parameter of a route: a caller with the scope analyze."""
Reader = Annotated[Caller, Depends(require("read"))]
"""Parameter of a route: a caller with the scope read."""
Labeller = Annotated[Caller, Depends(require("label"))]
"""Parameter of a route: a caller with the scope label."""
Admin = Annotated[Caller, Depends(require("admin"))]
"""Parameter of a route: a caller with the scope admin."""
Anyone = Annotated[Caller, Depends(require())]
"""Parameter of a route: a caller with any key."""
