"""Sentences and words keep their offsets, whatever the text."""

import subprocess
import sys
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlp_cx.records import LANGUAGES
from nlp_cx.tokenise import sentences, words

ALPHABET = "aeđĐếỆơ\u0323\u0302 09_.,!?…:-'’\"()[]\n\r\t\xa0\u3000@/😍\u200d中ßก"
TEXTS = st.text(st.one_of(st.sampled_from(ALPHABET), st.characters()), max_size=80)


def written(text: str, language: str) -> list[str]:
    return [word.text for word in words(text, language)]


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def test_vietnamese_words_keep_their_spaces():
    """Syllables of one word stay together as they were written."""
    text = "Nhân viên nhiệt tình, sản phẩm tốt"

    assert written(text, "vi") == ["Nhân viên", "nhiệt tình", "sản phẩm", "tốt"]


def test_decomposed_vietnamese_is_cut_alike():
    """A text in NFD gives the same words as in NFC, at its own offsets, with the same lemmas."""
    composed = "Nhân viên nhiệt tình, giao hàng chậm"
    decomposed = unicodedata.normalize("NFD", composed)

    found = words(decomposed, "vi")

    assert [unicodedata.normalize("NFC", word.text) for word in found] == written(composed, "vi")
    assert [word.lemma for word in found] == [word.lemma for word in words(composed, "vi")]
    assert all(decomposed[word.start : word.end] == word.text for word in found)


def test_a_word_does_not_reach_over_a_line():
    """Two lines are two answers: no word holds the break between them."""
    assert written("Nhân\nviên", "vi") == ["Nhân", "viên"]


def test_english_contractions_are_cut_as_spacy_does():
    """The verb and its negation are two words."""
    assert written("The staff didn't help.", "en") == ["The", "staff", "did", "n't", "help"]


def test_emoji_and_punctuation_are_no_words():
    """What holds neither letter nor digit is left out."""
    assert written("đẹp 😍😍 !!! :))", "vi") == ["đẹp"]
    assert written("nice 😍😍 !!! :))", "en") == ["nice"]


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None, max_examples=60)
@given(text=TEXTS)
@example(text="")
@example(text="a" * 300 + ". b")
@example(text="Great!!!Will come back.Nhân viên")
@example(text="half a \ud83d pair, chậm\udfff")
def test_words_hold_every_letter_once(language, text):
    """Words are sorted, do not overlap, are what stands at their offsets, and hold each letter and digit."""
    found = words(text, language)
    held: list[int] = []
    for word in found:
        assert text[word.start : word.end] == word.text
        held += range(word.start, word.end)

    assert held == sorted(set(held))
    assert {at for at, letter in enumerate(text) if letter.isalnum()} <= set(held)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Giao hàng chậm.Nhân viên dễ thương", ["Giao hàng chậm.", "Nhân viên dễ thương"]),
        ("Tốt\nNhanh\n\nRẻ", ["Tốt", "Nhanh", "Rẻ"]),
        ("Mua ở shopee.vn giá 5.000đ. Ok", ["Mua ở shopee.vn giá 5.000đ.", "Ok"]),
        ("Ở TP. HCM chậm lắm", ["Ở TP. HCM chậm lắm"]),
        ("Great!!!Will come back", ["Great!!!", "Will come back"]),
        ("Dr. Lee was kind (very kind!) to us.", ["Dr. Lee was kind (very kind!)", "to us."]),
        ("1. Phòng sạch. Giá rẻ", ["1. Phòng sạch.", "Giá rẻ"]),
        ("Đợi 2 tiếng...mệt quá", ["Đợi 2 tiếng...mệt quá"]),
    ],
)
def test_sentences(text, expected):
    """Sentences end at stops and lines, not inside names, numbers and abbreviations."""
    assert cut(text) == expected


@settings(deadline=None)
@given(text=TEXTS)
def test_sentences_hold_all_that_is_not_space(text):
    """Sentences are sorted, do not overlap, and have no space around them; what they leave out is space."""
    found = sentences(text)
    outside, at = "", 0
    for start, end in found:
        assert at <= start < end
        assert text[start:end] == text[start:end].strip()
        outside += text[at:start]
        at = end

    assert not (outside + text[at:]).strip()


@pytest.mark.parametrize("unit", ["a", "a.", "(", ".", ".)", "a@", "chậm ", "a\n", " "])
def test_long_texts_take_linear_time(unit):
    """20,000 characters of anything take seconds at most; quadratic time would take far longer."""
    text = unit * (20_000 // len(unit)) + "x"
    words("tải trước", "vi"), words("load first", "en")

    begun = time.process_time()
    sentences(text)
    for language in ("vi", "en"):
        words(text, language)

    assert time.process_time() - begun < 10


def test_libraries_are_loaded_by_the_first_text_only():
    """Importing the module brings neither spaCy nor underthesea; English text brings spaCy alone."""
    check = (
        "import sys, nlp_cx.tokenise as t; assert not {'spacy', 'underthesea'} & set(sys.modules);"
        "t.words('good', 'en'); assert 'spacy' in sys.modules and 'underthesea' not in sys.modules"
    )

    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_threads_that_cut_their_first_words_at_once_get_the_same():
    """A process of its own, in which nothing is loaded: one of two requests at once failed while the other loaded."""
    code = """
from concurrent.futures import ThreadPoolExecutor
from nlp_cx.tokenise import words
texts = [("Nhân viên nhiệt tình", "vi"), ("The staff were kind", "en")] * 8
with ThreadPoolExecutor(8) as pool:
    found = list(pool.map(lambda text: [word.text for word in words(*text)], texts))
assert found == [["Nhân viên", "nhiệt tình"], ["The", "staff", "were", "kind"]] * 8, found
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
