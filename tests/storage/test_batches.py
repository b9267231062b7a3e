"""Batches: states, exactly-once chunks, results and rejected rows; the same on every database."""

from __future__ import annotations

import pytest

from nlp_cx.errors import ConflictError, RequestError
from nlp_cx.ingest.rejected import Rejected
from nlp_cx.storage.records import BATCH_STATES, TRANSITIONS, Correction, Filter
from tests.storage.made import made


@pytest.fixture
def running(store):
    """A store with a batch b that is running."""
    store.create_batch("w", batch_id="b", name="khảo sát.xlsx", format="xlsx", options={"keep": ["á", 1, None]})
    assert store.update_batch("w", "b", state="running")
    return store


def results(store, batch="b", limit=1000):
    """Ids of a batch's results, page by page."""
    found, after = [], None
    while True:
        page = store.results("w", batch, after=after, limit=limit)
        found += [comment.id for comment in page.items]
        after = page.next
        if after is None:
            return found


def test_a_batch_begins_queued(store):
    """It is there as it was made, in its workspace alone, and its id is taken."""
    made_batch = store.create_batch("w", batch_id="b", name="x", options={"a": [1]}, total=7)

    assert made_batch == store.batch("w", "b")
    assert (made_batch.state, made_batch.total, made_batch.options, made_batch.kind) == (
        "queued",
        7,
        {"a": [1]},
        "upload",
    )
    assert store.batch("v", "b") is None
    with pytest.raises(ConflictError):
        store.create_batch("w", batch_id="b")
    assert store.create_batch("v", batch_id="b").workspace == "v"


@pytest.mark.parametrize("state", BATCH_STATES)
def test_a_batch_goes_legal_ways_only(store, state):
    """From each state exactly the states of the table follow; another leaves it as it is."""
    way = {"queued": (), "running": ("running",), "completed": ("running", "completed"),
           "failed": ("running", "failed"), "cancelled": ("cancelled",)}  # fmt: skip
    for number, later in enumerate(BATCH_STATES):
        name = f"{state} {number}"
        store.create_batch("w", batch_id=name)
        for step in way[state]:
            assert store.update_batch("w", name, state=step)

        assert store.update_batch("w", name, state=later) == (later in TRANSITIONS[state])
        assert store.batch("w", name).state == (later if later in TRANSITIONS[state] else state)
    assert not store.update_batch("w", "none", state="running")
    assert not store.update_batch("v", f"{state} 0", total=1)


def test_times_are_set_by_states(running):
    """The first start stays when a worker hands it back; the end is told once it is there."""
    started = running.batch("w", "b").started_at
    running.update_batch("w", "b", state="queued")
    running.update_batch("w", "b", state="running")

    assert running.batch("w", "b").started_at == started
    assert running.batch("w", "b").finished_at is None
    assert running.update_batch("w", "b", state="failed", error_code="x", error="sorry", error_vi="xin lỗi")
    assert running.batch("w", "b").finished_at >= started
    assert running.batch("w", "b").error_vi == "xin lỗi"


def test_changes_may_expect_a_state(running):
    """Compare-and-set: a change that expects another state does nothing; an impossible expectation is an error."""
    assert running.update_batch("w", "b", total=5, chunks=1, plan={"a": 1}, expected={"running"})
    assert not running.update_batch("w", "b", total=6, expected={"queued"})
    assert running.batch("w", "b").total == 5
    with pytest.raises(ConflictError):
        running.update_batch("w", "b", state="running", expected={"completed"})
    with pytest.raises(TypeError):
        running.update_batch("w", "b", done=3)


def test_a_chunk_is_kept_once(running):
    """The same chunk twice changes nothing, in whatever order chunks come; the counts are those of the file."""
    assert running.save("w", "b", 1, [made("3"), made("4")], [Rejected(row=9, reason="no text")]) == "saved"
    assert running.save("w", "b", 0, [made("1"), made("2")]) == "saved"
    stamp = running.stamp("w")
    assert running.save("w", "b", 1, [made("3", "other"), made("5")], [Rejected(row=9, reason="no text")]) == "again"
    assert running.save("w", "b", 2, [], [Rejected(row=10, reason="a field", severity="field", field="nps")]) == "saved"
    batch = running.batch("w", "b")

    assert (batch.done, batch.rejected, batch.chunks_saved) == (4, 1, 3)
    assert running.saved_chunks("w", "b") == {0, 1, 2}
    assert running.saved_chunks("w", "none") == set()
    assert results(running) == ["1", "2", "3", "4"]
    assert running.count("w", Filter(batches=("b",))) == 4
    assert running.stamp("w") == stamp


