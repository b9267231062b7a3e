"""A manager reads what is so, and nothing that is not."""

from dataclasses import replace

import pytest

from nlp_cx.report.headlines import headlines, lead
from tests.report.survey import findings, survey


@pytest.fixture(scope="module")
def found():
    return findings(survey())


def test_headlines_say_score_change_and_driver(found):
    """NPS, its fall, the driver as an association with its interval."""
    told = [text for text, _ in headlines(found, "en")]

    assert told[0].startswith("NPS is +")
    assert any("NPS fell by" in text for text in told)
    assert any(text.startswith("Complaints about Delivery & fulfilment") and "associated with" in text for text in told)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_headline_speaks_of_causes(found, lang):
    """Associations are all there is."""
    text = " ".join(text for text, _ in headlines(found, lang)).casefold()

    assert not any(word in text for word in ("cause", "because", "due to", "nguyên nhân", "gây ra", "khiến"))


def test_the_lead_says_what_moved(found):
    """From one period to the next, not the figure of the whole beside a change of its last part."""
    assert lead(found, "en") == (
        "NPS fell from +60 to +21 in the 91 days since 4 Jun 2025. "
        "Complaints about Delivery & fulfilment grew from 20% to 40% of the comments."
    )


def test_the_lead_without_a_score_says_how_comments_are_judged():
    """One in five is blame, of the same theme."""
    bare = [(replace(comment, scores=(), created_at=None), analysis) for comment, analysis in survey(100)]

    assert lead(findings(bare), "en") == (
        "80% of the comments are positive, 20% negative. Blamed most: Delivery & fulfilment, in 20% of the comments."
    )
    assert lead(findings([]), "en") == ""


def test_bad_news_is_told_from_good(found):
    """More complaints and a falling score are bad."""
    tones = dict(headlines(found, "en"))

    assert {tone for text, tone in tones.items() if "fell by" in text or "rose from" in text} == {"bad"}


def test_nothing_is_said_so():
    """An empty file is no report of zeros."""
    assert headlines(findings([]), "en") == (("There is no comment with text in it.", "plain"),)


def test_a_steady_score_is_called_steady():
    """Chance is no news."""
    told = [text for text, _ in headlines(findings(survey(late_from=999)), "en")]

    assert any("does not differ beyond chance" in text for text in told)
    assert not any("fell" in text or "rose" in text for text in told)
