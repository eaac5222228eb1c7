"""Writing to a Shopify store through its Admin API: each kind of effect is one act, in the file of what it is about."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from ordersops.effects.connectors import Answer, Request, Seen
from ordersops.effects.connectors.shopify import fulfilment, holds, orders, refunds, replacements, returns, risk, stock
from ordersops.effects.connectors.shopify.act import Act
from ordersops.errors import Invalid, Upstream
from ordersops.stores.platforms.shopify.admin import Admin
from ordersops.stores.platforms.shopify.documents import joined

if TYPE_CHECKING:
    from ordersops.effects.models import Effect

SECONDS = 14.0  # for one look or one write, waiting for points included

ACTS: dict[str, Act] = {
    "order.release": holds.Release(),
    "order.hold": holds.Hold(),
    "order.cancel": orders.Cancel(),
    "order.risk_assessment": risk.Assess(),
    "order.tag": orders.Tag(),
    "order.note": orders.Note(),
    "order.metafield": orders.Metafield(),
    "order.update_address": orders.UpdateAddress(),
    "refund.create": refunds.Create(),
    "fulfilment.move": fulfilment.Move(),
    "fulfilment.split": fulfilment.Split(),
    "fulfilment.request": fulfilment.RequestIt(),
    "fulfilment.cancel_request": fulfilment.CancelRequest(),
    "fulfilment.create": fulfilment.Create(),
    "fulfilment.cancel": fulfilment.Cancel(),
    "fulfilment.merge": fulfilment.Merge(),
    "replacement.create": replacements.Create(),
    "return.approve": returns.Approve(),
    "return.cancel": returns.Cancel(),
    "return.decline": returns.Decline(),
    "return.process": returns.Process(),
    "stock.adjust": stock.Adjust(),
}


class ShopifyConnector:
    """effects.connectors.Connector. Only refunds and stock take a key (webhooks.md 6.2.17); all else is read before it is written."""

    key = "shopify"
    kinds = frozenset(ACTS)
    keyed = frozenset({"refund.create", "stock.adjust"})

    def look(self, effect: "Effect") -> Seen:
        seen = self._act(effect).look(Admin(effect.store, seconds=SECONDS), effect)
        return replace(seen, differs={} if seen.done else seen.differs)

    def prepare(self, effect: "Effect", seen: Seen) -> Request:
        text, variables = joined(self._act(effect).writes(effect, seen))
        body = json.dumps({"query": text, "variables": variables}, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
        return Request("POST", Admin(effect.store).url, body, {"content-type": "application/json"})

    def send(self, effect: "Effect", request: Request) -> Answer:
        """The token goes to the store that the effect is about, whatever address a stored request names."""
        admin = Admin(effect.store, seconds=SECONDS)
        if request.url != admin.url:
            raise Upstream("The store's address changed after this was prepared. Try it again.", permanent=False)
        reply = admin.send(request.url, request.body)
        return Answer(reply.status, reply.body, reply.request_id, reply.milliseconds)

    def _act(self, effect: "Effect") -> Act:
        if effect.kind not in ACTS:
            raise Invalid(f"Shopify knows no “{effect.kind}”. A person has to do it.")
        return ACTS[effect.kind]
