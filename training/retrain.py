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
import random
import shutil
import sys
import time
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from safetensors.torch import load_file, save_file
from torch import Tensor

from nlp_cx import Analyzer
from nlp_cx.artifacts import ModelFolder, open_model
from nlp_cx.classify import OpenVinoClassifier
from nlp_cx.decide import Calibration, softmax
from nlp_cx.errors import FileError, NlpCxError, OutputError
from nlp_cx.evaluate import Labelled
from nlp_cx.export.files import write_csv
from nlp_cx.export.table import Column, Table
from nlp_cx.gates import read_regression
from nlp_cx.labelled import Reading, check_labelled
from nlp_cx.labelled.reader import label_error
from nlp_cx.labelled.words import find_theme
from nlp_cx.network import unpack
from nlp_cx.normalise import NORMALISER
from nlp_cx.pipeline import make_encoder
from nlp_cx.registry import Registry
from training.calibrate import Outputs, run
from training.card import RETRAINED
from training.checks import Checks, count_labels, find_contradictions, find_copies, find_suspects
from training.data import ABSENT, THEMES, Example, fingerprint
from training.feedback import SOURCE, Feedback, prepare
from training.finetune import SAVE_EVERY, Learner, batches, draw_pass
from training.measured import Measured, measure, to_labelled
from training.publish import write_manifest, write_weights
from training.replay import Replay, gather
from training.report import Story, conclude, write_report
from training.split import hold_out, label_matrix

CONFIG = Path(__file__).with_name("configs") / "retrain.toml"
RUNS = Path.home() / ".cache" / "nlp_cx" / "runs"
FEWEST_ROWS = 40
"""Labelled rows below which nothing can be learnt and measured."""
THIN = 10
"""Held-out mentions below which a theme's figure says nothing."""
COUNTED_AS = 50
"""Rows that the live temperature counts as when a new one is fitted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Feedback, cut in two."""

    learnt: Sequence[Example]
    held: Sequence[int]
    """Positions of the rows held out."""
    held_marks: frozenset[str]
    """Fingerprints of all texts that must not be learnt from."""
    in_regression: int


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


def write_rejected(reading: Reading, path: Path) -> None:
    """Write down the rows that are left out, each problem with its reason in both languages."""
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = ("row", "id", "field", "reason", "reason_vi")
    columns = tuple(Column(key=key, title=key, kind="count" if key == "row" else "text") for key in keys)
    rows = [{key: getattr(problem, key) for key in keys} for problem in reading.rejected]
    write_csv(path, Table(name="rejected", title="rejected", columns=columns, rows=rows))


def divide(feedback: Feedback, regression: Sequence[Labelled], *, share: float, seed: int) -> Parts:
    """Hold a part out; what stands in the regression set is learnt from neither."""
    held = hold_out(label_matrix(feedback.examples), feedback.groups, share=share, seed=seed)
    frozen = {fingerprint(row.comment.text) for row in regression}
    marks = [fingerprint(row.comment.text) for row in feedback.rows]
    learnt = [
        example
        for example, is_held, mark in zip(feedback.examples, held, marks, strict=True)
        if not is_held and mark not in frozen
    ]
    held_marks = frozen | {mark for mark, is_held in zip(marks, held, strict=True) if is_held}
    return Parts(
        learnt=learnt,
        held=[int(at) for at in np.flatnonzero(held)],
        held_marks=frozenset(held_marks),
        in_regression=sum(mark in frozen for mark in marks),
    )


def check(feedback: Feedback, outputs: Outputs, *, unlabelled: int, other_language: int) -> Checks:
    """Look at the labels before anything is learnt from them."""
    copies = find_copies(feedback)
    return Checks(
        balance=count_labels(feedback.examples),
        copies=copies,
        contradictions=find_contradictions(copies),
        suspects=find_suspects(feedback, outputs),
        truncated=[row for row, parts in zip(feedback.rows, outputs.windows, strict=True) if len(parts) > 1],
        other_language=other_language,
        unlabelled=unlabelled,
    )


def plan(config: dict[str, Any], learnt: int, replay: Replay) -> dict[str, Any]:
    """Make the Learner's config: rows of every source in a pass, and how many passes."""
    passes = min(config["passes"], max(2, round(config["rows"] / (learnt * (1 + sum(replay.wanted.values()))))))
    sources = {SOURCE: {"rows": learnt, "sentiment": 1.0}}
    sources |= {
        source: {"rows": max(1, round(share * learnt)), "sentiment": replay.trust[source]}
        for source, share in replay.wanted.items()
    }
    return {**config, "passes": passes, "sources": sources}


