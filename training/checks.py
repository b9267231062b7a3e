"""What to look at in labelled rows before anything is learnt from them: balance, copies, contradictions, likely errors.

References:
    Northcutt, Jiang, Chuang, "Confident learning: estimating uncertainty in dataset labels", JAIR 70, 2021 (cleanlab).
"""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp_cx.decide import merge
from nlp_cx.labelled import Labelled, Reading
from nlp_cx.language import detect
from nlp_cx.promotion import CHANCE
from nlp_cx.records import POLARITIES
from training.calibrate import Outputs
from training.data import ABSENT, THEMES, UNKNOWN, Example, fingerprint
from training.feedback import Feedback

THIN = 10
"""Held-out mentions below which a theme's figure says nothing."""
FEWEST = 10
"""Rows of a class below which its labels are not examined."""
FOLDS = 5
LOOK_AT = 0.25
"""A label whose own probability is above this is no likely error, whatever the ranking says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A label that is likely wrong."""

    row: Labelled
    field: str
    """`sentiment`, or a theme."""
    given: str
    likely: str
    probability: float
    """Of the label as given, out of sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What was found."""

    balance: Mapping[str, Mapping[str, int]]
    """Language -> label ("sentiment:negative", a theme, ...) -> rows."""
    copies: Sequence[Sequence[Labelled]]
    """Groups of rows with the same text, or nearly."""
    contradictions: Sequence[Sequence[Labelled]]
    """Those of them whose labels disagree."""
    suspects: Sequence[Suspect]
    """Likely label errors, the likeliest first."""
    truncated: Sequence[Labelled]
    """Rows too long to be learnt from to their end."""
    agreement: float | None
    """Cohen's kappa of the sentiments and what the live model says: 1 all agree, 0 as by chance; None: too few."""
    other_language: int
    """Rows that seem to be neither Vietnamese nor English."""
    unlabelled: int
    in_regression: int
    """Rows whose text stands in the frozen regression set."""


def examine(feedback: Feedback, outputs: Outputs, *, unlabelled: int, frozen: Collection[str]) -> Checks:
    """Look at the labels before anything is learnt from them.

    Args:
        feedback: Labelled rows.
        outputs: What the live model says of them, in their order.
        unlabelled: Rows of the file that carry no label.
        frozen: Fingerprints of the regression set.
    """
    copies = find_copies(feedback)
    return Checks(
        balance=count_labels(feedback.examples),
        copies=copies,
        contradictions=find_contradictions(copies),
        suspects=find_suspects(feedback, outputs),
        truncated=[row for row, parts in zip(feedback.rows, outputs.windows, strict=True) if len(parts) > 1],
        agreement=agree(outputs.sentiment.argmax(axis=1), np.array([one.sentiment for one in feedback.examples])),
        other_language=sum(detect(row.comment.text).code == "other" for row in feedback.rows),
        unlabelled=unlabelled,
        in_regression=sum(fingerprint(row.comment.text) in frozen for row in feedback.rows),
    )


