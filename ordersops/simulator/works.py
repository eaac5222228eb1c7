"""The parts of an order that ship by themselves, as Shopify's fulfilment orders do, and the places they ship from.

What is left of a part follows from the lines and the parcels; the first part holds all that no other part was given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .world import Order

HOME, BRANCH, PARTNER = 65_000_000_001, 65_000_000_002, 65_000_000_003
PLACES = {HOME: "Main warehouse", BRANCH: "Second warehouse", PARTNER: "Parcel partner"}
AT_PARTNER = ("SUBMITTED", "ACCEPTED", "CANCELLATION_REQUESTED")  # the partner has been asked, and not yet let go


@dataclass
class Work:
    """One part. `units` by line; None: whatever no other part holds. `request`: what the partner was asked, and said."""

    key: int
    place: int = HOME
    units: dict[int, int] | None = None
    request: str = "UNSUBMITTED"
    message: str = ""
    merged: bool = False


def shipped(order: Order, work: Work) -> dict[int, int]:
    """Units by line that left with this part. A parcel that names no part is of the first."""
    found: dict[int, int] = {}
    for shipment in order.shipments:
        if shipment.status != "cancelled" and (shipment.work or order.works[0].key) == work.key:
            for line, quantity in shipment.items:
                found[line.key] = found.get(line.key, 0) + quantity
    return found


def left(order: Order) -> dict[int, dict[int, int]]:
    """Units by line that are still to ship, by part."""
    free = {line.key: line.fulfillable for line in order.lines if line.product.requires_shipping}
    found: dict[int, dict[int, int]] = {}
    for work in order.works:
        if work.units is None:
            continue
        gone = shipped(order, work)
        found[work.key] = {}
        for key, units in work.units.items():
            here = max(min(units - gone.get(key, 0), free.get(key, 0)), 0)
            free[key] = free.get(key, 0) - here
            if here:
                found[work.key][key] = here
    for work in order.works:
        if work.units is None:
            found[work.key] = {key: units for key, units in free.items() if units}
    return found


def state(order: Order, work: Work) -> str:
    """FulfillmentOrderStatus."""
    if order.cancelled_at:
        return "CANCELLED"
    if work.merged or not left(order)[work.key]:
        return "CLOSED"
    if any(hold.work in (0, work.key) for hold in order.holds):
        return "ON_HOLD"
    begun = work.request in ("ACCEPTED", "CANCELLATION_REQUESTED") or any(shipped(order, work).values())
    return "IN_PROGRESS" if begun else "OPEN"


def actions(order: Order, work: Work) -> list[str]:
    """FulfillmentOrderAction: what can be done with the part now."""
    now = state(order, work)
    if now == "ON_HOLD":
        return ["RELEASE_HOLD", "HOLD"]
    if now not in ("OPEN", "IN_PROGRESS"):
        return []
    if work.place == PARTNER:
        if work.request in ("SUBMITTED", "ACCEPTED"):
            return ["REQUEST_CANCELLATION"]
        if work.request == "CANCELLATION_REQUESTED":
            return ["EXTERNAL"]
        found = ["REQUEST_FULFILLMENT", "MOVE", "HOLD"]
    else:
        found = ["CREATE_FULFILLMENT", "MOVE", "HOLD"] if now == "OPEN" else ["CREATE_FULFILLMENT"]
    if now == "OPEN" and sum(left(order)[work.key].values()) > 1:
        found.append("SPLIT")
    if any(other is not work and other.place == work.place and state(order, other) == "OPEN" for other in order.works) and now == "OPEN":
        found.append("MERGE")
    return found


def find(order: Order, key: int) -> Work | None:
    return next((work for work in order.works if work.key == key), None)
