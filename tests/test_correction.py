"""Shares are corrected for what the model misses and sees by mistake."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.correction import Accuracy, correct, read_accuracy
from nlp_cx.errors import ModelMismatchError, ScoreError

GOOD = Accuracy(hits=90, missed=10, wrong=45, right=855)


def test_the_estimate_undoes_the_models_errors():
    """Of 1000 comments 200 name it: the model counts 0.9 * 200 + 0.05 * 800 = 220."""
    assert correct(220, 1000, GOOD).share == pytest.approx(0.2)


def test_a_perfect_model_needs_no_correction():
    """The raw share is the share."""
    found = correct(30, 100, Accuracy(hits=500, missed=0, wrong=0, right=500))

    assert found.share == pytest.approx(found.raw)
    assert found.low < 0.3 < found.high


@given(st.integers(0, 400), st.integers(10, 300), st.integers(0, 300), st.integers(0, 300), st.integers(1, 900))
def test_a_share_stays_a_share(count, hits, missed, wrong, right):
    """Whatever the counts, estimate and interval lie in [0, 1] and hold each other."""
    found = correct(count, 400, Accuracy(hits=hits, missed=missed, wrong=wrong, right=right))

    assert found is None or 0 <= found.low <= found.share <= found.high <= 1


def test_the_interval_knows_how_few_comments_the_model_was_measured_on():
    """A tenth of the labelled comments, the same rates: a wider interval."""
    few = Accuracy(hits=9, missed=1, wrong=5, right=95)
    wide, narrow = correct(300, 1000, few), correct(300, 1000, Accuracy(hits=900, missed=100, wrong=500, right=9500))

    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_the_interval_covers_the_truth():
    """A true share of 15%, a model of 85% and 95% measured on 100 mentions and 400 others: 95% +- 3% of 600 surveys."""
    draw = np.random.default_rng(5)
    held = 0
    for _ in range(600):
        true = draw.binomial(500, 0.15)
        count = draw.binomial(true, 0.85) + draw.binomial(500 - true, 0.05)
        hits, wrong = int(draw.binomial(100, 0.85)), int(draw.binomial(400, 0.05))
        found = correct(int(count), 500, Accuracy(hits=hits, missed=100 - hits, wrong=wrong, right=400 - wrong))
        held += found.low <= 0.15 <= found.high

    assert 0.92 <= held / 600 <= 0.985


@pytest.mark.parametrize("accuracy", [Accuracy(hits=0, missed=0, wrong=5, right=95),
                                      Accuracy(hits=9, missed=0, wrong=0, right=95),
                                      Accuracy(hits=20, missed=20, wrong=40, right=60),
                                      Accuracy(hits=20, missed=2, wrong=0, right=0)])  # fmt: skip
def test_what_is_not_known_is_not_corrected(accuracy):
    """No labelled mention, too few, a model that guesses, no comment without a mention."""
    assert correct(30, 100, accuracy) is None


def test_impossible_counts_are_refused():
    """Eleven of ten; hits below zero."""
    with pytest.raises(ScoreError, match="11 of 10"):
        correct(11, 10, GOOD)
    with pytest.raises(ScoreError, match="0 or more"):
        Accuracy(hits=-1, missed=0, wrong=0, right=0)


def test_both_languages_are_read_together(tmp_path):
    """Sets with changed texts, and those of other sources, do not count."""
    counts = {"mentions": 10, "f1": 0.8, "hits": 8, "wrong": 2, "missed": 2, "right": 88}
    figures = {
        "cx_annotated:vi": {"themes": {"staff": counts}},
        "cx_annotated:en": {"themes": {"staff": counts, "price": {"mentions": 3, "f1": 0.5}}},
        "cx_annotated:vi, no diacritics": {"themes": {"staff": counts}},
        "elsewhere": {"themes": {"staff": counts}},
    }
    (tmp_path / "metrics.json").write_text(json.dumps(figures))

    assert read_accuracy(tmp_path) == {"staff": Accuracy(hits=16, missed=4, wrong=4, right=176)}


def test_a_model_that_was_not_measured_corrects_nothing(tmp_path):
    """No file, no correction; a broken one is told."""
    assert read_accuracy(tmp_path) == {}
    (tmp_path / "metrics.json").write_text("[")
    with pytest.raises(ModelMismatchError, match="fetch the folder again"):
        read_accuracy(tmp_path)
