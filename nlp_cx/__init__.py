"""Customer-feedback text analytics for Vietnamese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nlp_cx.pipeline import Analyzer

__all__ = ["Analyzer", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load `Analyzer` when it is first asked for, so that importing nlp_cx costs nothing."""
    if name == "Analyzer":
        from nlp_cx.pipeline import Analyzer

        return Analyzer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
