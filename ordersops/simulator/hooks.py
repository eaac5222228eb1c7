"""The list of subscriptions that a WooCommerce shop keeps, with the platform's own idea of failure."""

from __future__ import annotations

import hashlib
import itertools
import time
from dataclasses import dataclass

TOPICS = ("order.created", "order.updated")
DISABLED_ABOVE = 5  # failures one after the other
_ids = itertools.count(101)


@dataclass
class Hook:
    """One subscription. It is asked once for each event; too many failures in a row disable it, and nobody is told."""

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


def first_hooks(delivery_url: str, secret: str) -> list[Hook]:
    """What a person set up in the shop's back office before the product had a key."""
    return [new_hook(topic, delivery_url, secret) for topic in TOPICS]


def new_delivery_id() -> str:
    """Not unique, as on the platform: whatever leaves within one second carries the same id."""
    return hashlib.md5(str(int(time.time())).encode(), usedforsecurity=False).hexdigest()
