"""The command line does what its help says, in the language asked for, and says what to do when it cannot."""

from __future__ import annotations

import csv
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest

from nlp_cx import Analyzer
from nlp_cx.cli import EXIT_CODES, app, main
from nlp_cx.records import Comment
from tests.conftest import LESSONS, use_shelf

ROWS = [(lesson.text, 9 if lesson.judgement else 2) for lesson in LESSONS]


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A survey of LESSONS with an NPS."""
    return write_survey(tmp_path / "survey.csv", [("Ý kiến", "NPS"), *ROWS])


def write_survey(path: Path, rows) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def analyze(survey: Path, tiny_model: Path, *more: object) -> int:
    return main(["analyze", str(survey), "--model", str(tiny_model), "--lang", "en", *map(str, more)])


def visible(folder: Path) -> list[str]:
    """Names in a folder, drafts included."""
    return sorted(path.name for path in folder.iterdir())


# --- analyze ---------------------------------------------------------------------------------------------------------


def test_json_lines_hold_what_the_analyzer_says(survey, tiny_model, tmp_path):
    """The file's lines are the analyses that the Python API gives, in the order of the rows; the code is 0."""
    code = analyze(survey, tiny_model, "--out", tmp_path / "out.jsonl")

    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    wanted = Analyzer.load(tiny_model)([Comment(id=f"row-{n}", text=text) for n, (text, _) in enumerate(ROWS, 2)])
    assert code == 0
    assert [line["id"] for line in lines] == [one.id for one in wanted]
    assert [line["themes"] for line in lines] == [one.to_dict()["themes"] for one in wanted]
    assert visible(tmp_path) == ["out.jsonl", "out_summary.csv", "out_summary.json", "survey.csv"]


def test_a_person_reads_columns_scores_themes_and_where_it_all_is(survey, tiny_model, tmp_path, capsys):
    """Printed: how columns were taken, the NPS, themes by both names with quotes, the file. 4 of 8 are promoters."""
    analyze(survey, tiny_model, "--out", tmp_path / "out.xlsx")

    said = capsys.readouterr().out
    for words in ("Ý kiến", "score NPS 0–10", "NPS 0 ", "promoters 50%", "Delivery & fulfilment", "out.xlsx",
                  "Giao hàng & thực hiện đơn", "“giao hàng chậm quá”", "8 comments"):  # fmt: skip
        assert words in said
    assert {"Comments", "Overview", "Themes"} <= set(openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames)


def test_vietnamese_is_spoken_on_request(survey, tiny_model, tmp_path, capsys):
    """With --lang vi headings, roles, figures and sheets are Vietnamese."""
    main(["analyze", str(survey), "--model", str(tiny_model), "--lang", "vi", "--out", str(tmp_path / "out.xlsx")])

    said = capsys.readouterr().out
    assert "Các cột nhận ra" in said
    assert "8 ý kiến" in said
    assert "Kết quả:" in said
    assert openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames[0] == "Từng ý kiến"


def test_json_stands_alone_on_standard_output(survey, tiny_model, tmp_path, capsys):
    """--json prints the summary, the same as the file; what people read goes to standard error."""
    analyze(survey, tiny_model, "--json", "--out", tmp_path / "out.csv")

    streams = capsys.readouterr()
    assert json.loads(streams.out) == json.loads((tmp_path / "out_summary.json").read_text(encoding="utf-8"))
    assert "Results:" in streams.err


def test_quiet_is_quiet(survey, tiny_model, tmp_path, capsys):
    """--quiet says nothing at all when all is well."""
    analyze(survey, tiny_model, "--quiet", "--out", tmp_path / "out.parquet")

    assert capsys.readouterr() == ("", "")


def test_without_out_nothing_is_written(survey, tiny_model, tmp_path, capsys):
    """The summary is printed, no file appears."""
    assert analyze(survey, tiny_model) == 0

    assert "Delivery & fulfilment" in capsys.readouterr().out
    assert visible(tmp_path) == ["survey.csv"]


