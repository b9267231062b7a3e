"""Source labels become theme codes by the rules of label_maps.toml, and dev never leaks into train."""

import gzip
import json

import pytest

from nlp_cx.taxonomy import load_taxonomy
from training.data import (
    ABSENT,
    BOTH,
    NEGATIVE,
    POSITIVE,
    THEMES,
    UNJUDGED,
    UNKNOWN,
    Example,
    LabelMap,
    drop_leaks,
    fingerprint,
    load_authored,
    load_sources,
    parse_authored,
)

MAP = LabelMap(
    {
        "annotated": ["product", "price", "staff"],
        "ambiguous": ["MISC"],
        "map": {"FOOD#*": "product", "PRICE": "price", "MISC": ["staff", "overall"], "NOTE": ""},
        "maybe": {"PRICE": ["billing"]},
    }
)


def codes(*labels: tuple[str, str | None]) -> dict[str, int]:
    found = MAP.themes([{"label": name, "polarity": polarity} for name, polarity in labels])
    return dict(zip(THEMES, found, strict=True))


def test_annotated_themes_without_label_are_absent_and_others_unknown():
    """No label means absence only where the source annotates the theme."""
    found = codes(("FOOD#QUALITY", "pos"))

    assert (found["product"], found["price"], found["digital"]) == (POSITIVE, ABSENT, UNKNOWN)


def test_ambiguous_labels_make_their_candidates_unknown():
    """A label that may mean staff proves neither its presence nor its absence."""
    assert codes(("MISC", "neg"))["staff"] == UNKNOWN


def test_maybe_makes_a_theme_unknown_but_never_hides_a_certain_one():
    """`maybe` takes absence back, not presence."""
    assert codes(("PRICE", "neg"))["billing"] == UNKNOWN
    assert codes(("PRICE", "neg"))["price"] == NEGATIVE


@pytest.mark.parametrize(
    ("polarities", "code"),
    [(["pos", "neg"], BOTH), ([None], UNJUDGED), (["neg", None], NEGATIVE), (["neu", "pos"], POSITIVE)],
)
def test_polarities_of_one_theme_are_joined(polarities, code):
    """Labels of one theme give one code."""
    assert codes(*[("PRICE", polarity) for polarity in polarities])["price"] == code


def test_authored_markup_gives_text_themes_and_offsets():
    """Markup is taken out, offsets point into what is left."""
    line = "neg c\t[[Vì sao?]] {speed:neg|Chờ lâu} mà {support:neg,staff:neg|không ai đoái hoài}"

    example = parse_authored(line, id="x", language="vi")

    assert (example.text, example.question) == ("Chờ lâu mà không ai đoái hoài", "Vì sao?")
    assert [(THEMES[theme], example.text[start:end]) for theme, start, end in example.evidence] == [
        ("speed", "Chờ lâu"),
        ("support", "không ai đoái hoài"),
        ("staff", "không ai đoái hoài"),
    ]
    assert example.themes[THEMES.index("price")] == ABSENT


def test_every_authored_comment_parses_and_uses_known_themes():
    """The comments in training/authored/ are well formed and cover all themes."""
    examples = load_authored()

    assert len({example.id for example in examples}) == len(examples)
    assert all(example.text.strip() and "{" not in example.text and "|" not in example.text for example in examples)
    mentioned = {
        THEMES[theme] for example in examples for theme in range(len(THEMES)) if example.themes[theme] > ABSENT
    }
    assert mentioned == set(load_taxonomy().ids)


def example(text: str, split: str, source: str = "shop") -> Example:
    return Example(id=f"{source}/{split}/{text}", text=text, language="vi", source=source, split=split)


def test_near_copies_share_a_fingerprint():
    """Case, punctuation, diacritics, repeated letters and emoji do not make a new text."""
    assert fingerprint("Giao hàng chậm quá!!!") == fingerprint("giao hang cham quaaa 😡")
    assert fingerprint("Giao hàng chậm quá") != fingerprint("Giao hàng nhanh quá")


def test_a_train_row_that_stands_in_a_dev_part_is_dropped():
    """A near copy of any source's dev row leaves train; short common texts stay."""
    rows = [
        example("Giao hàng chậm quá trời", "dev"),
        example("giao hang cham qua troi!", "train", "other"),
        example("tốt", "dev"),
        example("tốt", "train"),
    ]

    assert [row.id for row in drop_leaks(rows)] == [
        "shop/dev/Giao hàng chậm quá trời",
        "shop/dev/tốt",
        "shop/train/tốt",
    ]


def test_rows_annotated_for_this_project_stay_in_train_and_push_the_dev_copy_out():
    """All-theme labels are worth more than another source's dev row."""
    rows = [example("Giao hàng chậm quá trời", "dev"), example("Giao hàng chậm quá trời", "train", "cx_annotated")]

    assert [row.source for row in drop_leaks(rows)] == ["cx_annotated"]


def test_a_data_folder_is_read(tmp_path):
    """Gzipped records and label_maps.toml become examples."""
    (tmp_path / "labelled").mkdir()
    (tmp_path / "label_maps.toml").write_text('[shop]\nannotated = ["price"]\n[shop.map]\nCOST = "price"\n')
    record = {
        "id": "shop/train/0", "lang": "vi", "source": "shop", "split": "train", "text": "đắt quá", "sentiment": "neg",
        "sentiment_from": "human", "score": None, "question": None,
        "labels": [{"label": "COST", "polarity": "neg", "start": 0, "end": 3}],
    }  # fmt: skip
    with gzip.open(tmp_path / "labelled" / "shop.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")

    (read,) = load_sources(tmp_path)

    assert (read.sentiment, read.themes[THEMES.index("price")]) == (0, NEGATIVE)
    assert read.evidence == ((THEMES.index("price"), 0, 3),)
