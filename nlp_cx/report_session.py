"""What a person does with reports on the command line: results or a survey in, a report out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nlp_cx.artifacts import find_model
from nlp_cx.batch import analyze_survey
from nlp_cx.errors import FileError, ModelError
from nlp_cx.export.draft import check_target
from nlp_cx.ingest import Overrides, open_survey
from nlp_cx.records import Analysis, Comment
from nlp_cx.redact import Redactor
from nlp_cx.render import progress_bar, show_columns
from nlp_cx.render.terminal import number
from nlp_cx.report import REPORT_SUFFIXES, ReportBuilder, Results, open_results, write_report
from nlp_cx.session import Session
from nlp_cx.words import Tongue, say, translate

_TONGUES: tuple[Tongue, ...] = ("en", "vi")


class ReportSession(Session):
    """The command `nlp-cx report`."""

    def report(
        self,
        file: Path,
        overrides: Overrides,
        *,
        out: Path,
        force: bool,
        model: str | None,
        device: str,
        redactor: Redactor,
        told: Mapping[str, Any],
    ) -> None:
        """Make a report.

        Args:
            file: Results of `nlp-cx analyze`, or a survey, which is analysed on the way.
            overrides: What a person says about the columns of a survey.
            out: The report; its suffix is the format.
            force: Whether it may replace a file.
            model: Version or folder for a survey; the default when None.
            device: "cpu" or a torch device.
            redactor: What takes personal data out of a survey.
            told: `question` and `language` that hold for all comments.
        """
        check_target(out, REPORT_SUFFIXES, force=force, source=file)
        results = open_results(file)
        builder = ReportBuilder()
        if results is not None:
            self._say(say("report.from_results", self._lang, path=file))
            found = self._read(results, builder)
        else:
            found = self._analyze(file, overrides, builder, model, device, redactor, told)
        with self._busy("report.making"):
            write_report(found, out, lang=self._lang)
        self._say(say("report.written", self._lang, path=out), style="bold")

    def _read(self, results: Results, builder: ReportBuilder) -> Any:
        """Take results in."""
        models: set[str] = set()
        with progress_bar(self._stderr, self._lang, hidden=self._quiet) as progress:
            task = progress.add_task("", total=results.total)
            for comment, analysis in results.rows():
                builder.add(comment, analysis)
                models.add(analysis.model)
                progress.advance(task)
        if not models:
            raise FileError(f"{results.path} holds no comment: it has a header only, or blank rows")
        return builder.build(results.path.name, model=_known(models), notes=results.notes)

    def _analyze(
        self,
        file: Path,
        overrides: Overrides,
        builder: ReportBuilder,
        model: str | None,
        device: str,
        redactor: Redactor,
        told: Mapping[str, Any],
    ) -> Any:
        """Analyse a survey."""
        survey = open_survey(file, overrides)
        self._say(show_columns(survey, self._lang))
        analyzer = self._load(model, device=device, redactor=redactor)
        answers = max(len(plan.text) for plan in survey.plans.values())
        total = None if survey.total_rows is None else survey.total_rows * answers
        with progress_bar(self._stderr, self._lang, hidden=self._quiet) as progress:
            task = progress.add_task("", total=total)
            counted = analyze_survey(
                survey,
                analyzer,
                results=_Taker(builder),
                progress=lambda done: progress.update(task, completed=done),
                **told,
            )
        notes = [{"en": note, "vi": translate(note, "vi")} for note in survey.notes]
        if counted.rejected_fields:
            fields = counted.rejected_fields
            notes.append({lang: say("report.data_fields", lang, n=number(fields, lang)) for lang in _TONGUES})
        return builder.build(file.name, model=analyzer.folder.path, rejected=counted.rejected_rows, notes=notes)


class _Taker:
    """Takes comments for a report where results are taken; nothing of it is published."""

    def __init__(self, builder: ReportBuilder) -> None:
        self._builder = builder

    def write(self, comment: Comment, analysis: Analysis) -> None:
        """Take one comment."""
        self._builder.add(comment, analysis)

    def publish(self, tables: object) -> None:
        """Do nothing: a report is written from its findings."""

    def discard(self) -> None:
        """Do nothing."""


def _known(models: set[str]) -> Path | None:
    """Find the folder of the one model that read all comments; None if it is not here."""
    if len(models) != 1:
        return None
    try:
        return find_model(next(iter(models)))
    except ModelError:
        return None
