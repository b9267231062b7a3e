"""`nlp-cx report` makes a report of a survey, and the same of its results."""

import re

import pytest

from nlp_cx.cli import main
from tests.conftest import LESSONS, use_shelf


@pytest.fixture
def survey(tmp_path, tiny_model, monkeypatch):
    """Forty answers of a shop, on the tiny model."""
    use_shelf(monkeypatch, tiny_model.parent)
    path = tmp_path / "survey.csv"
    rows = ["id,date,nps,Chi nhánh,comment"]
    for at in range(40):
        lesson = LESSONS[at % 6]
        rows.append(f"{at},2025-{1 + at % 6:02}-1{at % 10},{9 if lesson.judgement else 2},{'AB'[at % 2]},{lesson.text}")
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def facts(path):
    """Texts of a page without its drawings."""
    page = re.sub(r"(?s)<svg.*?</svg>|<style>.*?</style>", "", path.read_text(encoding="utf-8"))
    return [text.strip() for text in re.findall(r">([^<>]+)<", page) if text.strip()]


def test_a_survey_and_its_results_give_the_same_report(survey, tmp_path, capsys):
    """But for the file's name, whichever way it was made."""
    direct, results, again = tmp_path / "direct.html", tmp_path / "survey_results.xlsx", tmp_path / "again.html"

    assert main(["report", str(survey), "--out", str(direct), "--lang", "vi"]) == 0
    assert main(["analyze", str(survey), "--out", str(results), "--lang", "vi", "-q"]) == 0
    assert main(["report", str(results), "--out", str(again), "--lang", "vi"]) == 0
    assert "không phân tích lại" in capsys.readouterr().out
    first, second = ([text for text in facts(path) if "survey" not in text] for path in (direct, again))
    assert first == second
    assert any("NPS là" in text for text in first)


def test_a_report_that_is_there_is_not_replaced(survey, tmp_path, capsys):
    """Unless it is said so; the survey itself never is."""
    out = tmp_path / "r.html"
    out.write_text("mine")

    assert main(["report", str(survey), "--out", str(out), "--lang", "en"]) == 5
    assert "there already" in capsys.readouterr().err
    assert out.read_text() == "mine"


def test_a_format_that_is_not_known_is_told(survey, tmp_path, capsys):
    """With those that are, before any work is done."""
    assert main(["report", str(survey), "--out", str(tmp_path / "r.docx"), "--lang", "vi"]) == 5
    assert ".html, .pdf, .xlsx" in capsys.readouterr().err


def test_results_without_a_comment_are_told(tmp_path, capsys):
    """A header only."""
    path = tmp_path / "r.csv"
    path.write_text("id,text,sentiment,themes,model,taxonomy,p_negative\n", encoding="utf-8")

    assert main(["report", str(path), "--out", str(tmp_path / "r.html"), "--lang", "en"]) == 3
    assert "holds" in capsys.readouterr().err


DIRTY = {
    "in words": (["9", "chín", "n/a", "8"], "ô lẻ không đọc được", "single cells could not be read"),
    "below the scale": (["9", "-2", "8", "3"], "nằm ngoài thang điểm", "numbers off the scale"),
    "without a zero": (["1", "10", "1", "9"], "Không ai chấm", "Nobody ticked 0"),
    "none": (["", "", "", ""], "Các ý kiến không kèm điểm số", "No score was given"),
}
"""Scores as people hand them in, and what the report says of them in each language."""


@pytest.mark.parametrize("kind", list(DIRTY))
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_what_is_odd_about_scores_is_told(kind, lang, survey, tmp_path):
    """In the report itself, which a manager has without what was printed while it was made."""
    values, *said = DIRTY[kind]
    rows = [f"{at},{values[at % 4]},{LESSONS[at % 6].text}" for at in range(40)]
    survey.write_text("\n".join(["id,nps,comment", *rows]), encoding="utf-8")
    out = tmp_path / "r.html"

    assert main(["report", str(survey), "--out", str(out), "--lang", lang, "-q"]) == 0
    assert any(said[lang == "en"] in text for text in facts(out)), facts(out)


@pytest.mark.parametrize(("lang", "said"), [("vi", "Mọi câu trả lời là của một người"), ("en", "from one respondent")])
def test_one_respondent_is_no_crowd(lang, said, survey, tmp_path):
    """A single answer gets its figures with wide intervals, a warning, and the reason why nothing goes with it."""
    survey.write_text(f"id,nps,comment\n1,3,{LESSONS[0].text}", encoding="utf-8")
    out = tmp_path / "r.html"

    assert main(["report", str(survey), "--out", str(out), "--lang", lang, "-q"]) == 0
    assert any(said in text for text in facts(out)), facts(out)
