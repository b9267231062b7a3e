"""People put right what the model read."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.service import eventually


def human(service, batch, comment):
    """Whether the service knows of a correction of a comment."""
    items = service.request("GET", "/v1/comments", params={"batch": batch, "limit": 100})["items"]
    return next(each for each in items if each["id"] == comment)["human"]


def test_a_sentiment_is_corrected_and_taken_back_by_keyboard_alone(window, service, odd):
    page = window().go("read", f"batch={odd}&text=onerror")
    card = page.locator(".comment[data-id=odd-1]")
    card.wait_for()
    before = card.locator(".comment-head .chip").first.inner_text()
    other, key = ("Positive", "3") if before != "Positive" else ("Negative", "1")
    page.locator("#main").focus()
    page.keyboard.press("j")
    expect(card).to_be_focused()
    page.keyboard.press(key)

    expect(card.locator(".comment-head .chip").first).to_have_text(other)
    expect(card).to_be_focused()
    eventually(lambda: human(service, odd, "odd-1"))
    page.keyboard.press("u")
    expect(card.locator(".comment-head .chip").first).to_have_text(before)
    eventually(lambda: not human(service, odd, "odd-1"))


def test_themes_are_corrected_in_place_and_undone_by_the_message(window, service, odd):
    page = window().go("read", f"batch={odd}&text=onerror")
    card = page.locator(".comment[data-id=odd-1]")
    before = card.locator(".mention").all_inner_texts()
    card.get_by_role("button", name="Correct the labels").click()
    card.locator(".add-theme").select_option("digital")
    card.get_by_label("Your name").fill("An")
    card.get_by_role("button", name="Save").click()

    expect(card.locator(".mention")).to_have_count(len(before) + 1)
    eventually(lambda: human(service, odd, "odd-1"))
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(card.locator(".mention")).to_have_count(len(before))
    eventually(lambda: not human(service, odd, "odd-1"))


def test_the_review_queue_goes_one_by_one_by_keyboard(window, service):
    if not service.request("GET", "/v1/review", params={"limit": 3})["items"][2:]:
        service.finished(service.submit([{"text": f"zzz {at} giao hàng nhân viên"} for at in range(5)]))
    shown = window()
    page = shown.go("review")
    card = page.locator(".review-place .comment")
    first = card.get_attribute("data-id")
    expect(card).to_be_focused()
    page.keyboard.press("x")
    expect(card).not_to_have_attribute("data-id", first)
    second = card.get_attribute("data-id")
    page.keyboard.press("3")
    expect(card.locator(".editor > .segmented [aria-pressed=true]")).to_have_text("Positive")
    page.keyboard.press("s")

    expect(page.locator(".facts strong")).to_have_text(re.compile("^1 reviewed"))
    expect(card).not_to_have_attribute("data-id", second)
    waiting = {item["id"] for item in service.request("GET", "/v1/review", params={"limit": 200})["items"]}
    assert first in waiting
    assert second not in waiting
