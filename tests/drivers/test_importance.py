"""Shares of R² are Shapley's: they sum to R², and equal what all orders give."""

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_cx.drivers.importance import lmg, sampled_lmg

CORRELATED = 0.6


def products_of(seed, players, rows=200):
    draw = np.random.default_rng(seed)
    common = draw.standard_normal((rows, 1))
    columns = draw.standard_normal((rows, 2 * players)) + CORRELATED * common
    score = columns @ draw.standard_normal(2 * players) + 3 * draw.standard_normal(rows)
    data = np.column_stack([columns, score])
    data -= data.mean(axis=0)
    return data, data.T @ data


def explained(data, players):
    """R² of a set of players, by least squares on the rows."""
    columns = data[:, [column for player in players for column in (2 * player, 2 * player + 1)]]
    rest = data[:, -1] - columns @ np.linalg.lstsq(columns, data[:, -1], rcond=None)[0] if players else data[:, -1]
    return 1 - (rest @ rest) / (data[:, -1] @ data[:, -1])


def test_parts_are_the_mean_over_all_orders():
    """Four players of two columns each: 24 orders, each a chain of regressions."""
    data, products = products_of(0, 4)
    wanted = np.zeros(4)
    for order in permutations(range(4)):
        for place, player in enumerate(order):
            wanted[player] += explained(data, order[: place + 1]) - explained(data, order[:place])

    parts, r2 = lmg(products, [2] * 4)

    assert parts == pytest.approx(wanted / math.factorial(4))
    assert r2 == pytest.approx(explained(data, range(4)))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), players=st.integers(1, 7))
def test_parts_sum_to_r2_and_none_is_negative(seed, players):
    """Whatever the columns."""
    _, products = products_of(seed, players)

    parts, r2 = lmg(products, [2] * players)

    assert parts.sum() == pytest.approx(r2)
    assert (parts >= -1e-12).all()


def test_unrelated_players_get_what_they_explain_alone():
    """Uncorrelated columns with variances 4 and 1, coefficients 1/2 and 1, of a score with variance 4."""
    parts, r2 = lmg(np.array([[4.0, 0, 2], [0, 1, 1], [2, 1, 4]]), [1, 1])

    assert (parts.tolist(), r2) == ([0.25, 0.25], 0.5)


def test_two_that_are_the_same_share_equally():
    """The second copy of a column adds nothing, whichever comes first."""
    parts, r2 = lmg(np.array([[4.0, 4, 2], [4, 4, 2], [2, 2, 4]]), [1, 1])

    assert (parts.tolist(), r2) == ([0.125, 0.125], 0.25)


def test_adjusting_takes_off_what_chance_explains():
    """R² 0.5 with 2 columns and 11 rows: 1 - 0.5 * 10 / 8 = 0.375, half each."""
    parts, r2 = lmg(np.array([[4.0, 0, 2], [0, 1, 1], [2, 1, 4]]), [1, 1], responses=11)

    assert parts.tolist() == pytest.approx([0.1875, 0.1875])
    assert r2 == pytest.approx(0.375)


@pytest.mark.parametrize("responses", [None, 200])
def test_sampled_orders_come_close_and_sum_to_r2(responses):
    """6 players, 200 of 720 orders: each part within 0.01, the sum exact."""
    _, products = products_of(1, 6)
    wanted, r2 = lmg(products, [2] * 6, responses=responses)

    parts, total = sampled_lmg(products, [2] * 6, orders=200, draw=np.random.default_rng(0), responses=responses)

    assert parts == pytest.approx(wanted, abs=0.01)
    assert (parts.sum(), total) == pytest.approx((r2, r2))
