"""Datasets of the hub become a data folder, through the very loader that fetches them."""

import json
from pathlib import Path

import polars
import pytest

from nlp_cx.taxonomy import load_taxonomy
from training.data import (
    ABSENT,
    NEGATIVE,
    POSITIVE,
    THEMES,
    UNKNOWN,
    LabelMap,
    load_all,
    load_label_maps,
    read_records,
)
from training.hub import HubError, load_table, to_record, write

ROWS = [
    {"body": "Món ăn nguội, phục vụ tốt", "stars": 2, "food": "Negative", "service": "Positive"},
    {"body": "Không gian ấm cúng", "stars": 5, "food": "", "service": "unknown"},
    {"body": " ", "stars": 5, "food": "", "service": ""},
    {"body": "Không gian ấm cúng", "stars": 4, "food": "", "service": ""},
]


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Two local files behind the loader that the hub's datasets go through; its cache beside them."""
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    for name, ending in (("train", "(train)"), ("validation", "là điều tôi muốn kể với mọi người về quán này")):
        rows = [{**row, "body": row["body"].strip() and f"{row['body']} {ending}"} for row in ROWS]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    themes = {"annotated": ["product", "staff"], "map": {"food": "product", "service": "staff"}}
    judgement = {"Positive": "pos", "Negative": "neg"}
    return {
        "dinner": {
            "dataset": "json",
            "data_files": {name: str(tmp_path / f"{name}.jsonl") for name in ("train", "validation")},
            "licence": "ours",
            "language": "vi",
            "text": "body",
            "splits": {"train": "train", "dev": "validation"},
            "sentiment": {"column": "stars", "values": {"2": "neg", "5": "pos"}},
            "labels": [{"column": name, "label": name, "polarity": judgement} for name in ("food", "service")],
            "themes": themes,
        }
    }


def test_a_source_becomes_a_data_folder(table, tmp_path):
    """Blank rows and repeats go; labels are themes, what nobody judged is unknown, what was looked for is absent."""
    assert write(tmp_path / "data", table, ["dinner"]) == {"dinner": 4}

    first, second = [one for one in load_all(tmp_path / "data") if one.source == "dinner" and one.split == "train"]
    codes = [dict(zip(THEMES, one.themes, strict=True)) for one in (first, second)]
    assert (first.text, first.sentiment, second.sentiment) == ("Món ăn nguội, phục vụ tốt (train)", 0, 2)
    assert (codes[0]["product"], codes[0]["staff"], codes[0]["price"]) == (NEGATIVE, POSITIVE, UNKNOWN)
    assert (codes[1]["product"], codes[1]["staff"]) == (ABSENT, ABSENT)


def test_without_a_dev_split_copies_fall_on_one_side(table, tmp_path):
    """The side is told by the text's letters, so a shouted copy follows it."""
    rows = [
        json.dumps({**ROWS[0], "body": text}) for n in range(60) for text in (f"Món số {n} nguội", f"MÓN SỐ {n} NGUỘI!")
    ]
    (tmp_path / "train.jsonl").write_text("\n".join(rows), encoding="utf-8")
    table["dinner"]["splits"] = {"train": "train"}
    table["dinner"]["data_files"] = {"train": str(tmp_path / "train.jsonl")}

    write(tmp_path / "data", table, ["dinner"])

    sides = [one.split for one in load_all(tmp_path / "data") if one.source == "dinner"]
    assert len(sides) == 120
    assert 0 < sides.count("dev") < 40
    assert sides.count("dev") % 2 == 0


SHOP = [
    {"said": "Giao nhanh, giá hơi cao", "found": [["SHIP", "Positive"], ["COST", "negative"]], "stars": 4.0},
    {"said": "Shop tư vấn nhiệt tình", "found": [["CARE", "positive"]], "stars": 5.0},
    {"said": "Ha\u0300ng lỗi", "found": [], "stars": 1.0},
]
"""The last text is written with a combining accent."""


