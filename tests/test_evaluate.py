"""A person's labels beside the model's, on values that can be worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp_cx.errors import FileError
from nlp_cx.evaluate import Labelled, measure_quality, read_labelled
from nlp_cx.records import Analysis, Comment, Language, Polarity, Sentiment, ThemeMention


def said(sentiment: Polarity, **themes: Polarity) -> Analysis:
    return Analysis(
        id="1", language=Language(code="vi", confidence=1), mixed=False, none=False, complaint=0, suggestion=0,
        sentiment=Sentiment(label=sentiment, scores={"negative": 1, "neutral": 0, "positive": 0}),
        themes=tuple(ThemeMention(theme=name, sentiment=value, confidence=1) for name, value in themes.items()),
        needs_review=False, truncated=False, text="", redactions=(), model="m", taxonomy="1",
    )  # fmt: skip


def labelled(sentiment: Polarity | None, themes: dict[str, Polarity | None] | None) -> Labelled:
    return Labelled(comment=Comment(id="1", text="x"), sentiment=sentiment, themes=themes)


def test_themes_are_counted_as_hits_wrong_and_missed_and_a_wrong_judgement_is_both():
    """Two hits, one of them misjudged; one wrong, one missed: 2·2/(2·2+1+1), with judgement 2·1/(2·1+2+2)."""
    rows = [labelled("negative", {"delivery": "negative", "staff": "positive", "price": "negative"})]
    quality = measure_quality(rows, [said("negative", delivery="negative", staff="negative", place="positive")])
    assert quality.theme_micro_f1 == pytest.approx(4 / 6)
    assert quality.theme_polarity_micro_f1 == pytest.approx(2 / 6)
    assert quality.per_theme["price"] == {"mentions": 1, "precision": 0.0, "recall": 0.0, "f1": 0.0}


def test_rows_without_a_kind_of_label_do_not_count_for_it():
    rows = [labelled("negative", None), labelled(None, {})]
    quality = measure_quality(rows, [said("positive", price="negative"), said("negative")])
    assert (quality.rows, quality.sentiment_accuracy, quality.theme_micro_f1) == (2, 0.0, 0.0)
    assert measure_quality([], []).theme_micro_f1 is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "\ufefftext,sentiment,themes\nGiao chậm,tiêu cực,delivery:negative; staff\n"),
        (
            "a.jsonl",
            '{"text": "Giao chậm", "sentiment": "neg", '
            '"themes": [{"theme": "delivery", "sentiment": "neg"}, "staff"]}\n',
        ),
    ],
)
def test_both_forms_of_a_labelled_file_say_the_same(tmp_path: Path, name: str, content: str):
    (tmp_path / name).write_text(content, encoding="utf-8")
    (row,) = read_labelled(tmp_path / name)
    assert (row.comment.text, row.sentiment) == ("Giao chậm", "negative")
    assert row.themes == {"delivery": "negative", "staff": None}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (
            "text,sentiment,themes\nok,positive,\nChậm,negative,weather:negative\n",
            "row 3, themes: unknown theme 'weather'",
        ),
        ("text,sentiment,themes\nChậm,angry,\n", "row 2, sentiment: unknown sentiment 'angry'"),
        ("note,sentiment\nChậm,negative\n", "no column of texts"),
    ],
)
def test_a_wrong_label_is_named_with_its_row(tmp_path: Path, content: str, complaint: str):
    (tmp_path / "a.csv").write_text(content, encoding="utf-8")
    with pytest.raises(FileError, match=complaint):
        read_labelled(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('{"text": "a", "themes": 5}', "row 1, themes: unknown theme '5'"),
        ('{"text": "a", "themes": [null]}', "row 1, themes: unknown theme 'None'"),
        ('{"text": "a", "themes": {"weather": "negative"}}', "row 1, themes: unknown theme 'weather'"),
        ('{"text": "a", "sentiment": []}', "row 1, sentiment: unknown sentiment"),
        ('["a"]', "row 1: a record must be a JSON object"),
        ('{"text": "a"}\n\n{"text": ', "row 3: the line is not JSON"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_json_of_another_form_is_refused_with_its_place(tmp_path: Path, content: str, complaint: str):
    """Whatever stands where labels should be is the file's fault, not a crash, and is never taken for no label."""
    (tmp_path / "a.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(FileError, match=complaint):
        read_labelled(tmp_path / "a.jsonl")


def test_the_labelled_example_is_read_whole():
    rows = read_labelled(Path(__file__).parent.parent / "examples" / "labelled.csv")
    assert len(rows) == 120
    assert len({theme for row in rows for theme in row.themes or ()}) == 16
