"""What a reviewer decides shows up in the shop: through the platform's own interface, without a person's hand-over."""

from typing import Any

import pytest
import requests
from playwright.sync_api import expect

from tests.journeys.test_fraud_review import case_at_rest
from tests.product import Product, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]
SHOPIFY, WOOCOMMERCE = 0, 2


def in_the_shop(product: Product, order_id: str) -> dict[str, Any]:
    """The order as the simulated shop itself sees it."""
    state = requests.get(product.store_url + "/state.json", timeout=60).json()
    found: dict[str, Any] = next(order for order in state["orders"] if order["order_id"] == order_id)
    return found


@pytest.mark.parametrize("shop", [SHOPIFY, WOOCOMMERCE], ids=["shopify", "woocommerce"])
def test_a_released_order_ships(shop: int, product: Product, sit_down: Any) -> None:
    desk = sit_down("senior_fraud_reviewer")
    page = desk.page
    told = product.tell("stolen_card", shop=shop)["orders"][0]
    number = told["order_id"] if shop == WOOCOMMERCE else told["number"]  # there the number of an order is its id
    case = case_at_rest(product, number)
    assert in_the_shop(product, told["order_id"])["shipping"] == "unfulfilled"

    page.goto(f"/cases/{case}/")
    desk.press("o")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    desk.press("1")
    dialog.locator("textarea").fill("Spoke to the customer on the phone; the parcel is a gift to a relative.")
    desk.press("Control+Enter")
    wait_for(lambda: product.rows("SELECT state FROM cases_case WHERE id = %s", case) == [("decided",)])

    released = (
        "SELECT e.state FROM effects_effect e JOIN orders_order o ON o.id = e.order_id WHERE o.number = %s AND e.kind = 'order.release'"
    )
    wait_for(lambda: product.rows(released, number) == [("done",)], explain=product.said)
    seen = in_the_shop(product, told["order_id"])
    assert (seen["word"], seen["payment"]) == ("released", "paid"), "the shop lets the parcel go, and takes what was only authorised"
    desk.is_clean()
