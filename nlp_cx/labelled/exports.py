"""Exports of annotation tools -> rows of our own form, labels still as people wrote them.

References:
    Label Studio, "Export annotations" (JSON, JSON-MIN); doccano, "Export dataset" (JSONL).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

from nlp_cx.labelled.words import FLAGS, find_sentiment, find_theme, split_judged

Form = Literal["own", "label_studio", "label_studio_min", "doccano"]
TEXT_KEYS = ("text", "comment", "review", "content", "data")
_MIN_OWN = frozenset(("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "question",
                      "language", "respondent_id"))  # fmt: skip


class Labels:
    """What one annotated comment says, gathered label by label."""

    def __init__(self) -> None:
        """Start with nothing said."""
        self.sentiments: list[str] = []
        self.themes: list[dict[str, Any]] = []
        self.flags: set[str] = set()

    def add(self, label: str, *, asked: str = "", span: Mapping[str, Any] | None = None) -> None:
        """Take one label.

        Args:
            label: As the annotator chose it.
            asked: Name of the question it answers; a theme's name there and a sentiment here is that theme's judgement.
            span: `{"start", "end", "text"?}` when it marks words.
        """
        spans = [dict(span)] if span else []
        word = label.strip()
        if find_theme(word) is None and (cut := split_judged(word)):
            self.themes.append({"theme": cut[0], "sentiment": cut[1], "spans": spans})
        elif find_theme(word):
            self.themes.append({"theme": word, "sentiment": None, "spans": spans})
        elif find_sentiment(word) and find_theme(asked):
            self.themes.append({"theme": asked, "sentiment": word, "spans": spans})
        elif find_sentiment(word) and not span:
            self.sentiments.append(word)
        elif word.casefold() in FLAGS and not span:
            self.flags.add(word.casefold())
        elif asked.strip().casefold().startswith("sentiment") and not span:
            self.sentiments.append(word)
        else:
            self.themes.append({"theme": word, "sentiment": None, "spans": spans})

    def to_row(self) -> dict[str, Any]:
        """Give the fields of our own form."""
        said = sorted(set(self.sentiments), key=self.sentiments.index)
        return {
            "sentiment": " / ".join(said) or None,
            "themes": self.themes,
            **{name: True for name in FLAGS if name in self.flags},
        }


def recognise_form(records: Sequence[object]) -> Form:
    """Tell which tool wrote records, by the fields of the first hundred."""
    some = [record for record in records[:100] if isinstance(record, Mapping)]
    if any("data" in one and ("annotations" in one or "completions" in one) for one in some):
        return "label_studio"
    if any("annotation_id" in one or "lead_time" in one for one in some):
        return "label_studio_min"
    if any(isinstance(one.get("label"), list) or isinstance(one.get("entities"), list) for one in some):
        return "doccano"
    if any("text" in one and "themes" not in one and _is_spans(one.get("labels")) for one in some):
        return "doccano"
    return "own"


def _is_spans(value: object) -> bool:
    """Tell `[[0, 4, "delivery"], ...]`."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, list) and len(one) == 3 for one in value)


def read_export(records: Iterable[Any], form: Form) -> Iterator[Any]:
    """Turn records of an annotation tool into rows of our own form; what is no record passes as it is.

    Where any comment of the file has themes (a sentiment, a flag), an annotated comment without one has none (is not
    flagged); otherwise the annotators were not asked, and it stays unlabelled.
    """
    readers = {"label_studio": _label_studio, "label_studio_min": _label_studio_min, "doccano": _doccano}
    rows = [readers[form](record) if isinstance(record, Mapping) else record for record in records]
    known = [row for row in rows if isinstance(row, Mapping)]
    themed = any(row.get("themes") for row in known)
    flagged = {name for name in FLAGS if any(row.get(name) for row in known)}
    for row in rows:
        if isinstance(row, dict) and row.pop("annotated", False):
            row["themes"] = row["themes"] if themed else None
            row |= {name: bool(row.get(name)) for name in flagged}
        yield row


def _text(fields: Mapping[str, Any]) -> object:
    """Find the text among the fields of a task: by its usual names, else the longest string."""
    for key in TEXT_KEYS:
        if isinstance(fields.get(key), str):
            return fields[key]
    strings = [value for value in fields.values() if isinstance(value, str)]
    return max(strings, key=len, default=None)


