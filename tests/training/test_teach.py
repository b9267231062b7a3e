"""training.teach: a run's own guesses on plain text, as soft labels."""

from __future__ import annotations

import json
import math
import random

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from nlp_cx.encode import Encoder
from nlp_cx.network import build
from tests.training.test_finetune import EXAMPLES, RUN, TINY, WORDS, tokenizer_json, train_tiny  # noqa: F401
from training.data import THEMES, Example
from training.finetune import Learner, batches
from training.teach import Guess, guess_loss, stack, teach

PLAIN = [
    Example(id=f"p{at}", text=" ".join(WORDS[at : at + 3]), language="vi", source="plain", split="train")
    for at in range(9)
]


def test_the_loss_of_even_guesses_by_hand():
    """Even odds against even odds: log 3 for sentiment, log 4 for each of two themes; no guess adds none."""
    even = Guess(np.full(3, 1 / 3, np.float16), np.full((2, 4), 1 / 4, np.float16))

    guessed = stack([even, None], themes=2)

    assert guessed is not None
    found = guess_loss(torch.zeros(2, 3), torch.zeros(2, 2, 4), guessed)
    assert found.item() == pytest.approx((math.log(3) + 2 * math.log(4)) / 2, rel=1e-3)


def test_a_batch_without_guesses_has_none():
    assert stack([None, None], themes=2) is None


def test_guesses_are_what_the_network_says(tokenizer_json):  # noqa: F811
    """Each text gets the probabilities that the network gives it alone, whatever batch it was in."""
    network, _ = train_tiny(tokenizer_json, steps=20)
    encoder = Encoder(tokenizer_json)

    together = teach(network, encoder, PLAIN, 512)

    assert set(together) == {one.id for one in PLAIN}
    for one in PLAIN:
        alone = teach(network, encoder, [one], 512)[one.id]
        assert np.allclose(alone.themes, together[one.id].themes, atol=0.02)
        assert together[one.id].sentiment.sum() == pytest.approx(1, abs=0.01)


def test_a_fresh_network_learns_its_teachers_guesses(tokenizer_json, tmp_path):  # noqa: F811
    """After some steps on plain text alone, the pupil says of labelled texts what the teacher says."""
    teacher, _ = train_tiny(tokenizer_json)
    encoder = Encoder(tokenizer_json)
    texts = [*PLAIN, *(Example(id=e.id, text=e.text, language="vi", source="plain", split="train") for e in EXAMPLES)]
    guesses = teach(teacher, encoder, texts, 512)
    torch.manual_seed(1)
    save_file(build(TINY, themes=len(THEMES)).backbone.state_dict(), tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text(json.dumps(TINY))
    run = {**RUN, "body_rate": 5e-3, "head_rate": 5e-3, "sources": {"plain": {"sentiment": 0.0}}, "bare": 0.0}
    learner = Learner(tmp_path, run, {"plain": 0})
    (batch,) = batches(texts, encoder, run, {"plain": 0}, random.Random(3), guesses)

    history = [learner.step(batch, 0.3)["guessed"] for _ in range(150)]

    assert history[-1] < 0.2 * history[0]
    pupil = teach(learner.network, encoder, texts, 512)
    assert all(guesses[e.id].sentiment.argmax() == pupil[e.id].sentiment.argmax() for e in EXAMPLES)
