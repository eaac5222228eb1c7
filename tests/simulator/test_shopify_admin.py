"""The Admin interface of the simulated Shopify shop: it understands what is asked of it, and every act shows in the world and in webhooks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from graphql import (
    GraphQLNamedType,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
    is_scalar_type,
    is_union_type,
    parse,
    validate,
)

from ordersops.simulator.shopify_admin import schema
from ordersops.stores.models import Store
from ordersops.stores.platforms.shopify import Shopify
from ordersops.stores.platforms.shopify.documents import NAMES, document
from ordersops.stores.platforms.shopify.interface import ShopifyInterface
from ordersops.stores.platforms.shopify.polled import polled_facts
from tests.stores.shopify import official

from .conftest import SHOPIFY_TOKEN, Receiver, Running


def ask(running: Running, name: str, *, token: str = SHOPIFY_TOKEN, **variables: Any) -> dict[str, Any]:
    answer = requests.post(
        f"{running.address}/admin/api/2026-07/graphql.json",
        json={"query": document(name), "variables": variables},
        headers={"X-Shopify-Access-Token": token},
        timeout=120,
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def do(running: Running, name: str, **variables: Any) -> dict[str, Any]:
    """The payload of the one field of a document."""
    answer = ask(running, name, **variables)
    assert "errors" not in answer, answer
    (payload,) = answer["data"].values()
    return payload


def gid(kind: str, key: str) -> str:
    return f"gid://shopify/{kind}/{key}"


def held(running: Running) -> str:
    (order_id,) = running.send("stolen_card", shop=0)
    running.settle()
    return order_id


def store(running: Running) -> Store:
    return Store(name="North", platform="shopify", api_url=running.address, api_key=SHOPIFY_TOKEN)


@pytest.mark.parametrize("name", NAMES)
def test_the_shop_understands_what_is_asked(name: str) -> None:
    assert validate(schema(), parse(document(name))) == []


@official.needs_schema
@pytest.mark.parametrize("name", sorted(name for name in schema().type_map if not name.startswith("__")))
def test_every_type_is_the_platforms(name: str) -> None:
    """Each field, argument and value is there in the platform's own schema, with the same type and nullability."""
    mine, theirs = schema().type_map[name], official.schema().type_map[name]
    assert type(mine).__name__ == type(theirs).__name__
    if is_enum_type(mine):
        assert set(mine.values) <= set(theirs.values)
    elif is_union_type(mine):
        assert {t.name for t in mine.types} <= {t.name for t in theirs.types}
    elif not is_scalar_type(mine):
        _same_fields(mine, theirs)


def _same_fields(mine: GraphQLNamedType, theirs: GraphQLNamedType) -> None:
    assert is_object_type(mine) or is_interface_type(mine) or is_input_object_type(mine)
    for name, field in mine.fields.items():
        own = theirs.fields[name]
        assert str(field.type) == str(own.type), name
        if not is_input_object_type(mine):
            assert {a: str(arg.type) for a, arg in field.args.items()}.items() <= {a: str(arg.type) for a, arg in own.args.items()}.items()
            needed = {a for a, arg in own.args.items() if str(arg.type).endswith("!") and arg.default_value is None}
            assert not needed - set(field.args), name


