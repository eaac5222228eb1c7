"""Outgoing webhooks by Standard Webhooks 1.0: signed, one event each, 2xx means taken, 410 means never again."""

from functools import partial

from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from ordersops.notifications.channels import Call, Result, post

CONTENT_TYPE = "application/json"


def call(*, url: str, message_id: str, body: str, secrets: list[str]) -> Call:
    return partial(_send, url, message_id, body, secrets)


def signed(*, message_id: str, body: str, secrets: list[str]) -> dict[str, str]:
    """The three headers. Every secret in force signs, so that a receiver can change its own at any moment."""
    now = timezone.now()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(message_id, now, body) for secret in secrets),
    }


def _send(url: str, message_id: str, body: str, secrets: list[str]) -> Result:
    headers = {"content-type": CONTENT_TYPE, **signed(message_id=message_id, body=body, secrets=secrets)}
    reply = post(url, body.encode(), headers)
    if isinstance(reply, Result):
        return reply
    if 200 <= reply.status < 300:
        return reply.result(ok=True)
    if reply.status == 410:
        return reply.result(ok=False, error="It answered 410: it wants no more webhooks.", permanent=True, gone=True)
    return reply.result(ok=False, error=f"It answered {reply.status}.")
