"""A table has one row per response, whatever scheme the themes come from."""

import numpy as np
import pytest

from nlp_cx.drivers import DriverTable
from nlp_cx.drivers.response import response_key
from nlp_cx.errors import ScoreError
from nlp_cx.histogram import Scale
from nlp_cx.records import Analysis, Comment, Language, Score, Sentiment, ThemeMention
from nlp_cx.storage.records import PresenceMatrix

CSAT = Scale("csat", 1, 5)


def answer(id, text="chậm", *, question=None, respondent=None, score=None, themes=()):
    comment = Comment(
        id=id,
        text=text,
        question=question,
        respondent_id=respondent,
        scores=() if score is None else (Score(metric="csat", value=score, min=1, max=5),),
    )
    return comment, Analysis(
        id=id,
        language=Language(code="vi", confidence=1.0),
        sentiment=Sentiment(label="negative", scores={}),
        mixed=False,
        themes=tuple(ThemeMention(theme=name, sentiment=how, confidence=1.0) for name, how in themes),
        none=False,
        complaint=0.0,
        suggestion=0.0,
        needs_review=False,
        truncated=False,
        text=text,
        redactions=(),
        model="m",
        taxonomy="1",
    )


def test_labels_of_any_scheme_make_a_table():
    """Both judgements of a theme stand in one cell: 1 + 4."""
    table = DriverTable.of_judgements([{"BATTERY": ["negative", "positive"]}, {"SCREEN": ["neutral"]}], {CSAT: [1, 5]})

    assert table.themes == ("BATTERY", "SCREEN")
    assert table.mentions.tolist() == [[5, 0], [0, 2]]


def test_answers_of_one_questionnaire_are_one_row():
    """Two answers of row 7 give one response with both themes; another row of the same person is a second response."""
    table = DriverTable.of_analyses(
        [
            answer("7/good", question="good", respondent="an", score=4, themes=[("staff", "positive")]),
            answer("7/bad", question="bad", respondent="an", score=4, themes=[("speed", "negative")]),
            answer("8/bad", question="bad", respondent="an", score=2, themes=[("speed", "negative")]),
        ]
    )

    assert table.themes == ("speed", "staff")
    assert table.mentions.tolist() == [[1, 4], [1, 0]]
    assert table.scores[CSAT].tolist() == [4, 2]
    assert table.respondents is not None
    assert table.respondents.tolist() == [0, 0]


def test_blank_comments_are_left_out_and_a_missing_score_stays_missing():
    """Drivers look among those who commented; no score is no 0."""
    table = DriverTable.of_analyses([answer("1", " ", score=5), answer("2", score=None), answer("3", score=1)])

    assert np.isnan(table.scores[CSAT]).tolist() == [True, False]


def test_comments_without_a_question_stay_apart():
    """Nothing tells that two comments of one person belong together."""
    comment = Comment(id="1", text="x", respondent_id="an")

    assert response_key(comment) is None


def test_what_storage_gives_is_taken_as_it_is():
    """The matrix of storage has the same codes."""
    matrix = PresenceMatrix(
        scale=CSAT,
        themes=("price",),
        scores=np.array([1.0, 5.0]),
        presence=np.array([[1], [4]], dtype=np.uint8),
        days=np.array(["NaT", "NaT"], dtype="datetime64[D]"),
        respondents=np.array([3, 3]),
    )

    table = DriverTable.of_matrix(matrix)

    assert (table.n, table.scale_of("csat")) == (2, CSAT)


def test_the_scale_most_answered_is_taken():
    """Of two scales of one metric, the one with two answers."""
    other = Scale("csat", 1, 7)
    table = DriverTable.of_judgements([{}, {}, {}], {CSAT: [1, np.nan, np.nan], other: [np.nan, 2, 3]})

    assert table.scale_of("csat") == other


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"themes": ("a", "b")}, "do not fit 2 themes"),
        ({"themes": ("a", "a"), "mentions": np.zeros((2, 2), dtype=np.uint8)}, "stands twice"),
        ({"mentions": np.full((2, 1), 8, dtype=np.uint8)}, "from 0 to 7"),
        ({"mentions": np.zeros((2, 1))}, "uint8"),
        ({"scores": {CSAT: np.zeros(3)}}, "csat has 3 rows, mentions has 2"),
        ({"respondents": np.zeros(1, dtype=int)}, "respondents has 1 rows"),
    ],
)
def test_columns_that_do_not_fit_are_refused(columns, message):
    """The message names the column."""
    good = {"themes": ("a",), "mentions": np.zeros((2, 1), dtype=np.uint8), "scores": {CSAT: np.zeros(2)}}

    with pytest.raises(ScoreError, match=message):
        DriverTable(**good | columns)


def test_a_score_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(ScoreError, match="no score called nps; the scores are: csat"):
        DriverTable.of_judgements([{}], {CSAT: [1]}).scale_of("nps")