def count_labels(examples: Sequence[Example]) -> dict[str, dict[str, int]]:
    """Count rows per language and label.

    Returns:
        For "vi" and "en": rows, sentiments, themes, flags.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for example in examples:
        told = counts[example.language]
        told["rows"] += 1
        if example.sentiment >= 0:
            told[f"sentiment:{POLARITIES[example.sentiment]}"] += 1
        if any(code != UNKNOWN for code in example.themes):
            told["themes told"] += 1
        told.update(theme for theme, code in zip(THEMES, example.themes, strict=True) if code > ABSENT)
        told.update(flag for flag in ("complaint", "suggestion", "none") if getattr(example, flag) == 1)
    return {language: dict(told) for language, told in sorted(counts.items())}


def find_copies(feedback: Feedback) -> list[list[Labelled]]:
    """Group rows with the same text, up to case, punctuation, diacritics and emoji."""
    groups: dict[str, list[Labelled]] = defaultdict(list)
    for row, mark in zip(feedback.rows, feedback.copies, strict=True):
        groups[mark].append(row)
    return [rows for rows in groups.values() if len(rows) > 1]


def find_contradictions(copies: Sequence[Sequence[Labelled]]) -> list[list[Labelled]]:
    """Keep the groups of copies whose rows cannot all be right: sentiments, themes or flags differ."""
    return [list(rows) for rows in copies if _disagree(rows)]


def _disagree(rows: Sequence[Labelled]) -> bool:
    """Tell whether labels that are told differ."""
    told: dict[str, set[object]] = defaultdict(set)
    for row in rows:
        told["sentiment"].add(row.sentiment)
        told["themes"].add(None if row.themes is None else tuple(sorted(row.themes)))
        for theme, judged in (row.themes or {}).items():
            told[f"judgement of {theme}"].add(judged)
        for flag in ("complaint", "suggestion", "none"):
            told[flag].add(getattr(row, flag))
    return any(len(values - {None}) > 1 for values in told.values())


def agree(said: np.ndarray, given: np.ndarray) -> float | None:
    """Compare sentiments with what the live model says, chance taken off.

    Args:
        said: What it says of each row, shape (rows,).
        given: Labels, -1 where none is told, same shape.

    Returns:
        Cohen's kappa; None where fewer than FEWEST labels, or only one kind, tell nothing.

    Examples:
        >>> given = np.array([0, 2] * 10)
        >>> agree(given, given), agree(np.array([0, 0, 2, 2] * 5), given), agree(given, np.zeros(20))
        (1.0, 0.0, None)
    """
    from sklearn.metrics import cohen_kappa_score

    told = given >= 0
    if told.sum() < FEWEST or len(np.unique(given[told])) < 2:
        return None
    return float(cohen_kappa_score(given[told], said[told]))


def features(outputs: Outputs) -> np.ndarray:
    """Give all that the live model says of each row, the logits of every head; shape (rows, 70)."""
    rows = []
    for parts in outputs.predictions:
        sentiment, themes, flags = merge(parts)
        rows.append(np.concatenate([sentiment, themes.ravel(), flags]))
    return np.array(rows, dtype=np.float64)


def find_suspects(feedback: Feedback, outputs: Outputs, *, seed: int = 0) -> list[Suspect]:
    """Find labels that are likely wrong, by confident learning on probabilities that no row had a part in.

    A small logistic regression on the live model's outputs, cross-validated over the rows' groups, gives them: it
    learns what the labels of this file mean. Of rows that the live model has learnt from (learnt.json) it finds fewer.

    Args:
        feedback: Labelled rows.
        outputs: What the live model says of them, in their order.
        seed: Of the folds.

    Returns:
        Suspects, the least probable label first.
    """
    known = features(outputs)
    groups = np.asarray(feedback.groups)
    found = [
        Suspect(
            row=feedback.rows[at], field="sentiment", given=POLARITIES[given], likely=POLARITIES[likely],
            probability=probability,
        )
        for at, given, likely, probability in _unlikely(
            known, np.array([example.sentiment for example in feedback.examples]), groups, seed
        )
    ]  # fmt: skip
    codes = np.array([example.themes for example in feedback.examples]).reshape(len(feedback.examples), -1)
    for number, theme in enumerate(THEMES):
        present = np.where(codes[:, number] == UNKNOWN, -1, codes[:, number] > ABSENT)
        found += [
            Suspect(
                row=feedback.rows[at], field=theme, given=_there(given), likely=_there(likely), probability=probability
            )
            for at, given, likely, probability in _unlikely(known, present, groups, seed)
        ]
    return sorted(found, key=lambda suspect: suspect.probability)


def _there(present: int) -> str:
    """Say whether a theme is there."""
    return "named" if present else "not named"


def _unlikely(
    known: np.ndarray, labels: np.ndarray, groups: np.ndarray, seed: int
) -> Iterator[tuple[int, int, int, float]]:
    """Yield row, label, likely label and probability of the label, where confident learning doubts the label."""
    from cleanlab.filter import find_label_issues
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    classes = [one for one in np.unique(labels[labels >= 0]) if (labels == one).sum() >= FEWEST]
    rows = np.flatnonzero(np.isin(labels, classes))
    if len(classes) < 2 or len(np.unique(groups[rows])) < FOLDS:
        return
    numbered = np.searchsorted(classes, labels[rows])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.2, max_iter=500))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes that stand in few groups, which is looked at here
        folds = list(
            StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(known[rows], numbered, groups[rows])
        )
        if any(len(np.unique(numbered[learnt])) < len(classes) for learnt, _ in folds):
            return  # nearly all of a class is one respondent's, or one text
        chances = cross_val_predict(model, known[rows], numbered, cv=folds, method="predict_proba", n_jobs=1)
        doubted = find_label_issues(numbered, chances, return_indices_ranked_by="self_confidence", n_jobs=1)
    for at in doubted:
        own = float(chances[at, numbered[at]])
        if own < LOOK_AT:
            yield int(rows[at]), int(labels[rows[at]]), int(classes[int(chances[at].argmax())]), own


def notes_of(
    reading: Reading, feedback: Feedback, checks: Checks, held: Sequence[Example], *, looked_for: Collection[str]
) -> list[str]:
    """Say what a person should know of the labels, and what to do about it.

    Args:
        reading: The labelled file.
        feedback: Its labelled rows.
        checks: What was found in them.
        held: Those that are held out.
        looked_for: Themes that the annotators looked for.
    """
    mentions_held = count_mentions(held)
    all_themes = count_mentions(feedback.examples)
    blank = sum(row.themes == {} for row in feedback.rows)
    never = [theme for theme in THEMES if theme not in looked_for]
    thin = [
        f"{theme} ({mentions_held[theme]})" for theme in THEMES if all_themes[theme] and mentions_held[theme] < THIN
    ]
    themed = any(row.themes is not None for row in feedback.rows)
    told: list[tuple[object, str]] = [
        (checks.agreement is not None and checks.agreement < CHANCE,
         "The sentiments hardly agree with what the live model reads, as if they stood beside other texts: before you "
         "learn from them, look whether rows or columns were shifted."),
        (reading.bad_rows, f"{reading.bad_rows} rows could not be used and were left out: rejected.csv."),
        (checks.unlabelled, f"{checks.unlabelled} rows carry no label and were left out."),
        (themed and blank, f'{blank} rows name no theme and were taken as "no theme"; if they were not labelled, give '
                           "--blank-themes unknown."),
        (themed and never, f"Never labelled: {', '.join(never)}. Nothing is learnt or measured of them; if the "
                           "annotators looked for them all the same, say --themes all."),
        (themed and thin, f"Too few held out to be measured (under {THIN} mentions): {', '.join(thin)}."),
        (not themed, "No row has themes: the theme heads learn from old rows only."),
        (checks.copies, f"{sum(len(rows) - 1 for rows in checks.copies)} rows repeat another one, or nearly; they "
                        "stayed on one side of the split."),
        (checks.contradictions, f"{len(checks.contradictions)} texts have labels that contradict each other."),
        (checks.suspects, f"{len(checks.suspects)} labels may be wrong: labels_to_check.csv, likeliest errors first."),
        (checks.truncated, f"{len(checks.truncated)} rows are longer than one window of the model; learning reads "
                           "their first window, analysing reads on."),
        (checks.other_language, f"{checks.other_language} rows seem to be in another language than Vietnamese or "
                                "English; the model labels none such."),
        (checks.in_regression, f"{checks.in_regression} rows stand in the regression set and were not learnt from."),
    ]  # fmt: skip
    return [*reading.notes, *(sentence for applies, sentence in told if applies)]


def count_mentions(examples: Sequence[Example]) -> dict[str, int]:
    """Count the rows that name each theme."""
    return {theme: sum(one.themes[at] > ABSENT for one in examples) for at, theme in enumerate(THEMES)}


def total_counts(examples: Sequence[Example]) -> dict[str, int]:
    """Count labels, both languages together."""
    counted: Counter[str] = Counter()
    for told in count_labels(examples).values():
        counted.update(told)
    return dict(counted)
