"""The whole road of retraining, on a toy model."""

from __future__ import annotations

import csv
import json
import warnings
from pathlib import Path

import pytest

from nlp_cx import Analyzer
from nlp_cx.artifacts import open_model
from nlp_cx.labelled import read_labelled
from nlp_cx.normalise import NORMALISER
from training import retrain as page
from training.data import fingerprint
from training.retrain import main

SAYINGS = [
    ("giao hàng chậm quá", "negative", "delivery:negative"), ("giao hàng nhanh", "positive", "delivery:positive"),
    ("nhân viên nhiệt tình", "positive", "staff:positive"), ("nhân viên thô lỗ", "negative", "staff:negative"),
    ("giá rẻ", "positive", "price:positive"), ("giá đắt quá", "negative", "price:negative"),
    ("the app crashes", "negative", "digital:negative"), ("the room is clean", "positive", "place:positive"),
]  # fmt: skip
WORDS = ["quá", "nhân", "viên", "giá", "app", "room", "chậm", "nhanh"]


@pytest.fixture
def feedback(tmp_path) -> Path:
    """64 rows: each saying with each of eight words behind it, one hostile cell, one contradiction."""
    path = tmp_path / "feedback.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "sentiment", "themes"])
        for text, sentiment, themes in SAYINGS:
            for word in WORDS:
                writer.writerow([f"{text} {word} <script>alert(1)</script>", sentiment, themes])
        writer.writerow(["=giao hàng chậm quá rồi", "negative", "delivery:negative"])
        writer.writerow(["=Giao hàng chậm quá rồi!", "positive", "delivery:negative"])
    return path


@pytest.fixture
def road(tmp_path, monkeypatch, tiny_model):
    """Run the command; checkpoints go to a folder of the test."""
    monkeypatch.setattr(page, "RUNS", tmp_path / "runs")

    def run(*arguments: str | Path, start: Path = tiny_model) -> int:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what converters say about their own insides
            common = ["--model", start, "--out", tmp_path / "models", "--report", tmp_path / "report"]
            return main([str(one) for one in (*arguments, *common)])

    return run


def test_feedback_becomes_a_compared_candidate(road, feedback, tmp_path, capsys):
    """The folder loads and analyses, names what it was made from, and the report says what to do next."""
    assert road(feedback, "--version", "next") == 0

    analyzer = Analyzer.load(tmp_path / "models" / "next")
    manifest = analyzer.folder.manifest
    assert manifest["history"]["from"] == "tiny"
    assert manifest["history"]["feedback_rows"] + manifest["history"]["held_out_rows"] == 66
    assert -1 <= manifest["history"]["label_agreement"] <= 1
    assert analyzer(["giao hàng chậm quá"])[0].model == "next"
    figures = json.loads((tmp_path / "models" / "next" / "metrics.json").read_text(encoding="utf-8"))
    assert set(figures["rows held out"]) == {"rows", "model", "live"}
    assert "retrained on labelled feedback" in (tmp_path / "models" / "next" / "card.md").read_text(encoding="utf-8")
    assert f"nlp-cx models promote {tmp_path / 'models' / 'next'}" in capsys.readouterr().out.replace("\n", "")
    assert not (tmp_path / "runs").exists() or not list((tmp_path / "runs").iterdir())

    page_html = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert page_html.count("<svg") >= 6
    assert "<script>" not in page_html
    assert "Contradictions" in (tmp_path / "report" / "report.md").read_text(encoding="utf-8")
    assert ",=" not in (tmp_path / "report" / "labels_to_check.csv").read_text(encoding="utf-8-sig")


def test_a_grown_file_is_measured_on_new_rows_alone(road, feedback, tmp_path, capsys):
    """The second candidate starts from the first: what that learnt from is told, and not held out; without new rows
    nothing can be measured, and the message says what to do.
    """
    assert road(feedback, "--version", "first") == 0
    first = tmp_path / "models" / "first"
    learnt = json.loads((first / "learnt.json").read_text(encoding="utf-8"))
    history = json.loads((first / "manifest.json").read_text(encoding="utf-8"))["history"]
    assert 0 < len(learnt) <= history["feedback_rows"]

    assert road(feedback, "--check", start=first) == 0
    assert f"first has learnt from {history['feedback_rows']} of these rows before" in capsys.readouterr().err
    (first / "learnt.json").write_text(json.dumps([fingerprint(row.comment.text) for row in read_labelled(feedback)]))
    assert road(feedback, "--check", start=first) == 3
    assert "label new rows, or start from the model before it with --model" in capsys.readouterr().err


def test_bad_rows_are_told_and_left_out_when_asked(road, tmp_path, feedback, capsys):
    """Without --skip-bad nothing starts; with it the rows stand in a file of their own."""
    with feedback.open("a", encoding="utf-8") as file:
        file.write("giao hàng chậm,angry,delivry\n")

    assert road(feedback, "--check") == 3
    assert "row 68, themes: unknown theme 'delivry': did you mean delivery?" in capsys.readouterr().err
    assert road(feedback, "--check", "--skip-bad") == 0
    assert "delivry" in (tmp_path / "report" / "rejected.csv").read_text(encoding="utf-8-sig")
    assert not (tmp_path / "models").exists()


