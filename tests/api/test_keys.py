"""/v1/keys: who may call, made and revoked by whoever has an admin key."""

from __future__ import annotations

import pytest

from nlp_cx.api import auth


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """The store is asked at each request, so that tests need not wait."""
    monkeypatch.setattr(auth, "RECHECK", 0.0)


def test_a_key_works_until_it_is_revoked_and_is_shown_once(serve, new_key):
    client = serve()
    admin = new_key(client, "admin")

    made = client.post("/v1/keys", json={"name": "bảng điều khiển", "scopes": ["read"]}, headers=admin)

    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    held = {"Authorization": f"Bearer {made.json()['key']}"}
    assert client.get("/v1/batches", headers=held).status_code == 200
    assert client.get("/v1/keys", headers=held).status_code == 403
    listed = client.get("/v1/keys", headers=admin).json()["items"]
    assert [(one["name"], one["scopes"], one["mine"]) for one in listed] == [
        ("bảng điều khiển", ["read"], False),
        ("", ["admin"], True),
    ]
    assert all("key" not in one and "hash" not in one for one in listed)
    assert client.delete(f"/v1/keys/{made.json()['prefix']}", headers=admin).status_code == 204
    assert client.get("/v1/batches", headers=held).status_code == 401


def test_the_first_key_of_an_open_service_must_be_able_to_make_others(serve, monkeypatch):
    """It closes the service at once, though the store is asked for keys every few seconds only."""
    monkeypatch.setattr(auth, "RECHECK", 1000.0)
    client = serve()

    refused = client.post("/v1/keys", json={"scopes": ["read"]})
    made = client.post("/v1/keys", json={"scopes": ["admin"]})

    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert made.status_code == 201
    assert client.get("/v1/keys").status_code == 401
    assert client.get("/v1/keys", headers={"Authorization": f"Bearer {made.json()['key']}"}).status_code == 200


def test_a_key_cannot_revoke_itself_nor_one_of_another_workspace(serve, new_key):
    client = serve()
    ours, theirs = new_key(client, "admin", workspace="acme"), new_key(client, "admin", workspace="other")
    (mine,) = client.get("/v1/keys", headers=ours).json()["items"]

    assert client.delete(f"/v1/keys/{mine['prefix']}", headers=ours).status_code == 409
    assert client.delete(f"/v1/keys/{mine['prefix']}", headers=theirs).status_code == 404
    assert client.get("/v1/me", headers=ours).status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"scopes": []}, {"scopes": ["all"]}, {"scopes": ["read"], "name": "x" * 201}, {"scopes": "read"}]
)
def test_what_a_key_is_for_must_be_said(serve, body):
    answer = serve().post("/v1/keys", json=body)

    assert answer.status_code == 422
    assert answer.json()["invalid_params"]
