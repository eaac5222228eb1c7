"""The three signature schemes, over exactly the bytes that are sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from standardwebhooks import Webhook, WebhookVerificationError

from .config import Shop
from .letters import signing_secret
from .messages import FORM, MAIL, PING, Message
from .shopify import API_VERSION

_FORGED = "not-the-shops-secret"
_FORGED_STANDARD = "whsec_" + base64.b64encode(b"not-the-shops-secret").decode()


def headers(message: Message, now: datetime | None = None) -> dict[str, str]:
    """The headers of one attempt. A repeated attempt keeps its ids; a Standard Webhooks timestamp is that of the attempt."""
    moment = (now or datetime.now(UTC)).replace(microsecond=0)
    common = {"Content-Type": "application/json", "User-Agent": "simulated-store/1"}
    if message.topic == FORM:
        return {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Mozilla/5.0 (a customer of the simulated store)"}
    if message.topic == MAIL:
        return common | _standard(message, moment, signing_secret(message.shop))
    match message.shop.platform:
        case "shopify":
            return common | _shopify(message)
        case "woocommerce":
            return common | _woocommerce(message)
        case "generic":
            return common | _standard(message, moment, message.shop.secret)


def _shopify(message: Message) -> dict[str, str]:
    return {
        "X-Shopify-Topic": message.topic,
        "X-Shopify-Hmac-SHA256": _digest(message),
        "X-Shopify-Shop-Domain": message.shop.domain,
        "X-Shopify-API-Version": API_VERSION,
        "X-Shopify-Webhook-Id": message.webhook_id,
        "X-Shopify-Event-Id": message.event_id,
        "X-Shopify-Triggered-At": message.triggered_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }


def _woocommerce(message: Message) -> dict[str, str]:
    """The ping of a new subscription carries no signature, as its body says nothing."""
    if message.topic == PING:
        return {"Content-Type": "application/x-www-form-urlencoded"}
    resource, _, event = message.topic.partition(".")
    return {
        "X-WC-Webhook-Source": f"https://{message.shop.domain}/",
        "X-WC-Webhook-Topic": message.topic,
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-Signature": _digest(message),
        "X-WC-Webhook-ID": str(message.hook.id if message.hook else 0),
        "X-WC-Webhook-Delivery-ID": message.webhook_id,
    }


def _digest(message: Message) -> str:
    secret = message.secret if message.signature == "good" else _FORGED
    return base64.b64encode(hmac.new(secret.encode(), message.body, hashlib.sha256).digest()).decode()


def _standard(message: Message, moment: datetime, secret: str) -> dict[str, str]:
    secret = secret if message.signature == "good" else _FORGED_STANDARD
    signature = Webhook(secret).sign(message.webhook_id, moment, message.body.decode())
    return {"webhook-id": message.webhook_id, "webhook-timestamp": str(int(moment.timestamp())), "webhook-signature": signature}


def verified(shop: Shop, body: bytes, sent: dict[str, str]) -> bool:
    """Whether a callback carries a valid Standard Webhooks signature by the shop's secret."""
    try:
        Webhook(shop.secret).verify(body, sent, json_parse=False)
    except (WebhookVerificationError, ValueError):  # ValueError: not base64, not UTF-8, no comma
        return False
    return True