def test_without_the_token_nothing_is_told(run: Callable[..., Running]) -> None:
    running = run()
    answer = requests.post(f"{running.address}/admin/api/2026-07/graphql.json", json={"query": "{ a }"}, timeout=120)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "story", ["ordinary", "two_parcels", "refunded", "declined_then_paid", "stolen_card", "gift", "cancelled_by_customer"]
)
def test_reading_tells_what_the_webhooks_told(story: str, run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    (order_id,) = running.send(story, shop=0)
    running.settle()
    found = ShopifyInterface().order(store(running), order_id)
    assert found is not None
    polled = polled_facts(found.payload, found.changed_at)
    body = [r.document for r in receiver.received if r.topic == "orders/updated"][-1]
    told = Shopify().facts(topic="orders/updated", payload=body, at=found.changed_at)
    assert polled.core is not None
    assert told.core is not None
    assert polled.core.issues == ()
    for name in (
        "number",
        "total",
        "tax_total",
        "discount_total",
        "shipping_total",
        "payment",
        "currency",
        "note",
        "email",
        "tags",
        "lines",
    ):
        assert getattr(polled.core, name) == getattr(told.core, name), name
    assert polled.core.shipping_address == told.core.shipping_address
    assert [shipment.external_id for shipment in polled.shipments] == [shipment.external_id for shipment in told.shipments]
    assert [refund.amount for refund in polled.refunds] == [refund.amount for refund in told.refunds]
    assert len(polled.transactions) == len(running.store.record.orders[0].transactions)


def test_what_changed_is_paged_to_the_end(run: Callable[..., Running]) -> None:
    running = run()
    order_ids = running.send("ordinary", shop=0, n=25)
    running.settle()
    now, seen, cursor = datetime.now(UTC), [], ""
    for _ in range(5):
        page = ShopifyInterface().changed(store(running), since=now - timedelta(days=1), until=now + timedelta(days=1), cursor=cursor)
        seen += [found.external_id for found in page.documents]
        if not (cursor := page.cursor):
            break
    assert sorted(seen) == sorted(order_ids)
    early = ShopifyInterface().changed(store(running), since=now - timedelta(days=2), until=now - timedelta(days=1))
    assert early.documents == []


def test_a_released_hold_lets_the_parcel_go(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    order_id = held(running)
    (work,) = ask(running, "order_state", id=gid("Order", order_id))["data"]["order"]["fulfillmentOrders"]["nodes"]
    assert (work["status"], [hold["reason"] for hold in work["fulfillmentHolds"]]) == ("ON_HOLD", ["HIGH_RISK_OF_FRAUD"])
    released = do(running, "release_hold", id=work["id"], holds=[hold["id"] for hold in work["fulfillmentHolds"]])
    assert (released["userErrors"], released["fulfillmentOrder"]["status"]) == ([], "OPEN")
    running.settle()
    order = running.order(order_id)
    assert (order["shipping"], order["payment"], order["word"]) == ("delivered", "paid", "released")
    assert {"orders/paid", "fulfillments/create", "orders/fulfilled"} <= {received.topic for received in receiver.received}
    again = do(running, "release_hold", id=work["id"], holds=[hold["id"] for hold in work["fulfillmentHolds"]])
    assert again["userErrors"]


def test_a_hold_of_ours_keeps_the_parcel_here_until_the_last_is_gone(run: Callable[..., Running]) -> None:
    running = run()
    order_id = held(running)
    work = gid("FulfillmentOrder", order_id)
    ours = {"reason": "OTHER", "handle": "case-7", "reasonNotes": "asks for proof"}
    made = do(running, "hold", id=work, hold=ours)
    assert made["userErrors"] == []
    assert do(running, "hold", id=work, hold=ours)["userErrors"][0]["code"] == "DUPLICATE_FULFILLMENT_HOLD_HANDLE"
    holds = do(running, "fulfillment_order", id=work)["fulfillmentHolds"]
    assert [hold["heldByRequestingApp"] for hold in holds] == [False, True]
    do(running, "release_hold", id=work, holds=[holds[0]["id"]])
    running.settle()
    assert running.order(order_id)["shipping"] == "unfulfilled"
    assert do(running, "fulfillment_create", fulfillment={"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": work}]})["userErrors"]
    do(running, "release_hold", id=work, holds=[holds[1]["id"]])
    running.settle()
    assert running.order(order_id)["shipping"] == "delivered"


def test_a_parcel_with_its_own_number(run: Callable[..., Running]) -> None:
    running = run(tempo=100.0)
    (order_id,) = running.send("ordinary", shop=0)
    order = running.store.record.orders[0]
    asked = {
        "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": gid("FulfillmentOrder", order_id)}],
        "trackingInfo": {"company": "UPS", "number": "1Z7", "url": "https://track.example/1Z7"},
    }
    made = do(running, "fulfillment_create", fulfillment=asked)
    assert made["userErrors"] == []
    shown = do(running, "fulfillment", id=made["fulfillment"]["id"])
    assert shown["trackingInfo"] == [{"company": "UPS", "number": "1Z7", "url": "https://track.example/1Z7"}]
    assert order.shipments[0].tracking == "1Z7"
    assert do(running, "fulfillment_create", fulfillment=asked)["userErrors"]


def test_what_is_held_does_not_ship_by_itself(run: Callable[..., Running]) -> None:
    running = run(tempo=100.0)
    (order_id,) = running.send("ordinary", shop=0)
    order = running.store.record.orders[0]
    assert do(running, "hold", id=gid("FulfillmentOrder", order_id), hold={"reason": "OTHER", "handle": "case-8"})["userErrors"] == []
    with running.store.director.at(order) as scene:
        assert scene.ship(order) is None
        order.holds.clear()
        assert scene.ship(order) is not None


