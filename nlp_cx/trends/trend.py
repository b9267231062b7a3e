"""All that can be said of one theme's rate over time, and of all themes at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nlp_cx.drivers.screening import ALPHA, benjamini_hochberg
from nlp_cx.trends.changes import ChangePoint, change_points
from nlp_cx.trends.compare import Change, compare_shares
from nlp_cx.trends.control import Chart, Point, control_chart
from nlp_cx.trends.series import Break, Count, breaks_of, comparable


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One rate over time."""

    name: str
    """Id of the theme, or what else is counted."""
    chart: Chart
    changes: tuple[ChangePoint, ...]
    """Buckets from which on the rate keeps another level."""
    breaks: tuple[Break, ...]
    """Where the model or the taxonomy changed: nothing is said across these."""
    latest: Change | None
    """The last buckets against as many before them; None if that cannot be told or models changed in between."""
    latest_q: float | None
    """Smallest rate of false discoveries at which `latest` is one, over all rates that were looked at together."""

    @property
    def signals(self) -> tuple[Point, ...]:
        """Buckets that are unlikely by themselves."""
        return tuple(point for point in self.chart.points if point.signal)

    @property
    def moved(self) -> bool:
        """Whether the last buckets differ from those before beyond chance, at a false discovery rate of 5%."""
        return self.latest_q is not None and self.latest_q < ALPHA

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {
            "name": self.name,
            "chart": self.chart.to_dict(),
            "changes": [one.to_dict() for one in self.changes],
            "breaks": [one.to_dict() for one in self.breaks],
            "latest": None if self.latest is None else self.latest.to_dict(),
            "latest_q": None if self.latest_q is None else round(self.latest_q, 5),
        }


def find_trends(rates: Mapping[str, Sequence[Count]], *, latest: int | None = None) -> tuple[Trend, ...]:
    """Look at several rates over the same stretch of time.

    Args:
        rates: Name -> counts in order of time, without gaps.
        latest: Buckets that are compared with as many before them; a third of the comparable ones when None.

    Returns:
        A trend per rate, in their order.

    Examples:
        >>> counts = [Count(bucket=f"{day:02}", n=100, count=10 if day < 10 else 30) for day in range(1, 21)]
        >>> (trend,) = find_trends({"delivery": counts}, latest=10)
        >>> [(one.bucket, one.change.before, one.change.after) for one in trend.changes], trend.moved
        ([('10', 0.1, 0.3)], True)
    """
    latests = {name: compare_latest(counts, latest) for name, counts in rates.items()}
    told = [name for name, change in latests.items() if change is not None]
    q_values = dict(zip(told, benjamini_hochberg([_p(latests[name]) for name in told]), strict=True))
    return tuple(
        Trend(
            name=name,
            chart=control_chart(counts),
            changes=change_points(counts),
            breaks=breaks_of(counts),
            latest=latests[name],
            latest_q=q_values.get(name),
        )
        for name, counts in rates.items()
    )


def compare_latest(counts: Sequence[Count], size: int | None = None) -> Change | None:
    """Compare the last buckets with as many before them; None if one of both has no comments.

    Args:
        counts: In order of time, without gaps.
        size: Buckets of each side; a third of the comparable ones, at least one, when None.
    """
    stretch = comparable(counts)
    size = max(1, len(stretch) // 3) if size is None else size
    if len(stretch) < 2 * size:
        return None
    before, after = stretch[-2 * size : -size], stretch[-size:]
    return compare_shares(
        sum(one.count for one in before), sum(one.n for one in before),
        sum(one.count for one in after), sum(one.n for one in after),
    )  # fmt: skip


def _p(change: Change | None) -> float:
    """Give the chance of a change."""
    return 1.0 if change is None else change.p
