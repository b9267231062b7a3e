"""GET /v1/terms: words that set themes apart, and words that are new or rising."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response
from pydantic import ConfigDict, Field

from nlp_cx.api.figures import Ask, Bucket, Figures, Row, find_buckets, make_note
from nlp_cx.api.periods import two_periods
from nlp_cx.api.quotes import in_turn, passages_of
from nlp_cx.api.records import Record
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Here, Reader
from nlp_cx.api.summaries import Shown, answer_figures
from nlp_cx.api.tidy import Note, tidy_responses
from nlp_cx.storage.interface import Filter, Store
from nlp_cx.summarise.passages import Passage
from nlp_cx.summarise.terms import find_terms
from nlp_cx.taxonomy import load_taxonomy

router = make_router("summaries")

OF_A_THEME = 100
"""Comments that are cut into words for one theme, at most,"""
OF_A_PERIOD = 800
"""and for one period."""
TERM_COLUMNS: Mapping[str, str] = {
    "kind": "text", "theme": "text", "theme_name_vi": "text", "theme_name_en": "text", "term": "text",
    "language": "text", "weight": "number", "count": "count", "n": "count", "count_before": "count",
    "n_before": "count", "new": "flag", "q": "number", "model": "text", "taxonomy": "text",
}  # fmt: skip
_EXAMPLE: dict[str, Any] = {
    "kind": "key",
    "theme": "delivery",
    "theme_name_vi": "Giao hàng & thực hiện đơn",
    "theme_name_en": "Delivery & fulfilment",
    "term": "giao hàng chậm",
    "language": "vi",
    "weight": 1.12,
    "count": 31,
    "n": 100,
    "count_before": None,
    "n_before": None,
    "new": None,
    "q": None,
    "model": "2026.11.25",
    "taxonomy": "1",
}


class TermsQuery(Shown):
    """Which comments, and which terms."""

    kind: Literal["key", "rising"] = Field(
        "key", description="key: what sets each theme apart. rising: what more comments hold than in the period before."
    )
    most: int = Field(8, ge=1, le=12, description="Terms per theme, or in all if they are rising.")


class TermRow(Record):
    """A word or a phrase as customers wrote it. · Một từ hay cụm từ của khách hàng."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    kind: Literal["key", "rising"]
    theme: str | None = Field(description="Null for rising terms: they are of all comments that fit.")
    theme_name_vi: str | None
    theme_name_en: str | None
    term: str
    language: Literal["vi", "en"]
    weight: float = Field(description="c-TF-IDF; larger is more telling.")
    count: int = Field(description="Comments that hold it, of those that were looked at.")
    n: int = Field(description="Comments that were looked at: of the theme, or of the period.")
    count_before: int | None = Field(description="The same of the period before, for rising terms.")
    n_before: int | None
    new: bool | None = Field(description="Whether no comment that was looked at held it before.")
    q: float | None = Field(description="Smallest rate of false discoveries at which it is rising.")
    model: str | None
    taxonomy: str


class Terms(Record):
    """Terms as flat rows, most telling first."""

    rows: list[TermRow]
    notes: list[Note]


@router.get(
    "/v1/terms",
    operation_id="list_terms",
    summary="See the words they use · Xem các từ khách hàng dùng",
    response_model=Terms,
    responses=tidy_responses(429, 503),
)
async def list_terms(request: Request, asked: Annotated[TermsQuery, Query()], caller: Reader, here: Here) -> Response:
    """Give key terms of each theme, or terms that rise from the period before to `since`-`until`.

    Terms are real words (segmented in Vietnamese, lemmas in English) and phrases of up to three, that two comments or
    more hold, weighed by class-based TF-IDF over a random sample, which is the same every time; a note says how large.
    Rising terms rose beyond chance, at a rate of false discoveries of 5%; `theme` restricts them to comments that
    mention any of these. Without `since` and `until` the last 30 days are taken.

    *Từ khóa của từng nhóm, hoặc từ mới và đang tăng so với kỳ trước; tính trên mẫu ngẫu nhiên, có ghi cỡ mẫu.*
    """
    find = key_terms if asked.kind == "key" else rising
    compute = partial(find, here.store, caller.workspace, asked.where(), asked.theme, asked.most)
    return await answer_figures(request, caller, here, asked, partial(in_turn, compute), "terms", columns=TERM_COLUMNS)


