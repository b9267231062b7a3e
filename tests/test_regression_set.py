"""The frozen regression set of the promotion gates covers every theme and shares no text with the training comments."""

import json
from collections import Counter
from pathlib import Path

import pytest

from nlp_cx.gates import read_regression
from nlp_cx.records import POLARITIES
from nlp_cx.taxonomy import load_taxonomy
from training.data import fingerprint, load_authored
from training.noise import strip_diacritics

ROWS = read_regression()
MODELS = Path(__file__).parents[1] / "models"
LANGUAGES = ("vi", "en")
FEWEST_MENTIONS = {"vi": 14, "en": 9}


def of(language):
    return [row for row in ROWS if row.comment.language == language]


def test_every_row_is_fully_labelled():
    """Nothing is left open: language, sentiment and themes with their polarity."""
    for row in ROWS:
        assert row.comment.language in LANGUAGES, row.comment.id
        assert row.sentiment in POLARITIES, row.comment.id
        assert row.themes is not None, row.comment.id
        assert set(row.themes.values()) <= set(POLARITIES), row.comment.id


def test_ids_and_texts_are_unique():
    """A row is named once, and no text (case, punctuation and diacritics aside) counts twice under one question."""
    ids = Counter(row.comment.id for row in ROWS)
    texts = Counter((fingerprint(row.comment.text), row.comment.question) for row in ROWS)

    assert max(ids.values()) == 1
    assert max(texts.values()) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_theme_has_enough_mentions_praised_and_blamed(language):
    """A fall of a theme is seen only where it is mentioned often."""
    themes = Counter(theme for row in of(language) for theme in row.themes)
    judged = Counter(mention for row in of(language) for mention in row.themes.items())

    for theme in load_taxonomy().ids:
        assert themes[theme] >= FEWEST_MENTIONS[language], theme
        assert judged[theme, "negative"] >= 4, theme
        assert judged[theme, "positive"] >= 4, theme


@pytest.mark.parametrize(("language", "fewest"), [("vi", 220), ("en", 130)])
def test_sentiments_are_those_of_a_survey(language, fewest):
    """Blame leads, praise follows, a sixth is neither."""
    rows = of(language)
    share = {name: count / len(rows) for name, count in Counter(row.sentiment for row in rows).items()}

    assert len(rows) >= fewest
    assert share == pytest.approx({"negative": 0.45, "positive": 0.38, "neutral": 0.17}, abs=0.03)


def test_a_seventh_of_vietnamese_is_typed_without_diacritics():
    """Customers on phones leave them out."""
    texts = [row.comment.text for row in of("vi")]

    assert sum(text == strip_diacritics(text) for text in texts) / len(texts) > 0.14


def test_labels_of_one_row_agree():
    """A judged comment has a theme judged alike, except a bare answer such as "nothing" to what was wrong."""
    for row in ROWS:
        if row.sentiment != "neutral" and row.themes:
            assert row.sentiment in row.themes.values(), row.comment.id
        if not row.themes:
            assert row.sentiment == "neutral" or row.comment.question, row.comment.id


def test_no_text_is_an_authored_training_comment():
    """What was trained on measures nothing."""
    authored = {fingerprint(example.text) for example in load_authored()}

    assert [row.comment.id for row in ROWS if fingerprint(row.comment.text) in authored] == []


def test_file_is_one_json_object_a_line_in_a_fixed_order():
    """Keys keep one order, so that a later change of a label reads as one line of a diff."""
    keys = ["id", "language", "text", "question", "sentiment", "themes"]
    for line in (MODELS / "regression.jsonl").read_text(encoding="utf-8").splitlines():
        found = list(json.loads(line))
        assert found == [key for key in keys if key in found], line
