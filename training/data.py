"""Labelled sources -> examples with our themes; what a source does not annotate stays unknown.

Reads the uniform records of the data folder (its README gives their form) and the comments written for this project
(training/authored/). `label_maps.toml` of the data folder says which source label means which theme; its rules are:

    present = themes of the unambiguous labels
    unknown = candidates of ambiguous labels + maybe, minus present
    absent  = annotated - present - unknown; everything else is unknown
"""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import lzma
import random
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

import numpy as np

from nlp_cx.taxonomy import load_taxonomy
from training.duplicates import find_copies
from training.noise import strip_diacritics

THEMES = load_taxonomy().ids
UNKNOWN, ABSENT, NEGATIVE, NEUTRAL, POSITIVE, UNJUDGED, BOTH = -1, 0, 1, 2, 3, 4, 5
"""Codes of a theme in one example. UNJUDGED: present, polarity not told. BOTH: present, negative and positive."""
POLARITY_CODE = {"neg": NEGATIVE, "neu": NEUTRAL, "pos": POSITIVE}
SENTIMENT_CODE = {"neg": 0, "neu": 1, "pos": 2}
AUTHORED = Path(__file__).with_name("authored")
ANNOTATED = Path(__file__).with_name("annotated")
"""Labels of all themes that we gave to comments of the data folder; a row names its comment, never its text."""

EvidenceSpan = tuple[int, int, int]
"""Theme number, start and end in the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One labelled comment; -1 means that its source does not tell."""

    id: str
    text: str
    language: Literal["vi", "en"]
    source: str
    split: Literal["train", "dev"]
    question: str | None = None
    sentiment: int = -1
    sentiment_from: str | None = None
    themes: tuple[int, ...] = (UNKNOWN,) * len(THEMES)
    evidence: tuple[EvidenceSpan, ...] = ()
    complaint: int = -1
    suggestion: int = -1
    none: int = -1
    score: Mapping[str, Any] | None = field(default=None, compare=False)
    origin: str | None = None
    """Source that the text is from, where that is another than the one that labelled it."""


class LabelMap:
    """The map of one source's labels to themes."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        """Keep the tables of one source of label_maps.toml."""
        self.annotated = frozenset(table.get("annotated", ()))
        self._ambiguous: Sequence[str] = table.get("ambiguous", ())
        self._map: Mapping[str, Any] = table.get("map", {})
        self._maybe: Mapping[str, Any] = table.get("maybe", {})

    def themes(self, labels: Iterable[Mapping[str, Any]]) -> tuple[int, ...]:
        """Turn the labels of one comment into a code per theme.

        Args:
            labels: `{"label", "polarity"}` of one record.

        Returns:
            One code per theme of the taxonomy, in its order.
        """
        present: dict[str, set[str | None]] = defaultdict(set)
        unknown: set[str] = set()
        for label in labels:
            name = label["label"]
            mapped = _themes_of(self._map, name)
            unknown.update(_themes_of(self._maybe, name))
            if any(fnmatchcase(name, pattern) for pattern in self._ambiguous):
                unknown.update(mapped)
                continue
            for theme in mapped:
                present[theme].add(label["polarity"])
        return tuple(
            _code(present[theme])
            if theme in present
            else (ABSENT if theme in self.annotated and theme not in unknown else UNKNOWN)
            for theme in THEMES
        )

    def theme_numbers(self, label: str) -> list[int]:
        """Themes that a label certainly means, as numbers."""
        if any(fnmatchcase(label, pattern) for pattern in self._ambiguous):
            return []
        return [THEMES.index(theme) for theme in _themes_of(self._map, label)]


def _themes_of(table: Mapping[str, Any], label: str) -> list[str]:
    """Entry of a label: its own, else that of the pattern that fits."""
    entry = table.get(label)
    if entry is None:
        entry = next((table[pattern] for pattern in table if fnmatchcase(label, pattern)), "")
    return [entry] if isinstance(entry, str) and entry else list(entry)


def _code(polarities: set[str | None]) -> int:
    """One code for the polarities that a theme's labels carry."""
    told = polarities - {None}
    if not told:
        return UNJUDGED
    if len(told) == 1:
        return POLARITY_CODE[next(iter(told))]  # type: ignore[index]
    return (
        BOTH if {"neg", "pos"} <= told else POLARITY_CODE["neg" if "neg" in told else "pos"]
    )  # a judgement beats none


