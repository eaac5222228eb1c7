"""What a Shopify body says, and what it does not."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ordersops.errors import Invalid
from ordersops.stores.facts import CoreFacts, OrderFacts, content_hash
from ordersops.stores.platforms.shopify import Shopify
from ordersops.stores.platforms.shopify.order import FULFILMENT
from ordersops.stores.platforms.shopify.parts import shipment_status

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHOPIFY = Shopify()
WHEN = "2026-02-01T10:00:00-05:00"
LINE = {"id": 11, "sku": "LAMP", "title": "Lamp", "quantity": 3, "current_quantity": 3, "price": "20.00", "requires_shipping": True}
FULFILLMENT = {
    "id": 7,
    "order_id": 1,
    "status": "success",
    "shipment_status": None,
    "created_at": WHEN,
    "updated_at": WHEN,
    "tracking_company": "UPS",
    "tracking_numbers": ["1Z"],
    "tracking_number": "1Z",
    "line_items": [{"id": 11, "quantity": 2}],
}
MONEY_BACK = {
    "id": 31,
    "kind": "refund",
    "status": "success",
    "amount": "20.00",
    "currency": "USD",
    "created_at": WHEN,
    "processed_at": WHEN,
}
REFUND = {
    "id": 9,
    "order_id": 1,
    "created_at": WHEN,
    "processed_at": WHEN,
    "note": "broken",
    "refund_line_items": [{"line_item_id": 11, "quantity": 1, "restock_type": "return", "subtotal": Decimal("19.5"), "total_tax": 1}],
    "transactions": [MONEY_BACK],
}


def order(**changes: Any) -> dict[str, Any]:
    place = {"name": "Ada", "address1": "Main 1", "city": "Ottawa", "zip": "K2P", "country_code": "ca", "province": "Ontario"}
    return {
        "id": 1,
        "name": "#1001",
        "created_at": WHEN,
        "updated_at": WHEN,
        "currency": "USD",
        "financial_status": "paid",
        "email": "ada@x.org",
        "fulfillment_status": None,
        "line_items": [LINE],
        "total_line_items_price": "60.00",
        "total_discounts": "5.00",
        "total_tax": "4.00",
        "total_price": "69.00",
        "total_shipping_price_set": {"shop_money": {"amount": "10.00"}},
        "shipping_address": place,
        "customer": {"id": 5, "email": "ada@x.org", "first_name": "Ada", "last_name": "L", "updated_at": WHEN, "tags": "b2b, VIP"},
        "shipping_lines": [{"title": "Express", "code": "EX", "price": "10.00"}],
    } | changes


def facts(topic: str, body: Any, at: datetime = AT) -> OrderFacts:
    return SHOPIFY.facts(topic=topic, payload=body, at=at)


def core(**changes: Any) -> CoreFacts:
    found = facts("orders/updated", order(**changes)).core
    assert found is not None
    return found


def test_an_ordinary_order_has_no_issues() -> None:
    found = core()
    assert found.issues == ()
    assert (found.total, found.subtotal, found.shipping_total) == (Decimal("69.00"), Decimal("60.00"), Decimal("10.00"))
    assert found.shipping_method == "Express"
    assert found.shipping_address is not None
    assert found.shipping_address.country == "CA"


@pytest.mark.parametrize("word", ["pending", "authorized", "partially_paid", "paid", "partially_refunded", "refunded", "voided", "expired"])
def test_every_payment_status_is_mapped(word: str) -> None:
    assert core(financial_status=word).payment == word
    assert core(financial_status=word.upper()).payment == word


def test_an_unknown_payment_status_is_kept_and_never_guessed() -> None:
    found = core(financial_status="Bartered")
    assert found.payment == ""
    assert found.stated["financial"] == "Bartered"
    assert any("“Bartered” is not one we know" in issue for issue in found.issues)


@pytest.mark.parametrize(
    "word",
    [
        "UNFULFILLED",
        "SCHEDULED",
        "ON_HOLD",
        "IN_PROGRESS",
        "PARTIALLY_FULFILLED",
        "FULFILLED",
        "REQUEST_DECLINED",
        "OPEN",
        "PENDING_FULFILLMENT",
        "RESTOCKED",
        "FULFILLMENT_NOT_REQUIRED",
        "partial",
        "fulfilled",
    ],
)
def test_every_fulfilment_status_is_known(word: str) -> None:
    assert word.lower() in FULFILMENT
    found = core(fulfillment_status=word)
    assert found.stated["fulfilment"] == word
    assert found.issues == ()


@pytest.mark.parametrize(
    ("own", "carrier", "status"),
    [
        ("pending", "", "pending"),
        ("open", "", "pending"),
        ("success", "", "shipped"),
        ("cancelled", "delivered", "cancelled"),
        ("error", "", "failure"),
        ("failure", "", "failure"),
        ("success", "label_purchased", "shipped"),
        ("success", "label_printed", "shipped"),
        ("success", "confirmed", "shipped"),
        ("success", "carrier_picked_up", "in_transit"),
        ("success", "in_transit", "in_transit"),
        ("success", "delayed", "in_transit"),
        ("success", "out_for_delivery", "out_for_delivery"),
        ("success", "ready_for_pickup", "ready_for_pickup"),
        ("success", "attempted_delivery", "attempted_delivery"),
        ("success", "delivered", "delivered"),
        ("success", "failure", "failure"),
        ("pending", "label_printed", "pending"),
    ],
)
def test_every_fulfilment_and_carrier_status_is_mapped(own: str, carrier: str, status: str) -> None:
    assert shipment_status(own, carrier) == (status, "")


def test_an_unknown_carrier_status_is_kept() -> None:
    found = facts("orders/updated", order(fulfillments=[FULFILLMENT | {"shipment_status": "lost_at_sea"}]))
    assert found.shipments[0].status == "lost_at_sea"
    assert found.core is not None
    assert any("lost_at_sea" in issue for issue in found.core.issues)


def test_a_fulfilment_is_the_same_inside_the_order_and_by_itself() -> None:
    inside = facts("orders/updated", order(fulfillments=[FULFILLMENT])).shipments
    alone = facts("fulfillments/create", FULFILLMENT).shipments
    assert inside == alone
    assert alone[0].quantities == {"11": 2}
    assert alone[0].tracking_numbers == ("1Z",)


def test_a_refund_is_the_same_inside_the_order_and_by_itself() -> None:
    inside, alone = facts("orders/updated", order(refunds=[REFUND])), facts("refunds/create", REFUND)
    assert inside.refunds == alone.refunds
    assert inside.transactions == alone.transactions
    assert content_hash(inside.refunds[0]) == content_hash(alone.refunds[0])
    assert alone.refunds[0].items == (("11", 1, "return"),)
    assert facts("order_transactions/create", MONEY_BACK | {"order_id": 1}).transactions == alone.transactions


def test_a_refund_is_what_went_back() -> None:
    def amount(**changes: Any) -> Decimal | None:
        return facts("refunds/create", REFUND | changes).refunds[0].amount

    assert amount() == Decimal("20.00")
    assert amount(transactions=[MONEY_BACK, MONEY_BACK | {"id": 32, "status": "failure"}]) == Decimal("20.00")
    assert amount(transactions=[MONEY_BACK | {"status": "pending"}]) == 0
    assert amount(transactions=[]) == 0
    assert amount(transactions=None) == Decimal("20.50")


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ({}, None),
        ({"authorization_expires_at": "2026-03-08T12:00:00Z"}, datetime(2026, 3, 8, 12, tzinfo=UTC)),
        ({"extended_authorization_attributes": {}}, None),
        (
            {"extended_authorization_attributes": {
                "standard_authorization_expires_at": "2026-03-08T12:00:00Z", "extended_authorization_expires_at": "2026-03-31T12:00:00Z",
            }},
            datetime(2026, 3, 31, 12, tzinfo=UTC),
        ),
    ],
)  # fmt: skip
def test_when_an_authorisation_ends_is_stated_where_the_store_says_it(said: dict[str, Any], ends: datetime | None) -> None:
    (found,) = facts("order_transactions/create", MONEY_BACK | {"order_id": 1, "kind": "authorization", **said}).transactions
    assert (found.expires_at, "expires_at" in found.model_fields_set) == (ends, ends is not None)


def test_a_result_stands_over_the_attempt_of_the_same_moment() -> None:
    times = [
        facts("order_transactions/create", MONEY_BACK | {"order_id": 1, "status": status}).transactions[0].at
        for status in ("pending", "success")
    ]
    assert None not in times
    assert times[0] < times[1]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("current", "refunded", "restock", "fulfilled", "removed"),
    [
        (3, 0, "cancel", 0, 0),
        (1, 0, "cancel", 0, 2),
        (2, 1, "cancel", 0, 0),
        (2, 1, "no_restock", 0, 0),
        (3, 1, "no_restock", 0, 0),
        (1, 1, "return", 1, 1),
        (0, 0, "cancel", 2, 1),
        (None, 0, "cancel", 0, 0),
        (9, 0, "cancel", 0, 0),
    ],
)
def test_removed_is_what_refunds_do_not_explain(current: int | None, refunded: int, restock: str, fulfilled: int, removed: int) -> None:
    back = [{"line_item_id": 11, "quantity": refunded, "restock_type": restock}]
    found = core(
        line_items=[LINE | {"current_quantity": current}],
        refunds=[REFUND | {"refund_line_items": back}],
        fulfillments=[FULFILLMENT | {"line_items": [{"id": 11, "quantity": fulfilled}]}],
    )
    assert found.lines[0].quantity == 3
    assert found.lines[0].removed == removed


@pytest.mark.parametrize(
    ("changes", "issue"),
    [
        ({"email": None, "customer": None}, "cannot be reached"),
        ({"shipping_address": None}, "no shipping address"),
        ({"shipping_address": {"city": "X", "address1": "Y"}}, "no country"),
        ({"total_price": "70.00"}, "the parts make 69.00, the total says 70.00"),
        ({"line_items": [LINE | {"quantity": 0}]}, "LAMP has a quantity of zero"),
        ({"line_items": []}, "no lines"),
        ({"financial_status": None}, "states no payment status"),
        ({"fulfillment_status": "teleported"}, "teleported"),
        ({"updated_at": "2026-02-01T10:00:00"}, "updated_at"),
        ({"currency": "dollars"}, "no currency"),
        ({"total_price": None}, "no total"),
    ],
)
def test_an_issue_is_said(changes: dict[str, Any], issue: str) -> None:
    assert any(issue in said for said in core(**changes).issues), core(**changes).issues


@pytest.mark.parametrize(
    "changes",
    [
        {"taxes_included": True, "total_price": "65.00"},
        {"total_tip_received": "1.00", "total_price": "70.00"},
        {"total_price": "69.01"},
        {"line_items": [LINE | {"requires_shipping": False}], "shipping_address": None},
    ],
)
def test_no_issue_where_there_is_none(changes: dict[str, Any]) -> None:
    assert core(**changes).issues == ()


def test_ids_beyond_2_to_the_53_stay_exact() -> None:
    huge = 2**63 + 12345
    found = facts("orders/updated", order(id=huge, line_items=[LINE | {"id": huge + 1}], fulfillments=[FULFILLMENT | {"id": huge + 2}]))
    assert found.order == str(huge)
    assert found.core is not None
    assert found.core.lines[0].external_id == str(huge + 1)
    assert found.shipments[0].external_id == str(huge + 2)


def test_a_guest_is_known_by_the_address() -> None:
    found = facts("orders/create", order(customer=None, email="Ada@X.org"))
    assert found.customer is not None
    assert found.customer.external_id == "email:ada@x.org"
    assert found.core is not None
    assert found.core.customer_id == "email:ada@x.org"


def test_a_customer_states_only_what_the_body_has() -> None:
    full = facts("customers/update", {"id": 5, "email": None, "tags": "b2b, VIP", "updated_at": WHEN}).customer
    assert full is not None
    assert full.tier == "vip"
    assert full.model_fields_set == {"external_id", "at", "email", "tier"}


def test_within_a_second_the_header_tells_what_is_later() -> None:
    second = datetime(2026, 2, 1, 15, tzinfo=UTC)
    early, late = second + timedelta(milliseconds=200), second + timedelta(milliseconds=800)
    assert facts("orders/create", order(), early).at < facts("orders/paid", order(), late).at
    assert facts("orders/updated", order(), second + timedelta(days=1)).at == second


def test_a_carriers_scan_states_only_the_status() -> None:
    event = {"id": 1, "fulfillment_id": 7, "order_id": 1, "status": "delivered", "happened_at": WHEN, "updated_at": WHEN}
    (shipment,) = facts("fulfillment_events/create", event).shipments
    assert (shipment.external_id, shipment.status) == ("7", "delivered")
    assert shipment.delivered_at == datetime(2026, 2, 1, 15, tzinfo=UTC)
    assert not {"quantities", "carrier", "tracking_numbers"} & shipment.model_fields_set
    assert facts("fulfillment_events/create", event | {"status": "label_printed"}).shipments == ()


def test_risk_finds_its_order_by_the_global_id() -> None:
    found = facts(
        "orders/risk_assessment_changed", {"risk_level": "HIGH", "order_id": None, "admin_graphql_api_order_id": "gid://shopify/Order/77"}
    )
    assert found.order == "77"
    assert found.risk is not None
    assert found.risk.level == "high"


def test_a_dispute_without_an_order_is_for_a_person() -> None:
    with pytest.raises(Invalid, match="names no order: “order_id” is empty"):
        facts("disputes/create", {"id": 3, "order_id": None})


def test_text_is_made_fit_to_store() -> None:
    found = core(note="a\x00b \ud800 c", name="  #1  ")
    assert found.note == "ab ? c"
    assert found.number == "#1"
