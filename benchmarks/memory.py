"""How much memory `nlp-cx analyze` takes as the file grows: each size in a process of its own, CSV in, JSON lines out.

Run: python benchmarks/memory.py [--rows 5000 20000 100000]
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table
from speed import texts


def analyze(rows: int) -> tuple[float, float]:
    """Analyse a survey of so many rows; gives the seconds and the peak memory in MB of that process."""
    with tempfile.TemporaryDirectory() as folder:
        survey = Path(folder) / "survey.csv"
        with survey.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "NPS", "comment"])
            writer.writerows((number, number % 11, text) for number, text in enumerate(texts(rows)))
        command = [sys.executable, "-m", "nlp_cx", "analyze", str(survey), "--out", f"{folder}/out.jsonl", "--quiet"]
        started = time.perf_counter()
        process = os.posix_spawn(sys.executable, command, dict(os.environ))  # noqa: TID251  # hands it on, reads nothing
        _, status, usage = os.wait4(process, 0)
        seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"nlp-cx ended with {os.waitstatus_to_exitcode(status)}")
    return seconds, usage.ru_maxrss / 1024


def main() -> None:
    """Print a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[5_000, 20_000, 100_000])
    table = Table("rows", "seconds", "comments/s, start included", "peak MB")
    for rows in parser.parse_args().rows:
        seconds, memory = analyze(rows)
        table.add_row(f"{rows:,}", f"{seconds:.1f}", f"{rows / seconds:,.0f}", f"{memory:,.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
