"""Files that appear under their name whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from weakref import finalize

from nlp_cx.errors import OutputError


class Draft:
    """A file that is written beside its target under a hidden name, and renamed when it is whole.

    As a context it is dropped at the end, unless it was published.
    """

    def __init__(self, target: Path) -> None:
        """Make the empty draft, which shows at once whether the folder can be written to.

        Args:
            target: The name the file gets in the end; a link is followed.

        Raises:
            OutputError: If nothing can be written there.
        """
        self.target = Path(os.path.realpath(target))
        self.path = self.target.with_name(f".nlp-cx-{token_hex(6)}.part")
        self._remove = finalize(self, _remove, self.path)  # also when a run is stopped right here
        with writing(target):
            self.path.touch(exist_ok=False)

    def __enter__(self) -> Draft:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Drop the draft if it was not published."""
        self.discard()

    def publish(self) -> None:
        """Give the file its name; what had it before is replaced in the same instant."""
        with writing(self.target):
            self.path.replace(self.target)

    def discard(self) -> None:
        """Remove the draft, if it is still there."""
        self._remove()


def _remove(path: Path) -> None:
    """Remove a file, if it is there and can be removed."""
    with suppress(OSError):
        path.unlink()


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn what the operating system says while `target` is written into an OutputError that names it."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{target} cannot be written ({error.strerror or error}): make room or choose another folder"
        ) from error


def check_target(target: Path, suffixes: Sequence[str], *, force: bool = False, source: Path | None = None) -> None:
    """Check a name before any work is done for it.

    Args:
        target: Where a file is to be written.
        suffixes: Formats that can be written there, such as ".csv".
        force: Whether a file of that name may be replaced.
        source: A file that must never be replaced.

    Raises:
        OutputError: If the folder is missing, the suffix unknown, or the name taken.
    """
    if target.is_dir():
        raise OutputError(f"{target} is a folder: name a file in it, such as {target / ('results' + suffixes[0])}")
    if target.suffix.lower() not in suffixes:
        known = ", ".join(suffixes)
        raise OutputError(f"{target.name} does not end in a format that can be written: end it in one of {known}")
    if not target.parent.is_dir():
        raise OutputError(f"there is no folder {target.parent}: make it first, or choose another")
    if source is not None and target.exists() and source.exists() and target.samefile(source):
        raise OutputError(f"{target} is the survey itself: choose another name for the results")
    if target.exists() and not force:
        raise OutputError(f"{target} is there already: choose another name, or add --force to replace it")
