"""Vega-Lite specifications as SVG, offline: a specification brings its own data, and nothing else may be fetched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nlp_cx.words import Tongue

_VERSION = "6.4"
_LOCALES: Mapping[Tongue, Mapping[str, Any]] = {
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", ""], "minus": "\u2212"},
    "vi": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", ""], "minus": "\u2212"},
}
_SIZE = re.compile(r'(<svg\b[^>]*?) width="([\d.]+)" height="([\d.]+)"')
_ID = re.compile(r'\bid="([^"]+)"')


def draw(spec: Mapping[str, Any], lang: Tongue, *, name: str, font: str | None = None) -> str:
    """Draw a chart.

    Args:
        spec: Vega-Lite, as `charts` gives it.
        lang: How numbers are written.
        name: Stands before all ids of the drawing, so that several can stand in one page.
        font: Family of all letters; that of the specification when None.

    Returns:
        An `<svg>` element that grows and shrinks with its place.
    """
    import vl_convert

    config = {"font": font} if font else None
    svg: str = vl_convert.vegalite_to_svg(
        {**spec, "config": {**spec.get("config", {}), **(config or {})}},
        vl_version=_VERSION,
        allowed_base_urls=[],
        format_locale=dict(_LOCALES[lang]),  # type: ignore[arg-type]  # a locale as d3 has it
    )
    return _named(svg, name)


def _named(svg: str, name: str) -> str:
    """Give ids a name of their own."""
    for known in dict.fromkeys(_ID.findall(svg)):
        svg = svg.replace(f'id="{known}"', f'id="{name}-{known}"').replace(f"#{known})", f"#{name}-{known})")
    return svg
