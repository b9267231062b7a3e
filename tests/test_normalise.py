"""What people type, evened out, with the way back."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_cx.alignment import Aligned
from nlp_cx.normalise import NORMALISER, STEPS, normalise

TYPED = st.text(
    st.one_of(
        st.sampled_from(list("kodcspnvrắấáaàoòeEuươ:)(=;D<3>&;#.,!?-_^ \n\t\u0301\u0323\u200b😍👍🏻😡🤔đĐ[]/")),
        st.characters(),
    ),
    max_size=60,
)


def normal(text: str) -> str:
    """Normalised form."""
    return normalise(Aligned.of(text)).text


@given(TYPED)
def test_normalising_twice_is_normalising_once(text: str):
    once = normal(text)
    assert normal(once) == once


@given(TYPED)
def test_every_stretch_maps_into_the_source_and_the_whole_covers_what_is_kept(text: str):
    aligned = normalise(Aligned.of(text))
    for at in range(len(aligned.text)):
        start, end = aligned.source_span(at, at + 1)
        assert 0 <= start <= end <= len(text)


@given(TYPED)
def test_the_result_is_nfc_without_double_blanks(text: str):
    found = normal(text)
    assert unicodedata.is_normalized("NFC", found)
    assert "  " not in found
    assert found == found.strip()


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("Giao ha\u0300ng cha\u0323\u0302m", "Giao hàng chậm"),
        ("hoà, thuỷ, khoẻ, quý, quỳ, toán, hoàn", "hòa, thủy, khỏe, quý, quỳ, toán, hoàn"),
        ("đẹppppp quáaaaa", "đẹp quá"),
        ("sooooo goooood!!!!!!", "soo good!!!"),
        ("Tăng ưu đãi cho đôi ủng", "Tăng ưu đãi cho đôi ủng"),
        ("sp dc lắm, nv nhiệt tình, k chê", "sản phẩm được lắm, nhân viên nhiệt tình, không chê"),
        ("ship nhanh ntn cũng đc", "ship nhanh như thế nào cũng được"),
        ("hang dep k co gi de che", "hang dep không co gi de che"),
        ("tổng đài cskh ko nghe đt", "tổng đài chăm sóc khách hàng không nghe điện thoại"),
        ("I paid 50 k, 3 km from DC, r u ok", "I paid 50 k, 3 km from DC, r u ok"),
        ("Trả 50 k cho 3 km là đắt", "Trả 50 k cho 3 km là đắt"),
        ("tốt😍😍 👍🏻", "tốt [EMO_POS]"),
        ("chán :((", "chán [EMO_NEG]"),
        ("ok =)) <3", "ok [EMO_POS] [EMO_POS]"),
        ("xem http://vidu.vn/a nhé", "xem http://vidu.vn/a nhé"),
        ("giờ mở cửa 8:30, tỷ số 3:3", "giờ mở cửa 8:30, tỷ số 3:3"),
        ("A &amp; B<br/>C&nbsp;D", "A & B C D"),
        ("giá < 500 và > 300", "giá < 500 và > 300"),
        ("[PHONE] k gọi được", "[PHONE] không gọi được"),
        ("ｏｋ “tốt”…", 'ok "tốt"...'),
        ("a\u200bb\ufeff", "ab"),
        ("⭐⭐⭐⭐⭐", "⭐⭐⭐⭐⭐"),
        ("K0\u0301-", "K0\u0301-"),
        ("", ""),
    ],
)
def test_what_is_typed_becomes_what_is_meant(typed: str, wanted: str):
    assert normal(typed) == wanted


def test_an_expanded_word_maps_back_to_its_abbreviation():
    aligned = normalise(Aligned.of("sp ko đẹp"))
    at = aligned.text.index("không")
    assert aligned.source_span(at, at + len("không")) == (3, 5)


def test_a_decomposed_letter_maps_back_to_all_its_code_points():
    aligned = normalise(Aligned.of("cha\u0323\u0302m"))
    assert aligned.text == "chậm"
    assert aligned.source_span(2, 3) == (2, 5)


@pytest.mark.parametrize("piece", ["a", ":", "&", "<br ", "😍 ", "k đ ", " ", "áa", "\u0301", "((", "&amp;", "A\u0301"])
def test_a_hundred_thousand_characters_take_no_time(piece: str):
    started = time.process_time()
    normal(piece * (100_000 // len(piece)))
    assert time.process_time() - started < 3


def test_the_chain_has_a_name_that_changes_with_its_table():
    steps, _, table = NORMALISER.partition("@")
    assert steps.split("+") == [step.__name__ for step in STEPS]
    assert len(table) == 8
