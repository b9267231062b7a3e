"""Who may call, in which workspace, how often."""

from __future__ import annotations

import time

import pytest

from nlp_cx.api import auth
from nlp_cx.api.auth import SCOPES, Caller, make_key

BODY = {"comments": [{"text": "giá rẻ"}]}


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """The store is asked at each request, so that tests need not wait."""
    monkeypatch.setattr(auth, "RECHECK", 0.0)


def test_a_fresh_service_is_open_to_this_machine_until_there_is_a_key(serve, new_key):
    """The first key closes it, also the revoked one."""
    client = serve()
    before = client.get("/v1/themes").status_code
    new_key(client, "read")
    closed = client.get("/v1/themes").status_code
    store = client.app.state.service.store
    store.revoke_key(None, store.keys()[0].prefix)

    assert (before, closed, client.get("/v1/themes").status_code) == (200, 401, 401)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 403),
        ({"host": "127.0.0.1.evil.example:80"}, 403),
        ({"host": "localhost:8000"}, 200),
        ({"host": "[::1]:8000"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1"}, 200),
        ({"origin": "https://cx.example.com"}, 200),
    ],
)
def test_an_open_service_does_not_answer_to_pages_of_other_sites(serve, headers, status):
    """Neither by a name that points to this machine nor from another origin, unless it is listed."""
    client = serve(cors=("https://cx.example.com",))

    assert client.get("/v1/themes", headers=headers).status_code == status


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic dXNlcjpwYXNz",
        f"Bearer ncx_abcdefgh_{'a' * 43}",
        "Bearer " + "x" * 9000,
    ],
)
def test_what_is_no_key_is_refused(serve, new_key, value):
    """Whatever its form, and also where the service would be open without one."""
    client = serve()
    while_open = client.get("/v1/themes", headers={"authorization": value})
    new_key(client, "read")
    closed = client.get("/v1/themes", headers={"authorization": value})

    for answer in (while_open, closed):
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_right_prefix_with_another_secret_is_refused(serve, new_key):
    """Also after the right one was remembered."""
    client = serve()
    headers = new_key(client, "read")
    other = make_key().key.split("_")[2]
    wrong = {"Authorization": headers["Authorization"].rpartition("_")[0] + f"_{other}"}

    assert client.get("/v1/themes", headers=headers).status_code == 200
    assert client.get("/v1/themes", headers=wrong).status_code == 401


def test_a_revoked_key_is_refused(serve, new_key):
    """Although it was remembered."""
    client = serve()
    headers = new_key(client, "read")
    before = client.get("/v1/themes", headers=headers).status_code
    prefix = headers["Authorization"].split("_")[1]
    client.app.state.service.store.revoke_key("default", prefix)

    assert (before, client.get("/v1/themes", headers=headers).status_code) == (200, 401)


def test_a_revoked_key_is_refused_within_seconds(serve, new_key, monkeypatch):
    """What the store said holds for so long and no longer."""
    monkeypatch.setattr(auth, "RECHECK", 0.3)
    client = serve()
    headers = new_key(client, "read")
    client.get("/v1/themes", headers=headers)
    client.app.state.service.store.revoke_key("default", headers["Authorization"].split("_")[1])
    time.sleep(0.35)

    assert client.get("/v1/themes", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("scopes", "status"), [(["analyze"], 200), (["read"], 403), (["label", "read"], 403), (["admin"], 200)]
)
def test_a_key_may_do_what_its_scopes_say(serve, new_key, scopes, status):
    """Analysing needs analyze; admin may all."""
    client = serve()

    assert client.post("/v1/analyze", json=BODY, headers=new_key(client, *scopes)).status_code == status


def test_a_key_is_checked_before_the_body_is_read(serve, new_key):
    """Nobody without a key can make the service read megabytes, or learn how it reads them."""
    client = serve()
    new_key(client, "analyze")

    answer = client.post("/v1/analyze", content=b"{" * 3_000_000, headers={"content-type": "text/plain"})

    assert answer.status_code == 401


def test_a_key_that_is_used_too_often_is_told_to_wait(serve, new_key):
    """By each key for itself; the burst is ten seconds' worth."""
    client = serve(rate_limit=12)
    first, second = new_key(client, "read"), new_key(client, "read")

    statuses = [client.get("/v1/themes", headers=first).status_code for _ in range(4)]

    last = client.get("/v1/themes", headers=first)
    assert statuses == [200, 200, 429, 429]
    assert 1 <= int(last.headers["retry-after"]) <= 5
    assert client.get("/v1/themes", headers=second).status_code == 200


def test_the_use_of_a_key_is_written_down(serve, new_key):
    """So that unused keys can be told."""
    client = serve()
    headers = new_key(client, "read")
    client.get("/v1/themes", headers=headers)

    (key,) = client.app.state.service.store.keys()
    assert key.last_used_at is not None


def test_health_and_meters_need_no_key(serve, new_key):
    """Those who watch the service hold none; nothing of a customer is there."""
    client = serve()
    new_key(client, "read")

    assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/metrics", "/openapi.json")] == [200] * 4


def test_of_a_key_only_a_hash_is_kept():
    """Two keys never share anything, and the secret is not in what the store gets."""
    first, second = make_key(), make_key()

    secret = first.key.split("_")[2]
    assert first.hash.startswith("$argon2id$")
    assert secret not in first.hash
    assert (first.prefix, secret) != (second.prefix, second.key.split("_")[2])


def test_admin_may_all_and_others_only_their_own():
    """Scopes are not ordered but for admin."""
    admin = Caller(workspace="a", scopes=frozenset({"admin"}))

    assert all(admin.may(scope) for scope in SCOPES)
    for held in ("analyze", "read", "label"):
        caller = Caller(workspace="a", scopes=frozenset({held}))
        assert [scope for scope in SCOPES if caller.may(scope)] == [held]
