"""Rules that say when somebody wants to be told, checked against counts. No I/O: who is told, and how, is not here.

A rule looks at one theme (or at overall sentiment), in one segment or everywhere, and fires when its share passes a
threshold or is unlike its own past. A rule that fired keeps silent until its cool-down is over. If the model or the
taxonomy changed, the past is no measure any more: anomalies are only looked for within what the same model read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from nlp_cx.errors import ScoreError
from nlp_cx.intervals import wilson_interval
from nlp_cx.trends.control import MIN_BUCKETS, RARE, Side, dispersion, limits, tail
from nlp_cx.trends.series import Count

AlertKind = Literal["threshold", "anomaly"]
AlertMention = Literal["any", "negative", "neutral", "positive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When somebody wants to be told."""

    id: str
    kind: AlertKind
    theme: str | None = None
    """None: overall sentiment of comments."""
    mention: AlertMention = "negative"
    """Which mentions of the theme, or which comments, make the share."""
    segment: tuple[str, str] | None = None
    """Name and value; None for all comments together."""
    side: Side = "above"
    """Whether a share above or below what is expected fires."""
    limit: float | None = None
    """Share in [0, 1] that a threshold fires beyond."""
    certain: bool = False
    """Whether a threshold waits until the whole 95% interval is beyond it."""
    min_n: int = 30
    """Comments in the period, at least."""
    cool_down: timedelta = timedelta(days=7)
    """After firing, it keeps silent for so long."""

    def __post_init__(self) -> None:
        """Refuse rules that can never make sense."""
        if self.kind == "threshold" and (self.limit is None or not 0 <= self.limit <= 1):
            raise ScoreError(f"the alert rule {self.id!r} needs a limit between 0 and 1")
        if self.min_n < 1:
            raise ScoreError(f"the alert rule {self.id!r} needs min_n of 1 or more")
        if self.theme is None and self.mention == "any":
            raise ScoreError(f"the alert rule {self.id!r} names no theme: every comment has some sentiment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """Comments of one stretch of time, of one theme and segment."""

    bucket: str
    """As `trends.Count.bucket`; sorts by time."""
    n: int
    """Comments with text in the segment; of overall sentiment those that were judged."""
    negative: int = 0
    """Those that judge the theme so; of overall sentiment the comments that are judged so."""
    neutral: int = 0
    positive: int = 0
    theme: str | None = None
    segment: tuple[str, str] | None = None
    readers: frozenset[str] = frozenset()
    """What read them, as `trends.reader` names it."""

    def count(self, mention: AlertMention) -> Count:
        """Count the mentions that a rule is about."""
        sums = {"any": self.negative + self.neutral + self.positive, "negative": self.negative,
                "neutral": self.neutral, "positive": self.positive}  # fmt: skip
        return Count(bucket=self.bucket, n=self.n, count=min(self.n, sums[mention]), readers=self.readers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A rule that fired."""

    rule: str
    kind: AlertKind
    at: datetime
    bucket: str
    theme: str | None
    mention: AlertMention
    segment: tuple[str, str] | None
    side: Side
    n: int
    count: int
    share: float
    low: float
    """Lower bound of the 95% interval of `share`."""
    high: float
    expected: float
    """The limit of a threshold; for an anomaly the share in the past."""
    bound: float
    """What the share is beyond: the limit, or the control limit."""
    chance: float | None
    """For an anomaly: chance of so many or more (fewer) if nothing had changed."""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        values |= {"at": self.at.isoformat(), "segment": None if self.segment is None else list(self.segment)}
        return {name: round(value, 6) if isinstance(value, float) else value for name, value in values.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What was before."""

    counts: Sequence[Observed] = ()
    """Earlier stretches of time, of the same length as the present one; the present one in it is not looked at."""
    alerts: Sequence[Alert] = ()
    """What fired already; for the cool-down."""
    _by: Mapping[tuple[str | None, tuple[str, str] | None], Sequence[Observed]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Sort the counts by what they are of."""
        found: dict[tuple[str | None, tuple[str, str] | None], list[Observed]] = {}
        for one in self.counts:
            found.setdefault((one.theme, one.segment), []).append(one)
        object.__setattr__(self, "_by", found)

    def of(self, now: Observed) -> Sequence[Observed]:
        """Give the earlier stretches of the same theme and segment that the same models read, oldest first."""
        same = [one for one in self._by.get((now.theme, now.segment), ()) if one.bucket < now.bucket]
        return sorted((one for one in same if one.readers == now.readers), key=lambda one: one.bucket)


def check(rules: Iterable[Rule], counts: Iterable[Observed], history: History, *, now: datetime) -> list[Alert]:
    """Tell which rules fire.

    Args:
        rules: In any order.
        counts: The present stretch of time; if there are several of a theme and segment, each is looked at.
        history: What was before. An anomaly needs eight earlier stretches with comments, read by the same models.
        now: For the cool-down, in the same time zone as the alerts of `history`, or both without one.

    Returns:
        At most one alert per rule, in the order of rules: that of the latest stretch.

    Examples:
        >>> rule = Rule(id="late", kind="threshold", theme="delivery", limit=0.2)
        >>> seen = Observed(bucket="2025-07", theme="delivery", n=100, negative=31)
        >>> [(one.rule, one.share) for one in check([rule], [seen], History(), now=datetime(2025, 8, 1))]
        [('late', 0.31)]
    """
    present: dict[tuple[str | None, tuple[str, str] | None], list[Observed]] = {}
    for one in counts:
        present.setdefault((one.theme, one.segment), []).append(one)
    last: dict[str, datetime] = {}
    for earlier in history.alerts:
        last[earlier.rule] = max(earlier.at, last.get(earlier.rule, earlier.at))
    fired = []
    for rule in rules:
        if rule.id in last and now - last[rule.id] < rule.cool_down:
            continue
        seen = sorted(present.get((rule.theme, rule.segment), ()), key=lambda one: one.bucket, reverse=True)
        found = next((alert for one in seen if (alert := _fire(rule, one, history, now))), None)
        if found is not None:
            fired.append(found)
    return fired


def _fire(rule: Rule, seen: Observed, history: History, now: datetime) -> Alert | None:
    """Look at one stretch of time by one rule."""
    count = seen.count(rule.mention)
    if count.n < rule.min_n:
        return None
    share = count.count / count.n
    low, high = wilson_interval(count.count, count.n)
    chance: float | None = None
    if rule.kind == "threshold":
        expected = bound = rule.limit if rule.limit is not None else 0.0
        told = share if not rule.certain else low if rule.side == "above" else high
        beyond = told > bound if rule.side == "above" else told < bound
    else:
        past = [one for one in (earlier.count(rule.mention) for earlier in history.of(seen)) if one.n]
        if len(past) < MIN_BUCKETS:
            return None
        # half a comment more on either side: a theme that was never named has no spread to measure by
        expected = (sum(one.count for one in past) + 0.5) / (sum(one.n for one in past) + 1)
        lower, upper = limits(count.n, expected, dispersion(past, expected))
        bound = upper if rule.side == "above" else lower
        chance = tail(count.count, count.n, expected, rule.side)
        beyond = (share > upper if rule.side == "above" else share < lower) and chance < RARE
    if not beyond:
        return None
    return Alert(
        rule=rule.id, kind=rule.kind, at=now, bucket=seen.bucket, theme=rule.theme, mention=rule.mention,
        segment=rule.segment, side=rule.side, n=count.n, count=count.count, share=share, low=low, high=high,
        expected=expected, bound=bound, chance=chance,
    )  # fmt: skip
