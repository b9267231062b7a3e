"""nlp-cx serve and nlp-cx keys, as a person runs them."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from nlp_cx.cli import main

ROOT = Path(__file__).parents[2]
ANYWHERE = "0.0.0.0"  # noqa: S104  # with a key only, which is what is tested


def environment(home, **more):
    variables = os.environ.items()  # noqa: TID251  # handed on to a process
    kept = {name: value for name, value in variables if not name.startswith(("NLP_CX_", "DATABASE_URL"))}
    return {**kept, "NLP_CX_HOME": str(home), "NLP_CX_LANG": "en", "PYTHONUNBUFFERED": "1", **more}


class Process:
    """A service in a process of its own."""

    def __init__(self, tiny_model, home, *arguments, **variables):
        self.lines = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "nlp_cx", "serve", "--port", "0", "--model", str(tiny_model), *arguments],
            cwd=ROOT, env=environment(home, **variables), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        for line in self._process.stderr:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("Answering at "):
                self.url = line.split()[2]
                self._ready.set()
        self._ready.set()

    def __enter__(self):
        assert self._ready.wait(60), self.lines
        assert hasattr(self, "url"), self.lines
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, number=signal.SIGTERM):
        if self._process.poll() is None:
            self._process.send_signal(number)
        code = self._process.wait(30)
        self._reader.join()
        self._process.stderr.close()
        return code


def test_a_service_starts_answers_and_stops_in_good_order(tiny_model, tmp_path):
    """It says where it is and that it is open; SIGTERM ends it with 0 after the request under way was answered."""
    text = "giao hàng chậm quá, tôi rất thất vọng"
    with Process(tiny_model, tmp_path / "home", "--log", "json") as service:
        answers = []
        asking = threading.Thread(
            target=lambda: answers.append(
                httpx.post(f"{service.url}/v1/analyze", json={"comments": [{"text": text}] * 900}, timeout=60)
            )
        )
        first = httpx.post(f"{service.url}/v1/analyze", json={"comments": [{"text": text}]})
        asking.start()
        time.sleep(0.2)
        code = service.stop()
        asking.join()

    assert (first.status_code, code) == (200, 0)
    assert [(answer.status_code, len(answer.json()["items"])) for answer in answers] == [(200, 900)]
    assert any("whoever uses this machine may call it" in line for line in service.lines)
    events = [json.loads(line) for line in service.lines if line.startswith("{")]
    assert {"model_live", "request", "stopped"} <= {event["event"] for event in events}
    assert text not in "".join(service.lines)
    request = next(event for event in events if event["event"] == "request")
    assert request["request_id"] == first.headers["x-request-id"]
    assert (request["route"], request["status"], request["workspace"]) == ("/v1/analyze", 200, "default")


def test_ctrl_c_is_an_end_in_good_order(tiny_model, tmp_path):
    """As SIGTERM."""
    with Process(tiny_model, tmp_path / "home") as service:
        assert service.stop(signal.SIGINT) == 0


def test_others_are_let_in_only_with_a_key(tiny_model, tmp_path, monkeypatch, capsys):
    """Another address than loopback is refused until there is a key; the key is printed once and works."""
    home = tmp_path / "home"
    for name, value in environment(home).items():
        monkeypatch.setenv(name, value)
    arguments = ["serve", "--host", ANYWHERE, "--port", "0", "--model", str(tiny_model)]
    refused = main(arguments)
    said = capsys.readouterr().err

    assert refused == 1
    assert "there is no API key yet: make one with nlp-cx keys create" in said
    assert main(["keys", "create", "--scope", "analyze", "--workspace", "acme", "--name", "tests"]) == 0
    key = capsys.readouterr().out.strip()
    with Process(tiny_model, home, "--host", ANYWHERE) as service:
        url = service.url.replace(ANYWHERE, "127.0.0.1")
        headers = {"Authorization": f"Bearer {key}"}
        body = {"comments": [{"text": "giá rẻ"}]}
        statuses = [httpx.post(f"{url}/v1/analyze", json=body, headers=each).status_code for each in ({}, headers)]
        assert main(["keys", "revoke", key.split("_")[1]]) == 0
        deadline = time.monotonic() + 10
        while httpx.post(f"{url}/v1/analyze", json=body, headers=headers).status_code == 200:
            assert time.monotonic() < deadline
            time.sleep(0.2)

    assert statuses == [401, 200]


def test_an_address_that_is_taken_is_said_at_once(tiny_model, tmp_path, monkeypatch, capsys):
    """Before the model is loaded."""
    monkeypatch.setenv("NLP_CX_HOME", str(tmp_path / "home"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code = main(["serve", "--port", str(taken.getsockname()[1]), "--model", str(tiny_model), "--lang", "vi"])

    assert code == 1
    assert "không lắng nghe được ở 127.0.0.1:" in capsys.readouterr().err


@pytest.fixture
def keys(tmp_path, monkeypatch, capsys):
    """Run nlp-cx keys in a store of its own: `keys("list")` gives exit code, output and notes."""
    monkeypatch.setenv("NLP_CX_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NLP_CX_LANG", "en")
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def run(*arguments):
        code = main(["keys", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_keys_are_listed_by_their_prefixes(keys):
    """Never with their secrets or hashes; revoked ones stay in the list."""
    _, key, note = keys("create", "--scope", "read,label", "--workspace", "acme", "--name", "Bảng điều khiển")
    _, _, revoked = keys("revoke", key.split("_")[1])
    _, listed, _ = keys("list")
    _, as_json, _ = keys("list", "--json")

    prefix = key.split("_")[1]
    assert re.fullmatch(r"ncx_[a-z0-9]{8}_[A-Za-z0-9]{43}\n", key)
    assert f"Key {prefix} of workspace acme may read, label." in note
    assert revoked == f"Key {prefix} is revoked.\n"
    assert all(word in listed for word in (prefix, "acme", "label,read", "revoked", "Bảng điều khiển"))
    (record,) = json.loads(as_json)
    assert (record["prefix"], record["scopes"], bool(record["revoked_at"])) == (prefix, ["label", "read"], True)
    assert key.split("_")[2].strip() not in listed + as_json
    assert "argon2" not in listed + as_json


def test_without_keys_it_is_said_how_to_make_one(keys):
    """In the language that is asked for."""
    assert keys("list")[1] == "There is no API key yet; make one with: nlp-cx keys create\n"
    assert keys("list", "--lang", "vi")[1] == "Chưa có khoá API nào; tạo bằng: nlp-cx keys create\n"


@pytest.mark.parametrize(
    "arguments",
    [("--scope", "fly"), ("--scope", ""), ("--workspace", "a/b"), ("--workspace", ""), ("--workspace", "x" * 65)],
)
def test_a_key_is_made_only_of_what_there_is(keys, arguments):
    """Wrong usage is 2, and no key comes out."""
    code, out, err = keys("create", *arguments)

    assert (code, out) == (2, "")
    assert arguments[0] in err


def test_a_key_that_is_not_there_cannot_be_revoked(keys):
    """A typing error is not taken for success."""
    code, _, err = keys("revoke", "abcdefgh")

    assert code == 1
    assert "no API key 'abcdefgh' that is valid" in err
