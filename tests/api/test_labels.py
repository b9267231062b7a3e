"""Corrections: given, shown at once, taken back, exported for retraining."""

from __future__ import annotations

import json

import pytest

from nlp_cx.api import comments, labels
from nlp_cx.labelled import check_labelled
from nlp_cx.records import Redaction, Span
from tests.api.survey import keep, opened, row

TEXT = "Gọi [PHONE] rồi, giao hàng chậm"
RAW = "Gọi 0912345678 rồi, giao hàng chậm"


@pytest.fixture
def client(settings, live):
    """A service with two comments."""
    with opened(settings, live, comments.router, labels.router) as client:
        keep(
            client,
            row("a", TEXT, redactions=[Redaction(kind="phone", start=4, end=14)], respondent_id="p",
                spans=[Span(start=20, end=34, text="giao hàng chậm")]),
            row("b", "Nhân viên tốt", themes=[("staff", "positive")], sentiment="positive"),
        )  # fmt: skip
        yield client


def correct(client, **said):
    """Send a correction."""
    return client.post("/v1/labels", json=said)


def exported(client, tmp_path, query=""):
    """Read the export the way retraining does."""
    answer = client.get(f"/v1/labels/export?{query}")
    assert answer.headers["content-type"] == "application/x-ndjson"
    path = tmp_path / "labels.jsonl"
    path.write_bytes(answer.content)
    reading = check_labelled(path)
    assert (reading.form, list(reading.rejected)) == ("own", [])
    return [one.to_dict() for one in reading.rows], [json.loads(line) for line in answer.text.splitlines()]


def test_a_correction_counts_at_once(client):
    """The comment shows it, marked as human; history tells who, what was before and what after."""
    answer = correct(
        client,
        comment_id="a",
        sentiment="neutral",
        themes=[{"theme": "support", "sentiment": "negative"}],
        author="lan",
    )
    label = answer.json()
    stored = client.get("/v1/comments/a").json()

    assert answer.status_code == 201
    assert (label["author"], label["undo"], label["model"]) == ("lan", False, "tiny")
    assert label["before"]["sentiment"]["label"] == "negative"
    assert label["after"]["themes"] == stored["analysis"]["themes"]
    assert [each["theme"] for each in label["before"]["themes"]] == ["delivery"]
    assert stored["human"] is True
    assert stored["analysis"]["sentiment"]["label"] == "neutral"
    assert client.get("/v1/labels?comment_id=a").json()["items"] == [label]
    assert client.get("/v1/labels?comment_id=b").json()["items"] == []


def test_a_correction_can_be_taken_back(client):
    """What counted before counts again; history keeps both; the third time there is nothing left."""
    correct(client, comment_id="a", sentiment="positive")
    correct(client, comment_id="a", sentiment="neutral")

    def sentiment():
        return client.get("/v1/comments/a").json()["analysis"]["sentiment"]["label"]

    seen = [sentiment()]
    for _ in range(2):
        assert client.post("/v1/labels/undo", json={"comment_id": "a", "author": "lan"}).json()["undo"] is True
        seen.append(sentiment())
    third = client.post("/v1/labels/undo", json={"comment_id": "a"})

    assert seen == ["neutral", "positive", "negative"]
    assert (third.status_code, third.json()["code"]) == (409, "conflict")
    history = client.get("/v1/labels?comment_id=a").json()["items"]
    assert [label["undo"] for label in history] == [False, False, True, True]
    assert client.get("/v1/comments/a").json()["human"] is False


def test_evidence_is_kept_as_redacted(client):
    """Words are found in the redacted text; offsets count the text as sent and grow around personal data."""
    spans = [{"text": "GIAO HÀNG chậm"}, {"start": 6.0, "end": 18}]
    label = correct(
        client, comment_id="a", themes=[{"theme": "delivery", "sentiment": "negative", "spans": spans}]
    ).json()

    assert label["after"]["themes"][0]["spans"] == [
        {"start": RAW.index("giao"), "end": len(RAW), "text": "giao hàng chậm"},
        {"start": 4, "end": 18, "text": "[PHONE] rồi"},
    ]


