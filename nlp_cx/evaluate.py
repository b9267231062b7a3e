"""How well the model does on a person's own labelled comments; `nlp_cx.labelled` says how these are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nlp_cx.labelled import Labelled, read_labelled
from nlp_cx.measure import f1, macro_f1
from nlp_cx.records import POLARITIES, Analysis
from nlp_cx.taxonomy import load_taxonomy

__all__ = ["Labelled", "Quality", "measure_quality", "read_labelled"]


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
