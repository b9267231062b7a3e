"""Answers that are counted instead of kept."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nlp_cx.records import Direction, Score

_MAX_VALUES = 2_000
"""Different values that are kept apart: more than any scale people tick on has."""
_STEPS = 1_000
"""Steps of the scale to which values are rounded from then on."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What was asked: a metric with the scale it was ticked on."""

    metric: str
    min: float
    max: float
    direction: Direction = "higher_is_better"

    @property
    def kind(self) -> str:
        """What the metric is, without the name that tells it from others of its kind.

        Examples:
            >>> Scale("csat:Rooms", 1, 5).kind
            'csat'
        """
        return self.metric.partition(":")[0]

    @classmethod
    def of(cls, score: Score) -> Scale:
        """Take the scale of one score."""
        return cls(score.metric, score.min, score.max, score.direction)

    def from_best(self, value: float) -> float:
        """Distance of a value from the best end of the scale, at least 0."""
        return self.max - value if self.direction == "higher_is_better" else value - self.min

    def is_easy(self, value: float) -> bool:
        """Tell whether a value lies on the better side of the scale's middle."""
        return self.from_best(value) < (self.max - self.min) / 2


class Histogram:
    """How often each value of a scale was ticked; of any number of answers at most 2,000 different values are kept."""

    __slots__ = ("_step", "counts", "scale")

    def __init__(self, scale: Scale, counts: Mapping[float, int] | None = None) -> None:
        """Start with what is already counted.

        Args:
            scale: What was asked.
            counts: Value -> answers; nothing when None.
        """
        self.scale = scale
        self.counts: Counter[float] = Counter(counts or {})
        self._step = 0.0

    @property
    def n(self) -> int:
        """Answers counted."""
        return self.counts.total()

    @property
    def rounded(self) -> bool:
        """Whether values had to be rounded to a thousandth of the scale."""
        return self._step > 0

    def add(self, value: float) -> None:
        """Count one answer. 0 is an answer."""
        self.counts[self._kept(value)] += 1
        if len(self.counts) > _MAX_VALUES and not self._step:
            self._step = (self.scale.max - self.scale.min) / _STEPS
            before, self.counts = self.counts, Counter()
            for exact, count in before.items():
                self.counts[self._kept(exact)] += count

    def minus(self, part: Histogram) -> Histogram:
        """Give the answers that are not in `part`, which holds some of these answers."""
        rest = Histogram(self.scale, self.counts)
        rest._step = self._step
        for value, count in part.counts.items():
            rest.counts[rest._kept(value)] -= count
        rest.counts = +rest.counts
        return rest

    def mean(self, worth: Callable[[float], float] = float) -> float:
        """Give the mean of what the answers are worth; 0 of none."""
        return math.fsum(worth(value) * count for value, count in self.counts.items()) / max(self.n, 1)

    def squares(self, about: float, worth: Callable[[float], float] = float) -> float:
        """Give the sum of squared distances of what the answers are worth from a number."""
        return math.fsum((worth(value) - about) ** 2 * count for value, count in self.counts.items())

    def count(self, belongs: Callable[[float], bool]) -> int:
        """Count the answers whose value belongs."""
        return sum(count for value, count in self.counts.items() if belongs(value))

    def _kept(self, value: float) -> float:
        """Round a value where it must be."""
        if not self._step:
            return float(value)
        return min(self.scale.max, self.scale.min + round((value - self.scale.min) / self._step) * self._step)
