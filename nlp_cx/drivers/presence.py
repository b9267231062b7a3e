"""Presence impacts of all themes of a table, with who answered several times taken into account."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nlp_cx.drivers.cells import Cells
from nlp_cx.drivers.impact import MENTIONS, Impact, Mention, rank_impacts
from nlp_cx.drivers.table import NEGATIVE, NEUTRAL, POSITIVE
from nlp_cx.histogram import Scale
from nlp_cx.scores import method_of

_BITS = {"any": NEGATIVE | NEUTRAL | POSITIVE, "negative": NEGATIVE, "positive": POSITIVE}
_Z = 1.959963984540054


def find_presence(cells: Cells, themes: Sequence[str], scale: Scale) -> tuple[Impact, ...]:
    """Compute the impact of each theme: the score of all less the score without those who mention it.

    The same figures as `impact` gives of counts; the rows of one respondent are added up before they are squared.

    Args:
        cells: The responses.
        themes: Names, in the order of the cells' columns.
        scale: What was asked.

    Returns:
        By mention, ranked ones first.
    """
    return tuple(
        found
        for mention in MENTIONS
        for found in rank_impacts(_impact(cells, at, theme, mention, scale) for at, theme in enumerate(themes))
    )


def _impact(cells: Cells, at: int, theme: str, mention: Mention, scale: Scale) -> Impact | None:
    """Compute one; None if nobody or everybody mentions the theme so."""
    said = (cells.codes[:, at] & _BITS[mention]) > 0
    n, count = cells.n, int(cells.counts[said].sum())
    if count in (0, n):
        return None
    q = 1 - count / n
    score = float(cells.counts[said] @ cells.worth[said]) / count
    rest = float(cells.counts[~said] @ cells.worth[~said]) / (n - count)
    influence = (cells.worth - cells.mean) - ~said * (cells.worth - rest) / q
    half = _Z * math.sqrt(float(cells.outer(influence[:, None])[0, 0])) / n
    difference = cells.mean - rest
    return Impact(
        theme=theme,
        metric=scale.metric,
        min=scale.min,
        max=scale.max,
        direction=scale.direction,
        unit=method_of(scale).unit,
        mention=mention,
        n=count,
        n_rest=n - count,
        score=score,
        rest_score=rest,
        impact=difference,
        low=difference - half,
        high=difference + half,
        q=None,
        rank=None,
    )
