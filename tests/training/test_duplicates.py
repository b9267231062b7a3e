"""Near copies are found whatever is done to letters, all of them, and short common texts are left alone."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training import duplicates
from training.data import Example, drop_near_copies, find_leaks
from training.duplicates import FEWEST_WORDS, find_copies, near_copies, words_of
from training.evaluate import drop_copied

LONG = "Giao hàng rất nhanh, đóng gói cẩn thận, nhân viên nhiệt tình, sẽ ủng hộ shop lâu dài"


def test_one_changed_word_stripped_diacritics_and_shouting_make_a_near_copy():
    """19 word pairs; one word changed takes two away on each side: 17 of 21 are shared."""
    typed = "GIAO HANG RAT NHANHHH dong goi can than, nhan vien nhiet tinh!! se ung ho shop mai mai"

    assert near_copies(
        [typed, "Một ý kiến khác hẳn về chuyện đổi trả hàng"], ["Không giống gì cả đâu nhé bạn", LONG]
    ) == [1, None]


def test_short_texts_are_no_copies():
    """Many people write "giao hàng rất nhanh" on their own."""
    assert near_copies(["giao hàng rất nhanh"], ["Giao hàng rất nhanh!"]) == [None]


def test_the_most_alike_is_named():
    """Of two near copies the equal one, of two equals the first."""
    assert near_copies([LONG], [LONG.replace("lâu dài", "mãi mãi"), LONG.upper(), LONG]) == [1]


sentences = st.lists(st.lists(st.sampled_from(["ab", "cd", "ef", "gh"]), max_size=12).map(" ".join), max_size=12)


@settings(max_examples=150, deadline=None)
@given(sentences, sentences, st.sampled_from([0.3, 0.5, 0.7, 1.0]))
def test_exactly_the_pairs_are_found_that_comparing_all_with_all_finds(texts, others, alike):
    """The filter loses none and invents none, with texts that repeat and texts that are too short."""

    def pairs(text: str) -> set[tuple[str, str]]:
        return set(pairwise(words_of(text)))

    def share(text: str, other: str) -> float:
        one, two = pairs(text), pairs(other)
        long = min(len(one), len(two)) >= FEWEST_WORDS - 1
        return len(one & two) / len(one | two) if long else 0.0

    found = find_copies(texts, others, alike=alike)

    by_pair = {(int(one), int(other)): value for (one, other), value in zip(found.pairs, found.alike, strict=True)}
    assert len(by_pair) == len(found.pairs)
    for text, one in zip(texts, found.texts, strict=True):
        for other, two in zip(others, found.others, strict=True):
            expected = share(text, other)
            assert ((int(one), int(two)) in by_pair) == (expected >= alike), (text, other)
            if expected >= alike:
                assert by_pair[int(one), int(two)] == pytest.approx(expected)


def test_pieces_give_what_the_whole_gives(monkeypatch):
    """Candidates are compared in pieces; five at once or all at once is the same."""
    texts = [LONG.replace("shop", word).replace("nhanh", other) for word in ("shop", "tiệm", "quán") for other in "xyz"]
    whole = find_copies(texts, texts)
    monkeypatch.setattr(duplicates, "_AT_ONCE", 5)

    pieces = find_copies(texts, texts)

    assert len(whole.pairs) > len(texts)
    assert sorted(map(tuple, whole.pairs.tolist())) == sorted(map(tuple, pieces.pairs.tolist()))


def test_a_text_sent_in_many_times_costs_one_comparison():
    """20,000 copies beside 20,000 copies are one pair of numbers, not 400 million."""
    found = find_copies([LONG] * 20_000, [LONG] * 20_000, cache=None)

    assert found.pairs.tolist() == [[0, 0]]
    assert set(found.texts) == set(found.others) == {0}


def test_results_over_many_texts_are_kept_and_belong_to_those_texts(monkeypatch, tmp_path):
    """The second look reads what the first wrote; another text, another order or another share is another question."""
    monkeypatch.setattr(duplicates, "CACHED_FROM", 2)
    first = find_copies([LONG], [LONG, "khác"], cache=tmp_path)
    (kept,) = tmp_path.iterdir()
    monkeypatch.setattr(duplicates, "_find", None)

    again = find_copies([LONG], [LONG, "khác"], cache=tmp_path)

    assert kept.suffix == ".npz"
    assert all(np.array_equal(getattr(first, name), getattr(again, name)) for name in ("texts", "others", "pairs"))
    for texts, others, alike in (([LONG], ["khác", LONG], 0.7), ([LONG, "khác"], [LONG], 0.7), ([LONG], [LONG], 0.8)):
        with pytest.raises(TypeError, match="not callable"):
            find_copies(texts, others, alike=alike, cache=tmp_path)


@pytest.mark.parametrize("alike", [0, -0.5, 1.1])
def test_a_share_that_makes_no_sense_is_refused(alike):
    """At 0 every text would be a copy of every other."""
    with pytest.raises(ValueError, match="alike"):
        find_copies([LONG], [LONG], alike=alike)


def a_row(id: str, text: str, *, split: str, source: str = "shop") -> Example:
    return Example(id=id, text=text, language="vi", source=source, split=split)


def test_a_train_row_like_a_dev_row_goes_unless_we_annotated_it():
    """Then the dev row goes, for all-theme labels are worth more."""
    dev, copy = a_row("1", LONG, split="dev"), LONG.replace("lâu dài", "tiếp")
    other = a_row("3", "Ứng dụng hay bị lỗi khi chuyển khoản buổi tối", split="train")

    assert drop_near_copies([dev, a_row("2", copy, split="train"), other]) == [dev, other]
    ours = a_row("2", copy, split="train", source="annotated")
    assert drop_near_copies([dev, ours, other]) == [ours, other]


def test_a_train_row_like_two_dev_rows_goes_though_one_of_them_left():
    """Our row pushes the first dev row out; the second dev row still stands in the other train row."""
    words = [f"từ{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]

    def text(start: int) -> str:
        return " ".join(words[start : start + 20])

    # 19 pairs each; moved by two words they share 17 of 21, by five 14 of 24
    rows = [
        a_row("ours", text(0), split="train", source="authored"),
        a_row("first", text(2), split="dev"),
        a_row("theirs", text(3), split="train"),
        a_row("second", text(5), split="dev"),
    ]

    assert [row.id for row in drop_near_copies(rows)] == ["ours", "second"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from(["train", "dev"]), st.sampled_from(["shop", "authored"])),
        max_size=16,
    )
)
def test_nothing_leaks_from_what_is_left(drawn):
    """Whatever lies in train and dev: after dropping, no dev row stands in train, nearly or wholly."""
    words = [f"{letter}{letter.upper()}x{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    rows = [
        a_row(str(number), " ".join(words[start : start + 14]), split=split, source=source)
        for number, (start, split, source) in enumerate(drawn)
    ]

    assert find_leaks(drop_near_copies(rows)) == []


def test_a_leak_is_told_with_the_row_it_stands_in():
    """An equal text, a near copy; a short text that everybody writes is none."""
    train = [
        a_row("1", LONG, split="train"),
        a_row("2", "Quá tệ hại luôn", split="train"),
        a_row("3", "ok", split="train"),
    ]
    dev = [
        a_row("4", LONG.replace("lâu dài", "tiếp"), split="dev"),
        a_row("5", "QUÁ TỆ HẠI LUÔN!!!", split="dev"),
        a_row("6", "ok", split="dev"),
    ]

    assert [(one.id, other.id) for one, other in find_leaks([*train, *dev])] == [("4", "1"), ("5", "2")]


def test_figures_can_leave_out_what_was_nearly_learnt():
    """The dev row with a copy goes, the others and train stay."""
    copied, fresh = (
        a_row("1", LONG, split="dev"),
        a_row("2", "Phòng rộng, sạch, gần biển, bữa sáng nhiều món", split="dev"),
    )
    train = a_row("3", LONG.replace("lâu dài", "tiếp"), split="train")

    assert drop_copied([copied, fresh, train]) == [fresh, train]
