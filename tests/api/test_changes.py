"""Pairs, journey, mix and control charts: the right figures, in tidy rows, of one's own workspace."""

from __future__ import annotations

import csv
import io
import math

import pytest

from nlp_cx.api import comments
from tests.api.survey import keep, opened, row
from tests.api.test_summaries import COLUMNS

ADDRESSES = (
    "/v1/summaries/pairs", "/v1/summaries/journey", "/v1/summaries/mix?since=2026-11-01&until=2026-11-30",
    "/v1/summaries/control?interval=day",
)  # fmt: skip
PRAISE = {"themes": [("staff", "positive")], "sentiment": "positive"}
BOTH = {"themes": [("staff", "positive"), ("delivery", "negative")], "sentiment": "neutral"}


@pytest.fixture
def client(settings, live):
    """October: 1 blames delivery, 3 praise staff. November: 2 blame delivery, 1 praises staff, 1 does both."""
    with opened(settings, live, comments.router) as client:
        keep(
            client,
            row("o0", day="2026-10-20", nps=0, stage="Hậu mãi"),
            *(row(f"o{n}", day="2026-10-20", nps=10, stage="Đặt hàng", **PRAISE) for n in (1, 2, 3)),
            row("n0", day="2026-11-20", nps=0, stage="Giao hàng"),
            row("n1", day="2026-11-20", nps=0, stage="Giao hàng"),
            row("n2", day="2026-11-21", nps=10, stage="Đặt hàng", **PRAISE),
            row("n3", day="2026-11-21", nps=10, **BOTH),
        )
        yield client


