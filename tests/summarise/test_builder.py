"""A summary adds up, counts respondents once, keeps every score, and is the same on every run."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp_cx.records import (
    POLARITIES,
    Analysis,
    Comment,
    Language,
    LanguageCode,
    Polarity,
    Redaction,
    Score,
    Sentiment,
    Span,
    ThemeMention,
)
from nlp_cx.summarise import Summary, SummaryBuilder

Mentions = dict[str, Polarity]


def analysis(comment: Comment, label: Polarity = "negative", mentions: Mentions | None = None, **changes) -> Analysis:
    made = Analysis(
        id=comment.id,
        language=Language(code="en", confidence=1.0),
        sentiment=Sentiment(label=label, scores={**dict.fromkeys(POLARITIES, 0.1), label: 0.8}),
        mixed=False,
        themes=tuple(
            ThemeMention(theme=theme, sentiment=judged, confidence=0.9) for theme, judged in (mentions or {}).items()
        ),
        none=False,
        complaint=0.0,
        suggestion=0.0,
        needs_review=False,
        truncated=False,
        text=comment.text,
        redactions=(),
        model="test",
        taxonomy="1",
    )
    return replace(made, **changes)


def nps(value: float, low: float = 0) -> tuple[Score, ...]:
    return (Score(metric="nps", value=value, min=low, max=10),)


def summarise(pairs: list[tuple[Comment, Analysis]]) -> Summary:
    builder = SummaryBuilder()
    for comment, read in pairs:
        builder.add(comment, read)
    return builder.build()


def survey(rows: list[tuple[str, Polarity, Mentions, int | None]]) -> Summary:
    pairs = []
    for number, (text, label, mentions, score) in enumerate(rows, 1):
        comment = Comment(id=str(number), text=text, scores=nps(score) if score is not None else ())
        pairs.append((comment, analysis(comment, label, mentions)))
    return summarise(pairs)


ROWS: list[tuple[str, Polarity, Mentions, int | None]] = [
    ("The parcel came two weeks late", "negative", {"delivery": "negative"}, 0),
    ("Parcel was late, courier was lovely though", "neutral", {"delivery": "negative", "staff": "positive"}, 7),
    ("Quick delivery and kind people", "positive", {"delivery": "positive", "staff": "positive"}, 10),
    ("Everything is fine", "positive", {"overall": "positive"}, None),
]


def test_themes_are_counted_with_their_judgements():
    """Delivery: three of four comments, two negative and one positive, net (1 - 2) / 3."""
    summary = survey(ROWS)

    delivery = summary.themes[0]
    assert (delivery.theme, delivery.mentions, delivery.sentiment) == (
        "delivery",
        3,
        {"negative": 2, "neutral": 0, "positive": 1},
    )
    assert delivery.net_sentiment == pytest.approx(-1 / 3)
    assert (delivery.share.n, delivery.share.share) == (4, 0.75)
    assert delivery.share.low < 0.75 < delivery.share.high
    assert delivery.name == {"en": "Delivery & fulfilment", "vi": "Giao hàng & thực hiện đơn"}
    assert [theme.theme for theme in summary.themes] == ["delivery", "staff", "overall"]
    assert [quote.comment_id for quote in delivery.quotes] == ["1", "2", "3"]


def test_theme_scores_are_those_of_who_mention_it():
    """Overall NPS: one promoter, one detractor of three, 0. Of the two who mention staff one is a promoter: 50."""
    summary = survey(ROWS)

    assert [(score.metric, score.value, score.n) for score in summary.scores] == [("nps", 0.0, 3)]
    assert {theme.theme: [(score.value, score.n) for score in theme.scores] for theme in summary.themes} == {
        "delivery": [(0.0, 3)],
        "staff": [(50.0, 2)],
        "overall": [],
    }


def test_drivers_compare_with_those_who_did_not_mention_it():
    """Without the two who mention staff positively one detractor is left: 0 - -100 = +100 points, unranked at n = 2."""
    summary = survey(ROWS)

    found = {(driver.theme, driver.mention): driver for driver in summary.drivers}
    staff = found["staff", "positive"]
    assert (staff.impact, staff.n, staff.n_rest, staff.rank) == (100.0, 2, 1, None)
    assert ("delivery", "any") not in found  # all who gave a score mention it


def test_every_comment_is_judged_or_accounted_for():
    """Sentiments, comments that say nothing and languages that are not read add up to all comments."""
    undecided = Sentiment(label="neutral", scores=dict.fromkeys(POLARITIES, 1 / 3))
    one, two, three = (Comment(id=str(number), text="text") for number in range(3))

    summary = summarise(
        [
            (one, analysis(one, "positive", complaint=0.9)),
            (two, analysis(two, none=True)),
            (three, analysis(three, sentiment=undecided, language=Language(code="other", confidence=1.0))),
        ]
    )

    assert (summary.comments, summary.none, summary.unsupported, summary.complaints) == (3, 1, 1, 1)
    assert sum(share.count for share in summary.sentiment.values()) == 1
    assert {share.n for share in summary.sentiment.values()} == {1}
    assert summary.languages == {"en": 2, "other": 1}
    assert summary.net_sentiment == 1.0


def test_rows_without_text_count_as_respondents_only():
    """A score without a comment belongs to all respondents' NPS, not to that of those who commented."""
    blank, written = Comment(id="1", text=" ", scores=nps(0)), Comment(id="2", text="great", scores=nps(10))

    summary = summarise([(blank, analysis(blank, none=True)), (written, analysis(written, "positive"))])

    assert (summary.comments, summary.blank, summary.responses, summary.none) == (1, 1, 2, 0)
    assert [(score.value, score.n) for score in summary.scores] == [(100.0, 1)]
    assert [(score.value, score.n) for score in summary.respondent_scores] == [(0.0, 2)]


