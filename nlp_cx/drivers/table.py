"""What was answered and what was mentioned, one row per response: the design of a driver analysis."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nlp_cx.drivers.response import response_key
from nlp_cx.errors import ScoreError
from nlp_cx.histogram import Scale
from nlp_cx.records import POLARITIES, Analysis, Comment, Polarity

if TYPE_CHECKING:
    from nlp_cx.storage.records import PresenceMatrix

NEGATIVE, NEUTRAL, POSITIVE = 1, 2, 4
"""What a mention adds to its cell of `DriverTable.mentions`."""
BITS: Mapping[Polarity, int] = dict(zip(POLARITIES, (NEGATIVE, NEUTRAL, POSITIVE), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DriverTable:
    """Responses with their scores and the themes they mention; the themes may be anybody's, not only the taxonomy's."""

    themes: tuple[str, ...]
    mentions: np.ndarray
    """Shape (n, themes), uint8: 0 where a theme is not mentioned, else the sum of 1 (negative), 2 (neutral), 4."""
    scores: Mapping[Scale, np.ndarray]
    """Shape (n,), float64, by what was asked; NaN where it was not answered. 0 is an answer."""
    respondents: np.ndarray | None = None
    """Shape (n,), integer: the same number for the same respondent; None if each row has its own."""

    def __post_init__(self) -> None:
        """Refuse columns that do not fit each other."""
        if self.mentions.ndim != 2 or self.mentions.shape[1] != len(self.themes):
            raise ScoreError(f"mentions of shape {self.mentions.shape} do not fit {len(self.themes)} themes")
        if self.mentions.dtype != np.uint8 or self.mentions.max(initial=0) > NEGATIVE + NEUTRAL + POSITIVE:
            raise ScoreError("mentions must be uint8, from 0 to 7")
        if len(set(self.themes)) != len(self.themes):
            raise ScoreError("a theme stands twice in the table")
        for name, column in (
            *((scale.metric, part) for scale, part in self.scores.items()),
            ("respondents", self.respondents),
        ):
            if column is not None and column.shape != (self.n,):
                raise ScoreError(f"{name} has {len(column)} rows, mentions has {self.n}")

    @property
    def n(self) -> int:
        """Responses."""
        return len(self.mentions)

    def scale_of(self, metric: str) -> Scale:
        """Find what was asked by the metric's name; of several scales the one most answered.

        Args:
            metric: As declared, such as "nps" or "csat:Rooms".

        Returns:
            One of `scores`.

        Raises:
            ScoreError: If the table has no such score.
        """
        answered = {scale: int(np.count_nonzero(~np.isnan(self.scores[scale]))) for scale in self.scores}
        found = [scale for scale in answered if scale.metric == metric]
        if not found:
            known = ", ".join(sorted({scale.metric for scale in answered})) or "none"
            raise ScoreError(f"there is no score called {metric}; the scores are: {known}")
        return max(found, key=answered.__getitem__)

    @classmethod
    def of_matrix(cls, matrix: PresenceMatrix) -> DriverTable:
        """Take what storage gives.

        Args:
            matrix: One metric's answers beside the themes mentioned.
        """
        return cls(
            themes=matrix.themes,
            mentions=matrix.presence,
            scores={matrix.scale: matrix.scores},
            respondents=matrix.respondents,
        )

    @classmethod
    def of_judgements(
        cls,
        judgements: Sequence[Mapping[str, Collection[Polarity]]],
        scores: Mapping[Scale, Sequence[float]],
        *,
        themes: Sequence[str] | None = None,
        respondents: Sequence[object] | None = None,
    ) -> DriverTable:
        """Take labels of any scheme: aspects of another taxonomy, codes that people gave.

        Args:
            judgements: Per response: theme -> how it is judged, several ways at once allowed.
            scores: What was asked -> an answer per response, NaN where there is none.
            themes: Names in the wanted order; those met, sorted, when None.
            respondents: Who answered, per response; each alone when None.

        Examples:
            >>> table = DriverTable.of_judgements(
            ...     [{"price": ["negative"]}, {}], {Scale("csat", 1, 5): [1, 5]}, respondents=["a", "b"]
            ... )
            >>> table.themes, table.mentions.tolist(), table.respondents.tolist()
            (('price',), [[1], [0]], [0, 1])
        """
        names = tuple(sorted({name for row in judgements for name in row}) if themes is None else themes)
        place = {name: at for at, name in enumerate(names)}
        mentions = np.zeros((len(judgements), len(names)), dtype=np.uint8)
        for row, judged in enumerate(judgements):
            for name, polarities in judged.items():
                if name in place:
                    mentions[row, place[name]] = sum(BITS[polarity] for polarity in set(polarities))
        return cls(
            themes=names,
            mentions=mentions,
            scores={scale: np.asarray(values, dtype=np.float64) for scale, values in scores.items()},
            respondents=None if respondents is None else _numbered(respondents),
        )

    @classmethod
    def of_analyses(cls, answers: Iterable[tuple[Comment, Analysis]]) -> DriverTable:
        """Take comments with their analyses; the answers of one questionnaire are put together.

        Comments without text are left out: what drives a score is looked for among those who commented.

        Args:
            answers: Comments in the order they came.
        """
        responses: list[_Response] = []
        open_ones: dict[tuple[object, ...], _Response] = {}
        for comment, analysis in answers:
            if not comment.text or comment.text.isspace():
                continue
            scores = {Scale.of(score): score.value for score in reversed(comment.scores)}
            key = response_key(comment)
            response = None if key is None else open_ones.get(key)
            if response is None or not response.fits(comment, scores):
                response = _Response(comment.respondent_id or ("", len(responses)))
                responses.append(response)
                if key is not None:
                    open_ones[key] = response
            response.add(comment, scores, analysis)
        scales = dict.fromkeys(scale for response in responses for scale in response.scores)
        return cls.of_judgements(
            [response.judged for response in responses],
            {scale: [response.scores.get(scale, np.nan) for response in responses] for scale in scales},
            respondents=[response.respondent for response in responses],
        )


class _Response:
    """One questionnaire, its answers put together."""

    __slots__ = ("judged", "questions", "respondent", "scores")

    def __init__(self, respondent: object) -> None:
        self.respondent = respondent
        self.questions: set[str | None] = set()
        self.scores: dict[Scale, float] = {}
        self.judged: dict[str, set[Polarity]] = {}

    def fits(self, comment: Comment, scores: Mapping[Scale, float]) -> bool:
        """Tell whether an answer can belong here: a question not answered yet, no score that contradicts."""
        return comment.question not in self.questions and all(
            self.scores.get(scale, value) == value for scale, value in scores.items()
        )

    def add(self, comment: Comment, scores: Mapping[Scale, float], analysis: Analysis) -> None:
        """Take an answer in."""
        self.questions.add(comment.question)
        self.scores |= scores
        for mention in analysis.themes:
            self.judged.setdefault(mention.theme, set()).add(mention.sentiment)


def _numbered(respondents: Sequence[object]) -> np.ndarray:
    """Give equal respondents the same number."""
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(each, len(numbers)) for each in respondents], dtype=np.int64)
