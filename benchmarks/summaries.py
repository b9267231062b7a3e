"""How fast the API's summaries answer at a million made-up comments: tidy rows computed and written as JSON.

Run: python benchmarks/summaries.py [--rows 1000000] [--url sqlite:////tmp/bench.sqlite]
A store that holds comments already is asked as it is. "wall" is what a caller waits, "CPU" what one idle core would
take; both the median of five, after the first question, which reads all facts.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nlp_cx.api.contradictions import page_of
from nlp_cx.api.control import ControlQuery, control_figures
from nlp_cx.api.figures import Ask, score_figures, theme_figures
from nlp_cx.api.journeys import JourneyQuery, journey_figures
from nlp_cx.api.mixes import mix_figures
from nlp_cx.api.pairs import PAIR_COLUMNS, pair_figures
from nlp_cx.api.quotes import QUOTE_COLUMNS, quote_figures
from nlp_cx.api.terms import TERM_COLUMNS, key_terms, rising
from nlp_cx.api.tidy import write_figures
from nlp_cx.jobs.watch import Watcher
from nlp_cx.storage import open_store
from nlp_cx.storage.interface import EVERYTHING, Filter, Store

WORKSPACE = "bench"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
RULE = {
    "kind": "anomaly", "theme": "delivery", "mention": "negative", "window": "week", "side": "above", "limit": None,
    "certain": False, "min_n": 30, "cool_down_hours": 168, "filters": {}, "where": {},
}  # fmt: skip


def questions(store: Store) -> dict[str, Callable[[], bytes]]:
    """Name the questions that dashboards ask."""
    half = Filter(since=date(2025, 7, 1), until=date(2025, 12, 31))
    year = Filter(since=date(2025, 1, 1), until=date(2025, 6, 30), languages=("vi",))

    def themes(where: Filter, ask: Ask) -> bytes:
        return write_figures(theme_figures(store, WORKSPACE, where, ask), "json", "themes")

    def scores(ask: Ask, *, by_theme: bool = False) -> bytes:
        return write_figures(score_figures(store, WORKSPACE, EVERYTHING, ask, by_theme=by_theme), "json", "scores")

    return {
        "themes": partial(themes, EVERYTHING, Ask()),
        "themes, half a year, Vietnamese, with change": partial(themes, year, Ask()),
        "trend by month": partial(themes, EVERYTHING, Ask(interval="month")),
        "trend by day, one theme": partial(themes, EVERYTHING, Ask(interval="day", themes=("delivery",))),
        "segments by region": partial(themes, EVERYTHING, Ask(by="segment:region")),
        "scores": partial(scores, Ask()),
        "scores by month": partial(scores, Ask(interval="month")),
        "scores of each theme's mentioners": partial(scores, Ask(), by_theme=True),
        "themes that go together": lambda: write_figures(
            pair_figures(store, WORKSPACE, EVERYTHING, [], 100), "json", "pairs", columns=PAIR_COLUMNS
        ),
        "journey": lambda: write_figures(
            journey_figures(store, WORKSPACE, EVERYTHING, JourneyQuery.model_validate({})), "json", "journey"
        ),
        "mix and rate, two halves of a year": lambda: write_figures(
            mix_figures(store, WORKSPACE, half, "nps", []), "json", "mix"
        ),
        "control charts by week": lambda: write_figures(
            control_figures(store, WORKSPACE, EVERYTHING, ControlQuery.model_validate({})), "json", "control"
        ),
        "one alert": lambda: repr(Watcher(store, WORKSPACE, NOON).look("late", RULE)).encode(),
        "contradictions, 50 of them": lambda: page_of(store, WORKSPACE, EVERYTHING, kind=None, after=None, limit=50),
        "quotes of all themes (a sample)": lambda: write_figures(
            quote_figures(store, WORKSPACE, EVERYTHING, (), 3), "json", "quotes", columns=QUOTE_COLUMNS
        ),
        "key terms of all themes (a sample)": lambda: write_figures(
            key_terms(store, WORKSPACE, EVERYTHING, (), 8), "json", "terms", columns=TERM_COLUMNS
        ),
        "rising terms (a sample)": lambda: write_figures(
            rising(store, WORKSPACE, half, (), 12), "json", "terms", columns=TERM_COLUMNS
        ),
    }


def measure(ask: Callable[[], bytes], times: int = 5) -> tuple[float, float]:
    """Give the median of seconds waited and of seconds computed."""
    walls, computed = [], []
    for _ in range(times):
        wall, spent = time.perf_counter(), time.process_time()
        ask()
        walls.append(time.perf_counter() - wall)
        computed.append(time.process_time() - spent)
    return statistics.median(walls), statistics.median(computed)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--url")
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from benchmarks.storage import fill

    with tempfile.TemporaryDirectory() as folder:
        store = open_store(options.url or f"sqlite:///{folder}/bench.sqlite")
        if not store.count(WORKSPACE):
            fill(store, options.rows, 1)
        rows = store.count(WORKSPACE)
        store.close()
        store = open_store(options.url or f"sqlite:///{folder}/bench.sqlite")  # which has read nothing yet
        console, table = Console(width=100), Table(title=f"{rows:,} comments, milliseconds")
        for heading in ("question", "wall", "CPU", "bytes"):
            table.add_column(heading, justify="left" if heading == "question" else "right")
        started = time.perf_counter()
        asked = questions(store)
        asked["themes"]()
        table.add_row("the first question", f"{1000 * (time.perf_counter() - started):.0f}", "", "")
        for name, ask in asked.items():
            wall, computed = measure(ask)
            table.add_row(name, f"{1000 * wall:.0f}", f"{1000 * computed:.0f}", f"{len(ask()):,}")
        console.print(table)
        store.close()


if __name__ == "__main__":
    main()