@pytest.mark.parametrize("state", ["queued", "completed", "failed", "cancelled"])
def test_a_batch_that_is_not_running_takes_nothing(running, state):
    """A cancelled, ended or deleted batch says that it is closed, and nothing is kept."""
    running.update_batch("w", "b", state=state)

    assert running.save("w", "b", 0, [made("1")], [Rejected(row=1, reason="x")]) == "closed"
    assert running.save("w", "none", 0, [made("1")]) == "closed"
    assert running.save("v", "b", 0, [made("1")]) == "closed"
    assert (running.count("w"), running.rejected("w", "b").items) == (0, ())


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_an_id_twice_in_a_file_the_later_row_counts(running, order):
    """It does not matter which chunk is analysed first."""
    chunks = {0: [made("1", "first"), made("2")], 1: [made("3"), made("1", "second")]}
    for chunk in order:
        running.save("w", "b", chunk, chunks[chunk])

    assert running.comment("w", "1").analysis.text == "second"
    assert results(running) == ["2", "3", "1"]
    assert results(running, limit=1) == ["2", "3", "1"]
    assert running.batch("w", "b").done == 4


def test_results_of_a_file_are_those_no_later_one_replaced(running):
    """A comment belongs to the batch that brought it last; deleting the first batch leaves it."""
    running.save("w", "b", 0, [made("1"), made("2"), made("3")], [Rejected(row=7, reason="x")])
    running.create_batch("w", batch_id="later")
    running.update_batch("w", "later", state="running")
    running.save("w", "later", 0, [made("2", "mới")])
    running.save("w", None, None, [made("3", "ngay")])

    assert (results(running), results(running, "later")) == (["1"], ["2"])
    assert running.comment("w", "2").batch == "later"
    assert running.comment("w", "3").batch is None
    assert running.delete_batch("w", "b")
    assert not running.delete_batch("w", "b")
    assert running.batch("w", "b") is None
    assert running.rejected("w", "b").items == ()
    assert (running.count("w"), running.comment("w", "1")) == (2, None)


def test_what_was_sent_later_stays_though_an_earlier_batch_ends_after_it(running):
    """Two files with the same ids, analysed at once: the later one counts, whichever is done first."""
    running.create_batch("w", batch_id="later")
    running.update_batch("w", "later", state="running")
    running.save("w", "later", 0, [made("1", "mới")])
    running.save("w", None, None, [made("2", "ngay")])
    running.save("w", "b", 0, [made("1", "cũ"), made("2", "cũ"), made("3")])

    assert (results(running), results(running, "later")) == (["3"], ["1"])
    assert [running.comment("w", one).analysis.text for one in "12"] == ["mới", "ngay"]
    assert running.batch("w", "b").done == 3


def test_a_deleted_batch_takes_nothing_though_it_was_running(running):
    """Its id may be used again, and then holds nothing of the first."""
    running.save("w", "b", 0, [made("1")])
    assert running.delete_batch("w", "b")
    assert running.save("w", "b", 1, [made("2")]) == "closed"
    running.create_batch("w", batch_id="b")

    assert results(running) == []
    assert running.saved_chunks("w", "b") == set()


def test_rejected_rows_come_back_in_order(running):
    """All that is known of them is kept, page by page."""
    given = [
        Rejected(
            row=3, reason="no text", reason_vi="không có chữ", sheet="Sheet\x001", values={"a": "=1+1", "b": None}
        ),
        Rejected(
            row=4, reason="nps: 12 is off the scale", severity="field", field="nps", id="r4", values={"nps": 12.5}
        ),
    ]
    running.save("w", "b", 1, [], given)
    running.save("w", "b", 0, [], [Rejected(row=1, reason="x")])
    first = running.rejected("w", "b", limit=2)
    rest = running.rejected("w", "b", limit=2, after=first.next)

    assert [one.row for one in first.items + rest.items] == [1, 3, 4]
    assert rest.items == (given[1],)
    assert first.items[1].values == {"a": "=1+1", "b": None}
    assert rest.next is None
    with pytest.raises(RequestError):
        running.rejected("w", "b", after=running.results("w", "b").next or "x")


