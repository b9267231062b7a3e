"""Odds ratios are those of logistic regression, and finite where plain logistic regression is not."""

import numpy as np
import pytest

from nlp_cx.drivers import DriverTable
from nlp_cx.drivers import logistic as module
from nlp_cx.drivers.driver import Effect
from nlp_cx.drivers.logistic import find_odds, fit, ratios_of
from nlp_cx.drivers.penalty_reward import choose_sides
from nlp_cx.histogram import Scale
from tests.drivers.simulated import NPS, STARS, cells_of, table

SIDE = ((0, 1),)


@pytest.mark.filterwarnings("ignore")
def test_with_many_responses_the_penalty_of_firth_vanishes():
    """20,000 responses: logarithms within a tenth of their errors, errors within 1% of statsmodels' likelihood."""
    import statsmodels.api as sm

    made = table(20_000)
    cells = cells_of(made)
    sides = choose_sides(cells)
    design = np.column_stack([(made.mentions[:, theme] & bit) > 0 for theme, bit in sides]).astype(float)
    wanted = sm.Logit(made.scores[NPS] >= 9, sm.add_constant(design)).fit(disp=False)

    promoters, detractors = find_odds(cells, sides, NPS, draw=np.random.default_rng(0))

    assert (promoters.outcome, detractors.outcome) == ("promoters", "detractors")
    assert promoters.converged
    assert (np.abs(promoters.logs - wanted.params[1:]) < 0.1 * wanted.bse[1:]).all()
    assert promoters.errors == pytest.approx(wanted.bse[1:], rel=0.01)


def test_a_two_by_two_table_by_hand():
    """Firth's estimate of a saturated table adds 1/2 to each count: 8.5 / 2.5 over 3.5 / 7.5."""
    found = fit("detractors", np.array([[0.0], [1.0]]), np.array([3.0, 8.0]), np.array([10.0, 10.0]), sides=SIDE)

    assert np.exp(found.logs).tolist() == pytest.approx([(8.5 / 2.5) / (3.5 / 7.5)], rel=1e-5)
    assert not found.separated[0]


def test_separation_is_told_and_held_finite():
    """All ten who blame it are detractors: 10.5 / 0.5 over 3.5 / 7.5, not infinity."""
    found = fit("detractors", np.array([[0.0], [1.0]]), np.array([3.0, 10.0]), np.array([10.0, 10.0]), sides=SIDE)

    assert found.converged
    assert found.separated.tolist() == [True]
    assert np.exp(found.logs).tolist() == pytest.approx([(10.5 / 0.5) / (3.5 / 7.5)], rel=1e-5)


def test_a_metric_without_groups_is_cut_above_its_median():
    """Stars have no promoters; a CES that is better low has an easy side."""
    made = table(scale=STARS)
    cells = cells_of(made, STARS)
    ces = Scale("ces", 1, 7, "lower_is_better")
    effort = table(scale=ces)

    assert [one.outcome for one in find_odds(cells, choose_sides(cells), STARS, draw=np.random.default_rng(0))] == [
        "above_median"
    ]
    assert [one.outcome for one in find_odds(cells_of(effort, ces), [(0, 1)], ces, draw=np.random.default_rng(0))] == [
        "easy"
    ]


@pytest.mark.parametrize(
    ("outcome", "hits", "agrees"),
    [("detractors", [10, 90], True), ("promoters", [10, 90], False), ("promoters", [90, 10], True)],
)
def test_a_check_that_points_the_other_way_is_told(outcome, hits, agrees):
    """A penalty goes with more detractors and with fewer promoters."""
    odds = fit(outcome, np.array([[0.0], [1.0]]), np.array(hits, dtype=float), np.array([100.0, 100.0]), sides=SIDE)
    penalty = Effect(n=100, value=-80, low=-90, high=-70, p=0.0, q=0.0, rank=1)

    assert [one.agrees for one in ratios_of([odds], 0, {"negative": penalty}, better=1)] == [agrees]


def test_too_many_kinds_of_responses_are_sampled(monkeypatch):
    """With room for 50 kinds, 50 of the responses are looked at."""
    monkeypatch.setattr(module, "MOST_CELLS", 50)
    cells = cells_of(table())
    assert len(cells.codes) > 50

    found = find_odds(cells, choose_sides(cells), NPS, draw=np.random.default_rng(0))

    assert {one.n for one in found} == {50}


def test_nobody_with_an_outcome_gives_no_odds_of_it():
    """No promoter at all: only the detractors are looked at."""
    made = DriverTable.of_judgements([{"a": ["negative"]}] * 10 + [{}] * 10, {NPS: [0] * 8 + [7] * 12})

    found = find_odds(cells_of(made), [(0, 1)], NPS, draw=np.random.default_rng(0))

    assert [one.outcome for one in found] == ["detractors"]
