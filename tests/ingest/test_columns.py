"""Roles of columns: recognised with a stated confidence, or given by hand."""

import pytest

from nlp_cx.errors import ColumnError
from nlp_cx.ingest import Overrides
from nlp_cx.ingest.columns import find_column, suggest
from nlp_cx.ingest.lexicon import fold, is_missing

SENTENCES = [
    "Giao hàng chậm quá",
    "Nhân viên rất nhiệt tình",
    "The app keeps crashing",
    "Giá hơi cao",
    "Will come back",
]
VALUES = {
    "text": SENTENCES,
    "id": ["A1", "A2", "A3", "A4", "A5"],
    "question": ["What went well?", "What went well?", "Why did you leave us?", "What went well?", "Why us?"],
    "language": ["vi", "vi", "en", "vi", "en"],
    "created_at": ["25/03/2025", "01/02/2025", "", "2025-03-01", "02/03/2025"],
    "respondent_id": ["K1", "K2", "K3", "K4", "K5"],
    "touchpoint": ["app", "shop", "app", "app", "shop"],
    "stage": ["use", "buy", "use", "use", "buy"],
    "segment": ["Hà Nội", "Huế", "Hà Nội", "Hà Nội", "Huế"],
    "score": [1, 2, 3, 4, 5],
    "ignored": ["Nguyễn Văn A", "Trần Thị B", "Lê C", "Phạm D", "Võ E"],
}


def plan_of(columns, overrides=None):
    """Plan a table that is given column by column."""
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    return suggest(tuple(columns), rows, overrides)


@pytest.mark.parametrize(
    ("role", "headers"),
    [
        ("text", ["Ý kiến của bạn", "Nhận xét", "Bình luận", "Góp ý", "Phản hồi", "Comment", "Verbatim", "Feedback",
                  "customer_comment", "Y KIEN KHACH HANG", "Nội dung góp ý", "Lý do cho điểm",
                  "Open-ended response text",
                  "What could we do better?", "Bạn có muốn chia sẻ thêm điều gì không?"]),
        ("id", ["id", "Mã phản hồi", "ResponseId", "STT", "comment_id", "Mã phiếu"]),
        ("question", ["Câu hỏi", "Question", "question_text"]),
        ("language", ["Ngôn ngữ", "lang", "Language"]),
        ("created_at", ["Ngày", "Date", "createdAt", "Dấu thời gian", "Ngày khảo sát", "Submitted At", "Timestamp"]),
        ("respondent_id", ["Mã khách hàng", "customer_id", "Mã KH"]),
        ("touchpoint", ["Điểm chạm", "Touchpoint"]),
        ("stage", ["Giai đoạn", "Journey stage"]),
        ("segment", ["Khu vực", "Chi nhánh", "Branch", "Region", "Giới tính", "Kênh mua hàng", "Store"]),
        ("score", ["NPS", "Mức độ hài lòng", "CSAT", "Số sao", "Rating", "CES", "Điểm NPS", "Satisfaction",
                   "How likely are you to recommend us?", "Mức độ dễ dàng"]),
        ("ignored", ["Họ và tên", "Full name", "Tên khách hàng"]),
    ],
)  # fmt: skip
def test_header_tells_the_role(role, headers):
    """Vietnamese and English headers are known, with or without diacritics, in any case; beside a text column."""
    for header in headers:
        columns = {header: VALUES[role]} if role == "text" else {"Comment": SENTENCES, header: VALUES[role]}
        found = {column.column: column for column in plan_of(columns).columns}[header]

        assert (header, found.role) == (header, role)
        assert 0.4 <= found.confidence <= 1


def test_values_rule_out_what_a_header_says():
    """Numbers under "Đánh giá" are stars, sentences are a review."""
    assert plan_of({"Đánh giá": [1, 5, 4, 3, 5], "Góp ý": SENTENCES}).scores[0].metric == "stars"
    assert plan_of({"Đánh giá": SENTENCES}).text == ("Đánh giá",)


def test_unknown_header_is_told_by_its_values():
    """The column with sentences is the text, with less confidence than a header gives."""
    column = plan_of({"Q1": [1, 2, 3, 4, 5], "Q2": SENTENCES}).columns[1]

    assert (column.role, column.why) == ("text", "values")
    assert column.confidence <= 0.5


def test_short_answers_are_still_comments():
    """Words such as "tốt" and "ok" under "Nhận xét" are comments, not marks."""
    assert plan_of({"Nhận xét": ["tốt", "ok", "hài lòng", "tệ", "good"]}).text == ("Nhận xét",)


def test_several_open_questions():
    """Every open question is a text column, and its header the question."""
    plan = plan_of({"Điều gì tốt?": SENTENCES, "Góp ý khác": SENTENCES[::-1]})

    assert plan.text == ("Điều gì tốt?", "Góp ý khác")
    assert [plan.question_of(column) for column in plan.text] == ["Điều gì tốt?", "Góp ý khác"]


