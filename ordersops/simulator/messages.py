"""A message is what one webhook carries; `compose` writes the messages of one happening in the shop's own format."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from . import generic, shopify, woocommerce
from .config import Shop
from .hooks import Hook, new_delivery_id
from .world import Order

PING = "ping"
MAIL, FORM = "mail", "contact"  # what customers write, not what the shop tells


@dataclass
class Message:
    """One webhook. The body is fixed when it is composed: every attempt sends the same bytes under the same id."""

    shop: Shop
    topic: str
    body: bytes
    webhook_id: str
    event_id: str
    story: str
    about: str  # the order's name, for people
    lane: int  # messages of one lane leave in sequence
    triggered_at: datetime
    signature: Literal["good", "bad"] = "good"
    attempts: int = field(default=0, compare=False)
    hook: Hook | None = None  # the subscription that it answers, where the platform keeps a list
    to: str = ""  # where it goes, if not to the shop's webhooks

    @property
    def address(self) -> str:
        return self.to or (self.hook.delivery_url if self.hook else self.shop.endpoint)

    @property
    def secret(self) -> str:
        return self.hook.secret if self.hook else self.shop.secret

    def again(self) -> Message:
        """The same delivery once more, same id: what a sender does that missed the answer."""
        return replace(self, attempts=0)

    def under_new_id(self) -> Message:
        """The same content as a new delivery."""
        return replace(self, webhook_id=new_id(self.shop), event_id=str(uuid.uuid4()), attempts=0)

    def with_body(self, body: bytes) -> Message:
        return replace(self, body=body, webhook_id=new_id(self.shop), attempts=0)

    def with_document(self, change: dict[str, Any]) -> Message:
        """The same message with some top-level entries replaced."""
        return self.with_body(encode(json.loads(self.body) | change))


def new_id(shop: Shop) -> str:
    match shop.platform:
        case "shopify":
            return str(uuid.uuid4())
        case "woocommerce":
            return new_delivery_id()
        case "generic":
            return f"msg_{uuid.uuid4().hex}"


def encode(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def compose(happening: str, order: Order, part: object = None, *, now: datetime) -> list[Message]:
    """The messages of one happening.

    Shopify announces some happenings under several topics at once. Where the platform keeps a list, each topic goes to its subscriptions.
    """
    documents: list[tuple[str, dict[str, Any]]]
    match order.shop.platform:
        case "shopify":
            documents = shopify.documents(happening, order, part)
        case "woocommerce":
            documents = woocommerce.documents(happening, order)
        case "generic":
            documents = generic.documents(happening, order, part, now=now)
    event_id = str(uuid.uuid4())
    return [
        Message(
            shop=order.shop, topic=topic, body=encode(document), webhook_id=new_id(order.shop), event_id=event_id, story=order.story,
            about=order.name, lane=order.key, triggered_at=now, hook=hook,
        )
        for topic, document in documents
        for hook in _subscribed(order.shop, topic)
    ]  # fmt: skip


def ping(shop: Shop, hook: Hook, *, now: datetime) -> Message:
    """What WooCommerce sends when a subscription is made: a form with its number, unsigned."""
    return Message(
        shop=shop, topic=PING, body=f"webhook_id={hook.id}".encode(), webhook_id="", event_id="", story="subscription",
        about=hook.topic, lane=hook.id, triggered_at=now, hook=hook,
    )  # fmt: skip


def _subscribed(shop: Shop, topic: str) -> list[Hook] | list[None]:
    if shop.platform == "generic":
        return [None]
    return [hook for hook in shop.hooks if hook.topic == topic and hook.status == "active"]
