"""Labelled rows become examples; what belongs together stays together."""

from __future__ import annotations

from nlp_cx.labelled import Evidence, Labelled
from nlp_cx.records import Comment
from nlp_cx.redact import Redactor
from training.data import ABSENT, BOTH, NEGATIVE, THEMES, UNJUDGED, UNKNOWN, fingerprint
from training.feedback import copy_mark, divide, prepare, to_example


def row(text, *, number=1, person=None, question=None, **labels):
    told = {"sentiment": None, "themes": None, **labels}
    comment = Comment(id=str(number), text=text, question=question, respondent_id=person)
    return Labelled(comment=comment, row=number, **told)


def test_a_row_without_themes_teaches_no_theme():
    """Every theme, and whether there is content, stays unknown; the sentiment is known."""
    example = to_example(row("tệ quá", sentiment="negative"), Redactor())

    assert set(example.themes) == {UNKNOWN}
    assert (example.sentiment, example.complaint, example.suggestion, example.none) == (0, -1, -1, -1)


def test_codes_of_themes():
    """Judged, not judged, judged both ways, looked for and absent, not looked for."""
    themes = {"delivery": "negative", "staff": None, "price": None}
    example = to_example(
        row("x", themes=themes, both=frozenset({"price"})),
        Redactor(),
        looked_for={"delivery", "staff", "price", "place"},
    )

    codes = dict(zip(THEMES, example.themes, strict=True))
    assert (codes["delivery"], codes["staff"], codes["price"]) == (NEGATIVE, UNJUDGED, BOTH)
    assert (codes["place"], codes["billing"]) == (ABSENT, UNKNOWN)
    assert example.none == 0


def test_evidence_moves_with_what_is_redacted():
    """A phone number in front of the evidence becomes a placeholder; the words stay the same."""
    text = "Gọi 0912 345 678 mà giao hàng chậm"
    start = text.index("giao")
    example = to_example(
        row(text, themes={"delivery": "negative"}, evidence=(Evidence("delivery", start, len(text)),)), Redactor()
    )

    ((theme, first, last),) = example.evidence
    assert (THEMES[theme], example.text[first:last]) == ("delivery", "giao hàng chậm")
    assert "0912" not in example.text


def test_near_copies_share_a_mark_and_questions_tell_texts_apart():
    """Case, signs, diacritics and emoji make no copy another text; another question does, and so do short words."""
    assert copy_mark(row("Giao hàng rất chậm!!!")) == copy_mark(row("giao hang rat cham 😡"))
    assert copy_mark(row("Không có gì", question="Cần cải thiện gì?")) != copy_mark(row("Không có gì"))
    assert copy_mark(row("tốt")) != copy_mark(row("tột"))


def test_no_text_and_no_person_stands_on_both_sides():
    """200 rows with copies and shared respondents: both sides are disjoint in both, and the share is near a quarter."""
    rows = [row(f"bình luận số {n % 90} về giao hàng", number=n, person=f"p{n % 70}" if n % 3 == 0 else None,
                sentiment="negative" if n % 4 else "positive", themes={}) for n in range(200)]  # fmt: skip
    feedback = prepare(rows)

    parts = divide(feedback, [], share=0.25, seed=0)

    held = set(parts.held)
    learnt = set(range(200)) - held
    assert len(parts.learnt) == len(learnt)
    for key in (lambda at: feedback.copies[at], lambda at: rows[at].comment.respondent_id or at):
        assert not {key(at) for at in held} & {key(at) for at in learnt}
    assert 30 <= len(held) <= 70


def test_near_copies_stay_on_one_side():
    """Sixty pairs of long texts that differ in one word: no pair is torn."""
    words = "abcdefghij"
    rows = []
    for n in range(60):
        tail = " ".join(f"từ{words[n // 10]}{words[n % 10]}{sign}" for sign in "klmnopqrstuvx")
        rows += [row(f"{start} {tail}", number=len(rows), sentiment="negative") for start in ("giao", "gửi")]

    held = set(divide(prepare(rows), [], share=0.25, seed=0).held)

    assert 20 <= len(held) <= 40
    assert all((at in held) == (at + 1 in held) for at in range(0, 120, 2))


def test_the_regression_set_is_never_learnt_from():
    """A row whose text stands there, up to case and signs, is not among those learnt from, held out or not."""
    rows = [row(f"bình luận số {n} về giao hàng", number=n, sentiment="negative") for n in range(40)]
    frozen = [row(f"Bình luận số {n} về GIAO hàng!") for n in range(40)]

    parts = divide(prepare(rows), frozen, share=0.25, seed=0)

    assert parts.learnt == []
    assert parts.held


def test_what_the_live_model_learnt_from_is_not_measured_on():
    """Of 60 rows 30 are known, one of them by somebody who wrote a new one too: those 31 are learnt from."""
    names = [f"{ten}{one}" for ten in "abcdef" for one in "klmnopqrst"]  # repeated letters would count as one
    rows = [row(f"bình luận {name} về giao hàng", number=n, person="lan" if n in (0, 59) else None,
                sentiment="negative" if n % 2 else "positive") for n, name in enumerate(names)]  # fmt: skip
    known = {fingerprint(one.comment.text) for one in rows[:30]}

    parts = divide(prepare(rows), [], share=0.25, seed=0, known=known)

    assert parts.known == 31
    assert set(parts.held) <= set(range(30, 59))
    assert 13 <= len(parts.held) <= 16, "half of what is new at most, a quarter of all if that is less"
    assert parts.learnt_marks >= known


def test_where_all_is_known_nothing_is_held_out():
    """The caller says what to do then."""
    rows = [row(f"bình luận số {n} về giao hàng", number=n, sentiment="negative") for n in range(10)]

    parts = divide(prepare(rows), [], share=0.25, seed=0, known={fingerprint(one.comment.text) for one in rows})

    assert (parts.held, parts.known, len(parts.learnt)) == ([], 10, 10)
