"""The report as a PDF, set by Typst with its own fonts: nothing is needed from the machine or from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nlp_cx.export.table import writable
from nlp_cx.report.blocks import Block, Bullets, Document, Figure, Grid, Paragraph, Tiles, Voices
from nlp_cx.report.drawing import draw
from nlp_cx.words import say

_WIDE, _HALF = 640, 330
_FONT = "Libertinus Serif"
"""Comes with Typst and has all letters of Vietnamese; the charts are set in it too."""
_LONG = 40
"""Letters of a cell from which its column may break lines."""
_PICTURES = re.compile(
    "[\u200d\u20e3\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u3000-\u303f\ufe00-\ufe0f\U0001f000-\U0001ffff"
    "\U000e0000-\U000e007f]+"
)
"""Emoji and other pictures, which the font does not have."""


def to_pdf(document: Document) -> bytes:
    """Set a document as a PDF.

    Args:
        document: In one language.

    Returns:
        The file. Emoji in quotes are left out, for the fonts have none.
    """
    import typst

    numbered = iter(range(1, 1_000_000))

    def figure(block: Figure) -> dict[str, Any]:
        svg = draw(block.draw(_HALF if block.half else _WIDE), document.lang, name=f"c{next(numbered)}", font=_FONT)
        return {"kind": "figure", "title": block.title, "text": block.text, "svg": svg}

    told = {
        "lang": document.lang,
        "title": document.title,
        "subtitle": document.subtitle,
        "facts": document.facts,
        "lead": document.lead,
        "headlines": document.headlines,
        "footer": document.footer,
        "words": dict(document.words),
        "sections": [
            {"title": section.title, "blocks": [*_paired(_block(one, figure) for one in section.blocks)]}
            for section in document.sections
        ],
    }
    printable = _printable(told)
    if printable != told:
        printable["footer"] += f" {say('report.note_emoji', document.lang)}"
    made: bytes = typst.compile(
        Path(__file__).with_name("report.typ").read_bytes(),
        sys_inputs={"document": json.dumps(printable, ensure_ascii=False)},
        ignore_system_fonts=True,
        timestamp=0,
    )
    return made


def _block(block: Block, figure: Any) -> tuple[dict[str, Any], bool]:
    """Give a block as the template takes it, and whether it takes half of the page."""
    match block:
        case Figure():
            return figure(block), block.half
        case Paragraph():
            return {"kind": "paragraph", "style": block.kind, "text": block.text}, False
        case Tiles():
            return {"kind": "tiles", "tiles": [asdict(tile) for tile in block.tiles]}, False
        case Grid():
            return {"kind": "grid", **asdict(block), "widths": _widths(block)}, False
        case Voices():
            return {"kind": "voices", **asdict(block)}, False
        case Bullets():
            return {"kind": "bullets", **asdict(block)}, False


def _paired(blocks: Iterator[tuple[dict[str, Any], bool]]) -> Iterator[dict[str, Any]]:
    """Put two figures of half the width side by side."""
    waiting: dict[str, Any] | None = None
    for block, half in blocks:
        if half and waiting is not None:
            yield {"kind": "pair", "figures": [waiting, block]}
            waiting = None
        elif half:
            waiting = block
        else:
            if waiting is not None:
                yield {"kind": "pair", "figures": [waiting]}
                waiting = None
            yield block
    if waiting is not None:
        yield {"kind": "pair", "figures": [waiting]}


def _widths(grid: Grid) -> Sequence[int]:
    """Give columns of text a share of the width, and columns of figures what they need (0)."""
    longest = [
        max([len(row[at].text) for row in grid.rows] + [len(row[at].small) for row in grid.rows], default=0)
        for at in range(len(grid.columns))
    ]
    widths = [0 if grid.columns[at][1] == "right" or longest[at] < 12 else longest[at] for at in range(len(longest))]
    return [min(3, 1 + width // _LONG) if width else 0 for width in widths] if any(widths) else [1] * len(widths)


def _printable(value: Any) -> Any:
    """Take out what no font shows, drawings excepted."""
    if isinstance(value, str):
        return value if value.startswith("<svg") else _PICTURES.sub("", writable(value))
    if isinstance(value, dict):
        return {key: _printable(one) for key, one in value.items()}
    return type(value)(_printable(one) for one in value) if isinstance(value, list | tuple) else value
