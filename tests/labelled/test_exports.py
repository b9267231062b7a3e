"""Exports of annotation tools, in the forms that these tools write."""

from __future__ import annotations

import json

import pytest

from nlp_cx.labelled import Evidence, check_labelled, read_labelled

TEXT = "Giao hàng chậm, nhân viên dễ thương"


def read(tmp_path, records, name="a.json"):
    text = json.dumps(records) if name.endswith(".json") else "\n".join(map(json.dumps, records))
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_labelled(tmp_path / name)


def choice(asked, *words):
    return {"from_name": asked, "to_name": "text", "type": "choices", "value": {"choices": list(words)}, "id": asked}


def region(number, start, end, **value):
    return {"from_name": "label", "to_name": "text", "id": number,
            "value": {"start": start, "end": end, "text": TEXT[start:end], **value}}  # fmt: skip


def task(*results, cancelled=False, text=TEXT):
    return {"id": 5, "data": {"text": text, "question": "Góp ý?"},
            "annotations": [{"id": 1, "was_cancelled": cancelled, "result": list(results)}]}  # fmt: skip


def test_label_studio_choices_and_spans(tmp_path):
    """A choice is the sentiment, spans are themes with their words, a choice for a span is its judgement."""
    (row,) = read(
        tmp_path,
        [
            task(
                choice("sentiment", "Negative"),
                choice("flags", "complaint"),
                region("r1", 0, 14, labels=["delivery"]),
                region("r1", 0, 14, choices=["negative"]),
                region("r2", 16, 35, labels=["staff:positive"]),
            )
        ],
    )

    assert (row.comment.text, row.comment.question, row.comment.id) == (TEXT, "Góp ý?", "5")
    assert (row.sentiment, row.themes) == ("negative", {"delivery": "negative", "staff": "positive"})
    assert row.evidence == (Evidence("delivery", 0, 14), Evidence("staff", 16, 35))
    assert row.complaint is True


def test_label_studio_taxonomies_and_questions_by_theme(tmp_path):
    """A path through a taxonomy and a choice under a theme's name both tell a theme's judgement."""
    path = {"from_name": "tax", "type": "taxonomy", "value": {"taxonomy": [["delivery", "negative"], ["price"]]}}

    (row,) = read(tmp_path, [task(path, choice("staff", "positive"))])

    assert row.themes == {"delivery": "negative", "price": None, "staff": "positive"}


def test_label_studio_comments_nobody_labelled_stay_unlabelled(tmp_path):
    """A task that was skipped or not reached says nothing; one that was annotated without a theme says "no theme"."""
    rows = read(
        tmp_path,
        [task(cancelled=True), {"id": 6, "data": {"text": "x"}, "annotations": []}, task(choice("s", "positive")),
         task(choice("themes", "price"))],
    )  # fmt: skip

    assert [row.themes for row in rows] == [None, None, {}, {"price": None}]
    assert [row.is_labelled for row in rows] == [False, False, True, True]


def test_label_studio_min(tmp_path):
    """The flat form: one choice is a string, several are an object, spans are a list."""
    record = {"id": 3, "text": TEXT, "shop": "Q7", "sentiment": "negative",
              "themes": {"choices": ["delivery", "staff"]},
              "label": [{"start": 0, "end": 14, "text": TEXT[:14], "labels": ["delivery"]}],
              "annotator": 1, "annotation_id": 9, "lead_time": 2.5}  # fmt: skip

    (row,) = read(tmp_path, [record])

    assert (row.sentiment, row.themes) == ("negative", {"delivery": None, "staff": None})
    assert row.evidence == (Evidence("delivery", 0, 14),)


@pytest.mark.parametrize(
    "record",
    [
        {"id": 1, "text": TEXT, "label": ["negative", "delivery:negative", "staff"]},
        {"id": 1, "text": TEXT, "label": [[0, 14, "delivery_negative"], [16, 35, "staff"]]},
        {"id": 1, "text": TEXT, "relations": [],
         "entities": [{"id": 1, "label": "delivery:negative", "start_offset": 0, "end_offset": 14},
                      {"id": 2, "label": "staff", "start_offset": 16, "end_offset": 35}]},
    ],
)  # fmt: skip
def test_doccano_labels_spans_and_entities(tmp_path, record):
    """All three forms of its JSON lines tell the themes; spans tell the words too."""
    (row,) = read(tmp_path, [record], "a.jsonl")

    assert row.themes == {"delivery": "negative", "staff": None}
    assert row.sentiment == ("negative" if record.get("label") == ["negative", "delivery:negative", "staff"] else None)
    assert {one.theme for one in row.evidence} == (set() if row.sentiment else {"delivery", "staff"})


def test_an_unknown_label_of_a_tool_is_named(tmp_path):
    """Labels that are neither theme, sentiment nor flag are faults, with the task's place."""
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "x", "label": ["shipping"]}), encoding="utf-8")

    (problem,) = check_labelled(tmp_path / "a.jsonl").rejected

    assert "unknown theme 'shipping'" in problem.reason


def test_two_sentiments_of_one_comment_are_a_fault(tmp_path):
    """An annotator who chose two has not decided."""
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "x", "label": ["negative", "positive"]}), encoding="utf-8")

    (problem,) = check_labelled(tmp_path / "a.jsonl").rejected

    assert "unknown sentiment 'negative / positive'" in problem.reason
