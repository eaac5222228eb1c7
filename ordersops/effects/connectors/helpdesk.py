"""A ticket in the store's helpdesk: our own small contract, signed by Standard Webhooks (docs/generic-contract.md).

`POST <address>` makes a ticket and answers `{"id": "…"}`; `GET <address>/<effect id>` shows it, or 404. So it is looked for before
it is made, and its id is read back. The helpdesk has a secret of its own: it is another party than the store.
"""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx2
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from ordersops.effects.connectors import Answer, Request, Seen
from ordersops.errors import Upstream
from ordersops.line import Fault, Line

if TYPE_CHECKING:
    from ordersops.effects.models import Effect

SECONDS = 14.0
RETRYABLE = frozenset({408, 409, 425, 429})


class Helpdesk:
    """effects.connectors.Connector."""

    key = "helpdesk"
    kinds = frozenset({"ticket.create"})
    keyed = frozenset({"ticket.create"})

    def look(self, effect: "Effect") -> Seen:
        status, body, _ = _ask(effect, "GET", f"{_address(effect)}/{quote(str(effect.pk))}", "")
        found = _id(body) if status == 200 else ""
        if status == 200 and not found:
            raise Upstream("The helpdesk showed a ticket without an id.", permanent=False)
        return Seen(bool(found), {} if found else {"ticket": ("", effect.arguments["subject"])}, {"id": found})

    def prepare(self, effect: "Effect", seen: Seen) -> Request:
        body = {
            "type": effect.kind,
            "timestamp": effect.planned_at.isoformat(),
            "data": {"effect_id": str(effect.pk), "order_id": effect.order.external_id, "number": effect.order.number, **effect.arguments},
        }
        headers = {"content-type": "application/json", "webhook-id": effect.idempotency_key}
        return Request("POST", _address(effect), json.dumps(body, separators=(",", ":"), ensure_ascii=False), headers)

    def send(self, effect: "Effect", request: Request) -> Answer:
        if request.url != _address(effect):
            raise Upstream("The helpdesk's address changed after this was prepared. Try it again.", permanent=False)
        status, body, milliseconds = _ask(effect, "POST", request.url, request.body)
        return Answer(status, body, _id(body), milliseconds)


def _address(effect: "Effect") -> str:
    url: str = effect.store.helpdesk_url
    return url.rstrip("/")


def _ask(effect: "Effect", method: str, url: str, body: str) -> tuple[int, str, int]:
    """One signed request. A 404 to a question is an answer; every other fault is Upstream."""
    now, key = timezone.now(), effect.idempotency_key
    signed = {
        "webhook-id": key, "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(effect.store.helpdesk_secret).sign(key, now, body), "user-agent": "ordersops",
    }  # fmt: skip
    line = Line(SECONDS, secrets=signed)
    try:
        with httpx2.Client(transport=line, trust_env=False) as client:
            answer = client.request(method, url, content=body.encode() or None, headers={"content-type": "application/json"})
    except httpx2.HTTPError as error:
        permanent = line.fault in {Fault.PRIVATE, Fault.REQUEST}
        raise Upstream(f"The helpdesk did not answer. {line.why}", permanent=permanent) from error
    if 200 <= answer.status_code < 300 or (method == "GET" and answer.status_code == 404):
        return answer.status_code, answer.text, line.milliseconds
    after = answer.headers.get("retry-after", "")
    pause = float(after) if after.isascii() and after.isdigit() and len(after) < 8 else None
    permanent = 400 <= answer.status_code < 500 and answer.status_code not in RETRYABLE
    raise Upstream(f"The helpdesk answered {answer.status_code}.", permanent=permanent, retry_after=pause)


def _id(body: str) -> str:
    """The ticket's id out of an answer; "" where there is none."""
    try:
        said: Any = json.loads(body)
    except ValueError:
        return ""
    found = said.get("id") if isinstance(said, dict) else None
    return str(found)[:120] if isinstance(found, str | int) else ""
