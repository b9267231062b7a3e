"""Masked-language modelling beside the labels: hidden tokens, and a head that guesses them.

One share of a step teaches the encoder the language of its comments; the hidden tokens are a light noise for the other
heads. The head is thrown away after the run.

References:
    Devlin et al., "BERT: pre-training of deep bidirectional transformers for language understanding", NAACL 2019.
"""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from training.grow import SPECIAL

MASK = SPECIAL.index("[MASK]")
OURS = torch.arange(len(SPECIAL))
"""Ids of our special tokens."""
FIRST_WORD = 20
"""Replacements are drawn from this id on: what lies below are special tokens and rare signs."""


def hide(
    ids: Tensor, share: float | Tensor, vocabulary: int, *, mask: int = MASK, special: Tensor = OURS
) -> tuple[Tensor, Tensor]:
    """Hide a share of the tokens: 80 % become [MASK], 10 % another token, 10 % stay as they are.

    Args:
        ids: Shape (rows, tokens); special tokens and padding are never hidden.
        share: Between 0 and 1; a tensor of shape (rows, 1) gives every row its own.
        vocabulary: Number of ids.
        mask: Id of the mask token; other encoders than ours have another.
        special: Ids of the special tokens, likewise.

    Returns:
        Inputs with the tokens hidden, and where they are (boolean); both of shape (rows, tokens).
    """
    hidden = (torch.rand(ids.shape) < share) & ~torch.isin(ids, special)
    roll = torch.rand(ids.shape)
    inputs = ids.clone()
    inputs[hidden & (roll < 0.8)] = mask
    other = hidden & (roll > 0.9)
    inputs[other] = torch.randint(min(FIRST_WORD, vocabulary - 1), vocabulary, (int(other.sum()),))
    return inputs, hidden


def special_ids(tokenizer_json: Path) -> tuple[int, Tensor]:
    """Give the id of the mask token, and those of all special tokens, by BERT's names or RoBERTa's."""
    vocabulary = Tokenizer.from_file(str(tokenizer_json)).get_vocab()
    names = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "<s>", "</s>", "<pad>", "<unk>", "<mask>")
    found = {name: vocabulary[name] for name in names if name in vocabulary}
    return found.get("[MASK]", found.get("<mask>", MASK)), torch.tensor(sorted({MASK, *found.values()}))


class LanguageHead(nn.Module):
    """Guesses hidden tokens; the input embeddings are its output matrix (Press and Wolf 2017)."""

    def __init__(self, hidden: int, vocabulary: int) -> None:
        """Make a fresh head for states of width `hidden`."""
        super().__init__()
        self.transform = nn.Sequential(nn.Linear(hidden, hidden), nn.GELU(), nn.LayerNorm(hidden))
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def forward(self, states: Tensor, words: Tensor) -> Tensor:
        """Give logits over the vocabulary, shape (tokens, vocabulary), for states of shape (tokens, hidden)."""
        logits: Tensor = nn.functional.linear(self.transform(states), words, self.bias)
        return logits
