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
import shlex
import shutil
import sys
import time
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from nlp_cx import Analyzer
from nlp_cx.artifacts import ModelFolder, open_model
from nlp_cx.classify import OpenVinoClassifier
from nlp_cx.errors import FileError, NlpCxError, OutputError
from nlp_cx.evaluate import Labelled
from nlp_cx.gates import read_regression
from nlp_cx.labelled import Reading, check_labelled
from nlp_cx.labelled.exports import Form
from nlp_cx.labelled.reader import label_error
from nlp_cx.labelled.words import find_theme
from nlp_cx.normalise import NORMALISER
from nlp_cx.pipeline import make_encoder
from nlp_cx.registry import Registry
from training.calibrate import run
from training.candidate import free_version, read_learnt, write_candidate, write_card
from training.checks import Checks, examine, notes_of, total_counts
from training.data import THEMES, Example
from training.feedback import SOURCE, Feedback, Parts, divide, prepare
from training.measured import Measured, measure, to_labelled
from training.replay import Replay, gather
from training.report import Story, conclude, write_rejected, write_report
from training.warm_start import learn, plan

CONFIG = Path(__file__).with_name("configs") / "retrain.toml"
RUNS = Path.home() / ".cache" / "nlp_cx" / "runs"
FORMS: Mapping[Form, str] = {
    "own": "our own form", "label_studio": "Label Studio", "label_studio_min": "Label Studio, JSON-MIN",
    "doccano": "doccano",
}  # fmt: skip
FEWEST_ROWS = 40
"""Labelled rows below which nothing can be learnt and measured."""
FEWEST_HELD = 5
"""Rows held out below which a comparison says nothing at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Labelled rows that were read, checked and cut in two."""

    reading: Reading
    rows: Sequence[Labelled]
    """Those of the file that carry labels."""
    feedback: Feedback
    looked_for: tuple[str, ...]
    """Themes that the annotators looked for."""
    regression: Sequence[Labelled]
    parts: Parts
    checks: Checks
    notes: Sequence[str]

    @property
    def held_rows(self) -> list[Labelled]:
        """Rows held out."""
        return [self.rows[at] for at in self.parts.held]

    @property
    def held_examples(self) -> list[Example]:
        """The same as examples."""
        return [self.feedback.examples[at] for at in self.parts.held]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Where a candidate is to be written, and how."""

    out: Path
    version: str
    config: Mapping[str, Any]
    """configs/retrain.toml, with the seed."""

    @property
    def folder(self) -> Path:
        """Its model folder, once it is whole."""
        return self.out / self.version

    @property
    def draft(self) -> Path:
        """Where it grows until then."""
        return self.out / f".{self.version}.new"


def load_feedback(options: argparse.Namespace) -> tuple[Reading, list[Labelled]]:
    """Read the labelled file and keep what carries labels; rows that cannot be used are left out with --skip-bad."""
    reading = check_labelled(options.labelled, blank_themes=options.blank_themes)
    if reading.rejected and not options.skip_bad:
        raise FileError(
            f"{label_error(reading)}\nCorrect them, or leave these {reading.bad_rows} rows out with --skip-bad."
        )
    rows = [row for row in reading.rows if row.is_labelled]
    if not rows:
        raise FileError(
            f"{options.labelled.name} holds no labels: fill in sentiment or themes (columns: training/README.md)"
        )
    if len(rows) < FEWEST_ROWS:
        raise FileError(
            f"{options.labelled.name} holds {len(rows)} labelled rows: {FEWEST_ROWS} are the least, hundreds do well"
        )
    return reading, rows


def run_folder_of(options: argparse.Namespace, live: ModelFolder, config: Mapping[str, Any]) -> Path:
    """Choose where the run keeps its checkpoint: the same command on the same file finds it again, tomorrow too."""
    told = {"config": config, "live": live.manifest["files"], "data": str(options.data), "themes": options.themes,
            "blank": options.blank_themes, "seed": options.seed}  # fmt: skip
    digest = hashlib.sha256(options.labelled.read_bytes() + json.dumps(told, sort_keys=True).encode()).hexdigest()
    return RUNS / f"retrain-{options.version or options.labelled.stem}-{digest[:8]}"


def minutes(told: str) -> float:
    """Read a time from the command line; none at all would learn nothing."""
    value = float(told)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{told} is no time to learn in: give minutes above 0")
    return value


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
    parser.add_argument("--minutes", type=minutes, default=15.0, help="learn no longer than so (default 15)")
    parser.add_argument(
        "--report", type=Path, help="folder of the report; out/retrain-VERSION if left out, out/check-FILE with --check"
    )
    parser.add_argument(
        "--themes", help="themes the annotators looked for beside those that occur, separated by commas, or all"
    )
    parser.add_argument("--blank-themes", choices=("none", "unknown"), default="none",
                        help="what an empty themes cell means: no theme, or not labelled")  # fmt: skip
    parser.add_argument("--skip-bad", action="store_true", help="leave rows out whose labels cannot be used")
    parser.add_argument("--check", action="store_true", help="check the labels, learn nothing")
    parser.add_argument("--seed", type=int, default=0, help="of the split and the order of rows")
    words = list(sys.argv[1:] if arguments is None else arguments)
    return parser.parse_args(words, argparse.Namespace(words=words))


def themes_looked_for(listed: str | None, rows: Sequence[Labelled]) -> tuple[str, ...]:
    """Tell which themes the annotators looked for: those that occur, and those of --themes beside.

    A theme that no row names may well be one that nobody looked for; to learn that it is absent everywhere would cost
    the model what it knows of it.

    Raises:
        FileError: If one is unknown.
    """
    occurring = {theme for row in rows for theme in row.themes or ()}
    if listed is None:
        return tuple(theme for theme in THEMES if theme in occurring)
    if listed.strip().casefold() == "all":
        return THEMES
    found = {name.strip(): find_theme(name) for name in listed.split(",") if name.strip()}
    unknown = [name for name, theme in found.items() if theme is None]
    if unknown or not found:
        raise FileError(f"--themes: unknown {', '.join(unknown) or 'list'}; themes are {', '.join(THEMES)}")
    return tuple(theme for theme in THEMES if theme in found.values() or theme in occurring)


def check(options: argparse.Namespace, live: ModelFolder, config: Mapping[str, Any]) -> Checked:
    """Read the labels, hold a part out and look for what is wrong; says what it found."""
    say(f"[1/5] read {options.labelled}")
    reading, rows = load_feedback(options)
    looked_for = themes_looked_for(options.themes, rows)
    feedback = prepare(rows, looked_for=looked_for)
    regression = read_regression()
    parts = divide(feedback, regression, share=config["held_out"], seed=options.seed, known=read_learnt(live))
    if len(parts.held) < FEWEST_HELD:
        raise FileError(
            f"{options.labelled.name} has {len(parts.held)} rows that can be held out to measure on, {FEWEST_HELD} are "
            + (
                f"the least: {live.version} has learnt from {parts.known} of them; label new rows, or start from the "
                "model before it with --model"
                if parts.known
                else "the least: copies and answers of one respondent stay together; leave respondent_id empty where "
                "unknown"
            )
        )
    if len(parts.learnt) < FEWEST_ROWS // 2:
        raise FileError(
            f"{options.labelled.name} leaves {len(parts.learnt)} rows to learn from: the rest is held out or stands in "
            "the regression set"
        )
    say(
        f"[2/5] check {len(rows)} labelled rows ({FORMS[reading.form]}); {len(parts.learnt)} to learn from, "
        f"{len(parts.held)} held out"
    )
    outputs = run(feedback.examples, make_encoder(live), OpenVinoClassifier(live))
    checks = examine(feedback, outputs, unlabelled=len(reading.rows) - len(rows), frozen=parts.frozen)
    held = [feedback.examples[at] for at in parts.held]
    notes = notes_of(reading, feedback, checks, held, looked_for=looked_for)
    if parts.known:
        notes.append(
            f"{live.version} has learnt from {parts.known} of these rows before (or from others of the same "
            "respondents): none of them is held out"
        )
    for note in notes:
        say(f"      {note}")
    return Checked(
        reading=reading,
        rows=rows,
        feedback=feedback,
        looked_for=looked_for,
        regression=regression,
        parts=parts,
        checks=checks,
        notes=notes,
    )


def make(
    options: argparse.Namespace, live: ModelFolder, checked: Checked, candidate: Candidate
) -> tuple[list[Measured], dict[str, Any]]:
    """Learn from the checked rows, write the candidate and compare it; gives the figures and how it was made."""
    parts = checked.parts
    shares = candidate.config["replay" if options.data is None else "replay_with_data"]
    replay = gather(shares, data=options.data, keep_out=parts.held_marks, seed=options.seed)
    config = plan(candidate.config, len(parts.learnt), replay)
    old = {name: entry["rows"] for name, entry in config["sources"].items() if name != SOURCE}
    say(
        f"[3/5] learn from {live.version}: {config['passes']} passes over {len(parts.learnt)} rows and "
        f"{sum(old.values())} old ones"
    )
    run_folder = run_folder_of(options, live, config)
    weights, learner = learn(live, parts.learnt, replay, config, run_folder, options.minutes)
    say(f"[4/5] write {candidate.folder}")
    history = {
        "from": live.version, "rows_seen": learner.seen, "minutes": round(learner.minutes, 1),
        "seed": options.seed, "feedback_rows": len(parts.learnt), "held_out_rows": len(parts.held),
        "feedback_sha256": hashlib.sha256(options.labelled.read_bytes()).hexdigest(), "passes": config["passes"],
        "replay": old, "step_back": config["step_back"],
        "label_agreement": checked.checks.agreement,
    }  # fmt: skip
    write_candidate(
        live, weights, checked.held_examples, parts.learnt_marks, candidate.draft, run_folder, candidate.version,
        history,
    )  # fmt: skip
    say("[5/5] compare both models")
    measured = compare(live, candidate.draft, checked, replay)
    write_card(candidate.draft, live, measured, history, options.labelled.name, candidate.version)
    candidate.draft.rename(candidate.folder)
    shutil.rmtree(run_folder, ignore_errors=True)
    return measured, history


def compare(live: ModelFolder, draft: Path, checked: Checked, replay: Replay) -> list[Measured]:
    """Let both models read the rows held out, the regression set and, with --data, the annotated dev comments."""
    sets: list[tuple[str, Sequence[Labelled], Collection[str]]] = [
        ("rows held out", checked.held_rows, checked.looked_for), ("regression set", checked.regression, THEMES),
    ]  # fmt: skip
    if replay.dev:
        sets.append(("annotated comments (dev)", [to_labelled(one) for one in replay.dev], THEMES))
    models = Analyzer.load(live.path), Analyzer.load(draft)
    return [measure(name, rows, *models, looked_for=themes) for name, rows, themes in sets]


def retrain(options: argparse.Namespace) -> None:
    """Go the whole road, or with --check its first half, and report."""
    started = time.monotonic()
    config = tomllib.loads(CONFIG.read_text(encoding="utf-8")) | {"seed": options.seed}
    live = open_model(options.model, normaliser=NORMALISER)
    shelf = Registry.open().shelf
    out = options.out or shelf
    candidate = Candidate(out=out, version=free_version(out, options.version), config=config)
    name = f"check-{options.labelled.stem}" if options.check else f"retrain-{candidate.version}"
    report = options.report or Path("out") / name
    checked = check(options, live, config)
    for folder in [report] if options.check else [report, out]:
        make_folder(folder)
    write_rejected(checked.reading, report / "rejected.csv")
    learnt, held = len(checked.parts.learnt), len(checked.parts.held)
    told = f"{len(checked.rows)} labelled rows of {options.labelled.name}: "
    if options.check:
        measured: list[Measured] = []
        told += f"{learnt} to learn from, {held} to hold out."
        title, title_vi = f"Labels of {options.labelled.name}", f"Nhãn của {options.labelled.name}"
        after = next_command(options)
    else:
        measured, history = make(options, live, checked, candidate)
        told += (
            f"{learnt} learnt from, {held} held out. {history['rows_seen']:,} rows seen in {history['minutes']:.1f} "
            f"minutes, {(time.monotonic() - started) / 60:.1f} minutes in all."
        )
        title, title_vi = f"{candidate.version} against {live.version}", "Bản mới so với bản đang dùng"
        after = f"nlp-cx models promote {candidate.version if out == shelf else candidate.folder}"
    story = Story(
        title=title,
        title_vi=title_vi,
        told=told,
        measured=measured,
        checks=checked.checks,
        held=total_counts(checked.held_examples),
        notes=checked.notes,
        next=after,
    )
    write_report(story, report)
    say_result(story, report)


def make_folder(folder: Path) -> None:
    """Make a folder that is written to in the end, so that minutes of learning are not lost for want of it.

    Raises:
        OutputError: If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"the folder {folder} cannot be made ({error.strerror}): choose another") from error


