"""Results that were written are read back."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from nlp_cx.errors import FileError
from nlp_cx.export import open_results as write_results
from nlp_cx.export.report import summary_tables
from nlp_cx.records import Score
from nlp_cx.report import open_results
from nlp_cx.summarise import SummaryBuilder
from tests.analysed import analysed

EFFORT = Score(metric="ces", value=2, min=1, max=7, direction="lower_is_better")
ANSWERS = [
    analysed("a1", "Giao hàng chậm", themes={"delivery": "negative", "staff": "positive"}, mixed=True, nps=0,
             created_at=date(2025, 3, 1), stage="Giao hàng", touchpoint="app", segments={"Chi nhánh": "Huế"}),
    analysed("a2", "=1+1; good: really | yes\nsecond line", label="positive", language="en",
             themes={"price": "positive"}, scores=(EFFORT,), created_at=datetime(2025, 3, 2, 10, 30, tzinfo=UTC),
             respondent_id="007", question="Vì sao?", segments={"Chi nhánh": "Đà Nẵng", "Kênh": "web"}),
    analysed("a3", "ok", none=True, label="neutral", nps=9),
]  # fmt: skip


def written(path, lang="en"):
    """Write results as `nlp-cx analyze` does."""
    writer, builder = write_results(path, lang=lang), SummaryBuilder()
    for comment, analysis in ANSWERS:
        writer.write(comment, analysis)
        builder.add(comment, analysis)
    summary = builder.build()
    writer.publish(summary_tables(summary, lang))
    writer.discard()
    if path.suffix != ".xlsx":
        beside = path.with_name(f"{path.stem}_summary.json")
        beside.write_text(json.dumps(summary.to_dict()), encoding="utf-8")
    return path


def plain(analysis):
    """An analysis without what flat files do not hold."""
    themes = {mention.theme: (mention.sentiment, [span.text for span in mention.spans]) for mention in analysis.themes}
    return replace(analysis, themes=(), redactions=()), themes


@pytest.mark.parametrize(("name", "lang"), [("r.csv", "en"), ("r.parquet", "en"), ("r.xlsx", "en"), ("r.xlsx", "vi")])
def test_flat_results_are_read_back(tmp_path, name, lang):
    """Comments with their scores on their scales, and analyses with their words, whatever the format and language."""
    results = open_results(written(tmp_path / name, lang))
    rows = list(results.rows())

    for (comment, analysis), (wanted, read) in zip(rows, ANSWERS, strict=True):
        assert comment.scores == wanted.scores
        assert (comment.stage, comment.touchpoint, comment.segments, comment.respondent_id, comment.question) == (
            wanted.stage, wanted.touchpoint, wanted.segments, wanted.respondent_id, wanted.question
        )  # fmt: skip
        assert str(comment.created_at)[:10] == str(wanted.created_at)[:10]
        found, themes = plain(analysis)
        expected, wanted_themes = plain(read)
        assert themes.keys() == wanted_themes.keys()
        assert {how for how, _ in themes.values()} == {how for how, _ in wanted_themes.values()}
        assert replace(found, sentiment=expected.sentiment) == expected
        assert found.sentiment.label == expected.sentiment.label
    assert results.notes == ()


def test_json_lines_are_read_back_whole_and_their_lack_is_said(tmp_path):
    """Analyses to the letter; no scores, which a note says."""
    results = open_results(written(tmp_path / "r.jsonl"))
    (_, first), *_ = list(results.rows())

    assert first.to_dict() == ANSWERS[0][1].to_dict()
    assert "no scores" in results.notes[0]["en"]


def test_a_scale_that_nobody_tells_is_not_guessed(tmp_path):
    """A metric of the caller's own without its summary: left out, and said."""
    path = tmp_path / "r.csv"
    writer = write_results(path)
    writer.write(*analysed(scores=(Score(metric="vui", value=3, min=1, max=5),), nps=None))
    writer.publish(())
    writer.discard()
    results = open_results(path)
    ((comment, _),) = results.rows()

    assert comment.scores == ()
    assert "vui" in results.notes[0]["vi"]


def test_a_survey_is_no_results(tmp_path):
    """Columns named text and sentiment are not enough."""
    path = tmp_path / "s.csv"
    path.write_text("text,sentiment,themes\nHay,positive,price:positive\n", encoding="utf-8")

    assert open_results(path) is None


def test_a_broken_record_is_named(tmp_path):
    """Not an analysis: which one, and what to do."""
    path = tmp_path / "r.jsonl"
    record = ANSWERS[0][1].to_dict() | {"sentiment": "bad"}
    path.write_text(json.dumps(record), encoding="utf-8")

    with pytest.raises(FileError, match=r"a1.*analyse the survey again"):
        list(open_results(path).rows())
