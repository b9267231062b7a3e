"""/v1/alerts: who wants to be told of what, and what fired."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nlp_cx.api import alerts
from nlp_cx.api.alerts import AlertOut, FiringOut, NewAlert
from nlp_cx.jobs.watch import Watch
from tests.api.survey import keep, opened, row

URL = "/v1/alerts"
ASKED = {"name": "Giao hàng bị chê", "kind": "threshold", "theme": "delivery", "limit": 0.2}


class Nobody:
    """No webhook listens."""

    def announce(self, *_):
        pass


@pytest.fixture
def client(settings, live):
    """A service with 40 comments of today at Quận 3, 30 of which blame delivery, and 40 at Quận 1 that praise staff."""
    with opened(settings, live, alerts.router) as client:
        day = datetime.now(UTC).date().isoformat()
        praise = {"themes": [("staff", "positive")], "sentiment": "positive"}
        keep(client, *(row(f"a{n}", day=day, segments={"branch": "Quận 3"}, **({} if n < 30 else praise))
                       for n in range(40)))  # fmt: skip
        keep(client, *(row(f"b{n}", day=day, segments={"branch": "Quận 1"}, **praise) for n in range(40)))
        yield client


def check(client, workspace="default"):
    Watch(store=client.app.state.service.store, messages=Nobody()).check(workspace)


def make(client, **changes):
    answer = client.post(URL, json=ASKED | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_an_alert_is_made_with_what_is_usual_where_nothing_is_said(client):
    answer = client.post(URL, json=ASKED)
    made = answer.json()

    assert answer.headers["location"] == f"{URL}/{made['id']}"
    assert {key: made[key] for key in ASKED} == ASKED
    assert (made["mention"], made["window"], made["side"], made["min_n"]) == ("negative", "week", "above", 30)
    assert (made["certain"], made["cool_down_hours"], made["enabled"], made["filters"]) == (False, 168, True, {})
    assert (made["theme_name_vi"], made["fired_at"], made["outcome"]) == ("Giao hàng & thực hiện đơn", None, None)
    assert client.get(f"{URL}/{made['id']}").json() == made
    assert client.get(URL).json() == {"items": [made]}


@pytest.mark.parametrize("window", ["day", "week", "month"])
def test_comments_of_the_first_day_there_is_are_looked_at(settings, live, window):
    """There is no day before it to compare with."""
    with opened(settings, live, alerts.router) as client:
        keep(client, *(row(f"a{n}", day="0001-01-01") for n in range(40)))
        told = client.post(f"{URL}/preview", json=ASKED | {"window": window})
    assert told.status_code == 200, told.text


def test_whole_numbers_may_be_written_with_a_point(client):
    """As JSON Schema has it, and some clients write them."""
    made = make(client, min_n=12.0, cool_down_hours=24.0)

    assert (made["min_n"], made["cool_down_hours"]) == (12, 24)


def test_what_fires_is_kept_and_listed(client):
    """30 of 80 comments; 30 of 40 at Quận 3; none at Quận 1."""
    first = make(client)
    third = make(client, filters={"segment": ["branch=Quận 3"]}, limit=0.7)
    make(client, filters={"segment": ["branch=Quận 1"]}, limit=0.0)
    check(client)
    fired = client.get("/v1/firings").json()["items"]

    assert [(one["alert_id"], one["share"], one["n"], one["count"]) for one in fired] == [
        (third["id"], 0.75, 40, 30),
        (first["id"], 0.375, 80, 30),
    ]
    assert set(fired[0]) == set(FiringOut.model_fields)
    assert (fired[0]["filters"], fired[0]["models"]) == ({"segment": ["branch=Quận 3"]}, ["tiny"])
    assert client.get(f"{URL}/{first['id']}/firings").json() == {"items": fired[1:], "next": None}
    shown = client.get(f"{URL}/{first['id']}").json()
    assert (shown["outcome"], shown["fired_at"]) == ("fired", fired[1]["at"])
    page = client.get("/v1/firings?limit=1").json()
    assert client.get("/v1/firings", params={"after": page["next"]}).json()["items"] == fired[1:]
    assert [one["outcome"] for one in client.get(URL).json()["items"]] == ["fired", "fired", "quiet"]


def test_a_rule_can_be_tried_before_it_is_kept(client):
    told = client.post(f"{URL}/preview", json=ASKED).json()
    quiet = client.post(f"{URL}/preview", json=ASKED | {"limit": 0.5}).json()

    assert (told["outcome"], told["share"], told["n"], told["model_changed"]) == ("fired", 0.375, 80, False)
    assert "37.5%" in told["message"]["en"]
    assert (quiet["outcome"], quiet["share"], quiet["message"]) == ("quiet", 0.375, None)
    assert client.get(URL).json() == {"items": []}
    assert client.get("/v1/firings").json() == {"items": [], "next": None}


def test_an_alert_can_be_changed_and_deleted(client):
    """Another rule begins anew; another name does not."""
    alert = make(client, filters={"segment": ["branch=Quận 3"]})
    at = f"{URL}/{alert['id']}"
    check(client)
    named = client.patch(at, json={"name": "Giao trễ", "limit": 0.2}).json()
    other = client.patch(at, json={"limit": 0.3, "filters": {}, "enabled": False}).json()

    assert (named["name"], named["outcome"], named["filters"]) == ("Giao trễ", "fired", alert["filters"])
    assert (other["limit"], other["filters"], other["enabled"], other["outcome"]) == (0.3, {}, False, None)
    assert len(client.get(f"{at}/firings").json()["items"]) == 1
    assert client.delete(at).status_code == 204
    for answer in (client.get(at), client.delete(at), client.patch(at, json={}), client.get(f"{at}/firings")):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert client.get("/v1/firings").json()["items"] == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"limit": None}, "limit"),
        ({"limit": 1.5}, "limit"),
        ({"theme": "weather"}, "theme"),
        ({"theme": None, "mention": "any"}, "mention"),
        ({"kind": "feeling"}, "kind"),
        ({"window": "year"}, "window"),
        ({"name": ""}, "name"),
        ({"min_n": 0}, "min_n"),
        ({"cool_down_hours": -1}, "cool_down_hours"),
        ({"cool_down_hours": False}, "cool_down_hours"),
        ({"min_n": "30"}, "min_n"),
        ({"min_n": 30.5}, "min_n"),
        ({"filters": {"since": "2026-11-01"}}, "filters/since"),
        ({"filters": {"segment": ["branch"]}}, "filters/segment/0"),
        ({"filters": {"score": ["nps"]}}, "filters/score/0"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_rules_that_make_no_sense_are_refused_by_name(client, changes, name):
    answer = client.post(URL, json=ASKED | changes)

    assert answer.status_code == 422
    assert [each["name"] for each in answer.json()["invalid_params"]] == [name]


def test_a_changed_rule_must_make_sense_too(client):
    at = f"{URL}/{make(client)['id']}"

    assert client.patch(at, json={"limit": None}).status_code == 422
    assert client.patch(at, json={"theme": None, "mention": "any"}).status_code == 422
    anomaly = client.patch(at, json={"kind": "anomaly", "limit": None, "theme": None}).json()
    assert (anomaly["kind"], anomaly["limit"], anomaly["theme"]) == ("anomaly", None, None)


def test_an_alert_asked_for_twice_under_one_key_is_made_once(client):
    headers = {"Idempotency-Key": "k1"}
    answers = [client.post(URL, json=ASKED, headers=headers) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert client.post(URL, json=ASKED | {"limit": 0.5}, headers=headers).status_code == 422
    assert len(client.get(URL).json()["items"]) == 1


def test_there_is_an_end_to_how_many_a_workspace_may_have(client, monkeypatch):
    monkeypatch.setattr(alerts, "MOST", 3)

    assert [client.post(URL, json=ASKED).status_code for _ in range(4)] == [201] * 3 + [409]


def test_workspaces_see_nothing_of_each_other_and_only_admins_change(client, new_key):
    own, other = new_key(client, "admin"), new_key(client, "admin", workspace="other")
    reader, analyst = new_key(client, "read"), new_key(client, "analyze", "label")
    alert = client.post(URL, json=ASKED, headers=own).json()
    check(client)
    at = f"{URL}/{alert['id']}"

    assert client.get(URL, headers=other).json() == {"items": []}
    assert client.get("/v1/firings", headers=other).json() == {"items": [], "next": None}
    assert client.post(f"{URL}/preview", json=ASKED, headers=other).json()["outcome"] == "no_comments"
    for answer in (
        client.get(at, headers=other), client.patch(at, json={}, headers=other), client.delete(at, headers=other),
        client.get(f"{at}/firings", headers=other),
    ):  # fmt: skip
        assert answer.status_code == 404
    for path in (URL, at, f"{at}/firings", "/v1/firings"):
        assert client.get(path, headers=reader).status_code == 200
        assert client.get(path, headers=analyst).status_code == 403
    for answer in (
        client.post(URL, json=ASKED, headers=reader), client.patch(at, json={}, headers=reader),
        client.delete(at, headers=reader), client.post(f"{URL}/preview", json=ASKED, headers=analyst),
    ):  # fmt: skip
        assert answer.status_code == 403


def test_a_cursor_of_another_list_is_refused(client):
    assert client.get("/v1/firings?after=d8000000000000001").status_code == 422


def test_examples_do_what_they_show(client):
    """The example is taken; what comes back has the form of the example answer."""
    (asked,) = NewAlert.model_config["json_schema_extra"]["examples"]
    (shown,) = AlertOut.model_config["json_schema_extra"]["examples"]
    (fired,) = FiringOut.model_config["json_schema_extra"]["examples"]

    assert set(client.post(URL, json=asked).json()) == set(shown)
    check(client)
    assert set(client.get("/v1/firings").json()["items"][0]) == set(fired)
