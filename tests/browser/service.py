"""A real service in a process of its own, and a browser's window that watches for what a page must never do."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, Request

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PATIENCE = 120
"""Seconds that something may take on a busy machine before it is called broken."""


def eventually(check: Callable[[], bool]) -> None:
    """Wait for something to be true."""
    until = time.monotonic() + PATIENCE
    while not check() and time.monotonic() < until:
        time.sleep(0.1)
    assert check()


@dataclass
class Running:
    """A service that answers."""

    url: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    def work(self) -> subprocess.Popen[bytes]:
        """Start a process that works on batches."""
        command = [sys.executable, "-m", "nlp_cx", "work"]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def request(self, method: str, path: str, **options: Any) -> Any:
        """Call the API as a script would."""
        answer = httpx.request(method, self.url + path, timeout=PATIENCE, **options)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def submit(self, comments: Sequence[dict[str, Any]]) -> str:
        """Hand comments in; gives the id of their batch."""
        return self.request("POST", "/v1/batches", json={"comments": list(comments)})["id"]

    def finished(self, batch: str) -> dict[str, Any]:
        """Wait until a batch is done."""
        until = time.monotonic() + PATIENCE
        while (found := self.request("GET", f"/v1/batches/{batch}"))["state"] in ("queued", "running"):
            assert time.monotonic() < until, found
            time.sleep(0.2)
        return found

    def stop(self) -> None:
        """End it, as whoever runs it would."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)


@contextmanager
def running(model: Path, home: Path, **changes: str) -> Iterator[Running]:
    """Run a service on a free port until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NLP_CX")}  # noqa: TID251
    kept.pop("DATABASE_URL", None)
    told = {"NLP_CX_HOME": str(home), "NLP_CX_MODEL": str(model), "NLP_CX_PORT": str(port), "NLP_CX_LANG": "en"}
    log = home.with_suffix(".log")
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "nlp_cx", "serve"], env={**kept, **told, **changes}, stdout=said, stderr=said
        )
    service = Running(f"http://127.0.0.1:{port}", {**kept, **told, **changes}, process)
    try:
        _await_ready(service, log)
        yield service
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await_ready(service: Running, log: Path) -> None:
    """Wait until it answers."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and service.process.poll() is None:
        try:
            if httpx.get(f"{service.url}/readyz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"the service did not start:\n{log.read_text(errors='replace')[-4000:]}")


@dataclass
class Window:
    """A window on the page, and everything in it that must not happen."""

    context: BrowserContext
    page: Page
    url: str
    forgiven: tuple[str, ...] = ()
    """Parts of messages that this test provokes."""
    wrong: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Listen to a page."""
        page.on("console", lambda said: said.type in ("error", "warning") and self._note(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: self._note(f"uncaught: {error}"))
        page.on("request", self._requested)

    def go(self, view: str, query: str = "") -> Page:
        """Show a view, and wait until it is there."""
        address = f"{self.url}/#/{view}{'?' + query if query else ''}"
        if self.page.url.startswith(self.url):
            self.page.evaluate("address => { location.href = address; }", address)
        else:
            self.page.goto(address)
        self.page.locator(f".view[data-view={view}] h1").wait_for()
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until nothing is loading any more."""
        self.page.wait_for_function("() => !document.querySelector('.view .skeleton, [aria-busy=true]')")

    def mistakes(self) -> list[str]:
        """What went wrong that was not provoked."""
        return [each for each in self.wrong if not any(part in each for part in self.forgiven)]

    def _requested(self, request: Request) -> None:
        if not request.url.startswith((self.url + "/", "data:", "blob:")):
            self._note(f"asks another host: {request.url}")

    def _note(self, told: str) -> None:
        self.wrong.append(told)


def open_window(browser: Browser, url: str, **options: Any) -> Window:
    """Open a window of its own: nothing is remembered from another."""
    context = browser.new_context(
        **{
            "locale": "en-GB",
            "timezone_id": "Asia/Ho_Chi_Minh",
            "viewport": {"width": 1280, "height": 900},
            "reduced_motion": "reduce",
            **options,
        }
    )
    context.set_default_timeout(PATIENCE * 1000)
    context.add_init_script(
        "addEventListener('securitypolicyviolation', (event) => "
        "console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));"
    )
    page = context.new_page()
    window = Window(context, page, url)
    context.on("page", window.watch)
    window.watch(page)
    return window
