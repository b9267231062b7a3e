"""A report that a manager understands without us: one HTML page, a PDF or a workbook, in Vietnamese or English.

    comments with analyses (from `source` or from a model) -`builder`-> Findings
    Findings -`document`-> Document: `headlines`, `overview`, `associations`, `change`, `places` of `blocks`
    Document -`html`-> page, -`pdf`-> PDF; Findings -`tables`-> workbook
    rows -`charts`-> Vega-Lite (the page's charts too) -`drawing`-> SVG

Nothing is fetched from elsewhere, neither when it is made nor when it is read.
"""

from nlp_cx.report.builder import ReportBuilder
from nlp_cx.report.document import write_document
from nlp_cx.report.findings import Findings
from nlp_cx.report.source import Results, open_results
from nlp_cx.report.writing import REPORT_SUFFIXES, write_report

__all__ = [
    "REPORT_SUFFIXES",
    "Findings",
    "ReportBuilder",
    "Results",
    "open_results",
    "write_document",
    "write_report",
]
