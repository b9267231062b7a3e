"""Equal responses are counted once, and nothing is lost by it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nlp_cx.drivers import DriverTable
from nlp_cx.drivers.cells import Cells
from nlp_cx.histogram import Scale

NPS = Scale("nps", 0, 10)


@settings(max_examples=60, deadline=None)
@given(
    mentions=st.tuples(st.integers(1, 30), st.integers(1, 30)).flatmap(
        lambda shape: arrays.arrays(np.uint8, shape, elements=st.sampled_from([0, 1, 4, 7]))
    ),
    data=st.data(),
)
def test_cells_hold_what_the_rows_hold(mentions, data):
    """Each row's cell has its mentions and its value, and no two cells are equal; with many themes too."""
    values = data.draw(arrays.arrays(np.float64, len(mentions), elements=st.sampled_from([0.0, 9.0, 10.0])))
    themes = tuple(map(str, range(mentions.shape[1])))

    cells = Cells.of(DriverTable(themes=themes, mentions=mentions, scores={NPS: values}), NPS, list(range(len(themes))))

    assert (cells.codes[cells.cell_of] == mentions).all()
    assert (cells.values[cells.cell_of] == values).all()
    assert cells.counts.sum() == len(mentions)
    assert len(
        {(*codes, value) for codes, value in zip(cells.codes.tolist(), cells.values.tolist(), strict=True)}
    ) == len(cells.codes)


def test_missing_and_impossible_answers_are_left_out():
    """Of 10, nothing, 7.5 and 11 on an NPS one answer is left; 7.5 and 11 are told."""
    made = DriverTable.of_judgements([{"a": ["negative"]}] * 4, {NPS: [10, np.nan, 7.5, 11]})

    cells = Cells.of(made, NPS, [0])

    assert (cells.n, cells.mean, cells.not_whole) == (1, 100.0, 2)


def test_rows_of_a_respondent_are_added_up_before_they_are_squared():
    """Influences 1, 2 of one person and -3 of another: 3² + 3² = 18, times 2 / (2 - 1)."""
    made = DriverTable.of_judgements([{}, {}, {}], {NPS: [1, 2, 3]}, respondents=["an", "an", "bo"])
    cells = Cells.of(made, NPS, [])
    influence = np.array([[1.0], [2.0], [-3.0]])[np.argsort(np.argsort(cells.values))]

    assert cells.outer(influence).tolist() == [[36.0]]


@pytest.mark.parametrize("columns", [1, 3])
def test_one_column_and_many_are_summed_alike(columns):
    """The diagonal of the sums is the same whether columns are given at once or one by one."""
    draw = np.random.default_rng(1)
    made = DriverTable.of_judgements(
        [{"a": ["negative"]} if each else {} for each in draw.integers(0, 2, 50)],
        {NPS: draw.integers(0, 11, 50).astype(float)},
        respondents=draw.integers(0, 20, 50).tolist(),
    )
    cells = Cells.of(made, NPS, [0])
    influence = draw.standard_normal((len(cells.codes), columns))

    assert np.diag(cells.outer(influence)) == pytest.approx(
        [cells.outer(influence[:, [at]])[0, 0] for at in range(columns)]
    )
