"""Source labels become theme codes by the rules of label_maps.toml, and dev never leaks into train."""

import gzip
import json
import lzma

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
    keep_origins,
    load_annotated,
    load_authored,
    load_sources,
    load_unlabelled,
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


def a_row(id: str, *, split: str = "train", text: str = "Gọi tổng đài mãi không được") -> Example:
    return Example(id=id, text=text, language="vi", source="shop", split=split)


def test_our_annotation_joins_the_comment_it_names(tmp_path):
    """Labels stand in training/annotated, the text in the data folder; dev rows and strangers are passed over."""
    row = {"sentiment": "neg", "flags": "c", "themes": [["support", "neg", 0, 12]]}
    (tmp_path / "vi.jsonl").write_text(
        "\n".join(json.dumps({"id": id, **row}) for id in ("shop/train/1", "shop/dev/2", "elsewhere/train/3"))
    )

    (found,) = load_annotated([a_row("shop/train/1"), a_row("shop/dev/2", split="dev")], tmp_path)

    assert (found.source, found.sentiment, found.complaint, found.suggestion) == ("annotated", 0, 1, 0)
    assert [(THEMES[theme], found.text[start:end]) for theme, start, end in found.evidence] == [
        ("support", "Gọi tổng đài")
    ]
    assert found.themes[THEMES.index("support")] == NEGATIVE
    assert found.themes[THEMES.index("price")] == ABSENT


def test_plain_text_teaches_no_label_and_leaves_dev_texts_out(tmp_path):
    """Everything is unknown but the words; a line that stands in dev is not read."""
    (tmp_path / "text").mkdir()
    with lzma.open(tmp_path / "text" / "reviews.txt.xz", "wt", encoding="utf-8") as file:
        file.write("Hàng đóng gói rất kỹ càng\n\nGọi tổng đài mãi không được!\n")

    entry = {"text": "reviews", "language": "vi", "limit": 10}
    (found,) = load_unlabelled(tmp_path, "plain", entry, [a_row("shop/dev/2", split="dev")])

    assert (found.text, found.source, found.sentiment) == ("Hàng đóng gói rất kỹ càng", "plain", -1)
    assert set(found.themes) == {UNKNOWN}


def test_a_run_on_named_origins_takes_the_text_s_source_not_the_labeller_s(tmp_path):
    """A comment we annotated belongs to the source that published it."""
    ours = a_row("shop/train/1")
    (tmp_path / "vi.jsonl").write_text(json.dumps({"id": ours.id, "sentiment": "neg", "flags": "c", "themes": []}))
    annotated = load_annotated([ours], tmp_path)

    assert keep_origins([ours, *annotated], ["shop"]) == [ours, *annotated]
    assert keep_origins(annotated, ["annotated"]) == []
    assert keep_origins(annotated, None) == annotated