def test_label_over_the_only_text_is_no_question():
    """ "Nhận xét" asks nothing; "Vì sao?" does."""
    assert plan_of({"Nhận xét": SENTENCES}).question_of("Nhận xét") is None
    assert plan_of({"Vì sao bạn cho điểm này?": SENTENCES}).question_of("Vì sao bạn cho điểm này?") is not None


def test_scale_is_the_metrics_own_or_the_headers():
    """NPS is 0-10, CSAT 1-5 unless the header says otherwise; where it is from is kept."""
    plan = plan_of({"Góp ý": SENTENCES, "NPS": [0, 1, 2, 3, 4], "Mức độ hài lòng (1-10)": [9, 8, 1, 2, 10]})

    assert [(score.metric, score.min, score.max, score.scale_from) for score in plan.scores] == [
        ("nps", 0, 10, "metric"), ("csat", 1, 10, "header"),
    ]  # fmt: skip


def test_scale_is_never_guessed():
    """Satisfaction of 9 is on no 1-5 scale: the column is left out, and the reader asked to declare it."""
    columns = {"Góp ý": SENTENCES, "Mức độ hài lòng": [9, 8, 1, 2, 10]}

    assert plan_of(columns).scores == ()
    assert 'declare its scale: --score "csat=Mức độ hài lòng:MIN-MAX"' in plan_of(columns).notes[0]
    assert plan_of(columns, Overrides(scores=("csat=Mức độ hài lòng:0-10",))).scores[0].max == 10


def test_score_without_a_scale_is_left_out():
    """ "Điểm" may be out of anything."""
    plan = plan_of({"Góp ý": SENTENCES, "Điểm": [1, 2, 3, 4, 5]})

    assert plan.scores == ()
    assert "csat=Điểm:1-5" in plan.notes[0]


def test_second_column_of_a_metric_is_named_after_its_header():
    """Two satisfaction columns do not become one."""
    plan = plan_of({"Góp ý": SENTENCES, "CSAT": [1, 2, 3, 4, 5], "Mức độ hài lòng": [5, 4, 3, 2, 1]})

    assert sorted(score.metric for score in plan.scores) == ["csat", "csat:Mức độ hài lòng"]


def test_person_goes_before_what_is_recognised():
    """Columns given by hand have full confidence, and the roles they fill are taken."""
    columns = {"a": SENTENCES, "b": VALUES["id"], "c": ["x", "y", "x", "x", "y"], "Comment": SENTENCES, "NPS": [1] * 5}
    plan = plan_of(columns, Overrides(text=("A",), id="b", segments=("c",), scores=("csat=NPS:0-10",), ignore=()))

    assert plan.text == ("a",)
    assert (plan.one("id"), plan.segments) == ("b", ("c",))
    assert [(score.metric, score.column, score.max) for score in plan.scores] == [("csat", "NPS", 10)]
    assert [column.confidence for column in plan.columns[:3]] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (Overrides(text=("Nhan xet",)), "Did you mean 'Nhận xét chung'"),
        (Overrides(text=("zzz",)), "The columns are: 'Nhận xét chung', 'NPS'"),
        (Overrides(text=("NPS",), id="NPS"), "given two roles"),
        (Overrides(scores=("nps",)), "write it as nps=Q1:0-10"),
        (Overrides(scores=("own=NPS",)), "no scale of its own"),
        (Overrides(scores=("own=NPS:5-1",)), "is empty"),
    ],
)
def test_what_does_not_fit_is_answered_with_what_would(overrides, said):
    """The message says what there is and how to write it."""
    with pytest.raises(ColumnError) as caught:
        plan_of({"Nhận xét chung": SENTENCES, "NPS": [1] * 5}, overrides)

    assert said in str(caught.value)


def test_column_is_found_without_its_diacritics():
    """A person may type a header plainly, unless that fits two."""
    assert find_column("y kien", ["Ý kiến", "NPS"]) == "Ý kiến"
    with pytest.raises(ColumnError, match="fits several"):
        find_column("ma", ["Mã", "Má"])


def test_fold_is_idempotent():
    """Folding a folded header changes nothing."""
    for header in ("Ý_KIẾN của bạn:", "createdAt", "Điểm (NPS)", "  "):
        assert fold(fold(header)) == fold(header)


@pytest.mark.parametrize("cell", [None, "", " ", float("nan"), "N/A", "không có", "-", "#N/A", "NULL"])
def test_nothing_is_missing(cell):
    """What stands for nothing is nothing."""
    assert is_missing(cell)


@pytest.mark.parametrize("cell", [0, "0", 0.0, False, "có", "không tốt"])
def test_zero_is_something(cell):
    """0 is a score, and words are words."""
    assert not is_missing(cell)


def test_replies_of_a_shop_are_never_comments():
    """What the company wrote is left out, however long it is.

    Story: under "Phản hồi của shop" a marketplace export thanks customers in whole sentences, and was analysed.
    """
    thanks = ["Cảm ơn bạn đã tin tưởng và ủng hộ shop ạ", "", "Shop xin lỗi vì sự bất tiện, mong bạn thông cảm", "", ""]

    for header in ("Phản hồi của shop", "Phản Hồi Của Người Bán", "Seller Reply"):
        plan = plan_of({"Nội dung đánh giá": SENTENCES, header: thanks})

        assert (plan.text, plan.of("ignored")) == (("Nội dung đánh giá",), (header,))


