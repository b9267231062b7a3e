"""JSON lines and JSON: the record of nlp_cx to the letter, records of labelled sets, and flat rows of any names."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.ingest import open_survey
from nlp_cx.records import Comment, Score


def lines(*records: object) -> str:
    """Write one record a line."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def test_record_of_a_comment_is_read_field_by_field(read):
    """All fields of a comment arrive, each by its own name, though one record alone shows nothing of a column."""
    survey = read(
        "in.jsonl",
        lines(
            {
                "id": "x", "text": "Chậm", "question": "Sao?", "language": "vi",
                "created_at": "2025-03-25T10:00:00+07:00", "respondent_id": "r1", "touchpoint": "app", "stage": "use",
                "segments": {"Khu vực": "Hà Nội", "nhóm": 3, "trống": None},
                "scores": [{"metric": "nps", "value": 0},
                           {"metric": "effort", "value": 2, "min": 1, "max": 5, "direction": "lower_is_better"}],
            }
        ),
    )  # fmt: skip

    assert survey.comments == [
        Comment(
            id="x", text="Chậm", question="Sao?", language="vi",
            created_at=datetime(2025, 3, 25, 10, tzinfo=timezone(timedelta(hours=7))),
            respondent_id="r1", touchpoint="app", stage="use",
            segments={"Khu vực": "Hà Nội", "nhóm": "3"},
            scores=(Score(metric="nps", value=0, min=0, max=10),
                    Score(metric="effort", value=2, min=1, max=5, direction="lower_is_better")),
        )
    ]  # fmt: skip
    assert survey.rejected == []


def test_plan_shows_the_fields_that_are_there(read):
    """Fields that a comment may have, and none of the records has, are not listed; roles follow from the names."""
    survey = read("in.jsonl", lines({"id": "a", "text": "x", "lang": "vi", "note": "n", "score": {}}))

    assert [(column.column, column.role) for column in survey.survey.plan.columns] == [
        ("id", "id"), ("text", "text"), ("lang", "language"), ("note", "unused"), ("score", "score"),
    ]  # fmt: skip


def test_labelled_records_are_read_as_they_are(read):
    """Labels and the rest are no text, no segment and no hindrance; the score record is a score."""
    common = {"source": "s", "split": "dev", "sentiment": "neg", "sentiment_from": "human"}
    label = {"label": "Staff", "polarity": "neg", "start": None, "end": None}
    survey = read(
        "in.jsonl",
        lines(
            {"id": "s/dev/0", "lang": "vi", **common, "text": "Tệ quá", "labels": [], "score": None, "question": None},
            {"id": "s/dev/1", "lang": "en", **common, "text": "Rude", "labels": [label],
             "score": {"kind": "stars", "value": 1.0, "min": 1, "max": 5}, "question": "Why?"},
            {"id": "s/dev/2", "lang": "de", **common, "text": "Gut", "labels": [], "score": None, "question": None},
        ),
    )  # fmt: skip

    assert survey.comments == [
        Comment(id="s/dev/0", text="Tệ quá", language="vi"),
        Comment(
            id="s/dev/1", text="Rude", language="en", question="Why?",
            scores=(Score(metric="stars", value=1.0, min=1, max=5),),
        ),
        Comment(id="s/dev/2", text="Gut"),
    ]  # fmt: skip


def test_every_line_with_a_text_is_a_comment(read):
    """Empty, blank and null texts come out in their place, so that output lines match input lines."""
    texts = ["", " \n", None, "ok"]

    survey = read("in.jsonl", lines(*({"id": f" {number} ", "text": text} for number, text in enumerate(texts))))

    assert survey.texts == ["", " \n", "", "ok"]
    assert survey.ids == [" 0 ", " 1 ", " 2 ", " 3 "]
    assert survey.rejected == []


def test_texts_alone(read):
    """Records without ids are numbered by line; a JSON string is a text."""
    survey = read("in.jsonl", '{"text": ""}\n\n{"text": "b"}\n"c d e"\n')

    assert list(zip(survey.ids, survey.texts, strict=True)) == [("row-1", ""), ("row-3", "b"), ("row-4", "c d e")]


def test_broken_line_costs_itself_only(read):
    """What is not JSON, no object, or without a text is rejected with the number of its line."""
    survey = read("in.jsonl", '{"id": "a", "text": "x"}\n{broken\n{"id": "b"}\n[1]\n{"id": "c", "text": "y"}\n')

    assert survey.ids == ["a", "c"]
    assert survey.faults == [(2, "row", None), (3, "row", None), (4, "row", None)]
    assert survey.rejected[0].values == {"line": "{broken"}
    assert survey.rejected[1].reason == "the field text is missing"