def test_the_export_is_what_retraining_reads(client, tmp_path):
    """Read back it is the same; what nobody said is null; offsets count the redacted text."""
    themes = [
        {"theme": "delivery", "sentiment": "negative", "spans": [{"text": "giao hàng chậm"}]},
        {"theme": "support", "sentiment": "negative"},
        {"theme": "support", "sentiment": "positive"},
    ]
    correct(client, comment_id="a", themes=themes, complaint=True)
    correct(client, comment_id="b", none=True)
    read, sent = exported(client, tmp_path)

    assert read == sent
    assert [record["id"] for record in sent] == ["a", "b"]
    first, second = sent
    assert (first["text"], first["respondent_id"], first["language"]) == (TEXT, "p", "vi")
    assert (first["sentiment"], first["complaint"], first["suggestion"], first["none"]) == (None, True, None, False)
    assert [(each["theme"], each["sentiment"]) for each in first["themes"]] == [
        ("delivery", "negative"), ("support", "negative"), ("support", "positive"),
    ]  # fmt: skip
    (span,) = first["themes"][0]["spans"]
    assert TEXT[span["start"] : span["end"]] == span["text"] == "giao hàng chậm"
    assert (second["none"], second["themes"]) == (True, [])


def test_the_export_holds_all_that_was_said_of_a_comment(client, tmp_path):
    """Two corrections of different fields are one row; what was taken back is not in it."""
    correct(client, comment_id="a", sentiment="neutral")
    correct(client, comment_id="a", complaint=False)
    correct(client, comment_id="b", sentiment="negative")
    client.post("/v1/labels/undo", json={"comment_id": "b"})
    _, sent = exported(client, tmp_path)

    assert [(each["id"], each["sentiment"], each["complaint"]) for each in sent] == [("a", "neutral", False)]
    assert client.get("/v1/labels/export?since=2999-01-01T00:00:00Z").text == ""
    assert [client.get(f"/v1/labels/export?since={since}").status_code for since in ("0.5", "2026-11-01")] == [422, 422]


