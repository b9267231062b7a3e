"""The report on a data folder counts what is there, what was dropped and what leaks."""

import gzip
import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace

from rich.console import Console

from training.data import Example, find_leaks
from training.inventory import count_repeats, label_table, source_table, take_inventory, tell

LONG = "Giao hàng rất nhanh, đóng gói cẩn thận, nhân viên nhiệt tình, sẽ ủng hộ shop lâu dài"


def a_row(id: str, text: str, *, split: str = "train", source: str = "shop") -> Example:
    return Example(id=id, text=text, language="vi", source=source, split=split, sentiment=2)


ROWS = [
    a_row("1", LONG, split="dev"),
    a_row("2", "Máy lạnh kêu to suốt đêm", split="dev"),
    a_row("3", LONG.replace("lâu dài", "tiếp")),
    a_row("4", "MÁY LẠNH KÊU TO SUỐT ĐÊM!"),
    a_row("5", "Thanh toán lỗi hoài"),
    a_row("6", "thanh toan loi hoai...", source="other"),
    a_row("7", "thanh toan loi hoai..."),
]


def shown(table: object) -> list[list[str]]:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(table)
    lines = [line.replace("┃", "│").split("│") for line in capture.get().splitlines() if "│" in line or "┃" in line]
    return [[cell.strip() for cell in line if cell.strip()] for line in lines]


def test_rows_are_counted_by_what_became_of_them():
    """One train row equals a dev row, one is near one, one repeats another of its source."""
    found = take_inventory(ROWS)

    *_, other, shop, total = shown(source_table(found))
    assert other == ["other", "vi", "1", "0", "0", "0", "0", "0", "0"]
    assert shop == ["shop", "vi", "2", "2", "1", "0", "1", "0", "1"]
    assert total == ["all", "3", "2", "1", "0", "1", "0", "1"]
    assert found.leaks == []


def test_a_repeat_is_one_within_its_source():
    """Another source's copy carries other labels, and an earlier near copy counts as well."""
    assert count_repeats(ROWS) == Counter(shop=1)
    assert count_repeats([a_row("1", LONG), a_row("2", LONG.replace("lâu dài", "tiếp")), a_row("3", LONG)])["shop"] == 2


def test_labels_are_counted_by_language_and_split():
    """Seven Vietnamese rows, all positive, two of them dev."""
    table = shown(label_table(ROWS))

    assert table[0] == ["label", "vi train", "en train", "vi dev", "en dev"]
    assert table[1] == ["rows", "5", "0", "2", "0"]
    assert ["pos", "5", "0", "2", "0"] in table
    assert any(line[0].startswith("speed · ") for line in table)


def a_folder(tmp_path):
    (tmp_path / "labelled").mkdir()
    (tmp_path / "label_maps.toml").write_text("")
    lines = [
        {"id": row.id, "lang": "vi", "source": row.source, "split": row.split, "text": row.text, "sentiment": "pos",
         "sentiment_from": "human", "score": None, "question": None, "labels": []}
        for row in ROWS
    ]  # fmt: skip
    with gzip.open(tmp_path / "labelled" / "shop.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(map(json.dumps, lines)))
    return tmp_path


def test_the_command_reports_and_is_content_when_nothing_leaks(tmp_path):
    """`python -m training.data --data DIR` ends with 0, and says how many dev rows had stood in train."""
    command = [sys.executable, "-m", "training.data", "--data", str(a_folder(tmp_path))]

    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")

    assert done.returncode == 0, done.stderr
    assert "Dev rows before dropping that stood in train: 2." in done.stdout


def test_a_leak_is_named_by_ids_and_is_not_fine():
    """Were nothing dropped, both leaks would be told, without their texts."""
    console = Console(width=200)
    leaking = replace(take_inventory(ROWS), left=ROWS, leaks=find_leaks(ROWS))

    with console.capture() as capture:
        fine = tell(leaking, console)

    assert not fine
    assert "1 stands in 3" in capture.get()
    assert "2 stands in 4" in capture.get()
    assert "ủng hộ" not in capture.get()
