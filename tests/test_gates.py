"""Two models are compared fairly: what is worse is refused, what is merely other is not."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.gates import Answer, analysis, lose_sentiment, lose_theme, simulate
from nlp_cx.evaluate import measure_quality
from nlp_cx.gates import FLOORS, Comparison, compare, read_regression
from nlp_cx.labelled import Labelled
from nlp_cx.records import POLARITIES, Analysis, Comment, Sentiment
from nlp_cx.taxonomy import load_taxonomy

ROWS = read_regression()
THEMES = ("delivery", "staff", "price")
ANSWERS = st.tuples(
    st.sampled_from(POLARITIES), st.dictionaries(st.sampled_from(THEMES), st.sampled_from(POLARITIES), max_size=3)
)
LABELS = st.tuples(
    st.none() | st.sampled_from(POLARITIES),
    st.none() | st.dictionaries(st.sampled_from(THEMES), st.none() | st.sampled_from(POLARITIES), max_size=3),
    st.sampled_from(["vi", "en"]),
)


def labelled(number: int, sentiment, themes, language="vi") -> Labelled:
    return Labelled(comment=Comment(id=str(number), text="x", language=language), sentiment=sentiment, themes=themes)


def compared(rows: list[Labelled], live: list[Answer], candidate: list[Answer]) -> Comparison:
    return compare(rows, *([analysis(*pair) for pair in zip(rows, said, strict=True)] for said in (live, candidate)))


def figures(comparison: Comparison) -> dict[tuple[str, str], tuple[float, float]]:
    return {(one.name, one.figure): (one.live, one.candidate) for one in comparison.changes}


@given(st.lists(st.tuples(LABELS, ANSWERS, ANSWERS), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_figures_are_those_of_evaluate(drawn):
    """Whatever is labelled and said: overall, by language and by theme the figures are those of measure_quality."""
    rows = [labelled(number, *label) for number, (label, _, _) in enumerate(drawn)]
    found = figures(compared(rows, [one for _, one, _ in drawn], [other for _, _, other in drawn]))

    for model, said in enumerate(([one for _, one, _ in drawn], [other for _, _, other in drawn])):
        for name in ("all", "vi", "en"):
            kept = [at for at, row in enumerate(rows) if name in ("all", row.comment.language)]
            quality = measure_quality([rows[at] for at in kept], [analysis(rows[at], said[at]) for at in kept])
            for figure in ("sentiment_macro_f1", "theme_micro_f1", "theme_polarity_micro_f1"):
                if (name, figure) in found:
                    assert found[name, figure][model] == pytest.approx(getattr(quality, figure))
        per_theme = measure_quality(rows, [analysis(*pair) for pair in zip(rows, said, strict=True)]).per_theme
        assert all(
            found[theme, "f1"][model] == pytest.approx(figure["f1"])
            for theme, figure in per_theme.items()
            if figure["mentions"]
        )


@given(st.lists(st.tuples(LABELS, ANSWERS), min_size=1, max_size=12))
@settings(max_examples=30, deadline=None)
def test_the_same_answers_are_no_change(drawn):
    """Every difference and its interval is 0, nothing has regressed."""
    rows = [labelled(number, *label) for number, (label, _) in enumerate(drawn)]
    said = [one for _, one in drawn]

    for change in compared(rows, said, said).changes:
        assert (change.difference, change.low, change.high, change.regressed) == (0, 0, 0, False)


def test_one_figure_by_hand():
    """Of 4 mentions of delivery the live model finds 4, the candidate 2: F1 1.0 and 2/3."""
    rows = [labelled(number, "negative", {"delivery": "negative"}) for number in range(4)]
    right, silent = ("negative", {"delivery": "negative"}), ("negative", {})
    found = figures(compared(rows, [right] * 4, [right, right, silent, silent]))

    assert found["delivery", "f1"] == (1.0, pytest.approx(2 / 3))
    assert found["all", "theme_micro_f1"] == (1.0, pytest.approx(2 / 3))
    assert found["all", "sentiment_macro_f1"] == (1.0, 1.0)
    assert ("en", "theme_micro_f1") not in found


def test_probabilities_are_compared_as_well_as_labels():
    """All labels stay right: surer or less sure by little is let through, a model that no longer knows is not."""
    rows = [labelled(n, POLARITIES[n % 3], None) for n in range(90)]

    def sure(share: float) -> list[Analysis]:
        rest = (1 - share) / 2
        return [
            replace(
                analysis(row, (row.sentiment, {})),
                sentiment=Sentiment(
                    label=row.sentiment, scores={name: share if name == row.sentiment else rest for name in POLARITIES}
                ),
            )
            for row in rows
        ]

    slightly, hardly = (compare(rows, sure(0.9), sure(share)) for share in (0.85, 0.4))

    assert figures(slightly)["all", "sentiment_probability"] == (
        pytest.approx(1 - (0.1**2 + 2 * 0.05**2) / 2),
        pytest.approx(1 - (0.15**2 + 2 * 0.075**2) / 2),
    )
    assert slightly.regressions == ()
    assert {(change.name, change.figure) for change in hardly.regressions} == {
        ("all", "sentiment_probability"),
        ("vi", "sentiment_probability"),
    }


def test_a_row_without_a_language_belongs_to_the_one_detected():
    """A labelled file need not say it."""
    row = Labelled(comment=Comment(id="1", text="x"), sentiment="positive", themes=None)

    assert ("vi", "sentiment_macro_f1") in figures(compared([row], [("positive", {})], [("neutral", {})]))


def test_nothing_labelled_is_nothing_changed():
    """No rows, or rows on which nobody said anything."""
    assert compare([], [], []).changes == ()
    assert compared([labelled(1, None, None)], [("neutral", {})], [("positive", {})]).changes == ()


def test_drawing_is_repeatable():
    """The same seed gives the same intervals, another one gives others."""
    one, same = (simulate(ROWS, 5, share=0.2) for _ in range(2))

    assert one == same
    assert one != simulate(ROWS, 6, share=0.2)


def test_equal_models_are_seldom_refused():
    """Two models of the same quality that disagree as two trainings of ours do: at most 1 of 20 is refused."""
    refused = [seed for seed in range(40) if simulate(ROWS, seed, share=0.2).regressions]

    assert len(refused) <= 2


def test_a_theme_that_lost_ten_points_is_refused():
    """As a broken head makes it, the model else the live one: refused for each theme of 30 mentions or more."""
    mentions = Counter(theme for row in ROWS for theme in row.themes or ())
    themes = [name for name in load_taxonomy().ids if mentions[name] >= FLOORS["theme"][1]]

    assert len(themes) >= 14
    for seed, theme in enumerate(themes):
        regressed = simulate(ROWS, seed, share=0.0, damage=lose_theme(theme, 10)).regressions
        assert (theme, "f1") in {(change.name, change.figure) for change in regressed}


def test_a_theme_that_lost_twenty_points_is_refused_among_noise():
    """Though the two models disagree everywhere."""
    for seed in range(5):
        regressed = simulate(ROWS, seed, share=0.2, damage=lose_theme("delivery", 20)).regressions
        assert "delivery" in {change.name for change in regressed}


def test_five_points_overall_are_refused():
    """However much the two models disagree."""
    for seed, share in enumerate((0.0, 0.2, 0.35)):
        regressed = simulate(ROWS, seed, share=share, damage=lose_sentiment(5)).regressions
        assert ("all", "sentiment_macro_f1") in {(change.name, change.figure) for change in regressed}


def test_a_language_that_collapses_is_named():
    """All English comments judged wrongly: English is named, Vietnamese is not."""
    rows = [labelled(n, POLARITIES[n % 3], {}, "en" if n % 4 == 0 else "vi") for n in range(120)]
    right = [(POLARITIES[n % 3], {}) for n in range(120)]
    wrong = [(POLARITIES[(n + (n % 4 == 0)) % 3], {}) for n in range(120)]

    regressed = {change.name for change in compared(rows, right, wrong).regressions}
    assert "en" in regressed
    assert "vi" not in regressed


def test_one_comment_is_no_proof():
    """A theme mentioned once that is missed now may be chance."""
    rows = [labelled(n, "negative", {"delivery": "negative"} if n == 0 else {}) for n in range(50)]
    live = [("negative", {"delivery": "negative"} if n == 0 else {}) for n in range(50)]

    assert compared(rows, live, [("negative", {})] * 50).regressions == ()


def test_many_rows_stay_in_memory_and_time():
    """10,000 rows are compared in seconds: weights are drawn some samples at a time."""
    rows = [labelled(n, POLARITIES[n % 3], {"delivery": "negative"}) for n in range(10_000)]
    said = [analysis(row, (row.sentiment, {"delivery": "negative"})) for row in rows]

    assert compare(rows, said, said, resamples=500).rows == 10_000
