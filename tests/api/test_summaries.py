"""Tidy rows: the right figures, in three formats, with an ETag, of one's own workspace."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest

from nlp_cx.api import comments, labels, summaries
from nlp_cx.export.table import plain
from nlp_cx.intervals import wilson_interval
from tests.api.survey import keep, opened, row

SUMMARIES = ("/v1/summaries/themes", "/v1/summaries/trend", "/v1/summaries/segments?by=language", "/v1/scores")
COLUMNS = ["bucket", "theme", "theme_name_vi", "theme_name_en", "segment", "metric", "value", "low", "high", "n",
           "model", "taxonomy"]  # fmt: skip


@pytest.fixture
def client(settings, live):
    """A service with eight comments: delivery 3 of 4 in October, 1 of 4 in November; scores 0 to 10."""
    with opened(settings, live, comments.router, labels.router, summaries.router) as client:
        praise = {"themes": [("staff", "positive")], "sentiment": "positive"}
        keep(
            client,
            *(row(f"o{n}", day="2026-10-30", nps=0, segments={"branch": "=cmd"}) for n in range(3)),
            row("o3", day="2026-10-31", nps=10, segments={"branch": "=cmd"}, **praise),
            row("n0", day="2026-11-02", nps=8, segments={"branch": "Quận 1"}),
            *(row(f"n{n}", day="2026-11-03", nps=10, segments={"branch": "Quận 1"}, **praise) for n in (1, 2)),
            row("n3", day=None, nps=7, **praise),
        )
        yield client


def rows(client, address, **wanted):
    """Rows of an answer with these values, by metric."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return {
        one["metric"]: one for one in answer.json()["rows"] if all(one[key] == value for key, value in wanted.items())
    }


def test_a_theme_has_its_share_and_its_judgement(client):
    """Delivery is named by 4 of 8, always with blame."""
    found = rows(client, "/v1/summaries/themes", theme="delivery")
    low, high = wilson_interval(4, 8)

    assert list(found["share"]) == COLUMNS
    assert found["share"] == {
        "bucket": None, "theme": "delivery", "theme_name_vi": "Giao hàng & thực hiện đơn",
        "theme_name_en": "Delivery & fulfilment", "segment": None, "metric": "share", "value": 0.5,
        "low": round(low, 6), "high": round(high, 6), "n": 8, "model": "tiny", "taxonomy": "1",
    }  # fmt: skip
    assert (found["mentions"]["value"], found["mentions"]["n"]) == (4, 8)
    assert (found["negative_share"]["value"], found["negative_share"]["n"]) == (1, 4)
    assert (found["negative"]["value"], found["positive"]["value"]) == (4, 0)
    assert found["net_sentiment"]["value"] == -1
    assert -1 <= found["net_sentiment"]["low"] <= found["net_sentiment"]["high"] <= 1


def test_rows_without_a_theme_are_about_all_comments(client):
    """Half are negative; those who blame are likely to complain."""
    found = rows(client, "/v1/summaries/themes", theme=None)

    assert (found["comments"]["value"], found["negative_share"]["value"], found["net_sentiment"]["value"]) == (
        8,
        0.5,
        0,
    )
    assert (found["complaint_share"]["value"], found["suggestion_share"]["value"]) == (0.5, 0)


def test_a_theme_that_nobody_mentions_is_zero(client):
    """Its share is known, how it is judged is not."""
    found = rows(client, "/v1/summaries/themes", theme="price")

    assert (found["share"]["value"], found["share"]["low"]) == (0, 0)
    assert (found["negative_share"]["value"], found["net_sentiment"]["value"]) == (None, None)


def test_a_trend_has_one_bucket_per_unit(client):
    """75% in October, a third in November; what has no date is left out and said."""
    answer = client.get("/v1/summaries/trend?metric=share&theme=delivery&theme=price").json()

    assert [(one["bucket"], one["theme"], one["value"], one["n"]) for one in answer["rows"]] == [
        ("2026-10", "delivery", 0.75, 4),
        ("2026-10", "price", 0, 4),
        ("2026-11", "delivery", round(1 / 3, 6), 3),
        ("2026-11", "price", 0, 3),
    ]
    assert [note["en"] for note in answer["notes"]] == ["1 comments have no date and are left out"]
    days = client.get("/v1/summaries/trend?interval=day&metric=comments").json()["rows"]
    assert [(one["bucket"], one["value"]) for one in days] == [
        ("2026-10-30", 3), ("2026-10-31", 1), ("2026-11-02", 1), ("2026-11-03", 2),
    ]  # fmt: skip


