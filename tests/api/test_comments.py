"""Comments one by one, filtered, deleted."""

from __future__ import annotations

import csv
import io
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.api import comments
from nlp_cx.api.places import Places
from nlp_cx.records import Redaction
from tests.api.survey import keep, opened, row

PERSON = "r/7 ơ"


@pytest.fixture
def client(settings, live):
    """A service with four comments of two people."""
    with opened(settings, live, comments.router) as client:
        fill(client)
        yield client


def fill(client):
    """Keep the four comments."""
    keep(
        client,
        row("a", nps=3, segments={"branch": "Quận 3"}, touchpoint="app", respondent_id=PERSON, day="2026-11-01"),
        row("b", themes=[("staff", "positive")], sentiment="positive", nps=10, segments={"branch": "Quận 1"}),
        row("c/d", "Gọi [PHONE] mãi không được", raw="Gọi 0912345678 mãi không được", respondent_id=PERSON,
            redactions=[Redaction(kind="phone", start=4, end=14)]),
        row("e", "Great staff", themes=[("staff", "positive")], sentiment="positive", language="en", day=None),
    )  # fmt: skip


def ids(client, query=""):
    """Ids of a list, in order."""
    answer = client.get(f"/v1/comments?{query}")
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"a", "b", "c/d", "e"}),
        ("language=en", {"e"}),
        ("sentiment=positive", {"b", "e"}),
        ("mentioning=delivery&mentioning=price", {"a", "c/d"}),
        ("mentioning=delivery&mentioning_as=positive", set()),
        ("touchpoint=app", {"a"}),
        ("segment=branch%3DQuận 3&segment=branch%3DQuận 1", {"a", "b"}),
        ("score=nps:0..6", {"a"}),
        ("score=nps:9..", {"b"}),
        ("score=nps:3", {"a"}),
        ("score=nps:6..-1.5", {"a"}),
        ("score=nps:..9&score=nps:3..", {"a"}),
        ("since=2026-11-02", {"b", "c/d"}),
        ("until=2026-11-01", {"a"}),
        (f"respondent={quote(PERSON, safe='')}", {"a", "c/d"}),
        ("text=GOI", {"c/d"}),
        ("complaint=true&since=2026-11-02", {"c/d"}),
        ("human=true", set()),
        ("model=other", set()),
    ],
)
def test_each_filter_restricts(client, query, found):
    """Values of one parameter are alternatives, parameters hold together."""
    assert set(ids(client, query)) == found


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("sentimnet=positive", "sentimnet"),
        ("since=1732406400", "since"),
        ("since=2026-11-02&until=2026-11-01", "query"),
        ("mentioning=weather", "mentioning/0"),
        ("segment=branch", "segment/0"),
        ("score=nps", "score/0"),
        ("score=nps:..", "score/0"),
        ("score=nps:high..", "score/0"),
        ("mixed=1", "mixed"),
        ("limit=0", "limit"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused(client, query, name):
    """It is named; nobody gets figures of everything for a misspelt filter."""
    answer = client.get(f"/v1/comments?{query}", headers={"accept-language": "vi"})

    assert answer.status_code == 422
    assert [each["name"] for each in answer.json()["invalid_params"]] == [name]


def test_an_edited_cursor_is_refused(client):
    """It is no way to look elsewhere."""
    cursor = client.get("/v1/comments?limit=1").json()["next"]

    assert client.get("/v1/comments", params={"after": cursor[:-2]}).status_code == 422
    assert client.get("/v1/comments", params={"after": "x"}).status_code == 422


def test_pages_follow_each_other_newest_first(client):
    """Those without a date come last; every comment comes once."""
    first = client.get("/v1/comments?limit=3").json()
    rest = client.get(f"/v1/comments?limit=3&after={quote(first['next'])}").json()
    listed = [item["id"] for item in first["items"] + rest["items"]]

    assert sorted(listed) == ["a", "b", "c/d", "e"]
    assert listed[2:] == ["a", "e"]
    assert rest["next"] is None
    assert ids(client, "order=oldest")[0] == "a"


def test_one_comment_by_its_id_whatever_is_in_it(client):
    """A slash in an id is part of it; the raw text is not shown though it is kept."""
    answer = client.get("/v1/comments/c%2Fd")

    assert answer.json()["id"] == "c/d"
    assert answer.json()["analysis"]["text"] == "Gọi [PHONE] mãi không được"
    assert "0912345678" not in answer.text
    assert client.get("/v1/comments/c").status_code == 404


def test_all_that_fit_as_a_file(client):
    """Redacted, with nothing in it that a spreadsheet would calculate, more than one page if need be."""
    keep(client, *(row(f"m{n}", "=1+1 giao hàng chậm", touchpoint="web") for n in range(1500)))
    table = client.get("/v1/comments?touchpoint=web&format=csv")
    lines = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    one = client.get("/v1/comments?text=goi&format=csv")

    assert table.headers["content-disposition"] == 'attachment; filename="comments.csv"'
    assert {line["id"] for line in lines} == {f"m{n}" for n in range(1500)}
    assert {line["text"] for line in lines} == {"'=1+1 giao hàng chậm"}
    assert "[PHONE]" in one.text
    assert "0912345678" not in one.text
    assert client.get("/v1/comments?format=xlsx").content[:2] == b"PK"
    assert client.get("/v1/comments?format=parquet").content[:4] == b"PAR1"
    assert list(client.app.state.service.settings.uploads.glob("*.csv")) == []


def test_a_page_has_an_etag(client):
    """Until a comment of the workspace comes, changes or goes."""
    tag = client.get("/v1/comments").headers["etag"]
    again = client.get("/v1/comments", headers={"if-none-match": tag})
    client.delete("/v1/comments/e")

    assert again.status_code == 304
    assert client.get("/v1/comments", headers={"if-none-match": tag}).status_code == 200


def test_a_deleted_comment_is_gone(client):
    """Once; the second time there is nothing to delete."""
    assert client.delete("/v1/comments/c%2Fd").status_code == 204
    assert client.delete("/v1/comments/c%2Fd").status_code == 404
    assert set(ids(client)) == {"a", "b", "e"}


def test_all_that_one_person_wrote_can_be_deleted(client):
    """It says how much that was; nobody's comments are not touched."""
    path = f"/v1/respondents/{quote(PERSON, safe='')}"

    assert client.delete(path).json() == {"deleted": 2}
    assert client.delete(path).json() == {"deleted": 0}
    assert set(ids(client)) == {"b", "e"}


def test_workspaces_see_and_delete_nothing_of_each_other(client, new_key):
    """Another workspace finds none of these ids, not even those that it has itself."""
    other = new_key(client, "analyze", "read", workspace="acme")
    own = new_key(client, "read")
    keep(client, row("a", "Nhân viên tốt", respondent_id=PERSON), workspace="acme")

    assert [item["analysis"]["text"] for item in client.get("/v1/comments", headers=other).json()["items"]] == [
        "Nhân viên tốt"
    ]
    assert client.get("/v1/comments/b", headers=other).status_code == 404
    assert client.delete("/v1/comments/b", headers=other).status_code == 404
    assert client.delete(f"/v1/respondents/{quote(PERSON, safe='')}", headers=other).json() == {"deleted": 1}
    assert len(client.get("/v1/comments", headers=own).json()["items"]) == 4


def test_a_key_needs_the_scope(client, new_key):
    """Reading does not allow deleting, and the other way round."""
    reader, labeller = new_key(client, "read"), new_key(client, "label")

    assert client.delete("/v1/comments/a", headers=reader).status_code == 403
    assert client.delete("/v1/respondents/x", headers=reader).status_code == 403
    assert client.get("/v1/comments", headers=labeller).status_code == 403
    assert client.get("/v1/comments/a", headers=labeller).status_code == 403


@given(st.lists(st.tuples(st.text("ab ", max_size=5), st.integers(1, 12)), max_size=4), st.text("xy ", max_size=4))
def test_offsets_go_there_and_back(parts, rest):
    """A stretch outside personal data maps both ways; one that cuts some grows to hold it whole."""
    sent, kept, redactions = "", "", []
    for before, length in parts:
        sent, kept = sent + before, kept + before
        redactions.append(Redaction(kind="phone", start=len(sent), end=len(sent) + length))
        sent, kept = sent + "0" * length, kept + "[PHONE]"
    sent, kept = sent + rest, kept + rest
    places = Places(kept, redactions)

    assert places.length == len(sent)
    for start in range(len(sent)):
        for end in range(start + 1, len(sent) + 1):
            low, high = places.kept(start, end)
            back = places.sent(low, high)
            assert back[0] <= start < end <= back[1]
            assert kept[low:high].replace("[PHONE]", "") == sent[start:end].replace("0", "")