def test_text_that_is_no_string_is_rejected(read):
    """An object is no text; a number is written out."""
    survey = read("in.jsonl", lines({"id": "a", "text": {"vi": "x"}}, {"id": "b", "text": 5}))

    assert survey.texts == ["5"]
    assert survey.faults == [(1, "row", "text")]


@pytest.mark.parametrize(
    ("score", "said"),
    [
        ({"metric": "own", "value": 2}, "no scale of its own"),
        ({"metric": "nps", "value": 11}, "outside its scale"),
        ({"metric": "nps", "value": "9"}, "must be a number"),
        ({"metric": "nps", "value": True}, "must be a number"),
        ({"metric": "own", "value": 10**400, "min": 0, "max": 1}, "too large"),
        ({"metric": "", "value": 1}, "metric must be a name"),
        ("nps", "must be an object"),
        ({"metric": "own", "value": 2, "min": 1, "max": 5, "direction": "up"}, "direction must be one of"),
    ],
)
def test_score_that_makes_no_sense_costs_itself_only(read, score, said):
    """The field is reported, the comment kept."""
    survey = read("in.jsonl", lines({"id": "a", "text": "x", "scores": [score, {"metric": "NPS", "value": 0}]}))

    assert survey.values("nps") == [0]
    assert survey.faults == [(1, "field", "scores")]
    assert said in survey.rejected[0].reason


def test_field_that_comes_late_is_read(read):
    """A question that only the 600th record has is its question."""
    records = [{"id": str(number), "text": "a"} for number in range(600)]

    survey = read("in.jsonl", lines(*records, {"id": "z", "text": "b", "question": "Why?", "segments": {"x": "y"}}))

    assert survey.comments[-1] == Comment(id="z", text="b", question="Why?", segments={"x": "y"})


def test_other_field_can_be_named_as_the_text(read):
    """What a person says goes before what the format says."""
    survey = read("in.jsonl", lines({"id": "a", "text": "x", "labels": [], "reply": "y"}), text=("reply",))

    assert survey.texts == ["y"]


def test_flat_records_of_other_names(read):
    """Columns of any names are recognised as in a spreadsheet."""
    survey = read("in.jsonl", lines(*({"mã": n, "nhận xét": "Giao hàng chậm", "NPS": n} for n in range(3))))

    assert survey.ids == ["0", "1", "2"]
    assert survey.values("nps") == [0, 1, 2]


@pytest.mark.parametrize(
    "content",
    [
        '[{"id": 1, "comment": "good [one]"}, {"id": 2, "comment": "bad one"}]',
        '{"total": 2, "data": [{"id": 1, "comment": "good [one]"}, {"id": 2, "comment": "bad one"}]}',
        '{\n "total": 2,\n "data": [\n{"id": 1,\n"comment": "good [one]"},\n{"id": 2, "comment": "bad one"}]}',
    ],
)
def test_array_of_records(read, content):
    """A JSON array, bare or inside an object, on one line or many, gives its records."""
    survey = read("in.json", content)

    assert (survey.ids, survey.texts) == (["1", "2"], ["good [one]", "bad one"])


def test_array_that_breaks_off(read):
    """What came before the break is read; the break is reported with its record."""
    survey = read("in.json", '[{"id": 1, "comment": "good one"}, {"id": 2, "comm')

    assert survey.ids == ["1"]
    assert survey.faults == [(2, "row", None)]


def test_one_record_over_several_lines(read):
    """A file that is one object is one comment, though it holds an array."""
    survey = read("in.json", '{\n "id": "1",\n "text": "good one",\n "scores": []\n}')

    assert survey.comments == [Comment(id="1", text="good one")]


def test_array_is_read_in_pieces(read):
    """Records across the limits of the pieces are read whole."""
    records = [{"id": str(number), "comment": "Giao hàng chậm " * 50} for number in range(2000)]

    assert read("in.json", json.dumps(records)).ids == [record["id"] for record in records]


def test_lone_surrogate_cannot_travel_on(read):
    """Half an emoji, which no file can be written with, becomes a replacement character."""
    survey = read("in.jsonl", '{"id": "a", "text": "x \\ud83d y"}\n')

    assert survey.texts == ["x \ufffd y"]


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")), min_size=1, max_size=20))
def test_texts_come_back_to_the_letter(tmp_path_factory, texts):
    """Whatever the texts, as many comments come out, in order, unchanged."""
    path = tmp_path_factory.mktemp("json") / "in.jsonl"
    path.write_text(lines(*({"id": str(n), "text": text} for n, text in enumerate(texts))), encoding="utf-8")

    rows = list(open_survey(path).rows())

    assert [row.text for row in rows] == texts
