"""Files are whole or absent, hold what was analysed and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.errors import OutputError
from nlp_cx.export import Export, name_files, open_results
from nlp_cx.export.files import safe, write_csv, write_parquet
from nlp_cx.export.table import Column, Table, writable
from nlp_cx.export.workbook import CELL, fit, write_workbook
from nlp_cx.ingest import ColumnPlan, ColumnRole, Rejected
from nlp_cx.records import Analysis, Comment, Language, Redaction, Score, Sentiment, Span, ThemeMention
from nlp_cx.redact import Redactor
from nlp_cx.summarise import SummaryBuilder

HOSTILE = ("=1+1", "+84 is a code", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "＋1a", "－1a", "＠x", "\n=1")


def comment(number: int = 1, **changes) -> Comment:
    given = {
        "id": f"c{number}",
        "text": "Gọi em 0912345678, giao hàng chậm",
        "created_at": date(2025, 3, 1),
        "segments": {"Khu vực": "Hà Nội"},
        "scores": (Score(metric="nps", value=0, min=0, max=10),),
    }
    return Comment(**(given | changes))


def analysis(number: int = 1, text: str = "Gọi em [PHONE], giao hàng chậm", **changes) -> Analysis:
    given = {
        "id": f"c{number}",
        "language": Language(code="vi", confidence=0.99),
        "sentiment": Sentiment(label="negative", scores={"negative": 0.75, "neutral": 0.15, "positive": 0.1}),
        "mixed": False,
        "themes": (
            ThemeMention(
                theme="delivery", sentiment="negative", confidence=0.9,
                spans=(Span(start=19, end=33, text="giao hàng chậm"),),
            ),
        ),
        "none": False,
        "complaint": 0.8,
        "suggestion": 0.1,
        "needs_review": False,
        "truncated": False,
        "text": text,
        "redactions": (Redaction(kind="phone", start=7, end=17),),
        "model": "m1",
        "taxonomy": "1",
    }  # fmt: skip
    return Analysis(**(given | changes))


def write(target: Path, pairs, lang="en") -> None:
    writer = open_results(target, lang=lang)
    for one, found in pairs:
        writer.write(one, found)
    writer.publish([])
    writer.discard()


def read_csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def read_sheet(path: Path, sheet: str = "Comments") -> list[dict[str, object]]:
    header, *rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


# --- formats ---------------------------------------------------------------------------------------------------------


def test_json_lines_hold_the_analyses_and_nothing_else(tmp_path):
    """Each line parses to `Analysis.to_dict()`, in the order they came."""
    found = [analysis(number) for number in (3, 1, 2)]

    write(tmp_path / "out.jsonl", [(comment(), one) for one in found])

    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [one.to_dict() for one in found]


def test_csv_is_one_flat_row_a_comment(tmp_path):
    """UTF-8 with BOM, Vietnamese intact, a score of 0 is 0, a theme that is not mentioned is empty."""
    write(tmp_path / "out.csv", [(comment(), analysis())])

    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    (row,) = read_csv(tmp_path / "out.csv")
    wanted = {
        "id": "c1", "created_at": "2025-03-01", "text": "Gọi em [PHONE], giao hàng chậm", "language": "vi",
        "sentiment": "negative", "p_negative": "0.75", "themes": "delivery:negative", "theme_delivery": "negative",
        "theme_staff": "", "evidence": "delivery: giao hàng chậm", "complaint": "0.8", "mixed": "false",
        "score_nps": "0",
        "segment_Khu vực": "Hà Nội", "redactions": "phone", "model": "m1", "taxonomy": "1",
    }  # fmt: skip
    assert {key: row[key] for key in wanted} == wanted


def test_columns_are_those_of_all_rows(tmp_path):
    """A segment and a score that only the last comment has get their columns; the other rows are empty there."""
    last = comment(2, segments={"Kênh": "app"}, scores=(Score(metric="csat", value=4.5, min=1, max=5),))

    write(tmp_path / "out.csv", [(comment(1), analysis(1)), (last, analysis(2))])

    first, second = read_csv(tmp_path / "out.csv")
    assert (first["segment_Kênh"], first["score_csat"]) == ("", "")
    assert (second["segment_Kênh"], second["score_csat"], second["score_nps"]) == ("app", "4.5", "")


def test_segments_never_clash_with_our_columns(tmp_path):
    """Segments that are called as our columns keep theirs beside ours."""
    clash = comment(segments={"text": "a", "sentiment": "b", "theme_staff": "c", "id": "d"})

    write(tmp_path / "out.csv", [(clash, analysis())])

    (row,) = read_csv(tmp_path / "out.csv")
    assert (row["segment_text"], row["segment_id"], row["id"], row["theme_staff"]) == ("a", "d", "c1", "")


def test_parquet_has_types_and_row_groups(tmp_path):
    """Numbers, flags and moments are typed, and rows come in groups of the size that is asked for."""
    write(tmp_path / "out.parquet", [(comment(), analysis())])

    frame = pl.read_parquet(tmp_path / "out.parquet")
    types = {"score_nps": pl.Float64, "p_negative": pl.Float64, "mixed": pl.Boolean, "created_at": pl.Datetime("us")}
    assert {name: frame.schema[name] for name in types} == types
    assert frame.row(0, named=True)["created_at"] == datetime(2025, 3, 1)  # noqa: DTZ001
    assert frame.row(0, named=True)["theme_delivery"] == "negative"


def test_parquet_keeps_order_over_row_groups(tmp_path):
    """Ten rows in groups of three come back in their order."""
    rows = [{"n": number} for number in range(10)]
    table = Table(name="t", title="t", columns=(Column(key="n", title="n", kind="count"),), rows=rows)

    write_parquet(tmp_path / "t.parquet", table, group=3)

    assert pl.read_parquet(tmp_path / "t.parquet")["n"].to_list() == list(range(10))


def test_a_workbook_is_for_people(tmp_path):
    """Bold frozen header, filter, numbers as numbers with their formats, dates as dates, names of themes."""
    write(tmp_path / "out.xlsx", [(comment(), analysis())])

    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["Comments"]
    header = {cell.value: cell.column for cell in sheet[1]}
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref.startswith("A1:")
    assert all(cell.font.bold for cell in sheet[1])
    negative, nps = sheet.cell(2, header["P(negative)"]), sheet.cell(2, header["NPS"])
    assert (negative.value, negative.number_format, nps.value) == (0.75, "0.0%_)", 0)
    assert sheet.cell(2, header["Date"]).value == datetime(2025, 3, 1)  # noqa: DTZ001
    assert sheet.cell(2, header["Themes"]).value == "Delivery & fulfilment: negative"
    assert sheet.cell(2, header["Delivery & fulfilment\nGiao hàng & thực hiện đơn"]).value == "negative"


def test_a_workbook_speaks_vietnamese(tmp_path):
    """With Vietnamese asked for, sheets, headers and words are Vietnamese."""
    write(tmp_path / "out.xlsx", [(comment(), analysis())], lang="vi")

    (row,) = read_sheet(tmp_path / "out.xlsx", "Từng ý kiến")
    assert row["Cảm xúc"] == "tiêu cực"
    assert row["Chủ đề"] == "Giao hàng & thực hiện đơn: tiêu cực"
    assert row["Vừa khen vừa chê"] == "không"


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(tmp_path):
    """Five rows on sheets of three (header counted) make three sheets, each with its header."""
    rows = [{"n": number} for number in range(5)]
    table = Table(name="t", title="T", columns=(Column(key="n", title="N", kind="count"),), rows=rows)

    write_workbook(tmp_path / "t.xlsx", [table], rows_per_sheet=3)

    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert {sheet.title: [row[0] for row in sheet.values] for sheet in book} == {
        "T": ["N", 0, 1], "T 2": ["N", 2, 3], "T 3": ["N", 4],
    }  # fmt: skip


def test_an_empty_table_has_a_header(tmp_path):
    """No rows, in each format, is a file with a header."""
    for suffix in ("csv", "xlsx", "parquet"):
        write(tmp_path / f"out.{suffix}", [])

    assert read_csv(tmp_path / "out.csv") == []
    assert read_sheet(tmp_path / "out.xlsx") == []
    assert pl.read_parquet(tmp_path / "out.parquet").height == 0


# --- hostile cells ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_formulas_are_escaped_in_csv(text):
    """What a spreadsheet would calculate starts with an apostrophe."""
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+5", "-5.5", "-5,5", "5", "tốt", "a=b", "1-2", "'quoted", ""])
def test_numbers_and_words_stay_in_csv(text):
    """A number with a sign is no formula, nor is a word."""
    assert safe(text) == text


@given(st.text(alphabet=st.sampled_from("=+-@\t\r\n ＝＋－＠a1,.;\"'\x00\ufeffđ😀"), max_size=12))
def test_no_csv_cell_starts_as_a_formula(text):
    """Whatever the text: after blanks no cell starts with a sign of a formula, and the text is still there."""
    cell = safe(text)

    assert (
        not cell.lstrip(" \n\r\t\ufeff").startswith(tuple("=+-@＝＋－＠"))
        or cell.replace(",", ".")[1:].replace(".", "", 1).isdigit()
    )
    assert cell.removeprefix("'") == writable(text).removeprefix("'")


def test_hostile_cells_come_back_as_they_were(tmp_path):
    """Formulas, markup of XlsxWriter's own, escapes of XLSX: strings in a workbook, with not one formula."""
    texts = [
        *HOSTILE[:4],
        '=HYPERLINK("http://x.example","y")',
        "<r>&</r>",
        "_x0041_",
        "https://x.example/a",
        "{=1}",
        "00123",
    ]

    write(tmp_path / "out.xlsx", [(comment(), analysis(number, text)) for number, text in enumerate(texts)])

    header, *rows = openpyxl.load_workbook(tmp_path / "out.xlsx")["Comments"].iter_rows()
    cells = [
        cell for row in rows for cell, title in zip(row, header, strict=True) if title.value.startswith("Comment (")
    ]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)
    assert [cell.value.strip().replace("_x005F", "") for cell in cells] == texts
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())


