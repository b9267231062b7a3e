"""One survey file in; results, summary and rejected rows out. Streams: memory does not grow with the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nlp_cx.errors import FileError
from nlp_cx.ingest import Rejected, Survey
from nlp_cx.records import Comment
from nlp_cx.summarise import Summary, SummaryBuilder

if TYPE_CHECKING:
    from nlp_cx.export import ResultWriter, RejectsWriter
    from nlp_cx.pipeline import Analyzer


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReport:
    """What became of a file."""

    analysed: int
    rejected_rows: int
    rejected_fields: int
    summary: Summary


def analyze_survey(
    survey: Survey,
    analyzer: Analyzer,
    *,
    results: ResultWriter | None = None,
    rejects: RejectsWriter | None = None,
    progress: Callable[[int], None] | None = None,
) -> BatchReport:
    """Analyse every comment of a survey.

    Args:
        survey: An opened file.
        analyzer: A loaded model.
        results: Takes each comment with its analysis, in file order.
        rejects: Takes what could not be used.
        progress: Called with the number of comments done, after each chunk or so.

    Returns:
        Counts and the summary.

    Raises:
        FileError: If the file holds no comment at all, or breaks off.
    """
    builder = SummaryBuilder()
    counts = {"row": 0, "field": 0}

    def comments() -> Iterator[Comment]:
        for row in survey.rows():
            if isinstance(row, Rejected):
                counts[row.severity] += 1
                if rejects is not None:
                    rejects.write(row)
            else:
                yield row

    done = 0
    for comment, analysis in analyzer.stream(comments()):
        if results is not None:
            results.write(comment, analysis)
        builder.add(comment, analysis)
        done += 1
        if progress is not None and done % 256 == 0:
            progress(done)
    if progress is not None:
        progress(done)
    if not done:
        raise FileError(
            f"{survey.path} holds no comment"
            + (f"; {counts['row']} rows were rejected" if counts["row"] else ": it has a header only, or blank rows")
        )
    return BatchReport(
        analysed=done, rejected_rows=counts["row"], rejected_fields=counts["field"], summary=builder.build()
    )
