"""Comments whose score says the opposite of their text: a 9 with a harsh complaint, a 2 with praise.

Some ticked the wrong end of the scale, some are polite with the score only, some are read wrongly: each is worth a
look. Many low scores with praise say that the scale was taken the wrong way round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nlp_cx.histogram import Scale
from nlp_cx.records import Analysis, Comment, Direction, Score
from nlp_cx.summarise.passages import Passage
from nlp_cx.summarise.sample import Sample, fingerprint

Kind = Literal["high_score_complaint", "low_score_praise"]
SURE = 0.8
"""Probability of the sentiment from which a text is taken at its word."""
HIGH = 0.85
"""Place on the scale, 0 worst to 1 best, from which a score is praise: 9 of 0-10, 5 of 1-5, 7 of 1-7."""
LOW = 0.3
"""Place up to which it is blame: 3 of 0-10, 2 of 1-5, 2 of 1-7."""
_STEPS = 1 << 20
_BITS = 64
_TURNED = 0.5
"""Share of the low scores whose text is praise from which the scale may have been taken the wrong way round,"""
_ENOUGH = 10
"""if there are so many of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """One comment whose score and text disagree."""

    comment_id: str
    kind: Kind
    metric: str
    value: float
    min: float
    max: float
    direction: Direction
    certainty: float
    """Probability of the text's sentiment."""
    strength: float
    """0 to 1: certainty times how far the score is from the middle of its scale."""
    themes: tuple[str, ...]
    text: str
    """Redacted, one line, cut to a readable length."""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        rounded = {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}
        return rounded | {"themes": list(self.themes)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradictions:
    """All of them over a survey, the clearest listed."""

    n: int
    """Responses with a score whose text was judged."""
    high: int
    """Of them with a high score; `kinds` says how many of these complain."""
    low: int
    kinds: dict[Kind, int]
    listed: tuple[Contradiction, ...]
    """Clearest first."""

    @property
    def count(self) -> int:
        """Responses that contradict their score."""
        return sum(self.kinds.values())

    @property
    def turned(self) -> bool:
        """Whether so many low scores come with praise that the scale may have been taken the wrong way round."""
        return self.low >= _ENOUGH and self.kinds["low_score_praise"] >= _TURNED * self.low

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {
            "n": self.n,
            "high": self.high,
            "low": self.low,
            "kinds": dict(self.kinds),
            "turned": self.turned,
            "listed": [one.to_dict() for one in self.listed],
        }


def place_of(score: Score) -> float:
    """Give the place of a score on its scale, 0 worst to 1 best.

    Examples:
        >>> place_of(Score(metric="ces", value=1, min=1, max=7, direction="lower_is_better"))
        1.0
    """
    return 1 - Scale.of(score).from_best(score.value) / (score.max - score.min)


def contradiction(comment: Comment, analysis: Analysis) -> Contradiction | None:
    """Tell whether a comment contradicts its score.

    Args:
        comment: With its scores; the first that contradicts counts.
        analysis: What was read in it. Texts that both praise and blame, say nothing or need a person's look are left
            out: with them nobody knows.

    Returns:
        The contradiction; None if there is none.
    """
    if not _plain(analysis):
        return None
    label = analysis.sentiment.label
    certainty = analysis.sentiment.scores[label]
    if certainty < SURE or label == "neutral":
        return None
    if label == "negative" and analysis.suggestion >= analysis.complaint:
        return None  # a wish is no complaint
    for score in comment.scores:
        place = place_of(score)
        if (label == "negative" and place >= HIGH) or (label == "positive" and place <= LOW):
            return Contradiction(
                comment_id=comment.id,
                kind="high_score_complaint" if label == "negative" else "low_score_praise",
                metric=score.metric,
                value=score.value,
                min=score.min,
                max=score.max,
                direction=score.direction,
                certainty=certainty,
                strength=certainty * abs(2 * place - 1),
                themes=tuple(dict.fromkeys(mention.theme for mention in analysis.themes)),
                text=Passage.whole(analysis).quote(),
            )
    return None


class ContradictionFinder:
    """Takes responses one by one, in flat memory; keeps the clearest contradictions."""

    def __init__(self, listed: int = 20) -> None:
        """Start empty.

        Args:
            listed: Contradictions that are kept to be shown.
        """
        self._counts: Counter[str] = Counter()
        self._kept = Sample[Contradiction](listed)

    def add(self, answers: Sequence[tuple[Comment, Analysis]]) -> None:
        """Take one response in.

        Args:
            answers: Its comments; of one that praises in one answer and complains in another nothing is said, for it
                was asked both.
        """
        judged = [(comment, analysis) for comment, analysis in answers if comment.scores and _judged(analysis)]
        if not judged:
            return
        places = [place_of(score) for comment, _ in judged for score in comment.scores]
        self._counts["n"] += 1
        self._counts["high"] += any(place >= HIGH for place in places)
        self._counts["low"] += any(place <= LOW for place in places)
        if {"negative", "positive"} <= {analysis.sentiment.label for _, analysis in judged}:
            return
        found = [one for comment, analysis in judged if (one := contradiction(comment, analysis)) is not None]
        if found:
            clearest = max(found, key=lambda one: one.strength)
            self._counts[clearest.kind] += 1
            key = (round((1 - clearest.strength) * _STEPS) << _BITS) + fingerprint(clearest.comment_id)
            self._kept.offer(key, lambda: clearest)

    def build(self) -> Contradictions:
        """Sum up what was taken in."""
        counts = self._counts
        return Contradictions(
            n=counts["n"],
            high=counts["high"],
            low=counts["low"],
            kinds={kind: counts[kind] for kind in ("high_score_complaint", "low_score_praise")},
            listed=tuple(self._kept.items()),
        )


def _judged(analysis: Analysis) -> bool:
    """Tell a comment that was judged from one that says nothing or is in a language that is not read."""
    return not analysis.none and len(set(analysis.sentiment.scores.values())) > 1


def _plain(analysis: Analysis) -> bool:
    """Tell whether a text says one thing only."""
    return _judged(analysis) and not analysis.mixed and not analysis.needs_review