def test_segments_stand_beside_each_other(client):
    """Each value with its own n; null is for comments without one; the smallest ones can be left out."""
    address = "/v1/summaries/segments?by=segment:branch&metric=share&theme=delivery"
    answer, fewer = client.get(address).json(), client.get(f"{address}&most=1").json()

    assert {one["segment"]: (one["value"], one["n"]) for one in answer["rows"]} == {
        "=cmd": (0.75, 4),
        "Quận 1": (round(1 / 3, 6), 3),
        None: (0, 1),
    }
    assert [one["segment"] for one in fewer["rows"]] == ["=cmd"]
    assert fewer["notes"] == [
        {
            "en": "2 segments with fewer comments are left out",
            "vi": "2 phân khúc có ít ý kiến hơn không được hiển thị",
        }
    ]
    both = client.get("/v1/summaries/trend?by=segment:branch&metric=comments").json()["rows"]
    assert [(one["bucket"], one["segment"], one["value"]) for one in both] == [
        ("2026-10", "=cmd", 4),
        ("2026-11", "Quận 1", 3),
    ]


def test_a_period_is_compared_with_the_one_before(client):
    """November's first two weeks with October's last two: a third less three quarters."""
    found = rows(client, "/v1/summaries/themes?since=2026-11-01&until=2026-11-14", theme="delivery")
    change = found["share_change"]

    assert change["value"] == round(1 / 3 - 3 / 4, 6)
    assert change["low"] < change["value"] < change["high"]
    assert "share_change" not in rows(client, "/v1/summaries/themes", theme="delivery")


def test_a_score_is_compared_with_that_of_the_period_before(client):
    """From 3 detractors and a promoter, -50, to 2 promoters and a passive, 66.7; open periods have none before."""
    found = rows(client, "/v1/scores?since=2026-11-01&until=2026-11-30", theme=None)

    assert (found["nps.before"]["value"], found["nps.before"]["n"]) == (-50, 4)
    assert found["nps.change"]["value"] == pytest.approx(116.666667)
    assert found["nps.change"]["low"] < found["nps.change"]["value"] < found["nps.change"]["high"]
    assert 0 < found["nps.change_p"]["value"] < 0.1
    assert "nps.change" not in rows(client, "/v1/scores?since=2026-11-01", theme=None)
    assert "nps.change" not in rows(client, "/v1/scores?since=2026-10-01&until=2026-10-31", theme=None)
    assert "nps.change" not in rows(client, "/v1/scores?since=2026-11-01&until=2026-11-30&interval=month", theme=None)


def test_a_change_has_a_test_and_a_rate_of_false_discoveries(client):
    """One of three against three of four: Fisher's chance is 0.486; of two themes that moved it is the rate too."""
    address = "/v1/summaries/themes?since=2026-11-01&until=2026-11-14"
    found = rows(client, address, theme="delivery")
    still = rows(client, address, theme="price")

    assert (found["share_before"]["value"], found["share_before"]["n"]) == (0.75, 4)
    assert found["share_change_p"]["value"] == pytest.approx(0.485714, abs=1e-6)
    assert found["share_change_q"]["value"] >= found["share_change_p"]["value"]
    assert (still["share_before"]["value"], still["share_change"]["value"], still["share_change_p"]["value"]) == (
        0,
        0,
        1,
    )


def test_mentions_are_corrected_beside_the_raw_ones(client, monkeypatch):
    """A model that misses a tenth and sees no other: four of eight are 4.4 by its own errors."""
    from nlp_cx.api import figures
    from nlp_cx.correction import Accuracy

    known = {"delivery": Accuracy(hits=90, missed=10, wrong=0, right=900)}
    monkeypatch.setattr(figures, "_accuracy", lambda models: known)
    found = rows(client, "/v1/summaries/themes", theme="delivery")

    assert (found["mentions"]["value"], found["mentions_corrected"]["value"]) == (4, 4.4)
    assert found["share_corrected"]["value"] == pytest.approx(4 / 8 / 0.9, abs=1e-6)
    assert found["mentions_corrected"]["low"] < 4.4 < found["mentions_corrected"]["high"]