def load_label_maps(data: Path) -> dict[str, LabelMap]:
    """Read label_maps.toml."""
    tables = tomllib.loads((data / "label_maps.toml").read_text(encoding="utf-8"))
    return {source: LabelMap(table) for source, table in tables.items()}


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the JSON lines of one file, gzipped or not."""
    opener: Any = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def to_example(record: Mapping[str, Any], label_map: LabelMap) -> Example:
    """Turn one uniform record into an example."""
    labels = record["labels"]
    names = {label["label"] for label in labels}
    source = record["source"]
    complaint, suggestion = _flag(record.get("complaint")), _flag(record.get("suggestion"))
    if source == "uit_viocd":
        complaint = int("complaint" in names)
    if source.startswith("suggestion_"):
        suggestion = int("suggestion" in names)
    evidence = tuple(
        (theme, label["start"], label["end"])
        for label in labels
        if label["start"] is not None
        for theme in label_map.theme_numbers(label["label"])
    )
    themes = label_map.themes(labels)
    none = _flag(record.get("none"))
    if none == -1 and any(code > ABSENT for code in themes):
        none = 0
    return Example(
        id=record["id"],
        text=record["text"],
        language=record["lang"],
        source=source,
        split=record["split"],
        question=record["question"],
        sentiment=SENTIMENT_CODE.get(record["sentiment"] or "", -1),
        sentiment_from=record["sentiment_from"],
        themes=themes,
        evidence=evidence,
        complaint=complaint,
        suggestion=suggestion,
        none=none,
        score=record["score"],
        origin=record["from"].partition("/")[0] if record.get("from") else None,
    )


def _flag(value: object) -> int:
    """True, False, absent -> 1, 0, -1."""
    return -1 if value is None else int(bool(value))


def load_sources(data: Path, sources: Sequence[str] | None = None) -> list[Example]:
    """Read all labelled sources of a data folder, or the named ones.

    Args:
        data: Folder with `labelled/*.jsonl.gz` and `label_maps.toml`.
        sources: Names of sources; all when None.

    Returns:
        Train and dev examples in the order of the files.
    """
    maps = load_label_maps(data)
    paths = sorted((data / "labelled").glob("*.jsonl.gz"))
    return [
        to_example(record, maps.get(path.name.removesuffix(".jsonl.gz"), LabelMap({})))
        for path in paths
        if sources is None or path.name.removesuffix(".jsonl.gz") in sources
        for record in read_records(path)
    ]


def load_translated(data: Path, english: Iterable[Example]) -> list[Example]:
    """Give English train labels to their Vietnamese translations in parallel/m_absa_envi (no spans, no dev)."""
    by_text = {
        _letters(example.text): example for example in english if example.split == "train" and example.language == "en"
    }
    translated: list[Example] = []
    pairs = data / "parallel" / "m_absa_envi.jsonl.gz"
    if not pairs.is_file():
        return translated
    for number, pair in enumerate(read_records(pairs)):
        original = by_text.get(_letters(pair["en"]))
        if original is not None:
            translated.append(
                replace(
                    original,
                    id=f"m_absa_vi/train/{number}",
                    text=pair["vi"],
                    language="vi",
                    source="m_absa_vi",
                    origin="m_absa_envi",
                    evidence=(),
                )
            )
    return translated


_QUESTION = re.compile(r"^\[\[(.*?)\]\] ?")
_MARKED = re.compile(r"\{([a-z:,]+)\|([^{}]*)\}")


def parse_authored(line: str, *, id: str, language: Literal["vi", "en"]) -> Example:
    r"""Read one line of training/authored/: `sentiment flags<TAB>text {theme:pol|evidence}`.

    Examples:
        >>> example = parse_authored("neg c\t{speed:neg|chờ lâu} quá", id="vi/1", language="vi")
        >>> example.text, example.evidence, example.complaint
        ('chờ lâu quá', ((3, 0, 7),), 1)
    """
    head, marked = line.rstrip("\n").split("\t", 1)
    sentiment, flags = head.split()
    question = _QUESTION.match(marked)
    marked = marked[question.end() :] if question else marked
    text, read = "", 0
    polarities: dict[str, set[str | None]] = defaultdict(set)
    evidence: list[EvidenceSpan] = []
    for match in _MARKED.finditer(marked):
        text += marked[read : match.start()]
        for mention in match[1].split(","):
            theme, polarity = mention.split(":")
            polarities[theme].add(polarity)
            evidence.append((THEMES.index(theme), len(text), len(text) + len(match[2])))
        text += match[2]
        read = match.end()
    text += marked[read:]
    return Example(
        id=id,
        text=text,
        language=language,
        source="authored",
        split="train",
        question=question[1] if question else None,
        sentiment=SENTIMENT_CODE[sentiment],
        sentiment_from="authored",
        themes=tuple(_code(polarities[theme]) if theme in polarities else ABSENT for theme in THEMES),
        evidence=tuple(evidence),
        complaint=int("c" in flags),
        suggestion=int("s" in flags),
        none=int("n" in flags),
    )


def load_authored(folder: Path = AUTHORED) -> list[Example]:
    """Read every comment written for this project."""
    return [
        parse_authored(line, id=f"authored/{path.stem}/{number}", language="en" if path.stem.startswith("en") else "vi")
        for path in sorted(folder.glob("*.txt"))
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        if line.strip()
    ]


def load_annotated(examples: Iterable[Example], folder: Path = ANNOTATED) -> list[Example]:
    """Give our own annotation to the comments it names.

    Args:
        examples: Examples of the sources; a name that none of them carries, or only a dev row does, is passed over.
        folder: JSON lines `{"id", "sentiment", "flags", "themes": [[theme, polarity, start, end], ...]}`, flags as
            in training/authored.

    Returns:
        One example of source "annotated" for each, with a code for every theme.
    """
    by_id = {example.id: example for example in examples if example.split == "train"}
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        for row in read_records(path):
            origin = by_id.get(row["id"])
            if origin is None:
                continue
            polarities: dict[str, set[str | None]] = defaultdict(set)
            for theme, polarity, _, _ in row["themes"]:
                polarities[theme].add(polarity)
            found.append(
                replace(
                    origin,
                    id=f"annotated/{row['id']}",
                    source="annotated",
                    origin=origin.source,
                    sentiment=SENTIMENT_CODE[row["sentiment"]],
                    sentiment_from="annotators",
                    themes=tuple(_code(polarities[one]) if one in polarities else ABSENT for one in THEMES),
                    evidence=tuple((THEMES.index(theme), start, end) for theme, _, start, end in row["themes"]),
                    complaint=int("c" in row["flags"]),
                    suggestion=int("s" in row["flags"]),
                    none=int("n" in row["flags"]),
                )
            )
    return found


def keep_origins(examples: Iterable[Example], origins: Sequence[str] | None) -> list[Example]:
    """Leave out every text that is not from the sources named, whoever labelled it; all stay when None."""
    return [one for one in examples if origins is None or (one.origin or one.source) in origins]


def load_unlabelled(data: Path, name: str, entry: Mapping[str, Any], known: Sequence[Example] = ()) -> list[Example]:
    """Read plain text whose words alone teach (the language loss); no label is known.

    Args:
        data: The data folder.
        name: Name of the source in the run's TOML.
        entry: Its table: `text` names a file of `text/`, `language`, `limit` lines at most.
        known: Texts of these examples are left out (dev rows).
    """
    seen = {fingerprint(example.text) for example in known}
    lines = read_lines(data / "text" / f"{entry['text']}.txt.xz", int(entry["limit"]), seed=2)
    return [
        Example(id=f"{name}/{number}", text=line[:600], language=entry["language"], source=name, split="train")
        for number, line in enumerate(lines)
        if fingerprint(line) not in seen
    ]


def read_lines(path: Path, limit: int, *, seed: int) -> list[str]:
    """Read up to `limit` random non-empty lines of an .xz text."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        kept = [line.strip() for line in lines if len(line) > 3]
    random.Random(seed).shuffle(kept)  # noqa: S311
    return kept[:limit]