def test_rejected_fields_are_counted_and_written(tiny_model, tmp_path, capsys):
    """A score off its scale does not stop the run: code 0, said, and written with row and reason."""
    survey = write_survey(tmp_path / "survey.csv", [("Ý kiến", "NPS"), *ROWS, ("giá rẻ", 99)])

    code = analyze(survey, tiny_model, "--out", tmp_path / "out.jsonl", "--score", "nps=NPS:0-10")

    assert code == 0
    assert "Rows rejected: 0; single fields left out or changed: 1" in capsys.readouterr().out
    with (tmp_path / "out_rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["row"], row["field"], row["severity"]) == ("10", "NPS", "field")


def test_columns_can_be_named(tiny_model, tmp_path):
    """Text, id, segment and scale are taken from the options; a question and a language hold for all rows."""
    rows = [("k", "a", "b", "c"), ("x1", "giao hàng chậm quá", "North", 70)]
    survey = write_survey(tmp_path / "survey.csv", rows)

    code = analyze(
        survey, tiny_model, "--out", tmp_path / "out.csv", "--text-column", "a", "--id-column", "k", "--segment", "b",
        "--score", "ease=c:0-100", "--question", "Why?", "--language", "en", "--quiet",
    )  # fmt: skip

    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert code == 0
    assert (row["id"], row["segment_b"], row["score_ease"], row["question"]) == ("x1", "North", "70", "Why?")
    assert row["language"] == "en"


def test_personal_data_is_in_no_file(tiny_model, tmp_path):
    """A phone number in a comment is replaced in results, summary and workbook; with --redact-orders codes are too."""
    survey = write_survey(
        tmp_path / "survey.csv", [("Ý kiến",), ("giao hàng chậm quá, mã đơn DH123456, gọi 0912345678",)]
    )

    for suffix in ("jsonl", "csv"):
        analyze(survey, tiny_model, "--out", tmp_path / f"out.{suffix}", "--redact-orders", "--force", "--quiet")

    survey.unlink()
    for path in tmp_path.iterdir():
        assert b"0912345678" not in path.read_bytes()
        assert b"DH123456" not in path.read_bytes()
    assert "[PHONE]" in (tmp_path / "out.jsonl").read_text(encoding="utf-8")


def test_a_dry_run_shows_the_columns_only(survey, tmp_path, capsys):
    """What columns were taken for, how sure and why; no model is needed, nothing is written."""
    code = main(["analyze", str(survey), "--dry-run", "--lang", "en", "--out", str(tmp_path / "out.csv")])

    said = capsys.readouterr().out
    assert code == 0
    assert re.search(r"NPS +score NPS 0–10 +\d+% +its header; customary scale", said)
    assert visible(tmp_path) == ["survey.csv"]


def test_a_dry_run_speaks_json(survey, capsys):
    """The same for programs."""
    main(["analyze", str(survey), "--dry-run", "--json", "--lang", "en"])

    told = json.loads(capsys.readouterr().out)
    assert [(one["column"], one["role"]) for one in told["sheets"][0]["columns"]] == [
        ("Ý kiến", "text"),
        ("NPS", "score"),
    ]


# --- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["analyze"], 2, "Missing argument 'FILE'; see nlp-cx --help"),
        (["analyze", "survey.csv", "--colour"], 2, "No such option: --colour"),
        (["analyze", "survey.csv", "--lang", "fr"], 2, "'fr' is not one of 'vi', 'en'"),
        (["frobnicate"], 2, "No such command 'frobnicate'"),
        (["analyze", "missing.csv"], 3, "there is no file missing.csv: check the path"),
        (["analyze", "survey.csv", "--text-column", "X"], 3, "named with --text-column"),
        (["analyze", "survey.csv", "--score", "nps"], 3, "write it as nps=Q1:0-10"),
        (["analyze", "survey.csv", "--model", "no-such"], 4, "no model 'no-such'"),
        (["models", "show", "no-such"], 4, "no model 'no-such'"),
        (["analyze", "survey.csv", "--out", "old.csv"], 5, "add --force to replace it"),
        (["analyze", "survey.csv", "--out", "out.txt"], 5, "one of .xlsx, .csv, .jsonl, .parquet"),
        (["analyze", "survey.csv", "--out", "no/out.csv"], 5, "make it first"),
        (["analyze", "survey.csv", "--out", "survey.csv", "--force"], 5, "the survey itself"),
        (["evaluate", "--data", "missing.csv"], 3, "there is no file missing.csv"),
    ],
)
def test_errors_say_what_to_do(survey, tmp_path, monkeypatch, capsys, arguments, code, words):
    """One line on standard error, the documented exit code, nothing written."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NLP_CX_LANG", "en")
    (tmp_path / "old.csv").write_text("old")

    assert main(arguments) == code

    streams = capsys.readouterr()
    assert words in streams.err
    assert streams.err.startswith("Error: ")
    assert streams.err.count("\n") == 1
    assert visible(tmp_path) == ["old.csv", "survey.csv"]


def test_errors_are_vietnamese_on_request(survey, tmp_path, capsys):
    """Wherever --lang stands, even if another argument is wrong."""
    main(["analyze", str(tmp_path / "missing.csv"), "--lang", "vi"])
    main(["analyze", "--lang=vi", "--colour"])

    first, second = capsys.readouterr().err.splitlines()
    assert first == f"Lỗi: không có tệp {tmp_path / 'missing.csv'}: hãy kiểm tra lại đường dẫn"
    assert second.startswith("Lỗi: không có tuỳ chọn --colour")


def test_an_unknown_device_is_an_error(survey, tiny_model, capsys):
    """No traceback of torch's, whether torch is installed or not: code 4."""
    assert analyze(survey, tiny_model, "--device", "abacus") == 4
    assert capsys.readouterr().err.count("\n") == 1


def test_a_survey_without_comments_is_an_error(tiny_model, tmp_path, capsys):
    """A header alone: code 3, and no file is left."""
    survey = write_survey(tmp_path / "survey.csv", [("Ý kiến", "NPS")])

    assert analyze(survey, tiny_model, "--out", tmp_path / "out.jsonl") == 3
    assert "holds no" in capsys.readouterr().err
    assert visible(tmp_path) == ["survey.csv"]


