"""Stored comments read again."""

from __future__ import annotations

import time

import pytest

from nlp_cx.api import comments, rescore
from tests.api.survey import keep, opened, row

TEXT = "giao hàng chậm quá"


@pytest.fixture
def client(settings, live):
    """A service with one comment whose text as sent is kept, and one whose text is not."""
    with opened(settings, live, comments.router, rescore.router) as client:
        keep(client, row("kept", raw=TEXT, touchpoint="app"), row("gone", touchpoint="web"))
        yield client


def test_it_says_why_not(client):
    """Where no text is kept, and where no comment fits."""
    gone, none = client.post("/v1/rescore?touchpoint=web"), client.post("/v1/rescore?touchpoint=shop")
    vietnamese = client.post("/v1/rescore?touchpoint=web", headers={"accept-language": "vi"})

    assert (gone.status_code, none.status_code) == (409, 404)
    assert "NLP_CX_KEEP_RAW" in gone.json()["detail"]
    assert vietnamese.json()["detail"].startswith("văn bản gốc của các ý kiến này không được giữ lại")
    assert client.get("/v1/batches").json()["items"] == []


def test_a_misspelt_filter_rescores_nothing(client):
    """It is refused."""
    assert client.post("/v1/rescore?touchpont=web").status_code == 422


def test_workspaces_rescore_nothing_of_each_other(client, new_key):
    """Another workspace has no such comments; a key needs the scope analyze."""
    assert client.post("/v1/rescore", headers=new_key(client, "analyze", workspace="acme")).status_code == 404
    assert client.post("/v1/rescore", headers=new_key(client, "read")).status_code == 403


def test_comments_are_read_by_the_live_model(serve):
    """What is kept is read anew, what a person corrected stays, what is not kept stays and is counted."""
    client = serve(worker=True, keep_raw=True)
    keep(
        client,
        row("kept", TEXT, raw=TEXT, model="older", themes=[]),
        row("fixed", TEXT, raw=TEXT, model="older"),
        row("gone", model="older"),
    )
    client.post("/v1/labels", json={"comment_id": "fixed", "sentiment": "positive"})
    answer = client.post("/v1/rescore?model=older&name=again", headers={"Idempotency-Key": "k"})
    again = client.post("/v1/rescore?model=older&name=again", headers={"Idempotency-Key": "k"})
    for _ in range(1200):
        batch = client.get(answer.headers["location"]).json()
        if batch["state"] not in ("queued", "running"):
            break
        time.sleep(0.05)
    kept, fixed, gone = (client.get(f"/v1/comments/{name}").json() for name in ("kept", "fixed", "gone"))

    assert (answer.status_code, answer.json()["without_raw"], answer.json()["kind"]) == (202, 1, "rescore")
    assert again.json()["id"] == answer.json()["id"]
    assert (batch["state"], batch["name"], batch["done"]) == ("completed", "again", 2)
    assert (kept["analysis"]["model"], [each["theme"] for each in kept["analysis"]["themes"]]) == ("tiny", ["delivery"])
    assert kept["analysis"]["text"] == TEXT
    assert (fixed["analysis"]["model"], fixed["analysis"]["sentiment"]["label"]) == ("tiny", "positive")
    assert (gone["analysis"]["model"], gone["batch"]) == ("older", None)
