"""Results, summary and rejected rows as files that Excel and BI tools open safely.

    Comment, Analysis -`results`-> JSON lines | `flat` rows -`spool`-> Table -`files`, `workbook`-> CSV, Parquet, XLSX
    Summary -`report`-> Tables        Rejected -`rejects`-> Table        `draft`: every file appears whole or not at all

JSON lines hold each Analysis as it is. The other formats hold one flat row per comment; which columns it has is known
when the last comment is in, so rows wait in a spool on the disk. Raw text is never written, only redacted text.
"""

from nlp_cx.export.rejects import RejectsWriter
from nlp_cx.export.results import RESULT_SUFFIXES, ResultWriter, open_results
from nlp_cx.export.run import SUMMARY_SUFFIXES, Export, OutputFiles, name_files

__all__ = [
    "RESULT_SUFFIXES",
    "SUMMARY_SUFFIXES",
    "Export",
    "OutputFiles",
    "RejectsWriter",
    "ResultWriter",
    "name_files",
    "open_results",
]