def test_open_question_that_most_answer_alike_is_still_one():
    """Forty times "không" among few answers make no segment of "Góp ý thêm"; five reasons that repeat may be ticked."""
    answers = ["không"] * 40 + [f"{sentence} {place}" for place in "AB" for sentence in SENTENCES]

    assert plan_of({"NPS": [9] * 50, "Nhận xét": ["rất hài lòng"] * 50, "Góp ý thêm": answers}).text == (
        "Nhận xét", "Góp ý thêm",
    )  # fmt: skip
    ticked = plan_of({"Nhận xét": SENTENCES * 10, "Phản hồi của bạn về": ["Giá", "Chờ lâu"] * 25})
    assert ticked.segments == ("Phản hồi của bạn về",)


def test_rating_question_asks_for_its_scale():
    """ "How would you rate ...?" may be out of 5 or 10: the reader is told what to add to the command."""
    plan = plan_of({"Any comments?": SENTENCES, "How would you rate the training?": [1, 5, 4, 3, 5]})

    assert plan.scores == ()
    assert '--score "csat=How would you rate the training?:1-5"' in plan.notes[0]


def test_form_says_when_it_was_completed():
    """Of the two times of a form the later one dates the answer."""
    times = ["2025-06-01 09:00", "2025-06-01 09:10", "2025-06-02 10:00", "2025-06-02 11:00", "2025-06-03 08:00"]

    assert plan_of({"Start time": times, "Completion time": times, "Comment": SENTENCES}).one("created_at") == (
        "Completion time"
    )


def test_text_encoded_twice_is_told():
    """Nobody can read "NhÃ¢n viÃªn": the reader is asked to export the file again; French and Vietnamese are fine."""
    spoilt = [text.encode().decode("cp1252", "replace") for text in SENTENCES]

    assert "encoded twice" in plan_of({"Góp ý": spoilt}).notes[0]
    assert plan_of({"Góp ý": [*SENTENCES, "Très déçu du café", "Ông ấy ưng ý lắm"]}).notes == ()


def test_praise_and_blame_of_a_booking_site():
    """Both halves of a review are comments, with their headers as questions; the reply is none."""
    columns = {
        "Positive review": SENTENCES,
        "Negative review": ["Nothing"] * 5,
        "Property reply": ["Dear guest, hi"] * 5,
    }

    assert plan_of(columns).text == ("Positive review", "Negative review")


def test_post_that_was_commented_on_is_no_comment():
    """The same words in every row below a header that may be of comments are none, where comments are."""
    assert plan_of({"Comment": SENTENCES, "Post": ["Khuyến mãi tháng ba"] * 5}).text == ("Comment",)


def test_letters_that_a_spreadsheet_lost_are_told():
    """Excel's plain CSV writes "?" for letters it has no byte for; a question mark behind a word is no such sign."""
    spoilt = ["Giao hàng ch?m quá", "Nhân viên nhi?t t?nh", "S?n ph?m t?t", "ok", "Giá h?i cao"]

    assert "in place of letters" in plan_of({"Góp ý": spoilt}).notes[0]
    assert plan_of({"Góp ý": ["Sao lâu vậy?", "Why? So slow", "Hả?Chậm thế", "ok", "tốt"]}).notes == ()


def test_score_in_signs_is_told():
    """Faces are a segment, for nobody said what each of them counts; the reader is told that there is no CSAT."""
    plan = plan_of({"Mức độ hài lòng": ["😡", "😍", "😡", "😍", "😍"], "Nhận xét": SENTENCES})

    assert (plan.scores, plan.segments) == ((), ("Mức độ hài lòng",))
    assert "named like a score but holds none, such as '😡'" in plan.notes[0]
    assert plan_of({"Mức độ hài lòng": ["Tốt", "Kém"] * 2 + ["Tốt"], "Nhận xét": SENTENCES}).notes == ()


def test_two_scores_of_a_metric_given_by_hand_are_both_kept():
    """The second is named after its column; what a note suggests never takes the place of a CSAT that was found.

    Story: two aspects were given as csat, one overwrote the other, and the overall satisfaction went unused.
    """
    columns = {"Comment": SENTENCES, "Food": [1, 2, 3, 4, 5], "Service": [5, 4, 3, 2, 1]}
    plan = plan_of(columns, Overrides(scores=("csat=Food:1-5", "csat=Service:1-5")))
    assert [(score.metric, score.column) for score in plan.scores] == [("csat", "Food"), ("csat:Service", "Service")]

    noted = plan_of({"Comment": SENTENCES, "CSAT": [1, 2, 3, 4, 5], "Food score": [5, 4, 3, 2, 1]})
    assert '--score "rating=Food score:1-5"' in noted.notes[0]
