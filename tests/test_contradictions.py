"""Scores that say the opposite of their text are found, and only these."""

import pytest

from nlp_cx.contradictions import ContradictionFinder, contradiction
from nlp_cx.records import Score
from tests.analysed import analysed


@pytest.mark.parametrize(
    ("nps", "label", "sure", "kind"),
    [(9, "negative", 0.9, "high_score_complaint"), (2, "positive", 0.9, "low_score_praise"),
     (9, "positive", 0.9, None), (2, "negative", 0.9, None), (8, "negative", 0.9, None), (4, "positive", 0.9, None),
     (9, "negative", 0.7, None), (9, "neutral", 0.9, None)],
)  # fmt: skip
def test_a_clear_text_against_a_clear_score(nps, label, sure, kind):
    """9 with a harsh complaint, 2 with praise; nothing of what lies between."""
    found = contradiction(*analysed(nps=nps, label=label, sure=sure))

    assert (found.kind if found else None) == kind


@pytest.mark.parametrize(
    "score",
    [
        Score(metric="csat", value=5, min=1, max=5),
        Score(metric="ces", value=1, min=1, max=7, direction="lower_is_better"),
    ],
)
def test_any_scale_has_a_best_end(score):
    """Five of five, and 1 where lower is better."""
    assert contradiction(*analysed(scores=(score,))).kind == "high_score_complaint"


@pytest.mark.parametrize("unclear", [{"mixed": True}, {"review": True}, {"none": True},
                                     {"suggestion": 0.95, "complaint": 0.5}])  # fmt: skip
def test_texts_that_are_not_plain_contradict_nothing(unclear):
    """Praise and blame at once, a close call, no content, a wish."""
    assert contradiction(*analysed(nps=10, **unclear)) is None


def test_two_answers_of_one_response_are_taken_together():
    """ "What did you like?" - "Everything". "What could be better?" - "The parking": no contradiction at 10."""
    finder = ContradictionFinder()
    finder.add([analysed("1", nps=10, label="positive"), analysed("2", nps=10, label="negative")])
    found = finder.build()

    assert (found.n, found.high, found.count) == (1, 1, 0)


def test_the_clearest_are_listed_first():
    """Of 30 the ten surest and furthest from the middle."""
    finder = ContradictionFinder(listed=10)
    for at in range(30):
        finder.add([analysed(str(at), nps=10 if at % 2 else 9, label="negative", sure=0.8 + at / 200)])
    found = finder.build()

    assert found.kinds == {"high_score_complaint": 30, "low_score_praise": 0}
    assert [one.strength for one in found.listed] == sorted((one.strength for one in found.listed), reverse=True)
    assert found.listed[0].comment_id == "29"


def test_a_scale_the_wrong_way_round_is_suspected():
    """Twelve zeros, nine of them with praise."""
    finder = ContradictionFinder()
    for at in range(12):
        finder.add([analysed(str(at), nps=0, label="positive" if at < 9 else "negative")])

    assert finder.build().turned


def test_nothing_is_no_contradiction():
    """No comment, and comments without a score."""
    finder = ContradictionFinder()
    finder.add([])
    finder.add([analysed(nps=None)])

    assert finder.build().to_dict()["n"] == 0


def test_the_text_is_one_line():
    """Line breaks and what steers a terminal are gone."""
    found = contradiction(*analysed(text="Chờ lâu\n\x1b[31mquá", nps=10))

    assert "\n" not in found.text
    assert "\x1b" not in found.text
