"""Two periods of the same length, one after the other: what changes are told between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from nlp_cx.api.figures import earlier_period, make_note
from nlp_cx.storage.interface import Filter, Store

DAYS = 30
"""Length of a period that was not said."""


def two_periods(
    store: Store, workspace: str, where: Filter
) -> tuple[tuple[Filter, Filter] | None, list[Mapping[str, str]]]:
    """Give the comments of a period and of the one before, as long.

    Args:
        store: Where comments are.
        workspace: Whose.
        where: Which ones; where a day is missing, the period ends with the last comment, and is of 30 days.

    Returns:
        The earlier and the later ones, None if no comment has a date; and a note that says which days are compared.
    """
    until = where.until or _last_day(store, workspace, where)
    if until is None:
        return None, []
    until = max(until, where.since or until)
    try:
        since = where.since or until - timedelta(days=DAYS - 1)
    except OverflowError:
        return None, []
    after = replace(where, since=since, until=until)
    before = earlier_period(after)
    if before is None:
        return None, []
    note = make_note("periods", since=after.since, until=after.until, before=before.since, before_until=before.until)
    return (before, after), [note]


def _last_day(store: Store, workspace: str, where: Filter) -> date | None:
    """Find the day of the latest comment that is not dated in the future."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    newest = store.comments(workspace, replace(where, until=tomorrow), limit=1).items
    moment = newest[0].comment.created_at if newest else None
    return moment.date() if isinstance(moment, datetime) else moment
