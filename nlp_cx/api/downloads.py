"""Results of a batch as files: read from the store page by page, written beside the uploads, sent, removed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nlp_cx.errors import BusyError
from nlp_cx.export import open_results
from nlp_cx.jobs.files import Files
from nlp_cx.words import Tongue

if TYPE_CHECKING:
    from nlp_cx.storage.interface import Batch, Page, Store, StoredComment

MEDIA: Mapping[str, str] = {
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
"""Format of results -> content type."""
SIDE_BY_SIDE = 2
"""Files that one process writes at once."""
_PAGE = 2000
_writing = threading.Semaphore(SIDE_BY_SIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloads:
    """Writes files of results."""

    store: Store
    files: Files

    def write(self, batch: Batch, *, format: str, lang: Tongue) -> Path:
        """Write the results of a batch as a file.

        Args:
            batch: Whose results.
            format: csv, xlsx or parquet.
            lang: Language of what people read in a workbook.

        Returns:
            A draft; whoever asked removes it.

        Raises:
            BusyError: If too many files are being written.
        """
        if not _writing.acquire(blocking=False):
            raise BusyError("other downloads are being written: try again in a moment", retry_after=5)
        try:
            path = self.files.draft(f".{format}")
            writer = open_results(path, lang=lang)
            try:
                for one in pages(self.store, batch.workspace, batch.id, None):
                    writer.write(one.comment, one.analysis)
                writer.publish([])
            finally:
                writer.discard()
        finally:
            _writing.release()
        return path


def result_lines(store: Store, workspace: str, batch_id: str, after: str | None) -> Iterator[bytes]:
    """Give the results of a batch as JSON lines.

    Args:
        store: Where they are.
        workspace: Whose they are.
        batch_id: Of which batch.
        after: Cursor to go on from; checked before anything is given.

    Yields:
        Many lines at a time.
    """
    page = store.results(workspace, batch_id, after=after, limit=_PAGE)
    return _lines(store, workspace, batch_id, page)


def _lines(store: Store, workspace: str, batch_id: str, page: Page[StoredComment]) -> Iterator[bytes]:
    """Give a page and those behind it."""
    while True:
        text = "".join(json.dumps(one.analysis.to_dict(), ensure_ascii=False) + "\n" for one in page.items)
        yield text.encode("utf-8", "replace")
        if page.next is None:
            return
        page = store.results(workspace, batch_id, after=page.next, limit=_PAGE)


def pages(store: Store, workspace: str, batch_id: str, after: str | None) -> Iterator[StoredComment]:
    """Give the results of a batch one by one."""
    while True:
        page = store.results(workspace, batch_id, after=after, limit=_PAGE)
        yield from page.items
        if page.next is None:
            return
        after = page.next
