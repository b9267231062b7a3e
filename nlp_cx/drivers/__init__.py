"""What goes with a score, with numbers one may trust; always "associated with", never "causes".

    table, response   what was answered and mentioned, one row per response
    cells             equal rows counted once, and who answered them
    impact, presence  score of all less score without the mentioners: from counts, from a table
    penalty_reward, effects
                      what each negative and positive mention goes with, all themes at once
    importance, shares
                      each theme's part in what all of them explain
    logistic          the same question asked of promoters and detractors, as a check
    screening         false discoveries
    resample          respondents drawn anew, for intervals and ranks
    reasons, wording  why a figure is missing, and what is said of the others
    find              all of it in one call: `find_drivers`

What needs numpy and scipy is loaded when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nlp_cx.drivers.impact import MENTIONS, MIN_MENTIONS, Impact, Mention, find_impacts, impact

if TYPE_CHECKING:
    from nlp_cx.drivers.driver import Driver, Drivers
    from nlp_cx.drivers.find import find_drivers
    from nlp_cx.drivers.quality import theme_quality
    from nlp_cx.drivers.table import DriverTable

__all__ = [
    "MENTIONS",
    "MIN_MENTIONS",
    "Driver",
    "DriverTable",
    "Drivers",
    "Impact",
    "Mention",
    "find_drivers",
    "find_impacts",
    "impact",
    "theme_quality",
]
_LATER = {
    "Driver": "driver",
    "Drivers": "driver",
    "find_drivers": "find",
    "theme_quality": "quality",
    "DriverTable": "table",
}


def __getattr__(name: str) -> Any:
    """Load what needs numpy when it is first asked for."""
    if name in _LATER:
        return getattr(import_module(f"nlp_cx.drivers.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
