"""What is kept of a customer, in one document (Art. 15 GDPR). How risk was judged is not personal data that they gave us (law 19)."""

from typing import Any

from django.db.models import Q
from django.utils import timezone

from ordersops.orders.models import Order
from ordersops.privacy import erasing
from ordersops.privacy.models import PersonalRequest

MOST = 10_000  # orders

_CUSTOMER = (
    "external_id",
    "email",
    "name",
    "phone",
    "tier",
    "email_verified",
    "account_created_at",
    "orders_count",
    "first_order_at",
    "last_order_at",
)
_ORDER = (
    "external_id", "number", "placed_at", "cancelled_at", "currency", "total", "captured", "refunded", "email", "name", "phone",
    "shipping_address", "billing_address", "client", "shipping_method", "note", "tags", "source",
)  # fmt: skip
_LINE = ("sku", "title", "price", "ordered", "shipped", "refunded")
_MOVE = ("kind", "status", "amount", "currency", "at", "card")
_SHIPMENT = ("status", "carrier", "tracking_numbers")
_REFUND = ("amount", "at", "reason")
_DISPUTE = ("kind", "reason", "status", "amount", "opened_at")


def everything(request: PersonalRequest) -> dict[str, Any]:
    """JSON's own types, times, and Decimals, which the encoder writes as text."""
    orders = erasing.orders_of(request).prefetch_related("lines", "transactions", "shipments", "refunds", "disputes").order_by("pk")[:MOST]
    return {
        "about": request.subject,
        "store": str(request.store),
        "made_at": timezone.now(),
        "customers": [_row(customer, _CUSTOMER) for customer in erasing.customers_of(request)],
        "orders": [_order(order) for order in orders],
        "received": [
            {"topic": topic, "at": at, "text_kept": not gone}
            for topic, at, gone in erasing.deliveries()
            .filter(order__in=[order.pk for order in orders])
            .annotate(gone=Q(body=None))
            .values_list("topic", "received_at", "gone")[:MOST]
        ],
    }  # fmt: skip


def _order(order: Order) -> dict[str, Any]:
    parts: dict[str, tuple[Any, tuple[str, ...]]] = {
        "lines": (order.lines, _LINE), "payments": (order.transactions, _MOVE), "shipments": (order.shipments, _SHIPMENT),
        "refunds": (order.refunds, _REFUND), "disputes": (order.disputes, _DISPUTE),
    }  # fmt: skip
    return _row(order, _ORDER) | {name: [_row(part, fields) for part in rows.all()] for name, (rows, fields) in parts.items()}


def _row(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
