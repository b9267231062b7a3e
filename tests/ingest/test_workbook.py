"""Spreadsheets: several sheets, titles, merged cells, dates and formulas, old formats."""

import base64
import io
import zipfile
import zlib
from datetime import date, datetime

import pytest
import xlsxwriter

from nlp_cx.errors import ColumnError, FileError
from nlp_cx.ingest import Overrides, open_survey
from nlp_cx.records import Comment

OLD_EXCEL = zlib.decompress(base64.b85decode(
    'c-rk)O=wd=5dQY%x1~+fnhLEDLcyxFP{fOu`c$etB}9w(gP=(p+EPt51hF2pT6+`(Pl}g9J$SI{#s7oeM1=Zt5QIY7p45||;GxZP'
    'X5J>IwL$}0th_JmyxEzZ*~#wgzTNkFvNkt%uW=fSupKVstqOQcWQs~fp%Mh?EsNR0(@({6u&Pkur-}4>@TB^ckLQr*dm0Arx}OsT'
    'W~dy&NyG-zsmKaqm&A}z978)%g&QOZph2Rl6WT3wjnF&N@~O}rBDpNIo!aKqVN9B_mTfwV4;oFP3xNGT5StGo*@Ak!;4D6WMcHjV'
    '*qP~19A9OMu)7N5pb70vrBfNM*We~9fsT&0XteDRA%_r6_Bg&-5#VcKRX>Y3@|Be<ko@~Xx$ie}KTYCd`BlRW48uAmi)55G=>2Xx'
    '7rN$fO7>(fl-<!;Qp9?5Lw=|j`fxj(CSPap5n0;o5sP<G5+wpqo#;mbgQV<34r%lf*DVGo_#Kd}w(V!Y_NS@wC*iVq6V7sy!QNDY'
    '3pSN%S!`8Adr%{Mtt`19g*SKW%iCx&ZXOlMumo(sZr1a^gM|xhLB;{mxP-E%MJzT8y(nJS3EwC*MC*Z`&GCB8>=}_Zmqgo4{cIJy'
    'GdGm*8;KwNy!T;vbk^KN{6y#U+0ev$a|}&1x;<pizY(;mR(1Uv<B?f-D!nyL32pdgoAMh$9lNF9sWq6FF$0YU!>;k@sAA2~V`bM|'
    'RC8%xY6)LTeDUa<Gb$z4I^2J0XdV0V6m>4`nSB{c_%g(oSGPCB*JJI=5MREcj(s)r(ZQhp*pN2jpQwZb2M!!KaNxj!gMR?Zz8lDa'
    'l8=lYeO&kH?>h5T^3G?H{}%h`o;OHWw+MFAB`%8$hRVvHweYBdFSSgY!uLYP0qQ-20VE}kfwJ?Lu3M_~|18@u_~({Tx&7zMiSsY_'
    '{{z|r=OF'
))  # fmt: skip
"""An .xls of one sheet: Mã, Ngày, Nhận xét, NPS; two rows."""


def test_title_rows_and_merged_cells(read, workbook):
    """A title above the header is passed over, and said; a branch merged over three rows is the branch of each."""
    rows = [
        ["BÁO CÁO KHẢO SÁT THÁNG 3"],
        [],
        ["Xuất ngày: 25/03/2025"],
        ["Mã", "Khu vực", "Ngày", "Mức độ hài lòng (1-5)", "Ý kiến của bạn"],
        ["a", "Hà Nội", datetime(2025, 3, 25), 5, "Tốt lắm"],  # noqa: DTZ001
        ["b", None, datetime(2025, 3, 26, 10, 5), "4", "Chờ lâu"],  # noqa: DTZ001
        ["c", None, 45741, None, "Tạm ổn"],
        ["d", "Huế", "27/03/2025", 1, "Dở"],
    ]
    workbook({"Tháng 3": rows}, lambda book: book["Tháng 3"].merge_cells("B5:B7"))

    survey = read("survey.xlsx")

    assert survey.texts == ["Tốt lắm", "Chờ lâu", "Tạm ổn", "Dở"]
    assert [comment.segments["Khu vực"] for comment in survey.comments] == ["Hà Nội", "Hà Nội", "Hà Nội", "Huế"]
    assert [comment.created_at for comment in survey.comments] == [
        date(2025, 3, 25), datetime(2025, 3, 26, 10, 5), date(2025, 3, 25), date(2025, 3, 27),  # noqa: DTZ001
    ]  # fmt: skip
    assert survey.values("csat") == [5, 4, None, 1]
    assert "row 4 was taken for the header" in survey.survey.notes[0]


def test_merged_texts_are_not_multiplied(read, workbook):
    """One text over two rows is one comment; the other row counts as a respondent without."""
    rows = [["Mã", "Nhận xét"], ["a", "Giao hàng quá chậm"], ["b", None]]
    workbook({"S": rows}, lambda book: book["S"].merge_cells("B2:B3"))

    assert read("survey.xlsx").texts == ["Giao hàng quá chậm", ""]


