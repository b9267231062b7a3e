"""Whether a candidate model may take the live one's place: both read the same labelled rows, and nothing may get worse.

Figures are compared pairwise by a bootstrap over rows. Some forty of them are looked at at once, so their intervals are
simultaneous: all of them hold together in 95 of 100 cases, and an equal model is not refused because one of forty
figures fell by chance. A figure has regressed when its whole interval lies below zero, or when it fell so far that no
interval is needed (FLOORS). `python benchmarks/gates.py` prints how often equal and worse models are refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from nlp_cx.evaluate import Labelled, read_labelled
from nlp_cx.records import POLARITIES, Analysis
from nlp_cx.registry import SHIPPED
from nlp_cx.taxonomy import load_taxonomy

if TYPE_CHECKING:
    import numpy as np

Kind = Literal["overall", "language", "theme"]
Figure = Literal[
    "sentiment_macro_f1", "sentiment_probability", "theme_micro_f1", "theme_polarity_micro_f1", "f1", "polarity_f1"
]
_OF_GROUPS: tuple[Figure, ...] = ("theme_micro_f1", "theme_polarity_micro_f1")
_OF_THEMES: tuple[Figure, ...] = ("f1", "polarity_f1")

CONFIDENCE = 0.95
"""How often all intervals hold together."""
FAMILY_MENTIONS = 10
"""Labelled rows or mentions from which on a figure counts among those whose intervals hold together."""
FLOORS = {"overall": (0.05, 200), "theme": (0.10, 30)}
"""Fall that is refused whatever the interval, and the rows or mentions it takes; on fewer it must be as many times
deeper. Overall it is 5 points and not 2, for two equal models may well differ by 2 on a few hundred rows."""
SLACK = {"sentiment_probability": 0.015}
"""Fall that is let through though it is no chance: probabilities fitted to one domain are a little worse on others."""
_BEYOND_NOISE = 3.0
"""Standard deviations of what the two models differ by elsewhere that a theme's floor lies below as well."""
_ALONE = 1.96
"""Standard deviations that the interval of one figure alone reaches."""
_CELLS = 4_000_000
"""Weights drawn at once, to bound memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One figure of both models on the same rows; figures are shares, 0 to 1."""

    name: str
    """A theme, a language, or "all"."""
    kind: Kind
    figure: Figure
    n: int
    """Labelled rows behind a sentiment figure, labelled mentions behind a theme's."""
    live: float
    candidate: float
    difference: float
    """Candidate less live: below 0 is worse."""
    low: float
    high: float
    """Simultaneous interval of the difference."""
    regressed: bool

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        record = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in record.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What changes when the candidate takes the live model's place."""

    rows: int
    changes: tuple[Change, ...]

    @property
    def regressions(self) -> tuple[Change, ...]:
        """Figures that got worse beyond chance."""
        return tuple(change for change in self.changes if change.regressed)

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {"rows": self.rows, "changes": [change.to_dict() for change in self.changes]}


def read_regression(path: Path | None = None) -> list[Labelled]:
    """Read the frozen rows that every candidate is measured on; no model is ever trained on them.

    Args:
        path: A labelled file; the one that ships with the models when None.

    Raises:
        FileError: If it cannot be read.
    """
    return read_labelled(path or SHIPPED / "regression.jsonl")


