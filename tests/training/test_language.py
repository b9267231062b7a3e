"""Counting the evidence for a language."""

from __future__ import annotations

from collections import Counter

import pytest

from training.language import SYLLABLE, count, log_odds, names


def test_vietnamese_counts_as_typed_and_stripped_and_a_word_once_a_text():
    counts = count({"vi": ["đẹp đẹp", "đẹp"], "en": ["nice nice"]})
    assert counts["vi"] == pytest.approx({"đẹp": 1.2, "dep": 0.8})
    assert counts["en"] == {"nice": 1}


def test_odds_are_even_for_a_word_as_frequent_in_both():
    odds = log_odds({"vi": Counter(shop=10, hàng=90), "en": Counter(shop=10, item=90)})
    assert odds["shop"] == 0
    assert odds["hàng"] == -odds["item"] > 0


def test_words_in_capitals_inside_sentences_are_names_unless_they_are_syllables():
    texts = {
        "vi": ["gặp Lan ở đây", "Ngon quá"],
        "en": ["Thanks to Robert for help", "Robert was nice", "we like Robert"],
    }
    assert names(texts) == {"robert"}


@pytest.mark.parametrize(
    ("word", "is_syllable"),
    [("nghieng", True), ("an", True), ("khuyu", True), ("staff", False), ("green", False), ("clean", False)],
)
def test_the_shape_of_a_syllable(word: str, is_syllable: bool):
    assert bool(SYLLABLE.fullmatch(word)) == is_syllable
