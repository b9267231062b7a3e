"""A browser, and a service that has read the examples."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser: pip install '.[dev]'")

from tests.browser.service import EXAMPLES, PATIENCE, Running, Window, open_window, running  # noqa: E402

Opener = Callable[..., Window]

sync_api.expect.set_options(timeout=PATIENCE * 1000)

NAME = "a&b=c%d+ \"e\" 'f' <b>"
VALUES = ("1&2=3%4+5\"6'#?/", "<i>x</i>", "%26%3D", " + ")
DECOMPOSED = unicodedata.normalize("NFD", "Nhân viên thô lỗ nhưng giá rẻ 👍🏽")
ODD = (
    "<script>document.title = 'broken'</script> giao hàng chậm quá",
    '"><img src=x onerror="document.title = 1"> nhân viên thô lỗ',
    "😡😡 giao hàng chậm 👩‍👩‍👧 quá trời",
    DECOMPOSED,
    "Gọi 0912 345 678 mãi không được, giao hàng chậm quá",
    "\u202egiao hàng chậm\u202c \u2067giá rẻ\u2069",
    "😡" * 300,
    "giao hàng chậm quá. " * 5000,
    "x" * 20_000,
    "=1+1 {{7*7}} ${7*7} %s",
)
"""Comments nobody should stumble over."""


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """Debian's Chromium."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("no browser is installed: apt-get install chromium")
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def service(browser: Any, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service with all examples analysed, for tests that change nothing others look at."""
    with running(tiny_model, tmp_path_factory.mktemp("page") / "home") as service:
        batches = []
        for file in ("ban_le_nps.xlsx", "bank_app_csat.csv", "hotel_stars.csv"):
            with (EXAMPLES / file).open("rb") as stream:
                batches.append(service.request("POST", "/v1/batches", files={"file": (file, stream)})["id"])
        for batch in batches:
            service.finished(batch)
        yield service


@pytest.fixture(scope="package")
def odd(service: Running) -> str:
    """A batch of odd comments, `odd-0` and so on, each with an odd segment; gives its id."""
    batch = service.submit(
        [
            {"id": f"odd-{at}", "text": text, "segments": {NAME: VALUES[at % len(VALUES)]}, "created_at": "2026-01-15"}
            for at, text in enumerate(ODD)
        ]
    )
    assert service.finished(batch)["done"] == len(ODD)
    return batch


@pytest.fixture
def start(browser: Any, tiny_model: Path, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start an empty service: `start(NLP_CX_WORKER="0")`."""
    with ExitStack() as stack:
        yield lambda **changes: stack.enter_context(running(tiny_model, tmp_path / "home", **changes))


@pytest.fixture
def window(browser: Any, request: pytest.FixtureRequest) -> Iterator[Opener]:
    """Open windows: `window(locale="vi-VN", service=...)`; in none of them may anything have gone wrong in the end."""
    opened: list[Window] = []

    def open_one(*, service: Running | None = None, forgiven: tuple[str, ...] = (), **options: Any) -> Window:
        service = service or request.getfixturevalue("service")
        one = open_window(browser, service.url, **options)
        one.forgiven = forgiven
        opened.append(one)
        return one

    yield open_one
    mistakes = [each for one in opened for each in one.mistakes()]
    for one in opened:
        one.context.close()
    assert mistakes == []
