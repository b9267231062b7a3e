"""Models over the API: looked at, promoted, refused, rolled back, while requests are answered."""

from __future__ import annotations

import json
import shutil
import threading
import time

import pytest

from nlp_cx.api import models
from nlp_cx.live import Live
from nlp_cx.registry import Registry
from nlp_cx.settings import Settings
from tests.api.survey import opened
from tests.conftest import use_shelf
from tests.test_parity import sign
from tests.test_promotion import ROWS, worse  # noqa: F401  # a fixture


@pytest.fixture
def shelf(tiny_model, tmp_path, monkeypatch):
    """A shelf with the tiny model live, its twin beside it, and rows to compare them on."""
    shelf = tmp_path / "shelf"
    for version in ("tiny", "twin"):
        shutil.copytree(tiny_model, shelf / version)
        sign(shelf / version, version=version)
    rows = "".join(json.dumps(row.to_dict()) + "\n" for row in ROWS)
    (shelf / "regression.jsonl").write_text(rows, encoding="utf-8")
    use_shelf(monkeypatch, shelf)
    Registry.open().record("tiny", action="promoted", expected=None, reason="the first", by="tests")
    return shelf


@pytest.fixture
def client(shelf, tmp_path):
    """A service that follows the registry."""
    settings = Settings(home=tmp_path / "home")
    live = Live(settings)
    live.load()
    with opened(settings, live, models.router) as client:
        yield client
    live.close()


def reading(client):
    """Version of the model that reads a comment now."""
    answer = client.post("/v1/analyze", json={"comments": [{"text": "giao hàng chậm quá"}]})
    return answer.json()["items"][0]["result"]["model"]


def test_models_are_listed_with_their_figures(client):
    """And which one is live, and since when."""
    told = client.get("/v1/models").json()

    assert (told["live"], told["running"]) == ("tiny", "tiny")
    assert [(model["version"], model["live"]) for model in told["items"]] == [("tiny", True), ("twin", False)]
    assert told["items"][0]["sentiment_macro_f1"] == 0.9
    assert [(event["version"], event["reason"]) for event in told["history"]] == [("tiny", "the first")]


def test_a_model_has_a_card_and_figures(client, shelf):
    """A figure that makes no sense is null; what is not listed is not there, wherever it lies."""
    (shelf / "twin" / "metrics.json").write_text('{"a set": {"model": {"neutral_f1": NaN}}}', encoding="utf-8")
    told = client.get("/v1/models/twin").json()

    assert told["card"].startswith("# A tiny model")
    assert told["metrics"] == {"a set": {"model": {"neutral_f1": None}}}
    assert told["manifest"]["version"] == "twin"
    assert told["sentiment_macro_f1"] is None
    for other in ("none", "%2e%2e%2fshelf%2ftwin", "..%2f..", "registry.json"):
        assert client.get(f"/v1/models/{other}").status_code == 404


def test_a_promoted_model_reads_the_next_comment(client):
    """The answer says what the gates found; a rollback brings the earlier one back; each is in the history."""
    change = client.post("/v1/models/twin/promote", json={"reason": "nightly", "by": "lan"})
    after = reading(client)
    back = client.post("/v1/models/rollback", json={"reason": "just in case"})
    nothing = client.post("/v1/models/rollback", json={})

    assert change.status_code == 200, change.text
    assert (change.json()["live"], change.json()["verdict"]["accepted"]) == ("twin", True)
    assert (change.json()["event"]["by"], change.json()["event"]["action"]) == ("lan", "promoted")
    assert after == "twin"
    assert (back.json()["live"], back.json()["verdict"], reading(client)) == ("tiny", None, "tiny")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "registry")
    history = client.get("/v1/models").json()["history"]
    assert [event["action"] for event in history] == ["rolled back", "promoted", "promoted"]


def test_no_request_is_dropped_while_models_change(client):
    """Each is answered by one of both models."""
    read, stop = [], threading.Event()

    def ask():
        while not stop.is_set():
            read.append(reading(client))
            time.sleep(0.05)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        assert client.post("/v1/models/twin/promote", json={}).status_code == 200
        assert client.post("/v1/models/rollback", json={}).status_code == 200
    finally:
        stop.set()
        asking.join()

    assert set(read) <= {"tiny", "twin"}
    assert read


def test_a_worse_model_is_refused_and_may_be_forced(client, shelf, worse):  # noqa: F811
    """With the verdict; the same request gives the same refusal again; forcing takes a reason."""
    shutil.copytree(worse, shelf / "worse")
    key = {"Idempotency-Key": "once"}
    refused = client.post("/v1/models/worse/promote", json={}, headers=key)
    again = client.post("/v1/models/worse/promote", json={}, headers=key)
    bare = client.post("/v1/models/worse/promote", json={"force": True, "reason": " "})
    forced = client.post("/v1/models/worse/promote", json={"force": True, "reason": "the old one is gone"})

    assert (refused.status_code, refused.json()["code"]) == (409, "promotion_refused")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["verdict"]["accepted"] is False
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json()["verdict"] == refused.json()["verdict"]
    assert (bare.status_code, bare.json()["invalid_params"][0]["name"]) == (422, "reason")
    assert (forced.json()["event"]["action"], reading(client)) == ("forced", "worse")


def test_what_cannot_be_promoted(client):
    """The live model itself, a model that is not there, a path."""
    assert client.post("/v1/models/tiny/promote", json={}).status_code == 409
    assert client.post("/v1/models/none/promote", json={}).status_code == 404
    assert client.post("/v1/models/..%2ftwin/promote", json={}).status_code == 404


def test_a_service_that_stays_with_a_model_refuses(settings, live):
    """Its own model is listed all the same."""
    with opened(settings, live, models.router) as client:
        assert "tiny" in [model["version"] for model in client.get("/v1/models").json()["items"]]
        assert client.get("/v1/models").json()["live"] == "tiny"
        assert client.post("/v1/models/tiny/promote", json={}).status_code == 409
        assert client.post("/v1/models/rollback", json={}).status_code == 409


def test_only_an_admin_changes_the_model(client, new_key):
    """Models belong to no workspace; reading needs the scope read."""
    for scope in ("read", "analyze", "label"):
        key = new_key(client, scope, workspace="acme")
        assert client.post("/v1/models/twin/promote", json={}, headers=key).status_code == 403
        assert client.post("/v1/models/rollback", json={}, headers=key).status_code == 403
        assert client.get("/v1/models", headers=key).status_code == (200 if scope == "read" else 403)
        assert client.get("/v1/models/tiny", headers=key).status_code == (200 if scope == "read" else 403)
