"""How fast the store takes comments in and answers, on SQLite and PostgreSQL, at a million made-up comments.

Run: python benchmarks/storage.py [--rows 1000000] [--url sqlite:////tmp/bench.sqlite postgresql+psycopg://...]
Without --url: a SQLite file that is deleted afterwards, and a PostgreSQL server that is started for this run if its
programs are installed. "first" is a process's first question, which reads all facts; the others come after it, each the
median of five. "while written" is the same question right after another save, as while a batch runs.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from nlp_cx.records import Analysis, Comment, Language, Score, Sentiment, Span, ThemeMention
from nlp_cx.storage import open_store
from nlp_cx.storage.interface import Store
from nlp_cx.storage.records import Correction, Filter, ScoreBand
from nlp_cx.taxonomy import load_taxonomy

CHUNK = 2_000
_START = date(2024, 1, 1)
_WORDS = tuple(
    "giao hàng chậm nhân viên nhiệt tình giá hơi cao ứng dụng hay lỗi đóng gói cẩn thận phòng sạch the queue was long "  # noqa: SIM905
    "staff kept smiling refund took weeks room near lift parking full app froze twice".split()
)
Made = tuple[Comment, Analysis, None]


def make(number: int, random: Random, answers: int = 1) -> Made:
    """Make one comment up: two themes or so, an NPS, a date within two years, three segments."""
    row, question = divmod(number, answers)
    themes = load_taxonomy().ids
    tone = random.choice(("negative", "negative", "neutral", "positive", "positive", "positive"))
    text = " ".join(random.choices(_WORDS, k=random.randint(4, 40)))
    sure = random.uniform(0.5, 1)
    rest = (1 - sure) / 2
    probabilities = {"negative": rest, "neutral": rest, "positive": rest} | {tone: sure}
    comment = Comment(
        id=f"c{row}/Q{question}" if answers > 1 else f"c{row}",
        question=f"Q{question}" if answers > 1 else None,
        text=text,
        created_at=_START + timedelta(days=random.randrange(730)),
        respondent_id=f"r{number // 2}",
        touchpoint=random.choice(("web", "app", "store", "hotline")),
        stage=random.choice(("purchase", "delivery", "use", "support")),
        segments={
            "region": f"region {random.randrange(8)}",
            "plan": random.choice("ABC"),
            "shop": f"shop {random.randrange(300)}",
        },
        scores=(Score(metric="nps", value=row * 7919 % 65_537 % 11, min=0, max=10),),
    )
    analysis = Analysis(
        id=comment.id,
        language=Language(code=random.choice(("vi", "vi", "vi", "en")), confidence=0.98),
        sentiment=Sentiment(label=tone, scores=probabilities),
        mixed=False,
        themes=tuple(
            ThemeMention(theme=theme, sentiment=tone, confidence=sure, spans=(Span(start=0, end=4, text=text[:4]),))
            for theme in random.sample(themes, random.choice((1, 1, 2, 2, 3)))
        ),
        none=False,
        complaint=probabilities["negative"],
        suggestion=0.1,
        needs_review=sure < 0.55,
        truncated=False,
        text=text,
        redactions=(),
        model="made-up",
        taxonomy="1",
    )
    return comment, analysis, None


def fill(store: Store, rows: int, answers: int) -> tuple[float, float]:
    """Save so many comments as one batch; gives comments per second of saving alone, and the longest save."""
    random = Random(7)  # noqa: S311  # makes data up
    store.create_batch("bench", batch_id="big")
    store.update_batch("bench", "big", state="running")
    spent = longest = 0.0
    for chunk, start in enumerate(range(0, rows, CHUNK)):
        made = [make(number, random, answers) for number in range(start, min(rows, start + CHUNK))]
        started = time.perf_counter()
        store.save("bench", "big", chunk, made)
        took = time.perf_counter() - started
        spent, longest = spent + took, max(longest, took)
    store.update_batch("bench", "big", state="completed")
    return rows / spent, longest


def questions(store: Store) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Name what is asked."""
    year = Filter(since=date(2025, 1, 1), until=date(2025, 12, 31), languages=("vi",))
    narrow = Filter(segments={"region": ("region 1", "region 2")}, bands=(ScoreBand(metric="nps", high=6),))
    yield "themes", lambda: store.theme_counts("bench")
    yield "themes by month", lambda: store.theme_counts("bench", by=("month",))
    yield "themes by stage, a year in Vietnamese", lambda: store.theme_counts("bench", year, by=("stage",))
    yield (
        "themes by region, detractors of two regions",
        lambda: store.theme_counts("bench", narrow, by=("segment:region",)),
    )
    yield "themes by shop (300)", lambda: store.theme_counts("bench", by=("segment:shop",))
    yield "themes that go together", lambda: store.pair_counts("bench")
    yield "totals by day", lambda: store.totals("bench", by=("day",))
    yield "NPS by quarter", lambda: store.score_counts("bench", by=("quarter",))
    yield "NPS of mentioners of each theme", lambda: store.score_counts("bench", themes=True)
    yield "matrix for drivers", lambda: store.presence_matrix("bench", metric="nps")
    yield "dimensions", lambda: store.dimensions("bench")
    yield (
        "count, mention of price judged negative",
        lambda: store.count("bench", Filter(themes=("price",), theme_sentiments=("negative",))),
    )
    yield "drill-down, first 50", lambda: store.comments("bench", narrow)
    page = store.comments("bench", limit=1_000)
    yield "drill-down, a later page", lambda: store.comments("bench", after=page.next)
    yield "text search, 50 newest", lambda: store.comments("bench", Filter(text="refund took weeks"))
    yield "review queue, 20", lambda: store.review("bench")
    yield "batch results, 1,000", lambda: store.results("bench", "big", limit=1_000)


