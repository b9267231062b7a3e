"""The same question asked another way, as a check: the odds of being a promoter, a detractor, satisfied.

Logistic regression on the same columns as the penalties and rewards; passives count as not promoters, and as not
detractors. Where all who blame a theme are detractors, plain maximum likelihood runs off to infinity (separation);
Firth's penalty, which also takes out most of the bias in small samples, keeps every estimate finite, so it is used
throughout.

References:
    Firth, "Bias reduction of maximum likelihood estimates", Biometrika 80, 1993.
    Heinze and Schemper, "A solution to the problem of separation in logistic regression", Statist. Med. 21, 2002.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp_cx.drivers.cells import Cells, Side
from nlp_cx.drivers.driver import Effect, OddsRatio
from nlp_cx.drivers.impact import Mention
from nlp_cx.drivers.table import NEGATIVE, POSITIVE
from nlp_cx.histogram import Scale
from nlp_cx.scores import method_of

MOST_CELLS = 100_000
"""Kinds of responses that are looked at; of more, responses drawn at random are."""
_STEPS = 60
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Odds:
    """How the odds of one outcome change with each side."""

    outcome: str
    """"promoters", "detractors", "satisfied", "easy", or "above_median" where a metric has no groups."""
    logs: np.ndarray
    """Shape (sides,): logarithms of the odds ratios."""
    errors: np.ndarray
    """Shape (sides,): standard errors, as if every response were another respondent's."""
    separated: np.ndarray
    """Shape (sides,), bool: all or none of those who take this side have the outcome."""
    sides: tuple[Side, ...]
    """What each column stands for."""
    converged: bool
    n: int
    """Responses looked at."""

    def interval(self, at: int) -> tuple[float, float]:
        """Give the 95% interval of one logarithm."""
        half = _Z * float(self.errors[at])
        return float(self.logs[at]) - half, float(self.logs[at]) + half


def find_odds(cells: Cells, sides: Sequence[Side], scale: Scale, *, draw: np.random.Generator) -> tuple[Odds, ...]:
    """Fit one logistic regression per group of answers that the metric knows.

    Args:
        cells: The responses.
        sides: The columns, none of which follows from others.
        scale: What was asked.
        draw: Where chance comes from if there are too many kinds of responses.

    Returns:
        One per outcome that some have and some have not.
    """
    codes, values, counts = _at_most(cells, MOST_CELLS, draw)
    kinds, kind = np.unique(
        np.column_stack([(codes[:, theme] & bit) > 0 for theme, bit in sides]).astype(np.uint8),
        axis=0,
        return_inverse=True,
    )
    trials = np.bincount(kind, weights=counts, minlength=len(kinds))
    found = []
    for outcome, has in _outcomes(values, counts, scale).items():
        hits = np.bincount(kind, weights=counts * has, minlength=len(kinds))
        if 0 < hits.sum() < trials.sum():
            found.append(fit(outcome, kinds.astype(np.float64), hits, trials, sides=sides))
    return tuple(found)


def fit(outcome: str, design: np.ndarray, hits: np.ndarray, trials: np.ndarray, *, sides: Sequence[Side]) -> Odds:
    """Fit a logistic regression by Firth's penalised likelihood.

    Args:
        outcome: Its name.
        design: Shape (kinds, sides), without an intercept.
        hits: Responses of each kind that have the outcome.
        trials: Responses of each kind.
        sides: What each column stands for.

    Returns:
        Odds ratios with their errors.
    """
    columns = np.column_stack([np.ones(len(design)), design])
    start = float(np.clip(hits.sum() / trials.sum(), 1e-6, 1 - 1e-6))
    values = np.zeros(columns.shape[1])
    values[0] = np.log(start / (1 - start))
    inverse, converged = np.zeros((len(values),) * 2), False
    for _ in range(_STEPS):
        share = 1 / (1 + np.exp(-np.clip(columns @ values, -35, 35)))
        weights = trials * share * (1 - share)
        inverse = np.linalg.pinv((columns * weights[:, None]).T @ columns, hermitian=True)
        leverage = weights * np.einsum("ij,ij->i", columns @ inverse, columns)
        step = inverse @ (columns.T @ (hits - trials * share + leverage * (0.5 - share)))
        step *= min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-12))
        values = values + step
        if float(np.abs(step).max()) < 1e-7:
            converged = True
            break
    with_side = (design > 0).T
    mine, all_mine = with_side @ hits, with_side @ trials
    return Odds(
        outcome=outcome,
        logs=values[1:],
        errors=np.sqrt(np.diag(inverse))[1:],
        separated=(mine == 0) | (mine == all_mine),
        sides=tuple(sides),
        converged=converged,
        n=int(trials.sum()),
    )


def ratios_of(
    odds: Sequence[Odds], theme: int, effects: Mapping[Mention, Effect], *, better: int
) -> Iterator[OddsRatio]:
    """Give a theme's odds ratios, and whether they agree with its penalty and reward.

    Args:
        odds: One per outcome.
        theme: Its number.
        effects: Its penalty and reward.
        better: 1 if a higher score is better, -1 if a lower one is.

    Yields:
        One per outcome and effect.
    """
    for one in odds:
        # detractors are the worse end, those above the median the higher one; the other groups are the better end
        upward = {"detractors": -better, "above_median": 1}.get(one.outcome, better)
        for mention, effect in effects.items():
            at = one.sides.index((theme, NEGATIVE if mention == "negative" else POSITIVE))
            low, high = one.interval(at)
            yield OddsRatio(
                outcome=one.outcome,
                mention=mention,
                ratio=_exp(float(one.logs[at])),
                low=_exp(low),
                high=_exp(high),
                separated=bool(one.separated[at]),
                agrees=not (effect.clear and (high < 0 if upward * effect.value > 0 else low > 0)),
            )


def _exp(value: float) -> float:
    """Give e to the power, without overflow."""
    return float(np.exp(np.clip(value, -700, 700)))


def _outcomes(values: np.ndarray, counts: np.ndarray, scale: Scale) -> Mapping[str, np.ndarray]:
    """Tell which answers have each outcome."""
    groups = {name: has for name, has in method_of(scale).groups.items() if name != "passives"}
    if groups:
        return {name: np.array([has(value) for value in values.tolist()], dtype=bool) for name, has in groups.items()}
    order = np.argsort(values, kind="stable")
    median = values[order[np.searchsorted(np.cumsum(counts[order]), counts.sum() / 2)]] if len(values) else 0.0
    return {"above_median": values > median}


def _at_most(cells: Cells, most: int, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give codes, values and counts of the cells, or of responses drawn from too many of them."""
    if len(cells.codes) <= most:
        return cells.codes, cells.values, cells.counts
    kept, counts = np.unique(cells.cell_of[draw.permutation(cells.n)[:most]], return_counts=True)
    return cells.codes[kept], cells.values[kept], counts.astype(np.float64)
