"""/v1/batches: files in, results out, and nothing that a hostile file could do."""

from __future__ import annotations

import csv
import io
import json
import time
import zipfile

import pytest
from starlette.testclient import TestClient

from nlp_cx.api.app import create_app
from nlp_cx.settings import Settings

URL = "/v1/batches"
CSV = "mã,ý kiến,NPS\n1,giao hàng chậm quá,3\n2,nhân viên nhiệt tình,10\n3,=1+1 giá rẻ,9\n"
TYPE = {"Content-Type": "text/csv"}


def hand_in(client, body=CSV, headers=TYPE, **parameters):
    body = body.encode() if isinstance(body, str) else body
    return client.post(URL, content=body, headers=headers, params=parameters)


def wait(client, batch):
    for _ in range(2400):
        now = client.get(f"{URL}/{batch}").json()
        if now["state"] not in ("queued", "running"):
            return now
        time.sleep(0.05)
    raise AssertionError(now)


@pytest.fixture(scope="module")
def client(tiny_model, tmp_path_factory):
    """A client of a service that works on batches."""
    settings = Settings(model=str(tiny_model), home=tmp_path_factory.mktemp("home"))
    with TestClient(create_app(settings), base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def done(client):
    """A batch that is done."""
    answer = hand_in(client, name="khảo sát.csv")
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"{URL}/{answer.json()['id']}"
    return wait(client, answer.json()["id"])


def test_a_file_becomes_a_batch_with_its_counts(done):
    assert (done["state"], done["name"], done["format"]) == ("completed", "khảo sát.csv", "csv")
    assert (done["total"], done["done"], done["rejected"], done["error"]) == (3, 3, 0, None)
    roles = {column["column"]: column["role"] for column in done["sheets"][0]["columns"]}
    assert roles == {"mã": "id", "ý kiến": "text", "NPS": "score"}


def test_results_come_in_pages_in_the_order_of_the_file(client, done):
    first = client.get(f"{URL}/{done['id']}/results", params={"limit": 2})
    assert [item["id"] for item in first.json()["items"]] == ["1", "2"]

    second = client.get(first.headers["link"].partition(">")[0].lstrip("<"))

    assert [item["id"] for item in second.json()["items"]] == ["3"]
    assert second.json()["next"] is None
    assert "link" not in second.headers


def test_results_come_as_json_lines(client, done):
    whole = client.get(f"{URL}/{done['id']}/results", params={"format": "ndjson"})
    assert whole.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line)["id"] for line in whole.text.splitlines()] == ["1", "2", "3"]
    page = client.get(f"{URL}/{done['id']}/results", params={"format": "ndjson", "limit": 1})
    assert [json.loads(line)["id"] for line in page.text.splitlines()] == ["1"]


def test_results_as_csv_hold_no_formula(client, done):
    answer = client.get(f"{URL}/{done['id']}/results", params={"format": "csv"})

    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert [row["text"] for row in table] == ["giao hàng chậm quá", "nhân viên nhiệt tình", "'=1+1 giá rẻ"]
    assert [row["score_nps"] for row in table] == ["3", "10", "9"]
    assert "filename" in answer.headers["content-disposition"]


def test_results_as_workbook_and_parquet_can_be_opened(client, done):
    import openpyxl
    import polars as pl

    workbook = client.get(f"{URL}/{done['id']}/results", params={"format": "xlsx"})
    parquet = client.get(f"{URL}/{done['id']}/results", params={"format": "parquet"})

    sheet = openpyxl.load_workbook(io.BytesIO(workbook.content)).worksheets[0]
    assert sheet.max_row == 4
    assert pl.read_parquet(io.BytesIO(parquet.content))["id"].to_list() == ["1", "2", "3"]


def test_downloads_leave_nothing_behind(client, done):
    client.get(f"{URL}/{done['id']}/results", params={"format": "csv"})

    assert list(client.app.state.service.jobs.files.uploads.glob(".*")) == []


def test_batches_are_listed_newest_first_and_by_state(client, done):
    newer = wait(client, hand_in(client).json()["id"])

    listed = client.get(URL, params={"state": "completed"}).json()["items"]

    names = [batch["id"] for batch in listed]
    assert names.index(newer["id"]) < names.index(done["id"])
    assert client.get(URL, params={"state": "cancelled", "limit": 1}).json()["items"] == []


def test_a_form_is_taken_like_the_file_itself(client):
    answer = client.post(
        URL,
        files={"file": ("survey.csv", "a,b\n1,giá rẻ\n", "text/csv")},
        data={"mapping": json.dumps({"text": ["b"], "id": "a", "all": {"language": "vi"}})},
    )
    assert answer.status_code == 202, answer.text
    batch = wait(client, answer.json()["id"])
    assert (batch["state"], batch["name"]) == ("completed", "survey.csv")
    (item,) = client.get(f"{URL}/{batch['id']}/results").json()["items"]
    assert item["language"] == {"code": "vi", "confidence": 1.0}