def learn(
    live: ModelFolder, examples: Sequence[Example], replay: Replay, config: dict[str, Any], folder: Path, minutes: float
) -> tuple[dict[str, Tensor], Learner]:
    """Go on from the live weights, then step back towards them.

    Returns:
        The weights between live and tuned ones, and the learner, which knows what was seen.
    """
    torch.manual_seed(config["seed"])
    sources = {source: number for number, source in enumerate(config["sources"])}
    learner = Learner(live.path, config, sources)
    ours = torch.tensor([[0.0] if source in (SOURCE, "authored") else [1.0] for source in sources])
    # what is served has no bias by source, so rows like those that will be served learn without one
    learner.source_bias.register_hook(lambda gradient: gradient * ours)  # type: ignore[no-untyped-call]
    folder.mkdir(parents=True, exist_ok=True)
    learner.restore(folder / "checkpoint.pt")
    pools = {SOURCE: list(examples), **{source: list(pool) for source, pool in replay.pools.items()}}
    wanted = {source: int(entry["rows"]) for source, entry in config["sources"].items()}
    total = sum(wanted.values()) * config["passes"]
    encoder = make_encoder(live)
    saved = time.monotonic()
    with show_progress() as progress:
        task = progress.add_task("learn", total=1.0)
        while (done := progress_of(learner, total, minutes)) < 1:
            dice = random.Random(config["seed"] + 1000 * learner.number + learner.seen)  # noqa: S311
            for batch in batches(draw_pass(pools, wanted, dice), encoder, config, sources, dice):
                done = progress_of(learner, total, minutes)
                if done >= 1:
                    break
                parts = learner.step(batch, done)
                progress.update(task, completed=done, description=f"learn, loss {sum(parts.values()):.2f}")
                if time.monotonic() - saved > SAVE_EVERY:
                    saved = time.monotonic()
                    learner.save(folder / "checkpoint.pt")
            learner.number += 1
        progress.update(task, completed=1.0)
    start = unpack(load_file(live.weights))
    tuned = learner.network.state_dict()
    return {name: torch.lerp(start[name], tuned[name].float(), config["step_back"]) for name in tuned}, learner


def progress_of(learner: Learner, total: int, minutes: float) -> float:
    """Share of the run that is done, by rows or by time."""
    return max(learner.seen / total, learner.minutes / minutes)


def show_progress() -> Progress:
    """Make a progress bar on standard error; a line a step where nobody looks."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"), TimeRemainingColumn(),
        console=Console(stderr=True),
    )  # fmt: skip


def fit_temperature(live: Calibration, logits: np.ndarray, gold: np.ndarray) -> Calibration:
    """Fit the temperature of sentiment anew, drawn towards the live one; labels do not change by it.

    Everything else is kept: on some hundred rows refitted theme thresholds measured worse than the live ones (LOG.md).

    Args:
        live: Calibration of the live model.
        logits: Sentiment logits of the candidate, shape (rows, 3).
        gold: Labels, shape (rows,).
    """
    if not len(gold):
        return live
    grid = np.arange(0.5, 4.01, 0.05)
    surprise = [
        -np.log(np.maximum(softmax((logits + live.sentiment_bias) / one)[np.arange(len(gold)), gold], 1e-9)).mean()
        for one in grid
    ]
    fitted = float(grid[int(np.argmin(surprise))])
    weight = len(gold) / (len(gold) + COUNTED_AS)
    return replace(live, sentiment_temperature=live.sentiment_temperature ** (1 - weight) * fitted**weight)


def publish(
    live: ModelFolder, weights: dict[str, Tensor], held: Sequence[Example], draft: Path, run_folder: Path,
    version: str, history: dict[str, Any],
) -> None:  # fmt: skip
    """Write the candidate's folder as a draft: weights for torch and CPUs, calibration, manifest."""
    tuned = run_folder / "tuned"
    tuned.mkdir(parents=True, exist_ok=True)
    save_file({name: value.contiguous() for name, value in weights.items()}, tuned / "model.safetensors")
    for name in ("config.json", "tokenizer.json", "backbone.json"):
        if (live.path / name).is_file():
            shutil.copy(live.path / name, tuned / name)
    shutil.rmtree(draft, ignore_errors=True)
    write_weights(tuned, draft)
    before = Calibration.from_manifest(live.manifest["calibration"])
    judged = [example for example in held if example.sentiment >= 0]
    candidate = ModelFolder(path=draft, manifest=live.manifest)
    logits = (
        run(judged, make_encoder(candidate), OpenVinoClassifier(candidate)).sentiment if judged else np.zeros((0, 3))
    )
    after = fit_temperature(before, logits, np.array([example.sentiment for example in judged], dtype=int))
    told = (
        f"kept from {live.version}; temperature {before.sentiment_temperature:.2f} -> "
        f"{after.sentiment_temperature:.2f} on {len(judged)} held-out rows"
    )
    write_manifest(draft, version, [], history | {"calibration": told}, kept=after)