def compare(
    labelled: Sequence[Labelled],
    live: Sequence[Analysis],
    candidate: Sequence[Analysis],
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> Comparison:
    """Compare two models on the same labelled rows.

    Overall and by language: macro-F1 of sentiment, how good its probabilities are (1 less half the Brier score: 1 if
    the right one always has all, 0 if a wrong one has), micro-F1 of themes and of themes with polarity. By theme: F1 of
    the theme and of the theme with polarity. Figures with nothing labelled are left out.

    Args:
        labelled: Rows with labels; a row without a language belongs to the one that was detected.
        live: What the live model says of them, in their order.
        candidate: What the candidate says of them, in their order.
        resamples: Bootstrap samples.
        seed: Seed of their drawing.

    Returns:
        Overall first, then languages, then themes in the taxonomy's order.

    References:
        Romano and Wolf, "Exact and approximate stepdown methods for multiple hypothesis testing", JASA 100, 2005
        (the bootstrap distribution of the largest studentised difference).
        Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78, 1950.
    """
    import numpy as np

    figures = _figures(labelled, live)
    if not figures:
        return Comparison(rows=len(labelled), changes=())
    counts = [_counts(_tally(labelled, analyses), figures) for analyses in (live, candidate)]
    everything = np.ones((1, len(labelled)), dtype=np.float32)
    before, after = (_f1s(everything, count, figures)[0] for count in counts)
    difference = after - before
    drawn = np.concatenate(
        [
            _f1s(weights, counts[1], figures) - _f1s(weights, counts[0], figures)
            for weights in _draws(len(labelled), resamples, seed)
        ]
    )
    spread = drawn.std(axis=0)
    sizes = np.array([figure.n for figure in figures])
    reach = _simultaneous(np.abs(drawn - difference), spread, sizes) * spread
    fell = [_fell(at, figures, difference, spread) for at in range(len(figures))]
    return Comparison(
        rows=len(labelled),
        changes=tuple(
            Change(
                name=figure.name,
                kind=figure.kind,
                figure=figure.figure,
                n=figure.n,
                live=float(before[at]),
                candidate=float(after[at]),
                difference=float(difference[at]),
                low=max(-1.0, float(difference[at] - reach[at])),
                high=min(1.0, float(difference[at] + reach[at])),
                regressed=bool(
                    fell[at]
                    or (
                        figure.n >= FAMILY_MENTIONS
                        and difference[at] < -SLACK.get(figure.figure, 0.0)
                        and difference[at] + reach[at] < 0
                    )
                ),
            )
            for at, figure in enumerate(figures)
        ),
    )


# --- what is counted -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figure:
    """One figure: which rows, and which of their counts its F1s are made of; several are averaged."""

    name: str
    kind: Kind
    figure: Figure
    n: int
    rows: np.ndarray
    """Whether a row counts, shape (rows,)."""
    classes: tuple[int, ...]
    """Sentiments that are averaged, or themes that are added up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tally:
    """Hits, wrong and missed per row."""

    sentiment: np.ndarray
    """Shape (rows, 3 sentiments, 3)."""
    probability: np.ndarray
    """How good the probabilities of sentiment are, 0 to 1, put as hits so that an F1 of rows is their mean; shape
    (rows, 1, 3), float32."""
    themes: np.ndarray
    """Shape (rows, themes, 3)."""
    polarity: np.ndarray
    """Themes with their polarity; shape (rows, themes, 3)."""


def _tally(labelled: Sequence[Labelled], analyses: Sequence[Analysis]) -> _Tally:
    """Count row by row what a model got right, said wrongly and missed, as `nlp_cx.evaluate` does over all rows."""
    import numpy as np

    at = {theme: position for position, theme in enumerate(load_taxonomy().ids)}
    sentiment = np.zeros((len(labelled), len(POLARITIES), 3), dtype=np.uint8)
    probability = np.zeros((len(labelled), 1, 3), dtype=np.float32)
    themes, polarity = (np.zeros((len(labelled), len(at), 3), dtype=np.uint8) for _ in range(2))
    for number, (row, found) in enumerate(zip(labelled, analyses, strict=True)):
        if row.sentiment is not None:
            right = row.sentiment == found.sentiment.label
            sentiment[number, POLARITIES.index(found.sentiment.label), 0 if right else 1] += 1
            if not right:
                sentiment[number, POLARITIES.index(row.sentiment), 2] += 1
            missed = [(name == row.sentiment) - found.sentiment.scores.get(name, 0.0) for name in POLARITIES]
            good = 1 - sum(each**2 for each in missed) / 2
            probability[number, 0] = good / 2, (1 - good) / 2, (1 - good) / 2
        if row.themes is None:
            continue
        named = {mention.theme: mention.sentiment for mention in found.themes}
        for theme in row.themes.keys() | named.keys():
            slot = 0 if theme in row.themes and theme in named else 1 if theme in named else 2
            themes[number, at[theme], slot] = 1
            agreed = slot or row.themes[theme] in (None, named[theme])
            polarity[number, at[theme], [slot] if agreed else [1, 2]] = 1
    return _Tally(sentiment=sentiment, probability=probability, themes=themes, polarity=polarity)


def _figures(labelled: Sequence[Labelled], live: Sequence[Analysis]) -> list[_Figure]:
    """List the figures that something is labelled for."""
    import numpy as np

    ids = load_taxonomy().ids
    judged = np.array([-1 if row.sentiment is None else POLARITIES.index(row.sentiment) for row in labelled])
    mentioned = np.array([[theme in (row.themes or ()) for theme in ids] for row in labelled], dtype=bool)
    languages = np.array(
        [row.comment.language or found.language.code for row, found in zip(labelled, live, strict=True)]
    )
    groups: list[tuple[str, Kind, np.ndarray]] = [("all", "overall", np.ones(len(labelled), dtype=bool))]
    groups += [(code, "language", languages == code) for code in ("vi", "en", "mixed") if (languages == code).any()]
    figures = []
    for name, kind, rows in groups:
        classes = tuple(sorted(set(judged[rows]) - {-1}))
        n = int((judged[rows] >= 0).sum())
        figures.append(_Figure(name=name, kind=kind, figure="sentiment_macro_f1", n=n, rows=rows, classes=classes))
        figures.append(_Figure(name=name, kind=kind, figure="sentiment_probability", n=n, rows=rows, classes=(0,)))
        n = int(mentioned[rows].sum())
        for figure in _OF_GROUPS:
            figures.append(_Figure(name=name, kind=kind, figure=figure, n=n, rows=rows, classes=tuple(range(len(ids)))))
    for theme, name in enumerate(ids):
        n = int(mentioned[:, theme].sum()) if len(labelled) else 0
        for figure in _OF_THEMES:
            figures.append(_Figure(name=name, kind="theme", figure=figure, n=n, rows=groups[0][2], classes=(theme,)))
    return [figure for figure in figures if figure.n]


def _counts(tally: _Tally, figures: Sequence[_Figure]) -> np.ndarray:
    """Give hits, wrong and missed per row for each F1 that the figures are made of; shape (rows, F1s, 3), float32."""
    import numpy as np

    parts = []
    for figure in figures:
        if figure.figure == "sentiment_macro_f1":
            part = tally.sentiment[:, figure.classes]
        elif figure.figure == "sentiment_probability":
            part = tally.probability
        else:
            source = tally.polarity if "polarity" in figure.figure else tally.themes
            part = source[:, figure.classes].sum(axis=1, keepdims=True)
        parts.append((part * figure.rows[:, None, None]).astype(np.float32))
    return np.concatenate(parts, axis=1)


def _f1s(weights: np.ndarray, counts: np.ndarray, figures: Sequence[_Figure]) -> np.ndarray:
    """Compute all figures with rows weighted; weights of shape (samples, rows), figures of (samples, figures)."""
    import numpy as np

    sums = (weights @ counts.reshape(len(counts), -1)).reshape(len(weights), -1, 3).astype(np.float64)
    double = 2 * sums[..., 0]
    whole = double + sums[..., 1] + sums[..., 2]
    scores = np.divide(double, whole, out=np.zeros_like(double), where=whole > 0)
    lengths = np.array([len(figure.classes) if figure.figure == "sentiment_macro_f1" else 1 for figure in figures])
    means: np.ndarray = np.add.reduceat(scores, np.cumsum(lengths) - lengths, axis=1) / lengths
    return means


# --- how sure it is --------------------------------------------------------------------------------------------------


def _draws(rows: int, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """Yield how often each row is drawn, shape (samples, rows), some samples at a time."""
    import numpy as np

    generator = np.random.default_rng(seed)
    step = max(1, _CELLS // rows)
    for start in range(0, resamples, step):
        samples = min(step, resamples - start)
        picked = generator.integers(0, rows, size=(samples, rows)) + np.arange(samples)[:, None] * rows
        yield np.bincount(picked.ravel(), minlength=samples * rows).reshape(samples, rows).astype(np.float32)


def _simultaneous(deviations: np.ndarray, spread: np.ndarray, sizes: np.ndarray) -> float:
    """Find how many standard deviations the intervals must reach to hold together; at least as many as for one."""
    import numpy as np

    family = (spread > 0) & (sizes >= FAMILY_MENTIONS)
    if not family.any():
        return _ALONE
    return max(_ALONE, float(np.quantile((deviations[:, family] / spread[family]).max(axis=1), CONFIDENCE)))


def _fell(at: int, figures: Sequence[_Figure], difference: np.ndarray, spread: np.ndarray) -> bool:
    """Tell whether a figure fell so far that no interval is needed.

    A theme has few mentions, so its fall must also stand out from what the two models differ by on the other themes:
    two equal models that were trained apart differ everywhere, a model with one broken head differs in one place.
    """
    figure = figures[at]
    if figure.kind == "language" or figure.figure == "polarity_f1":
        return False
    points, mentions = FLOORS[figure.kind]
    if difference[at] > -points * max(1.0, mentions / figure.n):
        return False
    if figure.kind == "overall":
        return True
    others = [other for other, one in enumerate(figures) if one.figure == "f1" and other != at]
    total = sum(figures[other].n for other in others)
    # The variance of an F1 falls with its mentions, so variance times mentions can be averaged over themes.
    noise = sum((spread[other] * figures[other].n) ** 2 for other in others) / total if total else 0.0
    return bool(difference[at] < -_BEYOND_NOISE * (noise / figure.n) ** 0.5)
