"""How long the page waits for the API at 200,000 made-up comments: what each click asks, until all is answered.

Run: python benchmarks/page.py [--rows 200000] [--home FOLDER]
A service is started on this machine with a store of its own (or that of `--home`, if it holds comments), and asked over
HTTP as the page asks: what a view needs at once, the drivers after the scores. Each click is made with three filters
that nobody used before, so that no answer is kept from an earlier one; "median" and "worst" are of those three.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import httpx
from rich.console import Console
from rich.table import Table

Query = Mapping[str, object]
Ask = tuple[str, Query]

THEMES: Ask = (
    "/v1/summaries/themes",
    {"metric": ["comments", "mentions", "share", "share_change", "negative", "neutral", "positive"]},
)
SCORES: Ask = ("/v1/scores", {})
VOLUME: Ask = ("/v1/summaries/trend", {"interval": "month", "by": "sentiment", "metric": "comments"})
PLACES: Ask = (
    "/v1/summaries/journey",
    {
        "by": "stage",
        "metric": ["comments", "mentions", "share", "net_sentiment", "negative"],
        "measure": "nps",
        "most": 12,
    },
)
DRIVERS: Ask = ("/v1/drivers", {"metric": "nps", "resamples": 0})
COURSE: Ask = ("/v1/scores", {"interval": "month"})
OVERVIEW: Sequence[Sequence[Ask]] = ((THEMES, SCORES, VOLUME, PLACES), (DRIVERS,), (COURSE,))
CLICKS: Mapping[str, tuple[Sequence[Sequence[Ask]], Sequence[Query]]] = {
    "overview, another segment": (OVERVIEW, [{"segment": f"region=region {n}"} for n in (1, 2, 3)]),
    "overview, another period, with change": (
        OVERVIEW,
        [{"since": f"2025-0{n}-01", "until": f"2025-0{n + 2}-28"} for n in (1, 4, 7)],
    ),
    "overview, another language and sentiment": (
        OVERVIEW,
        [{"language": "vi", "sentiment": one} for one in ("negative", "neutral", "positive")],
    ),
    "course of a theme by day": (
        (((("/v1/summaries/trend", {"interval": "day", "metric": "share"})),),),
        [{"theme": one} for one in ("delivery", "price", "staff")],
    ),
    "course of NPS by week": (
        ((("/v1/scores", {"interval": "week", "metric": "nps"}),),),
        [{"touchpoint": one} for one in ("app", "web", "store")],
    ),
    "comments behind a bar": (
        ((("/v1/comments", {"limit": 50, "mentioning_as": "negative"}),),),
        [{"mentioning": one} for one in ("delivery", "price", "staff")],
    ),
    "words found in comments": (
        ((("/v1/comments", {"limit": 50}),),),
        [{"text": one} for one in ("refund took", "đóng gói", "app froze")],
    ),
}


def fill(home: Path, rows: int) -> None:
    """Make comments up in the workspace of a service without keys, unless there are some."""
    from benchmarks.storage import CHUNK, make
    from nlp_cx.storage import open_store

    store, random = open_store(f"sqlite:///{home}/nlp_cx.sqlite"), Random(7)  # noqa: S311  # makes data up
    if not store.count("default"):
        store.create_batch("default", batch_id="big")
        store.update_batch("default", "big", state="running")
        for chunk, start in enumerate(range(0, rows, CHUNK)):
            store.save("default", "big", chunk, [make(n, random) for n in range(start, min(rows, start + CHUNK))])
        store.update_batch("default", "big", state="completed")
    store.close()


def click(client: httpx.Client, pool: ThreadPoolExecutor, steps: Sequence[Sequence[Ask]], where: Query) -> float:
    """Ask step after step, what belongs to one step at once; gives the seconds until all is answered."""

    def ask(one: Ask) -> None:
        path, query = one
        client.get(path, params={**query, **where}).raise_for_status()

    started = time.perf_counter()
    for step in steps:
        list(pool.map(ask, step))
    return time.perf_counter() - started


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from benchmarks.latency import running

    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        fill(home, options.rows)
        with (
            running(home, None) as url,
            httpx.Client(base_url=url, timeout=60) as client,
            ThreadPoolExecutor(6) as pool,
        ):
            rows = client.get("/v1/dimensions").json()["comments"]
            table = Table(title=f"{rows:,} comments, milliseconds")
            for heading in ("click", "median", "worst"):
                table.add_column(heading, justify="left" if heading == "click" else "right")
            started = time.perf_counter()
            client.get("/")
            table.add_row("the page itself", f"{1000 * (time.perf_counter() - started):.0f}", "")
            table.add_row("overview, the first of all", f"{1000 * click(client, pool, OVERVIEW, {}):.0f}", "")
            table.add_row("overview, asked again", f"{1000 * click(client, pool, OVERVIEW, {}):.0f}", "")
            for name, (steps, filters) in CLICKS.items():
                taken = [1000 * click(client, pool, steps, where) for where in filters]
                table.add_row(name, f"{statistics.median(taken):.0f}", f"{max(taken):.0f}")
            Console(width=100).print(table)


if __name__ == "__main__":
    main()
