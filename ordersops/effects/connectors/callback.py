"""Telling a store of the generic platform: a signed POST to its callback URL (Standard Webhooks 1.0).

The same `webhook-id` goes with every attempt, so the receiver can tell a repeated attempt from a second act. Redirects
are not followed, proxies of the environment are not used, and unless allowed by a setting the address must be public.
"""

import ipaddress
import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from ordersops.effects.connectors import PARTNERS, Answer, Request, Seen
from ordersops.effects.kinds import KINDS
from ordersops.effects.models import Effect
from ordersops.errors import Upstream

TIMEOUT = (3.0, 7.0)  # seconds to connect, and between bytes
RETRYABLE = frozenset({408, 409, 425, 429})


class Callback:
    """The generic platform: every kind that is about the store, each with its key. It shows us nothing, so what it accepted counts as done."""

    key = "callback"
    kinds = frozenset(KINDS) - frozenset(PARTNERS)
    keyed = kinds

    def look(self, effect: Effect) -> Seen:
        """Nothing can be read: done is what it accepted, and that was done by us."""
        return Seen(done=effect.accepted_at is not None, before={"ours": True})

    def prepare(self, effect: Effect, seen: Seen) -> Request:
        """The message; its time and signature are added when it leaves."""
        body = json.dumps(content(effect), separators=(",", ":"), ensure_ascii=False)
        headers = {"content-type": "application/json", "user-agent": "ordersops", "webhook-id": effect.idempotency_key}
        return Request("POST", effect.store.callback_url, body, headers)

    def send(self, effect: Effect, request: Request) -> Answer:
        """Send it, signed. Raises Upstream, saying whether trying again can help."""
        _check_address(request.url)
        now = timezone.now()
        signature = Webhook(effect.store.webhook_secret).sign(effect.idempotency_key, now, request.body)
        headers = {**request.headers, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}
        body, began = request.body.encode(), time.monotonic()
        try:
            with requests.Session() as session:
                session.trust_env = False
                with session.post(request.url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True) as answer:
                    status, after = answer.status_code, answer.headers.get("Retry-After", "")
        except requests.RequestException as error:
            raise Upstream(f"The store's callback address did not answer ({type(error).__name__}).", permanent=False) from error
        if 200 <= status < 300:
            return Answer(status, latency_ms=int((time.monotonic() - began) * 1000))
        permanent = 400 <= status < 500 and status not in RETRYABLE
        pause = float(after) if after.isascii() and after.isdigit() and len(after) < 8 else None
        raise Upstream(f"The store's callback answered {status}.", permanent=permanent, retry_after=pause)


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
            **({"arguments": effect.arguments} if effect.asked_by_id or effect.arguments else {}),
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
