"""A customer writes, a person reads and approves by keyboard, and the answer lies in the customer's mailbox."""

import re
from typing import Any

import pytest
import requests
from playwright.sync_api import expect

from tests.product import Product, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]
GENERIC = 1


def case_at_rest(product: Product, number: str) -> str:
    """The id of the open inquiry about the order, once nothing about it is under way: new facts would turn a decision away."""
    sql = """SELECT c.id FROM cases_case c JOIN orders_order o ON o.id = c.order_id
             WHERE o.number = %s AND c.state = 'open' AND c.lane = 'inquiries'
             AND NOT EXISTS (SELECT FROM intake_delivery d WHERE d.order_id = o.id AND d.received_at > now() - interval '3 seconds')
             AND NOT EXISTS (SELECT FROM advice_question q WHERE q.order_id = o.id AND q.state = 'pending')"""
    return str(wait_for(lambda: product.rows(sql, number), explain=product.said)[0][0])


def test_a_question_is_answered_from_facts_by_keyboard_and_the_answer_arrives(product: Product, sit_down: Any) -> None:
    desk = sit_down("support_agent")
    page = desk.page
    page.goto("/queues/inquiries/")
    told = product.tell("asks_where_it_is", shop=GENERIC)["orders"][0]
    number = told["number"]

    # The message comes in by the signed webhook; the queue shows its case without a reload.
    case = case_at_rest(product, number)
    expect(page.locator("[data-rows]").get_by_text(number)).to_be_visible()
    page.goto(f"/cases/{case}/")
    expect(page.get_by_role("heading", name=re.compile(re.escape(number)))).to_be_visible()
    expect(page.get_by_text("Every claim checked")).to_be_visible()
    draft = page.get_by_role("region", name="Draft of facts")
    expect(draft).to_contain_text(number)
    desk.is_clean()

    desk.press("a")  # opens the confirmation with the words of the reply
    expect(page.get_by_role("dialog").locator("textarea").first).to_have_value(re.compile(re.escape(number)))
    desk.press("Control+Enter")
    wait_for(lambda: product.rows("SELECT state FROM cases_case WHERE id = %s", case) == [("decided",)])

    # The hold window passes, the effect settles, and the mail lies in the customer's mailbox, once.
    sent = "SELECT e.state FROM effects_effect e JOIN orders_order o ON o.id = e.order_id WHERE o.number = %s AND e.kind = 'message.send'"
    wait_for(lambda: product.rows(sent, number) == [("done",)], explain=product.said)
    state = requests.get(product.store_url + "/state.json", timeout=60).json()
    customer = next(order["email"] for order in state["orders"] if order["number"] == number)
    (letter,) = [one for one in state["letters"] if one["to"] == customer and number in one["text"]]
    assert number in letter["subject"]
    written = product.rows("SELECT body FROM inquiries_message m JOIN inquiries_conversation c ON c.id = m.conversation_id "
                           "JOIN orders_order o ON o.id = c.order_id WHERE o.number = %s AND m.outgoing", number)  # fmt: skip
    assert [" ".join(body.split()) for (body,) in written] == [" ".join(letter["text"].split())]

    verbs = [verb for (verb,) in product.rows(
        "SELECT verb FROM audit_event e JOIN orders_order o ON o.id = e.order_id WHERE o.number = %s ORDER BY e.seq", number)]  # fmt: skip
    story = ["inquiry.received", "inquiry.replied", "case.approved", "effect.sent"]  # one unit writes the second and the third
    assert [verbs.index(verb) for verb in story] == sorted(verbs.index(verb) for verb in story)
    desk.is_clean()