def test_a_check_learns_nothing_and_says_so(road, tmp_path, feedback, capsys):
    """The report claims no comparison, and the next command is the one that was given, without --check."""
    assert road(feedback, "--check", "--seed", "3") == 0

    written = capsys.readouterr()
    assert "nothing was learnt" in written.out
    assert f"Next · tiếp theo: python -m training.retrain {feedback} --seed 3 --model" in written.out
    assert "--check" not in written.out
    markdown = (tmp_path / "report" / "report.md").read_text(encoding="utf-8")
    assert markdown.startswith("# Labels of feedback.csv · Nhãn của feedback.csv")
    assert "to hold out." in markdown
    assert "beyond chance" not in markdown


def test_no_list_of_rejected_rows_stays_when_none_is_rejected(road, tmp_path, feedback):
    """A report folder that is used again tells of its last run alone."""
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "rejected.csv").write_text("row\n1\n", encoding="utf-8")

    assert road(feedback, "--check") == 0
    assert not (tmp_path / "report" / "rejected.csv").exists()


def test_a_report_that_cannot_be_written_is_told_before_anything_is_learnt(road, tmp_path, feedback, capsys):
    """A file stands where the folder should be: exit code 5, no model, no checkpoint."""
    (tmp_path / "report").write_text("", encoding="utf-8")

    assert road(feedback) == 5
    assert f"the folder {tmp_path / 'report'} cannot be made" in capsys.readouterr().err
    assert not (tmp_path / "models").exists()
    assert not (tmp_path / "runs").exists()


def test_a_stopped_run_is_found_again_on_another_day(tmp_path, feedback, tiny_model):
    """The day's version has no part in where the checkpoint lies; file, options and live model have."""
    live = open_model(str(tiny_model), normaliser=NORMALISER)

    def folder(*arguments: str) -> Path:
        return page.run_folder_of(page.parse([str(feedback), *arguments]), live, {"passes": 1})

    assert folder() == folder("--minutes", "5", "--report", "elsewhere")
    assert len({folder(), folder("--seed", "1"), folder("--themes", "all"), folder("--blank-themes", "unknown")}) == 4


@pytest.mark.parametrize("minutes", ["0", "-1", "nan", "long"])
def test_no_time_to_learn_is_refused(minutes, capsys):
    """A run of no minutes would learn nothing, or divide by them."""
    with pytest.raises(SystemExit, match="2"):
        main(["labelled.csv", "--minutes", minutes])
    assert "--minutes" in capsys.readouterr().err


def test_too_few_rows_are_refused(road, tmp_path, capsys):
    """Ten rows teach nothing that could be measured."""
    (tmp_path / "few.csv").write_text("text,sentiment\n" + "tốt,positive\n" * 10, encoding="utf-8")

    assert road(tmp_path / "few.csv") == 3
    assert "holds 10 labelled rows" in capsys.readouterr().err


def test_a_file_without_labels_is_told_what_to_fill_in(road, tmp_path, capsys):
    """Sixty texts, no column of labels."""
    (tmp_path / "bare.csv").write_text("text\n" + "".join(f"ý kiến {at}\n" for at in range(60)), encoding="utf-8")

    assert road(tmp_path / "bare.csv") == 3
    assert "holds no labels: fill in sentiment or themes" in capsys.readouterr().err


def test_rows_that_all_belong_together_cannot_be_measured(road, tmp_path, capsys):
    """Sixty answers of one "anonymous" would all stay on one side: the message says which column is to blame."""
    rows = "".join(f"ý kiến thứ {at} của khách,positive,anonymous\n" for at in range(60))
    (tmp_path / "one.csv").write_text(f"text,sentiment,respondent_id\n{rows}", encoding="utf-8")

    assert road(tmp_path / "one.csv") == 3
    assert "leave respondent_id empty where unknown" in capsys.readouterr().err


def test_a_version_that_is_there_is_not_written_over(road, tmp_path, feedback):
    """Nothing is learnt before that is known."""
    (tmp_path / "models" / "taken").mkdir(parents=True)

    assert road(feedback, "--version", "taken") == 5


def test_themes_nobody_named_stay_as_they_are(feedback):
    """Themes that occur were looked for; --themes adds others, and an unknown name is refused."""
    from nlp_cx.errors import FileError

    rows = read_labelled(feedback)

    assert set(page.themes_looked_for(None, rows)) == {"delivery", "staff", "price", "digital", "place"}
    assert page.themes_looked_for("giá & giá trị, staff", rows) == page.themes_looked_for(None, rows)
    assert set(page.themes_looked_for("security", rows)) == {*page.themes_looked_for(None, rows), "security"}
    assert len(page.themes_looked_for("all", rows)) == 16
    with pytest.raises(FileError, match="unknown weather"):
        page.themes_looked_for("weather", rows)
