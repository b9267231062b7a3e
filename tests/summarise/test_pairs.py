"""Two themes in one comment: how often, and whether more often than chance."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.summarise.pairs import FEWEST, find_pairs


def test_themes_that_always_stand_together_go_together():
    """20 of 100 comments name both and no comment one alone: five times as often as chance, beyond doubt."""
    (pair,) = find_pairs({("price", "staff"): 20}, {"price": 20, "staff": 20}, 100)

    assert (pair.lift, pair.of_theme, pair.of_other, pair.tone) == (5.0, 1.0, 1.0, 1)


def test_themes_named_by_everybody_tell_nothing():
    """What all comments name goes with everything exactly as often as chance has it."""
    (pair,) = find_pairs({("price", "staff"): 40}, {"price": 100, "staff": 40}, 100)

    assert (pair.lift, pair.low, pair.high, pair.tone) == (1.0, 1.0, 1.0, 0)


def test_few_comments_say_nothing():
    """Four comments are four customers."""
    assert find_pairs({("price", "staff"): FEWEST - 1}, {"price": 9, "staff": 9}, 1000) == ()


@given(st.integers(5, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 500))
def test_the_interval_holds_the_lift(both, alone, other_alone, rest):
    """Whatever the four cells are."""
    named = {"price": both + alone, "staff": both + other_alone}
    (pair,) = find_pairs({("price", "staff"): both}, named, both + alone + other_alone + rest)

    assert pair.low <= pair.lift * (1 + 1e-12)
    assert pair.high >= pair.lift * (1 - 1e-12)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    """Of 15 pairs of independent themes in 100 surveys about 5% are said to go together or apart."""
    draw, told = np.random.default_rng(3), []
    for _ in range(100):
        said = draw.random((800, 6)) < 0.15
        named = {str(at): int(said[:, at].sum()) for at in range(6)}
        both = {(str(a), str(b)): int((said[:, a] & said[:, b]).sum()) for a, b in combinations(range(6), 2)}
        told += [pair.tone != 0 for pair in find_pairs(both, named, len(said))]

    assert 0.02 < np.mean(told) < 0.08
