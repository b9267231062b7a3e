"""Labelled feedback -> examples to learn from: personal data taken out, copies and one person's answers together."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nlp_cx.alignment import Aligned
from nlp_cx.labelled import Labelled
from nlp_cx.language import detect
from nlp_cx.records import POLARITIES, Polarity
from nlp_cx.redact import Redactor
from training.data import (
    ABSENT,
    BOTH,
    NEGATIVE,
    NEUTRAL,
    POSITIVE,
    THEMES,
    UNJUDGED,
    UNKNOWN,
    EvidenceSpan,
    Example,
    fingerprint,
)
from training.duplicates import find_copies
from training.split import hold_out, label_matrix

SOURCE = "feedback"
_CODES: Mapping[Polarity | None, int] = {
    "negative": NEGATIVE, "neutral": NEUTRAL, "positive": POSITIVE, None: UNJUDGED,
}  # fmt: skip
_SHORT = 12
"""Letters below which texts are the same only to the letter ("tốt", "tốt!!!" say the same, "to" and "tờ" do not)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """Labelled rows, the examples made of them, and which belong together; all three in one order."""

    rows: Sequence[Labelled]
    examples: Sequence[Example]
    groups: Sequence[int]
    """Rows of one group (copies, near copies, one respondent) never stand on both sides of a split."""
    copies: Sequence[str]
    """A mark that copies and near copies share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Feedback, cut in two."""

    learnt: Sequence[Example]
    held: Sequence[int]
    """Positions of the rows held out."""
    held_marks: frozenset[str]
    """Fingerprints of all texts that must not be learnt from."""
    learnt_marks: frozenset[str]
    """Fingerprints of the texts learnt from."""
    known: int
    """Rows that the live model has learnt from, or that belong together with such: none of them is held out."""
    frozen: frozenset[str]
    """Fingerprints of the regression set."""


def prepare(rows: Sequence[Labelled], *, looked_for: Collection[str] = THEMES) -> Feedback:
    """Make examples of labelled rows.

    Args:
        rows: Rows that carry some label.
        looked_for: Themes that the annotators looked for; what is not said of any other theme stays unknown.

    Returns:
        The rows with their examples, texts redacted as serving redacts them.
    """
    redact = Redactor()
    copies = [copy_mark(row) for row in rows]
    alike = near_pairs([row.comment.text for row in rows])
    return Feedback(
        rows=tuple(rows),
        examples=tuple(to_example(row, redact, looked_for=looked_for) for row in rows),
        groups=tuple(group(copies, [row.comment.respondent_id for row in rows], alike)),
        copies=tuple(copies),
    )


def copy_mark(row: Labelled) -> str:
    """Give what copies and near copies of a comment share: case, punctuation, diacritics, emoji make no difference."""
    letters = re.sub(r"\W+", " ", row.comment.text.casefold()).strip()
    mark = fingerprint(row.comment.text) if len(letters.replace(" ", "")) >= _SHORT else letters or row.comment.text
    return f"{mark}|{fingerprint(row.comment.question)}" if row.comment.question else mark