def next_command(options: argparse.Namespace) -> str:
    """Give the command that learns, after one that only checked."""
    return shlex.join(["python", "-m", "training.retrain", *(word for word in options.words if word != "--check")])


def say(message: str) -> None:
    """Print a line on standard error."""
    Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True).print(message)


def say_result(story: Story, report: Path) -> None:
    """Print what came out and what to do next."""
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    for one in story.measured:
        console.print(f"\n{one.name} ({len(one.rows)} rows): live -> candidate")
        for change in one.comparison.changes:
            if change.kind != "theme":
                console.print(
                    f"  {change.name:5} {change.figure:24} {100 * change.live:5.1f} -> {100 * change.candidate:5.1f}  "
                    f"{100 * change.difference:+.1f} ({100 * change.low:+.1f} to {100 * change.high:+.1f})"
                    f"{'  WORSE' if change.regressed else ''}"
                )
    console.print(f"\n{conclude(story.measured)[1]}")
    console.print(f"\nReport · báo cáo: {report / 'report.html'}\nNext · tiếp theo: {story.next}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Retrain; gives the exit code: 0 done, 3 the labelled file, 4 the model, 5 the output."""
    from nlp_cx.cli import exit_code

    options = parse(arguments)
    try:
        retrain(options)
    except NlpCxError as error:
        say(f"Error: {error}")
        return exit_code(error)
    except KeyboardInterrupt:
        say("stopped; the same command goes on from the last checkpoint")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