def test_sheets_of_different_columns(read, workbook):
    """Each sheet is read by its own header; which sheet a comment is from is a segment; a look-up sheet is left out."""
    workbook(
        {
            "Quý 1": [["Mã", "Góp ý", "NPS"], ["a", "Giao hàng chậm", 0], ["b", None, 9]],
            "Quý 2": [["Store", "Comment", "CSAT"], ["s1", "Nice and friendly staff", 5]],
            "Codes": [["code", "name"], [1, 2]],
            "Notes": [["About"], ["This file was exported by the survey team"], ["Ask them when in doubt please"]],
        }
    )

    survey = read("survey.xlsx")

    assert survey.ids == ["a", "b", "Quý 2/row-2"]
    assert [comment.segments["sheet"] for comment in survey.comments] == ["Quý 1", "Quý 1", "Quý 2"]
    assert survey.values("nps") == [0, 9, None]
    assert survey.values("csat") == [None, None, 5]
    assert [note for note in survey.survey.notes if "'Codes'" in note or "'Notes'" in note] == [
        note for note in survey.survey.notes if note.startswith("skipped")
    ]
    assert len([note for note in survey.survey.notes if note.startswith("skipped")]) == 2


def test_what_is_said_of_columns_concerns_the_sheets_that_have_them(read, workbook):
    """A sheet with other columns is read as well; one without any of the text columns is left out, and said."""
    workbook(
        {
            "Nội trú": [["Họ tên", "Góp ý", "NPS"], ["Lan", "Chờ khám lâu", 4]],
            "Ngoại trú": [["Chi nhánh", "Nhận xét", "Điểm"], ["Quận 1", "Bác sĩ tận tình", 5]],
            "Ghi chú": [["Mục", "Nội dung"], ["1", "Số liệu quý 3"]],
        }
    )
    told = {
        "text": ("Góp ý", "Nhận xét"), "segments": ("Chi nhánh",), "ignore": ("Họ tên",),
        "scores": ("nps=NPS:0-10", "csat=Điểm:1-5"),
    }  # fmt: skip

    survey = read("survey.xlsx", **told)

    assert survey.texts == ["Chờ khám lâu", "Bác sĩ tận tình"]
    assert (survey.values("nps"), survey.values("csat")) == ([4, None], [None, 5])
    assert survey.comments[1].segments == {"Chi nhánh": "Quận 1", "sheet": "Ngoại trú"}
    assert any(note.startswith("skipped: sheet 'Ghi chú'") for note in survey.survey.notes)
    with pytest.raises(ColumnError, match="no column 'Tên'"):
        read("survey.xlsx", **told | {"ignore": ("Tên",)})


def test_running_numbers_start_anew_on_each_sheet(read, workbook):
    """A column "STT" counts from 1 on every sheet: no duplicates are reported for that."""
    rows = [["STT", "Góp ý"], [1, "Giao hàng chậm"], [2, "Rất tốt"]]
    workbook({"A": rows, "B": rows})

    survey = read("survey.xlsx")

    assert survey.ids == ["A/1", "A/2", "B/1", "B/2"]
    assert survey.rejected == []


def test_one_sheet_can_be_named(workbook):
    """A named sheet is read alone, even a hidden one; a sheet that is not there is answered with those that are."""
    path = workbook(
        {"S": [["Comment"], ["seen by all"]], "H": [["Comment"], ["hidden from view"]]},
        lambda book: setattr(book["H"], "sheet_state", "hidden"),
    )

    assert [row.text for row in open_survey(path).rows()] == ["seen by all"]
    assert "'H' is hidden" in open_survey(path).notes[0]
    assert [row.text for row in open_survey(path, Overrides(sheet="h")).rows()] == ["hidden from view"]
    with pytest.raises(ColumnError, match="its sheets are: 'S', 'H'"):
        open_survey(path, sheet="X")


def test_formulas_count_by_their_values(tmp_path, read):
    """A formula is what it was last worked out to; an error is nothing."""
    book = xlsxwriter.Workbook(str(tmp_path / "survey.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Comment", "NPS"])
    sheet.write_formula(1, 0, '=CONCATENATE("so","good")', None, "so good")
    sheet.write_formula(1, 1, "=4+4", None, 8)
    sheet.write_row(2, 0, ["slow delivery"])
    sheet.write_formula(2, 1, "=1/0", None, "#DIV/0!")
    book.close()

    survey = read("survey.xlsx")

    assert survey.texts == ["so good", "slow delivery"]
    assert survey.values("nps") == [8, None]
    assert survey.survey.notes == ()


def test_formulas_that_were_never_worked_out_are_told(read, workbook):
    """Programs that write formulas without values leave blanks behind; the reader is told to save the file in Excel."""
    workbook({"S": [["ID", "Comment"], [1, '=CONCATENATE("a","b")'], [2, "fine thing here"]]})

    survey = read("survey.xlsx")

    assert survey.texts == ["", "fine thing here"]
    assert "formulas without values" in survey.survey.notes[0]


