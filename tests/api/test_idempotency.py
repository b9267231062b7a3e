"""What creates is done once per Idempotency-Key."""

from __future__ import annotations

import asyncio
import hashlib
import threading

import pytest
from fastapi import Request, Response
from fastapi.responses import JSONResponse

from nlp_cx.api.idempotency import Idempotent
from nlp_cx.api.routes import make_router


class Things:
    """A route that creates things, and how many it created."""

    def __init__(self):
        self.made = 0
        self.fail = False
        self.entered, self.go = threading.Event(), threading.Event()
        self.go.set()

    def install(self, app):
        router = make_router("things")

        @router.post("/v1/things", operation_id="create_thing", status_code=201)
        async def create(request: Request, once: Idempotent) -> Response:
            body = await request.body()

            async def work() -> Response:
                self.entered.set()
                await asyncio.to_thread(self.go.wait)
                if self.fail:
                    raise ValueError("broken")
                self.made += 1
                return JSONResponse({"thing": self.made}, 201, headers={"Location": f"/v1/things/{self.made}"})

            return await once.run(hashlib.sha256(body).hexdigest(), work)

        app.include_router(router)


@pytest.fixture
def things(serve):
    things = Things()
    things.client = serve(extend=things.install)
    return things


def post(things, body="a", key="k1", **headers):
    headers |= {"Idempotency-Key": key} if key is not None else {}
    return things.client.post("/v1/things", content=body, headers=headers)


def test_the_same_key_and_body_get_the_first_answer(things):
    """Status, body and Location are those of the first time; nothing is done again."""
    first, second = post(things), post(things)

    assert (first.status_code, second.status_code, things.made) == (201, 201, 1)
    assert (first.json(), first.headers["location"]) == (second.json(), second.headers["location"])
    assert ("idempotency-replayed" in first.headers, second.headers["idempotency-replayed"]) == (False, "true")


def test_without_a_key_each_request_is_its_own(things):
    """Two requests, two things."""
    assert [post(things, key=None).json()["thing"] for _ in range(2)] == [1, 2]


def test_the_same_key_with_another_body_is_refused(things):
    """The problem names the header."""
    post(things)
    answer = post(things, body="b")

    assert (answer.status_code, things.made) == (422, 1)
    assert answer.json()["invalid_params"][0]["name"] == "Idempotency-Key"


def test_a_request_under_way_is_not_done_twice(things):
    """The second one is told to wait."""
    things.go.clear()
    first = threading.Thread(target=post, args=(things,))
    first.start()
    things.entered.wait()
    second = post(things)
    things.go.set()
    first.join()

    assert (second.status_code, things.made) == (409, 1)


def test_a_key_whose_request_failed_can_be_used_again(things):
    """Nothing was made, so nothing is remembered."""
    things.fail = True
    failed = post(things)
    things.fail = False

    assert (failed.status_code, post(things).status_code, things.made) == (500, 201, 1)


def test_keys_of_different_workspaces_are_different(things, new_key):
    """One workspace's key never gives another one's answer."""
    acme = new_key(things.client, "analyze", workspace="acme")
    other = new_key(things.client, "analyze", workspace="other")

    assert [post(things, **headers).json()["thing"] for headers in (acme, other)] == [1, 2]


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "kh\u00f3a"])
def test_a_key_must_be_a_short_word(things, key):
    """Visible ASCII, up to 255."""
    assert post(things, key=key.encode()).status_code == 422


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/webhooks", {"url": "https://cx.example.com/hook", "events": ["batch.completed"]}),
        ("/v1/alerts", {"name": "a", "kind": "threshold", "theme": "delivery", "limit": 0.2}),
        ("/v1/batches", [{"text": "giá rẻ"}]),
    ],
)
def test_what_was_deleted_is_not_brought_back_by_a_late_repetition(serve, path, body):
    """It is refused, and so is told; another key creates anew."""
    client = serve()

    def create(key):
        return client.post(path, json=body, headers={"Idempotency-Key": key})

    first = create("1")
    assert create("1").json()["id"] == first.json()["id"]
    assert client.delete(first.headers["location"]).status_code == 204

    refused = create("1")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "deleted" in refused.json()["detail"]
    assert create("2").is_success
