"""The held-out part looks like the whole."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from training.split import hold_out


def test_rare_labels_are_shared_out():
    """Of 8 rows with a rare label 2 are held out, of 40 with a common one 10."""
    labels = np.zeros((160, 2), dtype=bool)
    labels[:8, 0] = True
    labels[60:100, 1] = True

    held = hold_out(labels, range(160), share=0.25)

    assert (held.sum(), held[:8].sum(), held[60:100].sum()) == (40, 2, 10)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.integers(0, 1000), st.data())
def test_groups_are_never_torn(rows, seed, data):
    """Whatever labels and groups there are, the rows of a group are on one side, the same each time."""
    groups = data.draw(st.lists(st.integers(0, 20), min_size=rows, max_size=rows))
    labels = np.random.default_rng(seed).random((rows, 5)) < 0.2

    held = hold_out(labels, groups, share=0.3, seed=seed)

    for group in set(groups):
        assert len({bool(held[at]) for at in range(rows) if groups[at] == group}) == 1
    assert (held == hold_out(labels, groups, share=0.3, seed=seed)).all()
