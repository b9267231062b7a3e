"""One run of `nlp-cx submit`: what is said while a file is sent, analysed and fetched."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from nlp_cx.client import FORMATS, Client
from nlp_cx.errors import ServiceError
from nlp_cx.export.draft import check_target
from nlp_cx.render import make_console, progress_bar
from nlp_cx.render.terminal import number, printable
from nlp_cx.words import Tongue, say

_SHOWN = 5
"""Rows and fields that could not be used which are told one by one."""


class SubmitSession:
    """Hands a file in and answers a person in their language."""

    def __init__(self, lang: Tongue, *, quiet: bool = False, as_json: bool = False) -> None:
        """Open the two streams.

        Args:
            lang: Language to answer in.
            quiet: Say nothing but errors (and the JSON that was asked for).
            as_json: Keep standard output for JSON.
        """
        self._lang: Tongue = lang
        self._quiet, self._as_json = quiet, as_json
        self._console = make_console(stderr=True) if as_json else make_console()
        self._bars = make_console(stderr=True)

    def run(
        self,
        file: Path,
        *,
        url: str,
        key: str | None,
        out: Path | None,
        mapping: Mapping[str, Any],
        wait: bool,
        force: bool,
        transport: Any = None,
    ) -> None:
        """Hand a file in, follow it, fetch the results.

        Args:
            file: The survey.
            url: Where the service is.
            key: An API key.
            out: Where results go, if they are wanted.
            mapping: What columns are, where they are not recognised.
            wait: Whether to wait for the end.
            force: Whether `out` may be replaced.
            transport: What carries requests, for tests.

        Raises:
            NlpCxError: If anything of it is refused or the batch fails.
        """
        if out is not None:
            check_target(out, tuple(FORMATS), force=force, source=file)
        with Client(url, key, lang=self._lang, transport=transport) as client:
            batch = client.submit(file, mapping=mapping)
            self._say(say("submit.taken", self._lang, id=batch["id"]))
            if wait or out is not None:
                batch = self._follow(client, batch["id"])
            if self._as_json:
                sys.stdout.write(json.dumps(batch, ensure_ascii=False, indent=2) + "\n")
            if batch["state"] in ("failed", "cancelled"):
                detail = (batch["error"] or {}).get("detail", batch["state"])
                raise ServiceError(f"the batch failed: {detail}")
            if batch["state"] == "completed":
                self._say_counts(batch)
                self._say_faults(batch, client.rejected(batch["id"], limit=_SHOWN + 1), url)
            if out is not None:
                client.download(batch["id"], out)
                self._say(say("print.written", self._lang, path=out), style="bold")

    def _follow(self, client: Client, batch_id: str) -> dict[str, Any]:
        """Wait behind a progress bar."""
        with progress_bar(self._bars, self._lang, hidden=self._quiet) as progress:
            task = progress.add_task("", total=None)

            def seen(batch: Mapping[str, Any]) -> None:
                progress.update(task, total=batch["total"], completed=batch["done"] + batch["rejected"])

            return client.follow(batch_id, seen=seen)

    def _say_counts(self, batch: Mapping[str, Any]) -> None:
        """Say how many comments were analysed and how many rows were not."""
        counts = {name: number(batch[name], self._lang) for name in ("done", "rejected")}
        self._say(say("submit.done", self._lang, **counts), style="yellow" if batch["rejected"] else None)

    def _say_faults(self, batch: Mapping[str, Any], rejected: Sequence[Mapping[str, Any]], url: str) -> None:
        """Say how the file was read where that was not plain, and the first things that could not be used."""
        told = list(batch["notes"])
        for each in rejected[:_SHOWN]:
            reason = each["reason_vi"] if self._lang == "vi" and each["reason_vi"] else each["reason"]
            named = f"{each['field']}: {reason}" if each["field"] else reason
            key = "submit.row" if each["sheet"] is None else "submit.row_of"
            told.append(say(key, self._lang, row=each["row"], sheet=each["sheet"], reason=named))
        if len(rejected) > _SHOWN:
            told.append(say("submit.more", self._lang, url=url.rstrip("/"), id=batch["id"]))
        for line in told:
            self._say(Text(f"! {printable(line)}", style="yellow"))
        if any('{"scores": ' in line for line in told):  # the service speaks of its mapping
            self._say(say("print.name_columns", self._lang), style="yellow")

    def _say(self, what: RenderableType, *, style: str | None = None) -> None:
        """Say something to a person."""
        if not self._quiet:
            self._console.print(what, style=style, soft_wrap=True)
