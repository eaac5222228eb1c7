"""What a write of WooCommerce's interface does to the world, and what follows from it in a real shop."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from . import woocommerce as shape
from .catalogue import products
from .config import Shop
from .director import Director
from .made import make
from .places import Address
from .scene import Scene
from .world import Line, Note, Order, Refund

_TITLES = {
    "pending": "Pending payment", "processing": "Processing", "on-hold": "On hold", "completed": "Completed",
    "cancelled": "Cancelled", "refunded": "Refunded", "failed": "Failed",
}  # fmt: skip
STATUSES = frozenset(_TITLES)
_ADDRESS = {"company": "company", "address_1": "address1", "address_2": "address2", "city": "city", "postcode": "postal_code",
            "country": "country", "phone": "phone"}  # fmt: skip


class Refused(Exception):
    """The platform's own error: status, code and a sentence."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.code = status, code


def change_order(director: Director, order: Order, document: dict[str, Any]) -> None:
    """Everything that the document names, checked before anything is changed; one update is announced for it."""
    wanted = document.get("status")
    if wanted is not None and wanted not in STATUSES:
        raise Refused(400, "rest_invalid_param", "Invalid parameter(s): status")
    billing, shipping = _address(document, "billing", order.billing), _address(document, "shipping", order.ship_to)
    meta = _meta(document)
    with director.at(order) as scene:
        edited = bool(meta) or (billing, shipping) != (order.billing, order.ship_to)
        order.billing, order.ship_to = billing, shipping
        if "customer_note" in document:
            edited = edited or (order.note or "") != (document["customer_note"] or "")
            order.note = str(document["customer_note"] or "")[:5000] or None
        for name, value in meta:
            number = order.meta[name][0] if name in order.meta else scene.numbering.key()
            order.meta[name] = (number, value)
        before = shape.status(order)
        if wanted is not None and wanted != before:
            _move(director, scene, order, wanted)
            change = f"Order status changed from {_TITLES.get(before, before)} to {_TITLES[wanted]}."
            order.notes.append(Note(scene.numbering.key(), change, datetime.now(UTC), "system"))
        elif edited:
            scene.edit(order)


def _move(director: Director, scene: Scene, order: Order, wanted: str) -> None:
    """A status by hand. Processing lets the parcel go; cancelling moves no money that was taken, refunded writes it down."""
    order.merchant_status = None
    match wanted:
        case "processing":
            order.word = "released"
            order.holds.clear()
            if order.authorised:
                scene.pay(order)
            if not order.cancelled_at and order.captured:
                director.go_on(scene, scene.fulfil(order))
        case "cancelled":
            order.word = "cancelled"
            scene.cancel(order, "merchant", refund=False)
        case "on-hold":
            order.word = "held"
        case "refunded":
            items = [(line, line.current) for line in order.lines if line.current]
            scene.refund(order, reason="Order fully refunded.", items=items, restock="none", everything=True, at_gateway=False)
        case "completed":
            order.closed_at = scene.now()
    if shape.status(order) != wanted:
        order.merchant_status = wanted
    scene.edit(order)


def create_order(director: Director, shop: Shop, document: dict[str, Any]) -> Order:
    """An order for a customer of the shop. Set as paid, it goes on as if its total had come."""
    email = (document.get("billing") or {}).get("email")
    like = next((order for order in reversed(director.orders(shop)) if order.person.email == email), None)
    if like is None or document.get("set_paid") is not True:
        raise Refused(400, "woocommerce_rest_invalid_order", "This shop makes orders for its customers only, and paid ones.")
    known = {shape.product_key(product): product for product in products(shop.index)}
    asked = [item for item in document.get("line_items") or [] if isinstance(item, dict)]
    items = [(known[item["product_id"]], int(item.get("quantity") or 1)) for item in asked if item.get("product_id") in known]
    if not items or len(items) < len(asked):
        raise Refused(400, "woocommerce_rest_invalid_product_id", "Invalid product ID.")
    try:
        paid = sum((Decimal(str(item["total"])) for item in asked), Decimal(0))
    except (InvalidOperation, KeyError):
        raise Refused(400, "rest_invalid_param", "Invalid parameter(s): line_items") from None
    parent = document.get("parent_id") or 0
    return make(
        director, like, items, paid=paid, ship_to=_address(document, "shipping", like.ship_to), tags=[], note=document.get("customer_note"),
        parent=parent if isinstance(parent, int) else 0, meta=_meta(document),
    )  # fmt: skip