def test_headers_are_escaped_too(tmp_path):
    """A segment may be called as a formula."""
    column = Column(key="=cmd", title="=cmd")

    write_csv(tmp_path / "t.csv", Table(name="t", title="t", columns=(column,), rows=[]))

    assert (tmp_path / "t.csv").read_bytes() == b"\xef\xbb\xbf'=cmd\r\n"


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "xlsx", "parquet"])
@pytest.mark.parametrize(
    "text", ["a\ud83db", "\udc00", "a\x00b\x0bc\ufffe", "😀" * 20_000, "x" * 100_000, "\u202egnol"]
)
def test_any_text_can_be_written(tmp_path, suffix, text):
    """Halves of surrogate pairs, control characters and giant texts break no format."""
    target = tmp_path / f"out.{suffix}"

    write(target, [(comment(segments={"a\x01": "b", "a": text[:50]}), analysis(text=text))])

    match suffix:
        case "jsonl":
            assert len(json.loads(target.read_text(encoding="utf-8"))["text"]) == len(text)
        case "csv":
            csv.field_size_limit(200_000)
            assert len(read_csv(target)) == 1
        case "xlsx":
            assert len(read_sheet(target)) == 1
        case _:
            assert pl.read_parquet(target).height == 1


@given(st.text(alphabet=st.sampled_from("ađ😀"), min_size=1, max_size=9), st.integers(CELL // 2 - 9, CELL + 9))
def test_cells_of_a_workbook_are_cut_at_excels_limit(text, length):
    """At most 32,767 UTF-16 units, cut with a mark, never in the middle of a character."""
    text = (text * CELL)[:length]
    cell = fit(text)

    assert len(cell.encode("utf-16-le")) // 2 <= CELL
    assert cell == text or (cell.endswith(" […]") and text.startswith(cell.removesuffix(" […]")))


def test_moments_with_a_zone_show_the_clock_on_the_wall(tmp_path):
    """Excel and Parquet get 09:30 for 09:30+07:00 and 09:30Z alike; CSV keeps the zone."""
    moment = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
    for suffix in ("csv", "xlsx", "parquet"):
        write(tmp_path / f"out.{suffix}", [(comment(created_at=moment), analysis())])

    bare = moment.replace(tzinfo=None)
    assert read_csv(tmp_path / "out.csv")[0]["created_at"] == "2025-03-01T09:30:00+00:00"
    assert read_sheet(tmp_path / "out.xlsx")[0]["Date"] == bare
    assert pl.read_parquet(tmp_path / "out.parquet")["created_at"].to_list() == [bare]


# --- whole or absent -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "xlsx", "parquet"])
def test_nothing_is_to_be_seen_before_publication(tmp_path, suffix):
    """While rows come in there is no file of that name; dropped, nothing at all is left."""
    writer = open_results(tmp_path / f"out.{suffix}")
    writer.write(comment(), analysis())

    assert not (tmp_path / f"out.{suffix}").exists()
    writer.discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ["jsonl", "xlsx"])
def test_a_killed_process_leaves_the_old_file(tmp_path, suffix):
    """Killed among its rows, a run leaves what stood there before."""
    target = tmp_path / f"out.{suffix}"
    target.write_text("old")
    script = (
        "import os, signal, sys; from pathlib import Path; from tests.test_export import *;"
        f"writer = open_results(Path({str(target)!r})); writer.write(comment(), analysis());"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )

    done = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parent.parent, check=False)

    assert done.returncode == -signal.SIGKILL
    assert target.read_text() == "old"


