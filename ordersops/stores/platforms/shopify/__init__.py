"""Shopify: webhooks of the Admin API with bodies in the shape of its REST resources, and the API itself for what they missed."""

import base64
import hashlib
import hmac
import json
import re
import secrets as random
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ordersops.errors import Invalid
from ordersops.stores.facts import OrderFacts
from ordersops.stores.platforms import POLLED, Envelope, Interface
from ordersops.stores.platforms.reading import moment, text
from ordersops.stores.platforms.shopify import topics
from ordersops.stores.platforms.shopify.interface import ShopifyInterface
from ordersops.stores.platforms.shopify.polled import polled_facts

# Every resource starts with its id, and those that belong to an order go on with `order_id`. Reading that much spares
# the door from parsing the whole body; whatever looks different is parsed.
_HEAD = re.compile(rb'\s*\{\s*"id"\s*:\s*(\d{1,40})\s*[,}](?:\s*"order_id"\s*:\s*(\d{1,40})\s*[,}])?')
_SECRET = re.compile(r"[\x21-\x7e]{8,200}")


class Shopify:
    """The adapter (stores.platforms.Platform)."""

    key = "shopify"
    label = "Shopify"
    kept_headers = (
        "x-shopify-topic",
        "x-shopify-webhook-id",
        "x-shopify-event-id",
        "x-shopify-triggered-at",
        "x-shopify-shop-domain",
        "x-shopify-api-version",
        "x-shopify-test",
    )
    interface: Interface | None = ShopifyInterface()

    def new_secret(self) -> str:
        """The digest is keyed with the secret's own characters, so any printable text will do."""
        return random.token_hex(32)

    def secret_problem(self, secret: str) -> str:
        """What is wrong with a secret that somebody chose, or nothing."""
        return "" if _SECRET.fullmatch(secret) else "a Shopify client secret has at least 8 printable characters and no spaces"

    def is_genuine(self, *, headers: Mapping[str, str], body: bytes, secrets: list[str], now: datetime) -> bool:
        """X-Shopify-Hmac-SHA256 is the base64 HMAC-SHA256 over the raw body. The scheme signs no time, so there is no window."""
        given = headers.get("x-shopify-hmac-sha256", "").strip().encode("utf-8", "replace")
        genuine = False
        for secret in secrets:
            made = base64.b64encode(hmac.digest(secret.encode(), body, "sha256"))
            # A store without a secret takes nothing: anybody can sign with an empty key.
            genuine |= hmac.compare_digest(made, given) and bool(secret)
        return genuine

    def envelope(self, *, headers: Mapping[str, str], body: bytes) -> Envelope:
        """From the headers, and the first bytes of the body.

        The delivery id is the idempotency key within a topic (webhooks.md 6.2.6); without it, the body stands for itself.
        """
        topic = text(headers.get("x-shopify-topic", ""))[:120]
        delivery = text(headers.get("x-shopify-webhook-id", ""))
        named = f"{topic}:{delivery}"
        key = named if delivery and len(named) <= 300 else f"{topic}:{hashlib.sha256(delivery.encode() or body).hexdigest()}"
        return Envelope(
            topic=topic,
            dedupe_key=key,
            resource=_resource(topic, body) or f"delivery:{key}"[:220],
            delivery_id=delivery[:200],
            event_id=text(headers.get("x-shopify-event-id", ""))[:200],
            source_at=moment(headers.get("x-shopify-triggered-at")),
        )

    def wants(self, topic: str) -> bool:
        return topic in topics.READERS

    def facts(self, *, topic: str, payload: Any, at: datetime) -> OrderFacts:
        """Only the id is essential. Anything else that is null, missing or nonsense is left out, or becomes an issue of the order."""
        if not isinstance(payload, dict):
            raise Invalid(f"The body of “{topic}” is not a JSON object. Send the delivery again from the store, or leave it.")
        if topic == POLLED:
            if not isinstance(payload.get("order"), dict) or not payload["order"].get("id"):
                raise Invalid("What was read from Shopify names no order. Read it again.")
            return polled_facts(payload, at)
        if topic not in topics.READERS:
            raise Invalid(f"The topic “{topic[:120]}” is not one that is read here. Nothing needs to be done.")
        return topics.READERS[topic](payload, at)


def _resource(topic: str, body: bytes) -> str:
    """What the delivery is about: everything of one order has the same resource."""
    subject, names = topics.subject(topic)
    if not subject:
        return ""
    head = _HEAD.match(body)
    if head and (found := head[1] if names == ("id",) else head[2]):
        return f"{subject}:{found.decode()}"
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    found_id = topics.subject_id(payload, names) if isinstance(payload, dict) else ""
    return f"{subject}:{found_id}"[:220] if found_id else ""
