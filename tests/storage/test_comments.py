"""Comments are kept, found, replaced and deleted; the same on every database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from nlp_cx.errors import RequestError
from nlp_cx.records import Comment, Redaction, Score
from nlp_cx.storage.interface import EVERYTHING
from nlp_cx.storage.records import Filter, ScoreBand
from tests.storage.made import made, nps


def ids(page):
    return [item.id for item in page.items]


def everything(store, where=EVERYTHING, **options):
    """All pages of a listing, one after the other."""
    found, after = [], None
    while True:
        page = store.comments("w", where, after=after, **options)
        found += ids(page)
        after = page.next
        if after is None:
            return found


def test_a_comment_comes_back_as_it_went_in(store):
    """Every field is kept; the text is the redacted one unless the raw one is to be kept."""
    from dataclasses import replace

    comment, analysis, _ = made(
        "1", "Gọi [PHONE] không ai nghe", themes={"support": "negative", "staff": "positive"}, tone="negative",
        question="Vì sao?", language="vi", created_at=datetime(2025, 3, 4, 23, 30, tzinfo=UTC), respondent_id="r1",
        touchpoint="hotline", stage="support", segments={"vùng": "Bắc", "gói": "A"},
        scores=(nps(2), Score(metric="ces", value=1.5, min=1, max=7, direction="lower_is_better")),
    )  # fmt: skip
    analysis = replace(analysis, redactions=(Redaction(kind="phone", start=4, end=14),))
    store.save("w", None, None, [(comment, analysis, None)])
    found = store.comment("w", "1")

    assert found.analysis == analysis
    assert found.comment == replace(comment, text="Gọi [PHONE] không ai nghe")
    assert (found.raw, found.batch, found.row, found.human) == (None, None, None, False)
    assert datetime.now(UTC) - found.saved_at < timedelta(minutes=1)

    store.save("w", None, None, [(comment, analysis, "Gọi 0901234567 không ai nghe")])

    assert store.comment("w", "1").raw == "Gọi 0901234567 không ai nghe"
    assert store.comment("w", "1").comment.text == "Gọi 0901234567 không ai nghe"


def test_an_id_that_is_there_is_replaced(store):
    """The later analysis counts everywhere; nothing is counted twice."""
    store.save("w", None, None, [made("1", themes={"delivery": "negative", "price": "negative"})])
    store.save("w", None, None, [made("1", "giá rẻ", themes={"price": "positive"}, tone="positive")])

    assert store.count("w") == 1
    assert store.comment("w", "1").analysis.text == "giá rẻ"
    assert [(row.theme, row.negative, row.positive) for row in store.theme_counts("w")] == [("price", 0, 1)]


def test_of_the_same_id_in_one_call_the_last_counts(store):
    """A list that holds an id twice keeps the later one."""
    store.save("w", None, None, [made("1", "một"), made("2", "hai"), made("1", "ba")])

    assert (store.count("w"), store.comment("w", "1").analysis.text) == (2, "ba")


def test_workspaces_see_nothing_of_each_other(store):
    """The same id in two workspaces is two comments; deleting one leaves the other."""
    store.save("a", None, None, [made("1", "một", respondent_id="r")])
    store.save("b", None, None, [made("1", "hai", respondent_id="r")])

    assert store.comment("a", "1").analysis.text == "một"
    assert store.comment("c", "1") is None
    assert store.delete_respondent("a", "r") == 1
    assert (store.count("a"), store.count("b"), store.count("c")) == (0, 1, 0)
    assert ids(store.comments("b", Filter(text="mot"))) == []
    assert store.dimensions("a").comments == 0
    assert store.workspaces() == ["a", "b"]


def test_newest_come_first_and_undated_last(store):
    """A listing is by date, then by when they were first kept; its pages join without gap or repeat."""
    days = {"a": date(2025, 1, 2), "b": None, "c": datetime(2025, 1, 2, 12, tzinfo=UTC), "d": date(1999, 1, 1),
            "e": None, "f": date(2025, 1, 2), "g": date(9999, 12, 31), "h": date(1, 1, 1)}  # fmt: skip
    store.save("w", None, None, [made(name, created_at=day) for name, day in days.items()])

    assert everything(store, limit=50) == ["g", "c", "f", "a", "d", "h", "e", "b"]
    for limit in (1, 2, 3, 7, 8):
        assert everything(store, limit=limit) == ["g", "c", "f", "a", "d", "h", "e", "b"]
        assert everything(store, limit=limit, order="oldest") == ["h", "d", "a", "f", "c", "g", "b", "e"]


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_a_page_goes_on_after_its_last_comment_was_deleted(store, order):
    """A cursor stands for a place in time, not for a comment."""
    store.save("w", None, None, [made(name, created_at=date(2025, 1, 1)) for name in "abcd"])
    first = store.comments("w", limit=2, order=order)
    store.delete_comment("w", first.items[-1].id)

    assert ids(first) + ids(store.comments("w", after=first.next, order=order)) == (
        ["d", "c", "b", "a"] if order == "newest" else ["a", "b", "c", "d"]
    )


EDITED = ["x", "", "bm90aGluZw", "WyJuZXdlc3QiLCAxXQ", "WyJvbGRlc3QiLCAxLCAyXQ", "W" * 9000, "é",
          "WyJuZXdlc3QiLDEsMWU5XQ"]  # fmt: skip


def test_an_edited_cursor_is_refused(store):
    """What is no cursor of this list is the caller's error, named."""
    store.save("w", None, None, [made("1")])

    for cursor in EDITED:
        with pytest.raises(RequestError, match="after"):
            store.comments("w", after=cursor)


