"""The subscriptions that a shop keeps, and what WooCommerce makes of one that fails."""

from __future__ import annotations

import hashlib
import itertools
import time
from dataclasses import dataclass

TOPICS = {
    "woocommerce": ("order.created", "order.updated", "product.created", "product.updated"),
    "shopify": (
        "orders/create", "orders/updated", "orders/paid", "orders/cancelled", "orders/fulfilled", "orders/risk_assessment_changed",
        "order_transactions/create", "fulfillments/create", "fulfillments/update", "refunds/create", "disputes/create", "disputes/update",
        "returns/request", "returns/approve", "returns/decline", "returns/cancel", "returns/close", "returns/update", "customers/update",
        "locations/create", "products/create", "inventory_items/update", "inventory_levels/update",
    ),
}  # fmt: skip
DISABLED_ABOVE = 5  # failures one after the other
_ids = itertools.count(101)


@dataclass
class Hook:
    """One subscription. WooCommerce asks it once for each event; too many failures in a row disable it, and nobody is told."""

    id: int
    name: str
    topic: str
    delivery_url: str
    secret: str
    status: str = "active"
    failures: int = 0

    def answered(self) -> None:
        self.failures = 0

    def refused(self, status: int) -> bool:
        """Count a failure; True if this one disabled the subscription. A redirect is taken for success and not followed."""
        if status in (301, 302):
            return False
        self.failures += 1
        if self.failures <= DISABLED_ABOVE or self.status != "active":
            return False
        self.status = "disabled"
        return True


def new_hook(topic: str, delivery_url: str, secret: str, *, name: str = "", status: str = "active") -> Hook:
    return Hook(next(_ids), name or f"Webhook for {topic}", topic, delivery_url, secret, status)


def first_hooks(platform: str, delivery_url: str, secret: str) -> list[Hook]:
    """What a person set up in the shop's back office before the product had a key. The generic platform keeps no list."""
    return [new_hook(topic, delivery_url, secret) for topic in TOPICS.get(platform, ())]


def new_delivery_id() -> str:
    """Not unique, as on the platform: whatever leaves within one second carries the same id."""
    return hashlib.md5(str(int(time.time())).encode(), usedforsecurity=False).hexdigest()
