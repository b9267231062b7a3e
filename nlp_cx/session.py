"""One run of the command line: what it does, in order, and what it says on which stream.

Results for machines (`--json`) are alone on standard output; progress and notes go to standard error.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType

from nlp_cx.batch import BatchReport, analyze_survey
from nlp_cx.errors import FileError, ModelError
from nlp_cx.export import Export, OutputFiles
from nlp_cx.export.table import whole
from nlp_cx.ingest import Overrides, Survey, open_survey
from nlp_cx.redact import Redactor
from nlp_cx.render import make_console, progress_bar, show_columns, show_quality, show_summary
from nlp_cx.render.terminal import number
from nlp_cx.words import Tongue, say

if TYPE_CHECKING:
    from nlp_cx.pipeline import Analyzer


class Session:
    """What a person asked for, carried out and answered in their language."""

    def __init__(self, lang: Tongue, *, quiet: bool = False, as_json: bool = False) -> None:
        """Open the two streams.

        Args:
            lang: Language to answer in.
            quiet: Say nothing but errors (and the JSON that was asked for).
            as_json: Keep standard output for JSON.
        """
        self._lang: Tongue = lang
        self._quiet, self._as_json = quiet, as_json
        self._stderr = make_console(stderr=True)
        self._stdout = make_console()

    def show_plan(self, file: Path, overrides: Overrides) -> None:
        """Say what the columns of a survey were taken for."""
        survey = open_survey(file, overrides)
        if self._as_json:
            self._print_json(_plan_record(survey))
        self._say(show_columns(survey, self._lang))
        if survey.total_rows is not None:
            self._say(say("print.rows", self._lang, count=number(survey.total_rows, self._lang)))
        self._say(say("print.dry", self._lang))

    def analyze(
        self,
        file: Path,
        overrides: Overrides,
        *,
        files: OutputFiles,
        model: str | None,
        device: str,
        redactor: Redactor,
        told: Mapping[str, Any],
    ) -> None:
        """Analyse a survey file.

        Args:
            file: The survey.
            overrides: What a person says about its columns.
            files: Where to write.
            model: Version or folder; the default when None.
            device: "cpu" or a torch device.
            redactor: What takes personal data out.
            told: `question` and `language` that hold for all comments.
        """
        survey = open_survey(file, overrides)
        self._say(show_columns(survey, self._lang))
        with Export(files, redactor=redactor, plans=survey.plans, lang=self._lang, notes=survey.notes) as export:
            analyzer = self._load(model, device=device, redactor=redactor)
            started = time.perf_counter()
            report = self._run(survey, analyzer, export, told)
            seconds = time.perf_counter() - started
            with self._busy("print.writing"):
                written = export.publish(report.summary)
        if self._as_json:
            self._print_json(report.summary.to_dict())
        else:
            unicode = self._stdout.encoding.startswith("utf")
            self._say(show_summary(report.summary, self._lang, width=self._stdout.width, unicode=unicode))
        self._say("")
        self._say_outcome(report, written, seconds)

    def evaluate(self, data: Path, *, model: str | None, device: str) -> None:
        """Measure a model on labelled comments."""
        from nlp_cx.evaluate import measure_quality, read_labelled

        labelled = read_labelled(data)
        if not labelled:
            raise FileError(f"{data} holds no labelled comment")
        analyzer = self._load(model, device=device, redactor=Redactor())
        with progress_bar(self._stderr, self._lang) as progress:
            task = progress.add_task("", total=len(labelled))
            analyses = []
            for _, analysis in analyzer.stream(row.comment for row in labelled):
                analyses.append(analysis)
                progress.advance(task)
        quality = measure_quality(labelled, analyses)
        if self._as_json:
            self._print_json({"model": analyzer.folder.version, **quality.to_dict()})
        else:
            self._say(show_quality(quality, self._lang))

    # --- steps ---

    def _load(self, model: str | None, *, device: str, redactor: Redactor) -> Analyzer:
        """Load the model, which takes seconds."""
        from nlp_cx.pipeline import Analyzer

        try:
            with self._busy("print.loading"):
                return Analyzer.load(model, device=device, redactor=redactor)
        except (RuntimeError, AssertionError) as error:  # torch says so that there is no such device
            if device == "cpu":
                raise
            told = str(error).partition("\n")[0]
            raise ModelError(f"the device {device!r} cannot be used ({told}): try --device cpu") from error

    def _busy(self, key: str) -> AbstractContextManager[object]:
        """Show that something is under way, where somebody looks."""
        if self._quiet or not self._stderr.is_terminal:
            return nullcontext()
        return self._stderr.status(say(key, self._lang))

    def _run(self, survey: Survey, analyzer: Analyzer, export: Export, told: Mapping[str, Any]) -> BatchReport:
        """Analyse behind a progress bar."""
        answers = max(len(plan.text) for plan in survey.plans.values())
        total = None if survey.total_rows is None else survey.total_rows * answers
        with progress_bar(self._stderr, self._lang, hidden=self._quiet) as progress:
            task = progress.add_task("", total=total)
            return analyze_survey(
                survey,
                analyzer,
                results=export.results,
                rejects=export.rejects,
                progress=lambda done: progress.update(task, completed=done),
                **told,
            )

    def _say_outcome(self, report: BatchReport, written: OutputFiles, seconds: float) -> None:
        """Say how much was done, what was rejected and where everything is."""

        def count(value: float) -> str:
            return number(value, self._lang)

        speed = report.analysed / max(seconds, 1e-3)
        took = number(seconds, self._lang, digits=1)
        self._say(say("print.took", self._lang, count=count(report.analysed), seconds=took, speed=count(speed)))
        if report.rejected_rows or report.rejected_fields:
            line = say(
                "print.rejected", self._lang, rows=count(report.rejected_rows), fields=count(report.rejected_fields)
            )
            if written.rejects is not None:
                line += say("print.reasons", self._lang, path=written.rejects)
            elif written.results is None:
                line += say("print.no_reasons", self._lang)
            self._say(line, style="yellow")
        if written.results is not None:
            line = say("print.written", self._lang, path=written.results)
            if written.results.suffix.lower() == ".xlsx":
                line += f" ({say('print.written_sheets', self._lang)})"
            self._say(line, style="bold")
        if written.summaries:
            paths = ", ".join(map(str, written.summaries))
            self._say(say("print.written_summary", self._lang, path=paths), style="bold")

    def _say(self, what: RenderableType, *, style: str | None = None) -> None:
        """Say something to a person."""
        if not self._quiet:
            console = self._stderr if self._as_json else self._stdout
            console.print(what, style=style, soft_wrap=isinstance(what, str))

    def _print_json(self, value: Any) -> None:
        """Print JSON for a machine."""
        sys.stdout.write(whole(json.dumps(value, ensure_ascii=False, indent=2)) + "\n")


# --- records for machines --------------------------------------------------------------------------------------------


def _plan_record(survey: Survey) -> dict[str, Any]:
    """Give what columns were taken for as JSON."""
    return {
        "file": str(survey.path),
        "format": survey.format,
        "rows": survey.total_rows,
        "sheets": [
            {
                "sheet": sheet,
                "columns": [
                    {
                        "column": column.column,
                        "role": column.role,
                        "confidence": round(column.confidence, 4),
                        "why": column.why,
                        "score": column.score
                        and {
                            "metric": column.score.metric,
                            "min": column.score.min,
                            "max": column.score.max,
                            "direction": column.score.direction,
                            "scale_from": column.score.scale_from,
                        },
                    }
                    for column in plan.columns
                ],
            }
            for sheet, plan in survey.plans.items()
        ],
        "notes": list(survey.notes),
    }
