"""The frozen records that go into the store and come out of it.

Times are UTC. Dates by which comments are filtered and grouped are those that were sent, whatever their time zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, TypeVar, get_args

from nlp_cx.errors import RequestError
from nlp_cx.histogram import Histogram, Scale
from nlp_cx.ingest.rejected import Rejected
from nlp_cx.records import LANGUAGES, POLARITIES, Analysis, Comment, LanguageCode, Polarity, ThemeMention

if TYPE_CHECKING:
    import numpy as np

Item = TypeVar("Item")
BatchKind = Literal["upload", "rescore"]
BatchState = Literal["queued", "running", "completed", "failed", "cancelled"]
Order = Literal["newest", "oldest"]
Saved = Literal["saved", "again", "closed"]
"""What became of a chunk: kept; it was there already, nothing changed; its batch takes nothing any more."""
Standing = Literal["judged", "none", "unsupported", "blank"]
"""A comment that was judged, that says nothing, that is in a language that is not read, that has no text."""
STANDINGS: tuple[Standing, ...] = get_args(Standing)
BATCH_STATES: tuple[BatchState, ...] = get_args(BatchState)
TRANSITIONS: Mapping[BatchState, frozenset[BatchState]] = {
    "queued": frozenset({"running", "failed", "cancelled"}),
    "running": frozenset({"queued", "completed", "failed", "cancelled"}),
    "completed": frozenset(),
    "failed": frozenset(),
    "cancelled": frozenset(),
}
"""State -> states that may follow it. A running batch goes back to queued when its worker hands it back."""
FINAL: frozenset[BatchState] = frozenset(state for state, later in TRANSITIONS.items() if not later)
CALENDAR = ("day", "week", "month", "quarter", "year")
GROUPS = (*CALENDAR, "language", "sentiment", "standing", "touchpoint", "stage", "batch", "model")
"""What comments can be grouped by; beside these "segment:NAME"."""
LIKELY = 0.5
"""Probability from which a comment counts as a complaint or a suggestion."""


class Row(NamedTuple):
    """One analysed comment on its way into the store; a plain tuple of the three does as well."""

    comment: Comment
    analysis: Analysis
    raw: str | None = None
    """The text as sent, if it is to be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredComment:
    """A comment as it is kept, corrections by people applied."""

    comment: Comment
    """Its text is the one as sent if that is kept, else the redacted one."""
    analysis: Analysis
    """What counts now: read by a model, or said by a person where `human`."""
    raw: str | None
    """The text as sent; None if it is not kept."""
    batch: str | None
    row: int | None
    """Its place in the batch: rows of a batch are in the order of this number, which need not be dense."""
    human: bool
    """Whether a person corrected it."""
    saved_at: datetime

    @property
    def id(self) -> str:
        """Id within the workspace."""
        return self.comment.id


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBand:
    """Answers to one metric between two values, both included."""

    metric: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which comments are meant; what is left out restricts nothing, several values of a field mean any of them."""

    since: date | None = None
    """First day. Comments without a date are left out if a day is given."""
    until: date | None = None
    """Last day, included."""
    languages: Sequence[LanguageCode] = ()
    sentiments: Sequence[Polarity] = ()
    """Overall judgement; of comments that were judged."""
    standings: Sequence[Standing] = ()
    themes: Sequence[str] = ()
    """Comments that mention any of these."""
    theme_sentiments: Sequence[Polarity] = ()
    """How one of `themes`, or any theme if none is named, is judged."""
    touchpoints: Sequence[str] = ()
    stages: Sequence[str] = ()
    segments: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Name -> values; all names must fit."""
    bands: Sequence[ScoreBand] = ()
    """All must fit."""
    batches: Sequence[str] = ()
    respondents: Sequence[str] = ()
    models: Sequence[str] = ()
    needs_review: bool | None = None
    human: bool | None = None
    raw: bool | None = None
    """Whether the text as sent is kept."""
    mixed: bool | None = None
    complaint: bool | None = None
    suggestion: bool | None = None
    text: str | None = None
    """Letters that the redacted text holds, whatever their case and diacritics."""

    def __post_init__(self) -> None:
        """Refuse values that do not exist."""
        for name, known in (
            ("languages", LANGUAGES),
            ("sentiments", POLARITIES),
            ("standings", STANDINGS),
            ("theme_sentiments", POLARITIES),
        ):
            for value in getattr(self, name):
                if value not in known:
                    raise RequestError(name, f"must be one of {', '.join(known)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """Some items of a list and where to go on."""

    items: tuple[Item, ...]
    next: str | None
    """Cursor of the page behind; None if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Comments that were handed in together."""

    id: str
    workspace: str
    kind: BatchKind
    name: str
    state: BatchState
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    total: int | None = None
    """Rows in it, rejected ones included; None until they are counted."""
    chunks: int | None = None
    """Chunks it is cut into; None until it is."""
    chunks_saved: int = 0
    done: int = 0
    """Comments that were analysed and kept."""
    rejected: int = 0
    """Whole rows that could not be used."""
    per_second: float | None = None
    """Comments analysed per second lately; None before the second chunk."""
    format: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    """What the caller asked for."""
    plan: Mapping[str, Any] = field(default_factory=dict)
    """What was recognised."""
    error_code: str | None = None
    error: str | None = None
    error_vi: str | None = None

    @property
    def seconds_left(self) -> float | None:
        """Seconds until it is done if it goes on like this; None if that cannot be told."""
        if self.state != "running" or self.total is None or not self.per_second:
            return None
        return max(0, self.total - self.done - self.rejected) / self.per_second


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a person says of a comment; None where the person says nothing."""

    sentiment: Polarity | None = None
    themes: tuple[ThemeMention, ...] | None = None
    """All themes of the comment; an empty tuple says that there is none."""
    complaint: bool | None = None
    suggestion: bool | None = None
    none: bool | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One correction as history keeps it."""

    comment_id: str
    number: int
    """Counts from 1 per workspace; larger is later."""
    author: str
    at: datetime
    correction: Correction
    before: Mapping[str, Any]
    """Sentiment, themes, complaint, suggestion and none that it replaced, as in the JSON form of an analysis."""
    after: Mapping[str, Any]
    model: str
    """Model whose reading was corrected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledComment:
    """A corrected comment, for retraining."""

    comment: StoredComment
    label: Label
    """Author, time and number of the last correction; `correction` is what all that count say together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """An API key; of its secret only the hash is kept."""

    prefix: str
    workspace: str
    scopes: frozenset[str]
    hash: str
    name: str
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where a workspace wants to be told of events."""

    id: str
    workspace: str
    url: str
    secret: str
    events: tuple[str, ...]
    enabled: bool
    created_at: datetime
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One try to deliver one event."""

    number: int
    """Counts up per workspace."""
    webhook_id: str
    event_id: str
    event: str
    attempt: int
    at: datetime
    status: int | None
    """HTTP status; None if there was no answer."""
    error: str | None
    milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """When a workspace wants to be told of a share."""

    id: str
    workspace: str
    name: str
    rule: Mapping[str, Any]
    """What it is about, as `jobs.watch` reads it."""
    version: int
    """Counts the changes of `rule`, from 1."""
    enabled: bool
    created_at: datetime
    changed_at: datetime
    fired_at: datetime | None = None
    """When it fired last since its rule is what it is."""
    checked_at: datetime | None = None
    outcome: str | None = None
    """What the last check found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """An alert that fired, once per stretch of time."""

    id: str
    number: int
    """Counts up per workspace."""
    alert_id: str
    bucket: str
    at: datetime
    data: Mapping[str, Any]
    """What was found; never the text of a comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotent:
    """What is known of an Idempotency-Key."""

    state: Literal["new", "in_progress", "replay", "conflict"]
    """First seen; its request is under way; it was answered as told here; it came with another body."""
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Some of the comments that a filter means, drawn at random, the same ones every time."""

    items: tuple[StoredComment, ...]
    total: int
    """Comments that they were drawn from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opposed:
    """Comments that are judged the opposite of a score they carry."""

    page: Page[StoredComment]
    """Newest first."""
    n: int
    """Responses with a score whose text was judged."""
    high: int
    """Of them with a high score."""
    low: int
    negative: int
    """Comments that are negative and have a high score, over all pages."""
    positive: int
    """Comments that are positive and have a low score."""


Bucket = tuple[str | None, ...]
"""Values of what was grouped by, in that order; None for comments without one. Empty if nothing was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeCount:
    """Mentions of one theme in one bucket."""

    bucket: Bucket
    theme: str
    comments: int
    """Comments with text in the bucket: what shares are shares of."""
    negative: int
    neutral: int
    positive: int

    @property
    def n(self) -> int:
        """Mentions; one per comment unless a person judged the theme both ways."""
        return self.negative + self.neutral + self.positive


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Comments of one bucket."""

    bucket: Bucket
    comments: int
    """Comments with text: `negative + neutral + positive + none + unsupported`."""
    blank: int
    negative: int
    neutral: int
    positive: int
    none: int
    unsupported: int
    mixed: int
    complaints: int
    suggestions: int
    needs_review: int
    truncated: int
    human: int
    dated: int
    """Those with text that have a date."""
    responses: int
    """Questionnaires: several answers of one row are one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCount:
    """Answers to one metric in one bucket, one per response."""

    bucket: Bucket
    scale: Scale
    theme: str | None
    """None: of all responses of the bucket."""
    mention: Literal["any", "negative", "neutral", "positive"]
    """How the theme is mentioned."""
    counts: Mapping[float, int]

    @property
    def histogram(self) -> Histogram:
        """The same as `scores.measure` and `drivers.impact` take it."""
        return Histogram(self.scale, self.counts)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PresenceMatrix:
    """One metric's answers beside the themes mentioned, one row per response; for drivers."""

    scale: Scale
    themes: tuple[str, ...]
    """Those of the taxonomy in its order, then others that were met."""
    scores: np.ndarray
    """Shape (n,), float64."""
    presence: np.ndarray
    """Shape (n, themes), uint8: 0, or the sum of 1 (negative), 2 (neutral), 4 (positive)."""
    days: np.ndarray
    """Shape (n,), datetime64[D]; NaT without a date."""
    respondents: np.ndarray
    """Shape (n,), int64: the same number for the same respondent, one of its own for who is not known."""

    @property
    def n(self) -> int:
        """Responses."""
        return len(self.scores)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimensions:
    """What a workspace's comments can be filtered and grouped by, most frequent values first."""

    comments: int
    """All, those without text included."""
    first: date | None
    last: date | None
    languages: Mapping[str, int]
    touchpoints: Mapping[str, int]
    stages: Mapping[str, int]
    segments: Mapping[str, Mapping[str, int]]
    """Name -> value -> comments; the 200 most frequent values of each."""
    scales: Mapping[Scale, int]
    themes: Mapping[str, int]
    models: Mapping[str, int]
    batches: Mapping[str, int]


__all__ = [
    "BATCH_STATES", "CALENDAR", "FINAL", "GROUPS", "LIKELY", "STANDINGS", "TRANSITIONS", "AlertRule", "ApiKey",
    "Batch", "BatchKind", "BatchState", "Bucket", "Correction", "Delivery", "Dimensions", "Drawn", "Filter",
    "Firing", "Idempotent", "Label", "LabelledComment", "Opposed", "Order", "Page", "PresenceMatrix", "Rejected",
    "Row", "Saved", "ScoreBand", "ScoreCount", "Standing", "StoredComment", "ThemeCount", "Totals", "Webhook",
]  # fmt: skip