def a_shop(path, ending: str) -> dict:
    return {
        "dataset": ending,
        "data_files": {"train": str(path)},
        "licence": "ours",
        "language": "vi",
        "text": "said",
        "splits": {"train": "train"},
        "themes": {
            "annotated": ["delivery", "price"],
            "ambiguous": ["CARE"],
            "map": {"SHIP": "delivery", "COST": "price", "CARE": ["staff", "support"]},
        },
    }


def write_rows(path, ending: str) -> None:
    frame = polars.DataFrame(SHOP, schema={"said": polars.String, "found": None, "stars": polars.Float64})
    if ending == "parquet":
        frame.write_parquet(path)
    elif ending == "csv":
        frame.drop("found").write_csv(path)
    else:
        path.write_text("\n".join(map(json.dumps, SHOP)), encoding="utf-8")


def records(folder, name: str = "shop") -> list[dict]:
    return list(read_records(folder / "labelled" / f"{name}.jsonl.gz"))


@pytest.mark.parametrize("ending", ["json", "csv", "parquet"])
def test_every_form_of_file_gives_the_same_texts(table, tmp_path, ending):
    """JSON lines, CSV and Parquet go through the same loader; texts are composed, stars are weak labels."""
    write_rows(tmp_path / f"shop.{ending}", ending)
    entry = a_shop(tmp_path / f"shop.{ending}", ending)
    entry["sentiment"] = {"column": "stars", "values": {"1": "neg", "4": "pos", "5": "pos"}, "from": "stars"}

    assert write(tmp_path / "data", {"shop": entry}, ["shop"]) == {"shop": 3}

    found = [(one["text"], one["sentiment"], one["sentiment_from"]) for one in records(tmp_path / "data")]
    assert found == [
        ("Giao nhanh, giá hơi cao", "pos", "stars"),
        ("Shop tư vấn nhiệt tình", "pos", "stars"),
        ("Hàng lỗi", "neg", "stars"),
    ]


@pytest.mark.parametrize("ending", ["json", "parquet"])
def test_lists_of_labels_are_read_and_tell_the_sentiment_where_they_agree(table, tmp_path, ending):
    """Two judgements that differ say nothing of the whole; an ambiguous label makes its themes unknown."""
    write_rows(tmp_path / f"shop.{ending}", ending)
    entry = a_shop(tmp_path / f"shop.{ending}", ending)
    entry["labels"] = [{"column": "found", "each": [0, 1], "polarity": {"positive": "pos", "negative": "neg"}}]

    write(tmp_path / "data", {"shop": entry}, ["shop"])

    mixed, praise, unlabelled = [one for one in load_all(tmp_path / "data") if one.source == "shop"]
    assert (mixed.sentiment, praise.sentiment, unlabelled.sentiment) == (-1, 2, -1)
    assert praise.sentiment_from == "aspects"
    codes = [dict(zip(THEMES, one.themes, strict=True)) for one in (mixed, praise)]
    assert (codes[0]["delivery"], codes[0]["price"], codes[0]["staff"]) == (POSITIVE, NEGATIVE, UNKNOWN)
    assert (codes[1]["delivery"], codes[1]["staff"]) == (ABSENT, UNKNOWN)


@pytest.mark.parametrize("items", [["delivery positive"], [{"name": "delivery", "says": "positive"}], [["delivery"]]])
def test_items_of_another_form_are_refused(tmp_path, items):
    """A text where a pair was expected, other keys, half a pair: the column is named, nothing becomes a label."""
    rule = {"column": "found", "each": [0, 1], "polarity": {"positive": "pos"}}

    with pytest.raises(HubError, match="column found holds"):
        to_record({"found": items}, {"language": "vi", "text": "body", "labels": [rule]}, id="x", source="shop",
                  split="train", text="giao nhanh")  # fmt: skip


