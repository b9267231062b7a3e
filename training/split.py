"""A held-out part that looks like the whole: stratified over several labels at once, groups never torn.

References:
    Sechidis, Tsoumakas, Vlahavas, "On the stratification of multi-label data", ECML PKDD 2011.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from training.data import ABSENT, Example


def label_matrix(examples: Sequence[Example]) -> np.ndarray:
    """Give what is kept in balance: themes, sentiments, languages; booleans of shape (rows, labels)."""
    themes = np.array([example.themes for example in examples]).reshape(len(examples), -1) > ABSENT
    sentiment = np.array([example.sentiment for example in examples])[:, None] == np.arange(3)
    language = np.array([example.language == "vi" for example in examples])[:, None] == np.array([True, False])
    return np.concatenate([themes, sentiment, language], axis=1)


def hold_out(labels: np.ndarray, groups: Sequence[int], *, share: float, seed: int = 0) -> np.ndarray:
    """Choose the rows that are held out.

    Label by label, the rarest first, each group with that label goes where most of it is still wanted.

    Args:
        labels: Booleans of shape (rows, labels).
        groups: Number of each row's group.
        share: Wanted share of rows, 0 to 1.
        seed: Decides ties.

    Returns:
        Booleans of shape (rows,).
    """
    dice = random.Random(seed)  # noqa: S311
    names, member = np.unique(np.asarray(groups), return_inverse=True)
    counts = np.zeros((len(names), labels.shape[1] + 1))
    np.add.at(counts, member, np.concatenate([labels, np.ones((len(labels), 1))], axis=1))
    total = counts.sum(axis=0)
    wanted = np.stack([(1 - share) * total, share * total])  # learnt from, held out; the last column counts rows
    side = np.full(len(names), -1)
    while (side < 0).any():
        left = counts[side < 0].sum(axis=0)
        rarest = min((label for label in range(labels.shape[1]) if left[label]), key=lambda one: left[one], default=-1)
        for one in sorted(np.flatnonzero((side < 0) & (counts[:, rarest] > 0)), key=lambda one: -counts[one, rarest]):
            need = [(round(float(part[rarest]), 6), round(float(part[-1]), 6), dice.random()) for part in wanted]
            chosen = need.index(max(need))
            side[one] = chosen
            wanted[chosen] -= counts[one]
    return np.asarray(side[member] == 1)