def _frame(record: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a row tells beside labels."""
    own = {key: fields.get(key) for key in ("question", "language", "respondent_id")}
    return {"id": record.get("id"), "text": _text(fields), **own}


def _label_studio(record: Mapping[str, Any]) -> dict[str, Any]:
    """Read a task with its annotations; of several the last that was not skipped counts."""
    fields = record.get("data") if isinstance(record.get("data"), Mapping) else {}
    row = _frame(record, fields or {})
    made = record.get("annotations", record.get("completions"))
    kept = [one for one in made or () if isinstance(one, Mapping) and not one.get("was_cancelled")]
    if not kept:
        return row
    labels, regions = Labels(), dict[str, dict[str, Any]]()
    for result in kept[-1].get("result") or ():
        value = result.get("value") if isinstance(result, Mapping) else None
        if not isinstance(value, Mapping):
            continue
        asked, region = str(result.get("from_name") or ""), str(result.get("id") or "")
        if "start" in value and "end" in value:
            _take_region(regions.setdefault(region, {"value": value, "names": [], "judged": []}), value)
        else:
            for word in _words(value):
                labels.add(word, asked=asked)
    for found in regions.values():
        judged = [f":{word}" for word in found["judged"][:1]]
        for name in found["names"] or found["judged"]:
            labels.add(name + "".join(judged if name in found["names"] else ()), span=found["value"])
    return row | labels.to_row() | {"annotated": True}


def _take_region(region: dict[str, Any], value: Mapping[str, Any]) -> None:
    """Add what one result says of marked words: their theme, or how it is judged."""
    for word in _words(value):
        region["judged" if find_sentiment(word) else "names"].append(word)


def _words(value: object) -> list[str]:
    """Flatten choices, labels and taxonomy paths into labels; the path delivery > negative is delivery:negative."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [word for key in ("choices", "labels", "taxonomy", "hypertextlabels", "text")
                if key != "text" or not value.keys() & {"choices", "labels", "taxonomy", "start"}
                for word in _words(value.get(key))]  # fmt: skip
    if isinstance(value, list):
        return [word for one in value for word in (_path(one) if isinstance(one, list) else _words(one))]
    return []


def _path(path: list[Any]) -> list[str]:
    """Give what a path through a taxonomy says: its deepest theme, with the judgement below it."""
    steps = [str(step) for step in path]
    judged = [f"{one}:{other}" for one, other in pairwise(steps) if find_theme(one) and find_sentiment(other)]
    themes = [step for step in steps if find_theme(step) or split_judged(step)]
    return judged[-1:] or themes[-1:] or steps[-1:]


def _label_studio_min(record: Mapping[str, Any]) -> dict[str, Any]:
    """Read a flat task: its data and its labels side by side, each label under the name of its question."""
    text = _text(record)
    row = _frame(record, record) | {"text": text}
    labels = Labels()
    for key, value in record.items():
        if key in _MIN_OWN or value is text:
            continue
        spans = [one for one in value if isinstance(one, Mapping) and "start" in one] if isinstance(value, list) else []
        for span in spans:
            for word in _words(span):
                labels.add(word, span=span)
        if isinstance(value, str) and not _is_label(value, key):
            continue  # a field of the data
        for word in [] if spans else _words(value):
            labels.add(word, asked=key)
    return row | labels.to_row() | {"annotated": True}


def _is_label(value: str, key: str) -> bool:
    """Tell a choice from a field of the data, which JSON-MIN writes alike."""
    asked = key.casefold().startswith(("sentiment", "theme", "label", "choice")) or find_theme(key)
    known = find_theme(value) or find_sentiment(value) or split_judged(value) or value.casefold() in FLAGS
    return bool(asked or known)


def _doccano(record: Mapping[str, Any]) -> dict[str, Any]:
    """Read a text with labels, with labelled spans (as triples or as entities), or with both."""
    row = _frame(record, record)
    names = {"question", "language", "respondent_id"} & record.keys()
    meta = record.get("meta")
    row |= {} if names or not isinstance(meta, Mapping) else {key: meta.get(key) for key in ("question", "language")}
    labels = Labels()
    for key in ("label", "labels", "cats", "entities"):
        for one in record[key] if isinstance(record.get(key), list) else ():
            if isinstance(one, list) and len(one) == 3:
                labels.add(str(one[2]), span={"start": one[0], "end": one[1]})
            elif isinstance(one, Mapping):
                labels.add(str(one.get("label")), span={"start": one.get("start_offset"), "end": one.get("end_offset")})
            else:
                labels.add(str(one))
    return row | labels.to_row() | {"annotated": True}
