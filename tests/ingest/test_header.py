"""Exports of survey tools, and headers as people write them."""

from datetime import datetime, timedelta, timezone

import pytest

from nlp_cx.ingest.header import find_header

HANOI = timezone(timedelta(hours=7))


def test_google_forms_in_vietnamese(read):
    """Questions are headers: their scales are read from them, their answers are comments with the question."""
    survey = read(
        "form.csv",
        '"Dấu thời gian","Bạn hài lòng ở mức nào? (1-5)","Điều gì khiến bạn chưa hài lòng?",'
        '"Bạn sẵn lòng giới thiệu chúng tôi cho bạn bè không? (0-10)","Góp ý khác"\n'
        '"25/03/2025 10:15:22","4","Chờ lâu quá","8","Không"\n'
        '"06/03/2025 9:05:01","5","","0",""\n',
    )

    assert survey.texts == ["Chờ lâu quá", "Không", ""]
    assert [comment.question for comment in survey.comments] == [
        "Điều gì khiến bạn chưa hài lòng?", "Góp ý khác", None,
    ]  # fmt: skip
    assert survey.values("csat") == [4, 4, 5]
    assert survey.values("nps") == [8, 8, 0]
    assert survey.comments[2].created_at == datetime(2025, 3, 6, 9, 5, 1)  # noqa: DTZ001


def test_google_forms_in_english(read):
    """The question that asks for a branch is a segment; the open one is the text, with its question."""
    survey = read(
        "form.csv",
        "Timestamp,How likely are you to recommend us to a friend?,What could we do better?,Which branch was it?\n"
        "2025/03/25 10:15:22 AM GMT+7,9,Nothing,District 1\n"
        "2025/03/26 10:15:22 PM GMT+7,0,Everything is slow,District 3\n",
    )

    assert survey.texts == ["Nothing", "Everything is slow"]
    assert survey.comments[0].question == "What could we do better?"
    assert survey.values("nps") == [9, 0]
    assert survey.comments[1].created_at == datetime(2025, 3, 26, 22, 15, 22, tzinfo=HANOI)
    assert dict(survey.comments[0].segments) == {"Which branch was it?": "District 1"}


def test_qualtrics_has_three_header_rows(read):
    """Short names, questions, codes: the questions are the header, and none of the three is an answer."""
    codes = [f'"{{""ImportId"":""{name}""}}"' for name in ("startDate", "endDate", "_recordId", "QID1", "QID2_TEXT")]
    survey = read(
        "qualtrics.csv",
        "StartDate,EndDate,ResponseId,Q1,Q2\n"
        "Start Date,End Date,Response ID,How likely are you to recommend us?,What is the main reason for your score?\n"
        f"{','.join(codes)}\n"
        "2025-03-25 10:00:00,2025-03-25 10:05:00,R_abc,9,Fast and friendly staff here\n"
        "2025-03-25 11:00:00,2025-03-25 11:05:00,R_abd,0,Slow\n",
    )

    assert survey.ids == ["R_abc", "R_abd"]
    assert survey.texts == ["Fast and friendly staff here", "Slow"]
    assert survey.comments[0].question == "What is the main reason for your score?"
    assert survey.values("nps") == [9, 0]


def test_survey_monkey_has_two_header_rows(read):
    """The second row tells the options of a question and is no answer."""
    survey = read(
        "monkey.csv",
        "Respondent ID,Start Date,How likely is it that you would recommend us?,Which did you use?,,What to improve?\n"
        ",,Response,App,Store,Open-Ended Response\n"
        "114,03/25/2025 10:00:00 AM,9,App,,Faster delivery please and thanks\n"
        "115,03/26/2025 10:00:00 AM,0,,Store,\n",
    )

    assert survey.texts == ["Faster delivery please and thanks", ""]
    assert [comment.respondent_id for comment in survey.comments] == ["114", "115"]
    assert survey.values("nps") == [9, 0]
    assert survey.rejected == []


def test_headers_twice_blank_and_with_line_ends(read):
    """Columns of the same name are numbered, blank ones counted, line ends become blanks."""
    survey = read("survey.csv", 'Comment,Comment,"Long\nheader",,NPS\na b c,d e f,g,h,3\n')

    assert [column.column for column in survey.survey.plan.columns] == [
        "Comment", "Comment (2)", "Long header", "column_4", "NPS",
    ]  # fmt: skip
    assert survey.ids == ["row-2/Comment", "row-2/Comment (2)"]


def test_no_row_is_lost_above_a_row_of_header_words(read):
    """Story: answers such as "sản phẩm" and "góp ý" made their row the header, and rows above were lost."""
    survey = read(
        "survey.csv", "topic,kind,words\nGiá,gấp,Đắt quá đi thôi\nsản phẩm,góp ý,Nên có thêm màu\n", text=("words",)
    )

    assert survey.texts == ["Đắt quá đi thôi", "Nên có thêm màu"]


@pytest.mark.parametrize(
    ("rows", "names", "start"),
    [
        ([["Comment"], ["fine"]], ("Comment",), 2),
        ([[], ["Survey 2025"], ["id", "Comment", "NPS"], [1, "fine", 2]], ("id", "Comment", "NPS"), 4),
        ([["Great feedback from the team here"], ["Nhận xét này hay"]], ("column_1",), 1),
        ([[1, "fine"], [2, "bad"]], ("column_1", "column_2"), 1),
        ([["a", "b"], ["x", "y", "z"]], ("a", "b", "column_3"), 2),
    ],
)
def test_header_is_found(rows, names, start):
    """Names and the first row below them."""
    header = find_header(list(enumerate(rows, 1)))

    assert (header.names, header.start) == (names, start)


def test_empty_grid_has_no_header():
    """Nothing gives nothing."""
    assert find_header([(1, []), (2, [None, ""])]) is None
