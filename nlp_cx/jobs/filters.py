"""Filters as JSON, for what is kept: options of a batch, rules of alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from nlp_cx.storage.interface import Filter, ScoreBand


def filter_record(where: Filter) -> dict[str, Any]:
    """Give a filter as JSON, without what restricts nothing."""
    record = {name: value for name, value in asdict(where).items() if value not in (None, (), [], {})}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in record.items()}


def read_filter(record: Mapping[str, Any]) -> Filter:
    """Make a filter of its JSON.

    Examples:
        >>> where = Filter(since=date(2026, 11, 1), bands=(ScoreBand(metric="nps", high=6),))
        >>> read_filter(filter_record(where)) == where
        True
    """
    told = dict(record)
    for name in ("since", "until"):
        if name in told:
            told[name] = date.fromisoformat(told[name])
    if "bands" in told:
        told["bands"] = tuple(ScoreBand(**band) for band in told["bands"])
    return Filter(**told)
