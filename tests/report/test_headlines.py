"""A manager reads what is so, and nothing that is not."""

import pytest

from nlp_cx.report.headlines import headlines
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

    assert any("did not change beyond chance" in text for text in told)
    assert not any("fell" in text or "rose" in text for text in told)
