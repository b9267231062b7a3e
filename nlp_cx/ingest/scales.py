"""Scores in cells and the scales they were ticked on; a scale is declared or its metric's own, never guessed."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from nlp_cx.errors import ColumnError
from nlp_cx.ingest.lexicon import fold, is_missing, lexicon
from nlp_cx.ingest.rejected import Problem
from nlp_cx.records import Direction

ScaleSource = Literal["metric", "header", "given"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreColumn:
    """A column of scores with the metric they measure and the scale they were ticked on."""

    column: str
    metric: str
    min: float
    max: float
    direction: Direction = "higher_is_better"
    scale_from: ScaleSource = "metric"


_RANGE = re.compile(
    r"(?<![\w.,-])([01])\s*(?:[-–—~→]|->|to|đến|den|tới)\s*(3|4|5|6|7|9|10|11|100)(?![\w/]|[.,-]\d)", re.IGNORECASE
)
_ANCHOR = re.compile(r"(?<![\w.,])(\d{1,3})\s{0,3}[=:]\s{0,3}([^\d=:,;/()]{2,60})")
_OUT_OF = re.compile(
    r"(?:/|trên|out of|thang(?:\s{1,3}điểm)?)\s{0,3}(3|4|5|6|7|10|100)(?![\w/]|[.,-]\d)"
    r"|(?<![\w.,-])(?:3|4|5|6|7|10|100)(?=[ -]point)",
    re.IGNORECASE,
)
_SCORE = re.compile(
    r"([+-]?\d{1,6}(?:[.,]\d{1,6})?)(?![\d.,]\d)(?:\s{0,3}(?:/|trên|out of)\s{0,3}(\d{1,4})(?!\d))?\s*(.*)",
    re.DOTALL | re.IGNORECASE,
)
_GIVEN = re.compile(
    r"\s*([\w:-]+)\s*=\s*(.+?)\s*(?::\s*(-?\d+(?:\.\d+)?)\s*(?:-|\.\.)\s*(-?\d+(?:\.\d+)?)\s*)?"
    r"(?::\s*(lower_is_better|higher_is_better)\s*)?"
)


def parse_score(text: str) -> ScoreColumn:
    """Read a score as a person gives it: `metric=column[:min-max][:lower_is_better]`.

    Args:
        text: For example `nps=Q1`, `ces=Q7:1-7:lower_is_better`. The column may hold colons of its own.

    Returns:
        The score with its scale; the metric's own scale where none is given (nps, csat, ces, stars).

    Raises:
        ColumnError: If it cannot be read so, the scale is empty, or a metric without a scale of its own has none.

    Examples:
        >>> score = parse_score("nps=Q1:0-10")
        >>> score.metric, score.column, score.min, score.max
        ('nps', 'Q1', 0.0, 10.0)
    """
    match = _GIVEN.fullmatch(text) if len(text) <= 2000 else None
    if match is None:
        raise ColumnError(f"cannot read the score {text[:80]!r}: write it as nps=Q1:0-10 or ces=Q7:1-7:lower_is_better")
    metric, column, low, high, direction = match.groups()
    metric = metric.casefold()
    scale = (float(low), float(high)) if low is not None else lexicon().scales.get(metric)
    if scale is None:
        raise ColumnError(f"the score {metric!r} has no scale of its own: declare it, as in {metric}={column}:1-5")
    if scale[0] >= scale[1]:
        raise ColumnError(f"the scale {low}-{high} of {metric!r} is empty: write the smaller number first")
    return ScoreColumn(
        column=column,
        metric=metric,
        min=scale[0],
        max=scale[1],
        direction="lower_is_better" if direction == "lower_is_better" else "higher_is_better",
        scale_from="given" if low is not None else "metric",
    )


def declared_scale(header: str, metric: str) -> ScoreColumn | None:
    """Give a score column the scale that its header declares, else its metric's; None if there is neither."""
    words, folded = lexicon(), fold(header)
    own = words.scales.get(metric)
    effort = metric == "ces" and any(
        phrase == folded or (" " in phrase and f" {phrase} " in f" {folded} ") for phrase in words.effort
    )
    direction: Direction = "lower_is_better" if effort else "higher_is_better"
    column = ScoreColumn(column=header, metric=metric, min=0, max=1, direction=direction, scale_from="header")
    header = unicodedata.normalize("NFC", header)[:2000]
    anchors = {int(number): fold(meaning) for number, meaning in _ANCHOR.findall(header)}
    if len(anchors) >= 2:
        low, high = min(anchors), max(anchors)
        worst, best = words.likert.get(anchors[low]), words.likert.get(anchors[high])
        turned = worst is not None and best is not None and worst > best
        return replace(column, min=low, max=high, direction="lower_is_better" if turned else direction)
    if found := _RANGE.search(header):
        return replace(column, min=float(found[1]), max=float(found[2]))
    if own and (found := _OUT_OF.search(header)) and float(found[1] or found[0]) > own[0]:
        return replace(column, min=own[0], max=float(found[1] or found[0]))
    return replace(column, min=own[0], max=own[1], scale_from="metric") if own else None


