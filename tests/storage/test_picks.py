"""Few comments of many; the same on every database."""

from __future__ import annotations

from datetime import date

import pytest

from nlp_cx.errors import RequestError
from nlp_cx.records import Score
from nlp_cx.storage.interface import Filter
from tests.storage.made import made, nps

BOUNDS = {"high": 0.85, "low": 0.3}


def praise(id, **given):
    return made(id, "nhân viên tốt", themes={"staff": "positive"}, tone="positive", **given)


def test_the_same_comments_are_drawn_every_time(store):
    """Some of those that fit, with text, all if there are few; how many there are is told."""
    store.save(
        "w", None, None, [made(f"d{n}") for n in range(60)] + [praise(f"s{n}") for n in range(30)] + [made("b", " ")]
    )
    drawn, again = (store.draw("w", limit=20) for _ in range(2))
    ids = [one.id for one in drawn.items]

    assert drawn == again
    assert (len(set(ids)), drawn.total) == (20, 90)
    assert ids != sorted(ids, key=lambda id: (id[0], int(id[1:])))
    assert {one.id[0] for one in store.draw("w", theme="staff", limit=100).items} == {"s"}
    assert store.draw("w", theme="staff", limit=100).total == 30
    assert store.draw("w", Filter(themes=("delivery",)), theme="staff").total == 0
    assert store.draw("w", theme="price").items == store.draw("v").items == ()
    with pytest.raises(RequestError):
        store.draw("w", limit=0)


def test_those_that_were_drawn_stay_drawn_when_others_come(store):
    """All but those that a new one pushed out."""
    store.save("w", None, None, [made(f"d{n}") for n in range(100)])
    before = {one.id for one in store.draw("w", limit=50).items}
    store.save("w", None, None, [made(f"e{n}") for n in range(10)])
    after = {one.id for one in store.draw("w", limit=50).items}

    assert len(before - after) <= 10
    assert before - after <= before


def test_comments_that_say_the_opposite_of_their_score_are_found(store):
    """9 of 0-10 is high, 3 is low; 1 of an effort scale on which less is better is high."""
    effort = Score(metric="ces", value=1, min=1, max=7, direction="lower_is_better")
    store.save("w", None, None, [
        made("harsh", scores=(nps(9),), created_at=date(2026, 11, 1)),
        made("effort", scores=(nps(5), effort), created_at=date(2026, 11, 3)),
        praise("polite", scores=(nps(3),), created_at=date(2026, 11, 2)),
        made("fair", scores=(nps(8),)),
        made("fitting", scores=(nps(2),)),
        praise("glad", scores=(nps(10),)),
        made("both", scores=(nps(10),), mixed=True),
        made("unsure", scores=(nps(10),), needs_review=True),
        made("nothing", scores=(nps(10),), none=True),
        made("unscored"),
    ])  # fmt: skip
    found = store.opposed("w", **BOUNDS)

    assert [one.id for one in found.page.items] == ["effort", "polite", "harsh"]
    assert (found.n, found.high, found.low, found.negative, found.positive) == (8, 5, 2, 2, 1)
    assert [one.id for one in store.opposed("w", **BOUNDS, judged=("positive",)).page.items] == ["polite"]
    first = store.opposed("w", **BOUNDS, limit=2)
    rest = store.opposed("w", **BOUNDS, limit=2, after=first.page.next)
    assert [one.id for one in first.page.items + rest.page.items] == ["effort", "polite", "harsh"]
    assert rest.page.next is None
    assert store.opposed("w", Filter(until=date(2026, 11, 1)), **BOUNDS).n == 1
    assert store.opposed("v", **BOUNDS).page.items == ()


def test_what_is_kept_of_them_is_up_to_the_caller_and_pages_go_on_where_they_ended(store):
    """Ten candidates, the even ones are kept; a page that reads too many others is short."""
    store.save("w", None, None, [made(f"c{n}", scores=(nps(9),), created_at=date(2026, 11, 20 - n)) for n in range(10)])
    asked = []

    def even(one):
        asked.append(one.id)
        return int(one.id[1:]) % 2 == 0

    def pages(**more):
        found, after = [], None
        while True:
            page = store.opposed("w", **BOUNDS, keep=even, after=after, **more).page
            found.append([one.id for one in page.items])
            if page.next is None:
                return found
            after = page.next

    assert pages(limit=2) == [["c0", "c2"], ["c4", "c6"], ["c8"]]
    assert asked == [f"c{n}" for n in range(10)]
    assert pages(limit=2, read=3) == [["c0", "c2"], ["c4"], ["c6", "c8"], []]
    assert pages(limit=5) == [["c0", "c2", "c4", "c6", "c8"], []]
    assert pages(limit=50) == [["c0", "c2", "c4", "c6", "c8"]]


def test_who_praises_in_one_answer_and_blames_in_another_contradicts_nothing(store):
    """A questionnaire with two questions is one response."""
    day = date(2026, 11, 1)
    same = {"respondent_id": "r", "created_at": day, "scores": (nps(9),)}
    store.save("w", None, None, [
        made("1/bad", question="Điều gì chưa tốt?", **same), praise("1/good", question="Điều gì tốt?", **same),
        made("2/bad", question="Điều gì chưa tốt?", respondent_id="s", created_at=day, scores=(nps(9),)),
    ])  # fmt: skip
    found = store.opposed("w", **BOUNDS)

    assert [one.id for one in found.page.items] == ["2/bad"]
    assert (found.n, found.high, found.low) == (2, 2, 0)
