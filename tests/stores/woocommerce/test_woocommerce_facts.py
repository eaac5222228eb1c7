"""A WooCommerce order as facts: one status for everything, read with its dates."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ordersops.errors import Invalid
from ordersops.stores.facts import CoreFacts, OrderFacts
from ordersops.stores.platforms import POLLED
from ordersops.stores.platforms.woocommerce import WooCommerce
from ordersops.stores.platforms.woocommerce.order import STATUSES
from tests.stores.woocommerce.documents import ABSENT, LINE, documented, order

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
DONE = {"date_completed": "2026-02-02T12:00:00", "date_completed_gmt": "2026-02-02T10:00:00"}
UNPAID: dict[str, Any] = {"date_paid": None, "date_paid_gmt": None}


def facts(topic: str = "order.updated", **changes: Any) -> OrderFacts:
    return WooCommerce().facts(topic=topic, payload=order(**changes), at=AT)


def core(**changes: Any) -> CoreFacts:
    found = facts(**changes).core
    assert found is not None
    return found


def test_an_order_with_everything_in_it() -> None:
    found = facts()
    assert (found.order, found.transactions[0].external_id, found.transactions[0].kind) == ("727", "ch_1", "sale")
    head = core()
    assert (head.subtotal, head.discount_total, head.shipping_total, head.tax_total, head.total) == tuple(
        map(Decimal, ("60.00", "10.00", "7.00", "6.20", "68.20"))
    )
    assert head.issues == ()
    assert (head.lines[0].title, head.lines[0].price, head.lines[0].quantity) == ("Lamp & shade", Decimal("30.00"), 2)
    assert head.stated == {"status": "processing", "method": "Card", "coupons": "SPRING", "fees": "Wrapping 5.00"}
    assert (head.customer_id, head.shipping_method, head.client.ip) == ("email:ada@x.example", "Flat & fast", "203.0.113.9")
    assert head.placed_at == datetime(2026, 2, 1, 10, tzinfo=UTC)
    assert facts(customer_id=26).customer == found.customer.model_copy(update={"external_id": "26"}) if found.customer else False


@pytest.mark.parametrize(
    ("status", "changes", "payment"),
    [
        ("pending", UNPAID, "pending"), ("processing", {}, "paid"), ("processing", UNPAID, "pending"), ("on-hold", UNPAID, "pending"),
        ("on-hold", UNPAID | {"meta_data": [{"key": "_stripe_charge_captured", "value": "no"}]}, "authorized"),
        ("completed", {}, "paid"), ("cancelled", {}, "paid"), ("cancelled", UNPAID, "voided"), ("refunded", {}, "refunded"),
        ("failed", UNPAID, "failed"), ("trash", UNPAID, ""), ("checkout-draft", UNPAID, "pending"), ("packing", UNPAID, ""),
        ("packing", {}, "paid"), ("processing", {"refunds": [{"id": 1, "total": "-8.20"}]}, "partially_refunded"),
        ("processing", {"refunds": [{"id": 1, "total": "-8.20"}, {"id": 2, "total": "-60.00"}]}, "refunded"),
        ("wc-completed", {}, "paid"),
    ],
)  # fmt: skip
def test_money_is_read_from_status_and_day_of_payment(status: str, changes: dict[str, Any], payment: str) -> None:
    assert core(status=status, **changes).payment == payment


@pytest.mark.parametrize("status", [*STATUSES, "wc-processing", "packing", "", None, 7])
def test_every_status_is_kept_as_it_is_and_an_unknown_one_is_shown(status: Any) -> None:
    head = core(status=status)
    assert head.stated.get("status", "") == ("" if status is None else str(status))
    assert any("not one we know" in issue for issue in head.issues) == (status in {"packing", 7})


def test_a_basket_at_the_checkout_is_not_placed() -> None:
    assert core(status="checkout-draft").placed_at is None


def test_what_is_completed_has_shipped_and_what_is_set_back_has_not() -> None:
    (shipment,) = facts(status="completed", **DONE).shipments
    assert (shipment.status, shipment.quantities, shipment.shipped_at) == ("shipped", {"11": 2}, datetime(2026, 2, 2, 10, tzinfo=UTC))
    assert facts(status="processing", **DONE).shipments[0].status == "cancelled"
    assert facts(status="refunded", **DONE).shipments[0].status == "shipped"
    assert facts(status="processing").shipments == ()
    tracked = {"meta_data": [{"key": "_wc_shipment_tracking_items", "value": [{"tracking_provider": "DHL", "tracking_number": "X1"}]}]}
    (shipment,) = facts(status="completed", **DONE, **tracked).shipments
    assert (shipment.carrier, shipment.tracking_numbers) == ("DHL", ("X1",))


def test_what_has_no_shipping_line_and_no_address_is_not_shipped() -> None:
    found = facts(status="completed", shipping_lines=[], shipping={}, **DONE)
    assert found.shipments == ()
    assert found.core is not None
    assert not found.core.lines[0].requires_shipping
    assert core(shipping_lines=[]).lines[0].requires_shipping


def test_a_cancelled_order_is_cancelled_at_its_last_change() -> None:
    assert core(status="cancelled").cancelled_at == datetime(2026, 2, 1, 10, 5, tzinfo=UTC)


def test_refunds_are_positive_and_have_a_reason() -> None:
    found = facts(refunds=[{"id": 5, "reason": "late", "total": "-8.20"}, {"id": 6, "refund": "old form", "total": "-1.00"}, {"id": None}])
    assert [(refund.external_id, refund.amount, refund.reason) for refund in found.refunds] == [
        ("5", Decimal("8.20"), "late"), ("6", Decimal("1.00"), "old form"),
    ]  # fmt: skip
    assert "items" not in found.refunds[0].model_fields_set


def test_of_two_states_of_a_second_the_one_further_along_is_later() -> None:
    ways = ("pending", "on-hold", "packing", "completed", "refunded")
    times = [facts(status=status).at for status in ways]
    assert times == sorted(set(times))
    assert facts(status="completed").at < facts(status="pending", date_modified_gmt="2026-02-01T10:05:01").at
    assert facts().at < facts(refunds=[{"id": 1, "total": "-1"}]).at
    assert facts(POLLED) == facts("order.created")


def test_a_time_of_the_shops_own_clock_is_none_and_said() -> None:
    head = core(date_modified_gmt=None, date_created_gmt=None, date_created="2026-02-01T12:00:00+02:00", date_paid_gmt=None)
    assert head.placed_at == datetime(2026, 2, 1, 10, tzinfo=UTC)
    assert head.payment == "paid"
    said = [issue for issue in head.issues if "time" in issue]
    assert len(said) == 2
    assert "date_modified" in said[0]
    assert "date_paid" in said[1]


@pytest.mark.parametrize(
    ("changes", "issue"),
    [
        ({"total": "69.30"}, "the parts make 68.20, the total says 69.30"),
        ({"fee_lines": []}, "the parts make 63.20"),
        ({"total": None}, "states no total"),
        ({"currency": "euro"}, "states no currency"),
        ({"line_items": []}, "no lines"),
        ({"line_items": [LINE | {"quantity": 0}]}, "quantity of zero"),
        ({"shipping": {}}, "no shipping address"),
        ({"billing": {}, "shipping": {}}, "cannot be reached"),
        ({"status": "trash"}, "trash"),
        ({"status": ""}, "no status"),
    ],
)
def test_an_issue_is_said(changes: dict[str, Any], issue: str) -> None:
    assert any(issue in said for said in core(**changes).issues), core(**changes).issues


def test_sums_are_those_of_the_rows_where_none_is_stated() -> None:
    head = core(discount_total=None, shipping_total=None, total_tax=None)
    assert (head.discount_total, head.shipping_total, head.tax_total) == (Decimal("10.00"), Decimal("7.00"), Decimal("6.20"))
    assert head.issues == ()


def test_tags_are_those_that_we_put() -> None:
    assert core(meta_data=[{"key": "_ordersops_tags", "value": "vip, late,vip"}]).tags == ("vip", "late")
    assert core(meta_data=[{"key": "_ordersops_tags", "value": {"a": 1}}, None]).tags == ()


def test_a_deleted_order_is_its_id_alone() -> None:
    assert WooCommerce().facts(topic="order.deleted", payload={"id": 727}, at=AT) == OrderFacts(order="727", at=AT)
    with pytest.raises(Invalid, match="“id” is empty"):
        WooCommerce().facts(topic="order.deleted", payload={}, at=AT)


def test_a_customer_states_only_what_the_body_has() -> None:
    body = {"id": 26, "date_modified_gmt": "2026-02-01T10:00:00", "email": "ada@x.example", "first_name": "Ada", "billing": {"phone": "1"}}
    found = WooCommerce().facts(topic="customer.updated", payload=body, at=AT).customer
    assert found is not None
    assert (found.external_id, found.name, found.phone) == ("26", "Ada", "1")
    assert found.model_fields_set == {"external_id", "at", "email", "name", "phone"}


@pytest.mark.skipif(not documented(), reason=ABSENT)
@pytest.mark.parametrize("name", sorted(documented()))
def test_the_sums_of_a_documented_order_are_its_own(name: str) -> None:
    found = WooCommerce().facts(topic="order.updated", payload=documented()[name], at=AT)
    assert found.core is not None
    assert not [issue for issue in found.core.issues if "add up" in issue or "not one we know" in issue]
    assert found.core.total == Decimal(documented()[name]["total"])
    assert found.at.replace(microsecond=0) == datetime.fromisoformat(documented()[name]["date_modified_gmt"] + "+00:00")
