"""Drivers over the API."""

from __future__ import annotations

import pytest

from nlp_cx.api import comments, drivers
from tests.api.survey import keep, opened, row


@pytest.fixture
def client(settings, live):
    """A service with 120 comments: who blames delivery is at 0, who praises staff or says nothing at 10."""
    with opened(settings, live, comments.router, drivers.router) as client:
        keep(
            client,
            *(row(f"d{n}", nps=n % 3, language="vi") for n in range(40)),
            *(row(f"s{n}", nps=9 + n % 2, themes=[("staff", "positive")], sentiment="positive") for n in range(40)),
            *(row(f"o{n}", nps=8 + n % 3, themes=[], sentiment="positive", language="en") for n in range(40)),
        )
        yield client


def test_the_planted_driver_is_found(client):
    """Those who do not mention it are at 82.5 (66 promoters, 14 passives), all together at 21.67."""
    told = client.get("/v1/drivers?metric=nps").json()
    rows = {(one["theme"], one["metric"]): one for one in told["rows"]}
    first = told["found"]["drivers"][0]

    assert (first["theme"], first["rank"]) == ("delivery", 1)
    assert rows["delivery", "nps.rank"]["value"] == 1
    assert rows[None, "nps"]["n"] == 120
    assert rows["delivery", "nps.impact"]["n"] == 40
    assert rows["delivery", "nps.impact"]["low"] < rows["delivery", "nps.impact"]["value"] < 0
    rest = rows[None, "nps"]["value"] - rows["delivery", "nps.impact"]["value"]
    assert rest == pytest.approx(100 * (80 - 14) / 80, abs=0.01)
    assert rows["delivery", "nps.penalty"]["value"] < -100
    assert told["found"]["seed"] == 0


def test_the_same_question_has_the_same_answer(client):
    """Chance is seeded, so the ETag holds; the score is chosen where none is named; files have the same rows."""
    first, again = (client.get("/v1/drivers") for _ in range(2))
    known = client.get("/v1/drivers", headers={"if-none-match": first.headers["etag"]})
    table = client.get("/v1/drivers?format=csv")

    assert first.content == again.content
    assert known.status_code == 304
    assert first.json()["found"]["metric"] == "nps"
    assert len(table.text.splitlines()) == 1 + len(first.json()["rows"])


def test_who_is_asked_can_be_restricted(client):
    """English comments name no theme at all: there is nothing to rank, and that is said."""
    told = client.get("/v1/drivers?language=en").json()

    assert told["found"]["n"] == 40
    assert all(driver["rank"] is None for driver in told["found"]["drivers"])
    assert told["notes"]


@pytest.mark.parametrize("query", ["metric=csat", "metric=nps&since=2030-01-01", "touchpoint=nowhere"])
def test_no_answers_are_no_error(client, query):
    """No rows, and a note in both languages."""
    told = client.get(f"/v1/drivers?{query}").json()

    assert (told["rows"], told["found"]) == ([], None)
    assert told["notes"][-1]["en"].startswith("nobody answered")
    assert told["notes"][-1]["vi"].startswith("không ai trả lời")


def test_an_empty_workspace_has_no_drivers(client, new_key):
    """Nor sees those of others; reading needs the scope read."""
    other = new_key(client, "read", workspace="acme")

    assert client.get("/v1/drivers", headers=other).json()["found"] is None
    assert client.get("/v1/drivers?metric=nps", headers=other).json()["rows"] == []
    assert client.get("/v1/drivers", headers=new_key(client, "label")).status_code == 403
