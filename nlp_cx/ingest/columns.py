"""Which column of a survey is what, told from its header and its values, or by hand."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from nlp_cx.errors import ColumnError
from nlp_cx.ingest.lexicon import fold, lexicon
from nlp_cx.ingest.notes import column_notes
from nlp_cx.ingest.profile import MAX_CATEGORIES, Profile, look_at
from nlp_cx.ingest.scales import ScoreColumn, declaration, declared_scale, parse_score, share_off_scale

RoleName = Literal[
    "text", "id", "question", "language", "created_at", "respondent_id", "touchpoint", "stage", "segment",
    "score", "ignored", "unused",
]  # fmt: skip

_SINGLE = ("id", "question", "language", "created_at", "respondent_id", "touchpoint", "stage")
_OFF_SCALE = 0.05
_PHRASE = 0.86
"""From here on a header begins or ends with words of some length that no comment is headed by."""
_ALIKE = 5
"""So many cells that all say the same are hardly comments."""
_OPTIONS = 8
"""Answers to a question about reasons that may be ticked from a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What a person says about the columns; it goes before anything that would be recognised.

    `text`, `segments` and `scores` replace what would have been found for them (scores per metric); `scores` are
    written as `parse_score` reads them, and a second one of a metric is named after its column. Columns in `ignore`
    are left alone.
    """

    text: tuple[str, ...] = ()
    id: str | None = None
    question: str | None = None
    language: str | None = None
    date: str | None = None
    respondent_id: str | None = None
    touchpoint: str | None = None
    stage: str | None = None
    segments: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    sheet: str | None = None
    ignore: tuple[str, ...] = ()

    def named(self) -> list[tuple[str, str]]:
        """List each column that is named, with the role it was given (scores left out)."""
        single = {**{role: getattr(self, role) for role in _SINGLE if role != "created_at"}, "created_at": self.date}
        return [
            *((column, "ignored") for column in self.ignore),
            *((column, "text") for column in self.text),
            *((column, role) for role, column in single.items() if column is not None),
            *((column, "segment") for column in self.segments),
        ]

    def within(self, headers: Sequence[str], everywhere: Sequence[str]) -> Overrides:
        """Leave out what names columns of other sheets; a sheet without any of the text columns is not meant at all.

        Args:
            headers: Columns of one sheet.
            everywhere: Columns of all sheets; what names none of them stays, for it is a mistake.

        Returns:
            What is said of this sheet.
        """
        foreign = set(map(fold, everywhere)) - set(map(fold, headers))

        def ours(column: str) -> bool:
            return fold(column) not in foreign

        return replace(
            self,
            text=tuple(filter(ours, self.text)) or self.text,
            segments=tuple(filter(ours, self.segments)),
            ignore=tuple(filter(ours, self.ignore)),
            scores=tuple(text for text in self.scores if all(map(ours, _scored(text)))),
            **{name: None for name in (*_SINGLE, "date") if (told := getattr(self, name, None)) and not ours(told)},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRole:
    """What one column is, how sure that is (0 to 1) and where it was told from."""

    column: str
    role: RoleName
    confidence: float
    why: Literal["header", "values", "given", "nothing"]
    score: ScoreColumn | None = None
    question: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPlan:
    """The role of every column of a table, in the table's order, and what a person should look at."""

    columns: tuple[ColumnRole, ...]
    notes: tuple[str, ...] = field(default=())

    def of(self, role: RoleName) -> tuple[str, ...]:
        """Name the columns that have a role, in the table's order."""
        return tuple(column.column for column in self.columns if column.role == role)

    def one(self, role: RoleName) -> str | None:
        """Name the column of a role that a table has once, or None."""
        return next(iter(self.of(role)), None)

    @property
    def text(self) -> tuple[str, ...]:
        """Columns of open answers."""
        return self.of("text")

    @property
    def segments(self) -> tuple[str, ...]:
        """Categorical columns."""
        return self.of("segment")

    @property
    def scores(self) -> tuple[ScoreColumn, ...]:
        """Columns of scores with their scales."""
        return tuple(column.score for column in self.columns if column.score)

    def question_of(self, column: str) -> str | None:
        """Give the header of a text column as the question, if it reads like one or if there are several."""
        if len(self.text) > 1 or any(each.question for each in self.columns if each.column == column):
            return column
        return None

    def seen(self) -> ColumnPlan:
        """Leave out the fields that comments may have by their format, and these have not."""
        return replace(self, columns=tuple(each for each in self.columns if each.confidence or each.role == "unused"))


