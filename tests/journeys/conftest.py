"""A browser on the real product. Every page is watched: a CSP violation, a script error or a request to another host fails the test."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.product import Product

PATIENCE_SECONDS = 60.0  # what is expected of a page comes within moments; on a machine that others use as well, later

WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective + " " + event.blockedURI));
"""
COUNT_SHIFTS = """
window.shifts = [];
new PerformanceObserver((seen) => {
  for (const shift of seen.getEntries()) {
    const what = shift.sources.map(({ node }) => (node?.closest ? node : node?.parentElement)?.closest("[class], [id]")?.outerHTML.slice(0, 90));
    window.shifts.push(`${shift.value.toFixed(4)} by ${what.join(", ")}`);
  }
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync"]  # fmt: skip
        browser = playwright.chromium.launch(executable_path=chromium_path, args=arguments)
        yield browser
        browser.close()
        connections.close_all()  # those of the loop that ends here: the database could not be dropped beneath them


class Desk:
    """One person at the desk; without a role, somebody who has not signed in."""

    def __init__(
        self, browser: Browser, product: Product, role: str, width: int = 1440, height: int = 900, host: str = "127.0.0.1"
    ) -> None:
        self.product = product
        self.base_url = product.base_url.replace("127.0.0.1", host)
        self.context = browser.new_context(viewport={"width": width, "height": height}, base_url=self.base_url)
        self.context.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.context.add_init_script(WATCH + COUNT_SHIFTS)
        self.page: Page = self.context.new_page()
        self.troubles: list[str] = []
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        self.page.on("console", self._said)
        self.page.on("request", lambda request: self._stays_here(request.url))
        if role:
            self.sign_in(role)

    def sign_in(self, role: str) -> None:
        self.page.goto("/accounts/login/")
        self.page.get_by_label("E-mail").fill(self.product.logins[role])
        self.page.locator("input[type=password]").fill(self.product.password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(re.compile(re.escape(self.base_url) + r"/(tower/)?$"))  # a supervisor's day begins in the tower

    def _said(self, message: ConsoleMessage) -> None:
        """Errors, but for what htmx says of a question that was under way when its page was left."""
        if message.type == "error" and not message.text.startswith(("htmx:afterRequest", "htmx:send")):
            self.troubles.append(f"{message.text} {message.location['url']}")

    def _stays_here(self, url: str) -> None:
        if not url.startswith((self.base_url, "data:", "blob:")):
            self.troubles.append(f"a request left: {url}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def is_clean(self) -> None:
        """No CSP violation on this page, no script error and no foreign request so far."""
        assert self.page.evaluate("window.violations") == []
        assert self.troubles == []


@pytest.fixture
def sit_down(browser: Browser, product: Product) -> Iterator[object]:
    """Sign somebody in: `sit_down("fraud_reviewer")` gives their Desk."""
    desks: list[Desk] = []

    def sign_in(role: str, **options: Any) -> Desk:
        desks.append(Desk(browser, product, role, **options))
        return desks[-1]

    yield sign_in
    for desk in desks:
        desk.context.close()
