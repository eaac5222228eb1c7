"""A warehouse that is asked to ship: our own small contract, signed by Standard Webhooks (docs/warehouses.md).

`POST <address>` takes a request, `GET <address>/<effect id>` shows it with its `status`, or 404, and `POST <address>/<effect id>/cancel`
calls it back. So it is looked for before it is made, and read back. Whether it ships is answered later, at our door.
"""

import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ordersops.effects.connectors import Answer, NotSeenYet, Request, Seen, node_of
from ordersops.effects.connectors.signed import ask
from ordersops.errors import Upstream

if TYPE_CHECKING:
    from ordersops.effects.models import Effect
    from ordersops.orders.models import Order
    from ordersops.stock.models import Location

OFF = frozenset({"rejected", "cancelled"})
ADDRESS = ("name", "company", "address1", "address2", "city", "region", "postal_code", "country", "phone")


class Node:
    """effects.connectors.Connector."""

    key = "node"
    kinds = frozenset({"node.request", "node.cancel"})
    keyed = frozenset({"node.request", "node.cancel"})

    def look(self, effect: "Effect") -> Seen:
        place, asked = _place(effect), _request_id(effect)
        _wait_for_others(effect)
        status, body, _ = _ask(effect, place, "GET", f"{_address(place)}/{quote(asked)}", "")
        found = _table(body) if status == 200 else {}
        if status == 200 and not found.get("id"):
            raise Upstream("The warehouse showed a request without an id.", permanent=False)
        state = str(found.get("status", ""))
        if effect.kind == "node.cancel":
            return Seen(not found or state in OFF, {"warehouse": (state, "called back")}, {"id": str(found.get("id", ""))[:120]})
        kept = {"request": str(effect.pk)} if found else {"address": fingerprint(effect.order)}
        return Seen(bool(found), {} if found else {"warehouse": ("", str(place))}, {"id": str(found.get("id", ""))[:120]}, kept)

    def prepare(self, effect: "Effect", seen: Seen) -> Request:
        place = _place(effect)
        url = _address(place)
        if effect.kind == "node.cancel":
            url = f"{url}/{quote(_request_id(effect))}/cancel"
        body = {"type": effect.kind, "timestamp": effect.planned_at.isoformat(), "data": content(effect)}
        headers = {"content-type": "application/json", "webhook-id": effect.idempotency_key}
        return Request("POST", url, json.dumps(body, separators=(",", ":"), ensure_ascii=False), headers)

    def send(self, effect: "Effect", request: Request) -> Answer:
        place = _place(effect)
        if not request.url.startswith(_address(place)):
            raise Upstream("The warehouse's address changed after this was prepared. Try it again.", permanent=False)
        status, body, milliseconds = _ask(effect, place, "POST", request.url, request.body)
        return Answer(status, body, str(_table(body).get("id", ""))[:120], milliseconds)


def _wait_for_others(effect: "Effect") -> None:
    """What is called back from one warehouse is not asked of another before that one has let go of it: it would be sent twice."""
    if effect.accepted_at or effect.decision_id is None:
        return
    if effect.kind == "node.cancel":
        if effect.order.effects.filter(pk=_request_id(effect), state__in=["planned", "sending"]).exists():
            raise NotSeenYet("What is to be called back is on its way there still.")
        return
    others = effect.order.effects.filter(kind="node.cancel", decision=effect.decision_id)
    if others.exclude(state__in=["done", "undone", "given_up"]).exists():
        raise NotSeenYet("The warehouse that was asked before has not let go of it yet.")


def content(effect: "Effect") -> dict[str, Any]:
    """What the warehouse needs to know, and no more: no money, no risk, no e-mail address."""
    order, said = effect.order, effect.arguments
    about = {"effect_id": str(effect.pk), "order_id": order.external_id, "number": order.number, "location": said["location"]}
    if effect.kind == "node.cancel":
        return {**about, "request": said["request"]}
    held = order.shipping_address
    return {
        **about, "service": said["service"], "gift": said["gift"], "note": order.note[:1000] if said["gift"] else "",
        "ship_to": {name: str(held.get(name) or "") for name in ADDRESS},
        "lines": [{"id": row["external_id"], "sku": row["sku"], "quantity": row["quantity"]} for row in said["lines"]],
    }  # fmt: skip


def fingerprint(order: "Order") -> str:
    """By which it is seen later that the address is another than the warehouse was told. Says nothing about it."""
    held = order.shipping_address
    told = "\n".join(" ".join(str(held.get(name) or "").casefold().split()) for name in ADDRESS)
    return hashlib.sha256(f"{order.pk}\n{told}".encode()).hexdigest()[:32]


def _place(effect: "Effect") -> "Location":
    place = node_of(effect)
    if place is None or not place.has_node:
        raise Upstream("The warehouse has no address any more. Set it on the location's page, or send the order by hand.", permanent=True)
    return place


def _address(place: "Location") -> str:
    return place.node_url.rstrip("/")


def _request_id(effect: "Effect") -> str:
    return str(effect.arguments["request"]) if effect.kind == "node.cancel" else str(effect.pk)


def _ask(effect: "Effect", place: "Location", method: str, url: str, body: str) -> tuple[int, str, int]:
    return ask(effect, who="warehouse", secret=place.node_secret, method=method, url=url, body=body)


def _table(body: str) -> dict[str, Any]:
    try:
        said: Any = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
