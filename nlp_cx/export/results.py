"""Takes comments with their analyses, one by one, and makes the file of results."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from nlp_cx.export.draft import Draft, writing
from nlp_cx.export.files import write_tables
from nlp_cx.export.flat import flat_columns, flat_row
from nlp_cx.export.spool import Spool
from nlp_cx.export.table import Table, whole
from nlp_cx.words import Tongue, say

if TYPE_CHECKING:
    from nlp_cx.records import Analysis, Comment

RESULT_SUFFIXES = (".xlsx", ".csv", ".jsonl", ".parquet")


class ResultWriter(Protocol):
    """Takes comments with their analyses, in order; nothing is to be seen before `publish`."""

    def write(self, comment: Comment, analysis: Analysis) -> None:
        """Take one comment."""
        ...

    def publish(self, tables: Sequence[Table]) -> None:
        """Write what is to be written, with tables beside it where the format holds several, and give it its name."""
        ...

    def discard(self) -> None:
        """Drop everything that was not published."""
        ...


class JsonLinesWriter:
    """One `Analysis.to_dict()` a line, nothing else."""

    def __init__(self, target: Path) -> None:
        """Open a draft beside the target."""
        self._draft = Draft(target)
        with writing(target):
            self._file = self._draft.path.open("w", encoding="utf-8", newline="\n")

    def write(self, comment: Comment, analysis: Analysis) -> None:
        """Write one line; half of a surrogate pair, which UTF-8 cannot hold, becomes U+FFFD."""
        line = json.dumps(analysis.to_dict(), ensure_ascii=False)
        with writing(self._draft.target):
            self._file.write(whole(line) + "\n")

    def publish(self, tables: Sequence[Table]) -> None:
        """Give the file its name; the tables are not written."""
        with writing(self._draft.target):
            self._file.close()
        self._draft.publish()

    def discard(self) -> None:
        """Drop the draft."""
        self._file.close()
        self._draft.discard()


class FlatWriter:
    """One flat row a comment, as CSV, XLSX or Parquet."""

    def __init__(self, target: Path, *, lang: Tongue) -> None:
        """Open a draft beside the target.

        Args:
            target: Its suffix is the format.
            lang: Language of what people read in a workbook.
        """
        self._draft = Draft(target)
        self._spool = Spool(self._draft.target.parent)
        self._keys: dict[str, None] = {}
        self._lang: Tongue = lang

    def write(self, comment: Comment, analysis: Analysis) -> None:
        """Keep one row."""
        row = flat_row(comment, analysis)
        self._keys.update(dict.fromkeys(row))
        self._spool.add(row)

    def publish(self, tables: Sequence[Table]) -> None:
        """Write the file; a workbook gets the tables as further sheets."""
        columns = flat_columns(self._keys, self._lang)
        if self._draft.target.suffix.lower() == ".xlsx":  # for people: no columns without a cell, but every theme
            columns = tuple(one for one in columns if one.key in self._keys or one.key.startswith("theme_"))
        title = say("sheet.comments", self._lang)
        comments = Table(name="comments", title=title, columns=columns, rows=self._spool)
        write_tables(self._draft, [comments, *tables], lang=self._lang)

    def discard(self) -> None:
        """Drop draft and rows."""
        self._spool.close()
        self._draft.discard()


def open_results(target: Path, *, lang: Tongue = "en") -> ResultWriter:
    """Start a file of results.

    Args:
        target: Ends in one of RESULT_SUFFIXES.
        lang: Language of what people read in a workbook.

    Returns:
        What takes the comments.

    Raises:
        OutputError: If nothing can be written there.
    """
    return JsonLinesWriter(target) if target.suffix.lower() == ".jsonl" else FlatWriter(target, lang=lang)
