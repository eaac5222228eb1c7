"""One request of our own small contracts with partners beside the store, signed by Standard Webhooks."""

from typing import TYPE_CHECKING

import httpx2
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from ordersops.errors import Upstream
from ordersops.line import Fault, Line

if TYPE_CHECKING:
    from ordersops.effects.models import Effect

SECONDS = 14.0
RETRYABLE = frozenset({408, 425, 429})


def ask(
    effect: "Effect", *, who: str, secret: str, method: str, url: str, body: str, retryable: frozenset[int] = RETRYABLE
) -> tuple[int, str, int]:
    """Status, body and milliseconds of one signed request. A 404 to a question is an answer; every other fault is Upstream.

    `who` names the partner in sentences; a status that is `retryable` is tried again, any other from 400 to 499 is not.
    """
    now, key = timezone.now(), effect.idempotency_key
    signed = {
        "webhook-id": key, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": Webhook(secret).sign(key, now, body),
        "user-agent": "ordersops",
    }  # fmt: skip
    line = Line(SECONDS, secrets=signed)
    try:
        with httpx2.Client(transport=line, trust_env=False) as client:
            answer = client.request(method, url, content=body.encode() or None, headers={"content-type": "application/json"})
    except httpx2.HTTPError as error:
        permanent = line.fault in {Fault.PRIVATE, Fault.REQUEST}
        raise Upstream(f"The {who} did not answer. {line.why}", permanent=permanent) from error
    if 200 <= answer.status_code < 300 or (method == "GET" and answer.status_code == 404):
        return answer.status_code, answer.text, line.milliseconds
    after = answer.headers.get("retry-after", "")
    pause = float(after) if after.isascii() and after.isdigit() and len(after) < 8 else None
    permanent = 400 <= answer.status_code < 500 and answer.status_code not in retryable
    raise Upstream(f"The {who} answered {answer.status_code}.", permanent=permanent, retry_after=pause)
