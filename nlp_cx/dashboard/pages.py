"""The files of the page, held in memory under a stamp of their content: a browser may keep each for ever."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).with_name("static")
"""The folder that ships with the package."""
TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""Ending -> content type; files with other endings are not served."""
_INDEX = "index.html"
_UNSTAMPED = b"/static/"
_COMMON = "words/common.js"
_PRELOADS = b"<!-- preloads -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """One file as it goes out."""

    body: bytes
    gzipped: bytes
    media: str
    etag: str


class Pages:
    """The files of the page; read anew when one of them changes, so that editing one needs no restart."""

    def __init__(self, folder: Path = STATIC) -> None:
        """Read nothing yet.

        Args:
            folder: Where the files are.
        """
        self._folder = folder
        self._reading = threading.Lock()
        self._seen: tuple[tuple[str, int, int], ...] = ()
        self._stamp = ""
        self._files: Mapping[str, StaticFile] = {}

    def index(self) -> StaticFile:
        """Give the one HTML file, whose links carry the stamp of all files.

        Returns:
            The file.
        """
        self._refresh()
        return self._files[_INDEX]

    def find(self, stamp: str, path: str) -> tuple[StaticFile | None, bool]:
        """Find a file.

        Args:
            stamp: As the address has it.
            path: Of the file below the folder, with slashes.

        Returns:
            The file, None if there is no such file; and whether the stamp is that of the files, so that what stands at
            this address never changes.
        """
        if not self._files or stamp != self._stamp:
            self._refresh()
        return (None if path == _INDEX else self._files.get(path)), stamp == self._stamp

    def _refresh(self) -> None:
        """Read the files if one changed since."""
        paths = {
            path.relative_to(self._folder).as_posix(): path
            for path in sorted(self._folder.rglob("*"))
            if path.suffix in TYPES and path.is_file()
        }
        states = {name: path.stat() for name, path in paths.items()}
        seen = tuple((name, state.st_mtime_ns, state.st_size) for name, state in states.items())
        with self._reading:
            if seen == self._seen:
                return
            bodies = {name: path.read_bytes() for name, path in paths.items()}
            whole = hashlib.sha256()
            for name, body in bodies.items():
                whole.update(f"{name}\0{len(body)}\0".encode() + body)
            stamp = whole.hexdigest()[:16]
            bodies[_INDEX] = _stamped(bodies[_INDEX], stamp, bodies)
            self._files = {name: _static_file(name, body) for name, body in bodies.items()}
            self._stamp, self._seen = stamp, seen


def _stamped(index: bytes, stamp: str, names: Mapping[str, bytes]) -> bytes:
    """Put the stamp into the links of the HTML file, and name the modules that every view needs."""
    own = ("overview/", "views/", "words/")
    shared = [name for name in names if name.endswith(".js") and (not name.startswith(own) or name == _COMMON)]
    links = "\n".join(f'<link rel="modulepreload" href="/static/{name}">' for name in shared if name != "early.js")
    return index.replace(_PRELOADS, links.encode()).replace(_UNSTAMPED, f"/static/{stamp}/".encode())


def _static_file(name: str, body: bytes) -> StaticFile:
    """Make a file ready to go out."""
    return StaticFile(
        body=body,
        gzipped=gzip.compress(body, mtime=0),
        media=TYPES[Path(name).suffix],
        etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
    )
