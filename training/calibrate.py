"""Fit what turns logits into probabilities and labels: temperature, Platt scaling, thresholds. On dev rows only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from nlp_cx.alignment import Aligned
from nlp_cx.classify import Classifier
from nlp_cx.decide import Calibration, find_evidence, merge, presence_logit, sigmoid, softmax
from nlp_cx.encode import Encoder
from nlp_cx.measure import character_f1, f1, macro_f1
from nlp_cx.records import Encoded, Prediction
from training.data import ABSENT, THEMES, UNKNOWN, Example
from training.reading import as_served

HUMAN = ("human", "annotators")
OTHER_NEUTRAL = ("hu_liu_sentences", "sst5", "tiki_app_gold", "vader_gt_amazonReviewSnippets")
"""Sources whose neutral is not a customer's (films, sentences without opinion, weak labels): no say."""
SENTIMENT_FOCUS = {"cx_annotated": 4.0}
"""Weight of a source in the choice of neutral shift and temperature, 1 for the rest."""
NEAR_BEST = 0.005
"""Macro-F1 by which the neutral shift may fall short of the best one."""
THEME_FOCUS = {"cx_annotated": 8.0}
"""Rows that carry all themes count more when thresholds are chosen."""
COMMON_EVIDENCE = 0.35
"""Threshold of evidence where no row of THEME_FOCUS is there to choose one."""
FEWEST = 8
"""Mentions on dev below which a theme keeps the common threshold."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outputs:
    """Raw outputs for a list of examples, merged over windows."""

    aligned: Sequence[Aligned]
    windows: Sequence[Sequence[Encoded]]
    predictions: Sequence[Sequence[Prediction]]
    sentiment: np.ndarray
    presence: np.ndarray
    flags: np.ndarray


def run(examples: Sequence[Example], encoder: Encoder, classifier: Classifier) -> Outputs:
    """Run the network as serving does, keeping the logits."""
    aligned = [as_served(Aligned.of(example.text)) for example in examples]
    windows, _ = encoder.encode([item.text for item in aligned], [example.question for example in examples])
    predictions = classifier.predict(windows)
    grouped: list[tuple[list[Encoded], list[Prediction]]] = [([], []) for _ in examples]
    for window, prediction in zip(windows, predictions, strict=True):
        grouped[window.comment][0].append(window)
        grouped[window.comment][1].append(prediction)
    merged = [merge(parts) for _, parts in grouped]
    return Outputs(
        aligned=aligned,
        windows=[parts for parts, _ in grouped],
        predictions=[parts for _, parts in grouped],
        sentiment=np.stack([sentiment for sentiment, _, _ in merged]),
        presence=presence_logit(np.stack([themes for _, themes, _ in merged])),
        flags=np.stack([flags for _, _, flags in merged]),
    )


def fit_sentiment(logits: np.ndarray, gold: np.ndarray, source: np.ndarray) -> tuple[float, np.ndarray]:
    """Choose the neutral shift by macro-F1, then the temperature by likelihood, both as SENTIMENT_FOCUS weighs sources.

    The curve of macro-F1 is flat and rough, since few rows are neutral: the shift is the smallest that comes within
    NEAR_BEST of its top, not the top, which is chance.
    """
    names = [str(one) for one in np.unique(source)]
    asked = [one for one in names if one not in OTHER_NEUTRAL] or names
    focus = np.array([SENTIMENT_FOCUS.get(one, 1.0) for one in asked])

    def quality(shift: float) -> float:
        said = (logits + np.array([0, shift, 0])).argmax(axis=1)
        figures = [macro_f1(gold[source == one].tolist(), said[source == one].tolist()) for one in asked]
        return float(np.average(figures, weights=focus))

    grid = np.arange(-1.5, 2.51, 0.1)
    curve = smooth(np.array([quality(shift) for shift in grid]), 11)
    good = grid[curve >= curve.max() - NEAR_BEST]
    bias = np.array([0.0, round(float(good[np.abs(good).argmin()]), 2) + 0.0, 0.0])

    def surprise(temperature: float) -> float:
        chances = softmax((logits + bias) / temperature)[np.arange(len(gold)), gold]
        each = -np.log(np.maximum(chances, 1e-9))
        return float(np.average([each[source == one].mean() for one in asked], weights=focus))

    return float(min(np.arange(0.6, 3.01, 0.05), key=surprise)), bias


def smooth(values: np.ndarray, width: int) -> np.ndarray:
    """Mean of each value and its neighbours, `width` in all (odd); beyond the ends the last value goes on.

    Examples:
        >>> smooth(np.array([0.0, 3.0, 0.0, 3.0, 3.0]), 3).round(6).tolist()
        [1.0, 1.0, 2.0, 2.0, 3.0]
    """
    return np.convolve(np.pad(values, width // 2, mode="edge"), np.ones(width) / width, mode="valid")


def fit_platt(logits: np.ndarray, gold: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Scale and shift of log-odds (Platt 1999); no change when one class is missing."""
    if len(np.unique(gold)) < 2 or gold.sum() < FEWEST:
        return 1.0, 0.0
    model = LogisticRegression(C=10.0).fit(logits[:, None], gold, sample_weight=weight)
    scale = float(model.coef_[0, 0])
    return (scale, float(model.intercept_[0])) if scale > 0.1 else (1.0, 0.0)


