"""Batches in the background: durable tasks that survive kill -9 of any process at any moment.

`jobs` is what the service sees of it; `work` says what the tasks do, `engine` queues and runs them with DBOS, `spool`
and `staging` make chunks of files, `presence` and `keeper` take up what dead processes left, `messages` tells webhooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nlp_cx.jobs.jobs import Jobs

__all__ = ["Jobs"]


def __getattr__(name: str) -> Any:
    """Load `Jobs` when it is first asked for."""
    if name == "Jobs":
        from nlp_cx.jobs.jobs import Jobs

        return Jobs
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
