"""What the product may ask of the store: release an order, hold or cancel it, tag it or note something. Signed, once, and honestly answered."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from typing import Any

from .config import Shop
from .director import Director
from .generic import when
from .record import Callback
from .scene import Scene
from .signing import verified
from .world import Order, Word

WORDS: dict[str, Word] = {"order.release": "released", "order.cancel": "cancelled", "order.hold": "held"}
WRITTEN = frozenset({"order.tag", "order.note"})
Answer = tuple[int, dict[str, Any]]


class Callbacks:
    """Verifies, applies once per webhook-id, and records every request."""

    def __init__(self, director: Director) -> None:
        self._director = director
        self._seen: set[tuple[int, str]] = set()
        self._one_at_a_time = threading.Lock()  # two copies of one callback at the same moment are still one

    def receive(self, shop: Shop, body: bytes, headers: dict[str, str]) -> Answer:
        with self._one_at_a_time:
            return self._receive(shop, body, headers)

    def _receive(self, shop: Shop, body: bytes, headers: dict[str, str]) -> Answer:
        sent = {name.lower(): value for name, value in headers.items()}
        webhook_id = sent.get("webhook-id", "")
        document = _parse(body)
        good = verified(shop, body, sent)
        fault = self._director.record.faults.callback_status
        duplicate = good and (shop.index, webhook_id) in self._seen
        status: int
        answer: dict[str, Any]
        if fault is not None:
            status, answer, note = fault, {"error": "The store fails on purpose."}, "fault"
        elif not good:
            status, answer, note = 401, {"error": "The signature does not match."}, "not verified"
        elif duplicate:
            status, answer, note = 200, {"ok": True, "duplicate": True}, "duplicate"
        else:
            status, answer, note = self._apply(shop, document)
            if status == 200:
                self._seen.add((shop.index, webhook_id))
        self._director.record.called(_callback(shop, document, webhook_id, good, duplicate, status, note))
        return status, answer

    def _apply(self, shop: Shop, document: dict[str, Any] | None) -> tuple[int, dict[str, Any], str]:
        if document is None:
            return 400, {"error": "The body is not a JSON object with type and data."}, "malformed"
        kind = str(document.get("type"))
        word = WORDS.get(kind)
        if word is None and kind not in WRITTEN:
            return (
                422,
                {"error": f"Unknown type {document.get('type')!r}; known are {', '.join([*WORDS, *sorted(WRITTEN)])}."},
                "unknown type",
            )
        data = document["data"]
        names = [str(data[key]) for key in ("order_id", "number") if data.get(key)]
        order = next((found for name in names if (found := self._director.find(shop, name)) is not None), None)
        if order is None:
            return 404, {"error": f"{shop.name} has no order {names[0] if names else ''}."}, "unknown order"
        if word is None:
            with self._director.at(order) as scene:
                _write(order, kind, data.get("arguments") or {}, scene)
            return 200, {"ok": True}, "applied"
        if refusal := _refusal(order, word):
            return 409, {"error": refusal}, refusal
        if order.word != word:
            self._director.obey(order, word)
        return 200, {"ok": True}, "applied"


def _write(order: Order, kind: str, said: dict[str, Any], scene: Scene) -> None:
    """Tags and notes, as somebody at the shop would write them."""
    if kind == "order.tag":
        order.tags = [tag for tag in order.tags if tag not in said.get("remove", [])]
        order.tags += [tag for tag in said.get("add", []) if tag not in order.tags]
    else:
        order.note = str(said.get("text", ""))
    scene.edit(order)


def _refusal(order: Order, word: Word) -> str | None:
    """Why a store cannot do as it is told, if it cannot."""
    if word == "cancelled" and order.shipments:
        return f"{order.name} has already been shipped and cannot be cancelled."
    if word == "released" and (order.cancelled_at or order.word == "cancelled"):
        return f"{order.name} has been cancelled and cannot be released."
    return None


def _parse(body: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) and isinstance(document.get("data"), dict) else None


def _callback(
    shop: Shop, document: dict[str, Any] | None, webhook_id: str, good: bool, duplicate: bool, status: int, note: str
) -> Callback:
    data = (document or {}).get("data", {})

    def text(value: object) -> str:
        return "" if value is None else str(value)[:200]

    return Callback(
        at=when(datetime.now(UTC)),
        shop=shop.name,
        type=text((document or {}).get("type")),
        order_id=text(data.get("order_id")),
        number=text(data.get("number")),
        webhook_id=webhook_id,
        verified=good,
        duplicate=duplicate,
        answer=status,
        effect_id=text(data.get("effect_id")),
        decision_id=text(data.get("decision_id")),
        reason=text(data.get("reason")),
        note=note,
    )