def test_pages_have_a_size(store):
    """No page is empty or endless."""
    for limit in (0, -1, 10_001):
        with pytest.raises(RequestError, match="limit"):
            store.comments("w", limit=limit)


FILTERED = [
    made("1", "Giao hàng CHẬM quá", created_at=date(2025, 1, 31), touchpoint="web", stage="delivery",
         segments={"region": "Bắc", "plan": "A"}, scores=(nps(0),), respondent_id="r1"),
    made("2", "great price", code="en", tone="positive", themes={"price": "positive", "delivery": "negative"},
         created_at=datetime(2025, 2, 1, tzinfo=UTC), touchpoint="app", stage="purchase", mixed=True,
         segments={"region": "Nam", "plan": "A"}, scores=(nps(10),), respondent_id="r2", suggestion=0.9),
    made("3", "ổn", tone="neutral", themes={}, created_at=date(2025, 2, 28), needs_review=True, model="m2", raw="ổn!",
         scores=(Score(metric="csat", value=0, min=0, max=5),)),
    made("4", "  "),
    made("5", "まあまあ", code="other", unsupported=True, themes={}, scores=(nps(7),)),
    made("6", "không có gì", none=True, themes={}),
]  # fmt: skip


MEANT = [
    (Filter(), "123456"),
    (Filter(since=date(2025, 1, 31), until=date(2025, 1, 31)), "1"),
    (Filter(since=date(2025, 2, 1)), "23"),
    (Filter(until=date(2025, 2, 1)), "12"),
    (Filter(languages=("en", "other")), "25"),
    (Filter(sentiments=("negative",)), "1"),
    (Filter(standings=("none", "blank", "unsupported")), "456"),
    (Filter(themes=("delivery",)), "12"),
    (Filter(themes=("price", "staff")), "2"),
    (Filter(themes=("delivery",), theme_sentiments=("positive",)), ""),
    (Filter(theme_sentiments=("positive",)), "2"),
    (Filter(touchpoints=("web", "nowhere")), "1"),
    (Filter(stages=("purchase",)), "2"),
    (Filter(segments={"region": ("Bắc", "Nam")}), "12"),
    (Filter(segments={"region": ("Bắc",), "plan": ("A",)}), "1"),
    (Filter(segments={"region": ("A",)}), ""),
    (Filter(segments={"nothing": ("A",)}), ""),
    (Filter(bands=(ScoreBand(metric="nps", high=6),)), "1"),
    (Filter(bands=(ScoreBand(metric="nps", low=7),)), "25"),
    (Filter(bands=(ScoreBand(metric="csat", low=0, high=0),)), "3"),
    (Filter(bands=(ScoreBand(metric="ces"),)), ""),
    (Filter(respondents=("r2",)), "2"),
    (Filter(models=("m2",)), "3"),
    (Filter(batches=("none",)), ""),
    (Filter(needs_review=True), "3"),
    (Filter(needs_review=False, languages=("vi",)), "146"),
    (Filter(mixed=True), "2"),
    (Filter(complaint=True), "1"),
    (Filter(suggestion=True), "2"),
    (Filter(human=True), ""),
    (Filter(raw=True), "3"),
    (Filter(raw=False, languages=("vi",)), "146"),
    (Filter(text="giao hang cham"), "1"),
    (Filter(text="GREAT"), "2"),
    (Filter(text="ồn"), "36"),
    (Filter(text="%"), ""),
    (Filter(text="まあ"), "5"),
    (Filter(text="hàng", themes=("price",)), ""),
]