def seconds(ask: Callable[[], Any], times: int = 5) -> float:
    """Measure a question."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def run(url: str, rows: int, answers: int, console: Console) -> None:
    """Fill one store and ask it."""
    kind = sa.make_url(url).get_backend_name()
    store = open_store(url)
    speed, longest = fill(store, rows, answers)
    console.print(
        f"{kind}: {speed:,.0f} comments/s kept in chunks of {CHUNK:,}; the longest took {longest * 1000:,.0f} ms"
    )
    store.close()
    store = open_store(url)
    table = Table(f"{kind}, {rows:,} comments", "ms")
    table.add_row("first: themes", f"{seconds(lambda: store.theme_counts('bench'), 1) * 1000:,.0f}")
    for name, ask in questions(store):
        table.add_row(name, f"{seconds(ask) * 1000:,.0f}")

    random = Random(1)  # noqa: S311  # makes data up

    def written() -> None:
        store.save("bench", None, None, [make(next(numbers), random)])

    numbers = iter(range(rows, rows + 1_000))

    def while_written() -> float:
        written()
        started = time.perf_counter()
        store.theme_counts("bench", by=("month",))
        return time.perf_counter() - started

    table.add_row(
        "while written: themes by month", f"{statistics.median(while_written() for _ in range(5)) * 1000:,.0f}"
    )
    table.add_row("save of one comment", f"{seconds(written) * 1000:,.0f}")
    correction, one = Correction(sentiment="neutral"), "c5/Q0" if answers > 1 else "c5"
    table.add_row("correction", f"{seconds(lambda: store.correct('bench', one, correction, author='me')) * 1000:,.0f}")
    console.print(table)
    started = time.perf_counter()
    store.delete_batch("bench", "big")
    console.print(f"{kind}: all {rows:,} deleted in {time.perf_counter() - started:,.1f} s")
    store.close()


def main() -> None:
    """Print a table for each database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--answers", type=int, default=1, help="comments of one questionnaire, with one set of scores")
    parser.add_argument("--url", nargs="+", default=[])
    options = parser.parse_args()
    console = Console(width=100)
    with ExitStack() as stack:
        urls = options.url
        if not urls:
            sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
            from tests.postgres import find_programs, new_database, started

            folder = stack.enter_context(tempfile.TemporaryDirectory())
            urls = [f"sqlite:///{folder}/bench.sqlite"]
            programs = find_programs()
            if programs is None:
                console.print("no PostgreSQL server is installed: only SQLite is measured")
            else:
                urls.append(stack.enter_context(new_database(stack.enter_context(started(programs)))))
        for url in urls:
            run(url, options.rows, options.answers, console)


if __name__ == "__main__":
    main()
