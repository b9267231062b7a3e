"""What a negative and a positive mention of each theme go with, all themes looked at together.

The score is regressed on two columns per theme: mentioned negatively, mentioned positively. Who does not mention it, or
only neutrally, is the reference. The penalty is the coefficient of the negative column, the reward that of the other.

    basic         the penalty outweighs the reward: expected when there, resented when not
    performance   both are there, and neither outweighs the other
    excitement    the reward outweighs the penalty: not missed, but loved

A side is there if its q-value (Benjamini-Hochberg over all sides of all themes) is below 0.05 and it points the way its
name says. One outweighs the other if the 95% interval of the difference of their sizes leaves out 0. Else there is no
class; nor is there with fewer than 30 mentions on either side, or 30 responses without.

References:
    Brandt, "How service marketers can identify value-enhancing service elements", J. Services Marketing 2(3), 1988.
    Long and Ervin, "Using heteroscedasticity consistent standard errors in the linear regression model", The American
    Statistician 54, 2000 (HC3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp_cx.drivers.cells import Cells, Side
from nlp_cx.drivers.driver import Effect, Kind
from nlp_cx.drivers.screening import ALPHA
from nlp_cx.drivers.table import NEGATIVE, POSITIVE

FEWEST = 10
"""Mentions, and responses without, that a side needs to become a column: with fewer one answer decides it."""
_FREEDOM = 10
"""Respondents beyond the number of columns, below which nothing is estimated."""
_SINGULAR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regression:
    """Ordinary least squares of the score on the sides, with robust errors."""

    sides: tuple[Side, ...]
    """What each column stands for."""
    values: np.ndarray
    """Shape (sides,): what a mention goes with, in the unit of the score; NaN where the column is not `told_apart`."""
    covariance: np.ndarray
    """Shape (sides, sides): HC3; with several responses per respondent these are added up before they are squared."""
    told_apart: np.ndarray
    """Shape (sides,), bool: False where a column follows from others, so that no coefficient is its own."""
    chance: float
    """p-value of all columns together, those not told apart among them, by Wald's F."""
    freedom: int
    """Respondents less columns and intercept."""
    r2: float
    n: int
    """Responses."""

    @property
    def r2_adjusted(self) -> float:
        """R² less what as many random columns would explain."""
        return 1 - (1 - self.r2) * (self.n - 1) / max(1, self.n - len(self.sides) - 1)

    @property
    def errors(self) -> np.ndarray:
        """Standard errors, shape (sides,)."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def p(self) -> np.ndarray:
        """Two-sided p-values by Student's t, shape (sides,); NaN where not told apart."""
        from scipy.special import stdtr

        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(2 * stdtr(self.freedom, -np.abs(self.values / self.errors)))

    def interval(self, at: int) -> tuple[float, float]:
        """Give the 95% interval of one coefficient."""
        half = self._t() * float(self.errors[at])
        return float(self.values[at]) - half, float(self.values[at]) + half

    def contrast(self, one: int, other: int) -> tuple[float, float]:
        """Give the 95% interval of the sum of two coefficients: the reward less the size of the penalty."""
        pair = [one, other]
        half = self._t() * float(np.sqrt(max(0.0, self.covariance[np.ix_(pair, pair)].sum())))
        total = float(self.values[pair].sum())
        return total - half, total + half

    def joint_p(self, columns: Sequence[int]) -> float:
        """Test whether several coefficients are all 0, by Wald's F; 1 if none of them is told apart."""
        mine = [at for at in columns if self.told_apart[at]]
        return _wald(self.values[mine], self.covariance[np.ix_(mine, mine)], self.freedom) if mine else 1.0

    def joint_p_of(self, theme: int) -> float:
        """Test whether both sides of a theme are 0."""
        return self.joint_p([at for at, (owner, _) in enumerate(self.sides) if owner == theme])

    def _t(self) -> float:
        """Give the two-sided 95% quantile."""
        from scipy.special import stdtrit

        return float(stdtrit(self.freedom, 1 - ALPHA / 2))


def choose_sides(cells: Cells) -> tuple[Side, ...]:
    """Choose the sides of themes that enough responses take, and enough do not.

    Args:
        cells: The responses.
    """
    return tuple(
        (theme, bit)
        for theme in range(cells.codes.shape[1])
        for bit in (NEGATIVE, POSITIVE)
        if FEWEST <= cells.count((theme, bit)) <= cells.n - FEWEST
    )