def _scored(text: str) -> tuple[str, str]:
    """Name the column that a score given by hand is in, as it reads and with what may be a part of its name."""
    return parse_score(text).column, text.partition("=")[2].strip()


def _fits(role: str, profile: Profile) -> float:
    """Give the factor by which a column's values weaken (or rule out) what its header says."""
    if not profile.filled:
        return 0.9
    if role in ("nps", "csat", "ces", "stars", "score"):
        marks = profile.numeric + (profile.worded if role == "csat" else 0)
        return 1.0 if marks > 0.6 else 0.8 if marks > 0.2 and not profile.free else 0.0
    if role == "text":
        if profile.free or not profile.plain:
            return float(profile.free)
        alike = (profile.category and profile.filled > 20) or (profile.distinct == 1 and profile.filled >= _ALIKE)
        return 0.5 if alike else 0.9
    if role == "created_at":
        return 1.0 if profile.dated > 0.5 else 0.6 if profile.dated > 0 or profile.numeric > 0.8 else 0.0
    if role == "question":
        return 1.0 if profile.words >= 2 else 0.3
    if role == "segment":
        return 0.0 if profile.distinct > 4 * MAX_CATEGORIES or profile.dated > 0.6 or profile.words > 8 else 1.0
    return 0.3 if profile.words > 6 else 1.0


def _reads_like_question(header: str) -> bool:
    """Tell whether a header asks something."""
    folded = fold(header)
    if " – " in header:  # one option of a question
        return False
    return header.rstrip(" *:)").endswith("?") or (
        folded.count(" ") >= 3 and f"{folded} ".startswith(lexicon().question)
    )


class _Guess(NamedTuple):
    """One thing that a column may be."""

    confidence: float
    role: str
    why: Literal["header", "values"]


def _guesses(header: str, profile: Profile) -> list[_Guess]:
    """List what a column may be, the likeliest first."""
    words_of = lexicon()
    names = {fold(header), fold(re.sub(r"\([^()]{0,200}\)|\[[^\[\]]{0,200}\]", " ", header))} - {""}
    found = [
        _Guess(sure * (1.0 if role == "ignored" and sure >= _PHRASE else _fits(role, profile)), role, "header")
        for role, words in (*words_of.roles.items(), *words_of.metrics.items())
        if (sure := max((words.match(name) for name in names), default=0.0))
    ]
    if profile.worded > 0.6 and any(words_of.metrics["csat"].match(name) > 0.6 for name in names):
        found.append(_Guess(0.85, "csat", "header"))
    if _reads_like_question(header) and (profile.free or (profile.plain and not profile.category)):
        closed = any(guess.role == "segment" and guess.confidence >= 0.5 for guess in found)  # "Which branch ...?"
        found.append(_Guess(0.88 if profile.free else 0.45 if closed else 0.6, "text", "header"))
    headed = max((words_of.roles["text"].match(name) for name in names), default=0.0) > 0.8
    if profile.category and profile.plain and not (headed and profile.distinct > _OPTIONS):
        found.append(_Guess(0.45, "segment", "values"))
    return sorted((guess for guess in found if guess.confidence >= 0.4), reverse=True)


def header_confidence(cell: object) -> float:
    """Tell how sure a cell reads like a header that nlp_cx knows, 0 to 1; used to find the header's row."""
    if not isinstance(cell, str) or not cell.strip() or len(cell) > 300:
        return 0.0
    return max((guess.confidence / 0.9 for guess in _guesses(cell, look_at(()))), default=0.0)


def ends_in_text(headers: Sequence[str]) -> bool:
    """Tell whether the last header certainly names a column of comments."""
    return len(headers) > 1 and lexicon().roles["text"].match(fold(headers[-1])) > 0.8


