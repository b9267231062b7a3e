"""Themes that stand in the same comments, and whether that is more often than chance would have it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

from nlp_cx.scores import Share

_Z = NormalDist().inv_cdf(0.975)
FEWEST = 5
"""Comments that name both, below which nothing is said of a pair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two themes and the comments that name both."""

    theme: str
    """The one that more comments name."""
    other: str
    share: Share
    """Comments that name both, out of all with text."""
    of_theme: float
    """Share of the comments on `theme` that name `other` too."""
    of_other: float
    lift: float
    """How many times as often as if the two had nothing to do with each other."""
    low: float
    """Lower bound of the 95% interval of `lift`."""
    high: float

    @property
    def tone(self) -> int:
        """1 if they go together beyond chance, -1 if they avoid each other, 0 if that is not clear."""
        return (self.low > 1) - (self.high < 1)


def find_pairs(both: Mapping[tuple[str, str], int], named: Mapping[str, int], comments: int) -> tuple[Pair, ...]:
    """Compare how often two themes are named together with how often chance would name them so.

    Args:
        both: Two themes, in either order, each pair once -> comments that name both.
        named: Theme -> comments that name it.
        comments: Comments with text.

    Returns:
        Pairs that at least `FEWEST` comments name, most comments first.

    Examples:
        >>> (pair,) = find_pairs({("staff", "speed"): 30}, {"staff": 50, "speed": 60}, 100)
        >>> pair.theme, pair.lift, round(pair.of_theme, 2), round(pair.low, 2), round(pair.high, 2)
        ('speed', 1.0, 0.5, 0.85, 1.17)
    """
    found = []
    for pair, count in both.items():
        if count < FEWEST:
            continue
        theme, other = sorted(pair, key=lambda one: (-named[one], one))
        one, two = named[theme], named[other]
        lift, low, high = lift_interval(count, one, two, comments)
        found.append(
            Pair(
                theme=theme,
                other=other,
                share=Share.of(count, comments),
                of_theme=count / one,
                of_other=count / two,
                lift=lift,
                low=low,
                high=high,
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.share.count, one.theme, one.other)))


def lift_interval(both: int, one: int, other: int, comments: int) -> tuple[float, float, float]:
    """Say how many times as often two themes stand together as if they had nothing to do with each other.

    Args:
        both: Comments that name both, at least 1.
        one: Comments that name the one.
        other: Comments that name the other.
        comments: All comments.

    Returns:
        The lift and its 95% interval, that of its logarithm by the delta method for four cells of one sample.

    Examples:
        >>> [round(value, 2) for value in lift_interval(30, 60, 50, 100)]
        [1.0, 0.85, 1.17]
    """
    lift = both * comments / (one * other)
    error = math.sqrt(max(0.0, 1 / both - 1 / one - 1 / other + 2 * both / (one * other) - 1 / comments))
    return lift, lift * math.exp(-_Z * error), lift * math.exp(_Z * error)