def moments_of(cells: Cells, sides: Sequence[Side]) -> tuple[np.ndarray, np.ndarray]:
    """Sum the columns with the score behind them, and their products; about the means.

    Args:
        cells: The responses.
        sides: The columns.

    Returns:
        Means, shape (sides + 1,), and centred sums of products, shape (sides + 1, sides + 1); the score is the last.
    """
    sums, products = np.zeros(len(sides) + 1), np.zeros((len(sides) + 1,) * 2)
    for part in cells.blocks():
        block = np.column_stack([cells.design(list(sides), part.start, part.stop), cells.worth[part] - cells.mean])
        weighted = block * cells.counts[part, None]
        sums += weighted.sum(axis=0)
        products += weighted.T @ block
    means = sums / cells.n
    centred = products - cells.n * np.outer(means, means)
    means[-1] += cells.mean
    return means, (centred + centred.T) / 2


def regress(cells: Cells, sides: Sequence[Side]) -> Regression | None:
    """Regress the score on the sides.

    Args:
        cells: The responses.
        sides: The columns, as `choose_sides` gives them.

    Returns:
        The regression; None if there are no columns, no spread of the score or too few respondents.
    """
    freedom = cells.n_respondents - len(sides) - 1
    if not sides or freedom < _FREEDOM:
        return None
    means, products = moments_of(cells, sides)
    total = float(products[-1, -1])
    if total <= _SINGULAR * cells.n:
        return None
    inverse, told_apart = _inverse(products[:-1, :-1])
    values = inverse @ products[:-1, -1]
    meat = _meat(cells, sides, means, inverse, values)
    covariance = inverse @ meat @ inverse
    covariance = (covariance + covariance.T) / 2
    chance = _wald(values, covariance, freedom)
    r2 = float(values @ products[:-1, -1]) / total
    values[~told_apart] = np.nan
    return Regression(
        sides=tuple(sides),
        values=values,
        covariance=covariance,
        told_apart=told_apart,
        chance=chance,
        freedom=freedom,
        r2=min(1.0, max(0.0, r2)),
        n=cells.n,
    )


def kind_of(penalty: Effect, reward: Effect, total: tuple[float, float], *, better: int) -> Kind | None:
    """Tell which way a theme works; the module's docstring has the rule.

    Args:
        penalty: Of its negative mentions.
        reward: Of its positive mentions.
        total: 95% interval of their sum: how far the reward outweighs the penalty, if a higher score is better.
        better: 1 if a higher score is better, -1 if a lower one is.

    Returns:
        The class; None if it cannot be told.
    """
    if penalty.rank is None or reward.rank is None:
        return None
    resented = penalty.clear and better * penalty.value < 0
    loved = reward.clear and better * reward.value > 0
    low, high = sorted(better * bound for bound in total)
    if resented and high < 0:
        return "basic"
    if loved and low > 0:
        return "excitement"
    return "performance" if resented and loved else None


def _wald(values: np.ndarray, covariance: np.ndarray, freedom: int) -> float:
    """Give the p-value of several estimates being 0 together; directions without variance say nothing."""
    from scipy.special import fdtrc

    size = np.sqrt(np.diag(covariance))
    size[size <= 0] = 1.0
    variances, vectors = np.linalg.eigh(covariance / np.outer(size, size))
    usable = variances > _SINGULAR * len(size)
    if not usable.any():
        return 0.0 if np.abs(values).max() > 0 else 1.0
    along = vectors[:, usable].T @ (values / size)
    rank = int(usable.sum())
    return float(fdtrc(rank, freedom, float((along**2 / variances[usable]).sum()) / rank))


def _inverse(products: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Invert what can be inverted; say which columns do not follow from others."""
    size = np.sqrt(np.diag(products))
    values, vectors = np.linalg.eigh(products / np.outer(size, size))
    gone = values < _SINGULAR * len(size)
    inverse = (vectors[:, ~gone] / values[~gone]) @ vectors[:, ~gone].T / np.outer(size, size)
    return inverse, ~(np.abs(vectors[:, gone]).max(axis=1, initial=0.0) > 1e-6)


def _meat(
    cells: Cells, sides: Sequence[Side], means: np.ndarray, inverse: np.ndarray, values: np.ndarray
) -> np.ndarray:
    """Sum the squared influences, each residual divided by one less its leverage (HC3)."""
    alone = cells.n_respondents == cells.n
    meat = np.zeros_like(inverse)
    kept = []
    for part in cells.blocks():
        block = cells.design(list(sides), part.start, part.stop) - means[:-1]
        residuals = cells.worth[part] - means[-1] - block @ values
        free = 1 - 1 / cells.n - np.einsum("ij,ij->i", block @ inverse, block)
        influence = block * np.where(free > 1e-8, residuals / np.where(free > 1e-8, free, 1), 0.0)[:, None]
        if alone:
            meat += (influence * cells.counts[part, None]).T @ influence
        else:
            kept.append(influence)
    return meat if alone else cells.outer(np.concatenate(kept))