def test_filters_mean_what_they_say(store):
    """Each field restricts; several must all fit. A score of 0 is a score."""
    store.save("w", None, None, FILTERED)
    found = [(where, "".join(sorted(everything(store, where)))) for where, _ in MEANT]

    assert found == MEANT
    assert [store.count("w", where) for where, _ in MEANT] == [len(wanted) for _, wanted in MEANT]
    assert [len(store.stored_texts("w", where).items) for where, _ in MEANT] == [len(wanted) for _, wanted in MEANT]


def test_a_filter_refuses_values_that_do_not_exist():
    """A sentiment that there is not is an error of the caller."""
    with pytest.raises(RequestError, match="sentiments"):
        Filter(sentiments=("angry",))


def test_a_comment_that_changes_is_found_by_what_it_is_now(store):
    """Search, segments and respondents follow a replacement."""
    store.save("w", None, None, [made("1", "cũ", segments={"s": "x"}, respondent_id="r1", scores=(nps(1),))])
    store.save("w", None, None, [made("1", "mới", segments={"s": "y"}, respondent_id="r2", scores=())])

    assert everything(store, Filter(text="cu")) == everything(store, Filter(segments={"s": ("x",)})) == []
    assert everything(store, Filter(text="moi")) == everything(store, Filter(segments={"s": ("y",)})) == ["1"]
    assert (store.delete_respondent("w", "r1"), store.delete_respondent("w", "r2")) == (0, 1)


def test_deleted_is_gone(store):
    """Nothing of a deleted comment is found or counted, and its id is free."""
    store.save("w", None, None, [made("1", "một", respondent_id="r"), made("2", "hai", respondent_id="r"), made("3")])

    assert store.delete_comment("w", "3")
    assert not store.delete_comment("w", "3")
    assert store.delete_respondent("w", "r") == 2
    assert store.delete_respondent("w", "nobody") == 0
    assert (store.count("w"), everything(store), everything(store, Filter(text="mot"))) == (0, [], [])
    assert store.theme_counts("w") == []

    store.save("w", None, None, [made("1", "lại")])

    assert everything(store) == ["1"]


def test_what_was_kept_before_a_moment_is_purged(store):
    """Retention goes by when a comment was last kept, not by the date it carries."""
    store.save("w", None, None, [made("old", created_at=date(2030, 1, 1))])
    moment = datetime.now(UTC)
    store.save("w", None, None, [made("new", created_at=date(1990, 1, 1))])

    assert store.purge("w", moment) == 1
    assert everything(store) == ["new"]
    assert store.purge("nobody", moment) == 0


HOSTILE = "=cmd|' /C calc'!A0 \x00 \ud800 '; DROP TABLE comments; -- \u202e 🏳️‍🌈 \\ \" \t\n %s ? :x"


