"""The generic contract: what it takes, what it says about what it does not take."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings

from ordersops.errors import Invalid
from ordersops.stores.facts import CoreFacts, OrderFacts
from ordersops.stores.platforms.generic import Generic
from ordersops.stores.platforms.generic.contract import EVENTS

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINIMAL = {
    "event": "order.created",
    "order_id": "#1001",
    "customer_tier": "premium",
    "items": [{"sku": "SKU-OVERSIZE-55", "quantity": 1}],
    "shipping_address": {"country": "US", "postal_code": "94107"},
    "shipping_method": "next_day_air",
}
GUIDE = settings.BASE_DIR / "docs" / "generic-contract.md"


def facts(**changes: Any) -> OrderFacts:
    return Generic().facts(topic="order.created", payload=MINIMAL | changes, at=AT)


def only(event: str, **sections: Any) -> OrderFacts:
    return Generic().facts(topic=event, payload={"event": event, "order_id": "#1001", **sections}, at=AT)


def core_of(found: OrderFacts) -> CoreFacts:
    assert found.core is not None
    return found.core


def test_the_minimal_event_is_an_order() -> None:
    found = facts()
    core = core_of(found)
    assert (found.order, found.at, core.placed_at) == ("#1001", AT, AT)
    assert core.lines[0].external_id == "1:SKU-OVERSIZE-55"
    assert core.shipping_method == "next_day_air"
    assert found.customer is not None
    assert (found.customer.external_id, found.customer.tier) == ("order:#1001", "premium")
    assert "The order states no total." in core.issues


def examples() -> list[dict[str, Any]]:
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", GUIDE.read_text(), re.DOTALL)]


@pytest.mark.parametrize("number", range(len(examples())))
def test_every_example_in_the_guide_is_taken_whole(number: int) -> None:
    example = examples()[number]
    found = Generic().facts(topic=example["event"], payload=example, at=AT)
    assert found.order or found.customer
    assert not any("left out" in issue for issue in (found.core.issues if found.core else ()))


def test_the_guide_lists_every_event_and_field() -> None:
    from ordersops.stores.platforms.generic import contract

    guide = GUIDE.read_text()
    fields = {name for section in contract.Section.__subclasses__() for name in section.model_fields}
    assert not [name for name in EVENTS | fields if f"`{name}`" not in guide]


def test_an_absent_section_is_not_stated() -> None:
    found = only("payment.failed", payment={"status": "failed", "transactions": [{"id": "t1", "kind": "sale", "status": "failure"}]})
    assert core_of(found).model_fields_set == {"at", "payment", "stated"}
    assert core_of(found).payment == "failed"
    assert found.transactions[0].external_id == "t1"


def test_an_event_about_a_part_says_nothing_of_the_order() -> None:
    found = only(
        "shipment.created", number="#1001", currency="USD", placed_at="2026-01-01T00:00:00Z", shipments=[{"id": "s1", "status": "shipped"}]
    )
    assert found.core is None
    assert found.shipments[0].model_fields_set == {"external_id", "at", "status"}


def test_null_empties_a_field_and_says_nothing_of_a_section() -> None:
    found = only("order.updated", note=None, shipping_address=None, items=None)
    assert core_of(found).model_fields_set == {"at", "note"}


def test_an_unknown_payment_word_is_kept() -> None:
    core = core_of(only("order.updated", payment={"status": "Layaway"}))
    assert (core.payment, core.stated) == ("", {"financial": "Layaway"})
    assert "“Layaway” is not one we know" in core.issues[0]


def test_a_customer_alone_needs_no_order() -> None:
    found = Generic().facts(
        topic="customer.updated", payload={"event": "customer.updated", "customer": {"id": "c1", "email": "a@b.c"}}, at=AT
    )
    assert found.order == ""
    assert found.core is None
    assert found.customer is not None
    assert found.customer.model_fields_set == {"external_id", "at", "email"}


def test_a_time_without_a_zone_becomes_an_issue() -> None:
    core = core_of(facts(placed_at="2026-03-01 10:00", occurred_at="2026-03-01T11:00:00Z"))
    assert core.placed_at == datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert any("“placed_at” was left out" in issue for issue in core.issues)


def test_money_is_exact() -> None:
    core = core_of(facts(totals={"total": Decimal("0.1"), "subtotal": "0.10", "tax": 0}))
    assert core.total == Decimal("0.10")
    assert not any("add up" in issue for issue in core.issues)
    assert any("the parts make 3.00, the total says 2.00" in issue for issue in core_of(facts(totals={"total": 2, "subtotal": 3})).issues)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"items": [{"sku": "A", "quantity": -2}]}, "“items[0].quantity” must be a whole number from 0 to 1000000 (it is “-2”)"),
        ({"items": [{"sku": "A", "quantity": Decimal("1E+400000")}]}, "“items[0].quantity” must be a whole number"),
        ({"items": [{"sku": "A", "quantity": "many"}]}, "(it is “many”)"),
        ({"items": [{"sku": "A"}]}, "“items[0].quantity” is missing"),
        ({"items": {}}, "“items” must be a list"),
        ({"items": [5]}, "“items[0]” must be an object"),
        ({"totals": {"total": "-1"}}, "“totals.total” must be an amount"),
        ({"totals": {"total": 10**30}}, "below 100 billion"),
        ({"totals": {"total": "NaN"}}, "“totals.total” must be an amount"),
        ({"currency": "dollars"}, "“currency” must be a three-letter ISO 4217"),
        ({"refunds": [{"amount": "1"}]}, "“refunds[0].id” is missing"),
        ({"disputes": [{"id": ""}]}, "“disputes[0].id” must not be empty"),
        ({"customer": {"email_verified": "yes"}}, "“customer.email_verified” must be true or false"),
        ({"note": ["x"]}, "“note” must be text"),
        ({"event": "order.exploded"}, "“event” is “order.exploded”; it must be one of customer.updated,"),
        ({"order_id": None}, "“order_id” is missing"),
        ({"order_id": {"a": 1}}, "“order_id” must be text"),
    ],
)
def test_a_bad_field_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(Invalid, match=re.escape(message)):
        facts(**changes)


def test_a_body_that_is_no_object_is_refused() -> None:
    for payload in ([], None, "x", 5):
        with pytest.raises(Invalid, match="not a JSON object"):
            Generic().facts(topic="order.created", payload=payload, at=AT)


def test_unknown_fields_and_odd_text_are_tolerated() -> None:
    core = core_of(facts(colour="red", note="a\x00\ud800b", tags=["x", "x", ""], items=[{"sku": "A", "quantity": "2", "weight": {}}]))
    assert core.note == "a?b"
    assert core.tags == ("x",)
    assert core.lines[0].quantity == 2
