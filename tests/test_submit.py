"""nlp-cx submit and its client, against a service that really listens."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time

import pytest
import uvicorn

from nlp_cx.api.app import create_app
from nlp_cx.cli import main
from nlp_cx.client import Client
from nlp_cx.errors import FileError, InputError, NotFoundError, OutputError, UnauthorizedError, UnavailableError
from nlp_cx.settings import Settings

CSV = "mã,ý kiến\n1,giao hàng chậm quá\n2,giá rẻ\n"


@pytest.fixture(scope="module")
def url(tiny_model, tmp_path_factory):
    """Address of a service that works on batches."""
    app = create_app(Settings(model=str(tiny_model), home=tmp_path_factory.mktemp("home")))
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def survey(tmp_path):
    path = tmp_path / "khảo sát.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def test_a_file_is_handed_in_followed_and_fetched(url, survey, tmp_path, capsys):
    out = tmp_path / "results.jsonl"

    code = main(["submit", str(survey), "--url", url, "--out", str(out), "--lang", "en"])

    said = capsys.readouterr().out
    assert code == 0
    assert "The service took the file as batch b_" in said
    assert "2 comments analysed, 0 rows rejected." in said
    assert [json.loads(line)["id"] for line in out.read_text(encoding="utf-8").splitlines()] == ["1", "2"]


def test_json_is_alone_on_standard_output(url, survey):
    """In a process of its own, for in this one the service writes its log."""
    command = [sys.executable, "-m", "nlp_cx", "submit", str(survey), "--url", url, "--json", "--no-wait"]
    batch = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert (batch["name"], batch["format"]) == ("khảo sát.csv", "csv")


def test_columns_can_be_named(url, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("x,y\n1,giá rẻ\n", encoding="utf-8")
    out = tmp_path / "out.csv"
    assert main(["submit", str(path), "--url", url, "--text-column", "y", "--id-column", "x", "-o", str(out)]) == 0
    assert "giá rẻ" in out.read_text(encoding="utf-8-sig")


def test_what_the_service_refuses_is_said_with_its_reason(url, tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text("1,2\n3,4\n", encoding="utf-8")
    assert main(["submit", str(path), "--url", url, "--lang", "en"]) == 3
    said = capsys.readouterr().err
    assert "no column of free text" in said
    assert "--text-column" in said
    assert "mapping" not in said


def test_what_could_not_be_used_is_said_by_row_and_field(url, tmp_path, capsys):
    path = tmp_path / "a.csv"
    rows = "".join(f"{number},giao hàng chậm quá,{score}\n" for number, score in enumerate((9, 44, "x")))
    path.write_text("mã,ý kiến,nps\n" + rows, encoding="utf-16")
    for lang, told in (
        (
            "en",
            [
                "! read as utf-16",
                "! row 3: nps: 44 is off the scale 0-10",
                "! row 4: nps: 'x' is not a score",
                "columns are named with --text-column, --id-column, --score",
            ],
        ),
        (
            "vi",
            ["! đọc theo bảng mã utf-16", "! dòng 3: nps: 44 nằm ngoài", "! dòng 4: nps: 'x' không phải là điểm số"],
        ),
    ):
        assert main(["submit", str(path), "--url", url, "--lang", lang]) == 0
        said = capsys.readouterr().out
        assert [line for line in told if line not in said] == []


def test_only_the_first_of_many_faults_are_said(url, tmp_path, capsys):
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "1", "text": "giá rẻ"}\n' + "broken\n" * 7, encoding="utf-8")

    assert main(["submit", str(path), "--url", url, "--lang", "en"]) == 0

    said = capsys.readouterr().out
    assert "7 rows rejected" in said
    assert said.count("the line is not JSON") == 5
    assert f"... and more: {url}/v1/batches/b_" in said


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", b"", "a.csv is empty"),
        ("a.json", b"[" * 100_000, "a.json holds no JSON record (the JSON breaks in record 1"),
        ("a.json", b'[{"text": "x", "n": ' + b"9" * 5000 + b"}]", "a.json holds no JSON record (the JSON breaks"),
        ("a.csv", bytes(range(256)) * 20, "a.csv is a binary file"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        ("a.xls", b"<html><table></table></html>", "a.xls is a web page or XML"),
        ("a.parquet", b"PAR1" + b"x" * 100 + b"PAR1", "a.parquet cannot be read as Parquet"),
    ],
)
def test_a_file_that_is_none_is_refused_by_name(url, tmp_path, capsys, name, content, told):
    path = tmp_path / name
    path.write_bytes(content)
    assert main(["submit", str(path), "--url", url, "--lang", "en"]) == 3
    assert told in capsys.readouterr().err


def test_a_folder_and_a_file_that_is_not_there_are_told(url, tmp_path, capsys):
    assert main(["submit", str(tmp_path), "--url", url, "--lang", "vi"]) == 3
    assert f"{tmp_path} là thư mục: hãy chỉ ra một tệp trong đó" in capsys.readouterr().err
    assert main(["submit", str(tmp_path / "none.csv"), "--url", url, "--lang", "en"]) == 3
    assert "there is no file" in capsys.readouterr().err


def test_results_do_not_replace_a_file_unless_told(url, survey, tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("mine", encoding="utf-8")
    assert main(["submit", str(survey), "--url", url, "-o", str(out)]) == 5
    assert out.read_text(encoding="utf-8") == "mine"


def test_errors_of_the_service_are_ours(url, survey, tmp_path):
    with Client(url, "ncx_abcdefgh_" + "x" * 43) as client, pytest.raises(UnauthorizedError):
        client.batch("b_none")
    with Client(url) as client:
        with pytest.raises(NotFoundError):
            client.batch("b_none")
        with pytest.raises(NotFoundError):
            client.download("b_none", tmp_path / "out.csv")
        with pytest.raises(OutputError):
            client.download("b_none", tmp_path / "out.pdf")
        with pytest.raises(FileError):
            client.submit(tmp_path / "none.csv")
        with pytest.raises(InputError):
            client.submit(survey, mapping={"text": ["nope"]})
    assert [path.name for path in tmp_path.iterdir()] == [survey.name]


def test_a_service_that_is_not_there_is_said_in_a_line(monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda _: None)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with Client(address) as client, pytest.raises(UnavailableError, match="check --url"):
        client.batch("b_none")
    with Client("nonsense") as client, pytest.raises(UnavailableError):
        client.batch("b_none")
