"""Survey files made on the fly."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest

from nlp_cx.ingest import Overrides, Rejected, Survey, open_survey
from nlp_cx.records import Comment


class Read(NamedTuple):
    """A survey that was read to its end."""

    survey: Survey
    comments: list[Comment]
    rejected: list[Rejected]

    @property
    def texts(self) -> list[str]:
        return [comment.text for comment in self.comments]

    @property
    def ids(self) -> list[str]:
        return [comment.id for comment in self.comments]

    @property
    def faults(self) -> list[tuple[int, str, str | None]]:
        return [(each.row, each.severity, each.field) for each in self.rejected]

    def values(self, metric: str) -> list[float | None]:
        """Scores of one metric, None where a comment has none."""
        return [
            next((score.value for score in comment.scores if score.metric == metric), None) for comment in self.comments
        ]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Read]:
    """Write a file of that name and content, and read it as a survey."""

    def write_and_read(name: str, content: str | bytes | None = None, **overrides: object) -> Read:
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        survey = open_survey(path, Overrides(**overrides) if overrides else None)
        rows = list(survey.rows())
        return Read(
            survey,
            [row for row in rows if isinstance(row, Comment)],
            [row for row in rows if isinstance(row, Rejected)],
        )

    return write_and_read


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Write an XLSX of some sheets, each a list of rows."""

    def write(sheets: dict[str, list[list[object]]], change: Callable[[openpyxl.Workbook], object] = bool) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        change(book)
        path = tmp_path / "survey.xlsx"
        book.save(path)
        return path

    return write
