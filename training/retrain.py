"""Retrain the live model on comments that people labelled: a compared candidate in minutes, on a CPU.

Reads CSV, XLSX, JSON lines, Label Studio and doccano (nlp_cx.labelled says how rows are written), checks every label,
holds a part out, goes on from the live weights with old rows mixed in, writes a model folder beside the live one, and a
report that compares both on the rows held out and on the frozen regression set. Nothing becomes live by it.
A run that was stopped goes on when the same command is given again.

Run: python -m training.retrain labelled.csv [--model VERSION] [--data DIR] [--out models] [--version NAME]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import time
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from nlp_cx import Analyzer
from nlp_cx.artifacts import ModelFolder, open_model
from nlp_cx.classify import OpenVinoClassifier
from nlp_cx.errors import FileError, NlpCxError
from nlp_cx.evaluate import Labelled
from nlp_cx.gates import read_regression
from nlp_cx.labelled import Reading, check_labelled
from nlp_cx.labelled.reader import label_error
from nlp_cx.labelled.words import find_theme
from nlp_cx.normalise import NORMALISER
from nlp_cx.pipeline import make_encoder
from nlp_cx.registry import Registry
from training.calibrate import run
from training.candidate import free_version, write_candidate, write_card
from training.checks import examine, notes_of, total_counts
from training.data import THEMES
from training.feedback import SOURCE, divide, prepare
from training.measured import Measured, measure, to_labelled
from training.replay import gather
from training.report import Story, conclude, write_rejected, write_report
from training.warm_start import learn, plan

CONFIG = Path(__file__).with_name("configs") / "retrain.toml"
RUNS = Path.home() / ".cache" / "nlp_cx" / "runs"
FEWEST_ROWS = 40
"""Labelled rows below which nothing can be learnt and measured."""


def load_feedback(options: argparse.Namespace, report: Path) -> tuple[Reading, list[Labelled]]:
    """Read and check the labelled file; with --skip-bad the rows that cannot be used are written down and left out."""
    reading = check_labelled(options.labelled, blank_themes=options.blank_themes)
    if reading.rejected:
        error = label_error(reading)
        if not options.skip_bad:
            raise FileError(f"{error}\nCorrect them, or leave these {reading.bad_rows} rows out with --skip-bad.")
        write_rejected(reading, report / "rejected.csv")
    rows = [row for row in reading.rows if row.is_labelled]
    if len(rows) < FEWEST_ROWS:
        raise FileError(
            f"{options.labelled.name} holds {len(rows)} labelled rows: {FEWEST_ROWS} are the least, hundreds do well"
        )
    return reading, rows


def run_folder_of(options: argparse.Namespace, live: ModelFolder, config: dict[str, Any], version: str) -> Path:
    """Choose where the run keeps its checkpoint: the same command on the same file finds it again."""
    told = {"config": config, "live": live.manifest["files"], "data": str(options.data), "themes": options.themes,
            "blank": options.blank_themes, "seed": options.seed}  # fmt: skip
    digest = hashlib.sha256(options.labelled.read_bytes() + json.dumps(told, sort_keys=True).encode()).hexdigest()
    return RUNS / f"retrain-{version}-{digest[:8]}"


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m training.retrain", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("labelled", type=Path, help="CSV, XLSX, JSON lines, Label Studio or doccano export")
    parser.add_argument("--model", help="version or folder to start from; the live model if left out")
    parser.add_argument("--data", type=Path, help="folder of the labelled sources, to mix more old rows in")
    parser.add_argument("--out", type=Path, help="folder of models to write to; the shelf if left out")
    parser.add_argument("--version", help="name of the candidate; the day's next free one if left out")
    parser.add_argument("--minutes", type=float, default=15.0, help="learn no longer than so (default 15)")
    parser.add_argument("--report", type=Path, help="folder of the report; out/retrain-VERSION if left out")
    parser.add_argument(
        "--themes", help="themes the annotators looked for, separated by commas, or all; those that occur if left out"
    )
    parser.add_argument("--blank-themes", choices=("none", "unknown"), default="none",
                        help="what an empty themes cell means: no theme, or not labelled")  # fmt: skip
    parser.add_argument("--skip-bad", action="store_true", help="leave rows out whose labels cannot be used")
    parser.add_argument("--check", action="store_true", help="check the labels, learn nothing")
    parser.add_argument("--seed", type=int, default=0, help="of the split and the order of rows")
    return parser.parse_args(arguments)


def themes_looked_for(listed: str | None, rows: Sequence[Labelled]) -> tuple[str, ...]:
    """Tell which themes the annotators looked for: those of --themes, else those that occur.

    A theme that no row names may well be one that nobody looked for; to learn that it is absent everywhere would cost
    the model what it knows of it.

    Raises:
        FileError: If one is unknown.
    """
    if listed is None:
        return tuple(theme for theme in THEMES if any(theme in (row.themes or ()) for row in rows))
    if listed.strip().casefold() == "all":
        return THEMES
    found = {name.strip(): find_theme(name) for name in listed.split(",") if name.strip()}
    unknown = [name for name, theme in found.items() if theme is None]
    if unknown or not found:
        raise FileError(f"--themes: unknown {', '.join(unknown) or 'list'}; themes are {', '.join(THEMES)}")
    return tuple(theme for theme in found.values() if theme)


def retrain(options: argparse.Namespace, console: Console) -> Path:
    """Go the whole road; gives the folder of the report."""
    started = time.monotonic()
    config = tomllib.loads(CONFIG.read_text(encoding="utf-8")) | {"seed": options.seed}
    live = open_model(options.model, normaliser=NORMALISER)
    out = options.out or Registry.open().shelf
    version = free_version(out, options.version)
    report = options.report or Path("out") / f"retrain-{version}"

    console.print(f"[1/5] read {options.labelled}")
    reading, rows = load_feedback(options, report)
    looked_for = themes_looked_for(options.themes, rows)
    feedback = prepare(rows, looked_for=looked_for)
    regression = read_regression()
    parts = divide(feedback, regression, share=config["held_out"], seed=options.seed)
    if len(parts.learnt) < FEWEST_ROWS // 2:
        raise FileError(
            f"{options.labelled.name} leaves {len(parts.learnt)} rows to learn from: the rest is held out or stands in "
            "the regression set"
        )
    console.print(
        f"[2/5] check {len(rows)} labelled rows ({reading.form}); {len(parts.learnt)} to learn from, "
        f"{len(parts.held)} held out"
    )
    analyzer = Analyzer.load(live.path)
    outputs = run(feedback.examples, make_encoder(live), OpenVinoClassifier(live))
    foreign = sum(
        one.language.code == "other" for one in analyzer([replace(row.comment, language=None) for row in rows])
    )
    checks = examine(
        feedback, outputs, unlabelled=len(reading.rows) - len(rows), other_language=foreign, frozen=parts.frozen
    )
    held = [feedback.examples[at] for at in parts.held]
    notes = notes_of(reading, feedback, checks, held, looked_for=looked_for)
    for note in notes:
        console.print(f"      {note}")

    measured: list[Measured] = []
    minutes = seen = 0.0
    if not options.check:
        shares = config["replay" if options.data is None else "replay_with_data"]
        replay = gather(shares, data=options.data, keep_out=parts.held_marks, seed=options.seed)
        config = plan(config, len(parts.learnt), replay)
        mixed = sum(entry["rows"] for entry in config["sources"].values()) - len(parts.learnt)
        console.print(
            f"[3/5] learn from {live.version}: {config['passes']} passes over {len(parts.learnt)} rows "
            f"and {mixed} old ones"
        )
        run_folder = run_folder_of(options, live, config, version)
        weights, learner = learn(live, parts.learnt, replay, config, run_folder, options.minutes)
        minutes, seen = learner.minutes, learner.seen
        console.print(f"[4/5] write {out / version}")
        history = {
            "from": live.version, "rows_seen": learner.seen, "minutes": round(learner.minutes, 1),
            "seed": options.seed, "feedback_rows": len(parts.learnt), "held_out_rows": len(parts.held),
            "feedback_sha256": hashlib.sha256(options.labelled.read_bytes()).hexdigest(), "passes": config["passes"],
            "replay": {name: entry["rows"] for name, entry in config["sources"].items() if name != SOURCE},
            "step_back": config["step_back"],
        }  # fmt: skip
        draft = out / f".{version}.new"
        write_candidate(live, weights, held, draft, run_folder, version, history)
        console.print("[5/5] compare both models")
        candidate = Analyzer.load(draft)
        sets: list[tuple[str, Sequence[Labelled], Collection[str]]] = [
            ("rows held out", [rows[at] for at in parts.held], looked_for), ("regression set", regression, THEMES),
        ]  # fmt: skip
        if replay.dev:
            sets.append(("annotated comments (dev)", [to_labelled(one) for one in replay.dev], THEMES))
        measured = [measure(name, found, analyzer, candidate, looked_for=themes) for name, found, themes in sets]
        write_card(draft, live, measured, history, options.labelled.name, version)
        draft.rename(out / version)
        shutil.rmtree(run_folder, ignore_errors=True)

    shown = version if out == Registry.open().shelf else str(out / version)
    spent = (time.monotonic() - started) / 60
    told = (
        f"{len(rows)} labelled rows of {options.labelled.name}: {len(parts.learnt)} learnt from, {len(parts.held)} "
        f"held out. {seen:,.0f} rows seen in {minutes:.1f} minutes, {spent:.1f} minutes in all."
    )
    story = Story(
        version=version if measured else "check",
        live=live.version,
        told=told,
        measured=measured,
        checks=checks,
        held=total_counts(held),
        notes=notes,
        next=f"nlp-cx models promote {shown}" if measured else f"python -m training.retrain {options.labelled}",
    )
    write_report(story, report)
    say_result(story, report)
    return report


def say_result(story: Story, report: Path) -> None:
    """Print what came out and what to do next."""
    console = Console(highlight=False, markup=False, emoji=False)
    for one in story.measured:
        console.print(f"\n{one.name} ({len(one.rows)} rows): live -> candidate")
        for change in one.comparison.changes:
            if change.kind != "theme":
                console.print(
                    f"  {change.name:5} {change.figure:24} {100 * change.live:5.1f} -> {100 * change.candidate:5.1f}  "
                    f"{100 * change.difference:+.1f} ({100 * change.low:+.1f} to {100 * change.high:+.1f})"
                    f"{'  WORSE' if change.regressed else ''}"
                )
    if story.measured:
        console.print(f"\n{conclude(story.measured)[1]}")
    console.print(f"\nReport · báo cáo: {report / 'report.html'}\nNext · tiếp theo: {story.next}", soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Retrain; gives the exit code: 0 done, 3 the labelled file, 4 the model, 5 the output."""
    from nlp_cx.cli import exit_code

    options = parse(arguments)
    console = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
    try:
        retrain(options, console)
    except NlpCxError as error:
        console.print(f"Error: {error}")
        return exit_code(error)
    except KeyboardInterrupt:
        console.print("stopped; the same command goes on where it stopped")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