def add_note(director: Director, order: Order, document: dict[str, Any]) -> Note:
    text = document.get("note")
    if not isinstance(text, str) or not text:
        raise Refused(400, "rest_missing_callback_param", "Missing parameter(s): note")
    with director.at(order) as scene:
        note = Note(scene.numbering.key(), text[:10_000], scene.now(), "API", bool(document.get("customer_note")))
        order.notes.append(note)
        return note


def give_back(director: Director, order: Order, document: dict[str, Any]) -> Refund:
    """A refund, through the gateway unless `api_refund` is false. Its amount is what counts, whatever its lines say."""
    try:
        amount = Decimal(str(document.get("amount")))
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or amount <= 0:
        raise Refused(400, "woocommerce_rest_invalid_order_refund", "Refund amount must be greater than zero.")
    with director.at(order) as scene:
        if amount > order.captured - order.refunded:
            raise Refused(500, "woocommerce_rest_cannot_create_order_refund", "Invalid refund amount.")
        items = _lines(order, document.get("line_items"))
        back = scene.refund(
            order,
            reason=str(document.get("reason") or "")[:1000],
            items=items,
            restock="return" if document.get("api_restock", True) else "none",
            amount=amount,
            at_gateway=bool(document.get("api_refund", True)),
        )
        if back is None:
            raise Refused(500, "woocommerce_rest_cannot_create_order_refund", "Invalid refund amount.")
        for name, value in _meta(document):
            order.meta[name] = (scene.numbering.key(), value)
        return back


def _lines(order: Order, found: object) -> list[tuple[Line, int]]:
    lines = {str(line.key): line for line in order.lines}
    chosen = []
    for item in found if isinstance(found, list) else []:
        line = lines.get(str(item.get("id"))) if isinstance(item, dict) else None
        quantity = item.get("quantity", 0) if isinstance(item, dict) else 0
        if line is None or not isinstance(quantity, int) or not 0 <= quantity <= line.current:
            raise Refused(
                400, "woocommerce_rest_invalid_order_refund", "A refunded line is not of this order, or is more than is left of it."
            )
        if quantity:
            chosen.append((line, quantity))
    return chosen


def _address(document: dict[str, Any], name: str, before: Address) -> Address:
    """The parts that are named replace those of before. A corrected place has not been found on the map yet."""
    parts = document.get(name)
    if parts is None:
        return before
    if not isinstance(parts, dict) or any(not isinstance(value, str) for value in parts.values()):
        raise Refused(400, "rest_invalid_param", f"Invalid parameter(s): {name}")
    changed: dict[str, Any] = {ours: parts[theirs][:200] or None for theirs, ours in _ADDRESS.items() if theirs in parts}
    for needed in ("address1", "city", "postal_code", "country"):
        if needed in changed:
            changed[needed] = changed[needed] or ""
    if "first_name" in parts or "last_name" in parts:
        first, _, last = before.name.partition(" ")
        changed["name"] = f"{parts.get('first_name', first)} {parts.get('last_name', last)}".strip()[:200]
    if "state" in parts:
        changed |= {"region_code": parts["state"][:50], "region": parts["state"][:50]}
    after = replace(before, **changed)
    return after if after == before else after.without_position()


def _meta(document: dict[str, Any]) -> list[tuple[str, Any]]:
    found = document.get("meta_data", [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) and isinstance(entry.get("key"), str) for entry in found):
        raise Refused(400, "rest_invalid_param", "Invalid parameter(s): meta_data")
    return [(entry["key"][:255], entry.get("value")) for entry in found]
