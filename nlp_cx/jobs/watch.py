"""Checks the alerts of a workspace: after each batch, and every hour. What fires is kept once and told for good.

A check may be repeated, or made by several processes at once: the store lets an alert fire once per stretch of time,
and a firing that webhooks were not told of is told of by the next check, under the same key.
"""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import structlog

from nlp_cx.alerts import Alert, History, Observed, Rule, check
from nlp_cx.errors import NlpCxError, StorageError, UnavailableError
from nlp_cx.jobs.filters import read_filter
from nlp_cx.jobs.messages import Messages
from nlp_cx.records import POLARITIES
from nlp_cx.storage.interface import AlertRule, Filter, Firing, Store
from nlp_cx.taxonomy import load_taxonomy
from nlp_cx.trends.control import MIN_BUCKETS
from nlp_cx.trends.series import Calendar, bucket_of, days_of
from nlp_cx.words import Tongue, say

Outcome = Literal["fired", "known", "quiet", "cooling_down", "no_comments", "few_comments", "no_history",
                  "model_changed", "failed"]  # fmt: skip
"""What a check found.

fired; known: fired of this stretch of time already; quiet: nothing unusual; cooling_down: fired lately; no_comments,
few_comments: too few of them; no_history: too short a past for an anomaly; model_changed: the past was read by other
models, so that there is nothing to compare with; failed: the rule cannot be checked, the log tells why.
"""
WINDOWS: Sequence[Calendar] = ("day", "week", "month", "quarter")
PAST = 60
"""Earlier stretches of time that an anomaly is looked for among."""
EASTERNMOST = timedelta(hours=14)
"""What clocks are ahead of UTC, at most: later days than theirs are mistakes."""
_TONGUES: Sequence[Tongue] = ("en", "vi")

