"""What is found in labels before anything is learnt from them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlp_cx.labelled import Labelled, Reading
from nlp_cx.records import Comment, Encoded, Prediction
from training.calibrate import Outputs
from training.checks import count_labels, examine, find_contradictions, find_copies, find_suspects, notes_of
from training.data import THEMES
from training.feedback import prepare


def row(text, number, sentiment=None, themes=None):
    return Labelled(comment=Comment(id=str(number), text=text), sentiment=sentiment, themes=themes, row=number)


def outputs(sentiments) -> Outputs:
    """A model that is fairly sure of these sentiments, and of no theme."""
    dice = np.random.default_rng(0)
    predictions = []
    for one in sentiments:
        logits = dice.normal(size=3).astype(np.float32)
        logits[one] += 6
        themes = np.zeros((len(THEMES), 4), dtype=np.float32)
        predictions.append([Prediction(sentiment=logits, themes=themes, flags=np.zeros(3), evidence=np.zeros((1, 16)))])
    window = [Encoded(comment=0, ids=[1], types=[0], offsets=[(0, 1)])]
    none = np.zeros((len(sentiments), 1))
    return Outputs(aligned=[], windows=[window] * len(sentiments), predictions=predictions, sentiment=none,
                   presence=none, flags=none)  # fmt: skip


def test_labels_are_counted_by_language():
    """Two Vietnamese rows, one English one, themes and sentiments each."""
    rows = [row("giao hàng chậm", 1, "negative", {"delivery": "negative"}), row("nhân viên tốt lắm", 2, "positive", {}),
            row("the price is fine with me", 3, "neutral")]  # fmt: skip

    counts = count_labels(prepare(rows).examples)

    assert counts["vi"] == {
        "rows": 2,
        "sentiment:negative": 1,
        "sentiment:positive": 1,
        "themes told": 2,
        "delivery": 1,
    }
    assert counts["en"] == {"rows": 1, "sentiment:neutral": 1}


def test_copies_contradict_where_two_labels_cannot_both_be_right():
    """Near copies with the same labels, and with a label that is not told, agree; another sentiment contradicts."""
    rows = [row("Giao hàng quá chậm", 1, "negative"), row("giao hàng quá chậm!!", 2, "negative"),
            row("Nhân viên nhiệt tình", 3, "positive"), row("nhân viên nhiệt tình.", 4, "negative"),
            row("Giá hợp lý lắm rồi", 5, "positive"), row("giá hợp lý lắm rồi", 6, None, {}),
            row("Giao sai hàng cho tôi", 7, None, {"delivery": "negative"}),
            row("giao sai hàng cho tôi", 8, None, {"delivery": None})]  # fmt: skip

    copies = find_copies(prepare(rows))

    assert [[one.row for one in group] for group in copies] == [[1, 2], [3, 4], [5, 6], [7, 8]]
    assert [[one.row for one in group] for group in find_contradictions(copies)] == [[3, 4]]


def test_flipped_labels_are_found():
    """Of 120 labels 6 are turned round where the model is sure: most of them are found, no sound one is."""
    truth = [0, 2] * 60
    names = ["negative", "neutral", "positive"]
    given = [2 - one if at % 20 == 7 else one for at, one in enumerate(truth)]
    rows = [row(f"ý kiến thứ {at} của khách hàng", at, names[one]) for at, one in enumerate(given)]

    found = find_suspects(prepare(rows), outputs(truth))

    assert {one.row.row for one in found} <= {at for at in range(120) if at % 20 == 7}
    assert len(found) >= 4
    assert all(one.likely == names[truth[one.row.row]] for one in found)
    assert {one.field for one in found} == {"sentiment"}


@pytest.mark.parametrize("sentiments", [["negative"] * 60, ["negative"] * 57 + ["positive"] * 3, [None] * 60])
def test_too_few_labels_of_a_kind_are_not_judged(sentiments):
    """One class, a class of three, no labels: no suspects, no complaint."""
    rows = [row(f"ý kiến thứ {at} của khách hàng", at, one, {}) for at, one in enumerate(sentiments)]

    assert find_suspects(prepare(rows), outputs([0] * 60)) == []


def test_a_class_of_one_respondent_is_not_judged():
    """Twelve rows of one person are all that name delivery: no fold could learn it without them."""
    rows = [
        replace(row(f"ý kiến thứ {at} của khách hàng", at, None, {"delivery": "negative"} if at < 12 else {}))
        for at in range(72)
    ]
    rows = [replace(one, comment=replace(one.comment, respondent_id="lan")) if one.row < 12 else one for one in rows]

    assert find_suspects(prepare(rows), outputs([0] * 72)) == []


@pytest.mark.parametrize(("shift", "warned"), [(0, False), (1, True)])
def test_labels_beside_other_texts_are_told(shift, warned):
    """Labels one row further down agree with the model no better than chance: the first note says so."""
    truth = [at % 3 for at in range(60)]
    names = ["negative", "neutral", "positive"]
    rows = [row(f"ý kiến thứ {at} của khách hàng", at, names[truth[at - shift]]) for at in range(60)]
    said = outputs(truth)
    said = replace(said, sentiment=np.stack([parts[0].sentiment for parts in said.predictions]))
    feedback = prepare(rows)

    checks = examine(feedback, said, unlabelled=0, frozen=())
    reading = Reading(path=Path("a.csv"), form="own", rows=rows, rejected=(), notes=())
    notes = notes_of(reading, feedback, checks, feedback.examples, looked_for=THEMES)

    assert notes[0].startswith("The sentiments hardly agree") is warned
