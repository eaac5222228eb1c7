"""The two signature schemes, over exactly the bytes that are sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from standardwebhooks import Webhook, WebhookVerificationError

from .config import Shop
from .messages import Message
from .shopify import API_VERSION

_FORGED_SHOPIFY = "not-the-shops-secret"
_FORGED_STANDARD = "whsec_" + base64.b64encode(b"not-the-shops-secret").decode()


def headers(message: Message, now: datetime | None = None) -> dict[str, str]:
    """The headers of one attempt. A repeated attempt keeps its ids; a Standard Webhooks timestamp is that of the attempt."""
    moment = (now or datetime.now(UTC)).replace(microsecond=0)
    common = {"Content-Type": "application/json", "User-Agent": "simulated-store/1"}
    return common | (_shopify(message) if message.shop.platform == "shopify" else _standard(message, moment))


def _shopify(message: Message) -> dict[str, str]:
    secret = message.shop.secret if message.signature == "good" else _FORGED_SHOPIFY
    digest = hmac.new(secret.encode(), message.body, hashlib.sha256).digest()
    return {
        "X-Shopify-Topic": message.topic,
        "X-Shopify-Hmac-SHA256": base64.b64encode(digest).decode(),
        "X-Shopify-Shop-Domain": message.shop.domain,
        "X-Shopify-API-Version": API_VERSION,
        "X-Shopify-Webhook-Id": message.webhook_id,
        "X-Shopify-Event-Id": message.event_id,
        "X-Shopify-Triggered-At": message.triggered_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }


def _standard(message: Message, moment: datetime) -> dict[str, str]:
    secret = message.shop.secret if message.signature == "good" else _FORGED_STANDARD
    signature = Webhook(secret).sign(message.webhook_id, moment, message.body.decode())
    return {"webhook-id": message.webhook_id, "webhook-timestamp": str(int(moment.timestamp())), "webhook-signature": signature}


def verified(shop: Shop, body: bytes, sent: dict[str, str]) -> bool:
    """Whether a callback carries a valid Standard Webhooks signature by the shop's secret."""
    try:
        Webhook(shop.secret).verify(body, sent, json_parse=False)
    except (WebhookVerificationError, ValueError):  # ValueError: not base64, not UTF-8, no comma
        return False
    return True
