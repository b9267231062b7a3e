"""POST /v1/analyze: one item per comment, whatever the others are."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp_cx.api.records import MAX_TEXT, Refused, read_comment
from nlp_cx.records import Comment

SLOW = "giao hàng chậm quá"


def analyze(client, *comments, headers=None, **more):
    body = json.dumps({"comments": comments, **more})
    headers = {"content-type": "application/json", **(headers or {})}
    return client.post("/v1/analyze", content=body, headers=headers)


def test_each_comment_gets_its_analysis_in_order(client):
    """Ids may repeat, and one that is left out is the comment's place."""
    answer = analyze(client, {"id": "b", "text": SLOW}, {"text": "giá rẻ"}, {"id": "b", "text": "the app crashes"})

    items = answer.json()["items"]
    assert answer.status_code == 200
    assert [item["id"] for item in items] == [item["result"]["id"] for item in items] == ["b", "2", "b"]
    assert [[mention["theme"] for mention in item["result"]["themes"]] for item in items] == [
        ["delivery"],
        ["price"],
        ["digital"],
    ]


def test_the_answer_is_what_the_analyzer_says(client, live):
    """The API adds nothing and leaves nothing out."""
    items = analyze(client, {"id": "1", "text": SLOW}).json()["items"]

    assert items[0]["result"] == live.analyzer()([Comment(id="1", text=SLOW)])[0].to_dict()


@pytest.mark.parametrize(
    ("bad", "name", "reason"),
    [
        ({"id": "x"}, "text", "Field required"),
        ({"id": "x", "text": 5}, "text", "Input should be a valid string"),
        ({"id": "x", "text": "a", "language": "fr"}, "language", "Input should be 'vi' or 'en'"),
        ({"id": "x", "text": "a", "created_at": "yesterday"}, "created_at", "must be ISO 8601"),
        ({"id": "x", "text": "a", "created_at": 5}, "created_at", "Input should be a valid string"),
        ({"id": "x", "text": "a" * (MAX_TEXT + 1)}, "text", "at most 100000 characters"),
        ({"id": "x", "text": "a", "scores": [{"metric": "nps", "value": 11}]}, "scores.nps", "outside its scale 0-10"),
        ({"id": "x", "text": "a", "scores": [{"metric": "own", "value": 1}]}, "scores.own", "no scale of its own"),
        ({"id": "x", "text": "a", "scores": {"metric": "nps"}}, "scores", "Input should be a valid list"),
        ({"id": "x", "text": "a", "segments": {"a\0b": "c"}}, "segments", "must not hold NUL"),
        ({"id": "x", "text": "a", "segments": {"a": {}}}, "segments/a", "Input should be a valid string"),
        ({"id": "x", "text": "a", "touchpoint": "y" * 513}, "touchpoint", "at most 512 characters"),
        ({"id": "x\0", "text": "a"}, "id", "must not hold NUL"),
        ({"id": "", "text": "a"}, "id", "at least 1 character"),
    ],
)
def test_a_comment_that_is_not_valid_says_why_and_harms_no_other(client, bad, name, reason):
    """The status is 200; the item names the field."""
    answer = analyze(client, {"id": "1", "text": SLOW}, bad, {"id": "3", "text": "giá rẻ"})

    first, second, third = answer.json()["items"]
    assert answer.status_code == 200
    assert (first["id"], third["id"]) == ("1", "3")
    assert first["result"]["themes"]
    assert third["result"]["themes"]
    assert set(second) == {"id", "error"}
    (told,) = second["error"]["invalid_params"]
    assert second["error"]["code"] == "comment"
    assert (told["name"], reason in told["reason"]) == (name, True), told


@pytest.mark.parametrize("thing", [None, 5, "giá rẻ", [], True])
def test_what_is_no_comment_at_all_is_an_error_of_its_own(client, thing):
    """A list with a hole in it still gets its other answers."""
    first, second = analyze(client, thing, {"id": "2", "text": SLOW}).json()["items"]

    assert (first["id"], first["error"]["code"]) == (None, "comment")
    assert second["result"]["themes"]


