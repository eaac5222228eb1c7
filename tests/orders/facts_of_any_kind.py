"""Strategies for facts as an adapter could yield them: partial, contradictory, late, for one of two orders."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from ordersops.stores.facts import (
    AddressFacts,
    CardFacts,
    CoreFacts,
    CustomerFacts,
    DisputeFacts,
    LineFacts,
    OrderFacts,
    RefundFacts,
    RiskFacts,
    ShipmentFacts,
    TransactionFacts,
)

START = datetime(2026, 11, 8, tzinfo=UTC)
times = st.integers(0, 3 * 24 * 4).map(lambda quarters: START + timedelta(minutes=15 * quarters))
maybe = st.none() | times
money = st.none() | st.decimals(Decimal("-10"), Decimal("999999999999.99"), places=2) | st.sampled_from([Decimal(0), Decimal("19.99")])
units = st.integers(0, 5) | st.just(1_000_000)
line_ids = st.sampled_from(["l1", "l2", "l3"])
currencies = st.sampled_from(["", "USD", "EUR"])


def some(build: Any, needed: dict[str, Any], **more: Any) -> Any:
    """Facts that state what is needed and any part of the rest."""
    return st.fixed_dictionaries(needed, optional=more).map(lambda stated: build(**stated))


lines = st.lists(
    some(LineFacts, {"external_id": line_ids, "quantity": units}, removed=units, price=money, sku=st.sampled_from(["A", "B"]),
         requires_shipping=st.booleans()),
    max_size=3, unique_by=lambda line: line.external_id,
).map(tuple)  # fmt: skip
addresses = st.none() | st.builds(AddressFacts, name=st.sampled_from(["Ada", "Bo"]), address1=st.sampled_from(["1 High Street", ""]))
payments = st.sampled_from(["", "pending", "authorized", "paid", "partially_refunded", "refunded", "voided"])
cores = some(
    CoreFacts, {},
    at=times, number=st.sampled_from(["#1", "#2"]), placed_at=times, cancelled_at=maybe, closed_at=maybe, currency=currencies, total=money,
    email=st.sampled_from(["", "ada@a.example", "bo@b.example"]), phone=st.sampled_from(["", "+49 30 1234567"]),
    customer_id=st.sampled_from(["", "c1", "c2"]), shipping_address=addresses, billing_address=addresses, payment=payments,
    stated=st.sampled_from([{}, {"financial": "PAID"}]), lines=lines, note=st.sampled_from(["", "ring twice"]),
    issues=st.sampled_from([(), ("The order states no total.",)]), is_test=st.booleans(), tags=st.sampled_from([(), ("vip",)]),
)  # fmt: skip
transactions = some(
    TransactionFacts,
    {"external_id": st.sampled_from(["t1", "t2"]), "kind": st.sampled_from(["authorization", "sale", "capture", "void", "refund", "odd"]),
     "status": st.sampled_from(["success", "failure", "pending"])},
    amount=money, currency=currencies, at=maybe, card=st.builds(CardFacts, last4=st.sampled_from(["4242", "1881"]), bin=st.just("424242")),
)  # fmt: skip
quantities = st.dictionaries(line_ids, st.integers(-1, 7), max_size=3)
shipments = some(
    ShipmentFacts,
    {"external_id": st.sampled_from(["s1", "s2"]),
     "status": st.sampled_from(["pending", "shipped", "in_transit", "delivered", "cancelled", "failure", "lost in space"])},
    at=maybe, carrier=st.just("DHL"), tracking_numbers=st.sampled_from([(), ("TRACK1",)]), shipped_at=maybe, delivered_at=maybe,
    quantities=quantities,
)  # fmt: skip
returned = st.tuples(line_ids, st.integers(-1, 7), st.sampled_from(["return", "cancel", "none"]))
refunds = some(
    RefundFacts, {"external_id": st.sampled_from(["r1", "r2"])},
    at=maybe, amount=money, items=st.lists(returned, max_size=3).map(tuple),
)  # fmt: skip
disputes = some(
    DisputeFacts, {"external_id": st.sampled_from(["d1"])},
    at=maybe, status=st.sampled_from(["needs_response", "won", "lost", ""]), amount=money, opened_at=maybe,
)  # fmt: skip
risks = some(RiskFacts, {}, at=maybe, level=st.sampled_from(["low", "high"]), provider=st.just("Shopify"))
customers = some(
    CustomerFacts, {"external_id": st.sampled_from(["c1", "c2"])},
    at=maybe, email=st.sampled_from(["ada@a.example", ""]), name=st.sampled_from(["Ada", "Bo"]), tier=st.just("vip"),
    email_verified=st.none() | st.booleans(), created_at=maybe,
)  # fmt: skip


def parts(of: Any) -> Any:
    return st.lists(of, max_size=2).map(tuple)


def order_facts() -> Any:
    return some(
        OrderFacts, {"order": st.sampled_from(["one", "one", "two"]), "at": times},
        core=cores, customer=customers, transactions=parts(transactions), shipments=parts(shipments), refunds=parts(refunds),
        disputes=parts(disputes), risk=risks,
    )  # fmt: skip
