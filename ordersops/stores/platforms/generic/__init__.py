"""The generic platform: our own documented JSON contract (docs/generic-contract.md), signed as Standard Webhooks says."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets as random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from ordersops.errors import Invalid
from ordersops.stores.facts import OrderFacts
from ordersops.stores.platforms import Envelope, Interface
from ordersops.stores.platforms.generic.contract import EVENTS, read
from ordersops.stores.platforms.generic.facts import as_facts
from ordersops.stores.platforms.reading import moment, table, text

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)  # Standard Webhooks 1.0, "Verifying webhook authenticity"


class Generic:
    """The adapter (stores.platforms.Platform)."""

    key = "generic"
    label = "Generic (signed JSON)"
    kept_headers: tuple[str, ...] = ("webhook-id", "webhook-timestamp")
    interface: Interface | None = None

    def new_secret(self) -> str:
        return PREFIX + base64.b64encode(random.token_bytes(32)).decode()

    def secret_problem(self, secret: str) -> str:
        """What is wrong with a secret that somebody chose, or nothing."""
        try:
            key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        return "" if secret.startswith(PREFIX) and 16 <= len(key) <= 64 else f"it is {PREFIX} followed by 16 to 64 random bytes in base64"

    def is_genuine(self, *, headers: Mapping[str, str], body: bytes, secrets: list[str], now: datetime) -> bool:
        """Any of the header's `v1` signatures, made with any of the secrets, not more than five minutes ago or ahead."""
        sent_at = _stamp(headers.get("webhook-timestamp", ""))
        if sent_at is None or abs(now - sent_at) > TOLERANCE:
            return False
        given = [each.encode() for each in headers.get("webhook-signature", "").split(" ")]
        genuine = False
        for secret in secrets:
            try:
                expected = Webhook(secret).sign(headers.get("webhook-id", ""), sent_at, body.decode()).encode()
            except (EmptyWebhookSecretError, ValueError, RuntimeError):
                continue  # ValueError: a body that is not even text, or a secret that is not base64
            for each in given:
                genuine |= hmac.compare_digest(expected, each)
        return genuine

    def envelope(self, *, headers: Mapping[str, str], body: bytes) -> Envelope:
        """From the signed `webhook-id` and the head of the event."""
        try:
            payload = table(json.loads(body))
        except (ValueError, RecursionError):
            payload = {}
        delivery = text(headers.get("webhook-id", ""))
        key = delivery if 0 < len(delivery) <= 200 else hashlib.sha256(delivery.encode() or body).hexdigest()
        order, customer = text(payload.get("order_id"))[:200], text(table(payload.get("customer")).get("id"))[:200]
        return Envelope(
            topic=text(payload.get("event"))[:120],
            dedupe_key=key,
            resource=f"order:{order}" if order else f"customer:{customer}" if customer else f"delivery:{key}",
            delivery_id=delivery[:200],
            source_at=moment(payload.get("occurred_at")) or _stamp(headers.get("webhook-timestamp", "")),
        )

    def wants(self, topic: str) -> bool:
        return topic in EVENTS

    def facts(self, *, topic: str, payload: Any, at: datetime) -> OrderFacts:
        """Words that we do not know are kept as they are; a field that breaks the contract is named in Invalid."""
        if not isinstance(payload, dict):
            raise Invalid("The body is not a JSON object. Send one event per request, as docs/generic-contract.md shows.")
        event, issues = read(payload)
        return as_facts(event, issues, at)


def _stamp(seconds: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
