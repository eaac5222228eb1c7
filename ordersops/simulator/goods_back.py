"""Goods that come back: what a customer asked for, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .world import Line, Order


@dataclass
class Returned:
    """Some units of one line in one return."""

    key: int
    line: Line
    quantity: int
    processed: int = 0
    reason: str = "UNKNOWN"  # a ReturnReason, or the handle of a definition
    note: str = ""


@dataclass
class Return:
    key: int
    name: str
    at: datetime
    items: list[Returned]
    status: str = "REQUESTED"  # ReturnStatus
    decline: dict[str, str] = field(default_factory=dict)
    wish: str = ""  # refund, exchange, replacement or credit
    parcel: dict[str, str] = field(default_factory=dict)  # what a carrier said: status, carrier, tracking_number


def returnable(order: Order) -> dict[int, int]:
    """Units by line that arrived and are in no return."""
    found: dict[int, int] = {}
    for shipment in order.shipments:
        if shipment.status == "delivered":
            for line, quantity in shipment.items:
                found[line.key] = found.get(line.key, 0) + quantity
    for back in order.returns:
        if back.status not in ("DECLINED", "CANCELED"):
            for part in back.items:
                found[part.line.key] = found.get(part.line.key, 0) - part.quantity
    return {key: min(units, _current(order, key)) for key, units in found.items() if units > 0}


def _current(order: Order, key: int) -> int:
    return next((line.current for line in order.lines if line.key == key), 0)
