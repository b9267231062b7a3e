"""Labelled sources of the Hugging Face hub -> a data folder for training.finetune, .publish and .evaluate.

It holds no plain text: runs that read some (`text` in their TOML), training.grow and .pretrain need a fuller folder.
Rows carry numbers of the hub, so training/annotated/, which names rows of our folder, adds nothing to them.

`hub.toml` names the sources, their columns and what their labels mean. A source of your own is one more table there: a
dataset of the hub, or local files with `dataset = "csv"` (or "json", "parquet") and `data_files`.

Run: python -m training.hub --out DIR [--sources uit_vsfc cebab]
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from training.data import fingerprint

TABLE = Path(__file__).with_name("hub.toml")
DEV_SHARE = 10
"""One text in so many goes to dev where a source has no dev split."""


class HubError(Exception):
    """A source could not be fetched, or is not what its table says."""


def load_table(path: Path = TABLE) -> dict[str, Any]:
    """Read the sources and their columns."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def fetch(name: str, entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Read one source and give its uniform records.

    Args:
        name: Name of the source.
        entry: Its table.

    Yields:
        Records as the data folder holds them; rows without text and repeats inside a split are left out.

    Raises:
        HubError: If the hub does not answer, or the dataset lacks a split or a column of the table.
    """
    from datasets import load_dataset
    from datasets.exceptions import DatasetsError

    seen: set[tuple[str, str]] = set()
    for split, theirs in entry["splits"].items():
        try:
            rows: Iterable[Mapping[str, Any]] = load_dataset(
                entry["dataset"],
                entry.get("config"),
                split=theirs,
                revision=entry.get("revision"),
                data_files=entry.get("data_files"),
            )
        except (OSError, ValueError, DatasetsError) as error:  # the hub does not answer, no such dataset, no such split
            raise HubError(f"{name}: {entry['dataset']}: {error}") from error
        for number, row in enumerate(rows):
            missing = sorted(_columns(entry) - row.keys())
            if missing:
                raise HubError(
                    f"{name}: {entry['dataset']} has no column {', '.join(missing)} but {', '.join(row)}: "
                    "correct its table in training/hub.toml"
                )
            text = unicodedata.normalize("NFC", str(row[entry["text"]] or "")).strip()
            ours = split if "dev" in entry["splits"] else _hashed_split(text)
            if text and (ours, text) not in seen:
                seen.add((ours, text))
                id = f"{name}/hub-{ours}/{number}"  # the hub's numbers; training/annotated/ names rows of our folder
                try:
                    record = to_record(row, entry, id=id, source=name, split=ours, text=text)
                except HubError as error:
                    raise HubError(f"{name}: {entry['dataset']}: {error}") from error
                yield record


def _columns(entry: Mapping[str, Any]) -> set[str]:
    """Columns that a table speaks of."""
    named = {entry["text"], *(rule["column"] for rule in entry.get("labels", ()))}
    return named | {entry["sentiment"]["column"]} if "sentiment" in entry else named


def _hashed_split(text: str) -> str:
    """Put copies and near copies of a text on one side."""
    digest = hashlib.blake2b(fingerprint(text).encode(), digest_size=4).digest()
    return "dev" if int.from_bytes(digest) % DEV_SHARE == 0 else "train"


def to_record(
    row: Mapping[str, Any], entry: Mapping[str, Any], *, id: str, source: str, split: str, text: str
) -> dict[str, Any]:
    """Turn one row of a dataset into a uniform record (training/README.md gives its fields).

    Where the source does not judge the whole comment, the judgements of its aspects do if they agree.
    """
    sentiment = (
        entry["sentiment"]["values"].get(_key(row[entry["sentiment"]["column"]])) if "sentiment" in entry else None
    )
    told_by = entry["sentiment"].get("from", "human") if "sentiment" in entry else "aspects"
    labels = [label for rule in entry.get("labels", ()) for label in _labels(rule, row[rule["column"]], sentiment)]
    judgements = {label["polarity"] for label in labels}
    if told_by == "aspects" and len(judgements) == 1:
        sentiment = next(iter(judgements))
    return {
        "id": id,
        "lang": entry["language"],
        "source": source,
        "split": split,
        "text": text,
        "sentiment": sentiment,
        "sentiment_from": told_by if sentiment else None,
        "labels": labels,
        "score": None,
        "question": None,
    }


def _labels(rule: Mapping[str, Any], cell: Any, sentiment: str | None) -> Iterator[dict[str, Any]]:
    """Read the labels of one cell, by the form that its rule says it has."""
    if "each" in rule:
        label, judgement = rule["each"]
        for one in cell or ():
            try:
                if isinstance(one, str):
                    raise TypeError
                yield _label(str(one[label]), rule["polarity"].get(str(one[judgement]).lower()))
            except (TypeError, KeyError, IndexError) as error:
                raise HubError(
                    f"column {rule['column']} holds {one!r}, not pairs of {label!r} and {judgement!r}: "
                    "correct its table in training/hub.toml"
                ) from error
    elif "label" in rule:
        value = _key(cell)
        if value in rule["polarity"]:
            yield _label(rule["label"], rule["polarity"][value])
        elif value in rule.get("undecided", ()):
            yield _label(f"{rule['label']} (undecided)", None)
    elif value := _key(cell):
        yield _label(rule.get("names", {}).get(value, value), sentiment if rule.get("judged") else None)


def _key(value: object) -> str:
    """A cell as it stands in the table: 2.0 is "2", nothing is ""."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _label(name: str, polarity: str | None) -> dict[str, Any]:
    """One label without a span."""
    return {"label": name, "polarity": polarity, "start": None, "end": None}


