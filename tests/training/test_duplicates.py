"""Near copies are found whatever is done to letters, and short common texts are left alone."""

from training.data import Example, drop_near_copies
from training.duplicates import near_copies
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


def a_row(id: str, text: str, *, split: str, source: str = "shop") -> Example:
    return Example(id=id, text=text, language="vi", source=source, split=split)


def test_a_train_row_like_a_dev_row_goes_unless_we_annotated_it():
    """Then the dev row goes, for all-theme labels are worth more."""
    dev, copy = a_row("1", LONG, split="dev"), LONG.replace("lâu dài", "tiếp")
    other = a_row("3", "Ứng dụng hay bị lỗi khi chuyển khoản buổi tối", split="train")

    assert drop_near_copies([dev, a_row("2", copy, split="train"), other]) == [dev, other]
    ours = a_row("2", copy, split="train", source="annotated")
    assert drop_near_copies([dev, ours, other]) == [ours, other]


def test_figures_can_leave_out_what_was_nearly_learnt():
    """The dev row with a copy goes, the others and train stay."""
    copied, fresh = (
        a_row("1", LONG, split="dev"),
        a_row("2", "Phòng rộng, sạch, gần biển, bữa sáng nhiều món", split="dev"),
    )
    train = a_row("3", LONG.replace("lâu dài", "tiếp"), split="train")

    assert drop_copied([copied, fresh, train]) == [fresh, train]
