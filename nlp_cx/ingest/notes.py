"""What a person should look at in the columns of a survey, told from their headers, roles and values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from nlp_cx.ingest.cells import as_text
from nlp_cx.ingest.lexicon import fold, is_missing, lexicon
from nlp_cx.ingest.profile import Profile, encoded_twice, letters_lost
from nlp_cx.ingest.scales import declaration

if TYPE_CHECKING:
    from nlp_cx.ingest.columns import ColumnRole

_CERTAIN = 0.9


def column_notes(
    profiles: Mapping[str, Profile], roles: Mapping[str, ColumnRole], sample: Sequence[Mapping[str, object]]
) -> list[str]:
    """Say what may be wrong or missing in what columns were taken for.

    Args:
        profiles: What each column's values look like.
        roles: Of the columns that have one.
        sample: Some rows.

    Returns:
        Sentences in English, as `words.toml` translates them.
    """
    told: list[Iterator[str]] = []
    metric = "rating" if any(role.score and role.score.metric == "csat" for role in roles.values()) else "csat"
    for header, profile in profiles.items():
        role = roles.get(header)
        if profile.filled and role is None:
            told.append(_unused(header, profile, metric))
        if profile.filled and (role is None or role.why == "values"):
            told.append(_unread_score(header, profile, sample))
        if role is not None and role.role == "text":
            told.append(_spoilt(header, [row.get(header) for row in sample]))
    return list(chain.from_iterable(told))


def _unused(header: str, profile: Profile, metric: str) -> Iterator[str]:
    """Say that a column without a role may matter."""
    if profile.free and profile.words >= 4:
        yield f"column {header!r} holds free text but is not used; name it as a text column to analyse it"
    elif profile.numeric > 0.8 and profile.distinct <= 11 and lexicon().metrics["score"].match(fold(header)):
        example = declaration(metric, header, "1-5")
        yield f"column {header!r} looks like a score without a scale; declare it, as in {example}"


def _unread_score(header: str, profile: Profile, sample: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """Say that a column is called like a metric and holds something else: emoji, or Promoter and Detractor."""
    metrics = lexicon().metrics
    named = max(metrics[metric].match(fold(header)) for metric in ("nps", "csat", "ces", "stars"))
    if named > _CERTAIN and profile.plain and not profile.free:
        shown = next(as_text(row.get(header)) for row in sample if not is_missing(row.get(header)))
        yield f"column {header!r} is named like a score but holds none, such as {shown[:40]!r}; write numbers in it"


def _spoilt(header: str, cells: Sequence[object]) -> Iterator[str]:
    """Say that comments lost their letters before they came here, which is worth a new export."""
    if shown := encoded_twice(cells):
        yield f"column {header!r} holds text that was encoded twice, such as {shown!r}: export it again as UTF-8"
    if shown := letters_lost(cells):
        yield f"column {header!r} has ? in place of letters, such as {shown!r}: save it again as CSV UTF-8 or XLSX"
