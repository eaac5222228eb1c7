"""An order that was read gives the same facts as the webhook for the same order."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ordersops.errors import Invalid
from ordersops.stores.facts import OrderFacts
from ordersops.stores.models import Store
from ordersops.stores.platforms import POLLED
from ordersops.stores.platforms.shopify import Shopify, order, parts, polled
from ordersops.stores.platforms.shopify.interface import ShopifyInterface, enum, wanted_topics
from tests.effects.shopify.orders import as_api, as_webhook
from tests.effects.shopify.server import Server, bag, first_of
from tests.stores.shopify.official import members, needs_schema

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
pytestmark = needs_schema


def read(server: Server, store: Store, **changes: Any) -> OrderFacts:
    row = as_api(**changes)
    server.shop.order_rows[row["id"]] = row
    document = ShopifyInterface().order(store, "1")
    assert document is not None
    return Shopify().facts(topic=POLLED, payload=document.payload, at=document.changed_at)


def test_the_pair_gives_the_same_facts(server: Server, shop_store: Store) -> None:
    sent, found = Shopify().facts(topic="orders/updated", payload=as_webhook(), at=AT), read(server, shop_store)
    assert sent.core is not None
    assert found.core is not None
    assert sent.core.issues == ()
    assert found.core.model_dump(exclude={"client"}) == sent.core.model_dump(exclude={"client"})
    for section in ("order", "at", "customer", "shipments", "refunds"):
        assert getattr(found, section) == getattr(sent, section), section
    assert {part.external_id: part.amount for part in found.transactions} == {"31": Decimal("69.00"), "32": Decimal("21.00")}


def test_what_the_api_does_not_tell_is_not_stated(server: Server, shop_store: Store) -> None:
    found = read(server, shop_store)
    assert found.core is not None
    assert "client" not in found.core.model_fields_set
    assert "issues" in found.core.model_fields_set


def test_payments_and_the_gravest_risk_come_with_it(server: Server, shop_store: Store) -> None:
    found = read(server, shop_store)
    sale = next(part for part in found.transactions if part.external_id == "31")
    assert (sale.kind, sale.status, sale.card.last4, sale.card.bin, sale.card.avs, sale.card.wallet) == (
        "sale", "success", "4242", "424242", "Y", "apple_pay",
    )  # fmt: skip
    assert found.risk is not None
    assert (found.risk.level, found.risk.provider, found.risk.facts) == ("high", "Shopify", (("Many cards", "negative"),))


def test_the_end_of_an_authorisation_comes_with_it(server: Server, shop_store: Store) -> None:
    moved = [{**one, "authorizationExpiresAt": "2026-03-08T12:00:00Z"} for one in as_api()["transactions"](None)]
    found = read(server, shop_store, transactions=first_of(moved))
    assert datetime(2026, 3, 8, 12, tzinfo=UTC) in {part.expires_at for part in found.transactions}


def test_the_parts_make_the_total_and_a_wrong_total_is_said(server: Server, shop_store: Store) -> None:
    found = read(server, shop_store)
    assert found.core is not None
    made = sum(line.price * line.quantity for line in found.core.lines if line.price is not None)
    assert made == found.core.subtotal
    core = found.core
    assert made - (core.discount_total or 0) + (core.shipping_total or 0) + (core.tax_total or 0) == core.total
    wrong = read(server, shop_store, totalPriceSet=bag("70.00")).core
    assert wrong is not None
    assert any("do not add up" in issue for issue in wrong.issues)


@pytest.mark.parametrize("payload", [{}, {"order": None}, {"order": {}}, {"order": []}, [], {"order": {"id": None}}])
def test_what_names_no_order_is_invalid(payload: Any) -> None:
    with pytest.raises(Invalid):
        Shopify().facts(topic=POLLED, payload=payload, at=AT)


def test_nothing_but_the_id_is_essential() -> None:
    found = Shopify().facts(topic=POLLED, payload={"order": {"id": "gid://shopify/Order/7"}}, at=AT)
    assert (found.order, found.at) == ("7", AT)


def test_every_word_of_the_schema_has_a_place() -> None:
    assert {word.lower() for word in members("OrderDisplayFinancialStatus")} == order.FINANCIAL
    known = {str(polled.FULFILMENT.get(word, word.lower())) for word in members("OrderDisplayFulfillmentStatus")}
    assert known - {"None"} <= order.FULFILMENT
    assert {word.lower() for word in members("FulfillmentStatus")} == set(parts.FULFILLMENT)
    moving = {word.lower() for word in members("FulfillmentDisplayStatus")}
    assert moving - {"canceled"} <= set(parts.MOVING) | parts.STILL_HERE
    assert members("RiskAssessmentResult") == {*polled.LEVELS, "PENDING"}
    assert {word.lower() for word in members("RefundLineItemRestockType")} == set(parts.RESTOCK)


def test_every_topic_that_we_want_is_one_of_shopify() -> None:
    assert {enum(topic) for topic in wanted_topics()} <= members("WebhookSubscriptionTopic")