class _Alphanumeric(dict[int, str]):
    """Letters and digits without diacritics, anything else as nothing, as `str.translate` asks for them."""

    def __missing__(self, code: int) -> str:
        """Look a letter up once."""
        bare = strip_diacritics(chr(code))
        self[code] = bare if bare.isalnum() else ""
        return self[code]


_ALPHANUMERIC = _Alphanumeric()


def _letters(text: str) -> str:
    """Letters and digits only, lower case, without diacritics: what two copies of a text share."""
    return text.lower().translate(_ALPHANUMERIC)


def fingerprint(text: str) -> str:
    """Hash that copies and near copies (case, punctuation, diacritics, repeated letters, emoji) share."""
    return _hash(_letters(text))


def _hash(letters: str) -> str:
    """Hash letters, repeated ones as one."""
    squeezed = re.sub(r"(.)\1+", r"\1", letters)
    return hashlib.blake2b(squeezed.encode("utf-8", "replace"), digest_size=8).hexdigest()


SHORTEST = 12
"""Texts with fewer letters than this are common property ("tốt", "ok"), wherever they stand."""


def mark(text: str, *, shortest: int = SHORTEST) -> str:
    """Give the fingerprint of a text that is long enough to be somebody's own, else ""."""
    letters = _letters(text)
    return _hash(letters) if len(letters) >= shortest else ""


