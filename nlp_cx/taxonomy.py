"""The root-cause themes: data in `taxonomy.toml`, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """One place in the customer's experience where a cause may lie."""

    id: str
    name: Mapping[str, str]
    definition: Mapping[str, str]
    excludes: str
    stages: tuple[str, ...]
    driver: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """All themes of one version, in the order that models and tables use."""

    version: str
    themes: tuple[Theme, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Theme ids in order."""
        return tuple(theme.id for theme in self.themes)

    def name(self, theme_id: str, language: Literal["vi", "en"]) -> str:
        """Give the name a person reads.

        Args:
            theme_id: One of `ids`.
            language: Language of the name.

        Returns:
            The name; the id itself if a newer model uses a theme that this version does not know.
        """
        return next((theme.name[language] for theme in self.themes if theme.id == theme_id), theme_id)


@cache
def load_taxonomy() -> Taxonomy:
    """Read the taxonomy that ships with this version.

    Examples:
        >>> load_taxonomy().name("delivery", "vi")
        'Giao hàng & thực hiện đơn'
    """
    data = tomllib.loads(Path(__file__).with_name("taxonomy.toml").read_text(encoding="utf-8"))
    themes = tuple(
        Theme(
            id=theme["id"],
            name=theme["name"],
            definition=theme["definition"],
            excludes=theme["not"],
            stages=tuple(theme["stages"]),
            driver=theme.get("driver", True),
        )
        for theme in data["theme"]
    )
    return Taxonomy(version=data["version"], themes=themes)