def read_score(cell: object, column: ScoreColumn) -> tuple[float | None, Problem | None]:
    """Read one cell of a score column.

    Args:
        cell: A number, or text such as "9", "9,0", "9/10", "10 - Rất hài lòng", "★★★★", "Hài lòng" (CSAT on 1-5).
        column: Its metric and scale.

    Returns:
        The score, or None with the reason it was refused; None and None for a missing one. 0 is a score.
    """
    if is_missing(cell):
        return None, None
    shown = str(cell)[:60]
    if isinstance(cell, bool | date) or not isinstance(cell, str | int | float):
        return None, Problem(
            f"{shown!r} is not a number (a spreadsheet may have turned a score such as 9/10 into a date)",
            f"{shown!r} không phải là số (bảng tính có thể đã đổi điểm như 9/10 thành ngày)",
        )
    value = _value(cell, column)
    if value is None:
        return None, Problem(f"{shown!r} is not a score", f"{shown!r} không phải là điểm số")
    if not column.min <= value <= column.max:
        hint = declaration(column.metric, column.column)
        return None, Problem(
            f"{value:g} is off the scale {column.min:g}-{column.max:g} of {column.metric}; "
            f"if the scale is another one, declare it: {hint}",
            f"{value:g} nằm ngoài thang điểm {column.min:g}-{column.max:g} của {column.metric}; "
            f"nếu thang điểm khác, hãy khai báo: {hint}",
        )
    return value, None


def declaration(metric: str, column: str, scale: str = "MIN-MAX") -> str:
    """Write how the scale of a column is declared on the command line; a service says `in_mapping` of it.

    Examples:
        >>> declaration("nps", "Q1", "0-10")
        '--score "nps=Q1:0-10"'
    """
    return f'--score "{metric}={column}:{scale}"'


def in_mapping(told: str) -> str:
    """Say how a scale is declared to a service, where a sentence ends in how the command line does it.

    Examples:
        >>> in_mapping('declare it: --score "nps=Q1:MIN-MAX"')
        'declare it: on the page beside the column, over the API in the mapping as {"scores": ["nps=Q1:MIN-MAX"]}'
    """
    return _DECLARATION.sub(lambda found: _IN_MAPPING.en.format(_scores(found[1])), told)


def in_mapping_vi(told: str) -> str:
    """Say the same in Vietnamese.

    Examples:
        >>> in_mapping_vi('hãy khai báo: --score "nps=Q1:MIN-MAX"')
        'hãy khai báo: trên trang ngay cạnh cột đó, qua API trong mapping là {"scores": ["nps=Q1:MIN-MAX"]}'
    """
    return _DECLARATION.sub(lambda found: _IN_MAPPING.vi.format(_scores(found[1])), told)


_DECLARATION = re.compile(r'--score "(.*)"\Z', re.DOTALL)
_IN_MAPPING = Problem(
    "on the page beside the column, over the API in the mapping as {}",
    "trên trang ngay cạnh cột đó, qua API trong mapping là {}",
)


def _scores(declared: str) -> str:
    """Write the part of a mapping that declares a score."""
    return json.dumps({"scores": [declared]}, ensure_ascii=False)


_SLIPS = 2


def share_off_scale(cells: Iterable[object], column: ScoreColumn) -> float:
    """Tell which share of the numbers in some cells, 0 to 1, lies off a scale: a scale of its own was meant there.

    One or two are taken for slips of the hand and count as none.

    Examples:
        >>> share_off_scale(["4", 5, 9, 8, 7, 10, "", "n/a"], parse_score("csat=Q1"))
        0.6666666666666666
        >>> share_off_scale(["4", 9], parse_score("csat=Q1"))
        0.0
    """
    given = (cell for cell in cells if isinstance(cell, str | int | float) and not isinstance(cell, bool))
    values = [value for cell in given if not is_missing(cell) and (value := _value(cell, column)) is not None]
    off = sum(not column.min <= value <= column.max for value in values)
    return off / len(values) if off > _SLIPS else 0.0


def _value(cell: str | float, column: ScoreColumn) -> float | None:
    """Make a float of a cell; None if it is no number, infinity if it is too large for a float."""
    try:
        return read_number(cell, column) if isinstance(cell, str) else float(cell)
    except OverflowError:
        return math.inf


def read_number(cell: str, column: ScoreColumn) -> float | None:
    """Read a written score; None if it is not one."""
    text = unicodedata.normalize("NFKC", cell).strip().lstrip("'")
    if len(text) > 200:
        return None
    if drawn := sum(text.count(star) for star in "★⭐"):
        return float(drawn) if not re.search(r"\w", text) else read_number(re.sub("[★⭐☆]", "", text), column)
    match = _SCORE.fullmatch(text)
    if match is None:
        word, _, unit = fold(text).partition(" ")
        stars = lexicon().number.get(word) if column.metric.partition(":")[0] in ("stars", "score") else None
        if stars is not None and (not unit or unit in lexicon().unit):
            return stars
        level = lexicon().likert.get(fold(text))
        if level is None or column.metric.partition(":")[0] != "csat" or (column.min, column.max) != (1, 5):
            return None
        return level if column.direction == "higher_is_better" else 6 - level
    number, out_of, rest = match.groups()
    if out_of is not None and float(out_of) != column.max:
        return None
    separated = rest[:1] in tuple("-–—:=.()|,") and not re.match(r"\W*\d", rest)
    if rest and not separated and fold(rest) not in lexicon().unit and fold(rest) not in lexicon().likert:
        return None
    return float(number.replace(",", "."))