def figures_of(measured: Sequence[Measured]) -> dict[str, Any]:
    """Give the figures as metrics.json holds them: per set those of the candidate, and of the live model beside."""
    names = ("sentiment_macro_f1", "theme_micro_f1", "theme_polarity_micro_f1")
    return {
        one.name: {
            "rows": len(one.rows),
            **{
                model: {
                    name: round(value, 4) for name in names if (value := getattr(said.quality, name)) is not None
                }
                for model, said in (("model", one.candidate), ("live", one.live))
            },
        }
        for one in measured
    }  # fmt: skip


def notes_of(
    reading: Reading, feedback: Feedback, checks: Checks, parts: Parts, looked_for: Collection[str]
) -> list[str]:
    """Say what a person should know of the labels."""
    held = count_mentions([feedback.examples[at] for at in parts.held])
    all_themes = count_mentions(feedback.examples)
    blank = sum(row.themes == {} for row in feedback.rows)
    never = [theme for theme in THEMES if theme in looked_for and not all_themes[theme]]
    thin = [f"{theme} ({held[theme]})" for theme in THEMES if all_themes[theme] and held[theme] < THIN]
    themed = any(row.themes is not None for row in feedback.rows)
    told: list[tuple[object, str]] = [
        (reading.bad_rows, f"{reading.bad_rows} rows could not be used and were left out: rejected.csv."),
        (checks.unlabelled, f"{checks.unlabelled} rows carry no label and were left out."),
        (themed and blank, f'{blank} rows name no theme and were taken as "no theme"; if they were not labelled, give '
                           "--blank-themes unknown."),
        (themed and never, f"Never labelled: {', '.join(never)}. They were taken as looked for and not found; if "
                           "nobody looked for them, name those that were with --themes."),
        (themed and thin, f"Too few held out to be measured (under {THIN} mentions): {', '.join(thin)}."),
        (not themed, "No row has themes: the theme heads learnt from old rows only."),
        (checks.copies, f"{sum(len(rows) - 1 for rows in checks.copies)} rows repeat another one, or nearly; they "
                        "stayed on one side of the split."),
        (checks.contradictions, f"{len(checks.contradictions)} texts have labels that contradict each other."),
        (checks.suspects, f"{len(checks.suspects)} labels are likely wrong; read them before you label more."),
        (checks.truncated, f"{len(checks.truncated)} rows are longer than one window of the model; learning reads "
                           "their first window, analysing reads on."),
        (checks.other_language, f"{checks.other_language} rows seem to be in another language than Vietnamese or "
                                "English; the model labels none such."),
        (parts.in_regression, f"{parts.in_regression} rows stand in the regression set and were not learnt from."),
    ]  # fmt: skip
    return [*reading.notes, *(sentence for applies, sentence in told if applies)]


def count_mentions(examples: Sequence[Example]) -> dict[str, int]:
    """Count the rows that name each theme."""
    return {theme: sum(one.themes[at] > ABSENT for one in examples) for at, theme in enumerate(THEMES)}


