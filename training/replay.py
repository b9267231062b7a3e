"""Old rows that are mixed into a retraining, so that the model does not forget what it knew."""

from __future__ import annotations

import random
import tomllib
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from training.data import Example, fingerprint, load_all, load_authored

BASE = Path(__file__).with_name("configs") / "base.toml"
OWN = ("cx_annotated", "annotated", "authored")
_MOST = 4000
"""Rows kept of a source; a retraining sees fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Pools of old rows with what a pass takes of each."""

    pools: Mapping[str, list[Example]]
    wanted: Mapping[str, float]
    """Source -> rows per row of feedback."""
    trust: Mapping[str, float]
    """Source -> weight of its sentiment."""
    dev: tuple[Example, ...]
    """Rows of cx_annotated that were never learnt from: what is forgotten shows there."""


def gather(
    shares: Mapping[str, float], *, data: Path | None, keep_out: Collection[str], seed: int = 0, most: int = _MOST
) -> Replay:
    """Gather old rows.

    Args:
        shares: Rows of each source per row of feedback; "others" is spread evenly over the sources of base.toml.
        data: Folder of the labelled sources; the comments that ship with the code alone when None.
        keep_out: Fingerprints of texts that must not be learnt from (held out, regression set).
        seed: Of the draw.
        most: Rows kept of a source.
    """
    examples = load_authored() if data is None else load_all(data)
    dice = random.Random(seed)  # noqa: S311
    pools: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        if example.split == "train" and fingerprint(example.text) not in keep_out:
            pools[example.source].append(example)
    known = tomllib.loads(BASE.read_text(encoding="utf-8"))["sources"]
    trust = {source: float(entry["sentiment"]) for source, entry in known.items()}
    others = [source for source in pools if source in trust and source not in OWN]
    wanted = {source: share for source, share in shares.items() if pools.get(source)}
    wanted |= {source: shares.get("others", 0.0) / len(others) for source in others}
    kept = {source: dice.sample(pools[source], min(most, len(pools[source]))) for source in wanted}
    dev = tuple(one for one in examples if one.split == "dev" and one.source == "cx_annotated")
    return Replay(pools=kept, wanted=wanted, trust={source: trust.get(source, 1.0) for source in kept}, dev=dev)
