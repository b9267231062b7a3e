"""How often a theme is really named, given how often the model errs: Rogan and Gladen's estimate.

A model that misses some mentions and sees some that are not there counts a share that is off by a known rule:

    counted share = sensitivity * true share + (1 - specificity) * (1 - true share)

Sensitivity and specificity are the model's own, measured on comments that people labelled and that it was not trained
on. The corrected share stands beside the raw count, never instead of it: it holds as far as the new comments are like
the labelled ones.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any

from nlp_cx.errors import ModelMismatchError, ScoreError

_SETS = "cx_annotated"
"""Sets of `metrics.json` whose comments are customers' and carry all themes."""
_WORTH = 0.2
"""Sensitivity plus specificity less 1, below which the model's count says too little to be corrected."""
_FEW = 10
"""Mentions among the labelled comments, below which sensitivity is a guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """What a model did on labelled comments, for one theme."""

    hits: int
    """Mentions that it found."""
    missed: int
    wrong: int
    """Comments in which it saw a mention that is none."""
    right: int
    """Comments without a mention in which it saw none."""

    def __post_init__(self) -> None:
        """Refuse counts below 0."""
        if min(self.hits, self.missed, self.wrong, self.right) < 0:
            raise ScoreError("counts of hits and errors are 0 or more")

    @property
    def sensitivity(self) -> float | None:
        """Share of the mentions that it found; None if there was none."""
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else None

    @property
    def specificity(self) -> float | None:
        """Share of the comments without a mention in which it saw none."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    def __add__(self, other: Accuracy) -> Accuracy:
        """Take two sets together."""
        return Accuracy(
            hits=self.hits + other.hits, missed=self.missed + other.missed, wrong=self.wrong + other.wrong,
            right=self.right + other.right,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A corrected share beside the raw one."""

    count: int
    n: int
    raw: float
    """`count / n`."""
    share: float
    """Corrected, in [0, 1]."""
    low: float
    """Lower bound of its 95% interval, which knows how few comments the model was measured on."""
    high: float
    sensitivity: float
    specificity: float

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: round(value, 5) if isinstance(value, float) else value for name, value in values.items()}


def correct(count: int, n: int, accuracy: Accuracy, *, confidence: float = 0.95) -> Corrected | None:
    """Correct a share for the model's errors.

    Args:
        count: Comments in which the model sees the theme.
        n: Comments looked at.
        accuracy: What it does on labelled comments.
        confidence: Coverage of the interval, between 0 and 1.

    Returns:
        The estimate with the interval of Lang and Reiczigel; None if there is no comment, or too few labelled mentions
        to know the sensitivity, or the model hardly tells the theme from others.

    Raises:
        ScoreError: If `count` is not within 0 and `n`, or `confidence` not between 0 and 1.

    Examples:
        >>> found = correct(240, 1000, Accuracy(hits=90, missed=10, wrong=45, right=855))
        >>> round(found.share, 3), round(found.low, 2), round(found.high, 2)
        (0.224, 0.19, 0.27)

    References:
        Rogan and Gladen, "Estimating prevalence from the results of a screening test", American Journal of Epidemiology
        107, 1978.
        Lang and Reiczigel, "Confidence limits for prevalence of disease adjusted for estimated sensitivity and
        specificity", Preventive Veterinary Medicine 113, 2014.
    """
    if not 0 <= count <= n:
        raise ScoreError(f"{count} of {n} is no share: n must be above 0 and successes within 0 and n")
    if not 0 < confidence < 1:
        raise ScoreError(f"confidence must be between 0 and 1, not {confidence:g}")
    sensitivity, specificity = accuracy.sensitivity, accuracy.specificity
    mentions, others = accuracy.hits + accuracy.missed, accuracy.wrong + accuracy.right
    if not n or sensitivity is None or specificity is None or mentions < _FEW:
        return None
    if sensitivity + specificity - 1 < _WORTH:
        return None
    raw = count / n
    share = min(1.0, max(0.0, (raw + specificity - 1) / (sensitivity + specificity - 1)))
    low, high = _interval(raw, n, (sensitivity, mentions), (specificity, others), confidence)
    return Corrected(
        count=count, n=n, raw=raw, share=share, low=min(low, share), high=max(high, share), sensitivity=sensitivity,
        specificity=specificity,
    )  # fmt: skip


def _interval(
    raw: float, n: int, sensitivity: tuple[float, int], specificity: tuple[float, int], confidence: float
) -> tuple[float, float]:
    """Give the interval of a corrected share: counts of a few more comments, so that it holds at the ends."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    more = n + z * z
    share = (n * raw + z * z / 2) / more
    se = (sensitivity[1] * sensitivity[0] + 1) / (sensitivity[1] + 2)
    sp = (specificity[1] * specificity[0] + 1) / (specificity[1] + 2)
    told = se + sp - 1
    middle = (share + sp - 1) / told
    shift = 2 * z * z * (middle * se * (1 - se) / sensitivity[1] - (1 - middle) * sp * (1 - sp) / specificity[1])
    half = z * math.sqrt(
        share * (1 - share) / more
        + (1 - middle) ** 2 * sp * (1 - sp) / specificity[1]
        + middle**2 * se * (1 - se) / sensitivity[1]
    ) / told  # fmt: skip
    return min(1.0, max(0.0, middle + shift - half)), min(1.0, max(0.0, middle + shift + half))


def read_accuracy(folder: Path) -> Mapping[str, Accuracy]:
    """Read what a model does on labelled comments of customers, both languages together.

    Args:
        folder: A model folder; its `metrics.json` is read.

    Returns:
        Theme -> counts; empty if the model was measured before these were written down.

    Raises:
        ModelMismatchError: If the file is there but cannot be read.
    """
    path = folder / "metrics.json"
    if not path.is_file():
        return {}
    try:
        figures = json.loads(path.read_text(encoding="utf-8"))
        found: dict[str, Accuracy] = {}
        for name, figure in figures.items():
            if not name.startswith(_SETS) or "," in name:
                continue
            for theme, counts in figure.get("themes", {}).items():
                if "hits" in counts:
                    one = Accuracy(**{key: int(counts[key]) for key in ("hits", "missed", "wrong", "right")})
                    found[theme] = found[theme] + one if theme in found else one
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelMismatchError(f"{path} cannot be read ({error}): fetch the folder again") from error
    return found
