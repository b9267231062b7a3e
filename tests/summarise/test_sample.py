"""A sample is the same on every run and does not depend on the order things come in."""

from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.summarise.sample import Sample, fingerprint


@given(st.lists(st.integers(0, 1000)), st.integers(1, 20))
def test_a_sample_keeps_the_smallest_keys_once(keys, size):
    """It equals the beginning of the sorted set of keys."""
    sample = Sample[int](size)
    for key in keys:
        sample.offer(key, lambda key=key: key)

    assert sample.items() == sorted(set(keys))[:size]


def test_items_are_made_only_if_they_are_taken():
    """A key that is too large costs nothing."""
    sample = Sample[str](1)
    sample.offer(1, lambda: "kept")

    sample.offer(2, lambda: 1 / 0)
    sample.offer(1, lambda: 1 / 0)

    assert sample.items() == ["kept"]


def test_fingerprints_are_the_same_everywhere():
    """Python's own hash changes from run to run; this one must not, or summaries would."""
    assert fingerprint("giao hàng") == 11051155697271143304
    assert 0 <= fingerprint("\ud800") < 2**64
