"""The live model and a candidate on the same labelled rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nlp_cx import Analyzer
from nlp_cx.evaluate import Labelled, Quality, measure_quality
from nlp_cx.gates import Comparison, compare
from nlp_cx.measure import calibration_error
from nlp_cx.records import POLARITIES, Analysis, Comment, Polarity
from training.data import ABSENT, BOTH, NEGATIVE, POSITIVE, THEMES, Example

BINS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one model says of labelled rows, and how good that is."""

    analyses: Sequence[Analysis]
    quality: Quality
    confusion: np.ndarray
    """Rows given as one sentiment (first axis) and called another (second); shape (3, 3)."""
    reliability: Sequence[tuple[float, float, int]]
    """Per bin of confidence: mean confidence, share right, rows."""
    sentiment_ece: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Two models on one set of labelled rows."""

    name: str
    rows: Sequence[Labelled]
    live: Said
    candidate: Said
    comparison: Comparison


def measure(
    name: str, rows: Sequence[Labelled], live: Analyzer, candidate: Analyzer, *, looked_for: Collection[str] = THEMES
) -> Measured:
    """Let both models read labelled rows and compare them.

    Args:
        name: What the rows are called in the report.
        rows: Labelled rows.
        live: The model in use.
        candidate: The one that may replace it.
        looked_for: Themes the annotators looked for; what models say of others is left out.
    """
    said = [_said(rows, analyzer, looked_for) for analyzer in (live, candidate)]
    return Measured(
        name=name,
        rows=rows,
        live=said[0],
        candidate=said[1],
        comparison=compare(rows, said[0].analyses, said[1].analyses),
    )


def _said(rows: Sequence[Labelled], analyzer: Analyzer, looked_for: Collection[str]) -> Said:
    """Let one model read."""
    comments = [replace(row.comment, id=str(number)) for number, row in enumerate(rows)]
    analyses = [
        replace(one, themes=tuple(mention for mention in one.themes if mention.theme in looked_for))
        for one in analyzer(comments)
    ]
    confusion = np.zeros((3, 3), dtype=int)
    sure, right = [], []
    for row, analysis in zip(rows, analyses, strict=True):
        if row.sentiment is not None:
            confusion[POLARITIES.index(row.sentiment), POLARITIES.index(analysis.sentiment.label)] += 1
            sure.append(max(analysis.sentiment.scores.values()))
            right.append(row.sentiment == analysis.sentiment.label)
    return Said(
        analyses=analyses,
        quality=measure_quality(rows, analyses),
        confusion=confusion,
        reliability=reliability(np.array(sure), np.array(right)),
        sentiment_ece=calibration_error(np.array(sure), np.array(right)) if sure else None,
    )


def reliability(sure: np.ndarray, right: np.ndarray, *, bins: int = BINS) -> list[tuple[float, float, int]]:
    """Bin predictions by confidence, as many rows in each bin.

    Args:
        sure: Confidence of each prediction, shape (rows,).
        right: Whether it was right, same shape.
        bins: Bins at most; each holds 20 rows or more.

    Returns:
        Mean confidence, share right and rows of each bin, by confidence.

    Examples:
        >>> reliability(np.array([0.9] * 20), np.array([True] * 16 + [False] * 4))
        [(0.9, 0.8, 20)]
    """
    order = np.argsort(sure, kind="stable")
    parts = [part for part in np.array_split(order, max(1, min(bins, len(sure) // 20))) if len(part)]
    return [(round(float(sure[part].mean()), 4), round(float(right[part].mean()), 4), len(part)) for part in parts]


def to_labelled(example: Example) -> Labelled:
    """Turn an example whose themes are all known into a labelled row, to be measured like the others."""
    return Labelled(
        comment=Comment(id=example.id, text=example.text, question=example.question, language=example.language),
        sentiment=None if example.sentiment < 0 else POLARITIES[example.sentiment],
        themes={theme: _judgement(code) for theme, code in zip(THEMES, example.themes, strict=True) if code > ABSENT},
        both=frozenset(theme for theme, code in zip(THEMES, example.themes, strict=True) if code == BOTH),
    )


def _judgement(code: int) -> Polarity | None:
    """Give the judgement that a code tells; None for both and for none told."""
    return POLARITIES[code - NEGATIVE] if NEGATIVE <= code <= POSITIVE else None
