"""The rows of a batch on the disk, cut into chunks that any worker can read by themselves.

    home/spool/<batch>/rows.jsonl      a line per comment or rejected row, in file order
    home/spool/<batch>/chunks.json     where each chunk begins, how many there are; written last

A spool appears whole or not at all, so that a worker killed while it made one leaves nothing that counts.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from secrets import token_hex
from typing import IO, Any

from nlp_cx.ingest import Rejected
from nlp_cx.records import Comment, Score

CHUNK = 512
"""Comments of a chunk: what is saved in one transaction, and what is lost at most when a worker is killed."""
_CHARACTERS = 1_000_000
_REJECTED = 2000
_ROWS, _INDEX = "rows.jsonl", "chunks.json"
_FIELDS = ("id", "text", "question", "language", "respondent_id", "touchpoint", "stage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A stretch of a batch's rows."""

    at: int
    """Byte at which it begins."""
    comments: int
    rejected: int
    """Rejected rows, and fields of rows whose comment is kept."""
    rows: int
    """Whole rejected rows among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spool:
    """A batch's rows, whole."""

    folder: Path
    chunks: Sequence[Chunk]

    @property
    def total(self) -> int:
        """Comments and whole rejected rows of all chunks."""
        return sum(chunk.comments + chunk.rows for chunk in self.chunks)

    @property
    def comments(self) -> int:
        """Comments of all chunks."""
        return sum(chunk.comments for chunk in self.chunks)

    def read(self, number: int) -> tuple[list[Comment], list[Rejected]]:
        """Read one chunk.

        Args:
            number: From 0.

        Returns:
            Its comments and what was rejected, each in file order.
        """
        chunk = self.chunks[number]
        comments: list[Comment] = []
        rejected: list[Rejected] = []
        with (self.folder / _ROWS).open("rb") as file:
            file.seek(chunk.at)
            for _ in range(chunk.comments + chunk.rejected):
                row = json.loads(file.readline().decode("utf-8", "surrogatepass"))
                if "reason" in row:
                    rejected.append(Rejected(**row))
                else:
                    comments.append(_comment(row))
        return comments, rejected


def find_spool(folder: Path) -> Spool | None:
    """Find the spool of a batch.

    Args:
        folder: Where it would be.

    Returns:
        The spool; None if there is none, or none that is whole.
    """
    try:
        index = json.loads((folder / _INDEX).read_bytes())
    except FileNotFoundError:
        return None
    return Spool(folder=folder, chunks=[Chunk(**chunk) for chunk in index])


def make_spool(folder: Path, rows: Iterable[Comment | Rejected], *, chunk: int = CHUNK) -> Spool:
    """Write the rows of a batch.

    Args:
        folder: Where the spool will be; its parent folder is made if it is not there.
        rows: Read once, as they are needed.
        chunk: Comments of a chunk; one of long comments has fewer.

    Returns:
        The spool; the one that is there already, if another worker was faster.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f"{folder.name}.{token_hex(6)}.part")
    draft.mkdir()
    try:
        with (draft / _ROWS).open("wb") as file:
            index = [asdict(each) for each in _write(file, rows, chunk)]
            _sync(file)
        with (draft / _INDEX).open("wb") as file:
            file.write(json.dumps(index).encode())
            _sync(file)
        try:
            draft.rename(folder)
        except OSError:
            if find_spool(folder) is None:
                raise
        _sync_folder(folder.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    found = find_spool(folder)
    assert found is not None  # noqa: S101  # it was just put there
    return found


def drop_spool(folder: Path) -> None:
    """Remove a spool and what was left of attempts at it."""
    for path in (folder, *folder.parent.glob(f"{folder.name}.*.part")):
        shutil.rmtree(path, ignore_errors=True)


def _write(file: IO[bytes], source: Iterable[Comment | Rejected], size: int) -> Iterator[Chunk]:
    """Write rows and tell where chunks begin and how many of each kind they hold."""
    at = comments = rejected = rows = characters = 0
    for row in source:
        if comments >= size or rejected >= _REJECTED or characters >= _CHARACTERS:
            yield Chunk(at=at, comments=comments, rejected=rejected, rows=rows)
            at, comments, rejected, rows, characters = file.tell(), 0, 0, 0, 0
        if isinstance(row, Rejected):
            line = json.dumps(_rejected_record(row), ensure_ascii=False)
            rejected += 1
            rows += row.severity == "row"
        else:
            line = json.dumps(_comment_record(row), ensure_ascii=False)
            comments += 1
        characters += len(line)
        file.write(line.encode("utf-8", "surrogatepass") + b"\n")
    if comments or rejected:
        yield Chunk(at=at, comments=comments, rejected=rejected, rows=rows)


def _comment_record(comment: Comment) -> dict[str, Any]:
    """Give a comment as JSON, without what it has not."""
    record = {name: value for name in _FIELDS if (value := getattr(comment, name)) is not None}
    if comment.created_at is not None:
        record["created_at"] = comment.created_at.isoformat()
    if comment.segments:
        record["segments"] = dict(comment.segments)
    if comment.scores:
        record["scores"] = [score.to_dict() for score in comment.scores]
    return record


def _comment(record: Mapping[str, Any]) -> Comment:
    """Make a comment of its JSON."""
    told = {name: record[name] for name in _FIELDS if name in record}
    if moment := record.get("created_at"):
        told["created_at"] = date.fromisoformat(moment) if len(moment) == 10 else datetime.fromisoformat(moment)
    return Comment(
        **told,
        segments=record.get("segments", {}),
        scores=tuple(Score(**score) for score in record.get("scores", ())),
    )


def _rejected_record(row: Rejected) -> dict[str, Any]:
    """Give a rejected row as JSON."""
    return {name: value for name, value in row.to_dict().items() if value is not None}


def _sync(file: IO[bytes]) -> None:
    """Make sure that a file is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make sure that the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
