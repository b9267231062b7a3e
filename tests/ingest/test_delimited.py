"""CSV and its kin: every row comes out as a comment, or is rejected with its number and the reason."""

import csv
import io
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.ingest import Overrides, open_survey
from nlp_cx.records import Comment


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(read, delimiter):
    """Quoted delimiters and quoted line ends stay in the text, whatever the delimiter."""
    rows = [
        ["Mã", "NPS", "Ý kiến của bạn"],
        ["a", "0", f"Giao chậm{delimiter} đóng gói ẩu"],
        ["b", "9", 'Tốt\nnhưng "giá" cao'],
    ]
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)

    survey = read("survey.csv", file.getvalue())

    assert survey.texts == [rows[1][2], rows[2][2]]
    assert survey.ids == ["a", "b"]
    assert survey.values("nps") == [0, 9]
    assert survey.rejected == []


def test_excel_names_its_delimiter(read):
    """A first line "sep=;" is no header and no row."""
    survey = read("survey.csv", "sep=;\r\nid;comment\r\n1;good, but slow\r\n")

    assert (survey.ids, survey.texts) == (["1"], ["good, but slow"])


def test_ragged_row_costs_itself_only(read):
    """A row with a delimiter too many is rejected by number, with its cells; those around it are read."""
    survey = read("survey.csv", "id,comment,nps\n1,fine,9\n2,bad, worse,3\n3,okay then,0\n")

    assert survey.ids == ["1", "3"]
    assert survey.faults == [(3, "row", None)]
    assert "4 cells where the header has 3" in survey.rejected[0].reason
    assert survey.rejected[0].values == {"id": "2", "comment": "bad", "nps": " worse", "column_4": "3"}


def test_line_end_outside_quotes_is_not_guessed_at(read):
    """A row broken in two lines is rejected, both halves."""
    survey = read("survey.csv", "id,comment,nps\n1,fine,9\n2,first half\nsecond half,3\n3,okay,0\n")

    assert survey.ids == ["1", "3"]
    assert [each.row for each in survey.rejected] == [3, 4]


def test_blank_cells_left_out_at_row_ends(read):
    """Where rows often stop before the last column, what is left out is blank: respondents without a comment count."""
    survey = read("survey.csv", 'id,nps,comment,branch\n1,9,very good,A\n2,3\n3,0\n4,5,slow,B\n5,7,"two\nlines"\n')

    assert survey.texts == ["very good", "", "", "slow", "two\nlines"]
    assert survey.values("nps") == [9, 3, 0, 5, 7]
    assert survey.rejected == []


def test_open_quote_costs_its_own_line_only(read):
    """A quote that never closes does not swallow the rows behind it."""
    survey = read("survey.csv", 'id,comment\n1,fine\n2,"never closed\n3,also here\n4,and here\n')

    assert survey.ids == ["1", "3", "4"]
    assert survey.faults == [(3, "row", None)]
    assert survey.rejected[0].values == {"line": '2,"never closed'}


def test_stray_quotes_never_merge_rows(read):
    """Two rows that each begin a text with a quote are two rejected rows.

    Story: they came out as one comment that held both; rejected rows right below the header were not reported.
    """
    survey = read("survey.csv", 'id,comment\n1,"Great\n2,"Bad\n3,okay\n')

    assert survey.texts == ["okay"]
    assert [each.row for each in survey.rejected] == [2, 3]


def test_many_stray_quotes_stay_fast(tmp_path):
    """Looking for the end of a stray quote does not read the rest of the file for every row."""
    path = tmp_path / "survey.csv"
    path.write_text("id,comment\n" + "".join(f'{number},"stray\n' for number in range(20_000)), encoding="utf-8")
    started = time.process_time()

    count = sum(1 for _ in open_survey(path).rows())

    assert count == 20_000
    assert time.process_time() - started < 10


def test_blank_rows_are_no_comments_but_counted(read):
    """Row numbers are those a spreadsheet shows, blank rows included."""
    survey = read("survey.csv", "comment\nfirst one\n\n\nfourth below\n")

    assert survey.ids == ["row-2", "row-5"]


def test_old_mac_line_ends(read):
    """Carriage returns alone end lines too."""
    assert read("survey.csv", "id,comment\r1,one two\r2,three four\r").texts == ["one two", "three four"]


def test_long_comment_is_kept_whole(read):
    """100,000 characters are one comment."""
    text = "Giao hàng chậm. " * 6250

    assert read("survey.csv", f"id,comment\n1,{text}\n").texts == [text]


def test_comment_beyond_the_limit_is_rejected(read):
    """A text above a million characters is named, not cut."""
    survey = read("survey.csv", f"id,comment\n1,{'x' * 1_000_001}\n2,fine\n")

    assert survey.ids == ["2"]
    assert "more than 1,000,000 characters" in survey.rejected[0].reason


def test_hostile_and_odd_texts_are_kept_to_the_letter(read):
    """Formulas, emoji and "N/A" are what people wrote."""
    texts = ['=HYPERLINK("http://x.example")', "👍🏽 😡", "N/A", "@SUM(A1)", "-"]
    file = io.StringIO()
    csv.writer(file).writerows([["id", "comment"], *([str(number), text] for number, text in enumerate(texts))])

    assert read("survey.csv", file.getvalue()).texts == texts


def test_nul_becomes_a_blank_and_is_reported(read):
    """A NUL character cannot be stored; the comment is kept, as long as it was, so that offsets hold."""
    survey = read("survey.csv", "id,comment\n1,a\0b\n")

    assert survey.texts == ["a b"]
    assert survey.faults == [(2, "field", "comment")]


