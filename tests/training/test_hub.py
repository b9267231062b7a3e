"""Datasets of the hub become a data folder, through the very loader that fetches them."""

import json

import pytest

from nlp_cx.taxonomy import load_taxonomy
from training.data import ABSENT, NEGATIVE, POSITIVE, THEMES, UNKNOWN, load_all
from training.hub import load_table, to_record, write

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


@pytest.mark.parametrize("name", sorted(load_table()))
def test_every_table_is_whole(name):
    """Its themes exist, and a row with every column empty becomes a record without a label."""
    entry = load_table()[name]
    columns = {rule["column"] for rule in [*entry.get("labels", ()), entry["sentiment"]]}
    record = to_record(dict.fromkeys(columns), entry, id="x", source=name, split="train", text="xin chào")

    assert (record["sentiment"], record["labels"]) == (None, [])
    meant = entry.get("themes", {}).get("map", {}).values()
    named = {theme for one in meant for theme in ([one] if isinstance(one, str) else one) if theme}
    assert named | set(entry.get("themes", {}).get("annotated", ())) <= set(load_taxonomy().ids)
    assert entry["licence"]
