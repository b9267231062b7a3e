"""Respondents are drawn anew with all their rows, and shares keep between the ranks that this gives."""

import numpy as np
import pytest

from nlp_cx.drivers import resample
from nlp_cx.drivers.penalty_reward import choose_sides, moments_of
from nlp_cx.drivers.resample import resampled_moments
from nlp_cx.drivers.shares import Shares, share_out
from tests.drivers.simulated import cells_of, table, twice


def spread(cells, resamples=300):
    sides = choose_sides(cells)
    drawn = list(resampled_moments(cells, sides, resamples=resamples, draw=np.random.default_rng(0)))
    return moments_of(cells, sides)[1], np.array(drawn)


def test_resamples_lie_about_what_was_answered():
    """The mean of the resampled sums is that of the answers, less the one part in n that any resample loses."""
    products, drawn = spread(cells_of(table()))

    assert np.diag(drawn.mean(axis=0)) == pytest.approx(np.diag(products), rel=0.05)


def test_groups_vary_like_respondents(monkeypatch):
    """3,000 respondents one by one and in 1,000 groups: the sums vary alike."""
    cells = cells_of(table(3_000))
    monkeypatch.setattr(resample, "GROUPS", 10_000)
    _, alone = spread(cells)
    monkeypatch.setattr(resample, "GROUPS", 1_000)
    _, grouped = spread(cells)

    assert np.diag(grouped.std(axis=0)) == pytest.approx(np.diag(alone.std(axis=0)), rel=0.25)


def test_both_rows_of_a_respondent_are_drawn_together():
    """Each row twice by one person: sums are doubled and so is their spread, not only times the root of 2."""
    _, once = spread(cells_of(table()))
    _, again = spread(cells_of(twice(table())))

    assert np.diag(again.std(axis=0)) == pytest.approx(2 * np.diag(once.std(axis=0)), rel=0.2)


def test_shares_sum_to_one_and_lie_in_their_intervals():
    """The theme that costs most has the largest share, first in all resamples."""
    cells = cells_of(table(2_000))

    shares = share_out(cells, choose_sides(cells), resamples=100, draw=np.random.default_rng(0))

    assert shares.values.sum() == pytest.approx(1)
    assert shares.ranks([0, 1, 2]) is not None
    assert (shares.ranks([0, 1, 2]) or [])[0] == (1, 1)
    for theme in shares.players:
        low, high = shares.interval(theme) or (2.0, 2.0)
        assert 0 <= low <= (shares.share(theme) or 0.0) <= high <= 1


def test_where_nothing_is_explained_no_share_is_told():
    """In some resamples all parts together are below 0: any share may be."""
    drawn = np.array([[0.1, 0.1], [-0.2, 0.1]] * 50)

    assert Shares(players=[0, 1], values=np.array([0.5, 0.5]), resampled=drawn).interval(0) == (0.0, 1.0)


def test_without_resamples_there_is_no_interval():
    cells = cells_of(table())

    shares = share_out(cells, choose_sides(cells), resamples=0, draw=np.random.default_rng(0))

    assert (shares.interval(0), shares.ranks([0])) == (None, None)
