"""A change is split without remainder."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.mix import Tally, split_change

RESPONSES = st.lists(
    st.tuples(st.sampled_from([-100.0, 0.0, 100.0]), st.sets(st.sampled_from(["a", "b", "c", "d"]))),
    min_size=1,
    max_size=40,
)


def tally(responses):
    made = Tally()
    for worth, themes in responses:
        made.add(worth, themes)
    return made


@given(RESPONSES, RESPONSES)
def test_mix_and_rate_add_up_to_the_change(before, after):
    """Whatever the responses: the parts are the whole, and shares are one."""
    mix = split_change(tally(before), tally(after))
    plain = sum(worth for worth, _ in after) / len(after) - sum(worth for worth, _ in before) / len(before)

    assert math.isclose(math.fsum(part.total for part in mix.parts), plain, abs_tol=1e-9)
    assert math.isclose(mix.mix + mix.rate, mix.change, abs_tol=1e-9)
    assert math.isclose(sum(part.share_after for part in mix.parts), 1)
    assert mix.low <= mix.change <= mix.high


@given(RESPONSES, RESPONSES)
def test_tallies_of_parts_are_the_tally_of_the_whole(one, other):
    """Days merge into periods."""
    merged = tally(one)
    merged.merge(tally(other))
    whole = tally([*one, *other])

    assert merged.n == whole.n
    assert math.isclose(merged.score, whole.score, abs_tol=1e-9)
    assert merged.parts.keys() == whole.parts.keys()


@given(RESPONSES)
def test_nothing_changes_against_itself(responses):
    """No mix, no rate."""
    mix = split_change(tally(responses), tally(responses))

    assert mix.change == 0
    assert all(part.mix == part.rate == 0 for part in mix.parts)


def test_scores_that_fall_are_rate():
    """The same themes in the same number, the deliveries now score -100."""
    before = tally([(100, ["delivery"]), (100, ["staff"])])
    after = tally([(-100, ["delivery"]), (100, ["staff"])])
    mix = split_change(before, after)

    assert {part.theme: (part.mix, part.rate) for part in mix.parts} == {"delivery": (0, -100), "staff": (0, 0)}


def test_a_new_theme_is_mix():
    """Nobody named it before, so it has no change of its own score."""
    mix = split_change(tally([(100, ["staff"])] * 2), tally([(100, ["staff"]), (-100, ["delivery"])]))
    part = next(part for part in mix.parts if part.theme == "delivery")

    assert (part.score_before, part.rate) == (None, 0)
    assert part.mix == 0.5 * (-100 - 50)
    assert mix.change == -100


def test_an_empty_period_cannot_be_split():
    """None, not zero."""
    assert split_change(Tally(), tally([(1, [])])) is None


def test_the_interval_is_that_of_two_means():
    """Two of each side: variance 20000 / 2 each."""
    mix = split_change(tally([(100, []), (-100, [])]), tally([(100, []), (-100, [])]))

    assert mix.high == pytest.approx(1.959964 * 20000**0.5)


@given(st.lists(st.tuples(st.sampled_from([-100.0, 0.0, 100.0]), st.sets(st.sampled_from("abc"))), max_size=30))
def test_counting_many_at_once_is_counting_one_by_one(responses):
    import numpy as np

    one, many = Tally(), Tally()
    for worth, themes in responses:
        one.add(worth, themes)
    named = np.array([[theme in themes for theme in "abc"] for _, themes in responses], bool).reshape(-1, 3)
    many.add_all(np.array([worth for worth, _ in responses], float), named, "abc")

    assert (many.n, many.score) == (one.n, pytest.approx(one.score))
    assert many.variance == pytest.approx(one.variance)
    assert {theme: pytest.approx(part) for theme, part in many.parts.items()} == one.parts
