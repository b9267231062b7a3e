"""Figures that say how good predictions are; pure functions on labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

Stretch = tuple[int, int]


def f1(hits: float, wrong: float, missed: float) -> float:
    """F1 from counts; 0 when there is nothing to find and nothing was said."""
    return 2 * hits / (2 * hits + wrong + missed) if hits else 0.0


def macro_f1(gold: Sequence[int], predicted: Sequence[int], classes: Iterable[int] | None = None) -> float:
    """Mean F1 over classes.

    Args:
        gold: True class per row.
        predicted: Predicted class per row.
        classes: Classes that count; those that occur in `gold` when None.

    Returns:
        A number in [0, 1].

    Examples:
        >>> macro_f1([0, 0, 1], [0, 1, 1])
        0.6666666666666666
    """
    truth, said = np.asarray(gold), np.asarray(predicted)
    counted = sorted(set(gold)) if classes is None else list(classes)
    return float(
        np.mean(
            [
                f1(
                    int(((truth == one) & (said == one)).sum()),
                    int(((truth != one) & (said == one)).sum()),
                    int(((truth == one) & (said != one)).sum()),
                )
                for one in counted
            ]
        )
    )


def weighted_f1(gold: Sequence[int], predicted: Sequence[int]) -> float:
    """F1 per class, weighted by how often the class is true."""
    return sum(macro_f1(gold, predicted, [one]) * list(gold).count(one) for one in set(gold)) / len(gold)


def calibration_error(confidence: np.ndarray, right: np.ndarray, *, bins: int = 15) -> float:
    """Expected calibration error: mean gap between confidence and share right, over equal-width bins.

    Source: Guo et al., "On calibration of modern neural networks", ICML 2017.
    """
    slot = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        (slot == one).mean() * abs(confidence[slot == one].mean() - right[slot == one].mean())
        for one in range(bins)
        if (slot == one).any()
    ]
    return float(sum(gaps))


def character_f1(gold: Iterable[Stretch], predicted: Iterable[Stretch]) -> float:
    """F1 over the characters of two sets of stretches.

    Examples:
        >>> character_f1([(0, 10)], [(5, 10)])
        0.6666666666666666
    """
    truth = {at for start, end in gold for at in range(start, end)}
    said = {at for start, end in predicted for at in range(start, end)}
    return f1(len(truth & said), len(said - truth), len(truth - said))