def test_a_wrong_environment_is_said(monkeypatch, survey, capsys):
    """NLP_CX_LANG takes en and vi."""
    monkeypatch.setenv("NLP_CX_LANG", "klingon")

    assert main(["analyze", str(survey), "--dry-run"]) == 3
    assert "NLP_CX_LANG is 'klingon'" in capsys.readouterr().err


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_leaves_nothing(tiny_model, tmp_path, sign):
    """Ctrl-C or SIGTERM in the middle: code 130, one line, neither results nor drafts."""
    survey = write_survey(tmp_path / "survey.csv", [("Ý kiến", "NPS"), *ROWS * 20_000])
    command = ["analyze", str(survey), "--out", str(tmp_path / "out.csv"), "--model", str(tiny_model), "--lang", "en"]
    run = subprocess.Popen([sys.executable, "-m", "nlp_cx", *command, "--quiet"], stderr=subprocess.PIPE, text=True)
    while not list(tmp_path.glob(".nlp-cx-*")) and run.poll() is None:
        time.sleep(0.05)

    run.send_signal(sign)
    _, said = run.communicate(timeout=60)

    assert said == "Error: stopped; no file was written\n"
    assert run.returncode in (130, -signal.SIGINT)  # the latter if a C library was loading; shells call both 130
    assert visible(tmp_path) == ["survey.csv"]


def test_a_closed_pipe_is_no_accident(survey):
    """`nlp-cx ... | head` ends without a traceback."""
    command = [sys.executable, "-m", "nlp_cx", "analyze", str(survey), "--dry-run", "--json"]

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        run.stdout.close()
        said = run.stderr.read()

    assert "Traceback" not in said
    assert "Exception" not in said


# --- evaluate, models ------------------------------------------------------------------------------------------------


def test_evaluate_measures_on_labelled_comments(tiny_model, tmp_path, capsys):
    """The tiny model knows its lessons by heart: all right."""
    labels = ("negative", "neutral", "positive")
    rows = [(one.text, labels[one.judgement], f"{one.theme}:{labels[one.judgement]}") for one in LESSONS]
    data = write_survey(tmp_path / "labelled.csv", [("text", "sentiment", "themes"), *rows])

    assert main(["evaluate", "--data", str(data), "--model", str(tiny_model), "--lang", "en"]) == 0
    assert "sentiment, share right: 100.0%" in capsys.readouterr().out

    main(["evaluate", "--data", str(data), "--model", str(tiny_model), "--json"])
    assert json.loads(capsys.readouterr().out)["theme_polarity_micro_f1"] == 1.0


def test_models_are_listed_with_figures(tiny_model, monkeypatch, capsys):
    """Version, day, size, mean figures; a star marks the live one. `nlp-cx models` alone says the same."""
    use_shelf(monkeypatch, tiny_model.parent)

    assert main(["models", "list", "--lang", "en"]) == 0
    assert re.search(r"tiny \* +\d{4}-\d\d-\d\d +0\.\d MB +90% +80%", capsys.readouterr().out)

    main(["models", "list", "--json"])
    (model,) = json.loads(capsys.readouterr().out)
    assert (model["version"], model["live"], model["theme_micro_f1"]) == ("tiny", True, 0.8)
    assert main(["models"]) == 0
    assert "tiny *" in capsys.readouterr().out


def test_no_models_is_not_an_error(tmp_path, monkeypatch, capsys):
    """An empty shelf: it is said what to do."""
    use_shelf(monkeypatch, tmp_path)

    assert main(["models", "list", "--lang", "en"]) == 0
    assert "make train" in capsys.readouterr().out


def test_a_model_shows_its_card(tiny_model, monkeypatch, capsys):
    """By version, by path, or the live one."""
    use_shelf(monkeypatch, tiny_model.parent)

    for which in ([], ["tiny"], [str(tiny_model)]):
        assert main(["models", "show", *which]) == 0
        assert capsys.readouterr().out == (tiny_model / "card.md").read_text(encoding="utf-8")


# --- help ------------------------------------------------------------------------------------------------------------


def test_help_imports_nothing_heavy():
    """Reading the help loads neither numbers, tables, models nor rich."""
    script = (
        "import sys, nlp_cx.cli; nlp_cx.cli.main(['analyze', '--help']);"
        "heavy = {'numpy', 'polars', 'openvino', 'rich', 'torch', 'spacy', 'underthesea'};"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stderr == "[]\n"


def test_every_exit_code_is_documented(capsys):
    """The help of `analyze` names each code."""
    main(["analyze", "--help"])

    said = " ".join(capsys.readouterr().out.split())
    assert all(
        f"{code} " in said.partition("Exit codes:")[2] for code in {0, 2, 130, *(code for _, code in EXIT_CODES)}
    )


def test_commands_without_a_command_show_help(capsys):
    """`nlp-cx` says what there is; the code is that of wrong usage."""
    assert main([]) == 2
    assert "analyze" in capsys.readouterr().out


def test_the_version_is_that_of_the_package(capsys):
    """`nlp-cx --version`."""
    from nlp_cx import __version__

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"nlp-cx {__version__}\n"
    assert app.info.name == "nlp-cx"
