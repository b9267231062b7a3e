"""Labelled files of our own form, whatever their format."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_cx.errors import FileError, LabelError
from nlp_cx.labelled import Evidence, Labelled, check_labelled, read_labelled
from nlp_cx.records import POLARITIES, Comment
from nlp_cx.taxonomy import load_taxonomy

TABLE = [
    ["text", "sentiment", "themes", "evidence", "complaint", "respondent_id"],
    ["Giao chậm, nhân viên dễ thương", "neg", "delivery:negative; staff:positive", "delivery: Giao chậm", "có", "r1"],
    ["Tạm được", "trung tính", "", "", "no", ""],
]


def save(path: Path) -> Path:
    """Write TABLE in the format of the suffix."""
    if path.suffix == ".csv":
        path.write_text("\n".join(";".join(f'"{cell}"' for cell in row) for row in TABLE), encoding="utf-16")
    elif path.suffix == ".xlsx":
        from openpyxl import Workbook

        book = Workbook()
        for row in TABLE:
            book.active.append(row)
        book.save(path)
    else:
        rows = [dict(zip(TABLE[0], row, strict=True)) for row in TABLE[1:]]
        text = json.dumps(rows) if path.suffix == ".json" else "\n".join(map(json.dumps, rows))
        path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.jsonl", "a.json"])
def test_every_format_says_the_same(tmp_path, name):
    """CSV with semicolons in UTF-16, Excel, JSON lines and JSON give the same labels."""
    first, second = read_labelled(save(tmp_path / name))

    assert (first.sentiment, first.themes) == ("negative", {"delivery": "negative", "staff": "positive"})
    assert first.evidence == (Evidence("delivery", 0, 9),)
    assert (first.complaint, first.suggestion, first.comment.respondent_id) == (True, None, "r1")
    assert (second.sentiment, second.themes, second.complaint) == ("neutral", {}, False)


def test_an_empty_cell_says_no_theme_unless_told_otherwise(tmp_path):
    """No column, `?` and, when asked, an empty cell are "not labelled"; an empty cell alone is "no theme"."""
    (tmp_path / "a.csv").write_text("text,themes\nmột,\nhai,?\nba,-\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("text,sentiment\nmột,neg\n", encoding="utf-8")

    assert [row.themes for row in read_labelled(tmp_path / "a.csv")] == [{}, None, {}]
    assert [row.themes for row in read_labelled(tmp_path / "a.csv", blank_themes="unknown")] == [None, None, {}]
    assert [row.themes for row in read_labelled(tmp_path / "b.csv")] == [None]


@pytest.mark.parametrize(
    ("written", "themes"),
    [
        ("delivery:negative, staff", {"delivery": "negative", "staff": None}),
        ("delivery_neg|staff-pos", {"delivery": "negative", "staff": "positive"}),
        ("Giao hàng & thực hiện đơn: tiêu cực", {"delivery": "negative"}),
        ("Chất lượng sản phẩm, dịch vụ", {"product": None}),
        ('[{"theme": "price", "sentiment": "pos"}]', {"price": "positive"}),
        ("delivery:negative; delivery:positive", {"delivery": None}),
    ],
)
def test_themes_are_read_as_people_write_them(tmp_path, written, themes):
    """By id or by name in either language, with their judgement or without, in one cell."""
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "x", "themes": written}), encoding="utf-8")

    assert read_labelled(tmp_path / "a.jsonl")[0].themes == themes


def test_a_theme_judged_both_ways_is_kept_as_that(tmp_path):
    """Opposite judgements of one theme are both kept."""
    (tmp_path / "a.jsonl").write_text('{"text": "x", "themes": ["price:neg", "price:pos"]}', encoding="utf-8")

    assert read_labelled(tmp_path / "a.jsonl")[0].both == {"price"}


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ({"text": " "}, "text", "the text is empty"),
        ({"text": "x", "sentiment": "negativ"}, "sentiment", "did you mean negative?"),
        ({"text": "x", "themes": "delivry"}, "themes", "unknown theme 'delivry': did you mean delivery?"),
        ({"text": "x", "themes": "giao hang"}, "themes", "did you mean delivery?"),
        ({"text": "x", "themes": "qqq"}, "themes", "themes are product, staff"),
        ({"text": "x", "themes": "delivery:angry"}, "themes", "unknown sentiment 'angry'"),
        ({"text": "giao chậm", "themes": [{"theme": "delivery", "evidence": "nhanh"}]}, "evidence", "not in the text"),
        ({"text": "giao chậm", "themes": "delivery", "evidence": "staff: giao"}, "evidence", "no theme of its row"),
        ({"text": "giao chậm", "themes": "delivry", "evidence": "delivery: giao"}, "themes", "unknown theme 'delivry'"),
        ({"text": " ", "themes": "delivery", "evidence": "delivery: giao"}, "text", "the text is empty"),
        ({"text": "chậm", "themes": [{"theme": "speed", "spans": [{"start": 0, "end": 9}]}]}, "evidence",
         "offsets 0 to 9 are no part of the text of 4 characters"),
        ({"text": "chậm", "themes": [{"theme": "speed", "spans": [[-2, 2]]}]}, "evidence", "offsets -2 to 2"),
        ({"text": "x", "complaint": "maybe"}, "complaint", "neither yes nor no"),
        ({"text": "x", "language": "fr"}, "language", "use vi or en"),
        ({"text": "x", "none": True, "themes": "price"}, "none", "keep one of both"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_row_field_and_what_to_do(tmp_path, row, field, reason):
    """Each kind of fault is told in both languages, once, and does not spoil the row beside it."""
    (tmp_path / "a.jsonl").write_text('{"text": "ok"}\n' + json.dumps(row), encoding="utf-8")

    reading = check_labelled(tmp_path / "a.jsonl")

    (problem,) = reading.rejected
    assert (problem.row, problem.field, len(reading.rows)) == (2, field, 1)
    assert reason in problem.reason
    assert problem.reason_vi not in (None, "", problem.reason)


def test_all_faults_are_told_at_once(tmp_path):
    """Twenty are listed, the rest is counted; a row may have several."""
    rows = [{"text": "x", "sentiment": "bad", "themes": "delivry"}] * 15
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")

    with pytest.raises(LabelError) as caught:
        read_labelled(tmp_path / "a.jsonl")

    lines = str(caught.value).split("\n- ")
    assert lines[0] == "a.jsonl has 30 label(s) that cannot be used"
    assert len(lines) == 22
    assert lines[-1] == "and 10 more"
    assert "dòng 1, themes: không có chủ đề 'delivry'" in caught.value.vietnamese


def test_a_file_without_texts_is_refused_with_its_columns(tmp_path):
    """The message names the columns there are."""
    (tmp_path / "a.csv").write_text("note,label\nx,y\n", encoding="utf-8")

    with pytest.raises(FileError, match=r"no column of texts.*'note', 'label'"):
        read_labelled(tmp_path / "a.csv")


def test_evidence_is_found_in_decomposed_vietnamese_and_behind_emoji(tmp_path):
    """Offsets count code points of the text as it is: tones as marks of their own, emoji outside the first plane."""
    text = unicodedata.normalize("NFD", "😡 Giao hàng  chậm quá")
    row = {"text": text, "themes": [{"theme": "delivery", "evidence": "giao hàng chậm"}]}
    (tmp_path / "a.jsonl").write_text(json.dumps(row), encoding="utf-8")

    (evidence,) = read_labelled(tmp_path / "a.jsonl")[0].evidence

    assert unicodedata.normalize("NFC", text[evidence.start : evidence.end]) == "Giao hàng  chậm"


def test_offsets_as_a_browser_counts_them_are_understood(tmp_path):
    """An emoji is two units to a browser; the words beside the offsets tell which count is meant."""
    row = {"text": "😡 chậm", "themes": [{"theme": "speed", "spans": [{"start": 3, "end": 7, "text": "chậm"}]}]}
    (tmp_path / "a.jsonl").write_text(json.dumps(row), encoding="utf-8")

    assert read_labelled(tmp_path / "a.jsonl")[0].evidence == (Evidence("speed", 2, 6),)


def test_a_very_long_comment_takes_no_time(tmp_path):
    """100,000 characters with evidence at the end are read at once."""
    row = {"text": "a " * 50_000 + "giao chậm", "themes": [{"theme": "delivery", "evidence": "GIAO  CHẬM"}]}
    (tmp_path / "a.jsonl").write_text(json.dumps(row), encoding="utf-8")

    assert read_labelled(tmp_path / "a.jsonl")[0].evidence == (Evidence("delivery", 100_000, 100_009),)


THEMES = st.dictionaries(st.sampled_from(load_taxonomy().ids), st.sampled_from((None, *POLARITIES)), max_size=4)
FLAG = st.sampled_from((None, True, False))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_written_is_read_again(tmp_path_factory, data):
    """Any labelled comment, written as JSON and read, is the same."""
    text = data.draw(st.text(st.characters(exclude_categories=("Cs",)), min_size=1).filter(str.strip))
    themes = data.draw(st.none() | THEMES)
    start = data.draw(st.integers(0, len(text) - 1))
    both = data.draw(st.sets(st.sampled_from(list(themes)))) if themes else set()
    row = Labelled(
        comment=Comment(id="7", text=text, language=data.draw(st.sampled_from((None, "vi", "en")))),
        sentiment=data.draw(st.sampled_from((None, *POLARITIES))),
        themes=themes and {theme: None if theme in both else judged for theme, judged in themes.items()},
        both=frozenset(both),
        evidence=tuple(Evidence(theme, start, len(text)) for theme in themes or ()),
        complaint=data.draw(FLAG),
        suggestion=data.draw(FLAG),
        none=None,
        row=1,
    )
    path = tmp_path_factory.mktemp("labelled") / "a.jsonl"
    path.write_text(json.dumps(row.to_dict()), encoding="utf-8")

    assert read_labelled(path) == [row]


def test_the_example_of_feedback_is_read_whole():
    """All 74 rows, all 16 themes, both languages."""
    rows = read_labelled(Path(__file__).parents[2] / "examples" / "labelled_feedback.csv")

    assert len(rows) == 74
    assert len({theme for row in rows for theme in row.themes}) == 16
