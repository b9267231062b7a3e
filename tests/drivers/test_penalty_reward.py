"""Penalties and rewards are those of ordinary least squares, with errors that hold if variances differ."""

import numpy as np
import pytest

from nlp_cx.drivers import DriverTable
from nlp_cx.drivers.driver import Effect
from nlp_cx.drivers.effects import effects_of
from nlp_cx.drivers.penalty_reward import choose_sides, kind_of, regress
from nlp_cx.histogram import Scale
from tests.drivers.simulated import NPS, cells_of, table, twice

CSAT = Scale("csat", 1, 5)


def effect(value, *, clear=True, rank=1):
    return Effect(n=50, value=value, low=value - 1, high=value + 1, p=0.0, q=0.0 if clear else 0.5, rank=rank)


def test_a_penalty_by_hand():
    """10 of 20 blame the price and 2 of them are satisfied, of the others 8: the penalty is 20 - 80 = -60 points."""
    made = DriverTable.of_judgements(
        [{"price": ["negative"]}] * 10 + [{}] * 10, {CSAT: [5] * 2 + [1] * 8 + [5] * 8 + [1] * 2}
    )
    cells = cells_of(made, CSAT)

    found = regress(cells, choose_sides(cells))

    assert found is not None
    assert found.values.tolist() == pytest.approx([-60.0])
    # HC3: residuals 80 and -20 of the satisfied and the others who blame, each over 1 - 1/10; squares summed over 10²
    squares = 2 * (80 / 0.9) ** 2 + 8 * (20 / 0.9) ** 2
    assert found.errors.tolist() == pytest.approx([np.sqrt(2 * squares) / 10])
    assert found.r2 == pytest.approx(0.36)


@pytest.mark.filterwarnings("ignore")
def test_all_figures_are_those_of_statsmodels():
    """Coefficients, HC3 errors, p-values and R² of the rows one by one equal those of the counted cells."""
    import statsmodels.api as sm

    made = table()
    cells = cells_of(made)
    sides = choose_sides(cells)
    design = np.column_stack([(made.mentions[:, theme] & bit) > 0 for theme, bit in sides]).astype(float)
    worth = 100.0 * (made.scores[NPS] >= 9) - 100.0 * (made.scores[NPS] <= 6)
    wanted = sm.OLS(worth, sm.add_constant(design)).fit(cov_type="HC3", use_t=True)

    found = regress(cells, sides)

    assert found is not None
    assert found.values == pytest.approx(wanted.params[1:])
    assert found.errors == pytest.approx(wanted.bse[1:])
    assert found.p == pytest.approx(wanted.pvalues[1:])
    assert (found.r2, found.r2_adjusted) == pytest.approx((wanted.rsquared, wanted.rsquared_adj))
    assert found.interval(0) == pytest.approx(tuple(wanted.conf_int()[1]))
    joint = wanted.f_test(np.eye(len(sides) + 1)[1:3])
    assert found.chance == pytest.approx(float(wanted.f_test(np.eye(len(sides) + 1)[1:]).pvalue), rel=1e-4)
    assert found.joint_p_of(0) == pytest.approx(float(joint.pvalue))


def test_saying_it_twice_makes_no_penalty_surer():
    """Each row twice by the same person: the same penalties, nearly the same errors; not smaller by the root of 2."""
    once, again = (regress(cells, choose_sides(cells)) for cells in (cells_of(table()), cells_of(twice(table()))))

    assert once is not None
    assert again is not None
    assert again.values == pytest.approx(once.values)
    assert again.errors == pytest.approx(once.errors, rel=0.05)


def test_columns_that_follow_from_others_get_no_figure_and_spoil_no_other():
    """Theme b is mentioned exactly like a: neither has a penalty of its own, c keeps the one it has without b."""
    draw = np.random.default_rng(3)
    codes = np.where(draw.random((300, 2)) < 0.4, draw.choice([1, 4], (300, 2)), 0).astype(np.uint8)
    scores = {NPS: np.clip(np.round(8 - 2 * (codes[:, 1] == 1) + draw.standard_normal(300)), 0, 10)}
    tied = DriverTable(themes=("a", "b", "c"), mentions=codes[:, [0, 0, 1]], scores=scores)
    free = DriverTable(themes=("a", "c"), mentions=codes, scores=scores)

    found, wanted = (regress(cells, choose_sides(cells)) for cells in (cells_of(tied), cells_of(free)))

    assert found is not None
    assert wanted is not None
    assert found.told_apart.tolist() == [False] * 4 + [True] * 2
    assert np.isnan(found.values[:4]).all()
    assert found.values[4:] == pytest.approx(wanted.values[2:])
    assert found.errors[4:] == pytest.approx(wanted.errors[2:], rel=1e-3)
    assert found.r2 == pytest.approx(wanted.r2)


def test_sides_that_few_take_or_leave_are_no_columns():
    """9 blame a, and all but 9 praise b: neither column is made."""
    made = DriverTable.of_judgements(
        [{"a": ["negative"], "b": ["positive"]}] * 9 + [{"b": ["positive"]}] * 82 + [{}] * 9, {NPS: [0, 10] * 50}
    )

    assert choose_sides(cells_of(made)) == ()


def test_few_mentions_get_no_rank_and_no_q():
    """A theme blamed 20 times has a penalty, but is neither ranked nor called clear."""
    draw = np.random.default_rng(0)
    made = DriverTable.of_judgements(
        [{"a": ["negative"]}] * 20 + [{"b": ["negative"]}] * 50 + [{}] * 130,
        {NPS: [*draw.choice([0, 5], 20).tolist(), *draw.choice([0, 10], 180).tolist()]},
    )
    cells = cells_of(made)
    found = regress(cells, choose_sides(cells))
    assert found is not None

    effects = effects_of(cells, found, NPS)

    assert (effects[0]["negative"].rank, effects[0]["negative"].q, effects[0]["negative"].clear) == (None, None, False)
    assert effects[1]["negative"].rank == 1


@pytest.mark.parametrize(
    ("penalty", "reward", "total", "kind"),
    [
        (effect(-30), effect(10), (-25, -15), "basic"),
        (effect(-20), effect(22), (-3, 7), "performance"),
        (effect(-5), effect(25), (15, 25), "excitement"),
        (effect(-30), effect(1, clear=False), (-35, -23), "basic"),
        (effect(-9), effect(3, clear=False), (-14, 2), None),
        (effect(1, clear=False), effect(1, clear=False), (-3, 5), None),
        (effect(-30, rank=None), effect(10), (-25, -15), None),
        (effect(20), effect(3), (15, 30), None),
    ],
)
def test_the_class_of_a_theme(penalty, reward, total, kind):
    """What outweighs the other names the class; a blame that goes with a better score is no penalty."""
    if kind is None and penalty.value == 20:
        reward = effect(3, clear=False)

    assert kind_of(penalty, reward, total, better=1) == kind


def test_where_lower_is_better_a_penalty_raises_the_score():
    """Effort +30 where blamed, -10 where praised: basic as well."""
    assert kind_of(effect(30), effect(-10), (15, 25), better=-1) == "basic"
