"""Scores in cells."""

from datetime import date

import pytest

from nlp_cx.ingest import ScoreColumn, parse_score
from nlp_cx.ingest.scales import declared_scale, read_score

NPS = parse_score("nps=Q1")
CSAT = parse_score("csat=Q2")
CES = parse_score("ces=Q3:1-7:lower_is_better")
STARS = ScoreColumn(column="Q4", metric="stars", min=1, max=5)


@pytest.mark.parametrize(
    ("cell", "column", "value"),
    [
        (0, NPS, 0), ("0", NPS, 0), (10.0, NPS, 10), ("9", NPS, 9), (" 9 ", NPS, 9), ("9,0", NPS, 9), ("7.5", NPS, 7.5),
        ("9 - rất hài lòng", NPS, 9), ("10 (Extremely likely)", NPS, 10), ("9/10", NPS, 9), ("9 trên 10", NPS, 9),
        ("0: hoàn toàn không", NPS, 0), ("9 điểm", NPS, 9), ("９", NPS, 9), ("'9", NPS, 9),
        ("5 sao", CSAT, 5), ("★★★★☆", CSAT, 4), ("⭐⭐", CSAT, 2), ("4/5", CSAT, 4), ("5 Rất hài lòng", CSAT, 5),
        ("Rất hài lòng", CSAT, 5), ("không hài lòng", CSAT, 2), ("Neutral", CSAT, 3), ("Very dissatisfied", CSAT, 1),
        (1, CES, 1), ("7", CES, 7), ("FIVE", STARS, 5), ("bốn sao", STARS, 4), ("One star", STARS, 1),
    ],
)  # fmt: skip
def test_score_is_read_as_people_write_it(cell, column, value):
    """Numbers with words behind them, decimal commas, stars, and satisfaction in words."""
    assert read_score(cell, column) == (value, None)


@pytest.mark.parametrize("cell", [None, "", "n/a", "Không trả lời", float("nan"), "-"])
def test_missing_score_is_no_fault(cell):
    """Who gave no score is not reported."""
    assert read_score(cell, NPS) == (None, None)


@pytest.mark.parametrize(
    ("cell", "column", "said"),
    [
        (11, NPS, "off the scale 0-10"), (-1, NPS, "off the scale"), (0, CSAT, "off the scale 1-5"),
        ("6", CSAT, 'declare it: --score "csat=Q2:MIN-MAX"'), ("4/10", CSAT, "is not a score"),
        ("Rất hài lòng", NPS, "not a score"),
        ("9-10", NPS, "is not a score"), ("nhiều", NPS, "is not a score"),
        ("five", CSAT, "is not a score"), (True, NPS, "is not a number"),
        (date(2025, 10, 9), NPS, "into a date"), (10**400, NPS, "off the scale"), ("9" * 300, NPS, "is not a score"),
    ],
)  # fmt: skip
def test_score_that_cannot_be_is_refused_with_a_reason(cell, column, said):
    """Off the scale, two numbers, words, dates: never guessed at, and said in both languages."""
    value, problem = read_score(cell, column)

    assert value is None
    assert said in problem.en
    assert problem.vi != problem.en


def test_words_of_a_reversed_scale():
    """Where less is better, "very satisfied" is 1."""
    reversed_scale = ScoreColumn(column="Q", metric="csat", min=1, max=5, direction="lower_is_better")

    assert read_score("Rất hài lòng", reversed_scale) == (1, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nps=Q1", ("nps", "Q1", 0, 10, "higher_is_better", "metric")),
        ("NPS = Điểm NPS : 0-10", ("nps", "Điểm NPS", 0, 10, "higher_is_better", "given")),
        ("ces=Q7:1-7:lower_is_better", ("ces", "Q7", 1, 7, "lower_is_better", "given")),
        ("own=How was it: good?:-2..2", ("own", "How was it: good?", -2, 2, "higher_is_better", "given")),
    ],
)
def test_score_given_by_hand(text, expected):
    """metric=column[:min-max][:lower_is_better]; a column may hold colons."""
    score = parse_score(text)

    assert (score.metric, score.column, score.min, score.max, score.direction, score.scale_from) == expected


@pytest.mark.parametrize(
    ("header", "metric", "expected"),
    [
        ("NPS", "nps", (0, 10, "higher_is_better")),
        ("Mức độ hài lòng (1 đến 10)", "csat", (1, 10, "higher_is_better")),
        ("Satisfaction (1 = Very dissatisfied, 7 = Very satisfied)", "csat", (1, 7, "higher_is_better")),
        ("Satisfaction (1 = Very satisfied, 5 = Very dissatisfied)", "csat", (1, 5, "lower_is_better")),
        ("Rating out of 10", "stars", (1, 10, "higher_is_better")),
        ("How much effort did it take?", "ces", (1, 7, "lower_is_better")),
        ("Hài lòng (thang 10)", "csat", (1, 10, "higher_is_better")),
        ("Mức độ hài lòng, thang điểm 7", "csat", (1, 7, "higher_is_better")),
        ("Satisfaction on a 10-point scale", "csat", (1, 10, "higher_is_better")),
        ("Satisfaction with our 3.5 point plan", "csat", (1, 5, "higher_is_better")),
        ("Satisfaction 2024-10", "csat", (1, 5, "higher_is_better")),
    ],
)
def test_header_declares_a_scale(header, metric, expected):
    """Ranges and named ends in a header are its scale; years are not."""
    score = declared_scale(header, metric)

    assert (score.min, score.max, score.direction) == expected


def test_metric_without_a_scale_has_none():
    """ "Score" alone says nothing of its ends."""
    assert declared_scale("Score", "score") is None
