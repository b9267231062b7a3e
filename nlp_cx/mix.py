"""Why a score changed between two periods: other themes came up (mix), or the same themes scored otherwise (rate).

A response with several themes counts for each of them with an equal part, and one without any theme for "none", so
that the parts add up to the responses and the score is exactly the weighted mean of the themes' scores. Its change is
then exactly the sum over themes of

    mix  = (share after - share before) * (mean of the theme's two scores - mean of the two overall scores)
    rate = mean of the two shares * (score after - score before)

A theme that only one period knows has no change of its own score; all of it is mix. These are sums, not causes.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

_Z = NormalDist().inv_cdf(0.975)


class Tally:
    """The responses of one period: what each is worth, and which themes it names."""

    def __init__(self) -> None:
        """Start empty."""
        self.n = 0
        self._sum = self._squares = 0.0
        self._parts: dict[str | None, list[float]] = {}

    def add(self, worth: float, themes: Collection[str]) -> None:
        """Count one response.

        Args:
            worth: What its score is worth, as `scores.Method.worth` has it: a promoter 100, a detractor -100.
            themes: Themes it names; each once.
        """
        self.n += 1
        self._sum += worth
        self._squares += worth * worth
        named: Collection[str | None] = themes or (None,)
        for theme in named:
            part = self._parts.setdefault(theme, [0.0, 0.0])
            part[0] += 1 / len(named)
            part[1] += worth / len(named)

    def add_all(self, worths: np.ndarray, named: np.ndarray, themes: Sequence[str]) -> None:
        """Count many responses.

        Args:
            worths: What each score is worth, shape (n,).
            named: Whether each response names each theme, shape (n, themes).
            themes: Ids of the themes.
        """
        import numpy as np

        counts = named.sum(axis=1)
        weights = 1 / np.maximum(counts, 1)
        self.n += len(worths)
        self._sum += float(worths.sum())
        self._squares += float((worths * worths).sum())
        columns: list[tuple[str | None, np.ndarray]] = [(theme, named[:, at]) for at, theme in enumerate(themes)]
        for name, rows in [*columns, (None, counts == 0)]:
            if rows.any():
                part = self._parts.setdefault(name, [0.0, 0.0])
                part[0] += float(weights[rows].sum())
                part[1] += float((weights[rows] * worths[rows]).sum())

    def merge(self, other: Tally) -> None:
        """Take in what another tally counted."""
        self.n += other.n
        self._sum += other._sum
        self._squares += other._squares
        for theme, (weight, total) in other._parts.items():
            part = self._parts.setdefault(theme, [0.0, 0.0])
            part[0] += weight
            part[1] += total

    @property
    def score(self) -> float:
        """Mean worth; 0 of none."""
        return self._sum / self.n if self.n else 0.0

    @property
    def variance(self) -> float:
        """Variance of the mean worth; 0 of fewer than two."""
        if self.n < 2:
            return 0.0
        return max(0.0, self._squares - self.n * self.score**2) / (self.n - 1) / self.n

    @property
    def parts(self) -> Mapping[str | None, tuple[float, float]]:
        """Theme (None: no theme) -> share of the responses, and their score."""
        return {theme: (weight / self.n, total / weight) for theme, (weight, total) in self._parts.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class MixPart:
    """What one theme has to do with a change."""

    theme: str | None
    """None: responses that name no theme."""
    share_before: float
    share_after: float
    score_before: float | None
    """None if nobody named it."""
    score_after: float | None
    mix: float
    """Part of the change that goes with its being named more or less often."""
    rate: float
    """Part that goes with those who name it scoring higher or lower."""

    @property
    def total(self) -> float:
        """Both together."""
        return self.mix + self.rate

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """A score's change, split."""

    before: float
    after: float
    n_before: int
    n_after: int
    change: float
    """`after - before`; equals the sum of all mixes and rates."""
    low: float
    """Lower bound of the 95% interval of the change."""
    high: float
    parts: tuple[MixPart, ...]
    """Largest first."""

    @property
    def mix(self) -> float:
        """Part of the change that goes with other themes being named."""
        return math.fsum(part.mix for part in self.parts)

    @property
    def rate(self) -> float:
        """Part that goes with the same themes scoring otherwise."""
        return math.fsum(part.rate for part in self.parts)

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "parts"}
        values |= {"mix": self.mix, "rate": self.rate}
        rounded = {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}
        return rounded | {"parts": [part.to_dict() for part in self.parts]}


def split_change(before: Tally, after: Tally) -> Mix | None:
    """Split a score's change into mix and rate by theme.

    Args:
        before: Responses of the earlier period.
        after: Those of the later one.

    Returns:
        The split; None if a period has no responses.

    Examples:
        >>> before, after = Tally(), Tally()
        >>> for worth, theme in [(-100, "delivery"), (100, "staff"), (100, "staff"), (100, "staff")]:
        ...     before.add(worth, [theme])
        >>> for worth, theme in [(-100, "delivery"), (-100, "delivery"), (100, "staff"), (100, "staff")]:
        ...     after.add(worth, [theme])
        >>> mix = split_change(before, after)
        >>> mix.change, mix.mix, mix.rate
        (-50.0, -50.0, 0.0)
    """
    if not before.n or not after.n:
        return None
    old, new, middle = before.parts, after.parts, (before.score + after.score) / 2
    parts = []
    for theme in old.keys() | new.keys():
        share_before, score_before = old.get(theme, (0.0, None))
        share_after, score_after = new.get(theme, (0.0, None))
        first = score_after if score_before is None else score_before
        last = score_before if score_after is None else score_after
        if first is None or last is None:
            continue
        parts.append(
            MixPart(
                theme=theme,
                share_before=share_before,
                share_after=share_after,
                score_before=score_before,
                score_after=score_after,
                mix=(share_after - share_before) * ((first + last) / 2 - middle),
                rate=(share_before + share_after) / 2 * (last - first),
            )
        )
    parts.sort(key=lambda part: (-abs(part.total), part.theme or ""))
    change, half = after.score - before.score, _Z * math.sqrt(before.variance + after.variance)
    return Mix(
        before=before.score, after=after.score, n_before=before.n, n_after=after.n, change=change, low=change - half,
        high=change + half, parts=tuple(parts),
    )  # fmt: skip
