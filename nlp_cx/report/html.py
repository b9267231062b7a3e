"""The report as one HTML file: no script, no request, readable on a phone and on paper."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from nlp_cx.export.table import writable
from nlp_cx.report.blocks import Bullets, Document, Figure, Grid, Paragraph, Tiles, Voices
from nlp_cx.report.drawing import draw

if TYPE_CHECKING:
    from jinja2 import Environment, Template

_WIDE, _HALF, _PHONE = 760, 366, 340
"""Widths of charts in pixels: across the page, half of it, on a phone."""


def to_html(document: Document) -> str:
    """Write a document as a page.

    Args:
        document: In one language.

    Returns:
        The page; what customers wrote is text in it, whatever it looks like.
    """
    numbered = iter(range(1, 1_000_000))

    def figure(block: Figure) -> tuple[str, str]:
        name = f"c{next(numbered)}"
        wide = draw(block.draw(_HALF if block.half else _WIDE), document.lang, name=name)
        return wide, "" if block.half else draw(block.draw(_PHONE), document.lang, name=f"{name}n")

    page = _template().render(
        document=document, figure=figure, css=_style(), kind=lambda block: _KINDS[type(block)],
    )  # fmt: skip
    return writable(page)


_KINDS = {
    Paragraph: "paragraph", Tiles: "tiles", Figure: "figure", Grid: "grid", Voices: "voices", Bullets: "bullets",
}  # fmt: skip


@cache
def _style() -> str:
    """Read the page's style."""
    return Path(__file__).with_name("report.css").read_text(encoding="utf-8")


@cache
def _template() -> Template:
    """Compile the page."""
    return _environment().from_string(Path(__file__).with_name("report.html.j2").read_text(encoding="utf-8"))


def _environment() -> Environment:
    """Make what fills the page in: everything is escaped unless it is a drawing of ours."""
    from jinja2 import Environment, StrictUndefined

    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
