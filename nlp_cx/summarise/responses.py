"""Scores counted once per response: a questionnaire with several open answers has one set of scores."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from nlp_cx.drivers import MENTIONS, Mention
from nlp_cx.drivers.response import response_key
from nlp_cx.histogram import Histogram, Scale
from nlp_cx.records import Comment, Polarity
from nlp_cx.scores import accepts

MAX_SCALES = 32
"""Metrics with their scales that are counted; further ones are left out, and counted as such."""
_OPEN = 20_000

Histograms = dict[Scale, Histogram]


@dataclass(slots=True)
class _Response:
    """What is known so far of one questionnaire."""

    questions: set[str] = field(default_factory=set)
    scores: dict[Scale, float] = field(default_factory=dict)
    commented: bool = False
    mentions: set[tuple[str, Mention]] = field(default_factory=set)

    def fits(self, question: str, scores: Mapping[Scale, float]) -> bool:
        """Tell whether an answer can belong here: a question not answered yet, no score that contradicts."""
        return question not in self.questions and all(
            self.scores.get(scale, value) == value for scale, value in scores.items()
        )


class Responses:
    """Counts responses and their scores: of all, of those who commented, of those who mention each theme.

    Comments belong to one response if their ids are one row's (`<row>/<question>`, as `ingest` names the answers of
    several text columns), or if the same respondent answered different questions on the same date and no score
    contradicts. They are recognised within the last 20,000 such responses, so that memory stays flat; any other comment
    is a response of its own.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.n = 0
        self.everyone: Histograms = {}
        self.commenters: Histograms = {}
        self.mentioners: dict[str, dict[Mention, Histograms]] = {}
        self.not_whole: Counter[str] = Counter()
        """Metric -> NPS answers that were left out since they are no whole numbers."""
        self.beyond = 0
        """Scores left out since there are too many metrics."""
        self._open: OrderedDict[tuple[object, ...], _Response] = OrderedDict()

    def add(self, comment: Comment, mentions: Mapping[str, Polarity], *, commented: bool) -> None:
        """Count one answer.

        Args:
            comment: With its scores.
            mentions: Theme -> how the comment judges it.
            commented: Whether the comment has text.
        """
        scores = self._accepted(comment)
        response = self._response(comment, scores)
        fresh = {scale: value for scale, value in scores.items() if scale not in response.scores}
        for scale, value in fresh.items():
            _count(self.everyone, scale, value)
        told = response.commented
        response.scores |= fresh
        response.commented = told or commented
        if response.commented:
            for scale, value in (fresh if told else response.scores).items():
                _count(self.commenters, scale, value)
        said = {
            (theme, mention) for theme, judged in mentions.items() for mention in MENTIONS if mention in ("any", judged)
        }
        for theme, mention in response.mentions:
            for scale, value in fresh.items():
                _count(self.mentioners[theme][mention], scale, value)
        for theme, mention in said - response.mentions:
            histograms = self.mentioners.setdefault(theme, {each: {} for each in MENTIONS})[mention]
            for scale, value in response.scores.items():
                _count(histograms, scale, value)
        response.mentions |= said

    def _accepted(self, comment: Comment) -> dict[Scale, float]:
        """Take the scores that can be counted, the first of each metric."""
        scores: dict[Scale, float] = {}
        for score in comment.scores:
            scale = Scale.of(score)
            if scale not in self.everyone and len(self.everyone) >= MAX_SCALES:
                self.beyond += 1
            elif not accepts(scale, score.value):
                self.not_whole[score.metric] += 1
            else:
                self.everyone.setdefault(scale, Histogram(scale))
                scores.setdefault(scale, score.value)
        return scores

    def _response(self, comment: Comment, scores: Mapping[Scale, float]) -> _Response:
        """Find the response that a comment belongs to, or begin one."""
        key, question = response_key(comment), comment.question
        if key is None or question is None:
            self.n += 1
            return _Response()
        response = self._open.get(key)
        if response is None or not response.fits(question, scores):
            self.n += 1
            response = self._open[key] = _Response()
            if len(self._open) > _OPEN:
                self._open.popitem(last=False)
        self._open.move_to_end(key)
        response.questions.add(question)
        return response


def _count(histograms: Histograms, scale: Scale, value: float) -> None:
    """Count one answer on its scale."""
    histogram = histograms.get(scale)
    if histogram is None:
        histogram = histograms[scale] = Histogram(scale)
    histogram.add(value)
