"""All files of one run: their names, checked before any work is done, and their publication."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from nlp_cx.errors import OutputError
from nlp_cx.export.draft import Draft, check_target, writing
from nlp_cx.export.files import write_tables
from nlp_cx.export.rejects import RejectsWriter
from nlp_cx.export.report import summary_tables
from nlp_cx.export.results import RESULT_SUFFIXES, open_results
from nlp_cx.export.table import Table, whole
from nlp_cx.words import Tongue

if TYPE_CHECKING:
    from nlp_cx.ingest import ColumnPlan
    from nlp_cx.redact import Redactor
    from nlp_cx.summarise.summary import Summary

SUMMARY_SUFFIXES = (".json", ".csv", ".xlsx")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFiles:
    """Where a run writes."""

    results: Path | None = None
    summaries: tuple[Path, ...] = ()
    rejects: Path | None = None
    """Written only if there is something in it."""
    force: bool = True
    """Whether files may be replaced that came to be there while the run was at work."""


def name_files(
    out: Path | None, *, summary: Path | None = None, force: bool = False, source: Path | None = None
) -> OutputFiles:
    """Work out the names of all files of a run and check them before any work is done.

    Args:
        out: The results; its suffix is the format. Without it only the summary may be written.
        summary: The summary, as .json, .csv (themes only) or .xlsx. Without it: sheets of an XLSX of results, else
            `<stem>_summary.json` and `<stem>_summary.csv` beside the results.
        force: Whether files may be replaced.
        source: The survey; it is never replaced.

    Returns:
        The names; rejected rows go to `<stem>_rejects.csv` beside the results.

    Raises:
        OutputError: If a name cannot be written.
    """
    named: dict[Path, tuple[str, ...]] = {}
    if out is not None:
        named[out] = RESULT_SUFFIXES
    if summary is not None:
        summaries: tuple[Path, ...] = (summary,)
    elif out is not None and out.suffix.lower() != ".xlsx":
        summaries = tuple(out.with_name(f"{out.stem}_summary{suffix}") for suffix in (".json", ".csv"))
    else:
        summaries = ()
    named |= dict.fromkeys(summaries, SUMMARY_SUFFIXES)
    rejects = out.with_name(f"{out.stem}_rejects.csv") if out is not None else None
    if rejects is not None:
        named[rejects] = (".csv",)
    if summary is not None and summary in (out, rejects):
        raise OutputError(f"{summary} is named twice: give the summary a name of its own")
    for path, suffixes in named.items():
        check_target(path, suffixes, force=force, source=source)
    return OutputFiles(results=out, summaries=summaries, rejects=rejects, force=force)


class Export:
    """All files of one run. Nothing is to be seen before `publish`; leaving the `with` block drops what was not."""

    def __init__(
        self,
        files: OutputFiles,
        *,
        redactor: Redactor,
        plans: Mapping[str | None, ColumnPlan] | None = None,
        lang: Tongue = "en",
        notes: Sequence[str] = (),
    ) -> None:
        """Open what takes results and rejected rows.

        Args:
            files: From `name_files`.
            redactor: What takes personal data out of rejected rows.
            plans: The survey's columns by sheet.
            lang: Language of what people read in workbooks.
            notes: What is to be said of the survey file in workbooks, as `Survey.notes` has it.

        Raises:
            OutputError: If nothing can be written there.
        """
        self._files, self._lang, self._notes = files, lang, tuple(notes)
        self.results = open_results(files.results, lang=lang) if files.results else None
        self.rejects = RejectsWriter(files.rejects.parent, redactor=redactor, plans=plans) if files.rejects else None

    def __enter__(self) -> Export:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Drop what was not published."""
        if self.results is not None:
            self.results.discard()
        if self.rejects is not None:
            self.rejects.close()

    def publish(self, summary: Summary) -> OutputFiles:
        """Write all files and give them their names.

        Args:
            summary: Of the comments that were written.

        Returns:
            The files that are there now; `rejects` is None if nothing was rejected.

        Raises:
            OutputError: If a file cannot be written, or another run wrote it meanwhile and it may not be replaced.
        """
        if not self._files.force:
            for path in filter(None, (self._files.results, *self._files.summaries, self._files.rejects)):
                check_target(path, (path.suffix.lower(),))
        tables = summary_tables(summary, self._lang, self._notes)
        rejected = [self.rejects.table(self._lang)] if self.rejects is not None and len(self.rejects) else []
        if self.results is not None:
            self.results.publish([*tables, *rejected])
        for path in self._files.summaries:
            self._write_summary(path, summary, tables)
        if rejected and self._files.rejects is not None:
            write_tables(self._files.rejects, rejected, lang=self._lang)
        elif self._files.rejects is not None:
            self._files.rejects.unlink(missing_ok=True)  # of an earlier run: --force was given, or it is not there
        return OutputFiles(
            results=self._files.results,
            summaries=self._files.summaries,
            rejects=self._files.rejects if rejected else None,
        )

    def _write_summary(self, path: Path, summary: Summary, tables: Sequence[Table]) -> None:
        """Write the summary in the format of its suffix."""
        if path.suffix.lower() == ".json":
            with Draft(path) as draft, writing(path):
                text = json.dumps(summary.to_dict(), ensure_ascii=False, indent=2)
                draft.path.write_text(whole(text) + "\n", encoding="utf-8")
                draft.publish()
        else:
            themes = [table for table in tables if table.name == "themes"]
            write_tables(path, themes if path.suffix.lower() == ".csv" else tables, lang=self._lang)
