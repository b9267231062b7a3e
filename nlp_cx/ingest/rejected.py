"""What could not be used, with its place in the file and a reason in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Any, Literal, NamedTuple

from nlp_cx.ingest.cells import as_text

CELL_SHOWN = 32_767
"""How much of a cell is shown where it was rejected: what a spreadsheet's cell can hold."""


class Problem(NamedTuple):
    """Why something was refused, for people who read English and for people who read Vietnamese."""

    en: str
    vi: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """What could not be used: a whole row, or one field of a row whose comment is kept.

    `row` counts from 1 as a spreadsheet shows it, the header being row 1 (in JSON lines it is the line, in JSON and
    Parquet the record).
    """

    row: int
    reason: str
    severity: Literal["row", "field"] = "row"
    sheet: str | None = None
    id: str | None = None
    field: str | None = None
    reason_vi: str | None = None
    values: Mapping[str, object] = made_by(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {
            "row": self.row,
            "sheet": self.sheet,
            "id": self.id,
            "field": self.field,
            "severity": self.severity,
            "reason": self.reason,
            "reason_vi": self.reason_vi,
            "values": {key: as_text(value)[:CELL_SHOWN] for key, value in self.values.items()},
        }
