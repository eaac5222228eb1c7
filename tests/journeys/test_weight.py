"""How heavy the desk is for a browser that has never been here: bytes over the wire, moves of the layout, hosts asked."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import Desk
from tests.journeys.test_fraud_review import case_at_rest
from tests.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]
MOST = 100_000  # bytes as they come over the wire, with their headers
MOST_REQUESTS = 25
STILL = 0.005  # a due time that becomes a countdown may take a letter less; web.dev calls up to 0.1 good
SHOPIFY = 0
SHIFTS = """
window.shifts = [];
new PerformanceObserver((seen) => {
  for (const shift of seen.getEntries()) {
    window.shifts.push({ value: shift.value, what: shift.sources.map((source) => source.node?.className ?? String(source.node?.nodeName)) });
  }
}).observe({ type: "layout-shift", buffered: true });
"""


class Scales:
    """What a page's first load weighs: address and bytes of each answer, document, styles, scripts, drawings."""

    def __init__(self, page: Page) -> None:
        self.page, self.bytes = page, dict[str, int]()
        addresses: dict[str, str] = {}
        self.session = page.context.new_cdp_session(page)
        self.session.send("Network.enable")
        self.session.send("Network.setCacheDisabled", {"cacheDisabled": False})
        self.session.send("Network.clearBrowserCache")
        self.session.on("Network.requestWillBeSent", lambda event: addresses.update({event["requestId"]: event["request"]["url"]}))
        self.session.on("Network.loadingFinished", lambda event: self._weigh(addresses.get(event["requestId"], "?"), event))

    def _weigh(self, url: str, event: dict[str, Any]) -> None:
        path = url.split("?")[0]
        self.bytes[path] = self.bytes.get(path, 0) + int(event["encodedDataLength"])


@pytest.mark.parametrize("which", ["queue", "case"])
def test_a_first_load_is_light_and_stands_still(which: str, product: Product, browser: Browser, sit_down: Any) -> None:
    case = case_at_rest(product, product.tell("stolen_card", shop=SHOPIFY)["orders"][0]["number"])
    desk: Desk = sit_down("fraud_reviewer")
    desk.context.add_init_script(SHIFTS)
    page = desk.context.new_page()
    desk.page.close()
    scales, hosts = Scales(page), set[str]()
    page.on("request", lambda request: hosts.add("/".join(request.url.split("/")[:3])))
    page.goto({"queue": "/queues/fraud/", "case": f"/cases/{case}/"}[which])
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))")
    heaviest = sorted(scales.bytes.items(), key=lambda weighed: -weighed[1])
    total = sum(scales.bytes.values())
    print(f"{which}: {total:,} bytes in {len(heaviest)} answers; {heaviest[:8]}")
    assert any("/static/css/" in path for path in scales.bytes), "the cache was not cold"
    assert total < MOST, heaviest
    assert len(heaviest) <= MOST_REQUESTS, heaviest
    shifts = [shift for shift in page.evaluate("window.shifts") if isinstance(shift, dict)]  # the desk tells of them in words besides
    assert sum(shift["value"] for shift in shifts) < STILL, shifts
    assert hosts == {desk.base_url}
