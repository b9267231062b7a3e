"""Where files of batches are in the service's data folder; all of its processes see the same one."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from nlp_cx.jobs.spool import drop_spool
from nlp_cx.settings import Settings

ABANDONED = 86_400.0
"""Seconds after which a draft is what a killed process left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Names of all files of batches."""

    folder: Path

    @classmethod
    def of(cls, settings: Settings) -> Files:
        """Take the folder that the settings name."""
        return cls(folder=settings.folder)

    @property
    def uploads(self) -> Path:
        """Folder of uploads."""
        return self.folder / "uploads"

    def upload(self, batch: str) -> Path:
        """What was uploaded for a batch; its suffix is that of the name it came with."""
        return next(self.uploads.glob(f"{batch}*"), self.uploads / batch)

    def spool(self, batch: str) -> Path:
        """The rows of a batch, cut into chunks."""
        return self.folder / "spool" / batch

    def draft(self, suffix: str = "") -> Path:
        """Name a file that is no batch's yet, in the folder of uploads, which is made if it is not there."""
        self.uploads.mkdir(parents=True, exist_ok=True)
        return self.uploads / f".{token_hex(12)}{suffix}"

    def keep(self, draft: Path, batch: str) -> Path:
        """Make a draft, whose bytes are on the disk, the upload of a batch, for good."""
        path = draft.replace(self.uploads / f"{batch}{draft.suffix}")
        handle = os.open(self.uploads, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        return path

    def drop(self, batch: str) -> None:
        """Remove what is there of a batch."""
        self.upload(batch).unlink(missing_ok=True)
        drop_spool(self.spool(batch))

    def sweep(self, keep: Collection[str]) -> None:
        """Remove what killed processes left, once it is a day old.

        Args:
            keep: Ids of batches that are under way.
        """
        limit = time.time() - ABANDONED
        for path in (*self.uploads.glob("*"), *self.uploads.glob(".*"), *(self.folder / "spool").glob("*")):
            whose = path.name.partition(".")[0]
            try:
                old = path.stat().st_mtime < limit
            except FileNotFoundError:
                continue
            if not old or (whose in keep and not path.name.endswith(".part")):
                continue
            if path.is_dir():
                drop_spool(path)
            else:
                path.unlink(missing_ok=True)
