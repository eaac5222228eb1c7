"""WooCommerce: webhooks with bodies in the shape of the REST resources of version 3.

Its sender never repeats a delivery and takes a redirect for success, so what our door misses is found by reading alone
(webhooks.md 6.2, 1 to 5). The body is made when it is sent: it tells the order as it is then, not as it was at the event.
"""

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
from ordersops.stores.platforms import Envelope, Interface
from ordersops.stores.platforms.reading import table, text
from ordersops.stores.platforms.woocommerce import topics
from ordersops.stores.platforms.woocommerce.interface import WooCommerceInterface
from ordersops.stores.platforms.woocommerce.parts import since

_PING = re.compile(rb"webhook_id=\d{1,20}")
_SECRET = re.compile(r"[A-Za-z0-9]{16,200}")


class WooCommerce:
    """The adapter (stores.platforms.Platform)."""

    key = "woocommerce"
    label = "WooCommerce"
    kept_headers = ("x-wc-webhook-topic", "x-wc-webhook-id", "x-wc-webhook-delivery-id", "x-wc-webhook-source")
    interface: Interface | None = WooCommerceInterface()
    never_tells = (
        "WooCommerce has no interface for disputes: a chargeback is neither sent nor found by reading. Look for it at the payment provider; here it "
        "shows only once money has gone back in the shop.",
    )

    def new_secret(self) -> str:
        """Letters and digits alone: the sender decodes `&lt;` and its like in a secret before it signs."""
        return random.token_hex(25)

    def secret_problem(self, secret: str) -> str:
        """What is wrong with a secret that somebody chose, or nothing."""
        return "" if _SECRET.fullmatch(secret) else "a WooCommerce secret has at least 16 letters and digits here, and no other characters"

    def is_genuine(self, *, headers: Mapping[str, str], body: bytes, secrets: list[str], now: datetime) -> bool:
        """X-WC-Webhook-Signature is the base64 HMAC-SHA256 over the raw body. The scheme signs no time, so there is no window."""
        given = headers.get("x-wc-webhook-signature", "").strip().encode("utf-8", "replace")
        genuine = False
        for secret in secrets:
            made = base64.b64encode(hmac.digest(secret.encode(), body, "sha256"))
            # A store without a secret takes nothing: anybody can sign with an empty key.
            genuine |= hmac.compare_digest(made, given) and bool(secret)
        return genuine

    def is_ping(self, *, headers: Mapping[str, str], body: bytes) -> bool:
        """The unsigned form that is posted when a webhook is made; any answer but 200 keeps it from being saved as active."""
        return _PING.fullmatch(body) is not None and "x-wc-webhook-topic" not in headers

    def envelope(self, *, headers: Mapping[str, str], body: bytes) -> Envelope:
        """From the topic's header and the body.

        The delivery id is made of the webhook and the second, so two orders of one second share it: a delivery is the same
        only if topic, resource, time of change and every byte of the body are. A body without a time of change, such as the
        `{id}` of a deletion, may truly come twice; there the delivery id tells the second from the first.
        """
        topic = text(headers.get("x-wc-webhook-topic", "")).lower()[:100]
        delivery = text(headers.get("x-wc-webhook-delivery-id", ""))[:200]
        try:
            payload = table(json.loads(body))
        except (ValueError, RecursionError):
            payload = {}
        key, changed = text(payload.get("id"))[:60], since(payload, "date_modified")
        when = changed.isoformat() if changed else hashlib.sha256(delivery.encode()).hexdigest()[:32]
        dedupe = f"{topic}:{key}:{when}:{hashlib.sha256(body).hexdigest()}"
        subject = topics.subject(topic)
        return Envelope(
            topic=topic,
            dedupe_key=dedupe,
            resource=f"{subject}:{key}" if subject and key else f"delivery:{dedupe}"[:220],
            delivery_id=delivery,
            source_at=changed,
        )

    def wants(self, topic: str) -> bool:
        return topic in topics.READERS

    def facts(self, *, topic: str, payload: Any, at: datetime) -> OrderFacts:
        """Only the id is essential. Anything else that is null, missing or nonsense is left out, or becomes an issue of the order."""
        if not isinstance(payload, dict):
            raise Invalid(f"The body of “{topic[:120]}” is not a JSON object. Read the order from the store again, or leave it.")
        if topic not in topics.READERS:
            raise Invalid(f"The topic “{topic[:120]}” is not one that is read here. Nothing needs to be done.")
        return topics.READERS[topic](payload, at)
