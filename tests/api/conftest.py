"""A running service over a tiny model and a store of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nlp_cx.live import Live
from nlp_cx.settings import Settings


@pytest.fixture(scope="session")
def live(tiny_model: Path) -> Iterator[Live]:
    """The tiny model, live."""
    live = Live(Settings(model=str(tiny_model)))
    live.load()
    yield live
    live.close()
