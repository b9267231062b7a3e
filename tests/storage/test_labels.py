"""Corrections by people and what to look at next; the same on every database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nlp_cx.errors import ConflictError, NotFoundError
from nlp_cx.records import Span, ThemeMention
from nlp_cx.storage.records import Correction, Filter
from tests.storage.made import made, nps


def themes(store, id="1"):
    """What counts of a comment's themes."""
    return {one.theme: one.sentiment for one in store.comment("w", id).analysis.themes}


def mention(theme, sentiment):
    """A theme that a person marked."""
    return ThemeMention(theme=theme, sentiment=sentiment, confidence=1, spans=(Span(start=0, end=1, text="x"),))


def test_a_correction_counts_at_once(store):
    """Comment and summaries show it, marked human; what the person left out stays as the model read it."""
    store.save("w", None, None, [made("1", needs_review=True), made("2")])
    label = store.correct(
        "w", "1", Correction(sentiment="positive", themes=(mention("price", "positive"),)), author="Lan"
    )
    found = store.comment("w", "1")

    assert found.human
    assert (found.analysis.sentiment.label, found.analysis.needs_review, found.analysis.complaint) == (
        "positive",
        False,
        0.8,
    )
    assert found.analysis.themes == (mention("price", "positive"),)
    assert (label.number, label.author, label.model) == (1, "Lan", "m1")
    assert label.before["sentiment"]["label"] == "negative"
    assert [one["theme"] for one in label.after["themes"]] == ["price"]
    assert [(row.theme, row.negative, row.positive) for row in store.theme_counts("w")] == [
        ("delivery", 1, 0),
        ("price", 0, 1),
    ]
    assert (store.totals("w")[0].positive, store.totals("w")[0].human) == (1, 1)
    assert store.count("w", Filter(human=True)) == 1


def test_corrections_add_up_and_are_taken_back_one_by_one(store):
    """What a later one leaves out stays as it was corrected; history keeps everything."""
    store.save("w", None, None, [made("1")])
    store.correct("w", "1", Correction(sentiment="neutral"), author="a")
    store.correct("w", "1", Correction(themes=()), author="b")
    assert (store.comment("w", "1").analysis.sentiment.label, themes(store)) == ("neutral", {})

    store.uncorrect("w", "1", author="c")
    assert (store.comment("w", "1").analysis.sentiment.label, themes(store)) == ("neutral", {"delivery": "negative"})

    store.uncorrect("w", "1", author="c")
    assert not store.comment("w", "1").human
    assert store.comment("w", "1").analysis == made("1")[1]
    assert store.uncorrect("w", "1", author="c") is None
    assert [(label.number, label.author) for label in store.history("w", "1")] == [
        (1, "a"),
        (2, "b"),
        (3, "c"),
        (4, "c"),
    ]
    assert store.labels("w").items == ()


def test_a_correction_outlives_the_model_but_not_the_text(store):
    """The same text analysed again stays as the person said; another text is the model's again."""
    store.save("w", None, None, [made("1")])
    store.correct("w", "1", Correction(sentiment="positive"), author="a")
    store.save("w", None, None, [made("1", model="m2", themes={"staff": "negative"})])
    found = store.comment("w", "1")

    assert (found.human, found.analysis.model, found.analysis.sentiment.label) == (True, "m2", "positive")
    assert themes(store) == {"staff": "negative"}

    store.save("w", None, None, [made("1", "một câu khác")])

    assert (store.comment("w", "1").human, store.comment("w", "1").analysis.sentiment.label) == (False, "negative")
    assert len(store.history("w", "1")) == 1
    assert store.labels("w").items == ()
    assert store.uncorrect("w", "1", author="a") is None