def test_json_is_taken_as_objects_and_as_lines(client):
    told = [{"id": "j1", "text": "giá rẻ"}, {"id": "j2", "text": ["x"]}]
    as_object = hand_in(client, json.dumps({"comments": told}), {"Content-Type": "application/json"})
    lines = "\n".join(map(json.dumps, told))
    as_lines = hand_in(client, lines, {"Content-Type": "application/x-ndjson"})

    for answer in (as_object, as_lines):
        batch = wait(client, answer.json()["id"])
        assert (batch["done"], batch["rejected"]) == (1, 1)
        (row,) = client.get(f"{URL}/{batch['id']}/errors").json()["items"]
        assert (row["id"], row["severity"], row["reason"]) == ("j2", "row", "text must be a string")


@pytest.mark.parametrize(
    ("body", "headers", "status", "told"),
    [
        ("", TYPE, 422, "file"),
        (CSV, {"Content-Type": "image/png"}, 415, "send one of"),
        (CSV, {"Content-Type": "multipart/form-data"}, 422, "multipart"),
        (CSV, {"Content-Type": "multipart/form-data; boundary=x"}, 422, "multipart"),
        ("1,2\n3,4\n", TYPE, 422, "column"),
        ("%PDF-1.7", TYPE, 422, "PDF"),
        ("PK\x03\x04 broken", {"Content-Type": "application/octet-stream"}, 422, "broken"),
    ],
)
def test_what_cannot_be_used_is_refused_at_once(client, body, headers, status, told):
    answer = hand_in(client, body, headers)
    assert answer.status_code == status, answer.text
    assert told in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


OFF_SCALE = "ý kiến,mức độ hài lòng,nps\n" + "giao hàng chậm quá,9,5\n" * 9 + "giá rẻ,9,44\n"
IN_MAPPING = 'over the API in the mapping as {"scores": ["%s:MIN-MAX"]}'
IN_MAPPING_VI = 'qua API trong mapping là {"scores": ["%s:MIN-MAX"]}'


@pytest.mark.parametrize(("lang", "told"), [("en", IN_MAPPING), ("vi", IN_MAPPING_VI)])
def test_what_to_declare_is_said_as_the_mapping_has_it(client, lang, told):
    """Whoever reads it came over the API or the page, and has no options to type."""
    language = {"Accept-Language": lang}
    sent = client.post(f"{URL}/preview?name=a.csv", content=OFF_SCALE.encode(), headers=TYPE | language)
    batch = wait(client, hand_in(client, OFF_SCALE, TYPE).json()["id"])
    notes = client.get(f"{URL}/{batch['id']}", headers=language).json()["notes"]
    (row,) = client.get(f"{URL}/{batch['id']}/errors").json()["items"]

    assert sent.json()["notes"] == notes
    assert [note.endswith(told % "csat=mức độ hài lòng") for note in notes] == [True]
    assert row["reason" if lang == "en" else "reason_vi"].endswith(told % "nps=nps")
    assert "--" not in sent.text


@pytest.mark.parametrize(("lang", "told"), [("en", "says what columns are"), ("vi", "cho biết mỗi cột là gì")])
def test_a_file_without_a_known_text_names_the_mapping(client, lang, told):
    answer = client.post(f"{URL}?name=a.csv", content="1,2\n3,4\n", headers=TYPE | {"Accept-Language": lang})

    (field,) = answer.json()["invalid_params"]
    assert (answer.status_code, field["name"]) == (422, "mapping")
    assert field["reason"].startswith(told)
    assert answer.json()["columns"] == ["column_1", "column_2"]
    assert "--" not in answer.text


@pytest.mark.parametrize(
    ("mapping", "name"),
    [
        ("[", "mapping"), ("[]", "mapping"), ("[" * 10_000, "mapping"), ('{"texts": "a"}', "mapping/texts"),
        ('{"text": 5}', "mapping/text"), ('{"id": []}', "mapping/id"), ('{"id": "\\u0000"}', "mapping/id"),
        ('{"id": "\\ud800"}', "mapping/id"), ('{"all": []}', "mapping/all"),
        ('{"all": {"language": "fr"}}', "mapping/all/language"), ('{"all": {"x": "y"}}', "mapping/all/x"),
    ],
)  # fmt: skip
def test_a_mapping_that_is_none_is_refused_by_name(client, mapping, name):
    answer = hand_in(client, mapping=mapping)
    assert answer.status_code == 422
    assert answer.json()["invalid_params"][0]["name"] == name


def test_a_refused_file_is_called_by_the_callers_name_and_leaves_nothing(client):
    answer = hand_in(client, "1,2\n3,4\n", name="khảo sát.csv", mapping='{"text": ["nope"]}')
    assert answer.status_code == 422
    uploads = client.app.state.service.jobs.files.uploads
    assert str(uploads) not in answer.text
    assert list(uploads.glob(".*")) == []


def test_a_form_with_unknown_fields_or_two_files_is_refused(client):
    two = client.post(URL, files=[("file", ("a.csv", CSV)), ("file", ("b.csv", CSV))])
    unknown = client.post(URL, files={"file": ("a.csv", CSV)}, data={"color": "red"})
    none = client.post(URL, files={"mapping": (None, "{}")})
    assert [answer.status_code for answer in (two, unknown, none)] == [422, 422, 422]