def find_column(name: str, headers: Sequence[str]) -> str:
    """Find the column a person means: the same name, or the same but for case, diacritics and punctuation.

    Args:
        name: As the person wrote it.
        headers: Columns that exist.

    Returns:
        The header as the file writes it.

    Raises:
        ColumnError: If none or several fit; the message lists the columns and the closest name.
    """
    same = [header for header in headers if unicodedata.normalize("NFC", header) == unicodedata.normalize("NFC", name)]
    same = same or [header for header in headers if fold(header) == fold(name) != ""]
    if len(same) == 1:
        return same[0]
    listed = ", ".join(repr(header[:80]) for header in headers[:60])
    if same:
        raise ColumnError(f"{name!r} fits several columns: {', '.join(map(repr, same))}. Write one of them exactly")
    folded = {fold(header): header for header in headers}
    close = difflib.get_close_matches(fold(name), folded, n=1, cutoff=0.5)
    meant = f" Did you mean {folded[close[0]]!r}?" if close else ""
    raise ColumnError(f"there is no column {name!r}.{meant} The columns are: {listed}")


def _given(headers: Sequence[str], overrides: Overrides) -> dict[str, ColumnRole]:
    """Work out the columns that a person named."""
    given: dict[str, ColumnRole] = {}

    def give(column: str, role: RoleName, score: ScoreColumn | None = None) -> None:
        if column in given:
            raise ColumnError(f"the column {column!r} was given two roles: {given[column].role} and {role}")
        asked = role == "text" and _reads_like_question(column)
        given[column] = ColumnRole(column=column, role=role, confidence=1.0, why="given", score=score, question=asked)

    for name, role in overrides.named():
        give(find_column(name, headers), role)  # type: ignore[arg-type]  # `named` gives roles only
    for text in overrides.scores:
        score = parse_score(text)
        if score.column not in headers and fold(score.column) not in map(fold, headers):
            whole = text.partition("=")[2].strip()  # a header may end like a scale: "nps=Likely to recommend:0-10"
            score = replace(score, column=whole) if whole in headers else score
        column = find_column(score.column, headers)
        if score.scale_from == "metric" and (told := declared_scale(column, score.metric)) is not None:
            score = replace(told, direction=score.direction) if text.endswith(":lower_is_better") else told
        twice = any(role.score and role.score.metric == score.metric for role in given.values())
        give(
            column, "score", replace(score, column=column, metric=f"{score.metric}:{column}" if twice else score.metric)
        )
    return given


def suggest(
    headers: Sequence[str],
    sample: Sequence[Mapping[str, object]],
    overrides: Overrides | None = None,
    known: Mapping[str, RoleName] | None = None,
) -> ColumnPlan:
    """Tell what each column is.

    Args:
        headers: Column names, each once, in the table's order.
        sample: Some rows, some hundred are enough; cells by column name.
        overrides: What a person says; the rest is recognised around it.
        known: Roles that the file's format fixes; `overrides` goes before it.

    Returns:
        A role for every column. Without a text column `plan.text` is empty.

    Raises:
        ColumnError: If `overrides` names a column that does not exist, one column twice, or an unreadable score.

    Examples:
        >>> plan = suggest(["Mã", "Nhận xét", "NPS"], [{"Mã": 1, "Nhận xét": "Giao hàng hơi chậm", "NPS": 6}])
        >>> plan.one("id"), plan.text, plan.scores[0].max
        ('Mã', ('Nhận xét',), 10)
    """
    overrides = overrides or Overrides()
    given = _given(headers, overrides)
    refused = {role.role for role in given.values()} & {"text", "segment"}
    profiles = {header: look_at(row.get(header) for row in sample) for header in headers}
    given |= _known(known or {}, given, profiles)
    guesses = sorted(
        (
            (guess, -position, header)
            for position, header in enumerate(headers)
            if header not in given
            for guess in _guesses(header, profiles[header])
        ),
        reverse=True,
    )
    taken = {role.role for role in given.values()}
    metrics = {role.score.metric for role in given.values() if role.score}
    roles, notes = dict(given), list[str]()
    for guess, _, header in guesses:
        if header in roles or guess.role in refused or (guess.role in _SINGLE and guess.role in taken):
            continue
        if guess.role in lexicon().metrics:
            role = _score_role(header, guess, profiles[header], metrics, given)
            if role is None or role.score is None:
                continue
            if role.score.scale_from == "metric" and _is_of_other_scale(role.score, sample):
                notes.append(
                    f"column {header!r} holds numbers off the scale {role.score.min:g}-{role.score.max:g} of "
                    f"{role.score.metric} and was left out; declare its scale: {declaration(guess.role, header)}"
                )
                role = replace(role, role="unused", score=None)
        else:
            named: RoleName = guess.role  # type: ignore[assignment]  # the names of columns.toml
            asked = named == "text" and _reads_like_question(header)
            role = ColumnRole(column=header, role=named, confidence=guess.confidence, why=guess.why, question=asked)
        taken.add(role.role)
        roles[header] = role
    if "text" not in taken:
        roles |= _fallback(profiles, roles)
    notes += column_notes(profiles, roles, sample)
    unused = {header: ColumnRole(column=header, role="unused", confidence=0.0, why="nothing") for header in headers}
    return ColumnPlan(columns=tuple((unused | roles)[header] for header in headers), notes=tuple(notes))


