"""One survey file in; results, summary and rejected rows out. Streams: memory does not grow with the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from nlp_cx.errors import FileError
from nlp_cx.export import Export, name_files
from nlp_cx.ingest import Overrides, Rejected, Survey, open_survey
from nlp_cx.records import Comment
from nlp_cx.redact import Redactor
from nlp_cx.summarise import Summary, SummaryBuilder

if TYPE_CHECKING:
    from nlp_cx.export import RejectsWriter, ResultWriter
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
    question: str | None = None,
    language: Literal["vi", "en"] | None = None,
) -> BatchReport:
    """Analyse every comment of a survey.

    Args:
        survey: An opened file.
        analyzer: A loaded model.
        results: Takes each comment with its analysis, in file order.
        rejects: Takes what could not be used.
        progress: Called with the number of comments done, after each chunk or so.
        question: What all comments answer, whatever the file says.
        language: What all comments are written in, whatever the file says.

    Returns:
        Counts and the summary.

    Raises:
        FileError: If the file holds no comment at all, or breaks off.
    """
    builder = SummaryBuilder()
    counts = {"row": 0, "field": 0}
    told = {name: value for name, value in (("question", question), ("language", language)) if value is not None}

    def comments() -> Iterator[Comment]:
        for row in survey.rows():
            if isinstance(row, Rejected):
                counts[row.severity] += 1
                if rejects is not None:
                    rejects.write(row)
            else:
                yield replace(row, **told) if told else row  # type: ignore[arg-type]  # fields of Comment

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


def analyze_file(
    source: str | Path,
    out: str | Path,
    *,
    analyzer: Analyzer,
    overrides: Overrides | None = None,
    force: bool = False,
    redactor: Redactor | None = None,
) -> BatchReport:
    """Analyse a survey file and write results, summary and rejected rows, as the command line does.

    Args:
        source: CSV, XLSX, JSON lines or Parquet.
        out: Where results go, as .xlsx, .csv, .jsonl or .parquet; the rest stands beside it.
        analyzer: A loaded model.
        overrides: What a person says about the file's columns.
        force: Whether files may be replaced.
        redactor: What takes personal data out of rejected rows; the default kinds when None.

    Returns:
        Counts and the summary.

    Raises:
        OutputError: If nothing can be written there.
        FileError: If the file cannot be read or holds no comment.
        ColumnError: If its columns cannot be told, or `overrides` does not fit it.
    """
    files = name_files(Path(out), force=force, source=Path(source))
    survey = open_survey(source, overrides)
    with Export(files, redactor=redactor or Redactor(), plans=survey.plans, notes=survey.notes) as export:
        report = analyze_survey(survey, analyzer, results=export.results, rejects=export.rejects)
        export.publish(report.summary)
    return report