def test_hostile_strings_are_only_strings(store):
    """NUL and lone surrogates, which no database holds, become U+FFFD; all else stays."""
    held = HOSTILE.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    comment, analysis, _ = made(
        HOSTILE, HOSTILE, themes={"delivery\x00": "negative"}, question=HOSTILE, respondent_id=HOSTILE,
        touchpoint=HOSTILE, stage=HOSTILE, segments={HOSTILE: HOSTILE},
        scores=(Score(metric=HOSTILE, value=1, min=0, max=2),),
    )  # fmt: skip
    store.save(HOSTILE.replace("\x00", "").replace("\ud800", ""), None, None, [(comment, analysis, HOSTILE)])
    store.save("w", None, None, [(comment, analysis, HOSTILE)])
    found = store.comment("w", HOSTILE)

    assert (found.id, found.raw, found.analysis.text) == (held, held, held)
    assert dict(found.comment.segments) == {held: held}
    assert everything(store, Filter(text=HOSTILE)) == [held]
    assert everything(store, Filter(segments={HOSTILE: (HOSTILE,)}, touchpoints=(HOSTILE,))) == [held]
    assert everything(store, Filter(themes=("delivery\x00",), respondents=(HOSTILE,))) == [held]
    assert store.totals("w", by=(f"segment:{HOSTILE}", "stage"))[0].bucket == (held, held)
    assert everything(store, Filter(batches=(HOSTILE,), models=(HOSTILE,))) == []
    assert (store.batch("w", HOSTILE), store.webhook("w", HOSTILE), store.find_key(HOSTILE)) == (None, None, None)
    assert store.results("w", HOSTILE).items == store.rejected("w", HOSTILE).items == ()
    assert not store.delete_batch("w", HOSTILE)
    assert store.history("w", HOSTILE) == []
    assert store.delete_comment("w", HOSTILE)


def test_long_strings_are_kept_and_found(store):
    """100,000 characters fit anywhere, in indexed columns too; two that only differ at their end are two."""
    long = "đ" * 100_000
    rows = [
        made(f"{long}{end}", f"{long}{end}", segments={long: f"{long}{end}"}, respondent_id=f"{long}{end}",
             touchpoint=f"{long}{end}", question=long)
        for end in "ab"
    ]  # fmt: skip
    store.save("w", None, None, rows)

    assert store.comment("w", f"{long}a").analysis.text == f"{long}a"
    assert everything(store, Filter(segments={long: (f"{long}b",)})) == [f"{long}b"]
    assert everything(store, Filter(touchpoints=(f"{long}a",))) == [f"{long}a"]
    assert store.delete_respondent("w", f"{long}a") == 1
    assert store.count("w") == 1


def test_the_stamp_tells_changes(store):
    """It stays while nothing changes, and changes with every save, correction and deletion."""
    from nlp_cx.storage.records import Correction

    stamps = [store.stamp("w")]
    for change in (
        lambda: store.save("w", None, None, [made("1")]),
        lambda: store.save("w", None, None, [made("1")]),
        lambda: store.correct("w", "1", Correction(sentiment="positive"), author="me"),
        lambda: store.delete_comment("w", "1"),
    ):
        change()
        stamps.append(store.stamp("w"))
        assert store.stamp("w") == stamps[-1]
        store.save("other", None, None, [made("1")])
        assert store.stamp("w") == stamps[-1]

    assert len(set(stamps)) == 5


def test_stored_texts_come_in_pages(store):
    """To be analysed again comments come as they came in, first kept first."""
    store.save("w", None, None, [made(str(number), f"ý {number}", scores=(nps(number),)) for number in range(7)])
    found, after = [], None
    while True:
        page = store.stored_texts("w", after=after, limit=3)
        found += page.items
        after = page.next
        if after is None:
            break

    assert [comment.id for comment in found] == list("0123456")
    assert found[3] == Comment(id="3", text="ý 3", scores=(nps(3),))


def test_many_comments_span_blocks(store):
    """Places beyond one block are counted, replaced and deleted like the first ones."""
    store.save("w", None, None, [made(str(number), themes={"price": "positive"}) for number in range(5_000)])
    store.save("w", None, None, [made(str(number), themes={"staff": "negative"}) for number in range(0, 5_000, 500)])
    store.delete_comment("w", "4999")

    assert [(row.theme, row.n) for row in store.theme_counts("w")] == [("staff", 10), ("price", 4_989)]
    assert len(set(everything(store, limit=1_000))) == 4_999


def test_an_empty_save_is_one(store):
    """Nothing to keep is no error."""
    assert store.save("w", None, None, []) == "saved"
    assert store.count("w") == 0
    assert store.totals("w")[0].comments == 0
    assert store.comments("w").items == ()
