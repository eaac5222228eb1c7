"""The platforms under test: for each, how its sender signs, an order that is whole, and the words that its states may have."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from standardwebhooks.webhooks import Webhook

from ordersops.stores.platforms import Platform
from ordersops.stores.platforms.generic import Generic
from ordersops.stores.platforms.shopify import Shopify
from ordersops.stores.platforms.woocommerce import WooCommerce
from tests.stores.test_shopify_facts import order as shopify_order
from tests.stores.woocommerce.documents import order as woocommerce_order
from tests.stores.woocommerce.documents import sent as woocommerce_sent

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)  # when everything here is sent
Where = tuple[str | int, ...]


@dataclass(frozen=True)
class Subject:
    """One platform. `headers(body, topic, secret, delivery)` are those of its sender, in lower case.

    `order` is an order without a fault, under `topic`. `identity` are the places that name it; everything else may be
    missing. `total` is where its total stands. `words`: the place of a state -> every word that the platform documents for it.
    """

    adapter: Platform
    headers: Callable[[bytes, str, str, str], dict[str, str]]
    order: dict[str, Any]
    topic: str
    total: Where
    other_order: Callable[[dict[str, Any]], dict[str, Any]]
    identity: frozenset[Where] = frozenset({("id",)})
    words: dict[Where, frozenset[str]] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.adapter.key


def encode(document: Any) -> bytes:
    return json.dumps(document, default=str, ensure_ascii=False).encode("utf-8", "replace")


def _shopify(body: bytes, topic: str, secret: str, delivery: str) -> dict[str, str]:
    made = base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
    return {"x-shopify-topic": topic, "x-shopify-webhook-id": delivery, "x-shopify-hmac-sha256": made}


def _standard(body: bytes, topic: str, secret: str, delivery: str) -> dict[str, str]:
    signature = Webhook(secret).sign(delivery, AT, body.decode())
    return {"webhook-id": delivery, "webhook-timestamp": str(int(AT.timestamp())), "webhook-signature": signature}


def _woocommerce(body: bytes, topic: str, secret: str, delivery: str) -> dict[str, str]:
    return woocommerce_sent(body, topic, secret=secret, delivery=delivery)


GENERIC_ORDER: dict[str, Any] = {
    "event": "order.created", "order_id": "A1", "occurred_at": "2026-02-01T10:00:00Z", "currency": "EUR", "number": "A1",
    "customer": {"id": "c1", "email": "ada@x.example"}, "items": [{"id": "l1", "sku": "MUG", "quantity": 3, "unit_price": "10.00"}],
    "totals": {"subtotal": "30.00", "shipping": "5.00", "tax": "3.00", "discount": "2.00", "total": "36.00"},
    "shipping_address": {"name": "Ada", "address1": "1 Road", "city": "Lisbon", "country": "PT"},
    "payment": {"status": "paid", "transactions": [{"id": "t1", "kind": "sale", "status": "success", "amount": "36.00"}]},
    "refunds": [{"id": "r1", "amount": "1.00", "items": [{"id": "l1", "quantity": 1, "restock": "return"}]}],
}  # fmt: skip

SHOPIFY = Subject(
    Shopify(), _shopify, shopify_order(cancel_reason=None), "orders/updated", ("total_price",), lambda order: {**order, "id": 2},
    words={
        ("financial_status",): frozenset(
            ["pending", "authorized", "partially_paid", "paid", "partially_refunded", "refunded", "voided", "expired"]
        ),
        ("fulfillment_status",): frozenset({"fulfilled", "partial", "restocked", "unfulfilled"}),
        ("cancel_reason",): frozenset({"customer", "fraud", "inventory", "declined", "staff", "other"}),
    },
)  # fmt: skip
GENERIC = Subject(
    Generic(), _standard, GENERIC_ORDER, "order.created", ("totals", "total"), lambda order: {**order, "order_id": "A2"},
    identity=frozenset({("event",), ("order_id",)}),
    words={
        ("payment", "status"): frozenset(
            ["pending", "authorized", "paid", "partially_paid", "partially_refunded", "refunded", "voided", "expired", "failed"]
        ),
        ("payment", "transactions", 0, "kind"): frozenset({"authorization", "sale", "capture", "void", "refund"}),
        ("refunds", 0, "items", 0, "restock"): frozenset({"return", "cancel", "none"}),
    },
)  # fmt: skip
WOOCOMMERCE = Subject(
    WooCommerce(), _woocommerce, woocommerce_order(), "order.updated", ("total",), lambda order: {**order, "id": 728},
    words={
        ("status",): frozenset(
            ["pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "trash", "checkout-draft", "wc-pending"]
        )
    },
)  # fmt: skip

SUBJECTS = [SHOPIFY, GENERIC, WOOCOMMERCE]
