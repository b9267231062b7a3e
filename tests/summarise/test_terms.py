"""Terms are the words of customers that set a theme apart."""

from nlp_cx.records import LanguageCode
from nlp_cx.summarise.passages import Passage
from nlp_cx.summarise.terms import TERMS, find_terms


def passages(texts: list[str], language: LanguageCode = "vi", evidence: str = "") -> list[Passage]:
    return [
        Passage(
            comment_id=str(number),
            text=text,
            evidence=((text.index(evidence), text.index(evidence) + len(evidence)),) if evidence else (),
            begins=True,
            ends=True,
            language=language,
            sentiment="negative",
            confidence=0.9,
            agreement=1.0,
            themes=1,
            scores={},
        )
        for number, text in enumerate(texts)
    ]


def texts(themes: dict[str, list[Passage]], theme: str) -> list[str]:
    return [term.text for term in find_terms(themes)[theme]]


def test_words_of_all_themes_weigh_less():
    """The word "shop" stands in both themes, "giao hàng" and "giá" in one each."""
    themes = {
        "delivery": passages(["shop giao hàng chậm", "giao hàng lâu nhé shop", "lần này giao hàng trễ"]),
        "price": passages(["shop bán giá cao", "shop để giá chát", "giá của shop cao"]),
    }

    assert texts(themes, "delivery")[0] == "giao hàng"
    assert texts(themes, "price")[0] == "giá"


def test_a_negation_stays_with_its_word():
    """ "Not clean" must not be reported as "clean"."""
    themes = {"place": passages(["The room was not clean", "bathroom not clean at all", "not clean"], "en")}

    assert texts(themes, "place") == ["not clean"]


def test_terms_are_written_as_most_customers_do():
    """Two write "wifi", one "WIFI": the term is "wifi" and stands in three comments."""
    themes = {"place": passages(["WIFI chập chờn", "wifi yếu", "mất wifi"])}

    (term,) = find_terms(themes)["place"]
    assert (term.text, term.count, term.language) == ("wifi", 3, "vi")


def test_a_word_counts_once_per_comment():
    """One customer who repeats a word does not make it a term."""
    themes = {"speed": passages(["queue queue queue queue", "slow", "slow again"], "en")}

    assert texts(themes, "speed") == ["slow"]


def test_evidence_counts_more_than_the_words_beside_it():
    """Both words stand in the same comments; the one that proves the theme comes first."""
    listed = passages(["lobby looked fine, parking was a mess", "parking at the lobby was full"], "en", "parking")

    first, second = find_terms({"place": listed})["place"]
    assert (first.text, second.text) == ("parking", "lobby")
    assert first.weight > second.weight


def test_placeholders_and_stop_words_are_no_terms():
    """Personal data was replaced; its placeholder says nothing, and neither do words without a topic."""
    themes = {"support": passages(["gọi [PHONE] không được", "gọi [PHONE] mà không ai", "goi [PHONE] cho toi"])}

    assert texts(themes, "support") == ["gọi"]


def test_languages_that_are_not_read_give_no_terms():
    """What cannot be cut into words is left out."""
    assert find_terms({"staff": passages(["ok lah", "ok lah"], "other")}) == {"staff": ()}
    assert find_terms({}) == {}


def test_terms_are_few_and_strongest_first():
    """Of many words the heaviest are given, in order."""
    listed = passages([" ".join(f"{word}word" for word in "abcdefghijklmnop"[:at]) for at in range(3, 17)], "en")

    terms = find_terms({"product": listed})["product"]

    assert 1 <= len(terms) <= TERMS
    assert [term.weight for term in terms] == sorted((term.weight for term in terms), reverse=True)
