"""Quotes stand for a theme: readable, different from each other, in proportion to how it is judged."""

from collections import Counter

from nlp_cx.records import Analysis, Comment, Language, Polarity, Score, Sentiment, ThemeMention
from nlp_cx.summarise.quotes import Quote, QuotePool, quote_key
from nlp_cx.summarise.terms import Term


def choose(
    said: list[tuple[str, Polarity]],
    *,
    terms: tuple[Term, ...] = (),
    quoted: tuple[str, ...] = (),
    themes: tuple[str, ...] = ("speed",),
) -> tuple[Quote, ...]:
    pool = QuotePool()
    for number, (text, polarity) in enumerate(said, 1):
        mentions = tuple(ThemeMention(theme=theme, sentiment=polarity, confidence=0.9) for theme in themes)
        analysis = Analysis(
            id=str(number),
            language=Language(code="en", confidence=1.0),
            sentiment=Sentiment(label=polarity, scores={"negative": 0.2, "neutral": 0.2, "positive": 0.6}),
            mixed=False,
            themes=mentions,
            none=False,
            complaint=0.0,
            suggestion=0.0,
            needs_review=False,
            truncated=False,
            text=text,
            redactions=(),
            model="test",
            taxonomy="1",
        )
        comment = Comment(id=str(number), text=text, scores=(Score(metric="nps", value=0, min=0, max=10),))
        pool.offer(quote_key(analysis), comment, analysis, mentions[0])
    return pool.choose(terms, Counter(polarity for _, polarity in said), quoted)


NEGATIVE = [
    "We waited forty minutes at the counter",
    "The queue reached the street door again",
    "Nobody answered my email for nine days",
    "My appointment began an hour late",
]


def test_places_go_to_judgements_in_proportion():
    """Four negative and two positive mentions of six: two negative quotes, then a positive one."""
    positive = ["Served within a minute, wonderful", "Quick reply on a Sunday evening"]

    quotes = choose([(text, "negative") for text in NEGATIVE] + [(text, "positive") for text in positive])

    assert [quote.sentiment for quote in quotes] == ["negative", "negative", "positive"]


def test_near_repeats_are_quoted_once():
    """Case, punctuation, diacritics and a word more or less do not make another quote."""
    said = [
        "Xếp hàng chờ cả tiếng đồng hồ mới tới lượt",
        "XẾP HÀNG chờ cả tiếng đồng hồ mới tới lượt!!!",
        "xep hang cho ca tieng dong ho moi toi luot",
        "Xếp hàng chờ cả tiếng đồng hồ mới tới lượt, chán",
        "Hẹn tám giờ mà chín giờ rưỡi bác sĩ mới đến",
    ]

    quotes = choose([(text, "negative") for text in said])

    assert len(quotes) == 2
    assert "Hẹn tám giờ mà chín giờ rưỡi bác sĩ mới đến" in [quote.text for quote in quotes]


def test_ten_thousand_copies_do_not_crowd_out_the_others():
    """A text that a robot sent again and again is one candidate."""
    said = [("Slow slow slow service, buy at our shop", "negative")] * 10_000

    quotes = choose([*said, *((text, "negative") for text in NEGATIVE[:2])])

    assert len({quote.text for quote in quotes}) == 3


def test_passages_with_the_themes_terms_go_first():
    """Of comments of equal length the one that says what many say is taken."""
    terms = (Term(text="queue", language="en", count=9, weight=1.0),)

    quotes = choose([(text, "negative") for text in NEGATIVE], terms=terms)

    assert quotes[0].text == NEGATIVE[1]


def test_comments_quoted_elsewhere_are_a_last_resort():
    """Another comment is taken first; if there are too few, the same one is quoted again."""
    quotes = choose([(text, "negative") for text in NEGATIVE], quoted=("1",))
    assert "1" not in [quote.comment_id for quote in quotes]

    assert [quote.comment_id for quote in choose([(NEGATIVE[0], "negative")], quoted=("1",))] == ["1"]


def test_quotes_carry_their_scores():
    """A score of 0 is shown as 0."""
    (quote,) = choose([(NEGATIVE[0], "negative")])

    assert quote.to_dict() == {
        "comment_id": "1",
        "text": NEGATIVE[0],
        "sentiment": "negative",
        "language": "en",
        "scores": {"nps": 0},
    }


def test_emoji_alone_are_no_quote():
    """There is nothing to read in it; an empty pool gives no quotes either."""
    assert choose([("😍😍😍", "positive")]) == ()
    assert choose([]) == ()
