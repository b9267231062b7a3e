"""From a figure to the comments behind it, and back by an address."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DECOMPOSED, NAME, ODD, VALUES


def asked(page):
    """The filters that stand in the address."""
    return parse_qs(urlsplit(page.url).fragment.partition("?")[2])


def counted(service, **filters):
    """How many comments there are, as the API counts."""
    rows = service.request("GET", "/v1/summaries/themes", params={"metric": "comments", **filters})["rows"]
    return next(row["value"] for row in rows if row["metric"] == "comments")


def test_filters_act_on_everything_and_the_address_shows_a_colleague_the_same(window, service):
    first = window()
    page = first.go("overview")
    page.locator(".pick[data-pick=language]").click()
    page.get_by_role("checkbox", name=re.compile("English")).check()
    n = counted(service, language="en")
    expect(page.locator(".span-text")).to_contain_text(f"{n} comments")
    page.keyboard.press("Escape")
    page.locator(".pick[data-pick=sentiment]").click()
    page.get_by_role("checkbox", name=re.compile("Negative")).check()
    n = counted(service, language="en", sentiment="negative")
    expect(page.locator(".span-text")).to_contain_text(f"{n} comment")
    page.keyboard.press("Escape")
    first.settle()

    other = window()
    other.page.goto(page.url)
    expect(other.page.locator(".span-text")).to_contain_text(f"{n} comment")
    other.settle()

    assert asked(page) == {"language": ["en"], "sentiment": ["negative"]}
    assert other.page.locator(".view").inner_text() == page.locator(".view").inner_text()


def test_a_segment_with_any_signs_in_its_name_and_value_filters_and_survives_in_the_address(window, service, odd):
    page = window().go("overview", f"batch={odd}")
    page.locator(".filters").get_by_role("button", name=NAME, exact=True).click()
    page.get_by_role("checkbox", name=VALUES[0]).check()
    wanted = sum(VALUES[at % len(VALUES)] == VALUES[0] for at in range(len(ODD)))
    expect(page.locator(".span-text")).to_contain_text(f"{wanted} comments")

    other = window()
    other.page.goto(page.url)
    expect(other.page.locator(".span-text")).to_contain_text(f"{wanted} comments")
    other.settle()


def test_a_piece_of_a_bar_leads_to_its_comments(window, service):
    shown = window()
    page = shown.go("overview")
    piece = page.locator(".bars .seg").first
    n = int(re.sub(r"\D", "", piece.get_attribute("aria-label").rpartition(":")[2]))
    piece.click()
    page.locator(".view[data-view=read] .comment").first.wait_for()
    shown.settle()
    filters = asked(page)

    expect(page.locator(".view-head p")).to_have_text(re.compile(rf"^{n:,} comments?$"))
    assert n == counted(service, **filters)
    (judged,) = filters["mentioning_as"]
    for card in page.locator(".comment").all()[:5]:
        assert card.locator(f".mention.{judged}").count() > 0


def test_a_cell_and_a_point_lead_to_comments_by_keyboard(window):
    page = window().go("overview")
    for kind in ("a.dot-link", ".heat a", ".span-name", "a.column"):
        links = page.locator(kind)
        if links.count():
            assert links.first.get_attribute("href").startswith("#/read?"), kind
    page.locator(".bar-name").first.focus()
    page.keyboard.press("Enter")

    page.locator(".view[data-view=read] .comment").first.wait_for()


@pytest.mark.parametrize(
    ("at", "words"), [(2, "giao hàng chậm"), (3, "thô lỗ"), (4, "giao hàng chậm")], ids=["emoji", "decomposed", "phone"]
)
def test_the_words_that_prove_a_theme_are_marked_and_no_others(window, service, odd, at, words):
    text = ODD[at]
    words = unicodedata.normalize("NFD", words) if text == DECOMPOSED else words
    start = text.index(words)
    spans = [{"start": start, "end": start + len(words)}]
    theme = {"theme": "delivery", "sentiment": "negative", "spans": spans}
    service.request("POST", "/v1/labels", json={"comment_id": f"odd-{at}", "themes": [theme], "author": "tests"})

    page = window().go("read", f"batch={odd}")
    card = page.locator(f".comment[data-id=odd-{at}]")
    card.wait_for()

    assert card.locator("mark.evidence").all_inner_texts() == [words]
    if at == 4:
        assert card.locator(".redacted").all_inner_texts() == ["[PHONE]"]
        assert "0912" not in page.content()


def test_no_comment_becomes_markup(window, odd):
    shown = window()
    page = shown.go("read", f"batch={odd}")
    shown.settle()

    assert page.locator(".comment").count() == len(ODD)
    assert page.locator(".comment script, .comment img, .comment b:not(.found)").count() == 0
    assert page.title() == "Read · nlp_cx"
    assert "<script>" in page.locator(".comment[data-id=odd-0] .comment-text").inner_text()


def test_what_no_comment_fits_says_so_and_how_to_go_on(window):
    shown = window()
    for view in ("overview", "read"):
        page = shown.go(view, "language=other&touchpoint=nowhere")
        page.locator(".empty").get_by_role("button", name="Clear filters").click()
        expect(page).to_have_url(re.compile(rf"#/{view}$"))
        shown.settle()
