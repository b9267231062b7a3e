"""Which model is live, and how it came to be: `registry.json` on a shelf, a folder of model folders.

    {"live": "2026.12", "history": [{"at": "2026-12-01T09:30:00+00:00", "action": "promoted", "version": "2026.12",
                                     "previous": "2026.11.25", "reason": "", "by": "lan", "gates": {...}}]}

The file is replaced as a whole, so that a reader never meets half of it, whatever happens to the writer; writers wait
for each other. A running service looks at `stamp` now and then and reads `live` when it changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from nlp_cx.errors import ModelNotFoundError, OutputError, RegistryError
from nlp_cx.settings import read_settings

Action = Literal["promoted", "forced", "rolled back"]

FILE = "registry.json"
_DRAFT, _LOCK = ".registry.json.new", ".registry.lock"
_PACKAGE = Path(__file__).parent
_IN_WHEEL = _PACKAGE / "_models"
SHIPPED = _IN_WHEEL if _IN_WHEEL.is_dir() else _PACKAGE.parent / "models"
"""Shelf that came with the code: inside an installed package, beside it in a checkout."""
PATIENCE = 20.0
"""Seconds to wait for another writer, who needs milliseconds."""


def shelves() -> tuple[Path, ...]:
    """Name the folders that hold models, the one that is looked at first and written to in front.

    It is `NLP_CX_MODELS`; else, in a checkout, its own `models/`; else, for an installed package, `models` in the data
    folder. The shelf that came with the code stands behind it and is never written to, unless it is a checkout's.
    """
    settings = read_settings()
    own = settings.models or (settings.folder / "models" if SHIPPED == _IN_WHEEL else SHIPPED)
    return (own,) if own == SHIPPED else (own, SHIPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change of the live model."""

    at: str
    """Moment in UTC, ISO 8601."""
    action: Action
    version: str
    """What was live from then on."""
    previous: str | None
    """What was live before."""
    reason: str = ""
    by: str = ""
    gates: Mapping[str, Any] | None = None
    """What the gates found; None where they did not run."""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


class Registry:
    """The live model of some shelves; the first that has a registry counts, the first of all is written to."""

    def __init__(self, *shelves: Path) -> None:
        """Look at shelves.

        Args:
            shelves: Folders of model folders, the writable one first.
        """
        self.shelves = shelves

    @classmethod
    def open(cls) -> Registry:
        """Take the shelves that the environment names."""
        return cls(*shelves())

    @property
    def shelf(self) -> Path:
        """Folder that is written to."""
        return self.shelves[0]

    def live(self) -> str:
        """Name the version that is used when none is asked for.

        Raises:
            ModelNotFoundError: If no shelf has a registry.
            RegistryError: If the registry cannot be read.
        """
        version, _ = self._read()
        if version is None:
            listed = ", ".join(map(str, self.shelves))
            raise ModelNotFoundError(f"no live model: none of {listed} has a registry; name a folder with --model")
        return version

    def history(self) -> tuple[Event, ...]:
        """List the changes, the oldest first."""
        return self._read()[1]

    def previous(self) -> str | None:
        """Name the version that a rollback goes back to: what was live before the promotions still in force."""
        stack: list[str | None] = []
        for event in self.history():
            if event.action == "rolled back":
                del stack[-1:]
            else:
                stack += [event.version] if stack else [event.previous, event.version]
        return stack[-2] if len(stack) > 1 else None

    def stamp(self) -> object:
        """Give a value that differs whenever a registry was changed; two calls of `stat`, nothing is read."""
        stamps = []
        for shelf in self.shelves:
            try:
                told = (shelf / FILE).stat()
                stamps.append((told.st_ino, told.st_mtime_ns, told.st_size))
            except OSError:
                stamps.append((0, 0, 0))
        return tuple(stamps)

    def record(
        self,
        version: str,
        *,
        action: Action,
        expected: str | None,
        reason: str = "",
        by: str = "",
        gates: Mapping[str, Any] | None = None,
    ) -> Event:
        """Make a version the live one and write down why.

        Args:
            version: Name of a folder on the first shelf; the caller checked it.
            action: How it came to be.
            expected: Version that was live when the decision was taken; None if there was none.
            reason: Why, in a person's words.
            by: Who.
            gates: What the gates found.

        Returns:
            What was written.

        Raises:
            RegistryError: If another version became live in the meantime, or somebody else writes all the time.
            OutputError: If the shelf cannot be written.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        event = Event(at=now, action=action, version=version, previous=expected, reason=reason, by=by, gates=gates)

        def follow(live: str | None) -> Event:
            if live != expected:
                raise RegistryError(
                    f"{live} became the live model in the meantime, in place of {expected}; "
                    "see `nlp-cx models history`, then try again"
                )
            return event

        return self._change(follow)

    def _change(self, follow: Callable[[str | None], Event]) -> Event:
        """Add an event that depends on what is live, with other writers kept out."""
        from filelock import FileLock, Timeout

        try:
            self.shelf.mkdir(parents=True, exist_ok=True)
            with FileLock(self.shelf / _LOCK, timeout=PATIENCE):
                live, history = self._read()
                event = follow(live)
                told = [one.to_dict() for one in (*history, event)]
                self._replace(json.dumps({"live": event.version, "history": told}, ensure_ascii=False, indent=1) + "\n")
        except Timeout as error:
            raise RegistryError(f"somebody else is changing {self.shelf / FILE}; try again") from error
        except OSError as error:
            raise OutputError(
                f"{self.shelf} cannot be written ({error}): set NLP_CX_MODELS to a folder of yours"
            ) from error
        return event

    def _replace(self, text: str) -> None:
        """Write a whole new file, make sure it is on the disk, put it in the old one's place."""
        draft = self.shelf / _DRAFT
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.shelf / FILE)
        if hasattr(os, "O_DIRECTORY"):
            folder = os.open(self.shelf, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _read(self) -> tuple[str | None, tuple[Event, ...]]:
        """Read the first registry there is."""
        for shelf in self.shelves:
            path = shelf / FILE
            try:
                text = path.read_text(encoding="utf-8")
            except (FileNotFoundError, NotADirectoryError):
                continue
            except (OSError, UnicodeDecodeError) as error:
                raise RegistryError(f"{path} cannot be read ({error}): put it back from a copy") from error
            try:
                return _parse(text)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise RegistryError(
                    f"{path} is not a registry of models ({error!r}): put it back from a copy"
                ) from error
        return None, ()


def _parse(text: str) -> tuple[str, tuple[Event, ...]]:
    """Read a registry; anything else raises."""
    table = json.loads(text)
    live = table["live"]
    history = tuple(Event(**event) for event in table["history"])
    if not isinstance(live, str) or not live or any(event.action not in get_args(Action) for event in history):
        raise ValueError(live)
    return live, history