def test_other_themes_of_those_who_mention_one(client):
    """`mentioning` restricts the comments, `theme` only the rows."""
    found = rows(client, "/v1/summaries/themes?mentioning=staff&theme=delivery")

    assert (found["share"]["value"], found["share"]["n"]) == (0, 4)


def test_nps_of_all_and_of_those_who_mention_a_theme(client):
    """Three promoters, three detractors of eight; who blames delivery is at -75."""
    found = rows(client, "/v1/scores?themes=true", theme=None)
    late = rows(client, "/v1/scores?themes=true", theme="delivery")

    assert (found["nps"]["value"], found["nps"]["n"]) == (0, 8)
    assert found["nps"]["low"] < 0 < found["nps"]["high"]
    assert (found["nps.promoters"]["value"], found["nps.detractors"]["value"]) == (0.375, 0.375)
    assert found["nps.mean"]["value"] == 5.625
    assert (late["nps"]["value"], late["nps"]["n"]) == (-75, 4)
    assert late["nps.negative"]["value"] == -75
    assert "nps.positive" not in late


def test_scores_have_a_course_and_segments_too(client):
    """Buckets and values as everywhere."""
    months = client.get("/v1/scores?interval=month&metric=nps").json()["rows"]
    branches = client.get("/v1/scores?by=segment:branch&base=respondents").json()["rows"]

    assert [(one["bucket"], one["value"]) for one in months if one["metric"] == "nps"] == [
        ("2026-10", -50),
        ("2026-11", round(200 / 3, 6)),
    ]
    assert {one["segment"]: one["n"] for one in branches if one["metric"] == "nps"} == {"=cmd": 4, "Quận 1": 3, None: 1}
    assert client.get("/v1/scores?metric=csat").json() == {"rows": [], "notes": []}


def test_an_nps_on_another_scale_is_not_called_one(client):
    """It has its mean alone, under the name of its scale, and a note says why."""
    from nlp_cx.records import Score

    keep(client, row("x"))
    comment, analysis, raw = row("y")
    other = type(comment)(id="y", text="Giao hàng chậm", scores=(Score(metric="nps", value=1, min=1, max=5),))
    keep(client, (other, analysis, raw))
    answer = client.get("/v1/scores").json()
    by_name = {one["metric"]: one for one in answer["rows"]}

    assert by_name["nps"]["n"] == 8
    assert by_name["nps (1-5).mean"]["value"] == 1
    assert "nps (1-5)" not in by_name
    assert [note["en"].partition(":")[0] for note in answer["notes"]] == ["nps (1-5)"]


def test_corrections_show_at_once(client):
    """A person takes delivery out of one comment: the next answer counts three."""
    before = client.get("/v1/summaries/themes?theme=delivery&metric=mentions")
    client.post("/v1/labels", json={"comment_id": "n0", "themes": []})
    after = client.get("/v1/summaries/themes?theme=delivery&metric=mentions")

    assert [answer.json()["rows"][0]["value"] for answer in (before, after)] == [4, 3]
    assert before.headers["etag"] != after.headers["etag"]


def test_two_models_in_one_summary_are_said(client):
    """A change may be the model's."""
    keep(client, row("z", model="older"))
    answer = client.get("/v1/summaries/themes?theme=delivery&metric=share").json()

    assert answer["rows"][0]["model"] == "older, tiny"
    assert "older, tiny" in answer["notes"][0]["en"]


def test_nothing_kept_is_no_error(settings, live):
    """Themes with 0 of 0; no trend, no segments, no scores."""
    with opened(settings, live, summaries.router) as client:
        found = rows(client, "/v1/summaries/themes", theme="delivery")

        assert (found["mentions"]["value"], found["share"]["value"], found["share"]["n"]) == (0, None, 0)
        assert client.get("/v1/summaries/trend").json()["rows"] == []
        assert client.get("/v1/summaries/segments?by=stage").json()["rows"] == []
        assert client.get("/v1/scores?themes=true").json()["rows"] == []
        assert client.get("/v1/dimensions").json()["comments"] == 0