def write(out: Path, table: Mapping[str, Any], sources: Sequence[str]) -> dict[str, int | HubError]:
    """Write a data folder.

    Args:
        out: Folder; `labelled/*.jsonl.gz` and `label_maps.toml` are written there.
        table: As `load_table` gives it.
        sources: Names to fetch.

    Returns:
        Records written by source, or why there are none. Sources fetched earlier keep their label maps.
    """
    (out / "labelled").mkdir(parents=True, exist_ok=True)
    told: dict[str, int | HubError] = {}
    for name in track(sources, description="fetch", console=Console(stderr=True)):
        path = out / "labelled" / f"{name}.jsonl.gz"
        count = 0
        try:
            with gzip.open(path.with_suffix(".new"), "wt", encoding="utf-8") as file:
                for record in fetch(name, table[name]):
                    file.write(json.dumps(record, ensure_ascii=False) + "\n")
                    count += 1
            path.with_suffix(".new").replace(path)
            told[name] = count
        except HubError as error:
            path.with_suffix(".new").unlink()
            told[name] = error
    there = [name for name in table if (out / "labelled" / f"{name}.jsonl.gz").is_file()]
    maps = "\n".join(_toml(name, table[name].get("themes", {})) for name in there)
    path = out / "label_maps.toml"
    path.with_suffix(".new").write_text(maps, encoding="utf-8")
    path.with_suffix(".new").replace(path)
    return told


def _toml(name: str, themes: Mapping[str, Any]) -> str:
    """Write one source's label map; JSON strings and lists are TOML too."""
    lines = [f"[{name}]"]
    lines += [f"{key} = {json.dumps(value)}" for key, value in themes.items() if not isinstance(value, dict)]
    for key, inner in themes.items():
        if isinstance(inner, dict):
            lines.append(f"[{name}.{key}]")
            lines += [f"{json.dumps(label)} = {json.dumps(meant)}" for label, meant in inner.items()]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Fetch sources and say how many records each gave, and under which licence; exit with 1 if one gave none."""
    table = load_table()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="a folder of its own: its label_maps.toml is rewritten")
    parser.add_argument("--sources", nargs="+", choices=sorted(table), default=sorted(table))
    options = parser.parse_args()
    console = Console()
    told = write(options.out, table, options.sources)
    for name, count in told.items():
        what = str(count) if isinstance(count, HubError) else f"{name}: {count:,} records ({table[name]['licence']})"
        console.print(what, markup=False)
    if any(isinstance(count, HubError) for count in told.values()):
        sys.exit(1)
    console.print(f"Next: python -m training.data --data {options.out}", markup=False)


if __name__ == "__main__":
    main()
