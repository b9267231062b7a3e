"""Records refuse what cannot be, and their JSON form is the contract."""

from __future__ import annotations

import math

import pytest

from nlp_cx.errors import CommentError
from nlp_cx.records import Comment, Language, Score, Span, ThemeMention


def test_a_score_of_zero_is_a_score():
    assert Score(metric="nps", value=0, min=0, max=10).to_dict()["value"] == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": 11, "min": 0, "max": 10},
        {"value": math.nan, "min": 0, "max": 10},
        {"value": 1, "min": 1, "max": 1},
        {"value": 1, "min": 0, "max": 10, "direction": "sideways"},
    ],
)
def test_a_score_off_its_scale_is_refused_and_the_metric_named(wrong: dict):
    with pytest.raises(CommentError, match=r"scores\.nps"):
        Score(metric="nps", **wrong)


@pytest.mark.parametrize(("field", "wrong"), [("id", ""), ("text", None), ("language", "fr")])
def test_a_comment_with_a_wrong_field_names_it(field: str, wrong: object):
    with pytest.raises(CommentError) as caught:
        Comment(**({"id": "1", "text": "ổn"} | {field: wrong}))
    assert caught.value.field == field


def test_a_mention_is_written_with_its_spans():
    mention = ThemeMention(
        theme="delivery", sentiment="negative", confidence=0.87654, spans=(Span(start=0, end=4, text="trễ!"),)
    )
    assert mention.to_dict() == {
        "theme": "delivery",
        "sentiment": "negative",
        "confidence": 0.8765,
        "spans": [{"start": 0, "end": 4, "text": "trễ!"}],
    }
    assert Language(code="vi", confidence=1.0).to_dict() == {"code": "vi", "confidence": 1.0}
