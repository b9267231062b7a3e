"""Log lines tell what happened and never what a customer wrote."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

WRITTEN = "tôi tên Nguyễn Văn A, giao hàng chậm"
PROGRAM = f"""
import logging, structlog
from nlp_cx.logs import configure
configure({{form!r}})
log = structlog.get_logger("ours")
log.info("request", milliseconds=1.5, route="/v1/analyze")
def fail():
    raise ValueError({WRITTEN!r})
for told in (log.exception, logging.getLogger("theirs").exception):
    try:
        fail()
    except ValueError:
        told("failed")
logging.getLogger("httpx").info("GET https://somewhere")
"""


def lines_of(form):
    """Run the program and give what it wrote to standard error."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("{form!r}", repr(form))], capture_output=True, text=True, check=True
    )
    assert not done.stdout
    return done.stderr.splitlines()


def test_for_machines_each_line_is_json():
    """Ours and those of libraries alike, with time, level and logger."""
    request, ours, theirs = map(json.loads, lines_of("json"))

    assert (request["event"], request["route"], request["milliseconds"]) == ("request", "/v1/analyze", 1.5)
    for line, name in ((ours, "ours"), (theirs, "theirs")):
        assert (line["event"], line["logger"], line["level"], line["error"]) == ("failed", name, "error", "ValueError")
        assert line["timestamp"].endswith("Z")
        assert line["trace"][-1].endswith(" fail")


@pytest.mark.parametrize("form", ["json", "console", None])
def test_no_message_of_an_exception_is_written(form):
    """It may quote a comment; its kind and place are enough."""
    written = "\n".join(lines_of(form))

    assert "Nguyễn" not in written
    assert "ValueError" in written
