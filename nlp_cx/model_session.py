"""What a person does with models on the command line: look, compare, promote, roll back."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp_cx.artifacts import find_model, list_models
from nlp_cx.errors import ModelMismatchError, ModelNotFoundError, PromotionRefusedError
from nlp_cx.registry import Registry
from nlp_cx.render import progress_bar, show_comparison, show_history, show_models, show_verdict
from nlp_cx.session import Session
from nlp_cx.words import say

if TYPE_CHECKING:
    from nlp_cx.promotion import Progress


class ModelSession(Session):
    """The commands of `nlp-cx models`."""

    def list_models(self) -> None:
        """Show the models on the shelves."""
        models = [_model_record(path) for path in list_models()]
        if self._as_json:
            self._print_json(models)
        elif models:
            self._say(show_models(models, self._lang))
        else:
            self._say(say("models.none", self._lang))

    def show_model(self, version: str | None) -> None:
        """Print a model's card; as JSON its manifest and metrics."""
        folder = find_model(version)
        if self._as_json:
            metrics = folder / "metrics.json"
            self._print_json(
                {"manifest": _read(folder / "manifest.json"), "metrics": _read(metrics) if metrics.is_file() else None}
            )
            return
        try:
            sys.stdout.write((folder / "card.md").read_text(encoding="utf-8"))
        except OSError as error:
            raise ModelMismatchError(f"model {folder.name} has no card: fetch the folder again") from error

    def compare(self, live: str, candidate: str, data: Path | None) -> None:
        """Compare two models on labelled comments; on the regression set when none are given."""
        from nlp_cx.gates import read_regression
        from nlp_cx.labelled import read_labelled
        from nlp_cx.promotion import compare_models

        labelled = read_regression() if data is None else read_labelled(data)
        with self._progress() as progress:
            comparison = compare_models(live, candidate, labelled, progress=progress)
        if self._as_json:
            self._print_json({"live": live, "candidate": candidate, **comparison.to_dict()})
        else:
            self._say(show_comparison(comparison, Path(live).name, Path(candidate).name, self._lang))

    def promote(self, model: str, *, force: bool, reason: str, by: str | None) -> None:
        """Make a model the live one if the gates let it, and show what they found."""
        from nlp_cx.promotion import promote

        try:
            with self._progress() as progress:
                verdict, event = promote(model, force=force, reason=reason, by=_person(by), progress=progress)
        except PromotionRefusedError as refused:
            if self._as_json:
                self._print_json({"verdict": refused.verdict.to_dict(), "event": None})
            else:
                self._say(show_verdict(refused.verdict, self._lang, told=1))
            raise
        if self._as_json:
            self._print_json({"verdict": verdict.to_dict(), "event": event.to_dict()})
            return
        self._say(show_verdict(verdict, self._lang))
        key = "models.promoted" if event.action == "promoted" else "models.forced"
        self._say(say(key, self._lang, version=event.version), style="bold")

    def roll_back(self, *, reason: str, by: str | None) -> None:
        """Make the model live again that was so before."""
        from nlp_cx.promotion import roll_back

        event = roll_back(reason=reason, by=_person(by))
        if self._as_json:
            self._print_json(event.to_dict())
        else:
            said = say("models.rolled_back", self._lang, version=event.version, previous=event.previous)
            self._say(said, style="bold")

    def show_history(self) -> None:
        """Show what was live when, and why."""
        registry = Registry.open()
        events = registry.history()
        if self._as_json:
            self._print_json({"live": _live(registry), "history": [event.to_dict() for event in events]})
        elif events:
            self._say(show_history(events, self._lang))
        else:
            self._say(say("models.no_history", self._lang))

    @contextmanager
    def _progress(self) -> Iterator[Progress]:
        """Show how far it is."""
        with progress_bar(self._stderr, self._lang, hidden=self._quiet) as bar:
            task = bar.add_task("", total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)


def _person(by: str | None) -> str:
    """Name who acts: as told, else the user of this machine; nobody where there is none, as in some containers."""
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


def _live(registry: Registry) -> str | None:
    """Name the live model, if there is one."""
    try:
        return registry.live()
    except ModelNotFoundError:
        return None


def _read(path: Path) -> Any:
    """Read a JSON file of a model folder."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelMismatchError(f"{path} cannot be read ({error}): fetch the folder again") from error


def _model_record(folder: Path) -> dict[str, Any]:
    """Say what a model folder is: version, day, size, mean figures over its dev sets, whether it is live."""
    manifest = _read(folder / "manifest.json")
    metrics = _read(folder / "metrics.json") if (folder / "metrics.json").is_file() else {}
    record: dict[str, Any] = {
        "version": manifest.get("version", folder.name),
        "made": manifest.get("made", ""),
        "bytes": sum(file.stat().st_size for file in folder.iterdir() if file.is_file()),
        "live": folder.name == _live(Registry.open()),
        "path": str(folder),
    }
    for figure in ("sentiment_macro_f1", "theme_micro_f1"):
        values = [result["model"][figure] for result in metrics.values() if figure in result.get("model", {})]
        record[figure] = round(sum(values) / len(values), 4) if values else None
    return record