def test_a_failed_write_leaves_the_old_file(tmp_path):
    """Rows that break off in the middle leave neither a draft nor a changed file."""
    target = tmp_path / "out.csv"
    target.write_text("old")
    writer = open_results(target)
    writer.write(comment(), analysis())
    broken = Table(name="x", title="x", columns=(Column(key="a", title="a", kind="moment"),), rows=[{"a": "no date"}])

    with pytest.raises(ValueError, match="isoformat"):
        from_rows(tmp_path / "out.parquet", broken)
    writer.discard()

    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    assert target.read_text() == "old"


def from_rows(target: Path, table: Table) -> None:
    from nlp_cx.export.files import write_tables

    write_tables(target.with_suffix(".xlsx"), [table], lang="en")


def test_the_raw_text_is_never_written(tmp_path):
    """The phone number of the comment is in no file."""
    files = name_files(tmp_path / "out.csv")
    broken = Rejected(row=3, reason="not a score", field="NPS", severity="row", values={"Ý kiến": "gọi 0912345678"})
    with Export(files, redactor=Redactor()) as export:
        export.results.write(comment(), analysis())
        export.rejects.write(broken)
        export.publish(summary_of([(comment(), analysis())]))

    contents = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert sorted(contents) == ["out.csv", "out_rejects.csv", "out_summary.csv", "out_summary.json"]
    assert not any(b"0912345678" in content for content in contents.values())