def test_an_nps_on_1_to_10_becomes_a_mean_with_a_note():
    """It must not take the rest of the analysis with it."""
    comment = Comment(id="1", text="fine", scores=nps(4, low=1))

    summary = summarise([(comment, analysis(comment, mentions={"price": "negative"}))])

    assert [(score.metric, score.statistic, score.value) for score in summary.scores] == [("nps", "mean", 4.0)]
    assert [(score.statistic, score.value) for score in summary.themes[0].scores] == [("mean", 4.0)]
    assert any("0-10" in note["en"] and "0-10" in note["vi"] for note in summary.notes)


def test_the_same_metric_on_two_scales_is_counted_apart():
    """Two countries asked differently: the scale that fewer answered carries its bounds in its name."""
    comments = [Comment(id=str(number), text="ok", scores=nps(9, low)) for number, low in enumerate([0, 0, 1])]

    summary = summarise([(comment, analysis(comment)) for comment in comments])

    assert [(score.metric, score.n) for score in summary.scores] == [("nps", 2), ("nps:1-10", 1)]


def test_months_follow_the_dates_as_written():
    """A date and a time with a zone both count in the month they name; a missing date is counted as missing."""
    moments = [date(2025, 1, 31), datetime(2025, 2, 1, 0, 30, tzinfo=UTC), date(2024, 12, 1), None]
    comments = [Comment(id=str(number), text="late", created_at=moment) for number, moment in enumerate(moments)]

    summary = summarise([(comment, analysis(comment)) for comment in comments])

    assert [(month.month, month.comments, month.sentiment["negative"]) for month in summary.months] == [
        ("2024-12", 1, 1),
        ("2025-01", 1, 1),
        ("2025-02", 1, 1),
    ]
    assert (summary.first_date, summary.last_date, summary.undated) == (date(2024, 12, 1), date(2025, 2, 1), 1)


def test_terms_and_quotes_never_hold_personal_data():
    """The number stands in the text as sent, and in nothing that the summary gives out."""
    pairs = []
    for number in range(3):
        text = f"Called 0901234567 {'again ' * number}and nobody answered the hotline"
        comment = Comment(id=str(number), text=text)
        mention = ThemeMention(
            theme="support",
            sentiment="negative",
            confidence=0.9,
            spans=(Span(start=7, end=len(text), text=f"[PHONE]{text[17:]}"),),
        )
        read = analysis(
            comment,
            themes=(mention,),
            text=text.replace("0901234567", "[PHONE]"),
            redactions=(Redaction(kind="phone", start=7, end=17),),
        )
        pairs.append((comment, read))

    summary = summarise(pairs)

    written = json.dumps(summary.to_dict())
    assert "0901234567" not in written
    assert "[PHONE]" in summary.themes[0].quotes[0].text
    assert "hotline" in " ".join(term.text for term in summary.themes[0].terms)
    assert not any(term.text.casefold() == "phone" for term in summary.themes[0].terms)


