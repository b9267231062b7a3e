"""What summaries show, computed from the store's counts: tidy rows, one figure each, with its interval and its n."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from nlp_cx.artifacts import find_model
from nlp_cx.correction import Accuracy, correct, read_accuracy
from nlp_cx.errors import ModelError, RequestError
from nlp_cx.histogram import Histogram, Scale
from nlp_cx.intervals import nps_interval, wilson_interval
from nlp_cx.records import POLARITIES
from nlp_cx.scores import MetricScore, measure, method_of
from nlp_cx.storage.interface import Filter, Store, ThemeCount, Totals
from nlp_cx.taxonomy import load_taxonomy
from nlp_cx.words import say

if TYPE_CHECKING:
    from nlp_cx.trends import Change

ThemeMetric = Literal[
    "comments", "mentions", "share", "share_corrected", "mentions_corrected", "share_before", "share_change",
    "share_change_p", "share_change_q", "negative", "neutral", "positive",
    "negative_share", "neutral_share", "positive_share", "net_sentiment", "complaint_share", "suggestion_share",
]  # fmt: skip
"""Figures of themes; those of all comments stand in rows without a theme.

comments, mentions, negative, neutral, positive: counts; n is the comments they are counted among.
share: mentions of the comments; share_corrected, mentions_corrected: the same, corrected for the model's errors (Rogan
and Gladen). Where since and until are given: share_before: of the period before, as long; share_change: the difference;
share_change_p: how likely it is by chance; share_change_q: the same as a rate of false discoveries over all themes.
negative_share, neutral_share, positive_share, net_sentiment: of the mentions, or of the comments that were judged.
complaint_share, suggestion_share: of all comments.
"""
METRICS: tuple[ThemeMetric, ...] = get_args(ThemeMetric)
_CHANGES = {"share_before", "share_change", "share_change_p", "share_change_q"}
_CORRECTED = {"share_corrected", "mentions_corrected"}
MOST_ROWS = 200_000
COLUMNS: Mapping[str, str] = {
    "bucket": "text", "theme": "text", "theme_name_vi": "text", "theme_name_en": "text", "segment": "text",
    "metric": "text", "value": "number", "low": "number", "high": "number", "n": "count", "model": "text",
    "taxonomy": "text",
}  # fmt: skip
"""Columns of tidy rows and the kinds of their cells."""
_COUNTED = ("comments", *POLARITIES, "complaints", "suggestions")
_OF_COMMENTS = frozenset({"comments", "complaint_share", "suggestion_share"})
"""Figures that themes have none of: who asks for no other needs no theme counted."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is to be shown of the comments that a filter means."""

    interval: str | None = None
    """Calendar unit of buckets; None for the whole period."""
    by: str | None = None
    """What segments are values of."""
    themes: Sequence[str] = ()
    """Only these, and no rows of all comments."""
    metrics: Sequence[str] = ()
    """Only these."""
    most: int = 200
    """Segments that are shown, those with most comments."""

    @property
    def groups(self) -> tuple[str, ...]:
        """What the store groups by."""
        return tuple(part for part in (self.interval, self.by) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Tidy rows and what a reader should know of them."""

    rows: Sequence[Row]
    notes: Sequence[Mapping[str, str]]
    """In "en" and "vi"."""


@dataclass(slots=True)
class Bucket:
    """Comments of one bucket and segment."""

    bucket: str | None
    segment: str | None
    counts: Counter[str] = field(default_factory=Counter)
    models: set[str] = field(default_factory=set)

    def add(self, total: Totals, model: str | None) -> None:
        """Take those that one model read.

        Args:
            total: Their counts.
            model: Which one.
        """
        self.counts.update({name: getattr(total, name) for name in _COUNTED})
        if model:
            self.models.add(model)

    def row(self, theme: str | None, metric: str, value: float | None, n: int, *bounds: float | None) -> Row:
        """Make one row.

        Args:
            theme: Its theme; None for all comments.
            metric: What the figure is.
            value: The figure.
            n: What stands behind it.
            bounds: Of its interval, if there is one.

        Returns:
            The row.
        """
        taxonomy = load_taxonomy()
        low, high = bounds or (None, None)
        return {
            "bucket": self.bucket,
            "theme": theme,
            "theme_name_vi": theme and taxonomy.name(theme, "vi"),
            "theme_name_en": theme and taxonomy.name(theme, "en"),
            "segment": self.segment,
            "metric": metric,
            "value": _round(value),
            "low": _round(low),
            "high": _round(high),
            "n": n,
            "model": ", ".join(sorted(self.models)) or None,
            "taxonomy": taxonomy.version,
        }


def theme_figures(store: Store, workspace: str, where: Filter, ask: Ask) -> Figures:
    """Sum up what comments say.

    Args:
        store: Where they are.
        workspace: Whose they are.
        where: Which ones.
        ask: What of them.

    Returns:
        Rows in the order of buckets, then segments, then themes; themes that a bucket does not mention are there with
        0, so that a line in a chart does not skip them.

    Raises:
        RequestError: If there would be too many rows.
    """
    buckets, notes = find_buckets(store, workspace, where, ask)
    wanted = set(ask.metrics or METRICS)
    counted: dict[tuple[str | None, ...], dict[str, ThemeCount]] = defaultdict(dict)
    of_themes = wanted - _OF_COMMENTS
    for count in store.theme_counts(workspace, where, by=ask.groups) if of_themes else ():
        counted[count.bucket][count.theme] = count
    met = dict.fromkeys(theme for counts in counted.values() for theme in counts)
    themes = (ask.themes or tuple(dict.fromkeys((*load_taxonomy().ids, *met)))) if of_themes else ()
    changes = _changes(store, workspace, where, counted) if wanted & _CHANGES and not ask.groups else {}
    _bound(len(buckets) * len(themes) * len(wanted))
    rows: list[Row] = []
    for key, bucket in buckets.items():
        if not ask.themes:
            rows += [row for row in _overall(bucket) if row["metric"] in wanted]
        accuracy = _accuracy(bucket.models) if wanted & _CORRECTED else {}
        for theme in themes:
            figures = _theme(bucket, theme, counted[key].get(theme), accuracy.get(theme), changes.get(theme))
            rows += [row for row in figures if row["metric"] in wanted]
    return Figures(rows=rows, notes=notes)


def score_figures(
    store: Store,
    workspace: str,
    where: Filter,
    ask: Ask,
    *,
    by_theme: bool = False,
    blank: bool = False,
) -> Figures:
    """Sum up scores: each metric's headline, its mean, and the groups of its answers.

    Args:
        store: Where they are.
        workspace: Whose they are.
        where: Which comments.
        ask: What of them; `metrics` are names of scores, such as nps.
        by_theme: Whether to add the headlines of those who mention each theme, by how they judge it.
        blank: Whether respondents without text count too.

    Returns:
        Rows named `nps`, `nps.mean`, `nps.promoters` ...; of mentioners `nps`, `nps.negative` ... with the theme beside
        it. A metric that was asked on several scales has the scale in its name but for its usual one. Of a period with
        both ends also `nps.before`, of the period before, as long, `nps.change` with its interval, and `nps.change_p`.

    Raises:
        RequestError: If there would be too many rows.
    """
    buckets, notes = find_buckets(store, workspace, where, ask)
    wanted = set(ask.metrics)
    by_theme = by_theme or bool(ask.themes)
    counts = store.score_counts(
        workspace,
        where,
        by=ask.groups,
        metric=ask.metrics[0] if len(ask.metrics) == 1 else None,
        themes=by_theme,
        blank=blank,
    )
    counts = [count for count in counts if not wanted or count.scale.metric in wanted]
    names = _scale_names(counts)
    _bound(len(counts))
    before = {} if ask.groups else _answers_before(store, workspace, where, blank=blank)
    order = {theme: place for place, theme in enumerate(load_taxonomy().ids)}
    rows: list[tuple[Any, Row]] = []
    said: dict[str, Mapping[str, str]] = {}
    for count in counts:
        bucket = buckets.get(count.bucket)
        if bucket is None or not count.counts or (ask.themes and count.theme not in ask.themes):
            continue
        score, name = measure(count.histogram), names[count.scale]
        if score.note and score.note["en"] not in said:
            said[score.note["en"]] = {lang: f"{name}: {text}" for lang, text in score.note.items()}
        place = (-1 if count.theme is None else order.get(count.theme, len(order)), name)
        if count.theme is None:
            rows += [(place, row) for row in _score(bucket, name, score)]
            rows += [(place, row) for row in _score_change(bucket, name, before.get(count.scale), count.histogram)]
        else:
            part = "" if count.mention == "any" else f".{count.mention}"
            headline = f"{name}.mean" if score.note and method_of(count.scale).note else name
            rows.append((place, bucket.row(count.theme, headline + part, score.value, score.n, score.low, score.high)))
    places = {(bucket.bucket, bucket.segment): at for at, bucket in enumerate(buckets.values())}
    rows.sort(key=lambda pair: (places[pair[1]["bucket"], pair[1]["segment"]], pair[0]))
    return Figures(rows=[row for _, row in rows], notes=[*notes, *said.values()])


# --- buckets ---


def find_buckets(
    store: Store, workspace: str, where: Filter, ask: Ask
) -> tuple[dict[tuple[str | None, ...], Bucket], list[Mapping[str, str]]]:
    """Count comments per bucket, and tell which models read them.

    Args:
        store: Where they are.
        workspace: Whose they are.
        where: Which comments.
        ask: What they are grouped by.

    Returns:
        Buckets by their key in the store, and notes.
    """
    found: dict[tuple[str | None, ...], Bucket] = {}
    notes: list[Mapping[str, str]] = []
    if not ask.groups:
        found[()] = Bucket(None, None)
    undated = 0
    for total in store.totals(workspace, where, by=(*ask.groups, "model")):
        *key, model = total.bucket
        if ask.interval and key[0] is None:
            undated += total.comments
            continue
        bucket = found.setdefault(tuple(key), Bucket(key[0] if ask.interval else None, key[-1] if ask.by else None))
        bucket.add(total, model)
    if undated:
        notes.append(make_note("undated", n=undated))
    if ask.by:
        found, left_out = _most(found, ask.most)
        notes += [make_note("left_out", n=left_out)] if left_out else []
    models = set().union(*(bucket.models for bucket in found.values())) if found else set()
    if len(models) > 1:
        notes.append(make_note("several_models", models=", ".join(sorted(models))))
    return found, notes


def _most(found: dict[tuple[str | None, ...], Bucket], most: int) -> tuple[dict[tuple[str | None, ...], Bucket], int]:
    """Keep the segments with most comments."""
    sizes: Counter[str | None] = Counter()
    for bucket in found.values():
        sizes[bucket.segment] += bucket.counts["comments"]
    kept = dict(sizes.most_common(most))
    return {key: bucket for key, bucket in found.items() if bucket.segment in kept}, len(sizes) - len(kept)


def _bound(rows: int) -> None:
    """Refuse what nobody could read."""
    if rows > MOST_ROWS:
        raise RequestError(
            "query",
            f"would give more than {MOST_ROWS} rows: choose a longer interval, fewer segments, themes or metrics",
        )


def make_note(name: str, **values: object) -> Mapping[str, str]:
    """Say something in both languages.

    Args:
        name: Word of the section figures.
        values: What its placeholders stand for.

    Returns:
        The note in "en" and "vi".
    """
    return {"en": say(f"figures.{name}", "en", **values), "vi": say(f"figures.{name}", "vi", **values)}


# --- themes ---


def _overall(bucket: Bucket) -> Iterator[Row]:
    """Give the figures of all comments of a bucket."""
    counts = bucket.counts
    comments, judged = counts["comments"], sum(counts[polarity] for polarity in POLARITIES)
    row = partial(bucket.row, None)
    yield row("comments", comments, comments)
    yield from _judgements(row, counts, judged)
    yield row("complaint_share", *_share(counts["complaints"], comments))
    yield row("suggestion_share", *_share(counts["suggestions"], comments))


def _theme(
    bucket: Bucket,
    theme: str,
    count: ThemeCount | None,
    accuracy: Accuracy | None,
    change: tuple[Change, float] | None,
) -> Iterator[Row]:
    """Give the figures of one theme in a bucket."""
    comments = bucket.counts["comments"]
    counts: dict[str, int] = {polarity: getattr(count, polarity) if count else 0 for polarity in POLARITIES}
    judged = sum(counts.values())
    mentions = min(judged, comments)  # a theme that a person judged both ways is counted twice
    row = partial(bucket.row, theme)
    yield row("mentions", mentions, comments)
    yield row("share", *_share(mentions, comments))
    if accuracy and (corrected := correct(mentions, comments, accuracy)):
        yield row("share_corrected", corrected.share, comments, corrected.low, corrected.high)
        numbers = (corrected.share, corrected.low, corrected.high)
        whole, low, high = (round(share * comments, 1) for share in numbers)
        yield row("mentions_corrected", whole, comments, low, high)
    if change:
        told, q = change
        yield row(
            "share_before",
            told.before,
            told.n_before,
            *wilson_interval(round(told.before * told.n_before), told.n_before),
        )
        yield row("share_change", told.difference, comments, told.low, told.high)
        yield row("share_change_p", told.p, comments)
        yield row("share_change_q", q, comments)
    yield from _judgements(row, counts, judged)


def _judgements(row: Any, counts: Mapping[str, int], judged: int) -> Iterator[Row]:
    """Give counts and shares of each sentiment, and what is left when blame is taken from praise."""
    for polarity in POLARITIES:
        yield row(polarity, counts[polarity], judged)
    for polarity in POLARITIES:
        yield row(f"{polarity}_share", *_share(counts[polarity], judged))
    if not judged:
        yield row("net_sentiment", None, 0)
        return
    low, high = nps_interval(counts["positive"], counts["negative"], judged)
    yield row("net_sentiment", (counts["positive"] - counts["negative"]) / judged, judged, low / 100, high / 100)


def _share(count: int, n: int) -> tuple[float | None, int, float | None, float | None]:
    """Give a share with its n and its interval."""
    return (count / n, n, *wilson_interval(count, n)) if n else (None, 0, None, None)


def _changes(
    store: Store, workspace: str, where: Filter, counted: Mapping[tuple[str | None, ...], Mapping[str, ThemeCount]]
) -> Mapping[str, tuple[Change, float]]:
    """Compare each theme's share with the period before, as long; gives the rate of false discoveries beside it."""
    from nlp_cx.drivers.screening import benjamini_hochberg
    from nlp_cx.trends import compare_shares

    earlier = earlier_period(where)
    if earlier is None:
        return {}
    (old,), (new,) = store.totals(workspace, earlier), store.totals(workspace, where)
    before = {count.theme: min(count.n, count.comments) for count in store.theme_counts(workspace, earlier)}
    after = {theme: min(count.n, count.comments) for theme, count in counted.get((), {}).items()}
    found = {
        theme: change
        for theme in dict.fromkeys((*load_taxonomy().ids, *before, *after))
        if (change := compare_shares(before.get(theme, 0), old.comments, after.get(theme, 0), new.comments))
    }
    rates = benjamini_hochberg([change.p for change in found.values()])
    return dict(zip(found, zip(found.values(), rates, strict=True), strict=True))


def earlier_period(where: Filter) -> Filter | None:
    """Give the period before, as long as this one.

    Args:
        where: With both its days.

    Returns:
        The same of the earlier days; None if a day is not given.
    """
    if where.since is None or where.until is None:
        return None
    days = where.until - where.since + timedelta(days=1)
    try:
        return replace(where, since=where.since - days, until=where.since - timedelta(days=1))
    except OverflowError:
        return None


def find_folder(models: Collection[str]) -> Path | None:
    """Find the folder of the one model that read some comments.

    Args:
        models: Versions of those that did.

    Returns:
        The folder; None if there were several, or it is not here.
    """
    if len(models) != 1:
        return None
    try:
        return find_model(next(iter(models)))
    except ModelError:
        return None


def _accuracy(models: Collection[str]) -> Mapping[str, Accuracy]:
    """Give how well the one model that read the comments finds each theme; nothing if there were several."""
    folder = find_folder(models)
    try:
        return {} if folder is None else _read_accuracy(folder)
    except ModelError:
        return {}


@cache
def _read_accuracy(folder: Path) -> Mapping[str, Accuracy]:
    """Read it once; folders do not change."""
    return read_accuracy(folder)


# --- scores ---


def _scale_names(counts: Sequence[Any]) -> dict[Scale, str]:
    """Name each scale: the metric alone for its usual scale, the scale beside it for others."""
    answers: Counter[Scale] = Counter()
    for count in counts:
        if count.theme is None:
            answers[count.scale] += sum(count.counts.values())
    usual: dict[str, Scale] = {}
    for scale, _ in sorted(answers.items(), key=lambda item: (method_of(item[0]).note is not None, -item[1])):
        usual.setdefault(scale.metric, scale)
    return {
        scale: scale.metric
        if usual[scale.metric] == scale
        else f"{scale.metric} ({scale.min:g}-{scale.max:g}"
        + (")" if scale.direction == usual[scale.metric].direction else f", {scale.direction})")
        for scale in answers
    }


def _score(bucket: Bucket, name: str, score: MetricScore) -> Iterator[Row]:
    """Give headline, mean and groups of one metric; what fell back to a mean is called one."""
    row = partial(bucket.row, None)
    fallback = method_of(Scale(score.metric, score.min, score.max, score.direction)).note is not None
    if not fallback:
        yield row(name, score.value, score.n, score.low, score.high)
    if fallback or score.statistic != "mean":
        bounds = (score.low, score.high) if fallback else ()
        yield row(f"{name}.mean", score.mean, score.n, *bounds)
    for group, share in score.shares.items():
        yield row(f"{name}.{group}", share.share, share.n, share.low, share.high)


def _answers_before(store: Store, workspace: str, where: Filter, *, blank: bool) -> Mapping[Scale, Histogram]:
    """Count answers in the period before, as long as this one."""
    earlier = earlier_period(where)
    counts = store.score_counts(workspace, earlier, blank=blank) if earlier else ()
    return {count.scale: count.histogram for count in counts}


def _score_change(bucket: Bucket, name: str, before: Histogram | None, after: Histogram) -> Iterator[Row]:
    """Compare a headline with the period before."""
    from nlp_cx.trends import compare_scores

    change = compare_scores(before, after) if before is not None else None
    if change is not None:
        headline = f"{name}.mean" if method_of(after.scale).note is not None else name
        yield bucket.row(None, f"{headline}.before", change.before, change.n_before)
        yield bucket.row(None, f"{headline}.change", change.difference, change.n_after, change.low, change.high)
        yield bucket.row(None, f"{headline}.change_p", change.p, change.n_after)


def _round(number: float | None) -> float | None:
    """Keep six digits behind the point."""
    return round(number, 6) if isinstance(number, float) and math.isfinite(number) else number