def near_pairs(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Positions of texts that share most of their word pairs (training.duplicates), enough pairs to join them all."""
    found = find_copies(texts, texts)
    first: dict[int, int] = {}
    same = [(first.setdefault(number, at), at) for at, number in enumerate(found.texts.tolist()) if number >= 0]
    return [*same, *((first[one], first[other]) for one, other in found.pairs.tolist())]


def group(copies: Sequence[str], respondents: Sequence[str | None], alike: Sequence[tuple[int, int]] = ()) -> list[int]:
    """Number the groups of rows that must stay together, over copies, respondents and near copies at once.

    Examples:
        >>> group(["a", "b", "a", "c"], [None, "lan", "lan", None])
        [0, 0, 0, 3]
        >>> group(["a", "b", "c"], [None, None, None], [(1, 2)])
        [0, 1, 1]
    """
    first: dict[tuple[str, str], int] = {}
    parent = list(range(len(copies)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    def join(one: int, other: int) -> None:
        one, other = root(one), root(other)
        parent[max(one, other)] = min(one, other)

    for at, (mark, person) in enumerate(zip(copies, respondents, strict=True)):
        for key in (("copy", mark), ("person", person) if person else ("copy", mark)):
            join(first.setdefault(key, at), at)
    for one, other in alike:
        join(one, other)
    return [root(at) for at in range(len(copies))]


def to_example(row: Labelled, redact: Redactor, *, looked_for: Collection[str] = THEMES) -> Example:
    """Turn one labelled row into an example of source "feedback"; what it does not tell stays unknown.

    Examples:
        >>> from nlp_cx.records import Comment
        >>> comment = Comment(id="1", text="Giao chậm, gọi 0912345678", respondent_id=None)
        >>> example = to_example(Labelled(comment=comment, sentiment="negative", themes=None), Redactor())
        >>> example.text, example.sentiment, set(example.themes)
        ('Giao chậm, gọi [PHONE]', 0, {-1})
    """
    redacted, redactions = redact(Aligned.of(row.comment.text))
    spans = [(THEMES.index(theme), start, end) for theme, start, end in row.evidence]
    evidence = _moved(spans, redacted) if redactions else spans
    themes = tuple(_code(row, theme, looked_for) for theme in THEMES)
    none = _flag(row.none)
    return Example(
        id=f"{SOURCE}/{row.row}/{row.comment.id}",
        text=redacted.text,
        language=row.comment.language or _language(row.comment.text),
        source=SOURCE,
        split="train",
        question=row.comment.question,
        sentiment=-1 if row.sentiment is None else POLARITIES.index(row.sentiment),
        sentiment_from=None if row.sentiment is None else "human",
        themes=themes,
        evidence=tuple(evidence),
        complaint=_flag(row.complaint),
        suggestion=_flag(row.suggestion),
        none=0 if none == -1 and any(code > ABSENT for code in themes) else none,
    )


def _code(row: Labelled, theme: str, looked_for: Collection[str]) -> int:
    """Give what a row tells of one theme."""
    if row.themes is None:
        return UNKNOWN
    if theme in row.both:
        return BOTH
    if theme in row.themes:
        return _CODES[row.themes[theme]]
    return ABSENT if theme in looked_for else UNKNOWN


def _flag(told: bool | None) -> int:
    """True, False, None -> 1, 0, -1."""
    return -1 if told is None else int(told)


def _language(text: str) -> Literal["vi", "en"]:
    """Tell the language whose noise a row gets in training; code-switched text counts as Vietnamese."""
    return "en" if detect(text).code in ("en", "other") else "vi"


def _moved(spans: Sequence[EvidenceSpan], redacted: Aligned) -> list[EvidenceSpan]:
    """Move evidence from the text as sent into the redacted one."""
    places = [redacted.source_span(at, at + 1) for at in range(len(redacted.text))]
    moved = []
    for theme, start, end in spans:
        inside = [at for at, (first, last) in enumerate(places) if first < end and start < last]
        if inside:
            moved.append((theme, inside[0], inside[-1] + 1))
    return moved


def divide(
    feedback: Feedback, regression: Sequence[Labelled], *, share: float, seed: int, known: Collection[str] = ()
) -> Parts:
    """Hold a part out; what stands in the regression set is not learnt from either.

    Args:
        feedback: All rows.
        regression: The frozen rows that every model is measured on.
        share: Share of rows to hold out; half of those that the live model has not learnt from, at most.
        seed: Of the split.
        known: Fingerprints of texts that the live model has learnt from: neither they nor rows that belong together
            with them are held out, for the live model would merely remember them.
    """
    marks = [fingerprint(row.comment.text) for row in feedback.rows]
    met = {group for group, mark in zip(feedback.groups, marks, strict=True) if mark in known}
    free = np.array([group not in met for group in feedback.groups], dtype=bool)
    held = np.zeros(len(marks), dtype=bool)
    if free.any():
        groups = list(itertools.compress(feedback.groups, free))
        held[free] = hold_out(
            label_matrix(feedback.examples)[free], groups, share=min(0.5, share * len(free) / free.sum()), seed=seed
        )
    frozen = {fingerprint(row.comment.text) for row in regression}
    kept = [at for at, mark in enumerate(marks) if not held[at] and mark not in frozen]
    return Parts(
        learnt=[feedback.examples[at] for at in kept],
        held=[int(at) for at in np.flatnonzero(held)],
        held_marks=frozenset(frozen.union(itertools.compress(marks, held))),
        learnt_marks=frozenset(marks[at] for at in kept),
        known=int((~free).sum()),
        frozen=frozenset(frozen),
    )
