"""A model takes the live one's place, if the gates let it; and back again.

Gates: on the frozen regression rows nothing gets worse beyond chance (nlp_cx.gates), the CPU path says what torch says
(nlp_cx.parity), and sentiments that a retraining learnt from belonged to their texts. A person may force what they
refuse, with a reason that is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp_cx.artifacts import ModelFolder, find_model, open_model, shelve
from nlp_cx.errors import MissingExtraError, ModelError, ModelNotFoundError, PromotionRefusedError, RegistryError
from nlp_cx.gates import Change, Comparison, compare, read_regression
from nlp_cx.labelled import Labelled
from nlp_cx.normalise import NORMALISER
from nlp_cx.parity import BOUND, Parity, measure_parity, published_parity
from nlp_cx.pipeline import Analyzer
from nlp_cx.records import Analysis
from nlp_cx.registry import Event, Registry

Progress = Callable[[int, int], None]
"""Told how many comments are done, of how many."""
CHANCE = 0.2
"""Agreement with the live model, Cohen's kappa, below which sentiments hardly belong to their texts."""
_NAMED = 6
"""Regressions that a message names; the rest are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gates found."""

    candidate: str
    live: str | None
    comparison: Comparison | None
    """None if there is no live model to compare with, or it cannot be run."""
    parity: Parity | None
    """None if it was never measured."""
    reasons: tuple[str, ...]
    """Why the candidate is refused; empty if it is not."""

    @property
    def accepted(self) -> bool:
        """Whether every gate is passed."""
        return not self.reasons

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {
            "candidate": self.candidate,
            "live": self.live,
            "accepted": self.accepted,
            "reasons": list(self.reasons),
            "parity": self.parity and self.parity.to_dict(),
            "comparison": self.comparison and self.comparison.to_dict(),
        }

    def summary(self) -> dict[str, Any]:
        """Give what the registry keeps: reasons, parity, and of the comparison what concerns all rows or regressed."""
        kept = [one.to_dict() for one in self.comparison.changes if one.kind == "overall" or one.regressed] if (
            self.comparison
        ) else []  # fmt: skip
        return {
            "accepted": self.accepted,
            "reasons": list(self.reasons),
            "parity": self.parity and self.parity.to_dict(),
            "rows": self.comparison.rows if self.comparison else 0,
            "changes": kept,
        }


def compare_models(
    live: str | Path, candidate: str | Path, labelled: Sequence[Labelled], *, progress: Progress | None = None
) -> Comparison:
    """Run two models on labelled rows, one after the other, and compare them.

    Args:
        live: Version or folder of the model to compare with.
        candidate: Version or folder of the model to judge.
        labelled: Rows with labels.
        progress: Told of each comment that is read; there are twice as many as rows.

    Raises:
        ModelError: If one of them cannot be used.
    """
    readings = []
    for number, model in enumerate((live, candidate)):
        readings.append(_read(model, labelled, progress, number * len(labelled)))
    return compare(labelled, *readings)


def _read(model: str | Path, labelled: Sequence[Labelled], progress: Progress | None, before: int) -> list[Analysis]:
    """Run one model."""
    analyzer = Analyzer.load(model)
    analyses = []
    for _, analysis in analyzer.stream(row.comment for row in labelled):
        analyses.append(analysis)
        if progress is not None:
            progress(before + len(analyses), 2 * len(labelled))
    return analyses


