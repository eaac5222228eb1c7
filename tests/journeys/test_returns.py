"""Goods come back: from the store's word to the refund in the shop, decided by keyboard; the customer sees how far it is without a login."""

import re
from typing import Any

import pytest
import requests
from playwright.sync_api import expect

from tests.axe import troubles
from tests.product import Product, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]
OF_RETURN = "FROM returns_returnrequest r JOIN orders_order o ON o.id = r.order_id WHERE o.number = %s"


def in_the_shop(product: Product, number: str) -> dict[str, Any]:
    """The order as the simulated shop itself sees it."""
    orders = requests.get(product.store_url + "/state.json", timeout=60).json()["orders"]
    found: dict[str, Any] = next(order for order in orders if order["number"] == number)
    return found


def link_to(product: Product, email: str) -> str:
    """The link in the newest letter that the customer got."""
    letters = requests.get(product.store_url + "/state.json", timeout=60).json()["letters"]
    found = [re.findall(r"http://\S+/send-back/[^/\s]+/\S+", letter["text"]) for letter in letters if letter["to"] == email]
    return next((links[0] for links in reversed(found) if links), "")


def is_sound(desk: Any) -> None:
    """Clean, and open to everybody. What axe's own styles made the policy say is forgotten."""
    desk.is_clean()
    assert troubles(desk.page) == []
    desk.troubles.clear()


def test_goods_come_back_and_the_money_follows_in_the_shop(product: Product, sit_down: Any) -> None:
    desk = sit_down("returns_reviewer")
    page = desk.page
    number = product.tell("sent_back_in_time", shop=0)["orders"][0]["number"]
    sql = f"""SELECT c.id FROM cases_case c WHERE c.lane = 'returns' AND c.state = 'open' AND c.subject IN (SELECT r.id {OF_RETURN})
              AND NOT EXISTS (SELECT FROM advice_question q WHERE q.order_id = c.order_id AND q.state = 'pending')"""
    ((case,),) = wait_for(lambda: product.rows(sql, number), explain=product.said)

    page.goto(f"/cases/{case}/")
    expect(page.get_by_text("Twelve checks").first).to_be_visible()
    desk.press("a")
    expect(page.get_by_role("dialog")).to_be_visible()
    desk.press("Control+Enter")
    wait_for(lambda: product.rows("SELECT state FROM cases_case WHERE id = %s", case) == [("decided",)])
    # The shop hears of it once the hold window is over.
    wait_for(lambda: [one["status"] for one in in_the_shop(product, number)["returns"]] == ["open"], explain=product.said)

    # The customer asks for the link, and is told what was decided in words of theirs.
    ((email, endpoint, returned),) = product.rows(
        f"SELECT o.email, (SELECT endpoint_id FROM stores_store s WHERE s.id = o.store_id), r.id {OF_RETURN}", number
    )
    theirs = sit_down("", width=390, height=844)
    theirs.page.goto(f"/send-back/{endpoint}")
    is_sound(theirs)
    theirs.page.get_by_label("Order number").fill(number)
    theirs.page.get_by_label("E-mail address of the order").fill(email)
    theirs.page.get_by_role("button", name="Send me the link").click()
    expect(theirs.page.get_by_text("Thank you")).to_be_visible()
    theirs.page.goto(wait_for(lambda: link_to(product, email), explain=product.said))
    is_sound(theirs)
    theirs.page.get_by_role("button", name="Go on").click()
    expect(theirs.page.get_by_role("heading", name=f"Order {number}")).to_be_visible()
    is_sound(theirs)
    theirs.page.get_by_role("link", name=re.compile("^R-")).click()
    expect(theirs.page.get_by_role("heading", name="Your return is accepted")).to_be_visible()
    is_sound(theirs)
    theirs.page.get_by_label("Tracking number").fill("RR 77")
    theirs.page.get_by_role("button", name="It is on its way").click()
    expect(theirs.page.get_by_role("heading", name="Your parcel is on its way to us")).to_be_visible()
    theirs.is_clean()

    # The parcel is taken in, looked at and paid.
    page.goto(f"/returns/{returned}/")
    expect(page.get_by_text("RR 77")).to_be_visible()
    page.get_by_role("button", name="Take it in").click()
    page.get_by_role("button", name="Inspected").click()
    page.get_by_role("button", name="Settle").click()
    refund = (
        "SELECT e.state FROM effects_effect e JOIN orders_order o ON o.id = e.order_id WHERE o.number = %s AND e.kind = 'refund.create'"
    )
    wait_for(lambda: product.rows(refund, number) == [("done",)], explain=product.said)
    assert in_the_shop(product, number)["payment"] in {"refunded", "partially_refunded"}
    theirs.page.reload()
    expect(theirs.page.get_by_role("heading", name="Your return is settled")).to_be_visible()
    expect(theirs.page.get_by_text("Went back to you")).to_be_visible()
    theirs.is_clean()
    page.reload()
    desk.is_clean()
