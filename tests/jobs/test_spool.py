"""nlp_cx.jobs.spool and staging: what was uploaded comes out chunk by chunk as it went in, personal data excepted."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_cx.errors import RequestError
from nlp_cx.ingest import Rejected
from nlp_cx.jobs.filters import filter_record, read_filter
from nlp_cx.jobs.spool import drop_spool, find_spool, make_spool
from nlp_cx.jobs.staging import HIDDEN, conceal, open_upload, read_mapping, upload_rows
from nlp_cx.records import Comment, Score
from nlp_cx.redact import Redactor
from nlp_cx.storage.interface import Filter, ScoreBand

WHOLE = Comment(
    id="a", text="giá\nrẻ \ud800 😀", question="Vì sao?", language="vi", created_at=date(2026, 11, 25),
    respondent_id="r", touchpoint="app", stage="use", segments={"branch": "Quận 3"},
    scores=(Score(metric="nps", value=0, min=0, max=10), Score(metric="ces", value=2.5, min=1, max=7,
                                                               direction="lower_is_better")),
)  # fmt: skip
ROW = Rejected(row=3, reason="no", reason_vi="không", values={"text": "x"})


def read(spool):
    return [row for number in range(len(spool.chunks)) for part in spool.read(number) for row in part]


def test_rows_come_out_as_they_went_in(tmp_path):
    rows = [
        WHOLE,
        Comment(id="b", text=""),
        Comment(id="c", text="x", created_at=datetime(2026, 11, 25, 9, tzinfo=UTC)),
    ]
    assert read(make_spool(tmp_path / "b", rows)) == rows


def test_chunks_hold_so_many_comments_and_can_be_read_in_any_order(tmp_path):
    rows = [Comment(id=str(number), text="giá rẻ") for number in range(10)]
    spool = make_spool(tmp_path / "b", rows, chunk=4)

    assert [[one.id for one in spool.read(number)[0]] for number in (2, 0, 1)] == [
        ["8", "9"], ["0", "1", "2", "3"], ["4", "5", "6", "7"],
    ]  # fmt: skip


def test_rejected_rows_count_and_rejected_fields_do_not(tmp_path):
    field = Rejected(row=4, reason="odd", severity="field", field="date")
    spool = make_spool(tmp_path / "b", [WHOLE, ROW, field])
    assert (spool.total, spool.comments) == (2, 1)
    assert spool.read(0)[1] == [ROW, field]


def test_long_comments_make_short_chunks(tmp_path):
    rows = [Comment(id=str(number), text="x" * 600_000) for number in range(5)]
    spool = make_spool(tmp_path / "b", rows)
    assert [chunk.comments for chunk in spool.chunks] == [2, 2, 1]


def test_a_spool_that_broke_off_is_none(tmp_path):
    def broken():
        yield WHOLE
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        make_spool(tmp_path / "b", broken())

    assert find_spool(tmp_path / "b") is None
    assert list(tmp_path.iterdir()) == []


def test_the_first_of_two_spools_stays(tmp_path):
    first = make_spool(tmp_path / "b", [WHOLE])
    assert make_spool(tmp_path / "b", [WHOLE, WHOLE]).total == first.total == 1


def test_an_empty_spool_is_whole(tmp_path):
    assert make_spool(tmp_path / "b", []).chunks == []
    assert find_spool(tmp_path / "b") is not None


def test_dropping_takes_everything(tmp_path):
    make_spool(tmp_path / "b", [WHOLE])
    (tmp_path / "b.0123.part").mkdir()
    drop_spool(tmp_path / "b")
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(), max_size=20), st.integers(1, 6))
def test_any_text_survives_in_any_chunks(tmp_path_factory, texts, chunk):
    rows = [Comment(id=f"{number}", text=text) for number, text in enumerate(texts)]
    spool = make_spool(tmp_path_factory.mktemp("spool") / "b", rows, chunk=chunk)
    assert read(spool) == rows
    assert len(spool.chunks) == -(-len(texts) // chunk)


def test_personal_data_leaves_rejected_rows(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text("id,comment,phone number\n1,gọi 0912345678,0987654321\n2,ok,\n", encoding="utf-8")
    row = Rejected(row=2, reason="no", values={"comment": "gọi 0912345678", "phone number": "0987654321", "n": 5})

    shown = conceal(row, frozenset({"phone number"}), Redactor())

    assert shown.values == {"comment": "gọi [PHONE]", "phone number": HIDDEN, "n": "5"}


def test_of_a_row_that_is_kept_only_the_odd_cell_is_shown():
    row = Rejected(row=2, reason="no", severity="field", field="date", values={"date": "32.13.", "comment": "ok"})
    assert conceal(row, frozenset(), Redactor()).values == {"date": "32.13."}


def test_what_is_said_of_all_comments_holds_for_each(tmp_path):
    path = tmp_path / "survey.csv"
    path.write_text("a,b\n1,ok\n2,tốt\n", encoding="utf-8")
    mapping = read_mapping({"text": "b", "id": "a", "all": {"language": "vi", "question": "Why?"}})

    rows = list(upload_rows(open_upload(path, mapping), mapping, Redactor()))

    assert [(row.id, row.text, row.language, row.question) for row in rows] == [
        ("1", "ok", "vi", "Why?"), ("2", "tốt", "vi", "Why?"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "given_", [None, 5, "x", [], {"text": {}}, {"text": [""]}, {5: "x"}, {"all": {"question": ""}}]
)
def test_a_mapping_is_an_object_of_columns(given_):
    with pytest.raises(RequestError):
        read_mapping(given_)


def test_what_is_left_out_of_a_mapping_stays_out():
    assert read_mapping({"id": None, "text": None}) == {}


def test_filters_survive_as_json():
    import json

    where = Filter(
        since=date(2026, 1, 1), themes=("price",), segments={"branch": ("Quận 3",)}, needs_review=False, raw=True,
        bands=(ScoreBand(metric="nps", low=0, high=6),),
    )  # fmt: skip
    again = read_filter(json.loads(json.dumps(filter_record(where))))
    assert (again.since, again.needs_review, again.raw, again.bands) == (where.since, False, True, where.bands)
    assert (list(again.themes), list(again.segments["branch"])) == (["price"], ["Quận 3"])
