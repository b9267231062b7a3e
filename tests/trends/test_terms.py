"""Words that are new or rise are found; those that stay are not."""

from nlp_cx.summarise.passages import Passage
from nlp_cx.trends import rising_terms


def said(texts, language="en"):
    return [
        Passage(comment_id=str(at), text=text, evidence=(), begins=True, ends=True, language=language,
                sentiment="negative", confidence=1.0, agreement=1.0, themes=1, scores={})
        for at, text in enumerate(texts)
    ]  # fmt: skip


def test_a_new_word_is_found_and_a_steady_one_is_not():
    """The elevator broke in June; breakfast is always talked about."""
    before = said(["The breakfast was cold"] * 40)
    after = said(["The breakfast was cold"] * 20 + ["The elevator was broken"] * 20)
    found = {term.text: term for term in rising_terms(before, after)}

    assert found["elevator"].new
    assert (found["elevator"].count_before, found["elevator"].count, found["elevator"].n) == (0, 20, 40)
    assert "breakfast" not in found


def test_a_rising_word_tells_how_often_it_was_there_before():
    """From 4 of 40 to 24 of 40."""
    before = said(["The elevator stopped"] * 4 + ["Nice view here"] * 36)
    after = said(["The elevator stopped"] * 24 + ["Nice view here"] * 16)
    (term,) = rising_terms(before, after)

    assert "elevator" in term.text
    assert (term.count_before, term.count, term.new) == (4, 24, False)


def test_vietnamese_words_are_whole():
    """Not syllables: mã xác nhận or xác nhận, never nhận alone."""
    found = rising_terms(
        said(["Giao hàng nhanh"] * 30, "vi"), said(["Không nhận được mã xác nhận khi thanh toán"] * 30, "vi")
    )

    assert any("xác nhận" in term.text for term in found)
    assert "nhận" not in {term.text for term in found}


def test_a_few_comments_make_no_term():
    """Two mentions are what two customers wrote."""
    assert rising_terms(said(["All fine today"] * 50), said(["All fine today"] * 48 + ["The elevator broke"] * 2)) == ()


def test_an_empty_period_tells_nothing():
    """Everything would be new."""
    assert rising_terms([], said(["The elevator broke"] * 30)) == ()
    assert rising_terms(said(["The elevator broke"] * 30), []) == ()
