"""From an order to the warehouse that ships it: routed by a person at the keyboard, sent, and answered, in a real browser."""

import base64
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect
from standardwebhooks import Webhook

from ordersops.simulator.catalogue import products
from tests.product import Product, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]
GENERIC = 1
SECRET = "whsec_" + base64.b64encode(b"a secret of the hall in Leipzig").decode()
# The first has little left, the second takes a day longer: each has something for it, also where the shop did not find the address on the
# map, as happens to every fifth.
HALLS = {"place-0": ("Leipzig hall", 51.34, 12.37, 1, 3), "place-1": ("Hamburg hall", 53.54, 9.99, 2, 90)}


def tell_stock(product: Product) -> None:
    """The shop tells its halls and what lies there, signed as it signs everything."""
    now = datetime.now(UTC).replace(microsecond=0)
    goods = [one.sku for one in products(GENERIC) if one.requires_shipping]
    able = ["hazmat", "lithium", "customs", "oversize"]
    event = {
        "event": "stock.updated", "occurred_at": now.isoformat(), "stock_items": [{"sku": sku} for sku in goods],
        "locations": [
            {
                "id": key, "name": name, "country": "DE", "latitude": north, "longitude": east, "handling_days": days, "capabilities": able,
            }
            for key, (name, north, east, days, _) in HALLS.items()
        ],
        "levels": [
            {"location": key, "sku": sku, "on_hand": lying, "updated_at": now.isoformat()} for sku in goods for key, (*_, lying) in HALLS.items()
        ],
    }  # fmt: skip
    shop, body, name = product.shops[GENERIC], json.dumps(event), f"stock-{now.timestamp()}"
    signature = Webhook(shop["secret"]).sign(name, now, body)
    headers = {"webhook-id": name, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}
    assert requests.post(shop["endpoint"], data=body.encode(), headers=headers, timeout=60).status_code == 200


def connect_warehouses(product: Product, page: Page) -> None:
    """Somebody who manages stock says on the page of each hall where its warehouse is; the simulated ones are told the other half."""
    nodes = []
    for key, (name, *_) in HALLS.items():
        wait_for(lambda name=name: product.rows("SELECT 1 FROM stock_location WHERE name = %s", name))
        ((place,),) = product.rows("SELECT id FROM stock_location WHERE name = %s", name)
        page.goto(f"/stock/locations/{place}/")
        form = page.get_by_role("form", name="Its warehouse")
        form.get_by_label("Address").fill(f"{product.store_url}/nodes/{GENERIC}/{key}")
        form.get_by_label("Secret").fill(SECRET)
        form.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Connected")).to_be_visible()
        nodes.append({"place": key, "endpoint": page.get_by_text("/hooks/").inner_text(), "secret": SECRET})
    assert requests.post(f"{product.store_url}/shops/{GENERIC}/nodes", json=nodes, timeout=60).status_code == 200


def case_at_rest(product: Product, number: str) -> str:
    """The id of the open case once the store has told all it has to tell for now: new facts would turn a decision away."""
    sql = """SELECT c.id FROM cases_case c JOIN orders_order o ON o.id = c.order_id
             WHERE o.number = %s AND c.state = 'open' AND c.lane = 'triage' AND o.payment = 'paid'
             AND NOT EXISTS (SELECT FROM intake_delivery d WHERE d.order_id = o.id AND d.received_at > now() - interval '4 seconds')
             AND NOT EXISTS (SELECT FROM advice_question q WHERE q.order_id = o.id AND q.state = 'pending')"""
    return str(wait_for(lambda: product.rows(sql, number), explain=product.said)[0][0])


def test_an_order_that_goes_abroad_is_routed_by_keyboard_and_shipped_by_its_warehouse(product: Product, sit_down: Any) -> None:
    desk = sit_down("ops_reviewer")
    page = desk.page
    tell_stock(product)
    connect_warehouses(product, page)

    # The order goes abroad, so a person says where it ships from; the queue shows it without a reload.
    page.goto("/queues/triage/")
    number = product.tell("warehouse_in_disorder", shop=GENERIC)["orders"][0]["number"]
    expect(page.locator("[data-rows]").get_by_text(number)).to_be_visible()
    case = case_at_rest(product, number)

    # The plan table, what decided, and what it would take for the other hall to win.
    page.goto(f"/cases/{case}/")
    routing = page.get_by_role("region", name="Where it ships from")
    for name, *_ in HALLS.values():
        expect(routing.get_by_role("rowheader", name=name).first).to_be_visible()
    expect(routing.get_by_text(re.compile(r"would win|wins")).first).to_be_visible()
    expect(routing.get_by_text(re.compile("would win if")).first).to_be_visible()
    desk.is_clean()

    desk.press("a")  # opens the confirmation, decides nothing
    expect(page.get_by_role("dialog")).to_be_visible()
    desk.press("Control+Enter")
    wait_for(lambda: product.rows("SELECT state FROM cases_case WHERE id = %s", case) == [("decided",)])

    # The window passes, and the warehouse is asked; the store is told, too.
    sql = """SELECT e.kind FROM effects_effect e JOIN orders_order o ON o.id = e.order_id WHERE o.number = %s AND e.state = 'done' ORDER BY 1"""
    wait_for(lambda: [kind for (kind,) in product.rows(sql, number)] == ["node.request", "order.note", "order.tag"], explain=product.said)

    # Its answers come in disorder: the parcel first, then that it takes the order.
    order = "SELECT fulfilment FROM orders_order WHERE number = %s"
    wait_for(lambda: product.rows(order, number) in ([("shipped",)], [("delivered",)]), explain=product.said)
    asked = requests.get(product.store_url + "/state.json", timeout=60).json()["warehouses"]
    assert [(one["order"], one["status"]) for one in asked if one["order"] == number] == [(number, "shipped")]
    ((key,),) = product.rows("SELECT id FROM orders_order WHERE number = %s", number)
    page.goto(f"/orders/{key}/")
    expect(page.get_by_text("has sent it")).to_be_visible()
    desk.is_clean()
