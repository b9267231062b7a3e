"""Theme figures on partly known labels."""

from __future__ import annotations

import numpy as np

from nlp_cx.measure import f1
from training.data import ABSENT, BOTH, NEGATIVE, POSITIVE, UNKNOWN


def theme_counts(gold: np.ndarray, predicted: np.ndarray, *, polarity: bool) -> np.ndarray:
    """Count hits, wrong and missed mentions per theme, over known cells only.

    Args:
        gold: Codes of training.data, shape (rows, themes).
        predicted: ABSENT, NEGATIVE, NEUTRAL or POSITIVE, same shape.
        polarity: Whether the judgement must be right as well; cells without a told polarity then do not count, and of
            a mention with both polarities either is right.

    Returns:
        Integers of shape (themes, 3).
    """
    known = (gold != UNKNOWN) & ~(polarity & (gold > POSITIVE) & (gold != BOTH))
    there, said = gold > ABSENT, predicted > ABSENT
    right = said & there
    if polarity:
        right &= (predicted == gold) | ((gold == BOTH) & ((predicted == NEGATIVE) | (predicted == POSITIVE)))
    return np.stack([(right & known).sum(0), (said & ~right & known).sum(0), (there & ~right & known).sum(0)], axis=1)


def micro_f1(counts: np.ndarray) -> float:
    """F1 of summed counts, shape (themes, 3)."""
    return f1(*(float(value) for value in counts.sum(axis=0)))
