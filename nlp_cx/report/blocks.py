"""What a report is made of, whatever format it is written in: sections of sentences, tiles, figures, tables, quotes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nlp_cx.words import Tongue

Tone = Literal["good", "bad", "plain"]
Align = Literal["left", "right"]
Draw = Callable[[int], dict[str, Any]]
"""Gives the Vega-Lite specification of a chart for a width in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Sentences."""

    text: str
    kind: Literal["text", "note", "flag"] = "text"
    """note: small print. flag: something to look at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure, large, with its interval drawn on its scale."""

    label: str
    value: str
    detail: str
    at: float | None = None
    """Place of the figure between the ends of its scale, 0 to 1; None draws nothing."""
    low: float | None = None
    high: float | None = None
    ends: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """Figures side by side."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart with what it says in a sentence."""

    title: str
    text: str
    """What is to be seen in it, for those who do not see it, and as its caption."""
    draw: Draw
    half: bool = False
    """Whether two of them stand side by side where there is room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a table."""

    text: str
    tone: Tone = "plain"
    small: str = ""
    """Stands below it, in small print."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table that people read."""

    title: str
    columns: tuple[tuple[str, Align], ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one customer said."""

    text: str
    tone: Tone
    by: str = ""
    """What they ticked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """Quotes on one theme."""

    title: str
    terms: str
    quotes: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """Points one after the other."""

    items: tuple[str, ...]
    title: str = ""


Block = Paragraph | Tiles | Figure | Grid | Voices | Bullets


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the report."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole report in one language."""

    lang: Tongue
    title: str
    subtitle: str
    facts: tuple[str, ...]
    """What was read: how many, from when to when."""
    lead: str
    """The one thing to take away; empty if there is nothing."""
    headlines: tuple[tuple[str, Tone], ...]
    """The report in a few sentences."""
    sections: Sequence[Section]
    footer: str
    words: Mapping[str, str]
    """What the page itself says."""
