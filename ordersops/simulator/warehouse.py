"""The warehouses of the simulated shops: each takes requests at an address of its own, and answers at the product's door for it.

How one behaves is told by the story of the order (stories/warehouse.py).
"""

from __future__ import annotations

import json
import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .config import Node, Shop
from .director import Director
from .generic import when
from .messages import Message, encode
from .record import order_id
from .scene import Scene
from .signing import verified
from .stories.warehouse import MANNERS, takes_it
from .world import Order, Shipment

Answer = tuple[int, dict[str, Any]]


@dataclass
class Request:
    """What a warehouse was asked to ship. `before`: how many requests about the order came before this one."""

    key: str
    door: Shop
    order: Order
    lines: list[dict[str, Any]]
    before: int
    status: str = "received"
    said: list[Message] = field(default_factory=list)

    def accept(self, scene: Scene) -> None:
        self.status = "accepted"
        self._say(scene, "fulfilment.accepted")

    def reject(self, scene: Scene, reason: str, note: str) -> None:
        self.status = "rejected"
        self._say(scene, "fulfilment.rejected", reason=reason, note=note)

    def let_go(self, scene: Scene) -> None:
        self.status = "cancelled"
        self._say(scene, "fulfilment.cancelled")

    def again(self, scene: Scene) -> None:
        """The last answer once more, under its old id."""
        scene.send(self.said[-1].again())

    def ship(self, scene: Scene) -> Shipment | None:
        """Hand over what was asked for and is left of it; the shop tells of the parcel, too."""
        items = []
        for row in self.lines:
            line = next((one for one in self.order.lines if one.product.sku == row.get("sku") and one.fulfillable), None)
            if line is not None:
                items.append((line, min(int(row["quantity"]), line.fulfillable), str(row["id"])))
        parcel = scene.ship(self.order, items=[(line, units) for line, units, _ in items]) if items else None
        if parcel is None:
            return None
        self.status = "shipped"
        self._say(
            scene, "fulfilment.shipped",
            shipment={
                "id": f"P-{parcel.key}", "status": "shipped", "carrier": parcel.carrier, "tracking_numbers": [parcel.tracking],
                "items": [{"id": key, "quantity": units} for _, units, key in items],
            },
        )  # fmt: skip
        return parcel

    @property
    def is_open(self) -> bool:
        return self.status in ("received", "accepted") and not self.order.cancelled_at

    def _say(self, scene: Scene, event: str, **more: Any) -> None:
        now = scene.now()
        document = {"event": event, "effect_id": self.key, "order_id": order_id(self.order), "occurred_at": when(now), **more}
        message = Message(
            shop=self.door, topic=event, body=encode(document), webhook_id=f"msg_{uuid.uuid4().hex}", event_id=str(uuid.uuid4()),
            story=self.order.story, about=self.order.name, lane=self.order.key, triggered_at=now,
        )  # fmt: skip
        self.said.append(message)
        scene.send(message)


class Warehouses:
    """All of them: they verify, store a request once by its effect, and go on in their own time."""

    def __init__(self, director: Director) -> None:
        self._director = director
        self._requests: dict[str, Request] = {}
        self._one_at_a_time = threading.Lock()

    def answer(self, method: str, shop: Shop, node: Node, parts: list[str], body: bytes, headers: dict[str, str]) -> Answer:
        door = _door(shop, node)
        if not verified(door, body, {name.lower(): value for name, value in headers.items()}):
            return 401, {"error": "The signature does not match."}
        with self._one_at_a_time:
            match method, parts:
                case "GET", [key]:
                    found = self._requests.get(key)
                    return (200, _shown(found)) if found and found.door.name == door.name else (404, {"error": "Nobody asked for that."})
                case "POST", []:
                    return self._take(shop, door, body)
                case "POST", [key, "cancel"]:
                    return self._call_back(key, door)
        return 404, {"error": "There is no such door."}

    def _take(self, shop: Shop, door: Shop, body: bytes) -> Answer:
        said = _parse(body)
        if said is None:
            return 400, {"error": "The body is not a JSON object with data."}
        key = str(said.get("effect_id"))
        if key in self._requests:
            return 200, _shown(self._requests[key])
        order = self._director.find(shop, str(said.get("order_id")))
        if order is None:
            return 422, {"error": "The shop has no such order."}
        before = sum(one.order is order for one in self._requests.values())
        request = self._requests[key] = Request(key, door, order, list(said.get("lines") or []), before)
        self._director.record.say(f"{door.name}: asked for {order.name}")
        with self._director.at(order) as scene:
            self._director.go_on(scene, MANNERS.get(order.story, takes_it)(request, scene))
        return 200, _shown(request)

    def _call_back(self, key: str, door: Shop) -> Answer:
        found = self._requests.get(key)
        if found is None or found.door.name != door.name:
            return 404, {"error": "Nobody asked for that."}
        if found.status == "shipped":
            return 409, {"error": "It has left."}
        if found.is_open:
            with self._director.at(found.order) as scene:
                found.let_go(scene)
        return 200, _shown(found)

    def state(self) -> list[dict[str, Any]]:
        with self._one_at_a_time:
            return [
                {"effect_id": one.key, "order": one.order.name, "warehouse": one.door.name, "status": one.status}
                for one in self._requests.values()
            ]


def _door(shop: Shop, node: Node) -> Shop:
    """Who the warehouse is to the product: another sender than the shop, with a secret of its own."""
    return Shop(
        index=shop.index, name=f"{shop.name}, warehouse {node.place}", platform="generic", endpoint=node.endpoint, secret=node.secret,
        currency=shop.currency, domain=shop.domain,
    )  # fmt: skip


def _shown(request: Request) -> dict[str, Any]:
    return {"id": f"W-{request.key[:8]}", "status": request.status, "seen_at": when(datetime.now(UTC))}


def _parse(body: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(body)
    except ValueError:
        return None
    data = document.get("data") if isinstance(document, dict) else None
    return data if isinstance(data, dict) else None