def test_tags_note_address_and_metafield(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    order_id = held(running)
    key, told = gid("Order", order_id), len(receiver.received)
    do(running, "tags_add", id=key, tags=["checked", "vip"])
    do(running, "tags_remove", id=key, tags=["vip"])
    place = {"address1": "Kungsgatan 2", "city": "Göteborg", "countryCode": "SE", "zip": "411 19", "firstName": "Åsa", "lastName": "Ek"}
    do(running, "order_update", input={"id": key, "note": "ring twice", "shippingAddress": place})
    field = {"ownerId": key, "namespace": "desk", "key": "case", "type": "single_line_text_field", "value": "7"}
    do(running, "metafields_set", metafields=[field])
    state = do(running, "order_state", id=key)
    assert (state["tags"], state["note"]) == (["checked"], "ring twice")
    assert (state["shippingAddress"]["name"], state["shippingAddress"]["countryCodeV2"]) == ("Åsa Ek", "SE")
    shown = do(running, "metafield", id=key, namespace="desk", key="case")["metafield"]
    assert (shown["type"], shown["value"]) == ("single_line_text_field", "7")
    running.settle()
    assert [received.topic for received in receiver.received[told:]] == ["orders/updated"] * 4
    assert receiver.received[-1].document["note"] == "ring twice"


def test_a_cancellation_with_the_money_back(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    (order_id,) = running.send("account_takeover", shop=0)
    running.settle()
    asked = {"id": gid("Order", order_id), "reason": "FRAUD", "restock": True, "refund": {"originalPaymentMethodsRefund": True}}
    assert do(running, "order_cancel", **asked)["orderCancelUserErrors"] == []
    running.settle()
    order = running.order(order_id)
    assert (order["cancelled"], order["refunded"]) == (True, order["captured"])
    assert "orders/cancelled" in {received.topic for received in receiver.received}
    assert do(running, "order_cancel", **asked)["orderCancelUserErrors"][0]["code"] == "INVALID"


def test_a_refund_is_made_once_for_each_key(run: Callable[..., Running]) -> None:
    running = run()
    (order_id,) = running.send("ordinary", shop=0)
    running.settle()
    seen = do(running, "order_refunds", id=gid("Order", order_id))
    (paid,) = [t for t in seen["transactions"] if t["maximumRefundableV2"]]
    move = {"amount": "5.00", "gateway": paid["gateway"], "kind": "REFUND", "orderId": gid("Order", order_id), "parentId": paid["id"]}
    asked = {"orderId": gid("Order", order_id), "note": "scratch", "transactions": [move]}
    first, second = (do(running, "refund_create", input=asked, key="k1") for _ in range(2))
    assert first == second
    assert running.order(order_id)["refunded"] == "5.00"
    more = asked | {"transactions": [move | {"amount": "99999.00"}]}
    assert ask(running, "refund_create", input=more, key="k1")["errors"][0]["extensions"]["code"] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
    assert do(running, "refund_create", input=more, key="k2")["userErrors"]
    assert running.order(order_id)["refunded"] == "5.00"


def test_a_risk_assessment_is_kept_and_announced(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    order_id = held(running)
    facts = [{"description": "Mail of random letters", "sentiment": "NEGATIVE"}]
    do(running, "risk_create", input={"orderId": gid("Order", order_id), "riskLevel": "HIGH", "facts": facts})
    risk = ask(running, "order_risks", id=gid("Order", order_id))["data"]["order"]["risk"]
    assert (risk["recommendation"], risk["assessments"][0]["facts"]) == ("CANCEL", facts)
    running.settle()
    assert receiver.received[-1].topic == "orders/risk_assessment_changed"


def test_subscriptions_are_listed_created_and_repaired(run: Callable[..., Running], receiver: Receiver) -> None:
    running = run()
    address = f"{receiver.address}/hooks/shopify"
    before = {found.topic: found.state for found in ShopifyInterface().subscriptions(store(running), address=address)}
    assert before["orders/create"] == "active"
    assert "missing" in before.values()
    after = ShopifyInterface().subscribe(store(running), address=address)
    assert {found.state for found in after} == {"active"}
    elsewhere = ShopifyInterface().subscriptions(store(running), address="https://elsewhere.example/")
    assert {found.state for found in elsewhere} == {"elsewhere"}


def test_a_dear_question_waits_for_points(run: Callable[..., Running]) -> None:
    running = run()
    order_id = held(running)
    running.post("/faults", json={"throttle": 1})
    answer = ask(running, "tags_add", id=gid("Order", order_id), tags=["x"])
    assert answer["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert running.order(order_id)["tags"] == []
    cost = ask(running, "tags_add", id=gid("Order", order_id), tags=["x"])["extensions"]["cost"]
    assert cost["requestedQueryCost"] == 10
    assert 0 < cost["throttleStatus"]["currentlyAvailable"] < cost["throttleStatus"]["maximumAvailable"]


def test_a_lost_answer_means_that_it_was_done(run: Callable[..., Running]) -> None:
    running = run()
    order_id = held(running)
    running.post("/faults", json={"mute_next": 1})
    answer = requests.post(
        f"{running.address}/admin/api/2026-07/graphql.json",
        json={"query": document("tags_add"), "variables": {"id": gid("Order", order_id), "tags": ["x"]}},
        headers={"X-Shopify-Access-Token": SHOPIFY_TOKEN},
        timeout=120,
    )
    assert answer.status_code == 502
    assert running.order(order_id)["tags"] == ["x"]
