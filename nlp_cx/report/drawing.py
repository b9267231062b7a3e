"""Vega-Lite specifications as SVG, offline: a specification brings its own data, and nothing else may be fetched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nlp_cx.report.charts import FONT
from nlp_cx.words import Tongue

_VERSION = "6.4"
_LOCALES: Mapping[Tongue, Mapping[str, Any]] = {
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", ""], "minus": "\u2212"},
    "vi": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", ""], "minus": "\u2212"},
}
_ID = re.compile(r'\bid="([^"]+)"')


def draw(spec: Mapping[str, Any], lang: Tongue, *, name: str, font: str | None = None) -> str:
    """Draw a chart.

    Args:
        spec: Vega-Lite, as `charts` gives it.
        lang: How numbers are written.
        name: Stands before all ids of the drawing, so that several can stand in one page.
        font: Family of all letters; that of the charts when None. Room is kept for that of the charts.

    Returns:
        An `<svg>` element that grows and shrinks with its place.
    """
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(
        dict(spec),
        vl_version=_VERSION,
        allowed_base_urls=[],
        format_locale=dict(_LOCALES[lang]),
    )
    if font is not None:
        svg = svg.replace(f'font-family="{FONT}"', f'font-family="{font}"')
    return _named(svg, name)


def _named(svg: str, name: str) -> str:
    """Give ids a name of their own."""
    for known in dict.fromkeys(_ID.findall(svg)):
        svg = svg.replace(f'id="{known}"', f'id="{name}-{known}"').replace(f"#{known})", f"#{name}-{known})")
    return svg