def _known(
    known: Mapping[str, RoleName], given: Mapping[str, ColumnRole], profiles: Mapping[str, Profile]
) -> dict[str, ColumnRole]:
    """Take the roles that a format fixes, unless a person gave the column or the role otherwise."""
    roles: dict[str, ColumnRole] = {}
    taken = {role.role for role in given.values()}
    for column, role in known.items():
        if column in given:
            continue
        role = "unused" if role in taken and role in (*_SINGLE, "text") else role
        taken.add(role)
        sure = float(profiles[column].filled > 0 and role != "unused")
        roles[column] = ColumnRole(column=column, role=role, confidence=sure, why="header" if sure else "nothing")
    return roles


def _is_of_other_scale(score: ScoreColumn, sample: Sequence[Mapping[str, object]]) -> bool:
    """Tell whether so many numbers are off the metric's own scale that the column has another, undeclared one."""
    return share_off_scale((row.get(score.column) for row in sample), score) > _OFF_SCALE


def _score_role(
    header: str, guess: _Guess, profile: Profile, metrics: set[str], given: Mapping[str, ColumnRole]
) -> ColumnRole | None:
    """Make a score column of a guess; a second column of a metric is named after its header."""
    score = declared_scale(header, guess.role)
    by_hand = {role.score.metric for role in given.values() if role.score}
    if score is None or guess.role in by_hand:
        return None
    if guess.role in metrics:
        score = replace(score, metric=f"{guess.role}:{header}")
    metrics.add(guess.role)
    doubt = 0.5 if profile.filled and profile.numeric + profile.worded < 0.8 else 1.0
    return ColumnRole(column=header, role="score", confidence=guess.confidence * doubt, why=guess.why, score=score)


def _says_text(header: str) -> bool:
    """Tell whether a header certainly names a column of comments, even if there are but numbers in it."""
    return lexicon().roles["text"].match(fold(header)) > 0.9


def _fallback(profiles: Mapping[str, Profile], roles: Mapping[str, ColumnRole]) -> dict[str, ColumnRole]:
    """Take the column with the longest, most varied free text for the text, with little confidence."""
    open_to = {
        header: profile.words * profile.distinct / profile.filled
        for header, profile in profiles.items()
        if (header not in roles or (roles[header].role == "segment" and roles[header].why == "values"))
        and profile.filled
        and profile.plain
        and profile.words >= 2
    }
    if not open_to:
        named = [header for header in profiles if header not in roles and _says_text(header)]
        return {header: ColumnRole(column=header, role="text", confidence=0.3, why="header") for header in named}
    best = max(open_to, key=lambda header: open_to[header])
    sure = 0.5 if profiles[best].free and profiles[best].words >= 4 else 0.3
    return {best: ColumnRole(column=best, role="text", confidence=sure, why="values")}
