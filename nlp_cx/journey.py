"""Themes by journey stage, touchpoint or segment: how often each is named there, how it is judged, how it scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nlp_cx.histogram import Histogram, Scale
from nlp_cx.records import POLARITIES, Polarity
from nlp_cx.scores import MetricScore, Share, measure
from nlp_cx.taxonomy import load_taxonomy

MAX_PLACES = 200
"""Different values that are told apart; further ones are counted together, under None."""
_ORDER = {
    "search": 0, "awareness": 0, "consideration": 0, "tìm hiểu": 0, "tìm kiếm": 0, "nhận biết": 0, "cân nhắc": 0,
    "book": 1, "booking": 1, "order": 1, "purchase": 1, "buy": 1, "mua": 1, "mua hàng": 1, "đặt hàng": 1,
    "đặt phòng": 1, "thanh toán": 1, "payment": 1,
    "delivery": 2, "giao hàng": 2, "nhận hàng": 2, "arrival": 2, "onboarding": 2, "check-in": 2, "nhận phòng": 2,
    "use": 3, "usage": 3, "stay": 3, "sử dụng": 3, "lưu trú": 3, "trải nghiệm": 3,
    "support": 4, "service": 4, "hỗ trợ": 4, "chăm sóc": 4,
    "aftersales": 5, "after-sales": 5, "returns": 5, "hậu mãi": 5, "đổi trả": 5, "bảo hành": 5, "checkout": 5,
    "check-out": 5, "trả phòng": 5, "renewal": 5, "gia hạn": 5, "loyalty": 6,
}  # fmt: skip
"""Where the usual names of stages stand in a journey; others come after them, most comments first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One theme at one place."""

    place: str | None
    theme: str
    share: Share
    """Comments of the place that name the theme."""
    sentiment: Mapping[Polarity, int]
    net_sentiment: float
    """(positive - negative) / mentions, in [-1, 1]."""
    scores: tuple[MetricScore, ...]
    """Of those who name it there."""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {
            "place": self.place,
            "theme": self.theme,
            "share": self.share.to_dict(),
            "sentiment": dict(self.sentiment),
            "net_sentiment": round(self.net_sentiment, 4),
            "scores": [score.to_dict() for score in self.scores],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One stage, touchpoint or segment."""

    name: str | None
    """None: not told, or one of too many."""
    comments: int
    sentiment: Mapping[Polarity, int]
    """Of the comments that were judged."""
    scores: tuple[MetricScore, ...]
    """Of all its responses."""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {
            "name": self.name,
            "comments": self.comments,
            "sentiment": dict(self.sentiment),
            "scores": [score.to_dict() for score in self.scores],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """Theme x place."""

    dimension: str
    """"stage", "touchpoint", or "segment:NAME"."""
    places: tuple[Place, ...]
    """In order of the journey where the names tell it, else most comments first."""
    cells: tuple[Cell, ...]
    """Place by place, themes in the order of the taxonomy; only those that are named."""

    def cell(self, place: str | None, theme: str) -> Cell | None:
        """Find one cell; None if nobody names the theme there."""
        return next((cell for cell in self.cells if cell.place == place and cell.theme == theme), None)

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {
            "dimension": self.dimension,
            "places": [place.to_dict() for place in self.places],
            "cells": [cell.to_dict() for cell in self.cells],
        }


@dataclass(slots=True)
class _Tally:
    """What is counted at one place."""

    comments: int = 0
    sentiment: Counter[Polarity] = field(default_factory=Counter)
    themes: dict[str, Counter[Polarity]] = field(default_factory=dict)
    scores: dict[Scale, Histogram] = field(default_factory=dict)
    theme_scores: dict[str, dict[Scale, Histogram]] = field(default_factory=dict)


class JourneyTable:
    """Counts comments and responses by place, in memory that does not grow with their number."""

    def __init__(self, dimension: str) -> None:
        """Start empty.

        Args:
            dimension: "stage", "touchpoint", or "segment:NAME".
        """
        self.dimension = dimension
        self._places: dict[str | None, _Tally] = {}

    def add_comment(self, place: str | None, mentions: Mapping[str, Polarity], judged: Polarity | None) -> None:
        """Count one comment with text.

        Args:
            place: Where it belongs.
            mentions: Theme -> how it is judged.
            judged: How the comment is judged; None if it was not.
        """
        tally = self._tally(place)
        tally.comments += 1
        if judged is not None:
            tally.sentiment[judged] += 1
        for theme, polarity in mentions.items():
            tally.themes.setdefault(theme, Counter())[polarity] += 1

    def add_response(self, place: str | None, scores: Mapping[Scale, float], themes: Iterable[str]) -> None:
        """Count the scores of one response.

        Args:
            place: Where it belongs.
            scores: What was ticked, once per response.
            themes: Themes that any of its answers names.
        """
        tally = self._tally(place)
        _count(tally.scores, scores)
        for theme in themes:
            _count(tally.theme_scores.setdefault(theme, {}), scores)

    def build(self) -> Journey:
        """Sum up what was taken in; places without comments are left out."""
        counted = {name: tally for name, tally in self._places.items() if tally.comments}
        names = sorted(counted, key=lambda name: (name is None, stage_order(name), -counted[name].comments, name or ""))
        known = load_taxonomy().ids
        order = {theme: at for at, theme in enumerate(known)}
        return Journey(
            dimension=self.dimension,
            places=tuple(
                Place(
                    name=name,
                    comments=counted[name].comments,
                    sentiment={polarity: counted[name].sentiment[polarity] for polarity in POLARITIES},
                    scores=_measure(counted[name].scores),
                )
                for name in names
            ),
            cells=tuple(
                _cell(name, theme, counted[name])
                for name in names
                for theme in sorted(counted[name].themes, key=lambda theme: (order.get(theme, len(order)), theme))
            ),
        )

    def _tally(self, place: str | None) -> _Tally:
        """Find the tally of a place."""
        if place not in self._places and len(self._places) >= MAX_PLACES:
            place = None
        return self._places.setdefault(place, _Tally())


def stage_order(name: str | None) -> int:
    """Give the place of a stage in the usual journey; of a name that says nothing, the end.

    Examples:
        >>> stage_order("Đặt hàng") < stage_order("Giao hàng") < stage_order("Hậu mãi") < stage_order("Quận 3")
        True
    """
    return _ORDER.get((name or "").strip().casefold(), 99)


def _count(histograms: dict[Scale, Histogram], scores: Mapping[Scale, float]) -> None:
    """Count one answer per scale."""
    for scale, value in scores.items():
        histograms.setdefault(scale, Histogram(scale)).add(value)


def _measure(histograms: Mapping[Scale, Histogram]) -> tuple[MetricScore, ...]:
    """Sum the scores up."""
    return tuple(measure(histograms[scale]) for scale in sorted(histograms, key=lambda scale: scale.metric))


def _cell(name: str | None, theme: str, tally: _Tally) -> Cell:
    """Sum up one theme at one place."""
    counts = tally.themes[theme]
    return Cell(
        place=name,
        theme=theme,
        share=Share.of(counts.total(), tally.comments),
        sentiment={polarity: counts[polarity] for polarity in POLARITIES},
        net_sentiment=(counts["positive"] - counts["negative"]) / counts.total(),
        scores=_measure(tally.theme_scores.get(theme, {})),
    )