@pytest.mark.parametrize("address", [*SUMMARIES, "/v1/dimensions"])
def test_an_etag_spares_what_did_not_change(client, address):
    """Until a comment of the workspace comes, changes or goes."""
    first = client.get(address)
    again = client.get(address, headers={"if-none-match": first.headers["etag"]})
    client.delete("/v1/comments/n3")
    later = client.get(address, headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (later.status_code, later.headers["etag"] != first.headers["etag"]) == (200, True)


@pytest.mark.parametrize("address", SUMMARIES)
def test_the_same_rows_as_csv_and_parquet(client, address):
    """By Accept or by `format`; each format has an ETag of its own."""
    as_json = client.get(address)
    as_csv = client.get(address, headers={"accept": "text/csv"})
    as_parquet = client.get(address, params={"format": "parquet"} | ({"by": "language"} if "by=" in address else {}))
    table = list(csv.DictReader(io.StringIO(as_csv.content.decode("utf-8-sig"))))
    frame = pl.read_parquet(io.BytesIO(as_parquet.content))
    told = as_json.json()["rows"]

    assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert as_parquet.headers["content-type"] == "application/vnd.apache.parquet"
    assert len({one.headers["etag"] for one in (as_json, as_csv, as_parquet)}) == 3
    assert list(table[0]) == frame.columns == COLUMNS
    assert [[one[key] for key in COLUMNS] for one in table] == [
        ["" if one[key] is None else str(plain("number", one[key])) for key in COLUMNS] for one in told
    ]
    assert frame.to_dicts() == told


def test_a_csv_holds_nothing_that_a_spreadsheet_calculates(client):
    """A branch called =cmd is text."""
    answer = client.get("/v1/summaries/segments?by=segment:branch&theme=delivery&metric=share&format=csv")

    assert "'=cmd" in answer.text
    assert ",=cmd" not in answer.text
    assert answer.headers["content-disposition"] == 'attachment; filename="segments.csv"'


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/v1/summaries/themes?theme=weather", "theme/0"),
        ("/v1/summaries/themes?metric=mood", "metric/0"),
        ("/v1/summaries/themes?interval=month", "interval"),
        ("/v1/summaries/trend?interval=hour", "interval"),
        ("/v1/summaries/segments", "by"),
        ("/v1/summaries/segments?by=colour", "by"),
        ("/v1/summaries/trend?since=yesterday", "since"),
        ("/v1/scores?format=pdf", "format"),
    ],
)
def test_what_is_not_there_cannot_be_asked_for(client, address, name):
    """The parameter is named."""
    answer = client.get(address)

    assert answer.status_code == 422
    assert [each["name"] for each in answer.json()["invalid_params"]] == [name]


def test_dimensions_name_what_can_be_filtered_by(client):
    """With counts, most frequent first."""
    found = client.get("/v1/dimensions").json()

    assert (found["first"], found["last"], found["comments"]) == ("2026-10-30", "2026-11-03", 8)
    assert found["segments"] == [
        {"name": "branch", "values": [{"value": "=cmd", "comments": 4}, {"value": "Quận 1", "comments": 3}]}
    ]
    assert found["metrics"] == [{"metric": "nps", "min": 0, "max": 10, "direction": "higher_is_better", "answers": 8}]


def test_dimensions_can_be_those_of_some_comments(client):
    """By the filters of all figures."""
    found = client.get("/v1/dimensions", params={"segment": "branch=Quận 1"}).json()

    assert found["comments"] == 3
    assert found["segments"] == [{"name": "branch", "values": [{"value": "Quận 1", "comments": 3}]}]
    assert client.get("/v1/dimensions?segmnet=x").status_code == 422


@pytest.mark.parametrize("address", [*SUMMARIES, "/v1/dimensions"])
def test_workspaces_count_nothing_of_each_other(client, new_key, address):
    """Another workspace's figures are those of nothing, its ETag is no key to ours; reading needs the scope read."""
    own, other = new_key(client, "read"), new_key(client, "read", workspace="acme")
    mine, theirs = client.get(address, headers=own), client.get(address, headers=other)
    crossed = client.get(address, headers={**other, "if-none-match": mine.headers["etag"]})

    assert all(not one["value"] for one in theirs.json().get("rows", []))
    assert theirs.json().get("comments", 0) == 0
    assert any(one["value"] for one in mine.json().get("rows", [{"value": 1}]))
    assert crossed.status_code == 200
    assert client.get(address, headers=new_key(client, "analyze")).status_code == 403