KEPT_IN_TRAINING = ("cx_annotated", "annotated", "authored")
"""Sources whose train part is worth more than other sources' dev rows: there the dev row goes."""


def drop_leaks(examples: Sequence[Example], *, shortest: int = SHORTEST) -> list[Example]:
    """Make train and dev disjoint over all sources; equal but for case, punctuation and diacritics is equal.

    A train row whose text stands in any dev part is dropped; of a text in KEPT_IN_TRAINING the dev row is dropped,
    unless that dev row is itself of such a source.

    Args:
        examples: Train and dev of all sources.
        shortest: Texts with fewer letters than this stay.

    Returns:
        The examples left, in order.
    """
    rows = [(example, mark(example.text, shortest=shortest)) for example in examples]
    precious_dev = {mark for row, mark in rows if row.split == "dev" and row.source in KEPT_IN_TRAINING}
    precious = {mark for row, mark in rows if row.split == "train" and row.source in KEPT_IN_TRAINING} - precious_dev
    dev = {mark for row, mark in rows if row.split == "dev" and mark not in precious}
    kept = {"train": lambda mark: mark not in dev, "dev": lambda mark: mark not in precious}
    return [row for row, mark in rows if not mark or kept[row.split](mark)]


def drop_near_copies(examples: Sequence[Example]) -> list[Example]:
    """Drop train rows that are near copies of a dev row of any source; rows we annotated or wrote stay.

    Of those the dev row goes, as in `drop_leaks`.

    Args:
        examples: Train and dev of all sources.

    Returns:
        The examples left, in order: no train row of them is a near copy of a dev row of them.
    """
    train = [row for row in examples if row.split == "train"]
    dev = [row for row in examples if row.split == "dev"]
    copies = find_copies([row.text for row in train], [row.text for row in dev])
    one, other = copies.pairs[:, 0], copies.pairs[:, 1]
    ours_train = copies.texts[[row.source in KEPT_IN_TRAINING for row in train]]
    ours_dev = np.array([row.source in KEPT_IN_TRAINING for row in dev], dtype=bool)
    lost = one[np.isin(other, copies.others[ours_dev])]
    precious = np.setdiff1d(ours_train, lost)
    dev_goes = ~ours_dev & np.isin(copies.others, other[np.isin(one, precious)])
    train_goes = np.isin(copies.texts, one[np.isin(other, copies.others[~dev_goes])])
    gone = {id(row) for rows, goes in ((train, train_goes), (dev, dev_goes)) for row in itertools.compress(rows, goes)}
    return [row for row in examples if id(row) not in gone]


def find_leaks(examples: Sequence[Example]) -> list[tuple[Example, Example]]:
    """Find dev rows whose text, or a near copy of it, stands in train.

    Args:
        examples: Train and dev of all sources.

    Returns:
        Each such dev row with one train row it stands in; nothing is returned of what `load_all` gives.
    """
    train = [row for row in examples if row.split == "train"]
    dev = [row for row in examples if row.split == "dev"]
    by_mark = {mark(row.text): row for row in train}
    by_mark.pop("", None)
    copies = find_copies([row.text for row in dev], [row.text for row in train])
    first = dict(zip(reversed(copies.others.tolist()), reversed(train), strict=True))
    near = {int(one): first[int(other)] for one, other in copies.pairs}
    found = [(row, by_mark.get(mark(row.text)) or near.get(int(number)))
             for row, number in zip(dev, copies.texts, strict=True)]  # fmt: skip
    return [(row, copy) for row, copy in found if copy is not None]


def load_everything(data: Path) -> list[Example]:
    """Read every source, the translations, our annotation and the authored comments, copies across splits included."""
    labelled = load_sources(data)
    return [*labelled, *load_translated(data, labelled), *load_annotated(labelled), *load_authored()]


def load_all(data: Path, *, near: bool = True) -> list[Example]:
    """Read everything and drop leaks.

    Args:
        data: The data folder.
        near: Whether near copies across the splits are dropped as well, not only equal texts.

    Returns:
        Train and dev rows, disjoint over all sources.
    """
    rows = drop_leaks(load_everything(data))
    return drop_near_copies(rows) if near else rows


if __name__ == "__main__":
    from training.inventory import main

    main()
