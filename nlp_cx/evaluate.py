"""How well the model does on a person's own labelled comments.

A labelled file is JSON lines or CSV with a text and what a person says of it:

    {"text": "Giao hàng chậm", "sentiment": "negative", "themes": [{"theme": "delivery", "sentiment": "negative"}]}

    text,sentiment,themes
    Giao hàng chậm,negative,delivery:negative
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp_cx.errors import FileError
from nlp_cx.measure import f1, macro_f1
from nlp_cx.records import POLARITIES, Analysis, Comment, Polarity
from nlp_cx.taxonomy import load_taxonomy

_POLARITY: Mapping[str, Polarity] = {
    **{name: name for name in POLARITIES},
    "neg": "negative",
    "neu": "neutral",
    "pos": "positive",
    "tiêu cực": "negative",
    "trung tính": "neutral",
    "tích cực": "positive",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A comment with what a person says of it; None where the person says nothing."""

    comment: Comment
    sentiment: Polarity | None
    themes: Mapping[str, Polarity | None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Figures on a labelled file; None where nothing was labelled."""

    rows: int
    sentiment_accuracy: float | None
    sentiment_macro_f1: float | None
    theme_micro_f1: float | None
    theme_polarity_micro_f1: float | None
    per_theme: Mapping[str, Mapping[str, float]]
    """Theme -> mentions labelled, precision, recall, f1."""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def read_labelled(path: Path) -> list[Labelled]:
    """Read a labelled file.

    Args:
        path: .jsonl or .csv, UTF-8.

    Returns:
        Its rows in order.

    Raises:
        FileError: If it cannot be read, or a row has no text, an unknown theme or an unknown sentiment; the message
            names the row.
    """
    try:
        return [_labelled(number, row) for number, row in enumerate(_rows(path), 1)]
    except (OSError, ValueError, csv.Error) as error:
        raise FileError(f"{path} cannot be read as labelled comments: {error}") from error


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield raw rows."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        if path.suffix.lower() == ".csv":
            yield from csv.DictReader(file)
        else:
            yield from (_parsed(number, line) for number, line in enumerate(file, 1) if line.strip())


def _parsed(number: int, line: str) -> Any:
    """Read one line of JSON."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"line {number} is not JSON ({error})") from error


def _labelled(number: int, row: Mapping[str, Any]) -> Labelled:
    """Check one row."""
    text = row.get("text") if isinstance(row, dict) else None
    if not isinstance(text, str):
        raise FileError(f'row {number} has no "text"; give every row a text, a sentiment and, if labelled, themes')
    themes = row.get("themes", row.get("labels"))
    if isinstance(themes, str):
        themes = [part.strip() for part in themes.replace(",", ";").split(";") if part.strip()]
    elif themes is not None and not isinstance(themes, list):
        themes = [themes]
    return Labelled(
        comment=Comment(id=str(row.get("id") or number), text=text, question=str(row.get("question") or "") or None),
        sentiment=_polarity(number, row.get("sentiment")),
        themes=None if themes is None else dict(_theme(number, theme) for theme in themes),
    )


def _theme(number: int, given: object) -> tuple[str, Polarity | None]:
    """Read `delivery`, `delivery:negative` or `{"theme": "delivery", "sentiment": "negative"}`."""
    name: object = given
    polarity: object = None
    if isinstance(given, str):
        name, _, polarity = given.partition(":")
    elif isinstance(given, dict):
        name, polarity = given.get("theme", given.get("label", given)), given.get("sentiment", given.get("polarity"))
    theme = str(name).strip()
    if theme not in load_taxonomy().ids:
        raise FileError(f"row {number}: unknown theme {theme!r}; themes are {', '.join(load_taxonomy().ids)}")
    return theme, _polarity(number, polarity)


def _polarity(number: int, given: object) -> Polarity | None:
    """Read a sentiment in one of its spellings."""
    if given is None or given == "":
        return None
    found = _POLARITY.get(str(given).strip().lower())
    if found is None:
        raise FileError(f"row {number}: unknown sentiment {given!r}; use negative, neutral or positive")
    return found


def measure_quality(labelled: Sequence[Labelled], analyses: Sequence[Analysis]) -> Quality:
    """Compare what people say with what the model says.

    Args:
        labelled: Rows with labels.
        analyses: What the model says of them, in their order.

    Returns:
        Figures over the rows that carry each kind of label.
    """
    judged = [
        (row.sentiment, found.sentiment.label) for row, found in zip(labelled, analyses, strict=True) if row.sentiment
    ]
    gold, said = [POLARITIES.index(one) for one, _ in judged], [POLARITIES.index(other) for _, other in judged]
    counts = {theme: [0, 0, 0] for theme in load_taxonomy().ids}
    with_polarity = [0, 0, 0]
    themed = False
    for row, found in zip(labelled, analyses, strict=True):
        if row.themes is None:
            continue
        themed = True
        named = {mention.theme: mention.sentiment for mention in found.themes}
        for theme in row.themes.keys() | named.keys():
            slot = 0 if theme in row.themes and theme in named else 1 if theme in named else 2
            counts[theme][slot] += 1
            if slot or row.themes[theme] in (None, named[theme]):
                with_polarity[slot] += 1
            else:
                with_polarity[1] += 1
                with_polarity[2] += 1
    total = [sum(count[slot] for count in counts.values()) for slot in range(3)]
    return Quality(
        rows=len(labelled),
        sentiment_accuracy=sum(one == other for one, other in judged) / len(judged) if judged else None,
        sentiment_macro_f1=macro_f1(gold, said) if judged else None,
        theme_micro_f1=f1(*total) if themed else None,
        theme_polarity_micro_f1=f1(*with_polarity) if themed else None,
        per_theme={
            theme: {
                "mentions": hits + missed,
                "precision": hits / (hits + wrong) if hits + wrong else 0.0,
                "recall": hits / (hits + missed) if hits + missed else 0.0,
                "f1": f1(hits, wrong, missed),
            }
            for theme, (hits, wrong, missed) in counts.items()
            if hits + wrong + missed
        },
    )