_log = structlog.get_logger("nlp_cx.alerts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one rule sees in the present stretches of time."""

    outcome: Outcome
    bucket: str | None = None
    """The latest stretch with comments, or that which fired."""
    n: int = 0
    count: int = 0
    models: Sequence[str] = ()
    found: Mapping[str, Any] | None = None
    """What is told if it fires."""


@dataclass(slots=True)
class _Total:
    """Comments of one stretch of time."""

    comments: int = 0
    judged: list[int] = field(default_factory=lambda: [0, 0, 0])
    models: set[str] = field(default_factory=set)


class Watcher:
    """Looks at the comments of a workspace by its rules; what rules have in common is read once."""

    def __init__(self, store: Store, workspace: str, now: datetime) -> None:
        """Begin a check.

        Args:
            store: Where comments are.
            workspace: Whose.
            now: The moment, with a time zone.
        """
        self._store, self._workspace, self._now = store, workspace, now
        self._known: dict[str, tuple[dict[str, _Total], dict[tuple[str, str], list[int]]]] = {}

    def look(self, name: str, rule: Mapping[str, Any]) -> Look:
        """Look by one rule, whatever it told before.

        Args:
            name: What the alert is called.
            rule: As the store keeps it.

        Returns:
            What is seen: "fired" means that it is to fire.
        """
        window: Calendar = rule["window"]
        stretches = self._observe(rule, window)
        if not stretches:
            return Look(outcome="no_comments")
        latest = stretches[-1]
        first, _ = days_of(latest.bucket, window)
        previous = bucket_of(first - timedelta(days=1), window) if first > date.min else None
        present = [one for one in stretches[-2:] if one.bucket in (latest.bucket, previous)]
        wanted = read_rule(name, rule)
        for_now = check([wanted], present, History(counts=stretches), now=self._now)
        if not for_now:
            count = latest.count(wanted.mention)
            outcome = _why_quiet(wanted, latest, stretches)
            models = sorted(latest.readers)
            return Look(outcome=outcome, bucket=latest.bucket, n=count.n, count=count.count, models=models)
        (alert,) = for_now
        at = next(place for place, one in enumerate(stretches) if one.bucket == alert.bucket)
        found = _tell(name, rule, alert, stretches[: at + 1])
        return Look(
            outcome="fired", bucket=alert.bucket, n=alert.n, count=alert.count, models=found["models"], found=found
        )

    def _observe(self, rule: Mapping[str, Any], window: Calendar) -> list[Observed]:
        """Count what a rule is about, stretch by stretch, the last ones in order of time."""
        key, theme = json.dumps([rule["where"], window], sort_keys=True), rule["theme"]
        if key not in self._known:
            self._known[key] = self._count(read_filter(rule["where"]), window)
        totals, themes = self._known[key]
        observed = []
        for bucket, total in totals.items():
            negative, neutral, positive = total.judged if theme is None else themes.get((bucket, theme), (0, 0, 0))
            observed.append(
                Observed(
                    bucket=bucket,
                    theme=theme,
                    n=sum(total.judged) if theme is None else total.comments,
                    negative=negative,
                    neutral=neutral,
                    positive=positive,
                    readers=frozenset(total.models),
                )
            )
        return observed

    def _count(self, where: Filter, window: Calendar) -> tuple[dict[str, _Total], dict[tuple[str, str], list[int]]]:
        """Count the comments of the last stretches, who read them, and how each theme is judged there."""
        where = replace(where, until=(self._now.astimezone(UTC) + EASTERNMOST).date())
        found: dict[str, _Total] = defaultdict(_Total)
        for total in self._store.totals(self._workspace, where, by=(window, "model")):
            bucket, model = total.bucket
            if bucket is None or not total.comments:
                continue
            one = found[bucket]
            one.comments += total.comments
            one.judged = [before + getattr(total, name) for before, name in zip(one.judged, POLARITIES, strict=True)]
            one.models |= {model} if model else set()
        if not found:
            return {}, {}
        totals = {bucket: found[bucket] for bucket in sorted(found)[-PAST - 2 :]}
        recent = replace(where, since=days_of(min(totals), window)[0])
        counts = self._store.theme_counts(self._workspace, recent, by=(window,))
        return totals, {
            (str(count.bucket[0]), count.theme): [getattr(count, polarity) for polarity in POLARITIES]
            for count in counts
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Checks alerts, and tells webhooks of those that fire."""

    store: Store
    messages: Messages

    def check(self, workspace: str) -> None:
        """Check all alerts of a workspace; tell of what fired, now or in a check that broke off."""
        self._tell(workspace)
        now = datetime.now(UTC)
        watcher = Watcher(self.store, workspace, now)
        for alert in self.store.alerts(workspace):
            if alert.enabled:
                outcome = self._check(watcher, alert, now)
                self.store.alert_checked(workspace, alert.id, version=alert.version, outcome=outcome, at=now)
        self._tell(workspace)

    def check_all(self) -> None:
        """Check the alerts of all workspaces; one that cannot be checked is no reason to leave out the others."""
        for workspace in self.store.watched():
            try:
                self.check(workspace)
            except (StorageError, UnavailableError):
                raise
            except NlpCxError as error:
                _log.warning("alerts_not_checked", workspace=workspace, code=error.code)

    def _check(self, watcher: Watcher, alert: AlertRule, now: datetime) -> Outcome:
        """Check one alert."""
        cool_down = timedelta(hours=alert.rule["cool_down_hours"])
        if alert.fired_at is not None and now - alert.fired_at < cool_down:
            return "cooling_down"
        try:
            look = watcher.look(alert.name, alert.rule)
        except (StorageError, UnavailableError):
            raise
        except NlpCxError as error:
            _log.warning("alert_failed", workspace=alert.workspace, alert=alert.id, code=error.code)
            return "failed"
        if look.found is None or look.bucket is None:
            return look.outcome
        fired = self.store.fire(
            alert.workspace, alert.id, version=alert.version, firing_id=make_firing_id(now), bucket=look.bucket,
            cool_down=cool_down, at=now, data=look.found,
        )  # fmt: skip
        if fired is None:
            return "known"
        _log.info("alert_fired", workspace=alert.workspace, alert=alert.id, firing=fired.id, bucket=fired.bucket)
        return "fired"

    def _tell(self, workspace: str) -> None:
        """Tell webhooks of firings that they were not told of; doing so twice tells once."""
        for firing in self.store.untold_firings(workspace):
            self.messages.announce(workspace, "alert.fired", firing.id, firing_data(firing), firing.at)
            self.store.firing_told(workspace, firing.id)


def make_firing_id(now: datetime) -> str:
    """Make the id of a firing: it begins with the day.

    Examples:
        >>> make_firing_id(datetime(2026, 11, 25, tzinfo=UTC))[:11]
        'f_20261125_'
    """
    return f"f_{now:%Y%m%d}_{secrets.token_hex(8)}"


def firing_data(firing: Firing) -> dict[str, Any]:
    """Give a firing as the API shows it and as a message tells it."""
    return {"id": firing.id, "alert_id": firing.alert_id, "at": firing.at.isoformat(), **firing.data}


def read_rule(name: str, rule: Mapping[str, Any]) -> Rule:
    """Make the rule that is checked; its filter restricts the comments, so that it knows no segment."""
    return Rule(
        id=name, kind=rule["kind"], theme=rule["theme"], mention=rule["mention"], side=rule["side"],
        limit=rule["limit"], certain=rule["certain"], min_n=rule["min_n"],
        cool_down=timedelta(hours=rule["cool_down_hours"]),
    )  # fmt: skip


def _why_quiet(rule: Rule, latest: Observed, stretches: Sequence[Observed]) -> Outcome:
    """Tell why a rule does not fire."""
    if latest.n < rule.min_n:
        return "few_comments"
    past = stretches[:-1]
    if rule.kind == "anomaly" and sum(one.readers == latest.readers for one in past) < MIN_BUCKETS:
        return "model_changed" if len(past) >= MIN_BUCKETS else "no_history"
    return "quiet"


def _tell(name: str, rule: Mapping[str, Any], alert: Alert, stretches: Sequence[Observed]) -> dict[str, Any]:
    """Write what there is to know of an alert; the stretch that fired comes last."""
    now = stretches[-1]
    before = stretches[-2] if len(stretches) > 1 else now
    changed = len(now.readers) > 1 or before.readers != now.readers
    taxonomy = load_taxonomy()
    first, last = days_of(alert.bucket, rule["window"])
    models = sorted(now.readers | before.readers) if changed else sorted(now.readers)
    told = alert.to_dict()
    return {
        "name": name,
        "kind": alert.kind,
        "theme": alert.theme,
        "theme_name_vi": alert.theme and taxonomy.name(alert.theme, "vi"),
        "theme_name_en": alert.theme and taxonomy.name(alert.theme, "en"),
        "mention": alert.mention,
        "filters": rule["filters"],
        "window": rule["window"],
        "bucket": alert.bucket,
        "since": first.isoformat(),
        "until": last.isoformat(),
        "side": alert.side,
        **{key: told[key] for key in ("share", "low", "high", "n", "count", "expected", "bound", "chance")},
        "models": models,
        "model_changed": changed,
        "message": {lang: _sentence(rule, alert, lang) for lang in _TONGUES},
        "notes": [{lang: say("alert.model_changed", lang, models=", ".join(models)) for lang in _TONGUES}]
        if changed
        else [],
    }


def _sentence(rule: Mapping[str, Any], alert: Alert, lang: Tongue) -> str:
    """Say in one sentence what fired."""
    first, last = days_of(alert.bucket, rule["window"])
    theme = load_taxonomy().name(alert.theme, lang) if alert.theme else say("alert.overall", lang)
    return say(
        f"alert.{alert.kind}_{alert.side}",
        lang,
        theme=theme,
        mention=say(f"alert.mention_{alert.mention}", lang),
        first=_day(first, lang),
        last=_day(last, lang),
        share=_percent(alert.share, lang),
        expected=_percent(alert.expected, lang),
        count=alert.count,
        n=alert.n,
    )


def _day(day: date, lang: Tongue) -> str:
    """Write a day as people do."""
    return f"{day.day}/{day.month}/{day.year}" if lang == "vi" else day.isoformat()


def _percent(share: float, lang: Tongue) -> str:
    """Write a share as people do."""
    text = f"{100 * share:.1f}%"
    return text.replace(".", ",") if lang == "vi" else text
