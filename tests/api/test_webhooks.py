"""/v1/webhooks: who is told of what."""

from __future__ import annotations

import pytest

URL = "/v1/webhooks"
ASKED = {"url": "https://cx.example.com/hook", "events": ["batch.completed"]}


def test_a_secret_is_shown_once(serve):
    client = serve()
    made = client.post(URL, json=ASKED)
    assert made.status_code == 201, made.text
    webhook = made.json()
    assert webhook["secret"].startswith("whsec_")
    assert made.headers["location"] == f"{URL}/{webhook['id']}"

    shown = client.get(f"{URL}/{webhook['id']}").json()
    assert shown == {key: value for key, value in webhook.items() if key != "secret"}
    assert client.get(URL).json() == {"items": [shown]}


def test_a_webhook_can_be_changed_given_a_new_secret_and_deleted(serve):
    client = serve()
    webhook = client.post(URL, json=ASKED).json()
    at = f"{URL}/{webhook['id']}"

    changed = client.patch(at, json={"enabled": False, "events": ["batch.failed", "batch.failed"]}).json()
    assert (changed["enabled"], changed["events"], changed["url"]) == (False, ["batch.failed"], ASKED["url"])
    renewed = client.patch(at, json={"new_secret": True}).json()
    assert renewed["secret"] != webhook["secret"]
    assert client.patch(at, json={}).json() == changed

    assert client.delete(at).status_code == 204
    for answer in (client.get(at), client.delete(at), client.patch(at, json={}), client.get(f"{at}/deliveries")):
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "changed",
    [
        {"url": "http://cx.example.com"}, {"url": "https://127.0.0.1"}, {"url": "https://localhost"}, {"url": ""},
        {"events": []}, {"events": ["everything"]}, {"more": 1}, {"description": "x" * 201},
    ],
)  # fmt: skip
def test_what_cannot_be_told_or_reached_is_refused(serve, changed):
    client = serve()
    answer = client.post(URL, json={**ASKED, **changed})
    assert answer.status_code == 422, answer.text
    assert client.get(URL).json() == {"items": []}


def test_the_same_request_with_a_key_makes_one_webhook(serve):
    client = serve()
    first, again = (client.post(URL, json=ASKED, headers={"Idempotency-Key": "w"}) for _ in range(2))
    assert first.json() == again.json()
    assert len(client.get(URL).json()["items"]) == 1


def test_there_is_an_end_to_how_many_a_workspace_may_have(serve):
    client = serve()
    answers = [client.post(URL, json=ASKED).status_code for _ in range(21)]
    assert answers == [201] * 20 + [409]


def test_workspaces_see_nothing_of_each_other_and_only_admins_see_any(serve, new_key):
    client = serve()
    acme, other = new_key(client, "admin", workspace="acme"), new_key(client, "admin", workspace="other")
    reader = new_key(client, "read", "analyze", "label", workspace="acme")
    webhook = client.post(URL, json=ASKED, headers=acme).json()
    at = f"{URL}/{webhook['id']}"

    assert client.get(URL, headers=other).json() == {"items": []}
    for answer in (
        client.get(at, headers=other), client.delete(at, headers=other), client.patch(at, json={}, headers=other),
        client.get(f"{at}/deliveries", headers=other),
    ):  # fmt: skip
        assert answer.status_code == 404
    for answer in (client.get(URL, headers=reader), client.post(URL, json=ASKED, headers=reader)):
        assert answer.status_code == 403


def test_tries_are_listed_newest_first(serve):
    client = serve()
    webhook = client.post(URL, json=ASKED).json()
    for attempt in (1, 2):
        client.app.state.service.store.log_delivery(
            "default", webhook["id"], event_id="b1.completed", event="batch.completed", attempt=attempt, status=500,
            error="answered 500", milliseconds=12,
        )  # fmt: skip

    page = client.get(f"{URL}/{webhook['id']}/deliveries", params={"limit": 1}).json()
    assert page["items"][0]["attempt"] == 2
    rest = client.get(f"{URL}/{webhook['id']}/deliveries", params={"after": page["next"]}).json()
    assert [one["attempt"] for one in rest["items"]] == [1]
