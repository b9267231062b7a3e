"""How long a few comments take to be analysed over the API while others ask too, and while a large batch runs.

Run: python benchmarks/latency.py [--seconds 20] [--comments 10] [--clients 1] [--rows 200000] [--model FOLDER]
A service is started on this machine with a store of its own. Each client sends a request of `--comments` comments,
reads the answer, waits a tenth of a second and sends the next. First nothing else happens, then a client asks for
1,000 comments at a time without a pause, then a batch of `--rows` comments runs.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import httpx
from rich.console import Console
from rich.table import Table

SENTENCES = (
    "Giao hàng chậm hai ngày mà không ai báo trước", "Nhân viên tư vấn nhiệt tình, giải thích rõ ràng",
    "Giá hơi cao so với chất lượng", "Ứng dụng hay bị văng khi thanh toán", "Cửa hàng sạch sẽ, dễ tìm",
    "Delivery took a week and nobody answered the phone", "The staff were patient and kind",
    "Too expensive for what you get", "The app is fast and easy to use", "Không có ý kiến",
)  # fmt: skip
PAUSE = 0.1


def text(random: Random) -> str:
    """Make up a comment of one to four sentences."""
    return ". ".join(random.choices(SENTENCES, k=random.choice((1, 1, 1, 2, 2, 4))))


@contextmanager
def running(home: Path, model: str | None) -> Iterator[str]:
    """Run a service and give its address."""
    command = [sys.executable, "-m", "nlp_cx", "serve", "--port", "0", "--lang", "en", "--log", "json"]
    process = subprocess.Popen(  # noqa: S603  # our own command
        [*command, *(["--model", model] if model else [])],
        env={**os.environ, "NLP_CX_HOME": str(home), "NLP_CX_RATE_LIMIT": "0"},  # noqa: TID251  # handed on
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None  # noqa: S101  # it is a pipe
    url = next((line.split()[2] for line in process.stderr if line.startswith("Answering at ")), None)
    drain = threading.Thread(target=process.stderr.read)
    drain.start()
    try:
        if url is None:
            raise SystemExit("the service did not start")
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        drain.join()


def ask(url: str, *, seconds: float, comments: int, clients: int) -> tuple[list[float], int]:
    """Send small requests for a while; give the seconds that each answer took, and how many were refused."""
    took: list[float] = []
    refused: list[int] = []

    def client(seed: int) -> None:
        random = Random(seed)  # noqa: S311
        with httpx.Client(base_url=url, timeout=60) as http:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                body = {"comments": [{"text": text(random)} for _ in range(comments)]}
                started = time.perf_counter()
                answer = http.post("/v1/analyze", json=body)
                if answer.status_code == 200:
                    took.append(time.perf_counter() - started)
                else:
                    refused.append(answer.status_code)
                time.sleep(PAUSE)

    threads = [threading.Thread(target=client, args=(seed,)) for seed in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(took), len(refused)


@contextmanager
def large_requests(url: str) -> Iterator[Callable[[], int]]:
    """Ask for 1,000 comments again and again, and tell how many were analysed."""
    stop, done = threading.Event(), [0]

    def client() -> None:
        random = Random(99)  # noqa: S311
        with httpx.Client(base_url=url, timeout=120) as http:
            while not stop.is_set():
                body = {"comments": [{"text": text(random)} for _ in range(1000)]}
                done[0] += 1000 if http.post("/v1/analyze", json=body).status_code == 200 else 0

    thread = threading.Thread(target=client)
    thread.start()
    yield lambda: done[0]
    stop.set()
    thread.join()


@contextmanager
def batch(url: str, file: Path) -> Iterator[Callable[[], int]]:
    """Let a batch run, and tell how many of its comments are done."""
    with httpx.Client(base_url=url, timeout=120) as http:
        with file.open("rb") as body:
            made = http.post("/v1/batches", content=body, headers={"Content-Type": "text/csv"}).raise_for_status()
        address = made.headers["location"]

        def done() -> int:
            return int(http.get(address).json()["done"])

        while not done() and http.get(address).json()["state"] in ("queued", "running"):
            time.sleep(0.2)
        yield done
        http.post(f"{address}/cancel")


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--comments", type=int, default=10)
    parser.add_argument("--clients", type=int, default=1)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--model")
    options = parser.parse_args()
    random = Random(7)  # noqa: S311
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    table = Table(title=f"{options.comments} comments over the API, {options.clients} clients, {cores} cores")
    for column in ("meanwhile", "answers", "refused", "p50 ms", "p99 ms", "slowest ms", "others' comments/s"):
        table.add_column(column, justify="left" if column == "meanwhile" else "right")
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "home", options.model) as url:
        file = Path(folder) / "batch.csv"
        lines = ("".join((f"r{row},", '"', text(random), '"\n')) for row in range(options.rows))
        file.write_text("id,comment\n" + "".join(lines), encoding="utf-8")
        ask(url, seconds=2, comments=options.comments, clients=1)

        def measure(name: str, others: Callable[[], int]) -> None:
            before, started = others(), time.monotonic()
            took, refused = ask(url, seconds=options.seconds, comments=options.comments, clients=options.clients)
            rate = (others() - before) / (time.monotonic() - started)
            shown = [f"{1000 * took[min(len(took) - 1, int(len(took) * share))]:.0f}" for share in (0.5, 0.99, 1)]
            table.add_row(name, str(len(took)), str(refused), *shown, f"{rate:,.0f}" if rate else "")

        measure("nothing", lambda: 0)
        with large_requests(url) as others:
            measure("1,000 comments a request", others)
        with batch(url, file) as others:
            measure(f"a batch of {options.rows:,}", others)
    Console().print(table)


if __name__ == "__main__":
    main()
