"""Rows become comments: none lost, ids unique, faults named by row and field."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.ingest import Rejected
from nlp_cx.ingest.ids import SeenIds
from nlp_cx.ingest.rejected import CELL_SHOWN


def test_respondent_without_a_comment_counts(read):
    """A row with a score and no text is a comment with an empty text, and no fault: NPS is over all respondents."""
    survey = read("survey.csv", "id,nps,comment\na,0,\nb,9,very good service\nc,,\n")

    assert survey.texts == ["", "very good service", ""]
    assert survey.values("nps") == [0, 9, None]
    assert survey.rejected == []


def test_several_answers_of_a_row_belong_together(read):
    """Each answer is a comment with its question; that they are one respondent's shows in respondent_id."""
    survey = read("survey.csv", "id,nps,What was good?,What was bad?\na,9,The staff was kind,The long queue\nb,0,,\n")

    assert survey.ids == ["a/What was good?", "a/What was bad?", "b"]
    assert [comment.question for comment in survey.comments] == ["What was good?", "What was bad?", None]
    assert [comment.respondent_id for comment in survey.comments] == ["a", "a", "b"]
    assert survey.values("nps") == [9, 9, 0]


def test_respondent_column_goes_before_the_row(read):
    """Where a column names the respondent, that is the respondent."""
    survey = read("survey.csv", "id,customer_id,Tốt ở đâu?,Góp ý\na,K7,nhân viên vui vẻ,giảm giá đi\n")

    assert [comment.respondent_id for comment in survey.comments] == ["K7", "K7"]


def test_duplicate_and_missing_ids(read):
    """Repeated ids are numbered and reported once each; a missing one is made of the row number."""
    survey = read("survey.csv", "id,comment\n1,a b\n1,c d\n,e f\n1,g h\n1#2,i j\n")

    assert survey.ids == ["1", "1#2", "row-4", "1#3", "1#2#2"]
    assert survey.texts == ["a b", "c d", "e f", "g h", "i j"]
    assert survey.faults == [(3, "field", "id"), (6, "field", "id")]


def test_fault_in_a_field_keeps_the_comment(read):
    """A score off its scale is reported with row, id, field and reason in both languages; the rest is used."""
    rows = "".join(f"r{number},{number % 11},Hà Nội,nhanh lắm nhé\n" for number in range(100))
    survey = read("survey.csv", f"Mã,NPS,Khu vực,Góp ý\n{rows}x,55,Huế,chậm quá nhé\n")

    assert survey.comments[-1].scores == ()
    assert dict(survey.comments[-1].segments) == {"Khu vực": "Huế"}
    (fault,) = survey.rejected
    assert (fault.row, fault.id, fault.field, fault.severity) == (102, "x", "NPS", "field")
    assert "55 is off the scale 0-10" in fault.reason
    assert "nằm ngoài thang điểm" in fault.reason_vi
    assert fault.values == {"Mã": "x", "NPS": "55", "Khu vực": "Huế", "Góp ý": "chậm quá nhé"}


def test_fault_comes_before_its_comment(read):
    """Comments and faults are in file order."""
    rows = list(read("survey.csv", "id,comment\n1,a\0b\n2,c d\n").survey.rows())

    assert [type(row).__name__ for row in rows] == ["Rejected", "Comment", "Comment"]


def test_language_column_is_a_declaration(read):
    """Vietnamese and English are taken as declared; another language is left to be found from the text."""
    survey = read("survey.csv", "comment,language\nfine thing,EN\ntốt lắm nhé,Tiếng Việt\nsehr gut so,de\nok then,\n")

    assert [comment.language for comment in survey.comments] == ["en", "vi", None, None]


def test_segments_that_say_nothing_are_none(read):
    """ "N/A" is no branch."""
    survey = read("survey.csv", "comment,branch\nfine thing,N/A\nbad thing,A\nso so thing,\n")

    assert [dict(comment.segments) for comment in survey.comments] == [{}, {"branch": "A"}, {}]


def test_rejected_row_has_a_json_form():
    """Any value can be written, giant cells cut to what a spreadsheet's cell holds."""
    rejected = Rejected(row=3, reason="why", values={"a": 1.0, "b": None, "c": "x" * 40_000, "d": {"e": [1]}})

    written = json.loads(json.dumps(rejected.to_dict()))

    assert written["row"] == 3
    assert written["values"] == {"a": "1", "b": "", "c": "x" * CELL_SHOWN, "d": '{"e": [1]}'}


@given(st.lists(st.lists(st.text("ab#2", min_size=1, max_size=3), max_size=6), max_size=6))
def test_ids_are_unique_over_all_blocks(blocks):
    """However ids repeat, within a block or across, they come out unique, and the first of a kind keeps its name."""
    seen = SeenIds()
    given_ids = [name for block in blocks for name in block]

    unique = [name for block in blocks for name in seen.unique(block)[0]]

    assert len(set(unique)) == len(unique) == len(given_ids)
    assert all(new.startswith(old) for old, new in zip(given_ids, unique, strict=True))
    assert unique[:1] == given_ids[:1]


def test_block_of_broken_rows_alone(read):
    """Story: 2,048 rejected rows in a row left a block without ids, over which the next one stumbled."""
    broken = "x,y,z\n" * 4200
    sound = "".join(f"{number},fine thing\n" for number in range(300))

    survey = read("survey.csv", f"id,comment\n{sound}{broken}0,again\n")

    assert survey.ids[300:] == ["0#2"]
    assert len(survey.rejected) == 4201


@pytest.mark.parametrize("name", ["comment", "Comment", "COMMENT"])
def test_column_named_by_hand_in_any_case(read, name):
    """--text-column need not match the case of the header."""
    assert read("survey.csv", "id,comment\n1,fine\n", text=(name,)).texts == ["fine"]


def test_row_of_totals_is_no_answer(read):
    """A mean below the scores is rejected by name, for it would count as a score; a branch may be called Total."""
    survey = read("survey.csv", "STT,NPS,Góp ý\n1,9,giao nhanh lắm\n2,0,\nTổng cộng,4.5,\nTrung bình,4.5,\n")

    assert survey.ids == ["1", "2"]
    assert survey.values("nps") == [9, 0]
    assert survey.faults == [(4, "row", None), (5, "row", None)]
    assert "totals" in survey.rejected[0].reason

    branches = read(
        "survey.csv", "Branch,NPS,Comment\nTotal,9,\nShell,3,slow at the pump\nTotal,2,dirty toilets here\n"
    )
    assert branches.values("nps") == [9, 3, 2]

    levels = read("survey.csv", "Mức độ hài lòng,Góp ý\nTrung bình,\nTốt,giao nhanh lắm\nTrung bình,\n")
    assert levels.values("csat") == [3, 4, 3]


def test_good_and_bad_are_both_counted(read):
    """A help desk asks for good or bad: two levels of satisfaction; who was only asked gave no score.

    Story: "good" was a score and "bad" was not, so that all were satisfied.
    """
    rows = "1,good,quick and kind help\n2,bad,nobody answered my mail\n3,offered,\n4,bad,\n"
    survey = read("survey.csv", f"Ticket ID,Satisfaction Score,Satisfaction Comment\n{rows}")

    assert survey.values("csat") == [4, 2, None, 2]
    assert survey.rejected == []
