"""Words that customers use now and did not, or hardly, use before."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nlp_cx.drivers.screening import ALPHA, benjamini_hochberg
from nlp_cx.summarise.passages import Passage
from nlp_cx.summarise.terms import Phrase, count_phrases
from nlp_cx.trends.compare import compare_shares

MIN_COMMENTS = 3
"""Comments of the later period that hold a term, at least."""
TERMS = 12
"""Terms given, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RisingTerm:
    """A word or a phrase that more comments hold than in the period before."""

    text: str
    language: Literal["vi", "en"]
    count_before: int
    n_before: int
    """Comments of the earlier period that were looked at."""
    count: int
    n: int
    new: bool
    """No comment looked at in the earlier period holds it."""
    weight: float
    """Its c-TF-IDF in the later period, the two periods being the classes; larger is more telling."""
    q: float
    """Smallest rate of false discoveries at which this is one."""

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: round(value, 5) if isinstance(value, float) else value for name, value in values.items()}


def rising_terms(before: Iterable[Passage], after: Iterable[Passage]) -> tuple[RisingTerm, ...]:
    """Find words and phrases that rose from one period to the next.

    Words are real ones (segmented in Vietnamese, lemmas in English). A term is given if the share of comments that hold
    it rose beyond chance, the false discovery rate over all candidates being 5%; the order is by c-TF-IDF of the later
    period. Of phrases that contain each other only the more telling one is given.

    Args:
        before: Comments of the earlier period, or a random sample of them.
        after: Comments of the later one.

    Returns:
        At most `TERMS`, most telling first; empty if a period has no comments.

    References:
        Grootendorst, "BERTopic: Neural topic modeling with a class-based TF-IDF procedure", arXiv 2203.05794, 2022.
    """
    n_before, old = count_phrases(before)
    n, new = count_phrases(after)
    if not n_before or not n:
        return ()
    candidates = [(key, phrase, _count(old, key)) for key, phrase in new.items() if phrase.count >= MIN_COMMENTS]
    p_values = [_p(earlier, n_before, phrase.count, n) for _, phrase, earlier in candidates]
    q_values = benjamini_hochberg(p_values)
    mean = (sum(one.count for one in old.values()) + sum(one.count for one in new.values())) / 2
    risen = [
        (
            key,
            RisingTerm(
                text=phrase.text,
                language=phrase.language,
                count_before=earlier,
                n_before=n_before,
                count=phrase.count,
                n=n,
                new=not earlier,
                weight=len(key) * phrase.count / n * math.log1p(mean / (phrase.count + earlier)),
                q=q,
            ),
        )
        for (key, phrase, earlier), q in zip(candidates, q_values, strict=True)
        if q < ALPHA
    ]
    risen.sort(key=lambda entry: (-entry[1].weight, entry[0]))
    chosen: list[tuple[tuple[str, ...], RisingTerm]] = []
    for key, term in risen:
        if len(chosen) == TERMS:
            break
        if not any(_contains(key, other) or _contains(other, key) for other, _ in chosen):
            chosen.append((key, term))
    return tuple(term for _, term in chosen)


def _count(phrases: dict[tuple[str, ...], Phrase], key: tuple[str, ...]) -> int:
    """Count the comments that hold a phrase."""
    return phrases[key].count if key in phrases else 0


def _p(count_before: int, n_before: int, count: int, n: int) -> float:
    """Test whether a term rose; one that did not rise is no candidate."""
    if count / n <= count_before / n_before:
        return 1.0
    change = compare_shares(count_before, n_before, count, n)
    return change.p if change is not None else 1.0


def _contains(key: Sequence[str], part: Sequence[str]) -> bool:
    """Tell whether a phrase contains another one."""
    return f" {' '.join(part)} " in f" {' '.join(key)} "
