"""What a survey's comments say, as records and as JSON; `summarise` makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from nlp_cx.drivers import Impact
from nlp_cx.records import LanguageCode, Polarity
from nlp_cx.scores import MetricScore, Share
from nlp_cx.summarise.quotes import Quote
from nlp_cx.summarise.terms import Term


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeSummary:
    """One theme over all comments."""

    theme: str
    """Id in the taxonomy."""
    name: Mapping[str, str]
    """In "en" and "vi"."""
    mentions: int
    """Comments that mention the theme."""
    share: Share
    """`mentions` out of all comments with text."""
    sentiment: Mapping[Polarity, int]
    """How the theme is judged where it is mentioned; sums to `mentions`."""
    net_sentiment: float
    """(positive - negative) / mentions, in [-1, 1]."""
    languages: Mapping[LanguageCode, int]
    """Mentions by language of the comment; languages without any are left out."""
    terms: tuple[Term, ...]
    """Strongest first."""
    quotes: tuple[Quote, ...]
    """Up to three."""
    scores: tuple[MetricScore, ...]
    """Per metric the score of those who mention the theme."""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {
            "theme": self.theme,
            "name": dict(self.name),
            "mentions": self.mentions,
            "share": self.share.to_dict(),
            "sentiment": dict(self.sentiment),
            "net_sentiment": round(self.net_sentiment, 4),
            "languages": dict(self.languages),
            "terms": [term.to_dict() for term in self.terms],
            "quotes": [quote.to_dict() for quote in self.quotes],
            "scores": [score.to_dict() for score in self.scores],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """Comments of one calendar month."""

    month: str
    """As "2025-04"."""
    comments: int
    """Comments with text."""
    sentiment: Mapping[Polarity, int]
    """Of the comments that were judged."""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {"month": self.month, "comments": self.comments, "sentiment": dict(self.sentiment)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a survey's comments say.

    `negative + neutral + positive + none + unsupported` of it make `comments`: what says nothing, or is written in a
    language that is not read, gets no forced sentiment.
    """

    comments: int
    """Comments with text."""
    blank: int
    """Rows without text (they may still carry a score)."""
    responses: int
    """Questionnaires: a row with several open answers is one, a row without text is one too."""
    languages: Mapping[LanguageCode, int]
    """Comments by language; languages without any are left out."""
    sentiment: Mapping[Polarity, Share]
    """Overall judgement: shares of the comments that were judged."""
    net_sentiment: float | None
    """(positive - negative) / judged, in [-1, 1]; None if none was judged."""
    none: int
    """Comments with text but nothing usable in it."""
    unsupported: int
    """Comments in a language that is not read."""
    mixed: int
    """Comments that praise one theme and blame another."""
    complaints: int
    """Comments that are more likely than not a complaint."""
    suggestions: int
    """Comments that more likely than not propose a change."""
    needs_review: int
    truncated: int
    themes: tuple[ThemeSummary, ...]
    """Themes that are mentioned, most mentions first."""
    scores: tuple[MetricScore, ...]
    """Per metric, over the responses with text; the base that theme scores and drivers compare with."""
    respondent_scores: tuple[MetricScore, ...]
    """Per metric, over all responses, those without text among them."""
    drivers: tuple[Impact, ...]
    """Metric by metric, then mention kind, ranked ones first."""
    first_date: date | None
    last_date: date | None
    months: tuple[Month, ...]
    """In order of time; months without comments are left out. Empty if no comment has a date."""
    undated: int
    """Comments with text but without a date."""
    models: tuple[str, ...]
    """Versions of the models that read the comments."""
    taxonomy: str
    notes: tuple[Mapping[str, str], ...]
    """In "en" and "vi": what a reader should know before trusting a number."""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {
            "comments": self.comments,
            "blank": self.blank,
            "responses": self.responses,
            "languages": dict(self.languages),
            "sentiment": {polarity: share.to_dict() for polarity, share in self.sentiment.items()},
            "net_sentiment": None if self.net_sentiment is None else round(self.net_sentiment, 4),
            "none": self.none,
            "unsupported": self.unsupported,
            "mixed": self.mixed,
            "complaints": self.complaints,
            "suggestions": self.suggestions,
            "needs_review": self.needs_review,
            "truncated": self.truncated,
            "themes": [theme.to_dict() for theme in self.themes],
            "scores": [score.to_dict() for score in self.scores],
            "respondent_scores": [score.to_dict() for score in self.respondent_scores],
            "drivers": [driver.to_dict() for driver in self.drivers],
            "first_date": None if self.first_date is None else self.first_date.isoformat(),
            "last_date": None if self.last_date is None else self.last_date.isoformat(),
            "months": [month.to_dict() for month in self.months],
            "undated": self.undated,
            "models": list(self.models),
            "taxonomy": self.taxonomy,
            "notes": [dict(note) for note in self.notes],
        }
