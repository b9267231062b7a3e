"""The HTTP API: one noun per file, each with its router; `app.py` puts them together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nlp_cx.api.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    """Load `create_app` when it is first asked for."""
    if name == "create_app":
        from nlp_cx.api.app import create_app

        return create_app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