@pytest.mark.parametrize("since", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00%2B14:00"])
def test_a_moment_that_utc_has_no_year_for_is_refused(client, since):
    """The database keeps moments by UTC, and said so with a 500."""
    answer = client.get(f"/v1/labels/export?since={since}")

    assert answer.status_code == 422
    assert answer.json()["invalid_params"] == [
        {"name": "since", "reason": "must lie within the years 1 to 9999 of UTC"}
    ]


def test_the_export_is_empty_without_corrections(client):
    """Not an error."""
    answer = client.get("/v1/labels/export")

    assert (answer.status_code, answer.text) == (200, "")


def test_review_leaves_out_what_a_person_corrected(client):
    """And takes the same filters as lists do."""

    def listed(query=""):
        return [item["id"] for item in client.get(f"/v1/review?{query}").json()["items"]]

    assert set(listed()) == {"a", "b"}
    assert listed("mentioning=staff") == ["b"]
    assert len(listed("limit=1")) == 1
    correct(client, comment_id="a", sentiment="negative")
    assert listed() == ["b"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({}, "body"),
        ({"note": "chỉ ghi chú"}, "body"),
        ({"none": True, "themes": [{"theme": "price", "sentiment": "negative"}]}, "none"),
        ({"themes": [{"theme": "weather", "sentiment": "negative"}]}, "themes/0/theme"),
        ({"themes": [{"theme": "price", "sentiment": "bad"}]}, "themes/0/sentiment"),
        ({"themes": [{"theme": "price", "sentiment": "neutral"}] * 2}, "themes/1"),
        (
            {"themes": [{"theme": "price", "sentiment": "negative", "spans": [{"text": "đắt"}]}]},
            "themes/0/spans/0",
        ),
        (
            {"themes": [{"theme": "price", "sentiment": "negative", "spans": [{"start": 5, "end": 99}]}]},
            "themes/0/spans/0",
        ),
        ({"themes": [{"theme": "price", "sentiment": "negative", "spans": [{"start": 5}]}]}, "themes/0/spans/0"),
        (
            {
                "themes": [
                    {"theme": "price", "sentiment": "negative", "spans": [{"start": 0, "end": 3, "text": "chậm"}]}
                ]
            },
            "themes/0/spans/0",
        ),
        ({"sentiment": "positive", "colour": "red"}, "colour"),
        ({"complaint": "yes"}, "complaint"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(client, said, name):
    """The field is named; the comment stays as it was."""
    answer = correct(client, comment_id="a", **said)

    assert answer.status_code == 422
    assert [each["name"] for each in answer.json()["invalid_params"]] == [name]
    assert client.get("/v1/comments/a").json()["human"] is False


def test_a_theme_makes_an_empty_comment_full_again(client, tmp_path):
    """What follows from a correction is part of it, so that no row contradicts itself."""
    correct(client, comment_id="a", none=True)
    correct(client, comment_id="a", themes=[{"theme": "price", "sentiment": "negative"}])
    _, (record,) = exported(client, tmp_path)

    assert (record["none"], [each["theme"] for each in record["themes"]]) == (False, ["price"])


def test_a_correction_sent_twice_is_made_once(client):
    """With the same Idempotency-Key."""
    said = {"comment_id": "a", "sentiment": "neutral"}
    answers = [client.post("/v1/labels", json=said, headers={"Idempotency-Key": "k"}) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert len(client.get("/v1/labels?comment_id=a").json()["items"]) == 1


def test_personal_data_in_a_note_is_taken_out(client):
    """As in comments."""
    label = correct(client, comment_id="a", sentiment="neutral", note="khách gọi từ 0912345678").json()

    assert label["correction"] == {"sentiment": "neutral", "note": "khách gọi từ [PHONE]"}


def test_letters_that_no_store_holds_are_no_trouble(client):
    """Half a surrogate pair is refused; NUL in a note becomes a blank."""
    half = b'{"comment_id": "a", "sentiment": "neutral", "author": "l\\ud800n"}'
    answer = client.post("/v1/labels", content=half, headers={"content-type": "application/json"})
    label = correct(client, comment_id="a", sentiment="neutral", author="l\0n", note="x\0y").json()

    assert answer.status_code == 422
    assert (label["author"], label["correction"]["note"]) == ("l n", "x y")
    assert correct(client, comment_id="\0", none=True).status_code == 404


def test_workspaces_cannot_correct_or_see_each_other(client, new_key):
    """Neither comments, nor history, nor review, nor export."""
    own, other = new_key(client, "label"), new_key(client, "label", workspace="acme")
    said = {"comment_id": "a", "sentiment": "neutral"}

    assert client.post("/v1/labels", json=said, headers=other).status_code == 404
    assert client.post("/v1/labels", json=said, headers=own).status_code == 201
    assert client.post("/v1/labels/undo", json={"comment_id": "a"}, headers=other).status_code == 404
    assert client.get("/v1/labels?comment_id=a", headers=other).status_code == 404
    assert client.get("/v1/review", headers=other).json()["items"] == []
    assert client.get("/v1/labels/export", headers=other).text == ""
    assert client.get("/v1/labels/export", headers=own).text.count("\n") == 1


def test_a_key_needs_the_scope_label(client, new_key):
    """Reading history needs label or read; its prefix is the author where none is named."""
    reader, labeller = new_key(client, "read"), new_key(client, "label")
    said = {"comment_id": "a", "sentiment": "neutral"}

    assert client.post("/v1/labels", json=said, headers=reader).status_code == 403
    assert client.post("/v1/labels/undo", json={"comment_id": "a"}, headers=reader).status_code == 403
    author = client.post("/v1/labels", json=said, headers=labeller).json()["author"]
    assert labeller["Authorization"].split("_")[1] == author
    assert client.get("/v1/labels?comment_id=a", headers=reader).status_code == 200
    assert client.get("/v1/review", headers=new_key(client, "analyze")).status_code == 403