def test_line_ends_as_excel_escapes_them(read, workbook):
    """_x000D_ is a carriage return that a person typed."""
    workbook({"S": [["ID", "Comment"], [1, "first_x000D_\nsecond"]]})

    assert read("survey.xlsx").texts == ["first\r\nsecond"]


def test_declared_size_is_not_believed(read, workbook):
    """A sheet that says it has a million rows of 16,384 columns, and has one, is read as one."""
    path = workbook({"S": [["ID", "Comment"], [1, "fine thing here"]]})
    tampered = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(tampered, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"'))

    survey = read("survey.xlsx", tampered.getvalue())

    assert survey.texts == ["fine thing here"]
    assert survey.survey.total_rows is None


def test_sheet_that_breaks_off_says_so(workbook):
    """Half a sheet gives an error that names the file and the sheet."""
    path = workbook({"S": [["ID", "Comment"], [1, "fine thing here"]]})
    cut = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(cut, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[: len(content) // 2] if name.endswith("sheet1.xml") else content)
    path.write_bytes(cut.getvalue())

    with pytest.raises(FileError, match=r"survey.xlsx, sheet 'S', breaks"):
        open_survey(path)


def test_sheet_without_a_declared_size_is_not_read_to_its_end_at_once(workbook):
    """A fault after 3,000 rows of such a sheet does not keep its first rows from being read."""
    path = workbook({"S": [["ID", "Comment"], *([number, "fine thing here"] for number in range(3000))]})
    tampered = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(tampered, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b'<dimension ref="A1:B3001"/>', b"").replace(b"</sheetData>", b"<broken")
            target.writestr(name, content)
    path.write_bytes(tampered.getvalue())

    rows = iter(open_survey(path))

    assert next(row for row in rows if isinstance(row, Comment)).text == "fine thing here"
    with pytest.raises(FileError, match="breaks after row 3000"):
        list(rows)


def test_empty_workbook_says_so(workbook):
    """A workbook without a filled cell holds nothing to analyse."""
    with pytest.raises(FileError, match="holds nothing to analyse"):
        open_survey(workbook({"S": []}))


def test_list_on_a_sheet(read, workbook):
    """A column of comments without a header loses none."""
    workbook({"S": [["Giao hàng rất chậm và không xin lỗi"], ["Nhân viên dễ thương"], ["Giá cao quá"]]})

    assert len(read("survey.xlsx").texts) == 3


def test_title_above_a_single_column(read, workbook):
    """A title over a header that is certain is a title."""
    workbook({"S": [["Khảo sát quý 3"], ["Nhận xét"], ["Giao hàng chậm"], ["Giá cao quá"]]})

    assert read("survey.xlsx").texts == ["Giao hàng chậm", "Giá cao quá"]


def test_old_excel(read):
    """Excel 97 files give the same comments as new ones."""
    survey = read("survey.xls", OLD_EXCEL)

    assert survey.survey.format == "xls"
    assert survey.texts == ["Giao hàng chậm", "Nhân viên tốt"]
    assert survey.values("nps") == [0, 9]
    assert [comment.created_at for comment in survey.comments] == [date(2025, 3, 25), date(2025, 3, 26)]


def test_open_document(read):
    """OpenDocument sheets are read too."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for row in [["Mã", "Nhận xét"], ["a", "Giao hàng chậm"], ["b", "Nhân viên tốt"]]
    )
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{names}:office:1.0" xmlns:table="{names}:table:1.0" '
        f'xmlns:text="{names}:text:1.0"><office:body><office:spreadsheet><table:table table:name="S">{cells}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{names}:manifest:1.0"/>')
        packed.writestr("content.xml", content)

    assert read("survey.ods", file.getvalue()).ids == ["a", "b"]


def test_wide_sheet(tmp_path):
    """A lone cell in column 5,000 costs neither minutes nor the comments."""
    path = tmp_path / "survey.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["ID", "Comment"])
    sheet.write_row(1, 0, ["a", "fine thing here"])
    sheet.write(1, 5_000, "far away")
    book.close()

    assert [row.text for row in open_survey(path).rows() if isinstance(row, Comment)] == ["fine thing here"]


def test_cell_far_away_cannot_eat_the_memory(tmp_path):
    """Story: calamine laid out 65,536 x 65,536 cells for one in the last corner, and memory ran out."""
    at = OLD_EXCEL.rfind(b"\xfd\x00\x0a\x00") + 4  # where the last text cell says its row and column
    path = tmp_path / "survey.xls"
    path.write_bytes(OLD_EXCEL[:at] + b"\xff\xff\xff\xff" + OLD_EXCEL[at + 4 :])

    with pytest.raises(FileError, match=r"survey\.xls cannot be opened \(its cells are out of bounds\)"):
        open_survey(path)