def judge(
    candidate: ModelFolder,
    live: str | None,
    *,
    among: Sequence[Path] | None = None,
    labelled: Sequence[Labelled] | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """Put a candidate through the gates.

    Args:
        candidate: A checked model folder.
        live: Version of the live model; None if there is none, then there is nothing to compare with.
        among: Shelves that hold the live model; those of the environment when None.
        labelled: Rows to measure on; the frozen regression set when None.
        progress: Told of each comment that is read.

    Returns:
        What they found.
    """
    rows = read_regression() if labelled is None else labelled
    reasons, comparison = [], None
    if live is not None:
        try:
            before = _read(find_model(live, among=among), rows, progress, 0)
        except ModelError as error:
            reasons.append(f"the live model {live} cannot be run to compare with: {error}")
        else:
            comparison = compare(rows, before, _read(candidate.path, rows, progress, len(rows)))
            if comparison.regressions:
                reasons.append(f"it is worse than {live}: {_listed(comparison.regressions)}")
    agreement = candidate.manifest.get("history", {}).get("label_agreement")
    if agreement is not None and agreement < CHANCE:
        reasons.append(
            f"the sentiments it learnt from agreed with the model before it hardly better than chance (kappa "
            f"{agreement:.2f}): look whether their rows or columns were shifted"
        )
    try:
        parity: Parity | None = measure_parity(candidate, [row.comment for row in rows])
    except MissingExtraError as error:
        parity = published_parity(candidate)
        if parity is None:
            reasons.append(f"whether it says the same on CPU and in torch was never measured: {error}")
    if parity is not None and not parity.holds:
        reasons.append(f"what it says on CPU and in torch differs by {parity.largest:.2g}, more than {BOUND:g}")
    return Verdict(candidate=candidate.version, live=live, comparison=comparison, parity=parity, reasons=tuple(reasons))


def _listed(changes: Sequence[Change]) -> str:
    """Name the figures that fell, in percent and points, the deepest fall first."""
    deepest = sorted(changes, key=lambda change: change.difference)
    named = [
        f"{change.name} {change.figure} {100 * change.live:.1f} → {100 * change.candidate:.1f} "
        f"({100 * change.difference:+.1f} [{100 * change.low:+.1f}, {100 * change.high:+.1f}], n = {change.n})"
        for change in deepest[:_NAMED]
    ]
    return ", ".join(named) + (f" … (+{len(deepest) - _NAMED})" if len(deepest) > _NAMED else "")


def promote(
    model: str | Path,
    *,
    reason: str = "",
    by: str = "",
    force: bool = False,
    registry: Registry | None = None,
    labelled: Sequence[Labelled] | None = None,
    progress: Progress | None = None,
) -> tuple[Verdict, Event]:
    """Make a model the live one, if the gates let it.

    Args:
        model: A version on a shelf, or the path of a folder, which is copied onto the first shelf.
        reason: Why, in a person's words; must be given with `force`.
        by: Who.
        force: Whether to go on although a gate refuses. A folder whose parts disagree is refused all the same.
        registry: Where it is written down; that of the environment when None.
        labelled: Rows to measure on; the frozen regression set when None.
        progress: Told of each comment that is read.

    Returns:
        What the gates found, and what was written down.

    Raises:
        ModelNotFoundError: If there is no such model.
        ModelMismatchError: If its parts disagree with each other or with this version of nlp_cx.
        PromotionRefusedError: If a gate refuses it; carries the verdict.
        RegistryError: If it is live already, `force` has no reason, or another model became live in the meantime.
        OutputError: If the shelf cannot be written.
    """
    registry = registry or Registry.open()
    if force and not reason.strip():
        raise RegistryError('a forced promotion needs a reason: --reason "..."')
    candidate = open_model(model, normaliser=NORMALISER, among=registry.shelves)
    try:
        live: str | None = registry.live()
    except ModelNotFoundError:
        live = None
    if live == candidate.version:
        raise RegistryError(f"model {live} is live already; another model needs a version of its own")
    verdict = judge(candidate, live, among=registry.shelves, labelled=labelled, progress=progress)
    if not verdict.accepted and not force:
        raise PromotionRefusedError(f"model {candidate.version} was not promoted: {verdict.reasons[0]}", verdict)
    shelve(candidate, registry.shelf)
    event = registry.record(
        candidate.version,
        action="promoted" if verdict.accepted else "forced",
        expected=live,
        reason=reason.strip(),
        by=by,
        gates=verdict.summary(),
    )
    return verdict, event


def roll_back(*, reason: str = "", by: str = "", registry: Registry | None = None) -> Event:
    """Make the model live again that was so before the last promotion; gates are not asked.

    Args:
        reason: Why, in a person's words.
        by: Who.
        registry: Where it is written down; that of the environment when None.

    Returns:
        What was written down.

    Raises:
        RegistryError: If no other model was live before, or another one became live in the meantime.
        ModelNotFoundError: If the earlier model's folder is gone.
        ModelMismatchError: If its parts disagree with each other or with this version of nlp_cx.
        OutputError: If the shelf cannot be written.
    """
    registry = registry or Registry.open()
    live, earlier = registry.live(), registry.previous()
    if earlier is None:
        raise RegistryError(f"there is nothing to roll back to: no other model was live before {live}")
    shelve(open_model(earlier, normaliser=NORMALISER, among=registry.shelves), registry.shelf)
    return registry.record(earlier, action="rolled back", expected=live, reason=reason.strip(), by=by)