def test_a_zip_bomb_is_refused(client):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member:
            for _ in range(300):
                member.write(bytes(1 << 20))
    answer = hand_in(client, buffer.getvalue(), {"Content-Type": "application/octet-stream"}, name="bomb.xlsx")
    assert answer.status_code == 422
    assert "bomb.xlsx unpacks from" in answer.text


def test_bodies_over_the_limit_are_refused_and_leave_nothing(serve):
    client = serve(max_upload_mb=1)
    answer = hand_in(client, "a,b\n" + "x" * (2 << 20))
    assert answer.status_code == 413
    assert list(client.app.state.service.jobs.files.uploads.glob(".*")) == []


def test_a_cell_with_nul_and_a_long_comment_are_analysed(client):
    body = json.dumps({"id": "n", "text": "giá\0rẻ"}) + "\n" + json.dumps({"id": "l", "text": "giá rẻ " * 15_000})
    batch = wait(client, hand_in(client, body, {"Content-Type": "application/x-ndjson"}).json()["id"])
    assert (batch["state"], batch["done"]) == ("completed", 2)
    (field,) = client.get(f"{URL}/{batch['id']}/errors").json()["items"]
    assert (field["id"], field["severity"]) == ("n", "field")
    assert "\0" not in json.dumps(client.get(f"{URL}/{batch['id']}/results").json(), ensure_ascii=False)


def test_how_a_file_was_read_is_told_in_the_callers_language(client):
    """In a preview and of the batch."""
    content = "Báo cáo\n\nMã,Ý kiến,NPS\na,Chờ lâu,3\nb,Giá rẻ,9\n".encode()
    headers = TYPE | {"accept-language": "vi"}

    seen = client.post(f"{URL}/preview", content=content, headers=headers).json()
    batch = client.post(URL, content=content, headers=headers).json()

    told = "dòng 3 được coi là tiêu đề; các dòng phía trên được bỏ qua"
    assert seen["notes"] == [told]
    wait(client, batch["id"])
    assert client.get(f"{URL}/{batch['id']}", headers=headers).json()["notes"] == [told]


def test_a_preview_keeps_nothing_and_shows_no_personal_data(client):
    before = client.get(URL).json()
    answer = client.post(f"{URL}/preview", content=b"id,comment\n1,call 0912345678\n", headers=TYPE)

    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["format"], shown["comments"], shown["rejected"]) == ("csv", 1, 0)
    assert shown["first"][0]["text"] == "call [PHONE]"
    assert client.get(URL).json() == before
    assert list(client.app.state.service.jobs.files.uploads.glob(".*")) == []


def test_the_same_key_and_file_are_taken_once(client):
    headers = {**TYPE, "Idempotency-Key": "once"}
    first, again = hand_in(client, headers=headers), hand_in(client, headers=headers)
    other = hand_in(client, CSV + "4,giá rẻ,5\n", headers=headers)

    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert other.status_code == 422


def test_a_batch_that_is_over_cannot_be_cancelled_and_can_be_deleted(client):
    batch = wait(client, hand_in(client).json()["id"])["id"]
    assert client.post(f"{URL}/{batch}/cancel").status_code == 409
    assert client.delete(f"{URL}/{batch}").status_code == 204
    for answer in (
        client.get(f"{URL}/{batch}"), client.delete(f"{URL}/{batch}"), client.post(f"{URL}/{batch}/cancel"),
        client.get(f"{URL}/{batch}/results"), client.get(f"{URL}/{batch}/errors"),
    ):  # fmt: skip
        assert answer.status_code == 404


def test_an_edited_cursor_is_refused(client, done):
    for path in ("results", "errors"):
        answer = client.get(f"{URL}/{done['id']}/{path}", params={"after": "AAAA"})
        assert answer.status_code == 422, path
    assert client.get(f"{URL}/{done['id']}/results", params={"after": "AAAA", "format": "ndjson"}).status_code == 422
    assert client.get(URL, params={"after": "AAAA"}).status_code == 422


def test_workspaces_and_scopes_are_kept_apart(serve, new_key):
    client = serve()
    acme, other = new_key(client, "analyze", "read", workspace="acme"), new_key(client, "admin", workspace="other")
    reader = new_key(client, "read", workspace="acme")
    batch = hand_in(client, headers={**TYPE, **acme}).json()["id"]

    assert hand_in(client, headers=TYPE).status_code == 401
    assert hand_in(client, headers={**TYPE, **reader}).status_code == 403
    assert client.get(URL, headers=other).json()["items"] == []
    for answer in (
        client.get(f"{URL}/{batch}", headers=other), client.get(f"{URL}/{batch}/results", headers=other),
        client.get(f"{URL}/{batch}/errors", headers=other), client.delete(f"{URL}/{batch}", headers=other),
        client.post(f"{URL}/{batch}/cancel", headers=other),
        client.get(f"{URL}/{batch}/results", params={"format": "csv"}, headers=other),
    ):  # fmt: skip
        assert answer.status_code == 404
    assert client.get(f"{URL}/{batch}", headers=reader).status_code == 200
