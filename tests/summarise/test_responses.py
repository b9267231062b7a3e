"""A respondent's scores count once, however many questions were answered."""

from datetime import date

from nlp_cx.histogram import Scale
from nlp_cx.records import Comment, Score
from nlp_cx.summarise.responses import MAX_SCALES, Responses

NPS = Scale("nps", 0, 10)


def nps(value: float) -> tuple[Score, ...]:
    return (Score(metric="nps", value=value, min=0, max=10),)


def test_answers_of_one_row_are_one_response():
    """Two open answers of a row carry the row's NPS once; the next row carries its own."""
    responses = Responses()
    for row in ("7", "8"):
        for question in ("Why?", "What else?"):
            comment = Comment(id=f"{row}/{question}", text="chậm", question=question, scores=nps(3))
            responses.add(comment, {"speed": "negative"}, commented=True)

    assert responses.n == 2
    assert responses.everyone[NPS].counts == {3: 2}
    assert responses.commenters[NPS].counts == {3: 2}
    assert responses.mentioners["speed"]["any"][NPS].counts == {3: 2}
    assert responses.mentioners["speed"]["negative"][NPS].counts == {3: 2}
    assert responses.mentioners["speed"]["positive"] == {}


def test_answers_of_one_respondent_are_one_response():
    """The same respondent, the same date, another question: one response, even if others come between."""
    responses = Responses()
    for question in ("Why?", "What else?"):
        for person in ("an", "binh"):
            comment = Comment(
                id=f"{person}-{question}",
                text="ok",
                question=question,
                respondent_id=person,
                created_at=date(2025, 3, 1),
                scores=nps(9 if person == "an" else 0),
            )
            responses.add(comment, {}, commented=True)

    assert responses.n == 2
    assert responses.everyone[NPS].counts == {9: 1, 0: 1}


def test_the_same_question_again_is_another_response():
    """A customer who is surveyed twice gave two scores, equal or not."""
    responses = Responses()
    for number in range(2):
        comment = Comment(id=str(number), text="ok", question="Why?", respondent_id="an", scores=nps(9))
        responses.add(comment, {}, commented=True)

    assert responses.everyone[NPS].counts == {9: 2}


def test_a_contradicting_score_is_another_response():
    """Nobody ticks both 9 and 2 in one questionnaire."""
    responses = Responses()
    for question, value in (("Why?", 9), ("What else?", 2)):
        comment = Comment(id=question, text="ok", question=question, respondent_id="an", scores=nps(value))
        responses.add(comment, {}, commented=True)

    assert responses.everyone[NPS].counts == {9: 1, 2: 1}


def test_what_comes_later_is_credited_too():
    """A theme in the second answer goes with the score that came with the first, and the other way round."""
    responses = Responses()
    first = Comment(id="1/A", text="", question="A", scores=nps(2))
    second = Comment(id="1/B", text="đắt", question="B")
    third = Comment(id="1/C", text="ok", question="C", scores=(Score(metric="csat", value=1, min=1, max=5),))
    responses.add(first, {}, commented=False)
    assert responses.commenters == {}

    responses.add(second, {"price": "negative"}, commented=True)
    responses.add(third, {}, commented=True)

    assert responses.n == 1
    assert responses.commenters[NPS].counts == {2: 1}
    assert responses.mentioners["price"]["any"][NPS].counts == {2: 1}
    assert responses.mentioners["price"]["any"][Scale("csat", 1, 5)].counts == {1: 1}


def test_scores_that_cannot_be_counted_are_counted_as_such():
    """An NPS of 7.5, and more metrics than anybody asks, are left out without harm to the rest."""
    responses = Responses()
    many = tuple(Score(metric=f"q{number}", value=1, min=0, max=1) for number in range(MAX_SCALES + 5))
    responses.add(Comment(id="1", text="ok", scores=(*nps(7.5), *many)), {}, commented=True)
    responses.add(Comment(id="2", text="ok", scores=(*nps(9), *many)), {}, commented=True)

    assert responses.not_whole == {"nps": 1}
    assert len(responses.everyone) == MAX_SCALES
    assert responses.beyond == 5 + 6
