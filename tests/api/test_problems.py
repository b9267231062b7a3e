"""Every error is a problem document that says what to do and gives nothing away."""

from __future__ import annotations

import gzip
import re

import pytest
from starlette.responses import StreamingResponse
from starlette.testclient import TestClient

from nlp_cx import errors
from nlp_cx.api.app import create_app
from nlp_cx.api.problems import CODES, MEDIA_TYPE, STATUSES, error_problem
from nlp_cx.errors import BusyError, ColumnError, CommentError, NlpCxError, NotFoundError, RequestError
from nlp_cx.settings import Settings


def boom():
    raise ValueError("Khách hàng Nguyễn Văn A nói gì đó")


def busy():
    raise BusyError("too much of it", retry_after=2.2)


def half():
    def pieces():
        yield b"half"
        raise ValueError("and then it broke")

    return StreamingResponse(pieces())


@pytest.fixture(scope="module")
def broken(tiny_model, tmp_path_factory):
    """A service with routes that fail."""
    app = create_app(Settings(model=str(tiny_model), home=tmp_path_factory.mktemp("home"), max_body_mb=1))
    for path, endpoint in (("/boom", boom), ("/busy", busy), ("/half", half)):
        app.add_api_route(path, endpoint, response_model=None)
    app.add_api_route("/busy", boom, methods=["PUT"])
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/v1/themes/", 404, "not_found"),
        ("DELETE", "/v1/themes", 405, "method_not_allowed"),
        ("PURGE", "/v1/themes", 405, "method_not_allowed"),
        ("GET", "/v1/themes?a=%00", 422, "invalid_request"),
        ("GET", "/boom", 500, "internal"),
        ("GET", "/busy", 429, "busy"),
    ],
)
def test_each_error_is_a_problem_document(broken, method, path, status, code):
    """Status, code, request id and headers are those of the table."""
    answer = broken.request(method, path)

    told = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
    assert (told["status"], told["code"], told["type"]) == (status, code, f"urn:nlp-cx:problem:{code}")
    assert told["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_nobody_foresaw_tells_nothing_of_its_inside(broken, capsys):
    """Neither the answer nor the log holds the message, which may quote a comment; the log holds the place."""
    answer = broken.get("/boom")

    said = answer.text + "".join(capsys.readouterr())
    assert answer.status_code == 500
    assert "Nguyễn" not in said
    assert answer.json()["request_id"] in said.removeprefix(answer.text)


def test_an_answer_that_breaks_off_is_cut(broken):
    """Half an answer never looks like a whole one."""
    with pytest.raises(ValueError, match="broke"):
        TestClient(broken.app, base_url="http://127.0.0.1").get("/half")


def test_a_method_that_is_not_taken_is_answered_with_those_that_are(broken):
    """Allow lists the methods of all routes of the address."""
    assert broken.delete("/busy").headers["allow"] == "GET, PUT"
    assert broken.delete("/v1/analyze").headers["allow"] == "POST"


def test_busy_says_when_to_come_back(broken):
    """Retry-After is whole seconds, rounded up."""
    assert broken.get("/busy").headers["retry-after"] == "3"


@pytest.mark.parametrize(
    ("content_type", "status"),
    [("text/plain", 415), ("multipart/form-data", 415), ("", 415), ("application/json; charset=utf-8", 200)],
)
def test_json_must_be_sent_as_json(broken, content_type, status):
    """415 says so; a page of another site cannot send JSON without asking."""
    answer = broken.post("/v1/analyze", content=b'{"comments": [5]}', headers={"content-type": content_type})

    assert answer.status_code == status


@pytest.mark.parametrize("lines", [["gzip"], ["gzip", "gzip"], ["identity", "deflate, gzip"]])
@pytest.mark.parametrize("url", ["/v1/analyze", "/v1/batches"])
def test_a_body_that_is_compressed_is_refused_by_its_header(broken, url, lines):
    """Not as JSON that cannot be read, for that is not what is wrong with it."""
    headers = [("content-type", "application/json"), *(("content-encoding", line) for line in lines)]
    answer = broken.post(url, content=gzip.compress(b'{"comments": [5]}'), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (415, "media_type")
    assert "Content-Encoding" in answer.json()["detail"]


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_that_is_too_large_is_refused(broken, declared):
    """Whether its length is told beforehand or not."""

    def pieces():
        for _ in range(20):
            yield b" " * 100_000

    content = b"".join(pieces()) if declared else pieces()
    answer = broken.post("/v1/analyze", content=content, headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_an_address_is_refused_in_vietnamese(broken):
    """Accept-Language decides, by its weights."""
    told = broken.get("/nowhere", headers={"accept-language": "en;q=0.5, vi"})

    assert told.json()["detail"] == "không có gì ở địa chỉ này"
    assert told.headers["content-language"] == "vi"


@pytest.mark.parametrize(("given", "kept"), [("abc-1.2_X", True), ("a b", False), ("x" * 129, False), ("", False)])
def test_the_request_id_is_echoed_or_made(broken, given, kept):
    """What could break a log line is replaced."""
    told = broken.get("/healthz", headers={"x-request-id": given}).headers["x-request-id"]

    assert (told == given) is kept
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,128}", told)


def all_errors(kind=NlpCxError):
    yield kind
    for each in kind.__subclasses__():
        yield from all_errors(each)


@pytest.mark.parametrize("kind", sorted(set(all_errors()), key=lambda kind: kind.__name__))
def test_each_of_our_errors_has_a_status(kind):
    """The nearest class above it in the table decides; its code is told."""
    made = {
        CommentError: lambda: CommentError("text", "must be a string"),
        RequestError: lambda: RequestError("after", "was edited"),
        BusyError: lambda: BusyError("full", retry_after=0.1),
        ColumnError: lambda: ColumnError("which one?", columns=["a"]),
    }
    error = made.get(kind, lambda: kind.__new__(kind, "what is wrong"))()

    answer = error_problem({"headers": []}, error)

    nearest = next(each for each in kind.__mro__ if each in STATUSES)
    assert answer.status_code == STATUSES[nearest]
    assert f'"code":"{kind.code}"'.encode() in answer.body


def test_the_nearest_kind_decides():
    """NotFoundError is a ServiceError, but 404 and not 400."""
    assert error_problem({"headers": []}, NotFoundError("x")).status_code == 404
    assert error_problem({"headers": []}, errors.ServiceError("x")).status_code == 400


def test_a_field_is_named_beside_its_reason():
    """So that a form can show it where it belongs."""
    told = error_problem({"headers": []}, RequestError("after", "was edited"))

    assert b'"invalid_params":[{"name":"after","reason":"was edited"}]' in told.body


def test_each_status_has_a_code_of_its_own():
    """Programs can tell them apart."""
    assert len(set(CODES.values())) == len(CODES)


def test_made_up_methods_fill_no_memory(broken):
    """Whatever is sent as a method, meters keep one line for all of them."""
    for number in range(50):
        broken.request(f"PURGE{number}", "/v1/themes")

    counted = broken.get("/metrics").text
    assert 'method="other"' in counted
    assert "PURGE" not in counted