def test_a_theme_judged_twice_in_a_comment_is_mentioned_once():
    """Praise and blame of the same theme in one comment are one mention, neither positive nor negative."""
    comment = Comment(id="1", text="good food, bad food")
    themes = tuple(
        ThemeMention(theme="product", sentiment=judged, confidence=0.9) for judged in ("positive", "negative")
    )

    summary = summarise([(comment, analysis(comment, themes=themes))])

    assert summary.themes[0].mentions == 1
    assert summary.themes[0].sentiment == {"negative": 0, "neutral": 1, "positive": 0}


def test_a_theme_of_a_newer_taxonomy_is_named_by_its_id():
    """A model may know a theme that this version does not."""
    summary = survey([("Solar panels!", "positive", {"climate": "positive"}, None)])

    assert summary.themes[0].name == {"en": "climate", "vi": "climate"}


def test_nothing_gives_an_empty_summary():
    """No comments: counts of 0, shares unknown, and still valid JSON."""
    summary = summarise([])

    assert (summary.comments, summary.themes, summary.scores, summary.net_sentiment) == (0, (), (), None)
    assert summary.sentiment["positive"].share is None
    json.dumps(summary.to_dict())


def test_json_form_holds_every_field():
    """Names are those of the record; nothing is lost, nothing that JSON does not know is left."""
    written = json.loads(json.dumps(survey(ROWS).to_dict(), allow_nan=False))

    assert set(written) == set(Summary.__dataclass_fields__)
    assert written["themes"][0]["quotes"][0]["scores"] == {"nps": 0}
    assert written["first_date"] is None


comments = st.lists(
    st.tuples(
        st.sampled_from(POLARITIES),
        st.dictionaries(st.sampled_from(["price", "staff", "place", "overall"]), st.sampled_from(POLARITIES)),
        st.sampled_from(["vi", "en", "mixed"]),
        st.integers(0, 10) | st.none(),
    ),
    max_size=25,
)


@settings(deadline=None, max_examples=40)
@given(rows=comments)
def test_counts_add_up(rows: list[tuple[Polarity, Mentions, LanguageCode, int | None]]):
    """Parts sum to their wholes, whatever is said."""
    pairs = []
    for number, (label, mentions, code, score) in enumerate(rows):
        comment = Comment(id=str(number), text=f"số {number}", scores=nps(score) if score is not None else ())
        pairs.append((comment, analysis(comment, label, mentions, language=Language(code=code, confidence=1.0))))

    summary = summarise(pairs)

    assert sum(share.count for share in summary.sentiment.values()) == summary.comments == len(rows)
    assert sum(summary.languages.values()) == len(rows)
    assert sum(score.n for score in summary.scores) == sum(score is not None for *_, score in rows)
    for theme in summary.themes:
        assert sum(theme.sentiment.values()) == sum(theme.languages.values()) == theme.mentions
        assert theme.mentions == sum(theme.theme in mentions for _, mentions, _, _ in rows)
        assert all(score.n <= summary.scores[0].n for score in theme.scores)
    for driver in summary.drivers:
        assert driver.n + driver.n_rest == summary.scores[0].n


def many() -> Summary:
    return survey(
        [(f"Parcel {n % 700} came {n} days late", "negative", {"delivery": "negative"}, n % 11) for n in range(1500)]
    )


def test_the_same_survey_gives_the_same_summary_on_every_run():
    """Sampling goes by fingerprints of ids and texts, not by Python's hashes, which change from run to run."""
    script = "import json, test_builder; print(json.dumps(test_builder.many().to_dict()))"
    other = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        cwd=Path(__file__).parent,
        env={"PYTHONHASHSEED": "1", "PYTHONPATH": str(Path(__file__).parents[1])},
    )

    assert json.loads(other.stdout) == many().to_dict()


@pytest.mark.parametrize(("zeros", "told"), [(0, True), (1, False)])
def test_an_nps_without_zeros_is_asked_about(zeros, told):
    """Six tick 1 and nobody 0: perhaps the scale began at 1, which would be no NPS; one 0 settles it."""
    ticked = [1] * 6 + [9] * 30 + [0] * zeros
    comments = [Comment(id=str(at), text=f"slow {at}", scores=nps(value)) for at, value in enumerate(ticked)]
    notes = summarise([(comment, analysis(comment)) for comment in comments]).notes

    assert any("Nobody ticked 0" in note["en"] and "Không ai chấm" in note["vi"] for note in notes) == told
