"""Every view, in both languages, both themes, on a phone and on a desk."""

from __future__ import annotations

import pytest

VIEWS = ("upload", "overview", "read", "review", "batches", "alerts", "models", "keys")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], "resultTypes": ["violations"]}
LEFT_OVER = """async (view) => {
  const stamp = performance.getEntriesByType("resource").map((one) => one.name).find((name) => name.includes("/words/common.js"));
  const books = await Promise.all(["common", view].map((name) => import(stamp.replace("common.js", `${name}.js`))));
  const said = (lang) => books.flatMap(({ words }) => Object.values(words[lang])).flatMap((one) => typeof one === "string" ? [one] : Object.values(one));
  const vietnamese = new Set(said("vi"));
  const english = new Set(said("en").filter((text) => !text.includes("{") && !vietnamese.has(text)));
  const keys = new Set(books.flatMap(({ words }) => Object.keys(words.vi)).filter((key) => /[.a-z][A-Z.]/.test(key)));
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const spoken = walker.currentNode.parentElement.closest("[lang]").lang;
    if (spoken === "vi" && (english.has(text) || keys.has(text) || /\\bundefined\\b|\\bNaN\\b|\\[object /.test(text))) found.push(text);
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder]")) {
    for (const name of ["aria-label", "title", "placeholder"]) if (english.has(element.getAttribute(name))) found.push(element.getAttribute(name));
  }
  return found;
}"""  # noqa: E501


def findings(page):
    """What axe calls serious or critical, with where it is."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe looks for barriers")
    found = axe.Axe().run(page, options=RULES).response["violations"]
    return [
        (one["id"], node["target"], node["html"][:160])
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.usefixtures("odd")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_serious_barrier_in_any_view(window, theme):
    shown = window(color_scheme=theme)

    assert {view: found for view in VIEWS if (found := findings(shown.go(view)))} == {}


@pytest.mark.usefixtures("odd")
def test_on_a_phone_no_view_scrolls_sideways_and_in_vietnamese_nothing_is_english(window):
    shown = window(locale="vi-VN", viewport={"width": 360, "height": 740}, has_touch=True)
    too_wide, english = {}, {}
    for view in VIEWS:
        page = shown.go(view)
        if (width := page.evaluate("document.documentElement.scrollWidth")) > 360:
            too_wide[view] = width
        if left := page.evaluate(LEFT_OVER, view):
            english[view] = left

    assert too_wide == {}
    assert english == {}


def test_the_theme_follows_the_system_until_one_is_chosen_and_that_is_remembered(window):
    shown = window(color_scheme="dark")
    page = shown.go("upload")
    colour = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(colour)
    page.locator("[data-side=theme]").click()  # light
    page.wait_for_function(f"dark => {colour} !== dark", arg=dark)  # the next frame has it
    assert page.evaluate("document.documentElement.dataset.theme") == "light"

    page.reload()
    page.locator(".view[data-view=upload] h1").wait_for()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.evaluate(colour) != dark


def test_the_language_is_the_browsers_until_one_is_chosen_and_that_is_remembered(window):
    shown = window(locale="vi-VN")
    page = shown.go("overview")
    assert page.evaluate("document.documentElement.lang") == "vi"
    assert page.locator("h1").inner_text() == "Tổng quan"

    page.locator("[data-side=language]").click()
    page.locator("h1", has_text="Overview").wait_for()
    page.reload()
    page.locator("h1", has_text="Overview").wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title() == "Overview · nlp_cx"
    shown.settle()


def test_the_first_paint_comes_and_its_time_is_noted(window, record_property):
    """How long it takes depends on the machine; the report of the tests keeps it."""
    page = window().go("overview")
    paints = page.evaluate(
        "new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().map((one) => one.startTime)))"
        ".observe({ type: 'paint', buffered: true }))"
    )

    record_property("first_paint_milliseconds", round(min(paints)))
    assert min(paints) > 0
