"""Summaries count exactly what is kept; the same on every database."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp_cx.drivers import impact
from nlp_cx.errors import RequestError
from nlp_cx.histogram import Scale
from nlp_cx.records import Score, ThemeMention
from nlp_cx.storage import open_store
from nlp_cx.storage.records import Correction, Filter
from nlp_cx.taxonomy import load_taxonomy
from tests.storage.made import made, nps

NPS = Scale("nps", 0, 10)
SURVEY = [
    made("1", created_at=date(2024, 12, 31), segments={"region": "Bắc"}, scores=(nps(3),), touchpoint="web"),
    made("2", tone="positive", themes={"price": "positive", "delivery": "negative"}, created_at=date(2025, 1, 1),
         segments={"region": "Nam"}, scores=(nps(9),), code="en"),
    made("3", tone="neutral", themes={"delivery": "neutral"}, scores=(nps(9),)),
    made("4", "", scores=(nps(0),), created_at=date(2025, 4, 6)),
    made("5", "まあ", code="other", unsupported=True, themes={}, created_at=datetime(2025, 4, 7, 1)),  # noqa: DTZ001
    made("6", "không", none=True, themes={}),
]  # fmt: skip


def test_themes_are_counted_out_of_comments_with_text(store):
    """A blank comment is in no share; themes come in the order of the taxonomy."""
    store.save("w", None, None, SURVEY)

    assert [
        (row.theme, row.comments, row.negative, row.neutral, row.positive, row.n) for row in store.theme_counts("w")
    ] == [
        ("delivery", 5, 2, 1, 0, 3),
        ("price", 5, 0, 0, 1, 1),
    ]


def test_comments_are_counted_by_what_they_are(store):
    """Those with text are judged, say nothing or cannot be read; the blank ones stand apart."""
    store.save("w", None, None, SURVEY)
    total = store.totals("w")[0]

    assert (total.comments, total.blank, total.none, total.unsupported) == (5, 1, 1, 1)
    assert (total.negative, total.neutral, total.positive) == (1, 1, 1)
    assert (total.complaints, total.mixed, total.dated, total.responses) == (1, 1, 3, 6)


@pytest.mark.parametrize(
    ("by", "wanted"),
    [
        ("day", {None: 2, "2024-12-31": 1, "2025-01-01": 1, "2025-04-06": 0, "2025-04-07": 1}),
        ("week", {None: 2, "2024-12-30": 2, "2025-03-31": 0, "2025-04-07": 1}),
        ("month", {None: 2, "2024-12": 1, "2025-01": 1, "2025-04": 1}),
        ("quarter", {None: 2, "2024-Q4": 1, "2025-Q1": 1, "2025-Q2": 1}),
        ("year", {None: 2, "2024": 1, "2025": 2}),
        ("language", {"vi": 3, "en": 1, "other": 1}),
        ("standing", {"judged": 3, "none": 1, "unsupported": 1, "blank": 0}),
        ("touchpoint", {None: 4, "web": 1}),
        ("stage", {None: 5}),
        ("batch", {None: 5}),
        ("model", {"m1": 5}),
        ("segment:region", {None: 3, "Bắc": 1, "Nam": 1}),
        ("segment:nothing", {None: 5}),
    ],
)
def test_comments_are_grouped(by, wanted):
    """Each comment is in one group; those without a value come first. A week begins on Monday."""
    store = open_store("sqlite://")
    store.save("w", None, None, SURVEY)

    assert {row.bucket: row.comments for row in store.totals("w", by=(by,))} == {(key,): n for key, n in wanted.items()}
    assert [row.bucket[0] for row in store.totals("w", by=(by,))] == list(wanted)
    store.close()


def test_comments_are_grouped_by_several_things(store):
    """Only groups that have comments are told, in order."""
    store.save("w", None, None, SURVEY)

    assert [
        (row.bucket, row.comments)
        for row in store.totals("w", Filter(languages=("vi", "en")), by=("segment:region", "year"))
    ] == [
        ((None, None), 2),
        ((None, "2025"), 0),
        (("Bắc", "2024"), 1),
        (("Nam", "2025"), 1),
    ]
    assert [(row.bucket, row.theme, row.comments) for row in store.theme_counts("w", by=("touchpoint",))] == [
        ((None,), "delivery", 4), ((None,), "price", 4), (("web",), "delivery", 1),
    ]  # fmt: skip
    for by in ("colour", "segment:", "Day", ""):
        with pytest.raises(RequestError, match="by"):
            store.totals("w", by=(by,))


def test_too_many_groups_are_refused(store, monkeypatch):
    """An answer has an end."""
    monkeypatch.setattr("nlp_cx.storage.buckets.MAX_BUCKETS", 3)
    store.save("w", None, None, [made(str(n), segments={"s": str(n)}) for n in range(4)])

    with pytest.raises(RequestError, match="more than 3"):
        store.theme_counts("w", by=("segment:s",))


def test_pairs_of_themes_are_counted(store):
    """Comments, not mentions; a theme makes no pair with itself."""
    rows = [made("1", themes={"price": "negative", "delivery": "negative", "staff": "positive"}),
            made("2", themes={"staff": "negative", "price": "positive"}), made("3")]  # fmt: skip
    store.save("w", None, None, rows)

    assert store.pair_counts("w") == {("delivery", "price"): 1, ("delivery", "staff"): 1, ("price", "staff"): 2}
    assert store.pair_counts("v") == {}


def test_scores_are_counted_with_and_without_text(store):
    """0 is a score; responses without text count only if asked for."""
    store.save("w", None, None, SURVEY)

    assert [row.counts for row in store.score_counts("w")] == [{3: 1, 9: 2}]
    assert [row.counts for row in store.score_counts("w", blank=True)] == [{0: 1, 3: 1, 9: 2}]
    assert [(row.theme, row.mention, row.counts) for row in store.score_counts("w", themes=True)[1:]] == [
        ("delivery", "any", {3: 1, 9: 2}),
        ("delivery", "negative", {3: 1, 9: 1}),
        ("delivery", "neutral", {9: 1}),
        ("price", "any", {9: 1}),
        ("price", "positive", {9: 1}),
    ]
    assert [(row.bucket, row.counts) for row in store.score_counts("w", by=("language",), metric="nps")] == [
        (("vi",), {3: 1, 9: 1}), (("en",), {9: 1}),
    ]  # fmt: skip
    assert store.score_counts("w", metric="csat") == []


def test_scales_of_a_metric_are_counted_apart(store):
    """The same number on another scale is another answer; an NPS that is no whole number is none."""
    halves = [Score(metric="nps", value=7.5, min=0, max=10), Score(metric="csat", value=3.5, min=1, max=5),
              Score(metric="csat", value=4, min=1, max=7),
              Score(metric="x", value=-1e300, min=-1e308, max=1e308)]  # fmt: skip
    store.save("w", None, None, [made("1", scores=tuple(halves)), made("2", scores=(halves[1],))])
    counts = {(row.scale.metric, row.scale.max): row.counts for row in store.score_counts("w")}

    assert counts == {("csat", 5): {3.5: 2}, ("csat", 7): {4: 1}, ("x", 1e308): {-1e300: 1}}
    assert [matrix.n for matrix in store.presence_matrix("w", metric="csat")] == [2, 1]


def test_a_response_of_several_answers_counts_once(store):
    """Answers of one row have one set of scores, and mention what any of them mentions; as in a report."""

    def row(number, question, themes, value):
        return made(f"{number}/{question}", question=question, themes=themes, scores=(nps(value),))

    rows = [row(1, "Q1", {"delivery": "negative"}, 2), row(1, "Q2", {"price": "positive", "delivery": "positive"}, 2),
            row(2, "Q1", {"staff": "positive"}, 9),
            made("3", question="Q1", respondent_id="r", created_at=date(2025, 1, 1), scores=(nps(5),)),
            made("4", question="Q2", respondent_id="r", created_at=date(2025, 1, 1), scores=(nps(5),)),
            made("5", question="Q1", respondent_id="r", created_at=date(2025, 2, 1), scores=(nps(5),))]  # fmt: skip
    store.save("w", None, None, rows)
    counts = {(row.theme, row.mention): row.counts for row in store.score_counts("w", themes=True)}
    matrix = store.presence_matrix("w", metric="nps")[0]

    assert store.totals("w")[0].responses == 4
    assert counts[None, "any"] == {2: 1, 5: 2, 9: 1}
    assert counts["delivery", "any"] == {2: 1, 5: 2}
    assert counts["delivery", "positive"] == counts["price", "any"] == {2: 1}
    assert matrix.n == 4
    assert sorted(matrix.presence[:, matrix.themes.index("delivery")].tolist()) == [0, 1, 1, 5]
    assert len(set(matrix.respondents.tolist())) == 3
    praised = store.score_counts("w", Filter(themes=("price",)), themes=True)
    assert {(row.theme, row.mention): row.counts for row in praised if row.mention == "any"} == {
        (None, "any"): {2: 1}, ("price", "any"): {2: 1}, ("delivery", "any"): {2: 1},
    }  # fmt: skip
    assert store.totals("w", Filter(themes=("price",)))[0].responses == 1
    store.delete_comment("w", "1/Q1")
    assert store.totals("w")[0].responses == 4
    assert store.score_counts("w")[0].counts == {2: 1, 5: 2, 9: 1}


def test_counts_feed_the_drivers(store):
    """What the store counts is what `drivers` takes: promoters who like the price, detractors who wait."""
    rows = [made(f"p{n}", themes={"price": "positive"}, scores=(nps(10),)) for n in range(60)]
    rows += [made(f"d{n}", scores=(nps(0),)) for n in range(40)]
    store.save("w", None, None, rows)
    counts = {(row.theme, row.mention): row.histogram for row in store.score_counts("w", themes=True)}
    late = impact(counts[None, "any"], counts["delivery", "negative"], theme="delivery", mention="negative")

    assert (late.score, late.rest_score, late.impact) == (-100, 100, -80)


def test_the_matrix_has_a_row_per_response(store):
    """Themes in the order of the taxonomy, dates where there are any."""
    store.save("w", None, None, SURVEY)
    (matrix,) = store.presence_matrix("w", metric="nps")
    delivery = matrix.themes.index("delivery")

    assert matrix.scale == NPS
    assert matrix.themes == load_taxonomy().ids
    assert matrix.scores.tolist() == [3, 9, 9]
    assert matrix.presence[:, delivery].tolist() == [1, 1, 2]
    assert [str(day) for day in matrix.days] == ["2024-12-31", "2025-01-01", "NaT"]
    assert store.presence_matrix("w", metric="none") == ()


def test_dimensions_tell_what_there_is(store):
    """Most frequent values first."""
    store.save("w", None, None, SURVEY)
    found = store.dimensions("w")

    assert (found.comments, found.first, found.last) == (6, date(2024, 12, 31), date(2025, 4, 7))
    assert list(found.languages.items()) == [("vi", 4), ("en", 1), ("other", 1)]
    assert (found.segments, found.touchpoints, found.stages) == ({"region": {"Bắc": 1, "Nam": 1}}, {"web": 1}, {})
    assert (found.scales, found.themes, found.models) == ({NPS: 4}, {"delivery": 3, "price": 1}, {"m1": 6})
    assert store.dimensions("w", Filter(languages=("en",))).comments == 1


def test_a_theme_judged_both_ways_is_one_comment(store):
    """A person may say that delivery is praised and blamed in the same comment."""
    store.save("w", None, None, [made("1", scores=(nps(4),))])
    both = tuple(ThemeMention(theme="delivery", sentiment=judged, confidence=1) for judged in ("negative", "positive"))
    store.correct("w", "1", Correction(themes=both), author="a")
    (row,) = store.theme_counts("w")

    assert (row.comments, row.negative, row.positive) == (1, 1, 1)
    assert store.count("w", Filter(themes=("delivery",))) == 1
    assert {(one.mention, tuple(one.counts)) for one in store.score_counts("w", themes=True)} == {
        ("any", (4,)), ("negative", (4,)), ("positive", (4,)),
    }  # fmt: skip


THEMES = ("price", "staff", "delivery", "a new theme")
POLARITIES = ("negative", "neutral", "positive")
comments = st.builds(
    lambda number, themes, tone, day, code, region, value, blank: made(
        f"c{number}", "" if blank else "chữ", themes={} if blank else themes, tone=tone,
        created_at=None if day is None else date(2025, 1, 1) + timedelta(days=day), code=code,
        segments={} if region is None else {"region": region}, scores=() if value is None else (nps(value),),
    ),
    st.integers(0, 11), st.dictionaries(st.sampled_from(THEMES), st.sampled_from(POLARITIES), max_size=3),
    st.sampled_from(POLARITIES), st.none() | st.integers(0, 3), st.sampled_from(["vi", "en"]),
    st.none() | st.sampled_from(["N", "S"]), st.none() | st.integers(0, 10), st.booleans(),
)  # fmt: skip
steps = st.lists(
    st.one_of(
        st.tuples(st.just("save"), st.lists(comments, max_size=6)),
        st.tuples(st.just("batch"), st.lists(comments, max_size=6)),
        st.tuples(st.just("delete"), st.integers(0, 11)),
        st.tuples(st.just("correct"), st.integers(0, 11), st.sampled_from(POLARITIES), st.sampled_from(THEMES)),
        st.tuples(st.just("uncorrect"), st.integers(0, 11)),
        st.tuples(st.just("delete batch"),),
    ),
    max_size=8,
)  # fmt: skip


def has_text(found):
    """Tell whether there is something to correct."""
    return found is not None and found.comment.text


def take(store, workspace, number, step):
    """Change a store."""
    batch = f"{workspace} {number}"
    match step:
        case ("save", rows):
            store.save(workspace, None, None, rows)
        case ("batch", rows):
            store.create_batch(workspace, batch_id=batch)
            store.update_batch(workspace, batch, state="running")
            store.save(workspace, batch, 0, rows)
        case ("delete", which):
            store.delete_comment(workspace, f"c{which}")
        case ("correct", which, sentiment, theme) if has_text(store.comment(workspace, f"c{which}")):
            mention = ThemeMention(theme=theme, sentiment=sentiment, confidence=1)
            store.correct(workspace, f"c{which}", Correction(sentiment=sentiment, themes=(mention,)), author="a")
        case ("uncorrect", which):
            store.uncorrect(workspace, f"c{which}", author="a")
        case ("delete batch",):
            for one in store.batches(workspace).items:
                store.delete_batch(workspace, one.id)


def recount(kept):
    """Count from the comments themselves: mentions per month, language and theme."""
    counts = Counter()
    for one in kept:
        month = one.comment.created_at.strftime("%Y-%m") if one.comment.created_at else None
        counts.update(((month, one.analysis.language.code), each.theme, each.sentiment) for each in one.analysis.themes)
    return counts


@pytest.mark.parametrize("kind", ["memory", "postgres"])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=steps)
def test_summaries_are_a_recount(law_stores, kind, steps):
    """Whatever was saved, replaced, corrected and deleted: facts, daily counts and SQL tables say the same."""
    store = law_stores(kind)
    workspace = uuid.uuid4().hex
    for number, step in enumerate(steps):
        take(store, workspace, number, step)
    kept = store.comments(workspace, limit=100).items
    told = {
        (row.bucket, row.theme, judged): getattr(row, judged)
        for row in store.theme_counts(workspace, by=("month", "language"))
        for judged in POLARITIES
    }
    total = store.totals(workspace)[0]
    values = Counter(score.value for one in kept for score in one.comment.scores if one.comment.text)

    assert +Counter(told) == recount(kept)
    assert total.comments + total.blank == len(kept) == store.count(workspace)
    assert total.human == sum(one.human and bool(one.comment.text) for one in kept)
    assert Counter(one.analysis.sentiment.label for one in kept if one.comment.text) == +Counter(
        negative=total.negative, neutral=total.neutral, positive=total.positive
    )
    assert [row.counts for row in store.score_counts(workspace)] == ([dict(values)] if values else [])
    assert daily(store, workspace) == daily_recount(kept)
    assert sql_mentions(store, workspace) == sorted(
        (one.id, each.theme, each.sentiment) for one in kept for each in one.analysis.themes
    )


@pytest.fixture(scope="module")
def law_stores(request):
    """Stores that many examples share, each in a workspace of its own."""
    opened = {}

    def give(kind):
        if kind not in opened:
            postgres = kind == "postgres"
            opened[kind] = open_store(request.getfixturevalue("migrated_postgres")() if postgres else "sqlite://")
        return opened[kind]

    yield give
    for store in opened.values():
        store.close()


def sql(store, query, workspace):
    """Ask the database itself, as BI tools do."""
    import sqlalchemy as sa

    with store._database.read() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query), {"workspace": workspace})]


def sql_mentions(store, workspace):
    """Mentions as the view tells them."""
    rows = sql(store, "SELECT comment_id, theme, sentiment FROM v_mentions WHERE workspace = :workspace", workspace)
    return sorted(rows)


def daily(store, workspace):
    """Counts per day as the views tell them."""
    whole = "SELECT day, language, '', comments, negative, neutral, positive FROM v_daily WHERE workspace = :workspace"
    part = """SELECT day, language, theme, mentions, negative, neutral, positive FROM v_theme_daily
              WHERE workspace = :workspace"""
    rows = sql(store, whole, workspace) + sql(store, part, workspace)
    return {(str(row[0]), *row[1:3]): row[3:] for row in rows}


def daily_recount(kept):
    """The same from the comments themselves."""
    counts = {}
    for one in kept:
        if one.comment.created_at is None or not one.comment.text:
            continue
        of_day = (str(one.comment.created_at), one.analysis.language.code)
        judged = [("", one.analysis.sentiment.label)] + [(each.theme, each.sentiment) for each in one.analysis.themes]
        for theme, sentiment in judged:
            row = counts.setdefault((*of_day, theme), np.zeros(4, int))
            row += [1, *(sentiment == polarity for polarity in POLARITIES)]
    return {key: tuple(row.tolist()) for key, row in counts.items()}
