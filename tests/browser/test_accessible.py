"""Every view, in both languages, both themes, on a phone and on a desk."""

from __future__ import annotations

import pytest

VIEWS = ("upload", "overview", "read", "review", "batches", "alerts", "models", "keys")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], "resultTypes": ["violations"]}


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


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_no_serious_barrier_in_any_view(window, view, theme):
    page = window(color_scheme=theme).go(view)

    assert findings(page) == []


@pytest.mark.parametrize("locale", ["vi-VN", "en-GB"])
def test_on_a_phone_no_view_scrolls_sideways(window, locale):
    shown = window(locale=locale, viewport={"width": 360, "height": 740}, has_touch=True)
    too_wide = {}
    for view in VIEWS:
        width = shown.go(view).evaluate("document.documentElement.scrollWidth")
        if width > 360:
            too_wide[view] = width

    assert too_wide == {}
