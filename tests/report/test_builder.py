"""Findings are what a person counts by hand."""

from datetime import date

import pytest

from nlp_cx.records import Score
from nlp_cx.report import ReportBuilder
from tests.analysed import analysed
from tests.report.survey import FIRST, findings, survey


@pytest.fixture(scope="module")
def found():
    return findings(survey())


def test_periods_are_the_last_91_days_and_those_before(found):
    """240 days from 6 January end on 2 September."""
    assert found.periods.after == (date(2025, 6, 4), date(2025, 9, 2))
    assert (found.periods.before[1] - found.periods.before[0]).days == 90
    assert found.periods.before[1] == date(2025, 6, 3)


def test_the_theme_that_moved_is_told(found):
    """From a fifth to two fifths of the comments."""
    (change,) = [one for one in found.theme_changes if one.theme == "delivery"]

    assert change.blamed.after == pytest.approx(0.4, abs=0.02)
    assert change.q < 0.05


def test_the_change_of_the_score_is_split_exactly(found):
    """The score fell; mix and rate are all of it."""
    assert found.score_change.clear
    assert sum(part.total for part in found.mix.parts) == pytest.approx(found.mix.change)
    assert found.mix.change == pytest.approx(found.score_change.difference)


def test_only_what_is_blamed_has_a_trend(found):
    """By month, for a week has seven comments only: 26 days of January."""
    (trend,) = found.trends

    assert (found.calendar, trend.name) == ("month", "delivery")
    assert (trend.chart.points[0].n, trend.chart.points[0].count) == (26, 6)


def test_places_are_told(found):
    """Stages in the order of the journey; a segment of three branches."""
    assert [place.name for place in found.journey.places] == ["Mua hàng", "Giao hàng"]
    assert [len(journey.places) for journey in found.segments] == [3]
    assert found.touchpoints is None


def test_the_metric_is_nps_and_drivers_are_found(found):
    """Blame of deliveries goes with everything here."""
    assert found.metric == "nps"
    assert found.drivers.score == pytest.approx(next(one.value for one in found.summary.scores))


def test_several_answers_of_a_row_score_once():
    """Two questions of ten rows: ten responses, in every table."""
    builder = ReportBuilder()
    for row in range(10):
        for question in ("like", "better"):
            builder.add(*analysed(f"{row}/{question}", question=question, nps=9, created_at=FIRST, stage="Mua"))
    found = builder.build("x")

    assert [one.score.n for one in found.scores] == [10]
    assert [one.n for one in found.journey.places[0].scores] == [10]
    assert found.contradictions.n == 10


def test_a_change_of_models_is_flagged_and_no_trend():
    """Halfway another model reads: themes are not compared, the score is not split."""
    answers = survey(late_from=0)
    mixed = [(comment, analysis) if at < 120 else survey(model="2026.2", late_from=0)[at]
             for at, (comment, analysis) in enumerate(answers)]  # fmt: skip
    found = findings(mixed)

    assert found.negative.breaks
    assert found.theme_changes == ()
    assert found.mix is None
    assert all(not trend.changes for trend in found.trends)


@pytest.mark.parametrize("answers", [
    [],
    [analysed(nps=5)],
    [analysed(str(at), nps=7, created_at=FIRST) for at in range(40)],
    [analysed(str(at), themes={"staff": "positive"}) for at in range(40)],
    [analysed(str(at), "", none=True, nps=at % 11) for at in range(40)],
    [analysed(str(at), themes={"staff": "negative"}, nps=10, created_at=date(1, 1, 1)) for at in range(9)],
    [analysed(str(at), scores=(Score(metric="tiền", value=at * 1e6, min=0, max=1e9),)) for at in range(40)],
])  # fmt: skip
def test_poor_data_give_an_answer(answers):
    """Nothing, one comment, equal scores, no scores, no texts, one date of the year 1, amounts of money."""
    from nlp_cx.report.document import write_document

    found = findings(answers)
    for lang in ("vi", "en"):
        document = write_document(found, lang)

        assert document.headlines
        assert document.sections[-1].id == "method"
