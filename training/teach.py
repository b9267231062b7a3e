"""A run's own guesses on plain text as soft labels: the pupil reads it mistyped, the teacher as it is.

References:
    Xie et al., "Self-training with Noisy Student improves ImageNet classification", CVPR 2020.
    Hinton et al., "Distilling the knowledge in a neural network", 2015.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from nlp_cx.alignment import Aligned
from nlp_cx.encode import Encoder, cut_batches
from nlp_cx.network import FeedbackNetwork
from training.data import Example
from training.reading import as_served

CHUNK = 8192

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Guess:
    """What the teacher makes of one text: probabilities."""

    sentiment: np.ndarray
    """Shape (3,)."""
    themes: np.ndarray
    """Shape (themes, 4)."""


def teach(network: FeedbackNetwork, encoder: Encoder, examples: Sequence[Example], budget: int) -> dict[str, Guess]:
    """Let a network guess the labels of plain texts.

    Args:
        network: The teacher; its weights are only read.
        encoder: The run's own.
        examples: Texts to guess for.
        budget: Tokens of one batch.

    Returns:
        A guess by id of the example; half precision, for there may be many.
    """
    guesses: dict[str, Guess] = {}
    for at in range(0, len(examples), CHUNK):
        chunk = examples[at : at + CHUNK]
        windows, _ = encoder.encode([as_served(Aligned.of(one.text)).text for one in chunk])
        for positions in cut_batches(windows, budget=budget):
            picked = [windows[position] for position in positions]
            sentiment, themes = _guess(network, [window.ids for window in picked])
            for window, feeling, about in zip(picked, sentiment, themes, strict=True):
                guesses[chunk[window.comment].id] = Guess(feeling, about)
        log.info("%d of %d plain texts guessed", len(guesses), len(examples))
    return guesses


@torch.no_grad()
def _guess(network: FeedbackNetwork, ids: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of one batch: shapes (rows, 3) and (rows, themes, 4)."""
    width = max(map(len, ids))
    padded, attention = torch.zeros(len(ids), width, dtype=torch.long), torch.zeros(len(ids), width, dtype=torch.long)
    for number, row in enumerate(ids):
        padded[number, : len(row)] = torch.tensor(row)
        attention[number, : len(row)] = 1
    with torch.autocast("cpu", torch.bfloat16):
        sentiment, themes, _, _ = network(padded, attention, torch.zeros_like(padded))
    halves = (sentiment.float().softmax(-1).half(), themes.float().softmax(-1).half())
    return halves[0].numpy(), halves[1].numpy()


def stack(guesses: Iterable[Guess | None], themes: int) -> tuple[Tensor, Tensor] | None:
    """Put the guesses of a batch's rows together, zeros (which add no loss) where there is none.

    Args:
        guesses: One a row.
        themes: Number of themes.

    Returns:
        Shapes (rows, 3) and (rows, themes, 4), or None when no row has one.
    """
    rows = list(guesses)
    if not any(rows):
        return None
    feeling, about = np.zeros((len(rows), 3), np.float32), np.zeros((len(rows), themes, 4), np.float32)
    for number, guess in enumerate(rows):
        if guess is not None:
            feeling[number], about[number] = guess.sentiment, guess.themes
    return torch.from_numpy(feeling), torch.from_numpy(about)


def guess_loss(sentiment: Tensor, themes: Tensor, guessed: tuple[Tensor, Tensor]) -> Tensor:
    """Cross-entropy to the teacher's probabilities, of sentiment and summed over themes, mean over rows.

    Args:
        sentiment: The pupil's logits, shape (rows, 3).
        themes: The same, shape (rows, themes, 4).
        guessed: As `stack` gives; a row of zeros adds nothing.
    """
    feeling = -(guessed[0] * functional.log_softmax(sentiment, dim=-1)).sum()
    about = -(guessed[1] * functional.log_softmax(themes, dim=-1)).sum()
    return (feeling + about) / len(sentiment)
