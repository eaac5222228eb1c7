"""axe-core on a page in the browser: what it finds against WCAG 2.2 AA, as sentences.

    assert troubles(page) == []

The script comes with the wheel axe-playwright-python, and is run by the browser's debugger: the page's own policy stays as strict as it is.
axe measures with inline styles, which that policy refuses and reports: ask whether the page is clean before, not after.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def script() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def troubles(page: Page, within: str = "", rules: Sequence[str] = ()) -> list[str]:
    """What axe finds on the page as it is now: rule, how bad, where, and what is wrong there. [] where nothing is. `rules`: only these.

    Meanwhile the window is as tall as the page: what a fixed bar covers by chance would count as too small to hit.
    """
    size = page.viewport_size or {"width": 1440, "height": 900}
    tall = page.evaluate("document.documentElement.scrollHeight") + 300
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], tall)})
    if not page.evaluate("'axe' in window"):
        page.evaluate(script())
    options = {"runOnly": {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate(
        "([within, options]) => axe.run(within || document, { ...options, preload: false })", [within, options]
    )
    page.set_viewport_size(size)
    return [
        f"{rule['id']} ({rule['impact']}): {' '.join(map(str, node['target']))}: {' '.join(node['failureSummary'].split())}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
