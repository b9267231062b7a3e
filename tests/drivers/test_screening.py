"""q-values are Benjamini and Hochberg's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.drivers.screening import benjamini_hochberg


def test_the_example_of_the_paper():
    """Of the 15 p-values of Benjamini and Hochberg's table the first four are below 5 %."""
    p_values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
                0.759, 1.0]  # fmt: skip

    assert sum(q <= 0.05 for q in benjamini_hochberg(p_values)) == 4


@given(st.lists(st.floats(0, 1), max_size=30))
def test_q_values_are_those_of_scipy(p_values):
    """In any order, with ties, and of none."""
    from scipy.stats import false_discovery_control

    wanted = false_discovery_control(p_values).tolist() if p_values else []

    assert benjamini_hochberg(p_values) == pytest.approx(wanted)