def test_items_may_be_named_and_judges_may_disagree(tmp_path):
    """`each` takes keys as well; what the judges could not agree on proves neither presence nor absence."""
    entry = {
        "language": "vi",
        "text": "body",
        "labels": [
            {"column": "aspects", "each": ["aspect", "sentiment"], "polarity": {"negative": "neg"}},
            {"column": "food", "label": "food", "polarity": {"Positive": "pos"}, "undecided": ["no majority"]},
        ],
    }
    row = {"aspects": [{"aspect": "CARD", "sentiment": "negative"}], "food": "no majority"}

    record = to_record(row, entry, id="x", source="bank", split="train", text="Thẻ bị nuốt")

    assert [(label["label"], label["polarity"]) for label in record["labels"]] == [
        ("CARD", "neg"),
        ("food (undecided)", None),
    ]
    assert record["sentiment"] is None
    cebab = LabelMap(load_table()["cebab"]["themes"])
    assert cebab.themes(record["labels"][1:])[THEMES.index("product")] == UNKNOWN
    assert cebab.themes(record["labels"][1:])[THEMES.index("staff")] == ABSENT


def test_a_second_fetch_keeps_what_the_first_one_brought(table, tmp_path):
    """Its labels would mean nothing if its label map were overwritten."""
    write_rows(tmp_path / "shop.json", "json")
    table |= {"shop": a_shop(tmp_path / "shop.json", "json")}
    write(tmp_path / "data", table, ["dinner"])

    write(tmp_path / "data", table, ["shop"])

    assert set(load_label_maps(tmp_path / "data")) == {"dinner", "shop"}


def test_a_source_that_is_not_as_its_table_says_is_told_and_harms_no_other(table, tmp_path):
    """A renamed column and a file that is not there are named; no half file stays."""
    write_rows(tmp_path / "shop.json", "json")
    table |= {name: a_shop(tmp_path / "shop.json", "json") for name in ("renamed", "gone")}
    table["renamed"]["text"] = "comment"
    table["gone"]["data_files"] = {"train": str(tmp_path / "nowhere.json")}

    told = write(tmp_path / "data", table, ["gone", "renamed", "dinner"])

    assert told["dinner"] == 4
    assert "renamed: json has no column comment but said, found, stars" in str(told["renamed"])
    assert str(told["gone"]).startswith("gone: json: ")
    assert [path.name for path in (tmp_path / "data" / "labelled").iterdir()] == ["dinner.jsonl.gz"]


@pytest.mark.parametrize("name", sorted(load_table()))
def test_every_table_is_whole(name):
    """Its themes exist, and a row with every column empty becomes a record without a label."""
    entry = load_table()[name]
    rules = [*entry.get("labels", ()), *([entry["sentiment"]] if "sentiment" in entry else [])]
    row = dict.fromkeys(rule["column"] for rule in rules)
    record = to_record(row, entry, id="x", source=name, split="train", text="xin chào")

    assert record["sentiment"] is None
    assert max(LabelMap(entry.get("themes", {})).themes(record["labels"])) <= ABSENT
    assert "test" not in entry["splits"].values()
    meant = entry.get("themes", {}).get("map", {}).values()
    named = {theme for one in meant for theme in ([one] if isinstance(one, str) else one) if theme}
    assert named | set(entry.get("themes", {}).get("annotated", ())) <= set(load_taxonomy().ids)
    assert entry["licence"]


def test_the_readme_names_every_source_and_where_it_lies():
    """training/README.md has a row for each table, and none besides."""
    readme = (Path(__file__).parents[2] / "training" / "README.md").read_text(encoding="utf-8")
    part = readme[readme.index("| source | on the hub |") :].split("\n\n", 1)[0]

    cells = [[cell.strip() for cell in line.split("|")] for line in part.split("\n")[2:]]
    rows = {name: dataset for _, name, dataset, *_ in cells}
    assert rows == {name: entry["dataset"] for name, entry in load_table().items()}
