"""Takes what could not be used, with row number and reason; personal data in it is taken out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nlp_cx.alignment import Aligned
from nlp_cx.export.spool import Spool
from nlp_cx.export.table import Column, Table
from nlp_cx.words import Tongue, say

if TYPE_CHECKING:
    from nlp_cx.ingest import ColumnPlan, Rejected
    from nlp_cx.redact import Redactor

_HIDDEN = "[HIDDEN]"
"""Stands for cells of columns that hold names, phones and the like."""


class RejectsWriter:
    """Takes what could not be used, with row number and reason; personal data in it is taken out."""

    def __init__(
        self, folder: Path, *, redactor: Redactor, plans: Mapping[str | None, ColumnPlan] | None = None
    ) -> None:
        """Open a spool in the folder that the file will stand in.

        Args:
            folder: Where it will stand.
            redactor: What takes personal data out of a cell.
            plans: The survey's columns by sheet; cells of columns that are ignored (names, phones ...) are not shown.
        """
        self._spool = Spool(folder)
        self._redact = redactor
        self._hidden = {sheet: frozenset(plan.of("ignored")) for sheet, plan in (plans or {}).items()}

    def __len__(self) -> int:
        """Count what was taken."""
        return self._spool.rows

    def write(self, rejected: Rejected) -> None:
        """Take one row, or one field of a row."""
        row = rejected.to_dict()
        values: dict[str, str] = row["values"]
        if rejected.severity == "field" and rejected.field in values:
            values = {rejected.field: values[rejected.field]}
        hidden = self._hidden.get(rejected.sheet, frozenset())
        shown = {name: _HIDDEN if name in hidden else self._redacted(cell) for name, cell in values.items()}
        self._spool.add({**row, "values": json.dumps(shown, ensure_ascii=False)})

    def table(self, lang: Tongue) -> Table:
        """Give what was taken as a table."""
        keys = ("row", "sheet", "id", "field", "severity", "reason", "reason_vi", "values")
        kinds = {"row": "count", "reason": "long", "reason_vi": "long", "values": "long"}
        return Table(
            name="rejects",
            title=say("sheet.rejects", lang),
            columns=tuple(
                Column(key=key, title=say(f"column.{key}", lang), kind=kinds.get(key, "text"))  # type: ignore[arg-type]
                for key in keys
            ),
            rows=self._spool,
        )

    def close(self) -> None:
        """Let the rows go."""
        self._spool.close()

    def _redacted(self, cell: str) -> str:
        """Take personal data out of one cell."""
        redacted, _ = self._redact(Aligned.of(cell))
        return redacted.text
