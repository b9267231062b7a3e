"""Measure a model folder on every dev split, as its users get it: through Analyzer.

Run: python -m training.evaluate --model models/VERSION --data DIR [--baseline] [--out FILE.json]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from nlp_cx import Analyzer
from nlp_cx.measure import calibration_error, character_f1, f1, macro_f1, weighted_f1
from nlp_cx.records import POLARITIES, Analysis, Comment
from training.baseline import LinearBaseline
from training.card import table
from training.data import ABSENT, NEGATIVE, POSITIVE, THEMES, UNKNOWN, Example, load_all
from training.duplicates import near_copies
from training.measure import micro_f1, theme_counts
from training.noise import strip_diacritics

BARE = ("uit_vsfc", "vlsp2016_sa", "vs_multichannel", "cx_annotated:vi")
"""Vietnamese sets measured once more without diacritics."""


def group(examples: Sequence[Example]) -> dict[str, list[Example]]:
    """Dev rows by source; the sets of two languages are split."""
    groups: dict[str, list[Example]] = {}
    for example in examples:
        if example.split == "dev":
            name = f"cx_annotated:{example.language}" if example.source == "cx_annotated" else example.source
            groups.setdefault(name, []).append(example)
    for name in BARE:
        if name in groups:
            groups[f"{name}, no diacritics"] = [replace(one, text=strip_diacritics(one.text)) for one in groups[name]]
    return groups


def codes_of(analyses: Sequence[Analysis]) -> np.ndarray:
    """Theme codes of analyses, shape (rows, themes)."""
    codes = np.full((len(analyses), len(THEMES)), ABSENT)
    for row, analysis in enumerate(analyses):
        for mention in analysis.themes:
            codes[row, THEMES.index(mention.theme)] = NEGATIVE + POLARITIES.index(mention.sentiment)
    return codes


def label_figures(examples: Sequence[Example], sentiment: Sequence[int], themes: np.ndarray) -> dict[str, float]:
    """Figures that any classifier can be asked for."""
    figures: dict[str, float] = {}
    rows = [row for row, example in enumerate(examples) if example.sentiment >= 0]
    gold = [examples[row].sentiment for row in rows]
    if len(set(gold)) > 1:
        said = [int(sentiment[row]) for row in rows]
        figures["sentiment_macro_f1"] = macro_f1(gold, said)
        figures["sentiment_weighted_f1"] = weighted_f1(gold, said)
        figures["neutral_f1"] = macro_f1(gold, said, [1]) if 1 in gold else float("nan")
    codes = np.array([example.themes for example in examples])
    if (codes > ABSENT).any() and (codes == ABSENT).any():
        counts = theme_counts(codes, themes, polarity=False)
        figures["theme_micro_f1"] = micro_f1(counts)
        if ((codes >= NEGATIVE) & (codes <= POSITIVE)).any():
            figures["theme_polarity_micro_f1"] = micro_f1(theme_counts(codes, themes, polarity=True))
        there = np.flatnonzero((codes > ABSENT).any(axis=0))
        figures["theme_macro_f1"] = float(np.mean([f1(*map(float, counts[theme])) for theme in there]))
    return {name: round(value, 4) for name, value in figures.items()}


def extra_figures(examples: Sequence[Example], analyses: Sequence[Analysis]) -> dict[str, float]:
    """Figures of evidence, flags and calibration, which the baseline has none of."""
    figures: dict[str, float] = {}
    rows = [row for row, example in enumerate(examples) if example.sentiment >= 0]
    if rows:
        sure = np.array([max(analyses[row].sentiment.scores.values()) for row in rows])
        right = np.array([POLARITIES.index(analyses[row].sentiment.label) == examples[row].sentiment for row in rows])
        figures["sentiment_ece"] = calibration_error(sure, right)
    overlaps, whole = [], []
    for example, analysis in zip(examples, analyses, strict=True):
        said = {THEMES.index(mention.theme): mention.spans for mention in analysis.themes}
        for theme in {one for one, _, _ in example.evidence} & said.keys():
            gold = [(start, end) for one, start, end in example.evidence if one == theme]
            overlaps.append(character_f1(gold, [(span.start, span.end) for span in said[theme]]))
            whole.append(character_f1(gold, [(0, len(example.text))]))
    if overlaps and examples[0].source in {"cx_annotated", "uit_visd4sa"}:
        figures["evidence_char_f1"] = float(np.mean(overlaps))
        figures["evidence_whole_text"] = float(np.mean(whole))
    flags: dict[str, Callable[[Analysis], bool]] = {
        "complaint": lambda analysis: analysis.complaint >= 0.5,
        "suggestion": lambda analysis: analysis.suggestion >= 0.5,
        "none": lambda analysis: analysis.none,
    }
    for name, said_so in flags.items():
        known = [(getattr(one, name) == 1, said_so(other)) for one, other in zip(examples, analyses, strict=True)
                 if getattr(one, name) >= 0]  # fmt: skip
        if any(gold for gold, _ in known) and not all(gold for gold, _ in known):
            figures[f"{name}_f1"] = macro_f1([int(gold) for gold, _ in known], [int(said) for _, said in known], [1])
    return {name: round(value, 4) for name, value in figures.items()}


def evaluate(analyzer: Analyzer, examples: Sequence[Example], baseline: LinearBaseline | None = None) -> dict[str, Any]:
    """Measure on every dev split.

    Args:
        analyzer: What is measured.
        examples: All examples; dev rows are measured.
        baseline: Measured beside it when given.

    Returns:
        Per set: rows, figures of the model, and of the baseline.
    """
    results: dict[str, Any] = {}
    for name, rows in track(group(examples).items(), description="evaluate", console=Console(stderr=True)):
        analyses = analyzer([Comment(id=str(n), text=one.text, question=one.question) for n, one in enumerate(rows)])
        said = [POLARITIES.index(analysis.sentiment.label) for analysis in analyses]
        codes = codes_of(analyses)
        result: dict[str, Any] = {
            "rows": len(rows),
            "model": label_figures(rows, said, codes) | extra_figures(rows, analyses),
        }
        if name.startswith("cx_annotated"):
            gold = np.array([example.themes for example in rows])
            counts = theme_counts(gold, codes, polarity=False)
            known = (gold != UNKNOWN).sum(axis=0)
            result["themes"] = {
                theme: {
                    "mentions": int((gold[:, n] > ABSENT).sum()),
                    "f1": round(f1(*map(float, counts[n])), 4),
                    # with these, counts over a survey are corrected for the model's errors: nlp_cx/correction.py
                    **dict(zip(("hits", "wrong", "missed"), map(int, counts[n]), strict=True)),
                    "right": int(known[n] - counts[n].sum()),
                }
                for n, theme in enumerate(THEMES)
            }
        if baseline is not None:
            result["baseline"] = label_figures(rows, *baseline.predict(rows))  # type: ignore[arg-type]
        results[name] = result
    return results


def drop_copied(examples: Sequence[Example]) -> list[Example]:
    """Leave out dev rows that have a near copy in the train rows: what a model may merely remember."""
    train = [one.text for one in examples if one.split == "train"]
    dev = [one for one in examples if one.split == "dev"]
    kept = [one for one, copy in zip(dev, near_copies([one.text for one in dev], train), strict=True) if copy is None]
    return [*kept, *(one for one in examples if one.split == "train")]


def main() -> None:
    """Print a table; write the figures as JSON when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--baseline", action="store_true", help="measure TF-IDF + linear SVM beside it (10 minutes)")
    parser.add_argument(
        "--without-copies", action="store_true", help="leave out dev rows that have a near copy in train"
    )
    parser.add_argument("--sources", nargs="+", help="measure on the dev rows of these alone")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    examples = load_all(options.data, near=not options.without_copies)
    if options.sources:
        examples = [one for one in examples if one.split == "train" or one.source in options.sources]
    if options.without_copies:
        examples = drop_copied(examples)
    baseline = LinearBaseline([one for one in examples if one.split == "train"]) if options.baseline else None
    results = evaluate(Analyzer.load(options.model), examples, baseline)
    Console().print(table(results), markup=False)
    if options.out:
        options.out.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
