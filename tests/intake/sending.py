"""Sending webhooks as the stores do: signed over the raw bytes."""

import base64
import hashlib
import hmac
import json
import uuid
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client
from standardwebhooks import Webhook

from ordersops.stores.models import Store


def encode(document: Any) -> bytes:
    return json.dumps(document, default=str).encode()


def signed(store: Store, body: bytes, *, topic: str = "orders/create", delivery: str = "", secret: str = "") -> dict[str, str]:
    """The headers that the store's platform sends with this body."""
    secret, delivery = secret or store.webhook_secret, delivery or uuid.uuid4().hex
    if store.platform == "shopify":
        made = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
        return {
            "X-Shopify-Topic": topic, "X-Shopify-Hmac-SHA256": made, "X-Shopify-Webhook-Id": delivery,
            "X-Shopify-Triggered-At": "2026-11-20T12:00:00.123456Z",
        }  # fmt: skip
    now = datetime.now(UTC)
    signature = Webhook(secret).sign(delivery, now, body.decode())
    return {"webhook-id": delivery, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}


def send(
    store: Store, document: Any, *, slash: str = "", client: Client | None = None, raw: bytes | None = None, **how: Any
) -> HttpResponse:
    """Post one event through the door. `raw` are the bytes themselves."""
    body = encode(document) if raw is None else raw
    headers = signed(store, body, **how)
    sender = client or Client(raise_request_exception=False)
    return sender.post(store.endpoint_path + slash, body, content_type="application/json", headers=headers)


def placed(order: str = "#1001", **more: Any) -> dict[str, Any]:
    """An event of the generic contract."""
    return {
        "event": "order.created", "order_id": order, "occurred_at": "2026-11-20T12:00:00Z", "currency": "USD", "totals": {"total": "30.00"},
        "customer": {"id": "c1", "email": "ada@a.example"}, "items": [{"id": "l1", "sku": "MUG", "quantity": 3}], **more,
    }  # fmt: skip
