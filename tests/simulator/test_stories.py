"""Every story, in every format: signed well, unique ids, sums that add up, nothing given back that was not taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from ordersops.simulator.stories import TALES

from .conftest import Receiver, Running

CRAFTED_WRONG = {"truncated", "bad_signature", "unknown_value", "unused_topic"}
WELL_FORMED = sorted(set(TALES) - CRAFTED_WRONG)
TELLINGS = {"loyal": 20, "refunded": 5, "cancelled_by_customer": 5}  # stories whose sums differ from one telling to the next
FORMATS = [pytest.param(0, id="shopify"), pytest.param(1, id="generic"), pytest.param(2, id="woocommerce")]
TELLING_PAID = FORMATS[:2]  # the third shop says of everything only that the order was updated


def told(receiver: Receiver) -> list[dict[str, Any]]:
    return [received.document for received in receiver.received]


@pytest.mark.parametrize("shop", FORMATS)
@pytest.mark.parametrize("story", WELL_FORMED)
def test_a_story_is_told_to_its_end(story: str, shop: int, run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    order_ids = running.send(story, shop=shop)
    running.settle()
    assert order_ids
    assert all(received.good for received in receiver.received)
    assert len({order["order_id"] for order in running.state()["orders"]}) == len(order_ids)
    assert running.state()["answers"] == {"200": len(receiver.received)}
    for order in running.store.record.orders:
        assert order.subtotal - order.discount + order.shipping.price + order.tax == order.total > 0
        assert order.refunded <= order.captured <= order.total
        for line in order.lines:
            assert 0 <= line.shipped <= line.quantity
            assert 0 <= line.refunded <= line.quantity
        if order.awaits_word:
            assert not order.shipments, "a suspicious order waits for the product's word"


@pytest.mark.parametrize("story", WELL_FORMED)
def test_shopify_bodies_add_up(story: str, run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    running.send(story, shop=0, n=TELLINGS.get(story, 1))
    running.settle()
    orders = [received.document for received in receiver.received if received.topic in ORDER_TOPICS]
    assert orders
    for order in orders:
        lines = sum(Decimal(line["price"]) * line["quantity"] for line in order["line_items"])
        shipping = sum((Decimal(line["price"]) for line in order["shipping_lines"]), Decimal(0))
        assert lines - Decimal(order["total_discounts"]) + shipping + Decimal(order["total_tax"]) == Decimal(order["total_price"])
        assert order["id"] > 2**53
        for line in order["line_items"]:
            assert line["current_quantity"] <= line["quantity"]
            assert line["fulfillable_quantity"] + sum(_shipped(order, line["id"])) <= line["quantity"]


ORDER_TOPICS = {"orders/create", "orders/updated", "orders/paid", "orders/cancelled", "orders/fulfilled"}


def _shipped(order: dict[str, Any], line_id: int) -> list[int]:
    return [item["quantity"] for f in order["fulfillments"] for item in f["line_items"] if item["id"] == line_id]


@pytest.mark.parametrize("story", WELL_FORMED)
def test_generic_bodies_add_up(story: str, run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    running.send(story, shop=1, n=TELLINGS.get(story, 1))
    running.settle()
    created = [document for document in told(receiver) if document["event"] == "order.created"]
    assert created
    if story == "loyal":
        assert any(Decimal(order["totals"]["discount"]) for order in created), "some thank-you discounts are among them"
    for order in created:
        totals = {name: Decimal(value) for name, value in order["totals"].items()}
        assert sum(Decimal(item["unit_price"]) * item["quantity"] for item in order["items"]) == totals["subtotal"]
        assert totals["subtotal"] - totals["discount"] + totals["shipping"] + totals["tax"] == totals["total"]
    for document in told(receiver):
        moved = {"sale": Decimal(0), "refund": Decimal(0)}
        for transaction in document.get("payment", {}).get("transactions", []):
            if transaction["status"] == "success" and transaction["kind"] in ("sale", "capture", "refund"):
                moved["refund" if transaction["kind"] == "refund" else "sale"] += Decimal(transaction["amount"])
        assert moved["refund"] <= moved["sale"]


@pytest.mark.parametrize("story", WELL_FORMED)
def test_woocommerce_bodies_add_up(story: str, run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    running.send(story, shop=2, n=TELLINGS.get(story, 1))
    running.settle()
    orders = told(receiver)
    assert orders
    for order in orders:
        lines = sum(Decimal(line["total"]) for line in order["line_items"])
        assert lines + Decimal(order["shipping_total"]) + Decimal(order["total_tax"]) == Decimal(order["total"])
        assert sum(Decimal(line["total_tax"]) for line in order["line_items"]) == Decimal(order["total_tax"])
        assert sum(Decimal(line["subtotal"]) for line in order["line_items"]) - lines == Decimal(order["discount_total"])
        assert sum(Decimal(refund["total"]) for refund in order["refunds"]) + Decimal(order["total"]) >= 0
        assert order["number"] == str(order["id"])


@pytest.mark.parametrize("shop", FORMATS)
def test_every_event_is_newer_than_the_one_before(shop: int, run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    running.send("refunded", shop=shop)
    running.settle()
    name = "date_modified_gmt" if shop == 2 else "updated_at"
    happenings = {received.document[name]: None for received in receiver.received if name in received.document}
    assert list(happenings) == sorted(happenings)
    assert len(happenings) > 4


def test_a_card_testing_burst_has_one_address_one_bin_and_many_cards(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    order_ids = running.send("card_testing", shop=1)
    running.settle()
    assert 30 <= len(order_ids) <= 60
    created = [document for document in told(receiver) if document["event"] == "order.created"]
    tried = [t for document in told(receiver) for t in document.get("payment", {}).get("transactions", [])]
    assert len({order["client"]["ip"] for order in created}) == 1
    assert len({order["customer"]["email"] for order in created}) == len(order_ids)
    assert len({t["card"]["bin"] for t in tried}) == 1
    assert len({t["card"]["fingerprint"] for t in tried}) == len(order_ids)
    assert sum(t["status"] == "failure" for t in tried) > len(tried) / 2


@pytest.mark.parametrize("shop", TELLING_PAID)
def test_duplicates_come_under_the_same_id_and_under_a_new_one(shop: int, run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    running.send("duplicates", shop=shop)
    running.settle()
    same_body: dict[bytes, list[str]] = {}
    for received in receiver.received:
        if received.topic in ("orders/paid", "order.paid"):
            same_body.setdefault(received.body, []).append(received.webhook_id)
    (ids,) = same_body.values()
    assert len(ids) == 3
    assert len(set(ids)) == 2


@pytest.mark.parametrize("shop", TELLING_PAID)
def test_out_of_order_stories_begin_with_what_came_later(shop: int, run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    running.send("paid_before_created", shop=shop)
    running.settle()
    topics = [received.topic for received in receiver.received]
    created = topics.index("orders/create" if shop == 0 else "order.created")
    assert topics.index("orders/paid" if shop == 0 else "order.paid") < created


@pytest.mark.parametrize("shop", FORMATS)
def test_a_truncated_body_is_correctly_signed(shop: int, run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    running.send("truncated", shop=shop)
    running.settle()
    broken = [received for received in receiver.received if not _is_json(received.body)]
    assert len(broken) == 1
    assert broken[0].good


@pytest.mark.parametrize("shop", FORMATS)
def test_a_wrong_signature_is_refused_once_and_not_repeated(shop: int, run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    running.send("bad_signature", shop=shop)
    running.settle()
    assert [received.answer for received in receiver.received if not received.good] == [401]
    assert running.state()["answers"]["401"] == 1


@pytest.mark.parametrize(("story", "path"), [("unknown_value", ("payment", "status")), ("unused_topic", ("event",))])
def test_strange_content_is_well_signed(story: str, path: tuple[str, ...], run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    running.send(story, shop=1)
    running.settle()
    assert all(received.good for received in receiver.received)
    values = []
    for document in told(receiver):
        value: Any = document
        for key in path:
            value = value.get(key, {}) if isinstance(value, dict) else None
        values.append(value)
    assert {"moon_phase", "loyalty.points_earned"} & {value for value in values if isinstance(value, str)}


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True
