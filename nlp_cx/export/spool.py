"""Rows that wait on the disk."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from nlp_cx.export.draft import writing


class Spool:
    """Rows kept on the disk until it is known what to make of them; gone when the process is."""

    def __init__(self, folder: Path) -> None:
        """Open an unnamed file in a folder."""
        with writing(folder):
            self._file = tempfile.TemporaryFile(  # noqa: SIM115  # closed by `close`
                "w+", encoding="utf-8", errors="surrogatepass", newline="\n", dir=folder, prefix=".nlp-cx-"
            )
        self._folder = folder
        self.rows = 0

    def add(self, row: Mapping[str, object]) -> None:
        """Keep one row."""
        with writing(self._folder):
            self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self.rows += 1

    def __iter__(self) -> Iterator[dict[str, object]]:
        """Give the rows back in their order."""
        self._file.seek(0)
        return map(json.loads, self._file)

    def close(self) -> None:
        """Let the rows go."""
        self._file.close()
