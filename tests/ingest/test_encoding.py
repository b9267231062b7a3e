"""The encoding of a text file is told from its bytes."""

import unicodedata

import pytest

SURVEY = "Mã;Khu vực;NPS;Ý kiến của bạn\nA1;Hà Nội;9;Giao hàng chậm, đóng gói ẩu quá\nA2;Đà Nẵng;0;Thái độ phục vụ tệ\n"
TEXTS = ["Giao hàng chậm, đóng gói ẩu quá", "Thái độ phục vụ tệ"]


def windows_1258(text: str) -> bytes:
    """Encode as Windows does: letters with their hat or horn, tone marks as bytes of their own."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    coded = bytearray()
    for char in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", char)
        base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones))
        coded += (base + "".join(part for part in parts if part in tones)).encode("cp1258")
    return bytes(coded)


@pytest.mark.parametrize(
    "coded",
    [
        pytest.param(SURVEY.encode(), id="utf-8"),
        pytest.param(SURVEY.encode("utf-8-sig"), id="utf-8 with mark"),
        pytest.param(SURVEY.encode("utf-16"), id="utf-16 with mark"),
        pytest.param(b"\xfe\xff" + SURVEY.encode("utf-16-be"), id="utf-16 big-endian with mark"),
        pytest.param(SURVEY.encode("utf-16-le"), id="utf-16 little-endian, no mark"),
        pytest.param(SURVEY.encode("utf-16-be"), id="utf-16 big-endian, no mark"),
        pytest.param(SURVEY.encode("utf-32"), id="utf-32"),
        pytest.param(windows_1258(SURVEY), id="windows-1258"),
        pytest.param(SURVEY.replace(";", "\t").replace("\n", "\r\n").encode("utf-16"), id="Excel's Unicode text"),
    ],
)
def test_vietnamese_survives_its_encoding(read, coded):
    """Texts, ids, segments and column names are the same from every encoding."""
    survey = read("survey.csv", coded)

    assert survey.texts == TEXTS
    assert survey.ids == ["A1", "A2"]
    assert [dict(comment.segments) for comment in survey.comments] == [{"Khu vực": "Hà Nội"}, {"Khu vực": "Đà Nẵng"}]
    assert survey.values("nps") == [9, 0]
    assert survey.rejected == []


def test_decomposed_headers_and_texts_are_kept(read):
    """Headers written with separate tone marks are known; the text stays as it was sent."""
    survey = read("survey.csv", unicodedata.normalize("NFD", SURVEY))

    assert survey.texts == [unicodedata.normalize("NFD", text) for text in TEXTS]
    assert survey.values("nps") == [9, 0]


def test_western_bytes_are_windows_1252(read):
    """Bytes that are neither UTF-8 nor Vietnamese are read as Windows writes them in the West, and that is said."""
    survey = read("survey.csv", "id,comment\n1,café très bon\n2,fine\n".encode("latin-1"))

    assert survey.texts == ["café très bon", "fine"]
    assert survey.survey.notes == ("read as cp1252",)


def test_letter_cut_off_at_the_end_spoils_nothing_else(read):
    """Story: the last letter was cut in half, and the whole file was read as windows-1252, all Vietnamese lost."""
    survey = read("survey.csv", "id,nhận xét\n1,Giá rẻ\n2,Rất tiệ".encode()[:-1])

    assert survey.texts == ["Giá rẻ", "Rất ti\ufffd"]
    assert survey.faults == [(3, "field", "nhận xét")]


def test_one_bad_byte_spoils_its_field_only(read):
    """A byte that is not UTF-8 is shown as such; sound letters beside it stay."""
    survey = read("survey.csv", "id,comment\n1,It’s good\n2,bad ".encode() + b"\xff byte\n")

    assert survey.texts == ["It’s good", "bad \ufffd byte"]
    assert survey.faults == [(3, "field", "comment")]
    assert survey.survey.notes == ("read as utf-8, with bytes that are not",)