def test_list_without_header(read):
    """The first line of a list of comments is a comment."""
    lines = ["Giao hàng rất chậm và không xin lỗi", "Nhân viên dễ thương", "Giá hơi cao so với chất lượng"]

    survey = read("comments.csv", "\n".join(lines) + "\n")

    assert survey.texts == lines
    assert survey.ids == ["row-1", "row-2", "row-3"]


def test_text_file_is_a_list(read):
    """Commas in a text file are commas."""
    lines = ["Giao hàng chậm", "Nhân viên dễ thương, nhiệt tình", "Giá cao"]

    assert read("comments.txt", "\n".join(lines)).texts == lines


def test_table_without_header(read):
    """A first row with numbers is data; its columns can be named."""
    survey = read("survey.csv", "1,Giao hàng chậm,9\n2,Nhân viên tốt,8\n", scores=("nps=column_3",))

    assert survey.texts == ["Giao hàng chậm", "Nhân viên tốt"]
    assert survey.values("nps") == [9, 8]


def test_header_only_gives_no_rows(read):
    """A header without rows is a survey without comments."""
    survey = read("survey.csv", "id,comment\n")

    assert (survey.comments, survey.rejected) == ([], [])


def test_survey_can_be_read_again(read):
    """Reading starts at the beginning each time."""
    survey = read("survey.csv", "id,comment\n1,fine\n1,fine\n").survey

    assert list(survey.rows()) == list(survey.rows())


def test_memory_stays_flat(tmp_path):
    """Ten times the rows need a fraction of what the comments would take: 8 bytes an id, and a block of rows."""
    peaks = []
    for rows in (4_000, 40_000):
        path = tmp_path / f"{rows}.csv"
        lines = (f"{number},{number % 11},Giao hàng chậm {number}\n" for number in range(rows))
        path.write_text("id,nps,comment\n" + "".join(lines), encoding="utf-8")
        survey = open_survey(path)
        tracemalloc.start()
        assert sum(isinstance(row, Comment) for row in survey.rows()) == rows
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] - peaks[0] < 36_000 * 40


@given(
    st.lists(
        st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(lambda text: not text.isspace()),
        min_size=1,
        max_size=20,
    )
)
def test_what_csv_writes_is_read_back(tmp_path_factory, texts):
    """Whatever the texts, a well-formed file gives them back in order."""
    path = tmp_path_factory.mktemp("csv") / "survey.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = [[str(number), text, number % 11] for number, text in enumerate(texts)]
        csv.writer(file).writerows([["id", "comment", "nps"], *rows])

    rows = list(open_survey(path, Overrides(text=("comment",))).rows())

    assert [row.text for row in rows] == texts


def test_commas_of_prose_cut_nothing(read):
    """A list of comments without a header is no table, though most have a comma.

    Story: "Giao chậm, đóng gói ẩu" became a segment and a comment, and the first line a header.
    """
    lines = ["Giao hàng chậm, đóng gói ẩu", "Tốt", "Nhân viên vui, tư vấn kỹ, giá ổn", "Giá cao, chất lượng kém", "ok"]

    assert read("survey.txt", "\n".join(lines)).texts == lines
    assert read("survey.csv", "\n".join(["Ý kiến", *lines])).texts == lines


def test_unquoted_commas_of_the_last_column_stay_in_the_comment(read):
    """Where comments end the rows, a comma and a blank are theirs; a comma without a blank is not guessed at.

    Story: as most rows had a comma, an unnamed column was made, and half of each comment was in it, unused.
    """
    survey = read("survey.csv", "id,nps,comment\n1,9,good, but slow, sadly\n2,3,bad, rude\n3,7,fine\n4,5,so,so\n")

    assert survey.texts == ["good, but slow, sadly", "bad, rude", "fine"]
    assert survey.values("nps") == [9, 3, 7]
    assert survey.faults == [(5, "row", None)]


def test_row_with_another_delimiter_is_rejected_not_lost(read):
    """Where blank cells are left out at row ends, a row that commas cut is no row with an id alone.

    Story: half of a file was pasted from another one, and its comments vanished in the ids.
    """
    survey = read("survey.csv", "id;nps;comment\n1;9;very good\n2,3,very bad\n3;0\n4,8,quite good\n5;5\n")

    assert survey.texts == ["very good", "", ""]
    assert [each.row for each in survey.rejected] == [3, 5]
    assert survey.rejected[0].values == {"id": "2,3,very bad"}


def test_request_that_begins_a_list_is_a_comment(read):
    """ "Please ..." above other comments asks for no answer; a question mark does."""
    assert read("survey.txt", "Please open earlier on Sundays\nFine\n").texts == [
        "Please open earlier on Sundays", "Fine",
    ]  # fmt: skip
    assert read("other.txt", "What could we do better for you?\nOpen earlier\n").texts == ["Open earlier"]


def test_cells_of_a_million_characters_do_not_fill_the_memory(tmp_path):
    """Neither what is looked at to recognise columns nor a block of rows grows with the length of cells."""
    path = tmp_path / "survey.csv"
    with path.open("w") as file:
        file.write("id,comment\n")
        for number in range(100):
            file.write(f"{number},{'giao cham ' * 90_000}\n")
    tracemalloc.start()
    try:
        read = sum(isinstance(row, Comment) for row in open_survey(path).rows())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert read == 100
    assert peak < 70_000_000