def key_terms(store: Store, workspace: str, where: Filter, themes: Sequence[str], most: int) -> Figures:
    """Find the terms that tell themes apart.

    Args:
        store: Where comments are.
        workspace: Whose.
        where: Which ones.
        themes: Only rows of these; all if empty. They are told from all others in any case.
        most: Terms per theme.

    Returns:
        Rows theme by theme, those with most mentions first.
    """
    buckets, notes = find_buckets(store, workspace, where, Ask())
    (bucket,) = buckets.values()
    counts = {count.theme: count.n for count in store.theme_counts(workspace, where)}
    ordered = sorted(counts, key=lambda theme: -counts[theme])
    drawn = {theme: store.draw(workspace, where, theme=theme, limit=OF_A_THEME) for theme in ordered}
    passages = {theme: passages_of(one.items, theme) for theme, one in drawn.items()}
    terms = find_terms(passages)
    rows: list[Row] = []
    for theme in ordered:
        if themes and theme not in themes:
            continue
        looked = sum(passage.language != "other" for passage in passages[theme])
        for term in terms[theme][:most]:
            rows.append(_row(bucket, "key", theme, text=term.text, language=term.language, weight=term.weight,
                             count=term.count, n=looked))  # fmt: skip
    if any(len(one.items) < one.total for one in drawn.values()):
        notes.append(make_note("sampled", n=OF_A_THEME))
    return Figures(rows=rows, notes=notes)


def rising(store: Store, workspace: str, where: Filter, themes: Sequence[str], most: int) -> Figures:
    """Find the terms that rise.

    Args:
        store: Where comments are.
        workspace: Whose.
        where: Which ones, of the later period.
        themes: Only comments that mention any of these; all if empty.
        most: Terms in all.

    Returns:
        Rows, most telling first.
    """
    from nlp_cx.trends import rising_terms

    periods, notes = two_periods(store, workspace, where)
    if periods is None:
        return Figures(rows=[], notes=notes)
    drawn = [list(_draw(store, workspace, period, themes)) for period in periods]
    before, after = ([passage for passages, _ in part for passage in passages] for part in drawn)
    buckets, told = find_buckets(store, workspace, periods[1], Ask())
    (bucket,) = buckets.values()
    rows = [
        _row(bucket, "rising", None, text=term.text, language=term.language, weight=term.weight, count=term.count,
             n=term.n, count_before=term.count_before, n_before=term.n_before, new=term.new, q=term.q)
        for term in rising_terms(before, after)[:most]
    ]  # fmt: skip
    if any(cut for part in drawn for _, cut in part):
        told.append(make_note("sampled_period", n=OF_A_PERIOD))
    return Figures(rows=rows, notes=[*notes, *told])


def _draw(store: Store, workspace: str, where: Filter, themes: Sequence[str]) -> Iterator[tuple[list[Passage], bool]]:
    """Draw comments of a period, one passage each; tells whether there were more."""
    met: set[str] = set()
    wanted: Sequence[str | None] = themes or (None,)
    for theme in wanted:
        found = store.draw(workspace, where, theme=theme, limit=max(1, OF_A_PERIOD // len(wanted)))
        fresh = [one for one in found.items if one.id not in met]
        met.update(one.id for one in fresh)
        yield [Passage.whole(one.analysis) for one in fresh], len(found.items) < found.total


def _row(
    bucket: Bucket,
    kind: str,
    theme: str | None,
    *,
    text: str,
    language: str,
    weight: float,
    count: int,
    n: int,
    count_before: int | None = None,
    n_before: int | None = None,
    new: bool | None = None,
    q: float | None = None,
) -> Row:
    """Make one row."""
    taxonomy = load_taxonomy()
    return {
        "kind": kind,
        "theme": theme,
        "theme_name_vi": theme and taxonomy.name(theme, "vi"),
        "theme_name_en": theme and taxonomy.name(theme, "en"),
        "term": text,
        "language": language,
        "weight": round(weight, 6),
        "count": count,
        "n": n,
        "count_before": count_before,
        "n_before": n_before,
        "new": new,
        "q": None if q is None else round(q, 6),
        "model": ", ".join(sorted(bucket.models)) or None,
        "taxonomy": taxonomy.version,
    }
