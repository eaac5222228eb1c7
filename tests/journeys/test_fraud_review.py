"""From the webhook of the simulated store to its receipt of the decision, by keyboard, in a real browser."""

import re
from typing import Any

import pytest
import requests
from playwright.sync_api import expect

from tests.product import Product, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]
GENERIC = 1


def case_of(product: Product, number: str) -> str:
    """The id of the open case about the order, once it is there."""
    sql = "SELECT c.id FROM cases_case c JOIN orders_order o ON o.id = c.order_id WHERE o.number = %s AND c.state = 'open' AND c.lane = 'fraud'"
    return str(wait_for(lambda: product.rows(sql, number))[0][0])


def case_at_rest(product: Product, number: str) -> str:
    """The id of the open case once the store has told all it has to tell for now: new facts would turn a decision away."""
    case = case_of(product, number)
    sql = """SELECT 1 FROM cases_case c JOIN orders_order o ON o.id = c.order_id WHERE c.id = %s AND o.payment <> 'pending'
             AND NOT EXISTS (SELECT FROM intake_delivery d WHERE d.order_id = o.id AND d.received_at > now() - interval '4 seconds')
             AND NOT EXISTS (SELECT FROM advice_question q WHERE q.order_id = o.id AND q.state = 'pending')"""
    wait_for(lambda: product.rows(sql, case))
    return case


def callbacks(product: Product, order: str) -> list[dict[str, Any]]:
    """What the simulated store was told about the order."""
    state = requests.get(product.store_url + "/state.json", timeout=60).json()
    return [callback for callback in state["callbacks"] if order in str(callback)]


def test_a_stolen_card_is_declined_by_keyboard_and_the_store_is_told(product: Product, sit_down: Any) -> None:
    desk = sit_down("fraud_reviewer")
    page = desk.page
    page.goto("/queues/fraud/")
    number = product.tell("stolen_card", shop=GENERIC)["orders"][0]["number"]

    # The queue shows it without a reload.
    row = page.locator("[data-rows]").get_by_text(number)
    expect(row).to_be_visible()
    case = case_at_rest(product, number)
    page.goto(f"/cases/{case}/")
    expect(page.get_by_role("heading", name=re.compile(re.escape(number)))).to_be_visible()
    expect(page.get_by_text("Every claim checked")).to_be_visible()
    desk.is_clean()

    desk.press("a")  # opens the confirmation, decides nothing
    expect(page.get_by_role("dialog")).to_be_visible()
    assert product.rows("SELECT state FROM cases_case WHERE id = %s", case) == [("open",)]
    desk.press("2", "Control+Enter")
    wait_for(lambda: product.rows("SELECT state FROM cases_case WHERE id = %s", case) == [("decided",)])
    page.wait_for_url(lambda url: str(case) not in url)  # the next case, or the queue, is there by itself
    page.goto(f"/cases/{case}/")
    expect(page.get_by_text("What follows outside")).to_be_visible()
    desk.is_clean()

    # The hold window passes, and the store receives the signed proposal once.
    told = wait_for(lambda: callbacks(product, number))
    assert len(told) == 1
    wait_for(
        lambda: (
            product.rows("SELECT state FROM effects_effect e JOIN orders_order o ON o.id = e.order_id WHERE number = %s", number)
            == [("done",)]
        ),
        explain=product.said,
    )

    # The history tells the whole story, in order, and holds.
    verbs = [verb for (verb,) in product.rows(
        "SELECT verb FROM audit_event e JOIN orders_order o ON o.id = e.order_id WHERE o.number = %s ORDER BY e.seq", number)]  # fmt: skip
    story = ["order.placed", "order.assessed", "order.held", "case.opened", "case.approved", "effect.planned", "effect.sent"]
    assert [verbs.index(verb) for verb in story] == sorted(verbs.index(verb) for verb in story)
    assert product.command("audit_verify", "--json").returncode == 0


def test_an_override_needs_a_reason_and_a_note_and_can_be_undone(product: Product, sit_down: Any) -> None:
    desk = sit_down("senior_fraud_reviewer")
    page = desk.page
    number = product.tell("stolen_card", shop=GENERIC)["orders"][0]["number"]
    case = case_at_rest(product, number)
    page.goto(f"/cases/{case}/")

    desk.press("o")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    desk.press("1", "Control+Enter")  # a reason, but no note
    page.wait_for_timeout(500)
    assert product.rows("SELECT state FROM cases_case WHERE id = %s", case) == [("open",)]

    dialog.locator("textarea").fill("Spoke to the customer on the phone; the parcel is a gift to a relative.")
    desk.press("Control+Enter")
    wait_for(lambda: product.rows("SELECT state FROM cases_case WHERE id = %s", case) == [("decided",)])
    expect(page.get_by_role("button", name=re.compile("Undo"))).to_be_visible()

    desk.press("u")
    wait_for(lambda: product.rows("SELECT state FROM cases_case WHERE id = %s", case) == [("open",)])
    assert product.rows(
        "SELECT count(*) FROM orders_hold h JOIN orders_order o ON o.id = h.order_id WHERE number = %s AND released_at IS NULL", number
    ) == [(1,)]
    assert not callbacks(product, number)
    expect(
        page.get_by_role("link", name=re.compile("Override")).or_(page.get_by_role("button", name=re.compile("Override"))).first
    ).to_be_visible()
    desk.is_clean()


def test_an_attack_is_one_case(product: Product, sit_down: Any) -> None:
    desk = sit_down("supervisor")
    orders = [order["number"] for order in product.tell("card_testing", shop=GENERIC)["orders"]]

    def settled() -> Any:
        sql = """SELECT c.orders_count FROM cases_case c WHERE c.state = 'open' AND c.lane = 'fraud' AND c.group_key <> '' AND c.orders_count >= %s
                 AND NOT EXISTS (SELECT FROM cases_case s JOIN orders_order o ON o.id = s.order_id
                                 WHERE s.state = 'open' AND s.lane = c.lane AND s.group_key = '' AND o.number = ANY(%s))"""
        return product.rows(sql, len(orders) // 2, orders)

    wait_for(settled)
    desk.page.goto("/queues/fraud/")
    expect(desk.page.get_by_text(re.compile(r"Attack, \d+ orders")).first).to_be_visible()
    desk.is_clean()


def test_keys_rest_while_typing(product: Product, sit_down: Any) -> None:
    desk = sit_down("fraud_reviewer")
    number = product.tell("disposable_email", shop=GENERIC)["orders"][0]["number"]
    desk.page.goto(f"/cases/{case_of(product, number)}/")
    desk.press("/")
    desk.page.keyboard.type("ao")
    assert desk.page.get_by_role("dialog").count() == 0
    desk.press("Escape")