def summary_of(pairs):
    builder = SummaryBuilder()
    for one, found in pairs:
        builder.add(one, found)
    return builder.build()


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("out.txt", "one of .xlsx, .csv, .jsonl, .parquet"),
        ("out", "one of .xlsx"),
        ("missing/out.csv", "make it first"),
        ("folder", "name a file in it"),
        ("old.csv", "--force"),
        ("new.csv", "--force"),
    ],
)
def test_names_are_checked_before_any_work(tmp_path, name, message):
    """The message says what to do; a summary or rejects file in the way counts as well."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "old.csv").write_text("old")
    (tmp_path / "new_rejects.csv").write_text("old")

    with pytest.raises(OutputError, match=message):
        name_files(tmp_path / name)


def test_two_files_of_one_name_are_refused(tmp_path):
    """The summary would replace the results."""
    with pytest.raises(OutputError, match="named twice"):
        name_files(tmp_path / "out.csv", summary=tmp_path / "out.csv")


def test_the_survey_itself_is_never_replaced(tmp_path):
    """Not even with --force, and not through another spelling of its path."""
    (tmp_path / "survey.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "survey.csv")

    for name in ("survey.csv", "link.csv"):
        with pytest.raises(OutputError, match="survey itself"):
            name_files(tmp_path / name, force=True, source=tmp_path / "survey.csv")
    with pytest.raises(OutputError, match="survey itself"):
        name_files(tmp_path / "x.csv", force=True, source=make(tmp_path / "x_rejects.csv"))


def make(path: Path) -> Path:
    path.write_text("old")
    return path


def test_a_folder_that_cannot_be_written_to_is_said_at_once(tmp_path):
    """The error names the file and the reason, before any comment is taken."""
    with pytest.raises(OutputError, match=r"out\.csv cannot be written"):
        open_results(tmp_path / ("x" * 300) / "out.csv")


def test_the_summary_goes_where_it_is_asked_for(tmp_path):
    """A workbook holds it in sheets, other formats have it beside them, --summary names one place."""
    assert name_files(tmp_path / "a.xlsx").summaries == ()
    assert [path.name for path in name_files(tmp_path / "a.jsonl").summaries] == ["a_summary.json", "a_summary.csv"]
    assert name_files(tmp_path / "a.jsonl", summary=tmp_path / "s.xlsx").summaries == (tmp_path / "s.xlsx",)


# --- a whole run -----------------------------------------------------------------------------------------------------


def export(files, *, rejected=(), lang="en", plans=None, notes=()):
    pairs = [(comment(number), analysis(number)) for number in range(40)]
    with Export(files, redactor=Redactor(), plans=plans, lang=lang, notes=notes) as run:
        for pair in pairs:
            run.results.write(*pair)
        for one in rejected:
            run.rejects.write(one)
        return run.publish(summary_of(pairs))


def test_a_workbook_holds_comments_summary_and_rejects(tmp_path):
    """Comments come first for programs; the overview is what opens for people."""
    export(name_files(tmp_path / "out.xlsx"), rejected=[Rejected(row=9, reason="broken", reason_vi="hỏng")])

    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames[:3] == ["Comments", "Overview", "Themes"]
    assert book.sheetnames[-1] == "Rejected"
    assert book.active.title == "Overview"
    (theme,) = read_sheet(tmp_path / "out.xlsx", "Themes")
    assert (theme["Theme"], theme["Comments"], theme["Share"], theme["Negative"]) == (
        "Delivery & fulfilment",
        40,
        1,
        40,
    )
    assert theme["NPS of those who mention it"] == -100
    assert read_sheet(tmp_path / "out.xlsx", "Overview")[0]["Figure"].startswith("NPS -100.0")
    assert read_sheet(tmp_path / "out.xlsx", "Rejected")[0]["Reason"] == "broken"


def test_the_summary_as_json_is_the_summary(tmp_path):
    """The JSON file is `Summary.to_dict()`; the CSV file has one row a theme."""
    export(name_files(tmp_path / "out.jsonl"))

    summary = json.loads((tmp_path / "out_summary.json").read_text(encoding="utf-8"))
    pairs = [(comment(number), analysis(number)) for number in range(40)]
    assert summary == json.loads(json.dumps(summary_of(pairs).to_dict()))
    assert [row["theme"] for row in read_csv(tmp_path / "out_summary.csv")] == ["delivery"]


def test_rejects_are_written_only_if_there_are_any(tmp_path):
    """No rejected row, no file; one of an earlier run does not stay."""
    (tmp_path / "out_rejects.csv").write_text("of an earlier run")

    written = export(name_files(tmp_path / "out.csv", force=True))

    assert written.rejects is None
    assert not (tmp_path / "out_rejects.csv").exists()


def test_rejects_say_what_was_there_without_personal_data(tmp_path):
    """Row, reason in two languages and cells; phones are replaced, columns of names are not shown at all."""
    role = ColumnRole(column="Họ tên", role="ignored", confidence=1.0, why="header")
    values = {"Họ tên": "Lan", "Ý kiến": "gọi 0912345678", "NPS": "=11"}
    row = Rejected(row=2, reason="broken", reason_vi="hỏng", values=values)
    field = Rejected(row=3, reason="off the scale", severity="field", field="NPS", id="c3", values=values)

    export(name_files(tmp_path / "out.csv"), rejected=[row, field], plans={None: ColumnPlan(columns=(role,))})

    first, second = read_csv(tmp_path / "out_rejects.csv")
    assert (first["row"], first["reason"], first["reason_vi"]) == ("2", "broken", "hỏng")
    assert json.loads(first["values"]) == {"Họ tên": "[HIDDEN]", "Ý kiến": "gọi [PHONE]", "NPS": "=11"}
    assert (second["id"], second["field"], json.loads(second["values"])) == ("c3", "NPS", {"NPS": "=11"})


def test_rows_are_as_high_as_their_texts(tmp_path):
    """A row shows its longest text up to a dozen lines, the header its titles; a row of single lines is left alone."""
    columns = (Column(key="a", title="A", kind="long"), Column(key="b", title="n " * 20, kind="count"))
    rows = [{"a": "ok"}, {"a": "x" * 200}, {"a": "1\n2"}, {"a": "long " * 20_000, "b": 1}]

    write_workbook(tmp_path / "b.xlsx", [Table(name="t", title="T", columns=columns, rows=rows)])

    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")["T"]
    assert [sheet.row_dimensions[row].height for row in range(1, 6)] == [60, None, 45, 30, 180]


def test_figures_of_a_column_have_the_same_decimals(tmp_path):
    """-20 stands below -56.67 as -20.00; a score that somebody ticked stays 9."""
    columns = (Column(key="a", title="A", kind="figure"), Column(key="b", title="B", kind="number"))

    write_workbook(tmp_path / "b.xlsx", [Table(name="t", title="T", columns=columns, rows=[{"a": -20.0, "b": 9.0}])])

    cells = openpyxl.load_workbook(tmp_path / "b.xlsx")["T"][2]
    assert [cell.number_format for cell in cells] == ["0.00_)", "#,##0_)"]


def test_a_run_never_replaces_what_another_wrote_meanwhile(tmp_path):
    """Two runs to one name, neither with --force: the first to end has it, the other says so and leaves no draft."""
    files = name_files(tmp_path / "out.csv")
    export(files)
    first = (tmp_path / "out.csv").read_bytes()

    with pytest.raises(OutputError, match="is there already"):
        export(files)

    assert (tmp_path / "out.csv").read_bytes() == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "out_summary.csv", "out_summary.json"]


def test_what_was_said_of_the_survey_stands_in_the_workbook(tmp_path):
    """Who opens the workbook later learns what was left out, in its language."""
    export(
        name_files(tmp_path / "out.xlsx"),
        notes=["sheet 'Ghi chú' is hidden and was left out; name it to read it"],
        lang="vi",
    )

    notes = [row["Ghi chú"] for row in read_sheet(tmp_path / "out.xlsx", "Ghi chú")]
    assert "trang tính 'Ghi chú' bị ẩn nên được bỏ qua; hãy chỉ ra tên để đọc" in notes
