"""The page: small hand-written ES modules and CSS, a client of the public API and nothing else.

No build step and nothing from elsewhere: what stands in `static/` is what a browser gets. `pages` reads the files;
`nlp_cx.api.page` serves them.
"""

from __future__ import annotations

from nlp_cx.dashboard.pages import Pages, StaticFile

__all__ = ["Pages", "StaticFile"]