def free_version(out: Path, wanted: str | None) -> str:
    """Choose the candidate's name: as wanted, else the day's next free one.

    Raises:
        OutputError: If the name is taken, or no name for a folder.
    """
    if wanted is not None:
        if not wanted or wanted.startswith(".") or any(sign in wanted for sign in "/\\:\0"):
            raise OutputError(f"{wanted!r} is no version: use letters, digits, dots and hyphens")
        if (out / wanted).exists():
            raise OutputError(f"there is a model {wanted} in {out} already: choose another --version")
        return wanted
    day = datetime.now(UTC).strftime("%Y.%m.%d")
    return next(name for number in range(1, 10_000) if not (out / (name := f"{day}-r{number}")).exists())


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
    parser.add_argument("--themes", help="themes the annotators looked for, separated by commas; all if left out")
    parser.add_argument("--blank-themes", choices=("none", "unknown"), default="none",
                        help="what an empty themes cell means: no theme, or not labelled")  # fmt: skip
    parser.add_argument("--skip-bad", action="store_true", help="leave rows out whose labels cannot be used")
    parser.add_argument("--check", action="store_true", help="check the labels, learn nothing")
    parser.add_argument("--seed", type=int, default=0, help="of the split and the order of rows")
    return parser.parse_args(arguments)


def themes_named(listed: str | None) -> tuple[str, ...]:
    """Read --themes.

    Raises:
        FileError: If one is unknown.
    """
    if listed is None:
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
    looked_for = themes_named(options.themes)
    live = open_model(options.model, normaliser=NORMALISER)
    out = options.out or Registry.open().shelf
    version = free_version(out, options.version)
    report = options.report or Path("out") / f"retrain-{version}"

    console.print(f"[1/5] read {options.labelled}")
    reading, rows = load_feedback(options, report)
    feedback = prepare(rows, looked_for=looked_for)
    regression = read_regression()
    parts = divide(feedback, regression, share=config["held_out"], seed=options.seed)
    console.print(
        f"[2/5] check {len(rows)} labelled rows ({reading.form}); {len(parts.learnt)} to learn from, "
        f"{len(parts.held)} held out"
    )
    analyzer = Analyzer.load(live.path)
    outputs = run(feedback.examples, make_encoder(live), OpenVinoClassifier(live))
    foreign = sum(
        one.language.code == "other" for one in analyzer([replace(row.comment, language=None) for row in rows])
    )
    checks = check(feedback, outputs, unlabelled=len(reading.rows) - len(rows), other_language=foreign)
    notes = notes_of(reading, feedback, checks, parts, looked_for)
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
        publish(live, weights, [feedback.examples[at] for at in parts.held], draft, run_folder, version, history)
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
        held=_held_counts(feedback, parts),
        notes=notes,
        next=f"nlp-cx models promote {shown}" if measured else f"python -m training.retrain {options.labelled}",
    )
    write_report(story, report)
    say_result(story, report)
    return report


def write_card(
    draft: Path, live: ModelFolder, measured: Sequence[Measured], history: dict[str, Any], name: str, version: str
) -> None:
    """Write metrics.json and card.md; neither is hashed, for they say what is measured of the rest."""
    (draft / "metrics.json").write_text(json.dumps(figures_of(measured), indent=1) + "\n", encoding="utf-8")
    lines = ["| rows · dòng | figure | live | candidate | change, with interval |", "|---|---|---:|---:|---|"]
    for one in measured:
        lines += [
            f"| {one.name} ({len(one.rows)}) | {change.figure}, {change.name} | {100 * change.live:.1f} "
            f"| {100 * change.candidate:.1f} | {100 * change.difference:+.1f} "
            f"({100 * change.low:+.1f} to {100 * change.high:+.1f}) |"
            for change in one.comparison.changes if change.kind != "theme"
        ]  # fmt: skip
    before = live.card.read_text(encoding="utf-8") if live.card.is_file() else f"Model {live.version} has no card."
    card = RETRAINED.format(
        version=version, live=live.version, name=name, table="\n".join(lines), before=before,
        replay=", ".join(f"{source} {count}" for source, count in history["replay"].items()), **{
            key: history[key] for key in ("feedback_rows", "held_out_rows", "rows_seen", "minutes", "passes")
        }, step_back=history["step_back"],
        calibration=json.loads((draft / "manifest.json").read_text(encoding="utf-8"))["history"]["calibration"],
    )  # fmt: skip
    (draft / "card.md").write_text(card, encoding="utf-8")


def _held_counts(feedback: Feedback, parts: Parts) -> dict[str, int]:
    """Count the labels of the rows held out, both languages together."""
    counted: dict[str, int] = {}
    for told in count_labels([feedback.examples[at] for at in parts.held]).values():
        for label, count in told.items():
            counted[label] = counted.get(label, 0) + count
    return counted


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
