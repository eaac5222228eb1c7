"""Telling a store of the generic platform: a signed POST to its callback URL (Standard Webhooks 1.0).

The same `webhook-id` goes with every attempt, so the receiver can tell a repeated attempt from a second act. Redirects
are not followed, proxies of the environment are not used, and unless allowed by a setting the address must be public.
"""

import ipaddress
import json
import socket
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from ordersops.effects.connectors import Answer
from ordersops.effects.models import Effect
from ordersops.errors import Upstream

TIMEOUT = (3.0, 7.0)  # seconds to connect, and between bytes
RETRYABLE = frozenset({408, 409, 425, 429})


def send(effect: Effect) -> Answer:
    """Send one effect. Returns the answer of the store; raises Upstream, saying whether trying again can help."""
    url = effect.store.callback_url
    _check_address(url)
    now = timezone.now()
    body = json.dumps(content(effect), separators=(",", ":"), ensure_ascii=False)
    signature = Webhook(effect.store.webhook_secret).sign(effect.idempotency_key, now, body)
    headers = {
        "content-type": "application/json", "user-agent": "ordersops", "webhook-id": effect.idempotency_key,
        "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature,
    }  # fmt: skip
    try:
        with requests.Session() as session:
            session.trust_env = False
            with session.post(url, data=body.encode(), headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True) as answer:
                status = answer.status_code
    except requests.RequestException as error:
        raise Upstream(f"The store's callback address did not answer ({type(error).__name__}).", permanent=False) from error
    if 200 <= status < 300:
        return Answer(status)
    raise Upstream(f"The store's callback answered {status}.", permanent=400 <= status < 500 and status not in RETRYABLE)


def content(effect: Effect) -> dict[str, Any]:
    """The body of the callback. It says what to do and on which decision, never why a risk was seen (law 19)."""
    return {
        "type": effect.kind,
        "timestamp": effect.planned_at.isoformat(),
        "data": {
            "order_id": effect.order.external_id,
            "number": effect.order.number,
            "effect_id": str(effect.pk),
            "decision_id": str(effect.decision_id) if effect.decision_id else None,
            "reason": "reviewed",
        },
    }


def _check_address(url: str) -> None:
    if settings.ALLOW_PRIVATE_CALLBACKS:
        return
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80), type=socket.SOCK_STREAM)
    except OSError as error:
        raise Upstream(f"The name {parts.hostname} of the callback address is not known.", permanent=False) from error
    if any(not ipaddress.ip_address(str(info[4][0])).is_global for info in found):
        raise Upstream("The callback address lies in a private network, which the settings do not allow.", permanent=True)
