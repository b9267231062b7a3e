"""A passage holds the evidence and its sentences, never personal data."""

import pytest

from nlp_cx.records import Analysis, Comment, Language, Redaction, Sentiment, Span, ThemeMention
from nlp_cx.summarise.passages import QUOTE_LENGTH, REACH, Passage


def passage(
    text: str, evidence: str = "", *, redacted: str | None = None, redactions=(), at: int | None = None
) -> Passage:
    start = (text.find(evidence) if at is None else at) if evidence else 0
    spans = (Span(start=start, end=start + len(evidence), text=evidence),) if evidence else ()
    mention = ThemeMention(theme="delivery", sentiment="negative", confidence=0.9, spans=spans)
    analysis = Analysis(
        id="1",
        language=Language(code="vi", confidence=1.0),
        sentiment=Sentiment(label="negative", scores={"negative": 0.8, "neutral": 0.1, "positive": 0.1}),
        mixed=False,
        themes=(mention,),
        none=False,
        complaint=0.9,
        suggestion=0.0,
        needs_review=False,
        truncated=False,
        text=text if redacted is None else redacted,
        redactions=redactions,
        model="test",
        taxonomy="1",
    )
    return Passage.of(Comment(id="1", text=text), analysis, mention)


def evidence_of(found: Passage) -> list[str]:
    return [found.text[start:end] for start, end in found.evidence]


def test_evidence_is_found_behind_redactions():
    """Offsets point into the text as sent; in the redacted text the same words stand elsewhere."""
    text = "Gọi 0901234567 mãi: chậm. Giao chậm"
    found = passage(
        text,
        "chậm",
        at=text.rindex("chậm"),
        redacted="Gọi [PHONE] mãi: chậm. Giao chậm",
        redactions=(Redaction(kind="phone", start=4, end=14),),
    )

    assert found.evidence == ((28, 32),)
    assert found.text[slice(*found.stretch())] == "Giao chậm"


def test_passages_never_hold_the_text_as_sent():
    """Whatever the offsets, text comes from the redacted form alone."""
    found = passage("Gọi 0901234567", "0901234567", redacted="Gọi [PHONE]")

    assert "0901234567" not in found.quote()
    assert found.evidence == ()


def test_a_short_comment_is_quoted_whole_on_one_line():
    """Line breaks become spaces; nothing is left out, so there is no ellipsis."""
    assert passage("Giao chậm.\n\nNhân viên  dễ thương", "Giao chậm").quote() == "Giao chậm. Nhân viên dễ thương"


def test_a_long_comment_is_quoted_around_its_evidence():
    """The evidence's sentence with what fits around it; an ellipsis on either side says that there is more."""
    filler = "Câu này không nói gì về việc đó cả. " * 30
    quote = passage(filler + "Giao hàng trễ ba ngày. " + filler, "trễ ba ngày").quote()

    assert "Giao hàng trễ ba ngày." in quote
    assert quote.startswith("… Câu này")
    assert quote.endswith("cả. …")
    assert len(quote) <= QUOTE_LENGTH


@pytest.mark.parametrize("unit", ["chậm ", "chậm"])
def test_a_comment_without_stops_is_cut(unit):
    """100,000 characters in one sentence, or in one word, give a quote of readable length that holds the evidence."""
    text = unit * 12_000 + " TRỄ " + unit * 12_000
    found = passage(text, "TRỄ")

    assert len(found.text) <= 2 * REACH + 3
    assert "TRỄ" in found.quote()
    assert len(found.quote()) <= QUOTE_LENGTH


def test_evidence_all_over_a_long_comment_stays_in_reach():
    """Evidence of 100,000 characters is cut to what is kept around its beginning."""
    found = passage("chậm " * 20_000, "chậm " * 20_000)

    assert len(found.text) <= 3 * REACH
    assert evidence_of(found)[0].startswith("chậm")


def test_quotes_cannot_drive_a_terminal():
    """Escape sequences and direction overrides are taken out."""
    assert passage("Giao \x1b[31mchậm\u202e quá", "Giao").quote() == "Giao [31mchậm quá"
