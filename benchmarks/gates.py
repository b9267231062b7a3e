"""How often the gates of promotion refuse a model that is no worse, and one that is, on the frozen regression set.

Two models are simulated on the regression set's labels. Equal ones have the same quality and disagree because each was
"trained apart": a share of the candidate's answers is drawn anew. Worse ones also lost answers, in a theme or overall.

Run: python benchmarks/gates.py [--times 200]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from nlp_cx.evaluate import measure_quality
from nlp_cx.gates import Comparison, compare, read_regression
from nlp_cx.labelled import Labelled
from nlp_cx.records import POLARITIES, Analysis, Language, Polarity, Sentiment, ThemeMention
from nlp_cx.taxonomy import load_taxonomy

THEME_FOUND, POLARITY_RIGHT, THEME_INVENTED, SENTIMENT_RIGHT, NEUTRAL_RIGHT = 0.75, 0.92, 0.35, 0.85, 0.6
"""Quality of a simulated model: about that of the first one released."""
Answer = tuple[Polarity, Mapping[str, Polarity]]
"""Sentiment of a comment, and its themes."""


def answer(generator: np.random.Generator, row: Labelled) -> Answer:
    """Draw what a model of that quality says of a comment."""
    themes: dict[str, Polarity] = {}
    for theme, polarity in (row.themes or {}).items():
        if generator.random() < THEME_FOUND:
            right = polarity is not None and generator.random() < POLARITY_RIGHT
            themes[theme] = polarity if right and polarity else POLARITIES[generator.integers(3)]
    if generator.random() < THEME_INVENTED:
        themes.setdefault(load_taxonomy().ids[generator.integers(16)], "negative")
    right = generator.random() < (NEUTRAL_RIGHT if row.sentiment == "neutral" else SENTIMENT_RIGHT)
    return (row.sentiment if right and row.sentiment else POLARITIES[generator.integers(3)]), themes


def redraw(generator: np.random.Generator, row: Labelled, said: Answer, share: float) -> Answer:
    """Draw a share of an answer anew: an equal model that was trained apart."""
    other = answer(generator, row)
    themes: dict[str, Polarity] = {}
    for theme in sorted({*(row.themes or ()), *said[1], *other[1]}):
        source = other if generator.random() < share else said
        if theme in source[1]:
            themes[theme] = source[1][theme]
    return (other if generator.random() < share else said)[0], themes


def analysis(row: Labelled, said: Answer) -> Analysis:
    """Give an answer the form that the pipeline gives it."""
    return Analysis(
        id=row.comment.id,
        language=Language(code=row.comment.language or "vi", confidence=1.0),
        sentiment=Sentiment(label=said[0], scores={said[0]: 1.0}),
        themes=tuple(ThemeMention(theme=name, sentiment=how, confidence=1.0) for name, how in said[1].items()),
        mixed=False,
        none=False,
        complaint=0.0,
        suggestion=0.0,
        needs_review=False,
        truncated=False,
        text=row.comment.text,
        redactions=(),
        model="simulated",
        taxonomy="1",
    )


Damage = Callable[[np.random.Generator, Sequence[Labelled], list[Answer], list[Answer]], None]
"""Takes answers of the candidate away until it is as much worse than the live one as is wanted."""


def simulate(rows: Sequence[Labelled], seed: int, *, share: float, damage: Damage | None = None) -> Comparison:
    """Compare a simulated live model with a simulated candidate."""
    generator = np.random.default_rng(seed)
    live = [answer(generator, row) for row in rows]
    candidate = [redraw(generator, row, said, share) for row, said in zip(rows, live, strict=True)]
    if damage is not None:
        damage(generator, rows, live, candidate)
    before, after = (list(map(analysis, rows, said)) for said in (live, candidate))
    return compare(rows, before, after)


def lose_theme(theme: str, points: float) -> Damage:
    """Make a candidate whose F1 of a theme is so many points below the live model's."""

    def damage(
        generator: np.random.Generator, rows: Sequence[Labelled], live: list[Answer], candidate: list[Answer]
    ) -> None:
        wanted = _theme_f1(theme, rows, live) - points / 100
        for at in generator.permutation(len(rows)):
            if _theme_f1(theme, rows, candidate) <= wanted:
                return
            if theme in (rows[at].themes or ()):
                candidate[at] = (candidate[at][0], {k: v for k, v in candidate[at][1].items() if k != theme})

    return damage


def _theme_f1(theme: str, rows: Sequence[Labelled], said: Sequence[Answer]) -> float:
    """Give the F1 of one theme."""
    gold = [theme in (row.themes or ()) for row in rows]
    found = [theme in themes for _, themes in said]
    return 2 * sum(map(min, gold, found)) / max(1, sum(gold) + sum(found))


def lose_sentiment(points: float) -> Damage:
    """Make a candidate whose macro-F1 of sentiment is so many points below the live model's."""

    def damage(
        generator: np.random.Generator, rows: Sequence[Labelled], live: list[Answer], candidate: list[Answer]
    ) -> None:
        wanted = _macro_f1(rows, live) - points / 100
        for at in generator.permutation(len(rows)):
            if _macro_f1(rows, candidate) <= wanted:
                return
            wrong = [name for name in POLARITIES if name != rows[at].sentiment]
            candidate[at] = (wrong[generator.integers(2)], candidate[at][1])

    return damage


def _macro_f1(rows: Sequence[Labelled], said: Sequence[Answer]) -> float:
    """Give the macro-F1 of sentiment."""
    return measure_quality(rows, list(map(analysis, rows, said))).sentiment_macro_f1 or 0.0


def disagreement(rows: Sequence[Labelled], share: float) -> float:
    """Share of labelled mentions that only one of two equal models finds."""
    generator = np.random.default_rng(0)
    apart = []
    for _ in range(10):
        for row in rows:
            one = answer(generator, row)
            other = redraw(generator, row, one, share)
            apart += [(theme in one[1]) != (theme in other[1]) for theme in row.themes or ()]
    return float(np.mean(apart))


def main() -> None:
    """Print how often each kind of candidate is refused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=200, help="simulations of each kind")
    options = parser.parse_args()
    rows = read_regression()
    mentions = {name: sum(name in (row.themes or ()) for row in rows) for name in load_taxonomy().ids}
    theme = min((name for name in mentions if mentions[name] >= 30), key=lambda name: mentions[name])
    kinds: dict[str, Damage | None] = {
        "equal": None,
        f"10 points lost in {theme} (n = {mentions[theme]})": lose_theme(theme, 10),
        f"20 points lost in {theme} (n = {mentions[theme]})": lose_theme(theme, 20),
        "5 points of sentiment lost overall": lose_sentiment(5),
    }
    shares = (0.0, 0.1, 0.2, 0.35, 0.6)
    table = Table(title=f"Refused of {options.times} simulated candidates, {len(rows)} rows")
    table.add_column("candidate")
    for share in shares:
        table.add_column(f"disagree on {100 * disagreement(rows, share):.0f}% of mentions", justify="right")
    for kind, damage in kinds.items():
        refused = [
            sum(
                bool(simulate(rows, seed, share=share, damage=damage).regressions)
                for seed in track(range(options.times), kind, transient=True)
            )
            for share in shares
        ]
        table.add_row(kind, *(f"{100 * count / options.times:.1f}%" for count in refused))
    Console().print(table)


if __name__ == "__main__":
    main()
