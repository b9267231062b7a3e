"""Kill -9 service and workers again and again while a batch runs, and count what became of every comment.

Run: python benchmarks/kill.py [--rows 100000] [--kills 20] [--seed 7] [--only sqlite|postgres] [--model FOLDER]
The comments are made up of a few sentences; each has an id of its own. On SQLite one service and one worker share a
file, on PostgreSQL (started for this run, if its programs are installed) one service and two workers a database. Every
one to `--pause` seconds one of them, drawn by chance, gets SIGKILL and is started anew. At the end the batch must be
completed, every id there once and in its place, and every summary equal to a recount; where not, the logs of the
processes, the rejected rows and the database's file are kept in a folder that is named.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from nlp_cx.client import Client
from nlp_cx.storage import open_store

SENTENCES = (
    "Giao hàng chậm hai ngày mà không ai báo trước", "Nhân viên tư vấn nhiệt tình, giải thích rõ ràng",
    "Giá hơi cao so với chất lượng", "Ứng dụng hay bị văng khi thanh toán", "Cửa hàng sạch sẽ, dễ tìm",
    "Delivery took a week and nobody answered the phone", "The staff were patient and kind",
    "Too expensive for what you get", "The app is fast and easy to use", "Không có ý kiến",
)  # fmt: skip
WAIT = 3600.0
"""Seconds that a batch may take beside the kills."""


@dataclass(kw_only=True)
class Crew:
    """The processes that run, and how each is started anew."""

    environment: Mapping[str, str]
    port: int
    workers: int
    log: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)

    def __enter__(self) -> Crew:
        for name in ["service", *(f"worker {number}" for number in range(1, self.workers + 1))]:
            self.start(name)
        self.wait()
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, name: str) -> None:
        """Start one process."""
        command = ["serve", "--port", str(self.port)] if name == "service" else ["work"]
        with self.log.open("ab") as log:
            self.processes[name] = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "nlp_cx", *command, "--log", "json"],
                env={**os.environ, **self.environment},  # noqa: TID251  # the processes get it whole
                stderr=log,
                stdout=log,
            )

    def kill(self, name: str) -> None:
        """Kill one process and start it anew."""
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()
        self.killed[name] += 1
        self.start(name)

    def wait(self) -> None:
        """Wait until the service answers."""
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.2)
        raise TimeoutError(f"the service does not answer; see {self.log}")


def main() -> int:
    """Run on each kind of database; the exit code is 1 if a comment is missing or there twice."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--pause", type=float, default=6.0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", choices=("sqlite", "postgres"))
    parser.add_argument("--model")
    asked = parser.parse_args()
    results = []
    for kind in ("sqlite", "postgres"):
        if asked.only in (None, kind):
            with ExitStack() as stack:
                url = _database(kind, stack)
                if url is not None:
                    results.append({"database": kind, **_run(asked, url, 1 if kind == "sqlite" else 2)})
    table = Table(title=f"{asked.rows:,} comments, kill -9 at random moments (seed {asked.seed})")
    for name in results[0]:
        table.add_column(name, justify="right")
    for result in results:
        table.add_row(*(str(value) for value in result.values()))
    Console(width=160).print(table)
    return int(any(result["verdict"] != "right" for result in results))


def _database(kind: str, stack: ExitStack) -> str | None:
    """Give the URL of a database; "" for the SQLite file in the data folder, None where there is no server."""
    if kind == "sqlite":
        return ""
    from tests.postgres import find_programs, new_database, started

    programs = find_programs()
    if programs is None:
        return None
    return stack.enter_context(new_database(stack.enter_context(started(programs))))