def test_a_person_can_say_that_there_is_nothing_or_something(store):
    """None, complaint and suggestion can be told; a sentiment given to an unread comment makes it a judged one."""
    store.save("w", None, None, [made("1"), made("2", "まあ", code="other", unsupported=True, themes={})])
    store.correct("w", "1", Correction(none=True, themes=(), complaint=False, suggestion=True), author="a")
    store.correct("w", "2", Correction(sentiment="neutral", themes=()), author="a")
    totals = store.totals("w")[0]

    assert store.comment("w", "1").analysis.none
    assert (store.comment("w", "1").analysis.complaint, store.comment("w", "1").analysis.suggestion) == (0.0, 1.0)
    assert (totals.none, totals.neutral, totals.unsupported, totals.negative) == (1, 1, 0, 0)


def test_a_comment_that_is_not_there_cannot_be_corrected(store):
    """Nor one of another workspace."""
    store.save("w", None, None, [made("1")])

    for workspace, name in (("w", "2"), ("v", "1")):
        with pytest.raises(NotFoundError):
            store.correct(workspace, name, Correction(sentiment="positive"), author="a")
    assert store.history("v", "1") == []
    store.save("w", None, None, [made("blank", " ")])
    with pytest.raises(ConflictError, match="without text"):
        store.correct("w", "blank", Correction(sentiment="positive"), author="a")


def test_deleting_a_comment_deletes_its_history(store):
    """Nobody's words stay in corrections."""
    store.save("w", None, None, [made("1", respondent_id="r")])
    store.correct("w", "1", Correction(note="riêng tư"), author="a")
    store.delete_respondent("w", "r")
    store.save("w", None, None, [made("1")])

    assert store.history("w", "1") == []
    assert not store.comment("w", "1").human


def test_corrected_comments_are_listed_for_retraining(store):
    """Each once, with all that was corrected, in the order they were corrected; by pages and since a moment."""
    store.save("w", None, None, [made(name) for name in "abcd"])
    for name in "abc":
        store.correct("w", name, Correction(sentiment="neutral", note=name), author="x")
    store.correct("w", "a", Correction(complaint=False), author="y")
    first = store.labels("w", limit=2)
    rest = store.labels("w", limit=2, after=first.next)

    assert [one.comment.id for one in first.items + rest.items] == ["b", "c", "a"]
    assert (rest.items[0].label.number, rest.items[0].label.author) == (4, "y")
    assert rest.items[0].label.correction == Correction(sentiment="neutral", complaint=False, note="a")
    assert rest.items[0].comment.analysis.sentiment.label == "neutral"
    assert store.labels("w", since=datetime(2999, 1, 1, tzinfo=UTC)).items == ()
    assert store.labels("v").items == ()


def test_the_least_certain_go_to_review_first(store):
    """A corrected one leaves the queue; blank ones and those that say nothing never are in it."""
    sure = {"a": 0.99, "b": 0.5, "c": 0.8, "d": 0.45}
    store.save(
        "w",
        None,
        None,
        [made(name, sure=value) for name, value in sure.items()] + [made("e", " "), made("f", none=True)],
    )

    assert [comment.id for comment in store.review("w")] == ["d", "b", "c", "a"]
    store.correct("w", "d", Correction(sentiment="neutral"), author="a")
    assert [comment.id for comment in store.review("w", limit=2)] == ["b", "c"]
    assert store.review("v") == []


def test_contradictions_go_to_review_before_agreement(store):
    """A 10 beside a harsh complaint, and a text that praises what it blames, are worth a look."""
    rows = [
        made("agrees", scores=(nps(0),)),
        made("score", scores=(nps(10),)),
        made("themes", themes={"delivery": "positive", "staff": "positive"}),
    ]
    store.save("w", None, None, rows)

    assert [comment.id for comment in store.review("w")][-1] == "agrees"


def test_review_is_spread_over_themes_and_languages(store):
    """One theme with many uncertain comments does not crowd the others out."""
    rows = [made(f"d{number}", sure=0.5) for number in range(30)]
    rows += [made("price", themes={"price": "negative"}, sure=0.9), made("en", code="en", sure=0.9)]
    store.save("w", None, None, rows)
    looked_at = {comment.id for comment in store.review("w", limit=4)}

    assert {"price", "en"} <= looked_at
    assert [comment.id for comment in store.review("w", Filter(languages=("en",)))] == ["en"]
