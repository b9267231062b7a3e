"""GET /v1/quotes: comments that stand for a theme."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import ConfigDict, Field

from nlp_cx.api.figures import Ask, Figures, Row, find_buckets, make_note
from nlp_cx.api.records import Polarity, Record
from nlp_cx.api.routes import make_router
from nlp_cx.api.state import Here, Reader
from nlp_cx.api.summaries import Shown, answer_figures
from nlp_cx.api.tidy import Note, tidy_responses
from nlp_cx.errors import BusyError
from nlp_cx.records import POLARITIES
from nlp_cx.storage.interface import Filter, Store, StoredComment
from nlp_cx.summarise.passages import Passage
from nlp_cx.summarise.quotes import QuotePool, quote_key
from nlp_cx.summarise.terms import find_terms
from nlp_cx.taxonomy import load_taxonomy

router = make_router("comments")

READ = 2_400
"""Comments that are read for one answer, shared out among the themes,"""
OF_A_THEME = 300
"""and for one theme, at most."""
CUT = 640
"""Passages that are cut into words, shared out among the themes: a quote that holds a theme's terms goes first."""
SIDE_BY_SIDE = 2
"""Searches that one process makes at once; each takes a second or two."""
QUOTE_COLUMNS: Mapping[str, str] = {
    "theme": "text", "theme_name_vi": "text", "theme_name_en": "text", "rank": "count", "sentiment": "text",
    "language": "text", "comment_id": "text", "text": "text", "scores": "text", "mentions": "count", "sampled": "count",
    "model": "text", "taxonomy": "text",
}  # fmt: skip
searching = threading.Semaphore(SIDE_BY_SIDE)
"""Held while words are looked at."""
_EXAMPLE: dict[str, Any] = {
    "theme": "delivery",
    "theme_name_vi": "Giao hàng & thực hiện đơn",
    "theme_name_en": "Delivery & fulfilment",
    "rank": 1,
    "sentiment": "negative",
    "language": "vi",
    "comment_id": "r-1027",
    "text": "Giao hàng chậm nhưng nhân viên dễ thương",
    "scores": "nps=6",
    "mentions": 240,
    "sampled": 240,
    "model": "2026.11.25",
    "taxonomy": "1",
}


class QuotesQuery(Shown):
    """Which comments, of which themes."""

    most: int = Field(3, ge=1, le=3, description="Quotes per theme.")


class QuoteRow(Record):
    """What a customer said about a theme. · Một câu trích tiêu biểu."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    theme: str
    theme_name_vi: str
    theme_name_en: str
    rank: int = Field(description="From 1, the more frequent judgements first.")
    sentiment: Polarity = Field(description="How the customer judged the theme.")
    language: str
    comment_id: str
    text: str = Field(description="One line, personal data taken out; … stands where the comment goes on.")
    scores: str | None = Field(description="What was ticked, such as `nps=6; csat=4`.")
    mentions: int = Field(description="Comments that mention the theme.")
    sampled: int = Field(description="How many of them were read to choose from: a random sample, if fewer.")
    model: str | None
    taxonomy: str


class Quotes(Record):
    """Quotes as flat rows, theme by theme."""

    rows: list[QuoteRow]
    notes: list[Note]


@router.get(
    "/v1/quotes",
    operation_id="list_quotes",
    summary="Read what stands for each theme · Đọc các câu tiêu biểu",
    response_model=Quotes,
    responses=tidy_responses(429, 503),
)
async def list_quotes(request: Request, asked: Annotated[QuotesQuery, Query()], caller: Reader, here: Here) -> Response:
    """Give up to three quotes per theme: clear, readable, in proportion to how the theme is judged, no two alike.

    They are chosen from a random sample of the comments that fit, which is the same every time; a note says how large.

    *Tối đa ba câu trích cho mỗi nhóm: rõ ràng, dễ đọc, theo tỷ lệ khen chê, không trùng nhau.*
    """
    compute = partial(quote_figures, here.store, caller.workspace, asked.where(), asked.theme, asked.most)
    return await answer_figures(
        request, caller, here, asked, partial(in_turn, compute), "quotes", columns=QUOTE_COLUMNS, keep=False
    )


def in_turn(compute: partial[Figures]) -> Figures:
    """Look at words, if not too many do so at this moment.

    Args:
        compute: What looks.

    Returns:
        What it finds.

    Raises:
        BusyError: If others do.
    """
    if not searching.acquire(blocking=False):
        raise BusyError("other words are being looked for: try again in a moment", retry_after=2)
    try:
        return compute()
    finally:
        searching.release()


def quote_figures(store: Store, workspace: str, where: Filter, themes: Sequence[str], most: int) -> Figures:
    """Choose quotes.

    Args:
        store: Where comments are.
        workspace: Whose.
        where: Which ones.
        themes: Which themes; those that are mentioned, most mentions first, if empty.
        most: Quotes per theme.

    Returns:
        A row per quote.
    """
    buckets, notes = find_buckets(store, workspace, where, Ask())
    (bucket,) = buckets.values()
    counts = {count.theme: count for count in store.theme_counts(workspace, where)}
    wanted = [theme for theme in themes or sorted(counts, key=lambda theme: -counts[theme].n) if theme in counts]
    size = max(1, min(OF_A_THEME, READ // max(1, len(wanted))))
    drawn = {theme: store.draw(workspace, where, theme=theme, limit=size) for theme in wanted}
    cut = CUT // max(1, len(wanted))
    terms = find_terms({theme: passages_of(drawn[theme].items, theme)[:cut] for theme in wanted})
    quoted: set[str] = set()
    rows: list[Row] = []
    taxonomy = load_taxonomy()
    for theme in wanted:
        pool = QuotePool()
        for one in drawn[theme].items:
            for mention in one.analysis.themes:
                if mention.theme == theme:
                    pool.offer(quote_key(one.analysis), one.comment, one.analysis, mention)
        judged = {polarity: getattr(counts[theme], polarity) for polarity in POLARITIES}
        chosen = pool.choose(terms[theme], judged, quoted)[:most]
        quoted.update(quote.comment_id for quote in chosen)
        rows += [
            {
                "theme": theme,
                "theme_name_vi": taxonomy.name(theme, "vi"),
                "theme_name_en": taxonomy.name(theme, "en"),
                "rank": rank,
                "sentiment": quote.sentiment,
                "language": quote.language,
                "comment_id": quote.comment_id,
                "text": quote.text,
                "scores": "; ".join(f"{metric}={value:g}" for metric, value in quote.scores.items()) or None,
                "mentions": drawn[theme].total,
                "sampled": len(drawn[theme].items),
                "model": ", ".join(sorted(bucket.models)) or None,
                "taxonomy": taxonomy.version,
            }
            for rank, quote in enumerate(chosen, 1)
        ]
    if any(len(one.items) < one.total for one in drawn.values()):
        notes.append(make_note("sampled", n=size))
    return Figures(rows=rows, notes=notes)


def passages_of(stored: Sequence[StoredComment], theme: str) -> list[Passage]:
    """Give the passages in which comments mention a theme, one per comment.

    Args:
        stored: The comments.
        theme: The theme.

    Returns:
        Its passages, in the same order.
    """
    found: dict[str, list[Passage]] = defaultdict(list)
    for one in stored:
        for mention in one.analysis.themes:
            if mention.theme == theme and one.id not in found:
                found[one.id].append(Passage.of(one.comment, one.analysis, mention))
    return [passage for listed in found.values() for passage in listed]