def _run(asked: argparse.Namespace, url: str, workers: int) -> dict[str, Any]:
    """Submit, kill, wait, count."""
    random = Random(asked.seed)  # noqa: S311  # no secret
    home = Path(tempfile.mkdtemp(prefix="nlp-cx-kill-"))
    verdict: dict[str, Any] = {}
    try:
        survey = home / "survey.jsonl"
        with survey.open("w", encoding="utf-8") as file:
            for number in range(asked.rows):
                text = ". ".join(random.choices(SENTENCES, k=random.choice((1, 1, 2))))
                file.write(json.dumps({"id": f"c{number}", "text": text}, ensure_ascii=False) + "\n")
        environment = {"NLP_CX_HOME": str(home / "data"), "DATABASE_URL": url}
        if asked.model:
            environment["NLP_CX_MODEL"] = asked.model
        port = _free_port()
        with Crew(environment=environment, port=port, workers=workers, log=home / "log") as crew:
            began = time.monotonic()
            with Client(f"http://127.0.0.1:{port}") as client:
                batch = client.submit(survey)["id"]
            states = _kill(asked, crew, f"http://127.0.0.1:{port}/v1/batches/{batch}", random)
            seconds = time.monotonic() - began
            store_url = url or f"sqlite:///{home / 'data' / 'nlp_cx.sqlite'}"
            verdict = _count(store_url, batch, asked.rows, states[-1], home / "data")
        return {
            "kills": sum(crew.killed.values()),
            "of services": crew.killed["service"],
            "of workers": sum(count for name, count in crew.killed.items() if name != "service"),
            "seconds": round(seconds),
            "states": " > ".join(states),
            **verdict,
        }
    finally:
        if verdict.get("verdict") == "right":
            shutil.rmtree(home)
        else:
            print(f"logs and data are kept in {home}")  # noqa: T201


def _kill(asked: argparse.Namespace, crew: Crew, url: str, random: Random) -> list[str]:
    """Kill until there were enough kills or the batch is over; give the states that were seen, each once."""
    states = ["queued"]
    end = time.monotonic() + WAIT + asked.kills * asked.pause
    while time.monotonic() < end:
        if sum(crew.killed.values()) < asked.kills:
            time.sleep(random.uniform(1, asked.pause))
            crew.kill(random.choice(list(crew.processes)))
        else:
            time.sleep(1)
        try:
            now = httpx.get(url, timeout=5).raise_for_status().json()
        except httpx.HTTPError:
            continue  # the service was just killed
        print(sum(crew.killed.values()), now["state"], now["done"], flush=True)  # noqa: T201
        if now["state"] != states[-1]:
            states.append(now["state"])
        if now["state"] in ("completed", "failed", "cancelled"):
            break
    return states


def _count(url: str, batch: str, rows: int, state: str, home: Path) -> dict[str, Any]:
    """Count every comment of a batch, and hold summaries against a recount."""
    store = open_store(url)
    try:
        stored = list(_results(store, batch))
        ids = [one.id for one in stored]
        found = store.batch("default", batch)
        mentions: Counter[tuple[str, str]] = Counter(
            (mention.theme, mention.sentiment) for one in stored for mention in one.analysis.themes
        )
        summed = {
            (row.theme, polarity): getattr(row, polarity)
            for row in store.theme_counts("default")
            for polarity in ("negative", "neutral", "positive")
            if getattr(row, polarity)
        }
        (totals,) = store.totals("default")
        checks = {
            "state": state == "completed" and found is not None and found.state == "completed",
            "every id once, in order": ids == [f"c{number}" for number in range(rows)],
            "count": found is not None and (found.done, found.rejected, found.total) == (rows, 0, rows),
            "chunks": found is not None and found.chunks_saved == found.chunks,
            "themes": summed == dict(mentions),
            "totals": totals.comments == rows,
            "no file left": not _left(home),
        }
        wrong = [name for name, right in checks.items() if not right]
        if wrong:
            rejected = store.rejected("default", batch, limit=10_000).items
            told = "".join(json.dumps(one.to_dict(), ensure_ascii=False) + "\n" for one in rejected)
            (home / "rejected.jsonl").write_text(told, encoding="utf-8")
        return {
            "comments": len(ids),
            "twice": len(ids) - len(set(ids)),
            "missing": rows - len(set(ids)),
            "rejected": found and found.rejected,
            "verdict": "wrong: " + ", ".join(wrong) if wrong else "right",
        }
    finally:
        store.close()


def _results(store: Any, batch: str) -> Iterator[Any]:
    """Give all comments of a batch."""
    after = None
    while True:
        page = store.results("default", batch, after=after, limit=5000)
        yield from page.items
        if page.next is None:
            return
        after = page.next


def _left(home: Path) -> list[Path]:
    """Name what is still there of the batch, half a minute after its end at most."""
    end = time.monotonic() + 30
    while True:
        left = [*(home / "spool").glob("b_*"), *(home / "uploads").glob("b_*")]
        left = [path for path in left if not path.name.endswith(".part")]  # drafts are swept after a day
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.5)


def _free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