def test_a_rescored_comment_stays_where_it_is(running):
    """Its batch, row and raw text stay; what was deleted or replaced meanwhile is not brought back."""
    running.save("w", "b", 0, [made("1", "chậm", raw="chậm!"), made("2"), made("3", "cũ")])
    running.create_batch("w", batch_id="again", kind="rescore")
    running.update_batch("w", "again", state="running")
    running.delete_comment("w", "2")
    running.save("w", None, None, [made("3", "mới")])
    rows = [made("1", "chậm", tone="positive", model="m2"), made("2", model="m2"), made("3", "cũ", model="m2")]

    assert running.save("w", "again", 0, rows) == "saved"
    found = running.comment("w", "1")
    assert (found.batch, found.raw, found.analysis.model, found.analysis.sentiment.label) == (
        "b",
        "chậm!",
        "m2",
        "positive",
    )
    assert running.comment("w", "2") is None
    assert running.comment("w", "3").analysis.text == "mới"
    assert results(running) == ["1"]


def test_what_a_rescoring_leaves_out_counts_as_rejected(running):
    """With the reason, and where it was among the comments of the batch."""
    running.save("w", "b", 0, [made("1"), made("2"), made("3", "cũ")])
    running.create_batch("w", batch_id="again", kind="rescore")
    running.update_batch("w", "again", state="running")
    running.delete_comment("w", "2")
    running.save("w", None, None, [made("3", "mới")])
    running.save("w", "again", 1, [made("1"), made("2"), made("3", "cũ")], first_row=101)
    batch, left = running.batch("w", "again"), running.rejected("w", "again").items

    assert (batch.done, batch.rejected, batch.chunks_saved) == (1, 2, 1)
    assert [(one.row, one.id, one.reason) for one in left] == [
        (102, "2", "the comment was deleted while this batch ran"),
        (103, "3", "another text came for this id while this batch ran, and stays"),
    ]
    assert all(one.reason_vi for one in left)


def test_a_rescoring_that_redacts_otherwise_is_no_other_text(running):
    """The text as sent is the same, so the comment is read anew and a person's correction of it stays."""
    running.save("w", "b", 0, [made("1", "Lan giao chậm", raw="Lan giao chậm")])
    running.correct("w", "1", Correction(sentiment="positive"), author="Mai")
    running.create_batch("w", batch_id="again", kind="rescore")
    running.update_batch("w", "again", state="running")
    comment, _, _ = made("1", "Lan giao chậm")
    _, analysis, _ = made("1", "[NAME] giao chậm", model="m2")
    running.save("w", "again", 0, [(comment, analysis, None)])
    found = running.comment("w", "1")

    assert (found.analysis.text, found.analysis.model, found.raw) == ("[NAME] giao chậm", "m2", "Lan giao chậm")
    assert (found.analysis.sentiment.label, found.human) == ("positive", True)
    assert (running.batch("w", "again").done, running.batch("w", "again").rejected) == (1, 0)


def test_lists_of_batches_come_newest_first(store):
    """By pages, of some states only, of one workspace."""
    for name in "abcd":
        store.create_batch("w", batch_id=name)
    store.create_batch("v", batch_id="e")
    store.update_batch("w", "b", state="running")
    store.update_batch("w", "c", state="cancelled")
    first = store.batches("w", limit=3)

    assert [batch.id for batch in first.items] == ["d", "c", "b"]
    assert [batch.id for batch in store.batches("w", limit=3, after=first.next).items] == ["a"]
    assert [batch.id for batch in store.batches("w", states=("queued", "cancelled")).items] == ["d", "c", "a"]
    assert store.open_batches() == [("w", "a"), ("w", "b"), ("w", "d"), ("v", "e")]


def test_speed_and_time_left_are_told_while_it_runs(running):
    """From the second chunk on; a batch that is not running has no time left."""
    running.update_batch("w", "b", total=30)
    running.save("w", "b", 0, [made(str(number)) for number in range(10)])
    assert running.batch("w", "b").seconds_left is None
    running.save("w", "b", 1, [made(str(number)) for number in range(10, 20)])
    batch = running.batch("w", "b")

    assert batch.per_second > 0
    assert batch.seconds_left == pytest.approx(10 / batch.per_second)
    running.update_batch("w", "b", state="completed")
    assert running.batch("w", "b").seconds_left is None
