"""Evidence for tests: what is known of one inquiry, with only what matters to the test changed."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from inquiries.catalogue import Sheet
from ordersops.advice.facts import Evidence

KNOWN: dict[str, Any] = {
    "channel": "email", "message": "Where is my order?", "language": "en", "intent": "shipping.status", "confidence": Decimal(92),
    "sentiment": "neutral", "machine": False, "sender_email": "ada@example.com", "identity_known": True, "identity_how": "sender",
    "order_found": True, "order": "0199", "number": "1042", "name": "Ada Lovelace", "email": "ada@example.com",
    "placed_at": datetime(2026, 11, 16, 9, tzinfo=UTC), "total": Decimal("129.90"), "commercial": "confirmed", "payment": "paid",
    "fulfilment": "unrouted", "shipping_country": "DE", "refund_state": "none", "address_open": True, "disputes_before": 0,
    "dispute_open": False, "automatic_before": 0, "answered_before": False, "just_replied": False, "store_name": "Nordlicht",
    "zone": "Europe/Berlin", "today": "2026-11-18", "delivery_from": "2026-12-07", "delivery_to": "2026-12-11", "delivery_late": False,
}  # fmt: skip
SHIPPED: dict[str, Any] = {
    "fulfilment": "shipped", "shipped_at": datetime(2026, 11, 17, 23, 30, tzinfo=UTC), "carrier": "DHL", "parcels": 1,
    "tracking_number": "00340434161094042557", "carrier_at": datetime(2026, 11, 18, 8, tzinfo=UTC), "address_open": False,
}  # fmt: skip
DELIVERED: dict[str, Any] = {**SHIPPED, "fulfilment": "delivered", "delivered_at": datetime(2026, 11, 19, 11, tzinfo=UTC)}
REFUNDED: dict[str, Any] = {
    "refund_state": "whole", "refunded": Decimal("1129.90"), "refunded_at": datetime(2026, 11, 18, 11, tzinfo=UTC)
}  # fmt: skip
ADDRESS: dict[str, Any] = {
    "intent": "shipping.change_address", "asked_country_same": True,
    "asked_address": [{"name": "Ada Lovelace", "address1": "Kastanienallee 12a", "postal_code": "10435", "city": "Berlin", "country": "DE"}],
}  # fmt: skip


def evidence(*more: dict[str, Any], **changed: Any) -> Evidence:
    """`changed` to None takes a fact away."""
    sheet = Sheet()
    values = dict(KNOWN)
    for one in (*more, changed):
        values |= one
    for key, value in values.items():
        sheet.put(key, value, unit="EUR" if key in {"total", "refunded"} else "")
    return sheet.evidence()
