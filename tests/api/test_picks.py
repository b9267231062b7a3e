"""Contradictions, quotes and terms: what people wrote, in few words, of one's own workspace."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from nlp_cx.api import contradictions, quotes
from nlp_cx.api.contradictions import ContradictionOut
from nlp_cx.api.quotes import QUOTE_COLUMNS
from nlp_cx.api.terms import TERM_COLUMNS
from tests.api.survey import keep, opened
from tests.storage.made import made, nps

BLAME = ("Giao hàng chậm, đợi mãi không thấy đâu", "Đơn giao hàng trễ hai ngày so với hẹn",
         "Shop giao hàng chậm mà không báo trước", "Lần nào cũng giao hàng chậm, rất bực mình")  # fmt: skip
PRAISE = ("Nhân viên nhiệt tình, tư vấn rất kỹ", "Bạn nhân viên nhiệt tình và dễ thương lắm",
          "Nhân viên tư vấn nhiệt tình, sẽ quay lại")  # fmt: skip
ADDRESSES = ("/v1/contradictions", "/v1/quotes", "/v1/terms", "/v1/terms?kind=rising")


def blame(id, text=BLAME[0], **given):
    return made(id, text, **{"created_at": date(2026, 11, 20), **given})


def praise(id, text=PRAISE[0], **given):
    return made(id, text, themes={"staff": "positive"}, tone="positive", **{"created_at": date(2026, 11, 20), **given})


@pytest.fixture
def client(settings, live):
    """Four blame delivery, one of them with a 10; three praise staff, one of them with a 1."""
    with opened(settings, live) as client:
        keep(
            client,
            *(blame(f"d{n}", text, scores=(nps(10 if n == 3 else 2),)) for n, text in enumerate(BLAME)),
            *(praise(f"s{n}", text, scores=(nps(1 if n == 2 else 9),)) for n, text in enumerate(PRAISE)),
            blame("older", scores=(nps(9),), created_at=date(2026, 10, 1)),
            blame("unsure", scores=(nps(10),), sure=0.7),
        )
        yield client


def asked(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_scores_that_contradict_their_text_are_listed_newest_first(client):
    """What the model is not sure of is left out, though it was counted among those looked at."""
    told = asked(client, "/v1/contradictions")

    assert [one["comment_id"] for one in told["items"]] == ["s2", "d3", "older"]
    assert told["next"] is None
    assert told["counts"] == {"n": 9, "high": 5, "low": 4, "high_score_complaint": 3, "low_score_praise": 1}
    harsh = told["items"][1]
    assert (harsh["kind"], harsh["metric"], harsh["value"], harsh["max"]) == ("high_score_complaint", "nps", 10, 10)
    assert (harsh["certainty"], harsh["strength"], harsh["themes"]) == (0.9, 0.9, ["delivery"])
    assert (harsh["created_at"], harsh["language"], harsh["text"]) == ("2026-11-20", "vi", BLAME[3])
    assert list(harsh) == list(ContradictionOut.model_fields)


def test_contradictions_come_in_pages_and_by_kind(client, monkeypatch):
    """A page that reads too many unsure ones ends early, and the next one goes on."""
    first = asked(client, "/v1/contradictions?limit=2")
    rest = asked(client, f"/v1/contradictions?limit=2&after={first['next']}")
    kind = asked(client, "/v1/contradictions?kind=low_score_praise")
    monkeypatch.setattr(contradictions, "MOST_READ", 1)
    found, after = [], ""
    for _ in range(10):
        page = asked(client, f"/v1/contradictions?limit=1{after}")
        found += [one["comment_id"] for one in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"

    assert [one["comment_id"] for one in first["items"] + rest["items"]] == ["s2", "d3", "older"]
    assert [one["comment_id"] for one in kind["items"]] == ["s2"]
    assert found == ["s2", "d3", "older"]
    assert [one["comment_id"] for one in asked(client, "/v1/contradictions?until=2026-10-31")["items"]] == ["older"]
    for wrong in ("kind=odd", "after=x", "limit=0"):
        assert client.get(f"/v1/contradictions?{wrong}").status_code == 422


def test_each_theme_is_quoted(client):
    """Those with most mentions first; never the same text twice."""
    rows = asked(client, "/v1/quotes")["rows"]
    texts = [one["text"] for one in rows]

    assert list(dict.fromkeys(one["theme"] for one in rows)) == ["delivery", "staff"]
    assert [one["rank"] for one in rows if one["theme"] == "delivery"] == [1, 2, 3]
    assert len(set(texts)) == len(texts)
    assert set(texts) <= {*BLAME, *PRAISE}
    staff = next(one for one in rows if one["theme"] == "staff")
    assert (staff["sentiment"], staff["mentions"], staff["sampled"], staff["model"]) == ("positive", 3, 3, "m1")
    assert {one["scores"] for one in rows if one["theme"] == "staff"} <= {"nps=9", "nps=1"}
    assert list(staff) == list(QUOTE_COLUMNS)
    assert [one["theme"] for one in asked(client, "/v1/quotes?theme=staff&most=1")["rows"]] == ["staff"]
    assert asked(client, "/v1/quotes?theme=price")["rows"] == []


def test_quotes_hold_no_personal_data(client):
    """What is stored is redacted, and only that is quoted."""
    comment, analysis, _ = blame("phone")
    from dataclasses import replace

    raw = replace(comment, text="Giao hàng chậm, gọi 0912345678 không nghe")
    kept = replace(analysis, text="Giao hàng chậm, gọi [PHONE] không nghe")
    client.delete("/v1/comments/d0")
    client.app.state.service.store.save("p", None, None, [(raw, kept, raw.text)])
    from nlp_cx.api.quotes import quote_figures
    from nlp_cx.storage.interface import EVERYTHING

    (row,) = quote_figures(client.app.state.service.store, "p", EVERYTHING, (), 3).rows

    assert row["text"] == "Giao hàng chậm, gọi [PHONE] không nghe"


def test_a_sample_says_how_large_it_is(client, monkeypatch):
    monkeypatch.setattr(quotes, "OF_A_THEME", 2)
    answer = asked(client, "/v1/quotes")

    assert {one["sampled"] for one in answer["rows"]} == {2}
    assert [note["en"] for note in answer["notes"]] == ["chosen from a random sample of at most 2 comments per theme"]


def test_terms_set_themes_apart(client):
    """Vietnamese words are words: "nhân viên", "nhiệt tình"."""
    rows = asked(client, "/v1/terms")["rows"]
    terms = {theme: [one["term"].lower() for one in rows if one["theme"] == theme] for theme in ("delivery", "staff")}

    assert any("giao hàng" in term for term in terms["delivery"])
    assert any("nhiệt tình" in term for term in terms["staff"])
    assert not set(terms["delivery"]) & set(terms["staff"])
    assert list(rows[0]) == list(TERM_COLUMNS)
    assert (rows[0]["kind"], rows[0]["n"], rows[0]["count_before"], rows[0]["new"]) == ("key", 6, None, None)
    assert {one["theme"] for one in asked(client, "/v1/terms?theme=staff")["rows"]} == {"staff"}


def test_words_that_more_comments_hold_than_before_are_rising(client):
    """Twenty comments a month; in November half of them speak of the new app."""
    service = client.app.state.service.store
    texts = ["Giao hàng chậm quá", "Ứng dụng mới bị treo liên tục"]
    service.save("r", None, None, [
        blame(f"{month}-{n}", texts[month == 11 and n % 2 == 0], created_at=date(2026, month, 5))
        for month in (10, 11) for n in range(20)
    ])  # fmt: skip
    from nlp_cx.api.terms import rising
    from nlp_cx.storage.interface import Filter

    found = rising(service, "r", Filter(since=date(2026, 11, 1), until=date(2026, 11, 30)), (), 12)

    assert found.rows
    for row in found.rows:
        assert (row["kind"], row["count"], row["n"], row["count_before"], row["n_before"]) == ("rising", 10, 20, 0, 20)
        assert row["new"]
        assert row["q"] < 0.05
    assert "ứng dụng" in " ".join(row["term"].lower() for row in found.rows)
    assert found.notes[0]["en"] == "2026-11-01 to 2026-11-30 against 2026-10-02 to 2026-10-31"
    assert rising(service, "r", Filter(), ("staff",), 12).rows == []


def test_who_asks_while_others_are_served_is_told_when_to_ask_again(client):
    for _ in range(quotes.SIDE_BY_SIDE):
        quotes.searching.acquire()
    try:
        answers = [client.get(address) for address in ("/v1/quotes", "/v1/terms")]
    finally:
        quotes.searching.release(quotes.SIDE_BY_SIDE)

    assert [(answer.status_code, answer.headers["retry-after"]) for answer in answers] == [(429, "2")] * 2


# --- what all of them have in common ---


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_kept_is_no_error(settings, live, address):
    with opened(settings, live) as client:
        told = asked(client, address)

        assert told.get("rows", told.get("items")) == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_etag_spares_what_did_not_change(client, address):
    first = client.get(address)
    again = client.get(address, headers={"if-none-match": first.headers["etag"]})
    client.delete("/v1/comments/s2")
    later = client.get(address, headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content, later.status_code) == (304, b"", 200)
    assert PRAISE[2] not in later.text


@pytest.mark.parametrize("address", ["/v1/quotes", "/v1/terms"])
def test_the_same_rows_as_csv_and_parquet(client, address):
    import polars as pl

    told = asked(client, address)["rows"]
    as_csv = client.get(address, headers={"accept": "text/csv"})
    frame = pl.read_parquet(io.BytesIO(client.get(f"{address}?format=parquet").content))
    table = list(csv.DictReader(io.StringIO(as_csv.content.decode("utf-8-sig"))))

    assert frame.to_dicts() == told
    assert list(table[0]) == list(told[0]) == frame.columns
    assert len(table) == len(told)


@pytest.mark.parametrize("address", ADDRESSES)
def test_workspaces_read_nothing_of_each_other(client, new_key, address):
    own, other = new_key(client, "read"), new_key(client, "read", workspace="acme")
    mine, theirs = client.get(address, headers=own), client.get(address, headers=other)
    crossed = client.get(address, headers={**other, "if-none-match": mine.headers["etag"]})

    assert mine.status_code == 200
    assert theirs.json().get("rows", theirs.json().get("items")) == []
    assert crossed.status_code == 200
    assert client.get(address, headers=new_key(client, "analyze")).status_code == 403
