"""Every kind of effect on a Shopify store: seen as undone, written once, seen as done; what is there already is not written."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from ordersops.effects.connectors import CONNECTORS, PARTNERS, Seen, connector
from ordersops.effects.connectors.shopify import ACTS, ShopifyConnector, fulfilment, holds, orders, refunds, returns
from ordersops.effects.kinds import KINDS, inverse
from ordersops.effects.models import Effect
from ordersops.errors import Invalid, Upstream
from ordersops.orders.models import Order
from ordersops.stores.models import Store
from tests.effects.shopify.orders import API_PLACE, gid, held_twice
from tests.effects.shopify.server import TOKEN, Row, Server, connection
from tests.stores.shopify.official import members, needs_schema

pytestmark = needs_schema
SHOP = ShopifyConnector()
OURS = UUID("01900000-0000-7000-8000-000000000001")
FRAUD = {"id": gid("FulfillmentHold", 1), "handle": "risk", "reason": "HIGH_RISK_OF_FRAUD", "heldByRequestingApp": False}
OTHERS = {"id": gid("FulfillmentHold", 2), "handle": "3pl", "reason": "INVENTORY_OUT_OF_STOCK", "heldByRequestingApp": False}
ADDRESS = {
    "name": "Grace Hopper", "address1": "Side 2", "address2": "", "city": "Toronto", "province": "ON", "postal_code": "M5V 1A1",
    "country": "CA", "phone": "", "company": "",
}  # fmt: skip
WORK = {"fulfilment_order": "51"}
RETURN = {"return": "3"}
LAMP = {"id": gid("LineItem", 11), "title": "Lamp", "currentQuantity": 2}
PORTION = [{"external_id": "11", "quantity": 1}]
ASKED: dict[str, dict[str, Any]] = {
    "order.release": {},
    "order.hold": {"reason": "address", "note": "Wait"},
    "order.cancel": {"reason": "fraud", "restock": True, "refund": True, "notify": False},
    "order.risk_assessment": {"level": "high"},
    "order.tag": {"add": ["checked"], "remove": ["Gift"]},
    "order.note": {"text": "Leave at the door"},
    "order.metafield": {"namespace": "ops", "key": "state", "type": "single_line_text_field", "value": "checked"},
    "order.update_address": {"address": ADDRESS},
    "refund.create": {"amount": "10.00", "currency": "USD", "lines": [{"external_id": "11", "quantity": 1, "restock": "return"}],
                      "shipping_amount": "2.00", "note": "Broken", "notify": False},
    "fulfilment.move": WORK | {"location": "2"},
    "fulfilment.split": WORK | {"lines": PORTION},
    "fulfilment.request": WORK | {"message": "Please"},
    "fulfilment.cancel_request": WORK | {"message": "Stop"},
    "fulfilment.create": WORK | {"tracking_number": "1Z9", "carrier": "UPS", "url": "https://ups.example/1Z9", "notify": True},
    "fulfilment.cancel": {"fulfilment_order": "53", "tracking_number": "1Z1"},
    "fulfilment.merge": WORK | {"part": "52"},
    "replacement.create": {"lines": PORTION, "reason": "damaged", "note": "Broken on arrival"},
    "return.approve": RETURN,
    "return.cancel": RETURN,
    "return.decline": RETURN | {"reason": "final_sale", "note": "Sorry"},
    "return.process": RETURN | {"lines": PORTION},
    "stock.adjust": {"item": "8", "location": "1", "delta": -2, "reason": "damaged"},
}  # fmt: skip


@pytest.fixture
def order(server: Server) -> Row:
    row = held_twice()
    row["work"][0]["fulfillmentHolds"] = [FRAUD, OTHERS]
    server.shop.order_rows[row["id"]] = row
    lines: list[Row] = [
        {"__typename": "ReturnLineItem", "id": gid("ReturnLineItem", 61), "quantity": 2, "processableQuantity": 2, "processedQuantity": 0}
        | {"fulfillmentLineItem": {"id": gid("FulfillmentLineItem", 11), "lineItem": LAMP}}
    ]
    server.shop.returns[gid("Return", 3)] = {
        "id": gid("Return", 3), "status": "REQUESTED", "name": "#1-R1", "order": row, "decline": None, "lines": lines,
        "returnLineItems": connection(lines),
    }  # fmt: skip
    server.shop.stock[gid("InventoryItem", 8), gid("Location", 1)] = 7
    return row


@pytest.fixture
def effect(shop_store: Store, order: Row) -> Callable[..., Effect]:
    """An effect that nobody saved: a connector needs no database."""

    def make(kind: str, **changes: Any) -> Effect:
        arguments = ASKED[kind] | changes
        mirrored = Order(store=shop_store, external_id="1", number="#1001")
        return Effect(pk=OURS, store=shop_store, order=mirrored, kind=kind, arguments=arguments, idempotency_key=f"effect:{OURS}")

    return make


def write(effect: Effect) -> Seen:
    """Look, prepare, send. Returns what was seen before."""
    seen = SHOP.look(effect)
    SHOP.send(effect, SHOP.prepare(effect, seen))
    effect.accepted_at = timezone.now()
    return seen


def test_every_kind_has_an_act_and_an_example() -> None:
    assert set(ACTS) == set(KINDS) - set(PARTNERS) == set(ASKED) == SHOP.kinds
    assert SHOP.keyed < SHOP.kinds


def test_the_store_is_reached_by_it(shop_store: Store) -> None:
    assert isinstance(connector(shop_store), ShopifyConnector)
    assert "shopify" in CONNECTORS
    assert connector(Store(platform="shopify", api_url="https://x.myshopify.com")) is None


@pytest.mark.parametrize("kind", sorted(ASKED))
def test_an_example_is_what_the_kind_takes(kind: str) -> None:
    KINDS[kind].parse(ASKED[kind])


@pytest.mark.parametrize("kind", sorted(ASKED))
def test_undone_then_written_in_one_question_then_done(effect: Callable[..., Effect], server: Server, kind: str) -> None:
    asked = effect(kind)
    before = write(asked)
    assert not before.done
    assert before.differs
    writes = server.writes
    assert writes
    assert sum(b"mutation" in body for body in server.bodies) == 1
    after = SHOP.look(asked)
    assert after.done
    assert after.differs == {}
    assert server.writes == writes  # looking changes nothing


@pytest.mark.parametrize("kind", sorted(set(ASKED) - {"stock.adjust"}))
def test_a_worker_that_lost_the_answer_sees_that_it_is_done(effect: Callable[..., Effect], server: Server, kind: str) -> None:
    """The write arrived, its answer did not, and nothing was noted: whoever comes next only has to look."""
    asked = effect(kind)
    request = SHOP.prepare(asked, SHOP.look(asked))
    server.answer_to_nobody = True
    with pytest.raises(Upstream, match="no whole answer"):
        SHOP.send(asked, request)
    server.answer_to_nobody = False
    assert SHOP.look(asked).done


@pytest.mark.parametrize("kind", sorted(SHOP.keyed))
def test_a_repeated_write_with_its_key_happens_once(effect: Callable[..., Effect], server: Server, order: Row, kind: str) -> None:
    asked = effect(kind)
    first = SHOP.prepare(asked, SHOP.look(asked))
    SHOP.send(asked, first)
    again = SHOP.prepare(asked, SHOP.look(asked))
    if kind == "stock.adjust":
        assert again == first  # another body under the same key would be refused
    SHOP.send(asked, first)
    assert len(order["refund_rows"]) == (kind == "refund.create")
    assert server.shop.stock[gid("InventoryItem", 8), gid("Location", 1)] == (5 if kind == "stock.adjust" else 7)


@pytest.mark.parametrize("kind", sorted(ASKED))
def test_the_prepared_request_holds_no_secret(effect: Callable[..., Effect], kind: str) -> None:
    asked = effect(kind)
    request = SHOP.prepare(asked, SHOP.look(asked))
    assert TOKEN not in f"{request}"


def test_a_prepared_request_goes_nowhere_else(effect: Callable[..., Effect], server: Server) -> None:
    asked = effect("order.note")
    request = SHOP.prepare(asked, SHOP.look(asked))
    asked.store.api_url = "https://other.example"
    asked_before = len(server.asked)
    with pytest.raises(Upstream, match="address changed"):
        SHOP.send(asked, request)
    assert len(server.asked) == asked_before


def test_a_release_ends_our_holds_and_those_for_fraud_and_no_others(effect: Callable[..., Effect], order: Row) -> None:
    write(effect("order.hold"))
    write(effect("order.release"))
    assert [hold["id"] for work in order["work"] for hold in work["fulfillmentHolds"]] == [OTHERS["id"]]


def test_a_hold_is_on_all_that_can_be_held_under_our_handle(effect: Callable[..., Effect], order: Row) -> None:
    order["work"][1]["status"] = "CLOSED"
    write(effect("order.hold"))
    assert [hold["handle"] for hold in order["work"][0]["fulfillmentHolds"]] == ["risk", "3pl", str(OURS)]
    assert order["work"][1]["fulfillmentHolds"] == []


def test_a_hold_that_got_half_way_holds_the_rest(effect: Callable[..., Effect], server: Server, order: Row) -> None:
    asked = effect("order.hold")
    server.shop.fulfillmentOrderHold(None, gid("FulfillmentOrder", 51), {"handle": str(OURS), "reason": "OTHER"})
    seen = write(asked)
    assert not seen.done
    assert server.writes == ["fulfillmentOrderHold"]
    assert SHOP.look(asked).done


@pytest.mark.parametrize("kind", ["order.hold", "order.release", "order.update_address"])
def test_what_is_cancelled_does_not_change(effect: Callable[..., Effect], order: Row, kind: str) -> None:
    order["cancelledAt"] = "2026-03-01T12:00:00Z"
    with pytest.raises(Invalid, match="cancelled"):
        SHOP.prepare(effect(kind), SHOP.look(effect(kind)))


def test_a_refund_goes_to_the_payments_in_their_order_with_our_mark(effect: Callable[..., Effect], order: Row) -> None:
    write(effect("refund.create"))
    sent = order["refund_rows"][0]["input"]
    assert sent["note"] == f"Broken [ordersops {OURS}]"
    assert sent["shipping"] == {"amount": "2.00"}
    assert sent["refundLineItems"] == [
        {"lineItemId": gid("LineItem", 11), "quantity": 1, "restockType": "RETURN", "locationId": gid("Location", 1)}
    ]
    (share,) = sent["transactions"]
    assert (share["parentId"], share["kind"], share["amount"]) == (gid("OrderTransaction", 31), "REFUND", "10.00")


@pytest.mark.parametrize(("changes", "why"), [({"amount": "48.01"}, "less than was asked"), ({"currency": "EUR"}, "was paid in USD")])
def test_a_refund_that_the_store_cannot_make_is_not_sent(effect: Callable[..., Effect], changes: dict[str, str], why: str) -> None:
    asked = effect("refund.create", **changes)
    with pytest.raises(Invalid, match=why):
        SHOP.prepare(asked, SHOP.look(asked))


def test_an_address_keeps_its_province_by_name_or_code(effect: Callable[..., Effect], order: Row) -> None:
    same = ADDRESS | {"name": "ada lovelace", "address1": "Main 1", "city": "Ottawa", "postal_code": "K2P 0A1", "phone": "+16135550100"}
    order["shippingAddress"] = API_PLACE
    assert SHOP.look(effect("order.update_address", address=same)).done
    assert SHOP.look(effect("order.update_address", address=same | {"province": "Ontario"})).done
    assert set(SHOP.look(effect("order.update_address", address=same | {"province": "QC"})).differs) == {"province"}


@pytest.mark.parametrize(
    "kind", ["fulfilment.move", "fulfilment.split", "fulfilment.request", "fulfilment.create", "fulfilment.cancel_request"]
)
def test_what_shopify_does_not_offer_is_not_tried(effect: Callable[..., Effect], order: Row, kind: str) -> None:
    order["work"][0]["supportedActions"] = [{"action": "RELEASE_HOLD"}, {"action": "EXTERNAL"}]
    with pytest.raises(Invalid, match=r"^The store does not allow a .* of this fulfilment order now; it allows: release\.$"):
        SHOP.prepare(effect(kind), SHOP.look(effect(kind)))


@pytest.mark.parametrize(("kind", "what"), [("order.hold", "a hold"), ("order.release", "a release")])
def test_what_is_offered_instead_of_a_hold_or_a_release_is_said(effect: Callable[..., Effect], order: Row, kind: str, what: str) -> None:
    for work in order["work"]:
        work["supportedActions"] = [{"action": "MOVE"}, {"action": "CREATE_FULFILLMENT"}]
    with pytest.raises(Invalid, match=f"does not allow {what} of this order now; it allows: fulfil, move"):
        SHOP.prepare(effect(kind), SHOP.look(effect(kind)))
    for work in order["work"]:
        work["supportedActions"], work["status"] = [], "IN_PROGRESS"
    with pytest.raises(Invalid, match="now; it allows nothing: in progress"):
        SHOP.prepare(effect(kind), SHOP.look(effect(kind)))


def test_a_replacement_is_a_new_order_at_no_price_for_the_same_customer(effect: Callable[..., Effect], server: Server) -> None:
    asked = effect("replacement.create")
    write(asked)
    seen = SHOP.look(asked)
    made = server.shop.order_rows[gid("Order", int(seen.found["id"]))]
    sent = made["input"]
    assert sent["customer"] == {"toAssociate": {"id": gid("Customer", 5)}}
    (line,) = sent["lineItems"]
    assert (line["variantId"], line["quantity"], line["priceSet"]["shopMoney"]["amount"]) == (gid("ProductVariant", 41), 1, "0.00")
    assert line["requiresShipping"] is True
    assert (sent["shippingAddress"]["address1"], sent["shippingAddress"]["countryCode"]) == ("Main 1", "CA")
    assert sent["customAttributes"] == [{"key": "Replaces", "value": "#1001"}]
    assert all(len(tag) <= 40 for tag in sent["tags"])
    assert made["options"]["inventoryBehaviour"] == "DECREMENT_OBEYING_POLICY"


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"lines": [{"external_id": "11", "quantity": 3}]}, "no 3 units"), ({"lines": [{"external_id": "99", "quantity": 1}]}, "no 1 units")],
)
def test_what_was_not_ordered_is_not_replaced(effect: Callable[..., Effect], changes: dict[str, Any], why: str) -> None:
    asked = effect("replacement.create", **changes)
    with pytest.raises(Invalid, match=why):
        SHOP.prepare(asked, SHOP.look(asked))


def test_a_replacement_without_an_address_is_not_made(effect: Callable[..., Effect], order: Row) -> None:
    order["shippingAddress"] = None
    with pytest.raises(Invalid, match="nowhere to send"):
        SHOP.prepare(effect("replacement.create"), SHOP.look(effect("replacement.create")))


def test_a_move_and_a_split_are_taken_back_by_what_was_read(effect: Callable[..., Effect]) -> None:
    for kind, back in (("fulfilment.move", "fulfilment.move"), ("fulfilment.split", "fulfilment.merge")):
        asked = effect(kind)
        asked.before = write(asked).before | SHOP.look(asked).before
        found = inverse(kind, asked.arguments, asked.before)
        assert found is not None
        assert found[0] == back
        taken = effect(back)
        taken.arguments = KINDS[back].parse(found[1]).kept()
        write(taken)
        assert SHOP.look(taken).done
        assert not SHOP.look(asked).done


def test_a_move_without_a_fulfilment_order_moves_all_that_is_open(effect: Callable[..., Effect], order: Row) -> None:
    asked = effect("fulfilment.move")
    asked.arguments = {"fulfilment_order": "", "location": "2"}
    asked.before = write(asked).before
    assert SHOP.look(asked).done
    live = [work for work in order["work"] if work["status"] not in {"CLOSED", "CANCELLED", "INCOMPLETE"}]
    assert {work["assignedLocation"]["location"]["id"] for work in live} == {gid("Location", 2)}


def test_what_somebody_else_moved_or_split_is_not_taken_back(effect: Callable[..., Effect]) -> None:
    for kind in ("fulfilment.move", "fulfilment.split"):
        write(effect(kind))
        again = SHOP.look(effect(kind))
        assert again.done
        assert inverse(kind, effect(kind).arguments, again.before) is None


@pytest.mark.parametrize(("number", "status", "done"), [("1Z9", "SUCCESS", True), ("1Z8", "SUCCESS", False), ("1Z9", "CANCELLED", False)])
def test_a_shipment_is_known_by_its_tracking_number(
    effect: Callable[..., Effect], order: Row, number: str, status: str, done: bool
) -> None:
    tracking = [{"company": "UPS", "number": number, "url": None}]
    order["work"][0]["made"] = [{"id": gid("Fulfillment", 800), "status": status, "trackingInfo": lambda info, first: tracking}]
    assert SHOP.look(effect("fulfilment.create")).done is done


def test_a_return_that_was_answered_is_not_answered_again(effect: Callable[..., Effect]) -> None:
    write(effect("return.approve"))
    with pytest.raises(Invalid, match="answered already"):
        SHOP.prepare(effect("return.decline"), SHOP.look(effect("return.decline")))


def test_more_than_came_back_is_not_processed(effect: Callable[..., Effect]) -> None:
    asked = effect("return.process", lines=[{"external_id": "11", "quantity": 3}])
    with pytest.raises(Invalid, match="only 2 units"):
        SHOP.prepare(asked, SHOP.look(asked))


@pytest.mark.parametrize("kind", sorted(ASKED))
def test_what_the_store_does_not_have_is_said(effect: Callable[..., Effect], server: Server, kind: str) -> None:
    asked = effect(kind)
    server.shop.order_rows, server.shop.returns, server.shop.stock = {}, {}, {}
    with pytest.raises(Upstream, match="does not have") as refused:
        SHOP.look(asked)
    assert refused.value.permanent


def test_every_word_that_is_sent_is_one_of_the_schema() -> None:
    assert set(holds.REASONS.values()) <= members("FulfillmentHoldReason")
    assert members("FulfillmentOrderStatus") >= holds.GONE
    assert set(orders.REASONS.values()) | {"STAFF"} == members("OrderCancelReason")
    assert set(refunds.RESTOCK.values()) | {"LEGACY_RESTOCK"} == members("RefundLineItemRestockType")
    assert set(returns.DECLINES.values()) == members("ReturnDeclineReason")
    assert members("OrderTransactionKind") >= refunds.TAKEN
    actions = {"MOVE", "SPLIT", "REQUEST_FULFILLMENT", "REQUEST_CANCELLATION", "CREATE_FULFILLMENT", "HOLD"}
    assert actions <= members("FulfillmentOrderAction")
    assert fulfilment.GONE is holds.GONE
