"""All that a report tells, as records: the summary and what only a report looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from nlp_cx.contradictions import Contradictions
from nlp_cx.correction import Corrected
from nlp_cx.drivers import Drivers
from nlp_cx.journey import Journey
from nlp_cx.mix import Mix
from nlp_cx.records import Polarity
from nlp_cx.scores import MetricScore
from nlp_cx.summarise.pairs import Pair
from nlp_cx.summarise.summary import Summary
from nlp_cx.trends import Calendar, Change, RisingTerm, Trend


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Comments of one day, week, month or quarter."""

    bucket: str
    comments: int
    sentiment: Mapping[Polarity, int]
    """Of the comments that were judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBucket:
    """The report's metric over the responses of one day, week, month or quarter."""

    bucket: str
    score: MetricScore | None
    """None if nobody answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """Two stretches of time of the same length, one after the other, up to the last comment."""

    before: tuple[date, date]
    """First and last day."""
    after: tuple[date, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeChange:
    """How a theme moved from the earlier period to the later one."""

    theme: str
    named: Change
    """Share of the comments that name it."""
    blamed: Change
    """Share of the comments that judge it negative."""
    q: float
    """Smallest rate of false discoveries at which `blamed` is one, over all themes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a survey's comments say, and how that changed."""

    source: str
    """Name of the file."""
    summary: Summary
    metric: str | None
    """The metric that the report is built around; None if nobody ticked anything."""
    drivers: Drivers | None
    calendar: Calendar | None
    """Size of the buckets; None if no comment has a date."""
    buckets: tuple[Bucket, ...]
    """From the first to the last, without a gap."""
    score_calendar: Calendar | None
    """Size of the buckets of scores, which need more answers to say anything."""
    scores: tuple[ScoreBucket, ...]
    negative: Trend | None
    """Share of the judged comments that are negative, over time."""
    trends: tuple[Trend, ...]
    """Per theme the share of comments that judge it negative, most often blamed first."""
    periods: Periods | None
    """None if there are less than four weeks."""
    score_change: Change | None
    theme_changes: tuple[ThemeChange, ...]
    mix: Mix | None
    rising: tuple[RisingTerm, ...]
    journey: Journey | None
    """By stage; None if no comment names one."""
    touchpoints: Journey | None
    segments: tuple[Journey, ...]
    """Those with two places or more, of which no one holds nearly everybody."""
    contradictions: Contradictions
    pairs: tuple[Pair, ...] = ()
    """Themes that comments name together, most comments first."""
    corrected: Mapping[str, Corrected] = field(default_factory=dict)
    """Theme -> its share corrected for the model's errors; empty if these are not known."""
    quality: Mapping[str, float] = field(default_factory=dict)
    """Theme -> F1 of the model on labelled comments."""
    rejected: int = 0
    """Rows that could not be used."""
    notes: tuple[Mapping[str, str], ...] = ()
    """In "en" and "vi": what is to be said of the file."""
