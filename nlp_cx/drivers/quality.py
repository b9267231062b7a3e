"""How well a model finds each theme: what stands beside a driver, for a theme found badly shows less than there is."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from nlp_cx.errors import ModelError


def theme_quality(folder: Path) -> Mapping[str, float]:
    """Read the F1 of each theme from a model folder's metrics.

    Args:
        folder: Holds metrics.json; where several sets were measured, each counts by its mentions. Sets whose texts were
            changed (", no diacritics") do not count.

    Returns:
        Theme -> F1 in [0, 1]; empty if nothing was measured.

    Raises:
        ModelError: If metrics.json is damaged.
    """
    path = folder / "metrics.json"
    if not path.is_file():
        return {}
    try:
        sets = json.loads(path.read_text(encoding="utf-8"))
        found: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for name, figures in sets.items():
            if "," not in name:
                for theme, one in figures.get("themes", {}).items():
                    found[theme].append((float(one["mentions"]), float(one["f1"])))
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise ModelError(f"{path} cannot be read: {error}") from error
    return {
        theme: sum(n * f1 for n, f1 in parts) / sum(n for n, _ in parts)
        for theme, parts in found.items()
        if any(n for n, _ in parts)
    }
