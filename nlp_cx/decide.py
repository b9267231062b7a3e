"""Raw predictions -> calibrated probabilities, labels and the words that prove them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp_cx.records import POLARITIES, Encoded, Polarity, Prediction, Sentiment

COMPLAINT, SUGGESTION, NONE = range(3)
"""Places of the flags."""
_MERGE_GAP = 1
"""Tokens between two runs of evidence that are still one."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calibration:
    """What turns logits into decisions; fitted on dev rows by training.calibrate, kept in the manifest."""

    sentiment_temperature: float
    sentiment_bias: np.ndarray
    theme_scale: np.ndarray
    """Per theme, multiplies its presence log-odds."""
    theme_shift: np.ndarray
    """Per theme, added to its scaled presence log-odds."""
    theme_threshold: np.ndarray
    """Per theme, the probability from which it counts as mentioned."""
    flag_scale: np.ndarray
    flag_shift: np.ndarray
    none_threshold: float
    evidence_threshold: float
    review_sentiment: float
    """A comment whose best sentiment is less probable than this wants a person's eye."""
    review_margin: float
    """So does one with a theme whose probability is this close to its threshold."""

    @classmethod
    def from_manifest(cls, table: Mapping[str, Any]) -> Calibration:
        """Read the manifest's `calibration` table."""
        numbers = {name: np.asarray(value, dtype=np.float32) for name, value in table.items()}
        return cls(**{name: value if value.ndim else float(value) for name, value in numbers.items()})  # type: ignore[arg-type]

    def to_manifest(self) -> dict[str, Any]:
        """Give the manifest's `calibration` table."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {
            name: [round(float(number), 5) for number in value] if isinstance(value, np.ndarray) else round(value, 5)
            for name, value in values.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decision:
    """All decisions on one comment, before offsets are mapped back to its source."""

    sentiment: Sentiment
    themes: Sequence[tuple[int, Polarity, float, Sequence[tuple[int, int]]]]
    """Theme number, how it is judged, probability of a mention, evidence in the normalised text."""
    complaint: float
    suggestion: float
    none: bool
    uncertain: bool


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Probability of a log-odds, safe at both ends."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))


def presence_logit(theme_logits: np.ndarray) -> np.ndarray:
    """Log-odds that a theme is mentioned at all.

    Args:
        theme_logits: Shape (..., 4): absent, negative, neutral, positive.

    Returns:
        Shape (...,).
    """
    judged = theme_logits[..., 1:]
    top = judged.max(axis=-1)
    return np.asarray(top + np.log(np.exp(judged - top[..., None]).sum(axis=-1)) - theme_logits[..., 0])


def merge(predictions: Sequence[Prediction]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Merge the windows of one long comment.

    Sentiment is averaged by length; a theme, a complaint, a suggestion is taken from the window that shows it most, and
    a comment is about nothing only if none of its windows is about something.

    Args:
        predictions: One per window, in order.

    Returns:
        Logits: sentiment (3,), themes (themes, 4), flags (3,).
    """
    if len(predictions) == 1:
        only = predictions[0]
        return only.sentiment, only.themes, only.flags
    weights = np.array([len(prediction.evidence) for prediction in predictions], dtype=np.float32)
    sentiment = np.average([prediction.sentiment for prediction in predictions], axis=0, weights=weights)
    stacked = np.stack([prediction.themes for prediction in predictions])
    best = presence_logit(stacked).argmax(axis=0)
    themes = stacked[best, np.arange(stacked.shape[1])]
    flags = np.stack([prediction.flags for prediction in predictions])
    merged_flags = flags.max(axis=0)
    merged_flags[NONE] = flags[:, NONE].min()
    return np.asarray(sentiment), themes, merged_flags


def decide(windows: Sequence[Encoded], predictions: Sequence[Prediction], calibration: Calibration) -> Decision:
    """Decide on one comment.

    Args:
        windows: Its windows, in order.
        predictions: One per window.
        calibration: From the model's manifest.

    Returns:
        Calibrated labels and evidence.
    """
    sentiment_logits, theme_logits, flag_logits = merge(predictions)
    sentiment = softmax((sentiment_logits + calibration.sentiment_bias) / calibration.sentiment_temperature)
    presence = sigmoid(presence_logit(theme_logits) * calibration.theme_scale + calibration.theme_shift)
    flags = sigmoid(flag_logits * calibration.flag_scale + calibration.flag_shift)
    found = np.flatnonzero(presence >= calibration.theme_threshold)
    polarity = theme_logits[:, 1:].argmax(axis=-1)
    themes = [
        (
            int(theme),
            POLARITIES[polarity[theme]],
            float(presence[theme]),
            find_evidence(windows, predictions, int(theme), calibration.evidence_threshold),
        )
        for theme in found[np.argsort(-presence[found])]
    ]
    label = int(sentiment.argmax())
    margin = np.abs(presence - calibration.theme_threshold).min()
    return Decision(
        sentiment=Sentiment(
            label=POLARITIES[label], scores={name: float(sentiment[at]) for at, name in enumerate(POLARITIES)}
        ),
        themes=themes,
        complaint=float(flags[COMPLAINT]),
        suggestion=float(flags[SUGGESTION]),
        none=not themes and bool(flags[NONE] >= calibration.none_threshold),
        uncertain=bool(sentiment[label] < calibration.review_sentiment or margin < calibration.review_margin),
    )


def find_evidence(
    windows: Sequence[Encoded], predictions: Sequence[Prediction], theme: int, threshold: float
) -> list[tuple[int, int]]:
    """Find the words that carry a theme, as stretches of the normalised text.

    The window that holds the strongest token speaks; its stretches are runs of tokens from `threshold` on, whole words,
    runs one token apart joined. If no token reaches it, the strongest token's word is given.

    Args:
        windows: Windows of one comment.
        predictions: One per window.
        theme: Number of the theme.
        threshold: Probability from which a token belongs to the evidence.

    Returns:
        Sorted, not overlapping `(start, end)`; empty only if the comment has no tokens.
    """
    scores = [
        np.where([end > 0 for _, end in window.offsets], prediction.evidence[:, theme], -np.inf)
        for window, prediction in zip(windows, predictions, strict=True)
    ]
    best = max(range(len(scores)), key=lambda number: scores[number].max())
    score, offsets = scores[best], windows[best].offsets
    peak = int(score.argmax())
    if not np.isfinite(score[peak]):
        return []
    chosen = np.flatnonzero(sigmoid(score) >= threshold)
    if not len(chosen):
        chosen = np.array([peak])
    runs: list[list[int]] = []
    for token in chosen.tolist():
        if runs and token - runs[-1][1] <= _MERGE_GAP + 1:
            runs[-1][1] = token
        else:
            runs.append([token, token])
    stretches: list[tuple[int, int]] = []
    for first, last in runs:
        start, end = _whole_words(offsets, first, last)
        if stretches and start <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], end)
        else:
            stretches.append((start, end))
    return stretches


def _whole_words(offsets: Sequence[tuple[int, int]], first: int, last: int) -> tuple[int, int]:
    """Widen a run of tokens to the words it cuts: a word's tokens touch each other."""
    while first > 1 and offsets[first - 1][1] == offsets[first][0] and offsets[first - 1][1] > 0:
        first -= 1
    while last + 1 < len(offsets) and offsets[last + 1][0] == offsets[last][1]:
        last += 1
    return offsets[first][0], offsets[last][1]
