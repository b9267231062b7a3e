"""Files handed in, watched, and told of; keys; a service that goes away."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.service import EXAMPLES, eventually

FILES = sorted(path.name for path in EXAMPLES.iterdir() if path.suffix in (".csv", ".xlsx"))


def choose(page, name):
    """Choose a file, and wait until it was looked at."""
    page.locator(".view[data-view=upload] input[type=file]").set_input_files(EXAMPLES / name)
    page.get_by_role("button", name="Analyse", exact=True).wait_for()


def correct(page):
    """Take a column for something else than it was taken for."""
    for role in page.locator("select[aria-label^='Role of column']").all():
        if (before := role.input_value()) in ("segment", "unused"):
            label, after = role.get_attribute("aria-label"), "unused" if before == "segment" else "segment"
            role.select_option(after)
            chosen = page.get_by_label(label, exact=True)
            expect(chosen).to_have_value(after)
            expect(chosen.locator("xpath=ancestor::tr")).to_contain_text("Your choice")
            return
    raise AssertionError("no column could be taken for something else")


def test_every_example_is_looked_at_corrected_analysed_and_summed_up(window, start):
    service = start()
    shown = window(service=service)
    page = shown.go("upload")
    for name in FILES:
        choose(page, name)
        correct(page)
        page.get_by_role("button", name="Analyse", exact=True).click()
        page.locator(".ended.completed").wait_for()
        batch = re.search("batch=([^&]+)", page.url)[1]
        rows = service.request("GET", "/v1/summaries/themes", params={"metric": "comments", "batch": batch})["rows"]
        page.get_by_role("link", name="See what goes with the score").click()

        page.locator(".view[data-view=overview] h1").wait_for()
        assert f"batch={batch}" in page.url
        expect(page.locator(".span-text")).to_contain_text(f"{rows[0]['value']} comments")
        shown.settle()
        assert page.locator(".trouble").count() == 0
        shown.go("upload")

    assert len(service.request("GET", "/v1/batches")["items"]) == len(FILES) > 3


def test_of_a_file_without_known_comments_a_person_says_which_column_holds_them(window, start):
    """The page said only that there is none, and had no place to name one."""
    page = window(service=start(), forgiven=("422",)).go("upload")
    rows = "a,b\n" + "".join(f"{number},{number % 3}\n" for number in range(9))
    page.locator(".view[data-view=upload] input[type=file]").set_input_files(
        {"name": "a.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )
    page.get_by_label("Column of comments").select_option("b")
    page.get_by_role("button", name="Read this column").click()

    page.get_by_role("button", name="Analyse", exact=True).wait_for()
    expect(page.get_by_label("Role of column b", exact=True)).to_have_value("text")


def test_a_scale_is_taken_from_the_header_and_an_empty_one_refused(window, start):
    """Choosing "Score" for a column once made it NPS on 0-10, whatever its header said; the focus stays where it is."""
    page = window(service=start()).go("upload")
    survey = "Nhận xét,Dịch vụ của bãi xe (1-7)\nChờ lâu,2\nNhanh gọn,7\nBình thường,\n"
    page.locator(".view[data-view=upload] input[type=file]").set_input_files(
        {"name": "bai_xe.csv", "mimeType": "text/csv", "buffer": survey.encode()}
    )
    role = page.get_by_label("Role of column Dịch vụ của bãi xe (1-7)")
    role.focus()
    role.select_option("score")
    ends = [page.get_by_label(f"{end} score of column Dịch vụ của bãi xe (1-7)") for end in ("Lowest", "Highest")]
    expect(ends[0]).to_have_value("1")
    expect(ends[1]).to_have_value("7")
    expect(role).to_be_focused()
    ends[1].fill("0")
    ends[1].press("Tab")
    expect(page.get_by_role("alert")).to_contain_text("must be below")
    expect(ends[1]).to_have_value("7")


def test_two_surveys_are_chosen_by_name_and_scores_without_a_comment_count(window, start):
    """Each has its own filters and days; an answer without words is still an answer."""
    service = start()
    for name, survey in {
        "xe.csv": "Ý kiến,NPS,Ngày,Thành phố\nChờ lâu,2,01/03/2025,Huế\n,10,02/03/2025,Hà Nội\n",
        "hang.csv": "Ý kiến,NPS,Ngày,Kênh\nGiá rẻ,9,01/09/2025,Web\nHàng lỗi,1,02/09/2025,App\n",
    }.items():
        service.finished(service.request("POST", "/v1/batches", files={"file": (name, survey.encode())})["id"])
    shown = window(service=service)
    page = shown.go("overview")
    expect(page.locator(".span-text")).to_contain_text("3 comments · 1 Mar 2025 – 2 Sept 2025")
    expect(page.locator(".tiles")).to_contain_text("4 answers")
    page.get_by_role("button", name="File", exact=True).click()
    page.get_by_role("checkbox", name=re.compile("xe.csv")).click()
    expect(page.get_by_role("button", name="File: xe.csv")).to_be_focused()
    shown.settle()

    expect(page.locator(".span-text")).to_contain_text("1 comment · 1 Mar 2025 – 2 Mar 2025")
    expect(page.locator(".tiles")).to_contain_text("2 answers")
    expect(page.locator(".filters")).to_contain_text("Thành phố")
    expect(page.locator(".filters")).not_to_contain_text("Kênh")


def test_a_batch_is_still_watched_after_a_reload(window, start):
    """The service of this test works on nothing by itself, so that the batch waits however fast the machine is."""
    service = start(NLP_CX_WORKER="0")
    shown = window(service=service)
    page = shown.go("upload")
    page.locator("textarea").fill("giao hàng chậm quá\nnhân viên nhiệt tình")
    page.get_by_role("button", name="Read these lines").click()
    page.get_by_role("button", name="Analyse", exact=True).click()
    page.wait_for_url(re.compile("batch="))  # the service has it
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.reload()
    expect(page.get_by_role("progressbar")).to_be_visible()
    worker = service.work()
    try:
        page.locator(".ended.completed").wait_for()
        expect(page.locator(".ended")).to_contain_text("2 comments")
    finally:
        worker.terminate()
        worker.wait(60)


def test_an_alert_is_made_tried_switched_off_and_deleted(window, service):
    shown = window()
    page = shown.go("alerts")
    page.get_by_role("button", name="Create an alert").first.click()
    box = page.get_by_role("dialog")
    box.get_by_role("combobox", name="Theme").select_option("delivery")
    box.get_by_role("spinbutton", name="Limit").fill("12.5")
    box.get_by_role("combobox", name="Look").select_option("month")
    said = "Tell when more than 12.5% of the comments of a month blame “Delivery & fulfilment”."
    expect(box.locator(".rule-said")).to_have_text(said)
    box.get_by_role("button", name="Try it").click()
    expect(box.get_by_role("status")).to_have_text(re.compile("^It would"))
    box.get_by_label(re.compile("^Name")).fill('<b>"Giao hàng" & co</b>')
    box.get_by_role("button", name="Save").click()
    rule = page.locator(".batch", has_text=said)
    expect(rule).to_contain_text('<b>"Giao hàng" & co</b>')
    rule.get_by_role("switch").uncheck()
    expect(rule.locator(".chip", has_text="off")).to_be_visible()
    (kept,) = service.request("GET", "/v1/alerts")["items"]
    rule.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".batch", has_text=said)).to_have_count(0)

    assert (kept["limit"], kept["window"], kept["theme"], kept["enabled"]) == (0.125, "month", "delivery", False)
    assert service.request("GET", "/v1/alerts")["items"] == []


@pytest.mark.parametrize("texts", [[], ["giao hàng chậm quá"]], ids=["none", "one"])
def test_keys_a_service_that_stops_and_very_few_comments(window, start, texts):
    """With nothing at all, and with one comment without score or date."""
    service = start()
    if texts:
        service.finished(service.submit([{"text": text} for text in texts]))
    admin = window(service=service, forgiven=("401", "ERR_CONNECTION_REFUSED"))
    for view in ("overview", "read", "review", "batches", "alerts", "models"):
        page = admin.go(view)
        assert page.locator(".trouble").count() == 0, view
    if not texts:
        return
    page = admin.go("keys")
    page.get_by_role("button", name="Create a key").click()
    page.get_by_role("dialog").get_by_role("button", name="Create a key").click()
    page.get_by_role("dialog", name="The key was made").get_by_role("button", name="Close").last.click()
    expect(page.locator(".chip", has_text="in use here")).to_be_visible()
    held = page.evaluate("localStorage.getItem('nlp-cx.key')")
    headers = {"Authorization": f"Bearer {held}"}
    other = service.request("POST", "/v1/keys", json={"name": "reader", "scopes": ["read"]}, headers=headers)

    reader = window(service=service, forgiven=("401", "ERR_CONNECTION_REFUSED"))
    seen = reader.page
    seen.goto(f"{service.url}/#/read")
    seen.get_by_role("dialog").get_by_label("API key").fill(other["key"])
    seen.get_by_role("button", name="Sign in").click()
    seen.locator(".comment").wait_for()
    assert seen.get_by_role("button", name="Correct the labels").count() == 0
    seen.keyboard.press("j")
    seen.keyboard.press("1")  # what it may not do is not tried
    reader.go("review")
    expect(seen.locator(".empty")).to_contain_text("may not correct")
    reader.go("keys")
    expect(seen.locator(".empty")).to_contain_text("Admin rights")

    service.request("DELETE", f"/v1/keys/{other['prefix']}", headers=headers)
    held = {"Authorization": f"Bearer {other['key']}"}
    eventually(lambda: httpx.get(f"{service.url}/v1/dimensions", headers=held).status_code == 401)
    seen.locator("[data-side=overview]").click()
    expect(seen.get_by_role("dialog")).to_contain_text("API key")
    seen.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(seen.get_by_role("alert").first).to_be_visible()

    service.stop()
    page.locator("[data-side=batches]").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
