"""A ticket in the store's helpdesk: our own small contract, signed by Standard Webhooks (docs/generic-contract.md).

`POST <address>` makes a ticket and answers `{"id": "…"}`; `GET <address>/<effect id>` shows it, or 404. So it is looked for before
it is made, and its id is read back. The helpdesk has a secret of its own: it is another party than the store.
"""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ordersops.effects.connectors import Answer, Request, Seen
from ordersops.effects.connectors.signed import RETRYABLE, ask
from ordersops.errors import Upstream

if TYPE_CHECKING:
    from ordersops.effects.models import Effect


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
    return ask(
        effect, who="helpdesk", secret=effect.store.helpdesk_secret, method=method, url=url, body=body, retryable=RETRYABLE | {409}
    )  # fmt: skip


def _id(body: str) -> str:
    """The ticket's id out of an answer; "" where there is none."""
    try:
        said: Any = json.loads(body)
    except ValueError:
        return ""
    found = said.get("id") if isinstance(said, dict) else None
    return str(found)[:120] if isinstance(found, str | int) else ""