def test_reasons_are_given_in_vietnamese_on_request(client):
    """Accept-Language decides, for whole requests and for single comments."""
    answer = analyze(client, {"id": "x"}, headers={"accept-language": "vi-VN,vi;q=0.9,en;q=0.8"})

    assert answer.json()["items"][0]["error"]["detail"] == "ý kiến không hợp lệ; invalid_params cho biết chỗ sai"
    assert answer.json()["items"][0]["error"]["invalid_params"] == [{"name": "text", "reason": "Thiếu trường này"}]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "👍🏽👨‍👩‍👧",
        unicodedata.normalize("NFD", SLOW),
        "a\0" + SLOW,
        "\ud800" + SLOW,
        "=1+1",
        SLOW * 5000,
        "\u202e" + SLOW,
    ],
)
def test_any_text_is_answered(client, text):
    """Blank, emoji, decomposed letters, NUL, half a surrogate pair, a formula, 90,000 characters: 200, a result."""
    answer = analyze(client, {"id": "1", "text": text})

    result = answer.json()["items"][0]["result"]
    assert answer.status_code == 200
    for mention in result["themes"]:
        for span in mention["spans"]:
            assert 0 <= span["start"] <= span["end"] <= len(text)


def test_a_character_that_no_store_holds_is_replaced_by_one(client):
    """Offsets still count the text as sent."""
    result = analyze(client, {"id": "1", "text": "\0\ud800" + SLOW}).json()["items"][0]["result"]

    assert result["text"] == " \ufffd" + SLOW
    span = result["themes"][0]["spans"][0]
    assert span["text"] == result["text"][span["start"] : span["end"]]


def test_personal_data_is_taken_out(client):
    """What comes back is the redacted text."""
    result = analyze(client, {"id": "1", "text": "gọi 0912 345 678, giao hàng chậm"}).json()["items"][0]["result"]

    assert result["text"] == "gọi [PHONE], giao hàng chậm"
    assert [each["kind"] for each in result["redactions"]] == ["phone"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"comments": []}', 422),
        ('{"comments": {}}', 422),
        ("{}", 422),
        ("[]", 422),
        ("null", 422),
        ('{"comments": [{"text": "a"}], "stoer": true}', 422),
        ('{"comments": [{"text": "a"}], "store": "true"}', 422),
        ('{"comments": [', 400),
        ("[" * 100_000, 400),
        ("", 422),
        (json.dumps({"comments": [{"text": "a"}] * 1001}), 422),
    ],
)
def test_a_request_that_cannot_be_read_is_refused(client, body, status):
    """As a whole, with a problem document."""
    answer = client.post("/v1/analyze", content=body, headers={"content-type": "application/json"})

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_a_thousand_comments_are_taken(client):
    """That is the limit, and it is within it."""
    items = analyze(client, *[{"text": "giá rẻ"}] * 1000).json()["items"]

    assert [item["id"] for item in items] == [str(number) for number in range(1, 1001)]


def test_nothing_is_kept_unless_asked(serve):
    """`store` keeps what was analysed, without raw text; the last one of an id counts."""
    client = serve()
    store = client.app.state.service.store
    analyze(client, {"id": "1", "text": SLOW})
    before = store.count("default")

    analyze(client, {"id": "1", "text": "a"}, {"id": "1", "text": f"{SLOW} 0912345678"}, {"id": "2"}, store=True)

    kept = store.comment("default", "1")
    assert (before, store.count("default")) == (0, 1)
    assert (kept.analysis.text, kept.raw) == (f"{SLOW} [PHONE]", None)


def test_the_text_as_sent_is_kept_where_settings_say_so(serve):
    """keep_raw keeps it beside the redacted one."""
    client = serve(keep_raw=True)

    analyze(client, {"id": "1", "text": f"{SLOW} 0912345678"}, store=True)

    assert client.app.state.service.store.comment("default", "1").raw == f"{SLOW} 0912345678"


def test_comments_are_kept_in_the_workspace_of_the_key(serve, new_key):
    """Another workspace has nothing of them."""
    client = serve()
    headers = new_key(client, "analyze", workspace="acme")

    analyze(client, {"id": "1", "text": SLOW}, headers=headers, store=True)

    store = client.app.state.service.store
    assert (store.count("acme"), store.count("default")) == (1, 0)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
almost_comments = st.fixed_dictionaries(
    {},
    optional={name: json_values | st.text() for name in ("id", "text", "question", "language", "created_at", "scores")}
    | {"segments": st.dictionaries(st.text(), st.text() | json_values, max_size=2), "respondent_id": json_values}
    | {
        "scores": st.lists(
            st.fixed_dictionaries({"metric": st.sampled_from(["nps", "csat", "own"]), "value": json_values}), max_size=2
        )
    },
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(json_values | almost_comments)
def test_whatever_is_sent_is_a_comment_or_refused(given_value):
    """Nothing that JSON can hold breaks the reader, and a reason never quotes a long value."""
    read = read_comment(given_value, 1)

    if isinstance(read, Refused):
        assert read.invalid
        assert all(len(reason) < 500 for _, reason in read.invalid)
    else:
        json.dumps([read.id, read.text, dict(read.segments)], ensure_ascii=False).encode()
