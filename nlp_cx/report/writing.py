"""A report as a file; its suffix is the format."""

from __future__ import annotations

from pathlib import Path

from nlp_cx.export.draft import Draft, writing
from nlp_cx.export.files import write_tables
from nlp_cx.report.document import write_document
from nlp_cx.report.findings import Findings
from nlp_cx.words import Tongue

REPORT_SUFFIXES = (".html", ".pdf", ".xlsx")


def write_report(found: Findings, out: Path, *, lang: Tongue = "en") -> None:
    """Write a report; the file appears whole or not at all.

    Args:
        found: From `ReportBuilder`.
        out: Ends in one of REPORT_SUFFIXES.
        lang: Language of all words but the customers'.

    Raises:
        OutputError: If it cannot be written.
    """
    if out.suffix.lower() == ".xlsx":
        from nlp_cx.report.tables import report_tables

        write_tables(out, report_tables(found, lang), lang=lang)
        return
    with Draft(out) as draft, writing(out):
        document = write_document(found, lang)
        if out.suffix.lower() == ".pdf":
            from nlp_cx.report.pdf import to_pdf

            draft.path.write_bytes(to_pdf(document))
        else:
            from nlp_cx.report.html import to_html

            draft.path.write_text(to_html(document), encoding="utf-8", newline="\n")
        draft.publish()
