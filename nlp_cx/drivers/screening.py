"""Which figures may be believed when many are looked at: false discoveries, and how many stand behind a figure."""

from __future__ import annotations

from collections.abc import Sequence

ALPHA = 0.05
"""Rate of false discoveries among those called clear, and error of each interval."""


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Turn p-values into q-values: the smallest rate of false discoveries at which each would be one.

    scipy's `false_discovery_control` gives the same; a command line does without loading scipy.stats this way.

    Args:
        p_values: Each in [0, 1], in any order.

    Returns:
        q-values in the same order, each at least its p-value and at most 1.

    Examples:
        >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.5])
        [0.04, 0.05333333333333334, 0.05333333333333334, 0.5]

    References:
        Benjamini and Hochberg, "Controlling the false discovery rate", JRSS B 57, 1995.
    """
    q_values = [1.0] * len(p_values)
    smallest = 1.0
    order = sorted(range(len(p_values)), key=lambda at: -p_values[at])
    for rank, at in zip(range(len(p_values), 0, -1), order, strict=True):
        smallest = q_values[at] = min(smallest, p_values[at] * len(p_values) / rank)
    return q_values