def asked(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.json()


def values(rows, **wanted):
    """Values by metric of the rows that are so."""
    return {one["metric"]: one["value"] for one in rows if all(one[key] == value for key, value in wanted.items())}


def test_themes_that_go_together_are_counted(client):
    """One of eight comments names delivery (4) and staff (5); by chance two and a half would."""
    rows = asked(client, "/v1/summaries/pairs")["rows"]
    found = {one["metric"]: one for one in rows}

    assert [one["metric"] for one in rows] == ["both", "share", "share_of_theme", "share_of_other", "lift"]
    assert (rows[0]["theme"], rows[0]["other"], rows[0]["other_name_en"]) == (
        "staff", "delivery", "Delivery & fulfilment",
    )  # fmt: skip
    assert (found["both"]["value"], found["share"]["value"], found["share"]["n"]) == (1, 0.125, 8)
    assert (found["share_of_theme"]["value"], found["share_of_theme"]["n"]) == (0.2, 5)
    assert (found["share_of_other"]["value"], found["share_of_other"]["n"]) == (0.25, 4)
    assert found["lift"]["value"] == 0.4
    error = math.sqrt(1 - 1 / 5 - 1 / 4 + 2 / 20 - 1 / 8)
    assert found["lift"]["low"] == pytest.approx(0.4 * math.exp(-1.959964 * error), abs=1e-5)
    assert asked(client, "/v1/summaries/pairs?theme=price")["rows"] == []
    first = asked(client, "/v1/summaries/pairs?theme=delivery")["rows"][0]
    assert (first["theme"], first["other"]) == ("delivery", "staff")
    assert asked(client, "/v1/summaries/pairs?until=2026-10-31")["rows"] == []


def test_stages_come_in_the_order_of_the_journey(client):
    """Each with its comments, its NPS, the themes named there and the NPS of who names them."""
    rows = asked(client, "/v1/summaries/journey")["rows"]
    places = list(dict.fromkeys(one["segment"] for one in rows))
    delivery = [one for one in rows if one["segment"] == "Giao hàng"]

    assert places == ["Đặt hàng", "Giao hàng", "Hậu mãi", None]
    assert {one["theme"] for one in delivery} == {None, "delivery"}
    assert values(delivery, theme=None)["comments"] == 2
    assert values(delivery, theme=None)["nps"] == -100
    assert values(delivery, theme="delivery")["share"] == 1
    assert values(delivery, theme="delivery")["nps"] == -100
    assert values(rows, segment="Đặt hàng", theme="staff")["nps.positive"] == 100
    assert values(rows, segment="Đặt hàng", theme="staff")["net_sentiment"] == 1


def test_a_journey_can_be_by_other_things_and_of_some_themes(client):
    rows = asked(client, "/v1/summaries/journey?by=language&theme=staff&metric=mentions&measure=csat")["rows"]

    assert [(one["segment"], one["theme"], one["metric"], one["value"]) for one in rows] == [
        ("vi", "staff", "mentions", 5)
    ]
    assert client.get("/v1/summaries/journey?by=colour").status_code == 422


def test_a_change_of_a_score_is_split_by_theme(client):
    """From 50 to 0. In November the one that names both counts half for each theme.

    Delivery: from a quarter at -100 to 2.5 of 4 at -60; staff: from three quarters at 100 to 1.5 of 4 at 100.
    """
    answer = asked(client, "/v1/summaries/mix?since=2026-11-01&until=2026-11-30&metric=nps")
    rows = answer["rows"]
    whole, delivery, staff = values(rows, theme=None), values(rows, theme="delivery"), values(rows, theme="staff")

    assert (whole["nps.before"], whole["nps.after"], whole["nps.change"]) == (50, 0, -50)
    assert (delivery["nps.share_before"], delivery["nps.share_after"]) == (0.25, 0.625)
    assert (delivery["nps.before"], delivery["nps.after"]) == (-100, -60)
    assert delivery["nps.mix"] == pytest.approx(0.375 * (-80 - 25))
    assert delivery["nps.rate"] == pytest.approx(0.4375 * 40)
    assert staff["nps.mix"] == pytest.approx(-0.375 * (100 - 25))
    assert staff["nps.rate"] == 0
    parts = [one["value"] for one in rows if one["theme"] and one["metric"] in ("nps.mix", "nps.rate")]
    assert sum(parts) == pytest.approx(-50)
    assert whole["nps.mix"] + whole["nps.rate"] == pytest.approx(-50)
    assert answer["notes"][0]["en"] == "2026-11-01 to 2026-11-30 against 2026-10-02 to 2026-10-31"
    assert values(asked(client, "/v1/summaries/mix?theme=staff&since=2026-11-01&until=2026-11-30")["rows"]) == staff


def test_responses_without_a_theme_are_a_part_too(client):
    keep(client, row("e", day="2026-11-22", nps=8, themes=[], sentiment="neutral"))
    rows = asked(client, "/v1/summaries/mix?since=2026-11-01&until=2026-11-30")["rows"]
    none = [one for one in rows if one["theme"] == "none"]

    assert (none[0]["theme_name_en"], none[0]["theme_name_vi"]) == ("No theme named", "Không nhắc chủ đề nào")
    assert values(none)["nps.share_after"] == 0.2
    assert values(none)["nps.before"] is None


def test_the_last_thirty_days_are_taken_where_no_period_is_said(client):
    notes = asked(client, "/v1/summaries/mix")["notes"]

    assert notes[0]["en"] == "2026-10-23 to 2026-11-21 against 2026-09-23 to 2026-10-22"
    assert notes[0]["vi"].startswith("2026-10-23 đến 2026-11-21 so với")


@pytest.mark.parametrize(
    "address", ["/v1/summaries/mix?metric=csat", "/v1/summaries/mix?since=2026-01-01&until=2026-01-02"]
)
def test_what_cannot_be_split_is_said(client, address):
    answer = asked(client, address)

    assert answer["rows"] == []
    assert "nobody answered" in answer["notes"][-1]["en"]


@pytest.fixture
def days(settings, live):
    """Twenty days of 50 comments: 5 blame delivery, from the eleventh day on 20 do, the others praise staff."""
    with opened(settings, live, comments.router) as client:
        for day in range(1, 21):
            blamed = 5 if day < 11 else 20
            keep(client, *(row(f"{day}-{n}", day=f"2026-11-{day:02}", **({} if n < blamed else PRAISE))
                           for n in range(50)))  # fmt: skip
        yield client


def test_a_new_level_is_told_from_chance(days):
    rows = asked(days, "/v1/summaries/control?interval=day&theme=delivery")["rows"]
    (level,) = [one for one in rows if one["metric"] == "level_change"]
    (latest,) = [one for one in rows if one["metric"] == "latest_change"]
    first = {one["metric"]: one for one in rows if one["bucket"] == "2026-11-01"}

    assert (level["bucket"], level["value"]) == ("2026-11-11", 0.3)
    assert level["low"] < 0.3 < level["high"]
    assert (first["share"]["value"], first["share"]["n"]) == (0.1, 50)
    assert first["limits"]["value"] == 0.25
    assert 0 <= first["limits"]["low"] < 0.25 < first["limits"]["high"]
    assert latest["bucket"] is None
    assert values(rows, bucket="2026-11-20")["drift"] == 1
    assert values(rows, bucket="2026-11-10")["drift"] == -1


def test_overall_sentiment_has_a_chart_too(days):
    rows = asked(days, "/v1/summaries/control?interval=day&mention=negative")["rows"]

    assert rows[0]["theme"] is None
    assert [one["value"] for one in rows if one["theme"] is None and one["metric"] == "share"] == [0.1] * 10 + [
        0.4
    ] * 10
    assert not any(one["theme"] is None for one in asked(days, "/v1/summaries/control")["rows"])


def test_another_model_is_no_change(days):
    """What it sees is not compared with what the former one saw."""
    for day in range(21, 25):
        keep(days, *(row(f"{day}-{n}", day=f"2026-11-{day}", model="new") for n in range(50)))
    answer = asked(days, "/v1/summaries/control?interval=day&theme=delivery")
    rows = answer["rows"]

    assert [one["bucket"] for one in rows if one["metric"] == "model_changed"] == ["2026-11-21"]
    assert not any(one["metric"] in ("limits", "signal", "level_change") for one in rows)
    assert "new, tiny" in answer["notes"][0]["en"]


def test_days_without_comments_are_there(days):
    days.delete("/v1/respondents/nobody")
    keep(days, row("later", day="2026-11-23"))
    rows = asked(days, "/v1/summaries/control?interval=day&theme=delivery")["rows"]

    assert [(one["bucket"], one["value"], one["n"]) for one in rows if one["metric"] == "share"][-3:] == [
        ("2026-11-21", None, 0), ("2026-11-22", None, 0), ("2026-11-23", 1, 1),
    ]  # fmt: skip


def test_of_a_very_long_series_the_last_part_is_shown_and_that_is_said(days):
    """One comment of the year 1926 does not make a hundred years of empty days."""
    keep(days, row("old", day="1926-11-23"))
    answer = asked(days, "/v1/summaries/control?interval=day")

    assert len({one["bucket"] for one in answer["rows"] if one["bucket"]}) == 104
    assert "only the last 104" in answer["notes"][-1]["en"]


@pytest.mark.parametrize("interval", ["day", "week", "month", "quarter"])
def test_comments_of_the_first_and_the_last_day_there_are_have_a_chart(days, interval):
    """One comment that a person dated 9999-12-31 made the chart of all others a 500."""
    keep(days, row("first", day="0001-01-01"), row("last", day="9999-12-31"))
    answer = asked(days, f"/v1/summaries/control?interval={interval}")

    named = sorted({one["bucket"] for one in answer["rows"] if one["bucket"]})
    assert (len(named), named[-1][:4]) == (104, "9999")
    assert "only the last 104" in answer["notes"][-1]["en"]


# --- what all of them have in common ---


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_kept_is_no_error(settings, live, address):
    with opened(settings, live) as client:
        assert asked(client, address)["rows"] == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_etag_spares_what_did_not_change(client, address):
    first = client.get(address)
    again = client.get(address, headers={"if-none-match": first.headers["etag"]})
    client.delete("/v1/comments/n3")
    later = client.get(address, headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content, later.status_code) == (304, b"", 200)


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_same_rows_as_csv_and_parquet(client, address):
    import polars as pl

    told = asked(client, address)["rows"]
    as_csv = client.get(address, headers={"accept": "text/csv"})
    join = "&" if "?" in address else "?"
    frame = pl.read_parquet(io.BytesIO(client.get(f"{address}{join}format=parquet").content))
    table = list(csv.DictReader(io.StringIO(as_csv.content.decode("utf-8-sig"))))

    assert frame.to_dicts() == told
    assert len(table) == len(told)
    assert list(table[0]) == list(told[0]) == frame.columns
    assert set(COLUMNS) <= set(frame.columns)


@pytest.mark.parametrize("address", ADDRESSES)
def test_workspaces_count_nothing_of_each_other(client, new_key, address):
    own, other = new_key(client, "read"), new_key(client, "read", workspace="acme")
    mine, theirs = client.get(address, headers=own), client.get(address, headers=other)
    crossed = client.get(address, headers={**other, "if-none-match": mine.headers["etag"]})

    assert mine.json()["rows"]
    assert theirs.json()["rows"] == []
    assert crossed.status_code == 200
    assert client.get(address, headers=new_key(client, "analyze")).status_code == 403
