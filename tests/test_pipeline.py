"""The path of a comment: order kept, offsets in the text as sent, personal data out, nothing forced."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from nlp_cx import Analyzer
from nlp_cx.classify import OpenVinoClassifier, TorchClassifier
from nlp_cx.records import Analysis, Comment

TEXTS = [
    "Giao hàng chậm nhưng nhân viên dễ thương",
    "",
    "The delivery was late but the staff were lovely 😍",
    "Gọi 0912 345 678 mà ko ai nghe máy",
    "😡😡",
    "sp dep, gia re",
    "Giao ha\u0300ng nhanh",
    "giá rẻ " * 3000,
]


@pytest.fixture(scope="module")
def analyzer(tiny_model: Path) -> Analyzer:
    return Analyzer.load(tiny_model)


@pytest.fixture(scope="module")
def analyses(analyzer: Analyzer) -> list[Analysis]:
    return analyzer(TEXTS)


def test_every_comment_gets_one_analysis_in_its_place(analyses: list[Analysis]):
    assert [analysis.id for analysis in analyses] == [str(number) for number in range(1, len(TEXTS) + 1)]


def test_spans_point_into_the_text_as_it_was_sent(analyses: list[Analysis]):
    """Without personal data inside, a span's words are those of the text at its offsets."""
    spans = 0
    for text, analysis in zip(TEXTS, analyses, strict=True):
        for span in (span for mention in analysis.themes for span in mention.spans):
            spans += 1
            assert 0 <= span.start < span.end <= len(text)
            if not analysis.redactions:
                assert text[span.start : span.end] == span.text
    assert spans


def test_personal_data_leaves_text_and_spans(analyses: list[Analysis]):
    phone = analyses[3]
    assert phone.text == "Gọi [PHONE] mà ko ai nghe máy"
    assert [(item.kind, TEXTS[3][item.start : item.end]) for item in phone.redactions] == [("phone", "0912 345 678")]
    assert not any("345" in span.text for mention in phone.themes for span in mention.spans)


def test_an_empty_comment_has_no_content_and_no_forced_label(analyses: list[Analysis]):
    empty = analyses[1]
    assert (empty.none, empty.themes, empty.sentiment.label) == (True, (), "neutral")
    assert list(empty.sentiment.scores.values()) == [pytest.approx(1 / 3)] * 3


def test_another_language_is_left_unlabelled_and_shown_to_a_person(analyzer: Analyzer):
    (found,) = analyzer(["Die Lieferung kam viel zu spät und niemand hat sich bei uns entschuldigt"])
    assert found.language.code == "other"
    assert (found.themes, found.needs_review, found.none) == ((), True, False)


def test_a_declared_language_is_taken_as_it_is(analyzer: Analyzer):
    (found,) = analyzer([Comment(id="a", text="ok shop", language="vi")])
    assert (found.language.code, found.language.confidence) == ("vi", 1.0)


def test_a_very_long_comment_is_said_to_be_truncated(analyses: list[Analysis]):
    assert [analysis.truncated for analysis in analyses] == [False] * 7 + [True]


def test_probabilities_are_probabilities(analyses: list[Analysis]):
    for analysis in analyses:
        assert sum(analysis.sentiment.scores.values()) == pytest.approx(1, abs=1e-4)
        numbers = [analysis.complaint, analysis.suggestion, *(mention.confidence for mention in analysis.themes)]
        assert all(0 <= number <= 1 for number in numbers)


def test_an_analysis_does_not_depend_on_its_neighbours(analyzer: Analyzer, analyses: list[Analysis]):
    (alone,) = analyzer([Comment(id="3", text=TEXTS[2])])
    assert alone.sentiment.label == analyses[2].sentiment.label
    assert alone.sentiment.scores["positive"] == pytest.approx(analyses[2].sentiment.scores["positive"], abs=0.02)


def test_a_stream_is_read_as_it_is_needed(analyzer: Analyzer):
    """An endless source: the first results come, and little more than two chunks are taken off it."""
    taken = 0

    def endless() -> Iterator[Comment]:
        nonlocal taken
        while True:
            taken += 1
            yield Comment(id=str(taken), text="giá rẻ")

    stream = analyzer.stream(endless(), chunk=4)
    assert [comment.id for comment, _ in islice(stream, 3)] == ["1", "2", "3"]
    stream.close()
    assert taken <= 12


def test_an_error_of_the_source_reaches_the_caller(analyzer: Analyzer):
    def broken() -> Iterator[Comment]:
        yield Comment(id="1", text="giá rẻ")
        raise ValueError("the file ends here")

    with pytest.raises(ValueError, match="the file ends here"):
        list(analyzer.stream(broken()))


def test_the_torch_path_says_what_the_cpu_path_says(analyzer: Analyzer):
    """Computed in float32, both paths give the same analyses but for rounding."""
    on_cpu = Analyzer(analyzer.folder, OpenVinoClassifier(analyzer.folder, exact=True))
    on_torch = Analyzer(analyzer.folder, TorchClassifier(analyzer.folder, device="cpu"))
    for one, other in zip(on_cpu(TEXTS), on_torch(TEXTS), strict=True):
        assert one.sentiment.label == other.sentiment.label
        assert list(one.sentiment.scores.values()) == pytest.approx(list(other.sentiment.scores.values()), abs=0.002)
        assert [(m.theme, m.sentiment, m.spans) for m in one.themes] == [
            (m.theme, m.sentiment, m.spans) for m in other.themes
        ]
        assert one.complaint == pytest.approx(other.complaint, abs=0.002)
