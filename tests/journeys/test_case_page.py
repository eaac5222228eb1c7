"""The case page in a browser: the checklist ticks in place, one key opens a closed advice."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.axe import troubles
from tests.journeys.test_fraud_review import case_at_rest
from tests.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("product")]
GENERIC = 1
BLIND = """
from decimal import Decimal
from django.utils import timezone
from ordersops.accounts.models import User
from ordersops.cases.lanes import lane
from ordersops.rollout.content import Content
from ordersops.rollout.models import PolicyVersion, Verdict
from ordersops.stores.models import Store
author, approver = User.objects.filter(email__in=["supervisor@demo.example", "admin@demo.example"])
share = Decimal(SHARE)
content = Content.model_validate({**Content.of(lane("fraud").policy).model_dump(), "blind_share": share}).model_dump(mode="json")
store = Store.objects.get(platform="woocommerce")
policy = PolicyVersion.objects.create(lane="fraud", store=store, number=NUMBER, content=content, note="All of them", author=author)
Verdict.objects.create(policy=policy, author=author, by=approver, approved=True, effective_from=timezone.now())
"""


def test_a_tick_stays_without_a_reload(product: Product, sit_down: Any) -> None:
    number = product.tell("stolen_card", shop=GENERIC)["orders"][0]["number"]
    case = case_at_rest(product, number)
    page = sit_down("fraud_reviewer").page
    page.goto(f"/cases/{case}/")
    page.evaluate("window.same = true")
    box = page.get_by_role("checkbox", name="The customer was asked")
    box.click()
    expect(box).to_be_checked()
    assert page.evaluate("window.same") is True
    assert product.rows("SELECT item FROM review_tick WHERE case_id = %s", case) == [("asked",)]


def test_one_key_opens_the_advice(product: Product, sit_down: Any) -> None:
    _closed(product, share=1, number=1)
    number = product.tell("stolen_card", shop=2)["orders"][0]["order_id"]  # there the number of an order is its id
    case = case_at_rest(product, number)
    desk = sit_down("fraud_reviewer")
    page = desk.page
    page.goto(f"/cases/{case}/")
    expect(page.get_by_role("heading", name="What do you think, before you see the advice?")).to_be_visible()
    assert "Decline and propose" not in page.content()
    desk.press("a")
    expect(page.get_by_role("dialog")).to_have_count(0)
    desk.is_clean()
    assert troubles(page) == []
    desk.press("2")
    expect(page.get_by_role("heading", name="Recommendation")).to_be_visible()
    assert product.rows("SELECT outcome FROM review_firstimpression WHERE case_id = %s", case) == [("decline",)]
    _closed(product, share=0, number=2)  # the journeys after this one find the advice open again


def _closed(product: Product, *, share: int, number: int) -> None:
    """A policy of the WooCommerce shop that closes the advice of this share of its cases."""
    assert product.command("shell", "-c", BLIND.replace("SHARE", str(share)).replace("NUMBER", str(number))).returncode == 0
