"""What changes over time, and what only seems to.

series    counts by day, week, month; where another model or taxonomy began to read
control   p-chart and EWMA: which buckets chance alone does not explain
changes   from which bucket on a rate keeps another level
compare   two periods: difference, interval, test
terms     words that are new or rising
trend     all of it for several rates: `find_trends`
"""

from nlp_cx.trends.changes import ChangePoint, change_points
from nlp_cx.trends.compare import Change, compare_scores, compare_shares
from nlp_cx.trends.control import Chart, Point, control_chart
from nlp_cx.trends.series import (
    Break,
    Calendar,
    Count,
    breaks_of,
    bucket_of,
    buckets_between,
    choose_calendar,
    comparable,
    days_of,
    reader,
    series,
)
from nlp_cx.trends.terms import RisingTerm, rising_terms
from nlp_cx.trends.trend import Trend, compare_latest, find_trends

__all__ = [
    "Break",
    "Calendar",
    "Change",
    "ChangePoint",
    "Chart",
    "Count",
    "Point",
    "RisingTerm",
    "Trend",
    "breaks_of",
    "bucket_of",
    "buckets_between",
    "change_points",
    "choose_calendar",
    "comparable",
    "compare_latest",
    "compare_scores",
    "compare_shares",
    "control_chart",
    "days_of",
    "find_trends",
    "reader",
    "rising_terms",
    "series",
]