def best_threshold(chances: np.ndarray, gold: np.ndarray, weight: np.ndarray) -> float:
    """Probability from which a mention is called, by weighted F1; drawn towards 0.45 when mentions are few.

    Below FEWEST mentions it is 0.5.
    """
    if gold.sum() < FEWEST:
        return 0.5
    grid = np.arange(0.15, 0.81, 0.025)

    def quality(threshold: float) -> float:
        said = chances >= threshold
        return f1(weight[said & gold].sum(), weight[said & ~gold].sum(), weight[~said & gold].sum())

    values = np.array([quality(threshold) for threshold in grid])
    best = float(grid[smooth(values, 3).argmax()])
    trust = gold.sum() / (gold.sum() + 20)
    return float(trust * best + (1 - trust) * 0.45)


def evidence_quality(examples: Sequence[Example], outputs: Outputs, threshold: float) -> float:
    """Mean character F1 of evidence, given the theme, over mentions with marked evidence."""
    values = []
    for number, example in enumerate(examples):
        for theme in sorted({theme for theme, _, _ in example.evidence}):
            found = find_evidence(outputs.windows[number], outputs.predictions[number], theme, threshold)
            said = [outputs.aligned[number].source_span(*stretch) for stretch in found]
            values.append(character_f1([(start, end) for one, start, end in example.evidence if one == theme], said))
    return float(np.mean(values)) if values else 0.0


def calibrate(examples: Sequence[Example], outputs: Outputs) -> Calibration:
    """Fit everything.

    Args:
        examples: Dev rows of all sources.
        outputs: What the network says of them.

    Returns:
        The table that goes into the manifest.
    """
    sentiment = np.array([example.sentiment for example in examples])
    source = np.array([example.source for example in examples])
    human = np.array([example.sentiment_from in HUMAN for example in examples]) & (sentiment >= 0)
    temperature, bias = fit_sentiment(outputs.sentiment[human], sentiment[human], source[human])

    codes = np.array([example.themes for example in examples])
    weight = np.array([THEME_FOCUS.get(example.source, 1.0) for example in examples])
    scale, shift, threshold = np.ones(len(THEMES)), np.zeros(len(THEMES)), np.full(len(THEMES), 0.5)
    for theme in range(len(THEMES)):
        known = codes[:, theme] != UNKNOWN
        gold, logits = codes[known, theme] > ABSENT, outputs.presence[known, theme]
        if known.any():
            scale[theme], shift[theme] = fit_platt(logits, gold, weight[known])
            threshold[theme] = best_threshold(sigmoid(logits * scale[theme] + shift[theme]), gold, weight[known])

    flags = np.array([(example.complaint, example.suggestion, example.none) for example in examples])
    fitted = [fit_platt(outputs.flags[flags[:, at] >= 0, at], flags[flags[:, at] >= 0, at] == 1,
                        weight[flags[:, at] >= 0]) for at in range(3)]  # fmt: skip
    focus = [number for number, example in enumerate(examples) if example.source in THEME_FOCUS]
    chosen = [examples[number] for number in focus]
    part = Outputs(
        aligned=[outputs.aligned[number] for number in focus],
        windows=[outputs.windows[number] for number in focus],
        predictions=[outputs.predictions[number] for number in focus],
        sentiment=outputs.sentiment[focus],
        presence=outputs.presence[focus],
        flags=outputs.flags[focus],
    )
    grid = np.arange(0.1, 0.71, 0.05) if chosen else [COMMON_EVIDENCE]
    evidence = max(grid, key=lambda value: evidence_quality(chosen, part, float(value)))
    certainty = softmax((part.sentiment + bias) / temperature).max(axis=1)
    return Calibration(
        sentiment_temperature=temperature,
        sentiment_bias=bias,
        theme_scale=scale,
        theme_shift=shift,
        theme_threshold=threshold,
        flag_scale=np.array([one for one, _ in fitted]),
        flag_shift=np.array([one for _, one in fitted]),
        none_threshold=0.5,
        evidence_threshold=float(evidence),
        review_sentiment=float(np.quantile(certainty, 0.1)) if len(certainty) else 0.5,
        review_margin=0.03,
    )
