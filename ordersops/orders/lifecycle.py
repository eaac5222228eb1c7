"""The canonical order lifecycle: independent axes, and one stage derived from them (lifecycle.md 5.2).

Axes are never set by hand. `derive` computes them from lines, money, shipments, holds and the risk decision; a store's
unknown word is kept verbatim in `Order.stated` and leaves the axis UNKNOWN instead of a guess.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models

from ordersops.errors import Conflict

if TYPE_CHECKING:
    from ordersops.orders.models import Dispute, Hold, Line, Order, Shipment


class Commercial(models.TextChoices):
    DRAFT = "draft", "Draft"
    PLACED = "placed", "Placed"
    CONFIRMED = "confirmed", "Confirmed"
    CANCELLED = "cancelled", "Cancelled"
    CLOSED = "closed", "Closed"


class Payment(models.TextChoices):
    UNKNOWN = "unknown", "Unknown"
    PENDING = "pending", "Pending"
    AUTHORIZED = "authorized", "Authorised"
    PARTIALLY_PAID = "partially_paid", "Partially paid"
    PAID = "paid", "Paid"
    OVERPAID = "overpaid", "Overpaid"
    PARTIALLY_REFUNDED = "partially_refunded", "Partially refunded"
    REFUNDED = "refunded", "Refunded"
    VOIDED = "voided", "Voided"
    EXPIRED = "expired", "Expired"
    FAILED = "failed", "Failed"
    DISPUTED = "disputed", "Disputed"


# Money is there, or promised: the order may go on.
PAYMENT_OK = frozenset({Payment.AUTHORIZED, Payment.PAID, Payment.OVERPAID, Payment.PARTIALLY_REFUNDED})


class Risk(models.TextChoices):
    NOT_ASSESSED = "not_assessed", "Not assessed"
    CLEAR = "clear", "Clear"
    NEEDS_REVIEW = "needs_review", "Needs review"
    VERIFICATION_REQUESTED = "verification_requested", "Verification requested"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"


RISK_OK = frozenset({Risk.CLEAR, Risk.APPROVED})

# Command table of the risk axis: from -> where it may go.
RISK_TRANSITIONS: dict[str, frozenset[str]] = {
    Risk.NOT_ASSESSED: frozenset({Risk.CLEAR, Risk.NEEDS_REVIEW}),
    Risk.CLEAR: frozenset({Risk.CLEAR, Risk.NEEDS_REVIEW}),
    Risk.NEEDS_REVIEW: frozenset({Risk.NEEDS_REVIEW, Risk.VERIFICATION_REQUESTED, Risk.APPROVED, Risk.DECLINED}),
    Risk.VERIFICATION_REQUESTED: frozenset({Risk.NEEDS_REVIEW, Risk.APPROVED, Risk.DECLINED}),
    # A new fact may question a decision, and an undone decision goes back to the queue.
    Risk.APPROVED: frozenset({Risk.NEEDS_REVIEW}),
    Risk.DECLINED: frozenset({Risk.NEEDS_REVIEW}),
}


class Allocation(models.TextChoices):
    NONE = "none", "None"
    PARTIAL = "partial", "Partial"
    ALLOCATED = "allocated", "Allocated"
    BACKORDERED = "backordered", "Backordered"


class Fulfilment(models.TextChoices):
    UNROUTED = "unrouted", "Unrouted"
    ROUTED = "routed", "Routed"
    REQUESTED = "requested", "Requested"
    ACCEPTED = "accepted", "Accepted"
    IN_PROGRESS = "in_progress", "In progress"
    PARTIALLY_SHIPPED = "partially_shipped", "Partially shipped"
    SHIPPED = "shipped", "Shipped"
    PARTIALLY_DELIVERED = "partially_delivered", "Partially delivered"
    DELIVERED = "delivered", "Delivered"
    REJECTED = "rejected", "Rejected"
    CANCELLATION_REQUESTED = "cancellation_requested", "Cancellation requested"
    CANCELLED = "cancelled", "Cancelled"
    NOT_REQUIRED = "not_required", "Not required"


# Out of the door.
GONE = frozenset({Fulfilment.SHIPPED, Fulfilment.PARTIALLY_DELIVERED, Fulfilment.DELIVERED})


class Returns(models.TextChoices):
    NONE = "none", "None"
    REQUESTED = "requested", "Requested"
    IN_PROGRESS = "in_progress", "In progress"
    PARTIALLY_RETURNED = "partially_returned", "Partially returned"
    RETURNED = "returned", "Returned"
    FAILED = "failed", "Failed"


class Stage(models.TextChoices):
    """One label for lists: the first thing that the order still waits for (LIF-01)."""

    PLACED = "placed", "Placed"
    PAYMENT = "payment", "Payment"
    RISK = "risk", "Risk"
    ALLOCATION = "allocation", "Allocation"
    FULFILMENT = "fulfilment", "Fulfilment"
    SHIPPING = "shipping", "Shipping"
    IN_TRANSIT = "in_transit", "In transit"
    DELIVERED = "delivered", "Delivered"
    RETURNS = "returns", "Returns"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


class HoldReason(models.TextChoices):
    FRAUD = "fraud", "Fraud"
    PAYMENT = "payment", "Payment"
    ADDRESS = "address", "Address"
    STOCK = "stock", "Stock"
    OTHER = "other", "Other"


SHIPPED_STATUSES = frozenset(
    {"success", "shipped", "in_transit", "out_for_delivery", "delivered", "attempted_delivery", "ready_for_pickup"}
)
DEAD_SHIPMENTS = frozenset({"cancelled", "error", "failure"})


@dataclass(frozen=True, slots=True)
class Axes:
    commercial: str
    payment: str
    fulfilment: str
    returns: str
    stage: str
    on_hold: bool


BY_NODE = "node:"  # how shipments are called that a warehouse told us of


def parcels(shipments: Iterable["Shipment"]) -> list["Shipment"]:
    """Each parcel once: what a warehouse told of steps back where the store tells of the same tracking number, and goes on telling."""
    told = list(shipments)
    known = {number for one in told if not one.external_id.startswith(BY_NODE) for number in one.tracking_numbers}
    return [one for one in told if not (one.external_id.startswith(BY_NODE) and known.intersection(one.tracking_numbers))]


def derive(
    order: "Order", lines: Iterable["Line"], shipments: Iterable["Shipment"], disputes: Iterable["Dispute"], holds: Iterable["Hold"]
) -> Axes:
    """The axes of an order from its facts. Pure: same facts, same axes, whatever the order in which they came."""
    lines = list(lines)
    commercial = _commercial(order)
    payment = Payment.DISPUTED if any(dispute.is_open for dispute in disputes) else order.stated.get("payment") or Payment.UNKNOWN
    fulfilment = _fulfilment(order, lines, list(shipments))
    returned = sum(line.returned for line in lines)
    shipped = sum(line.shipped for line in lines)
    returns = Returns.NONE if not returned else Returns.RETURNED if returned >= shipped else Returns.PARTIALLY_RETURNED
    on_hold = any(hold.released_at is None for hold in holds)
    stage = _stage(commercial, payment, order.risk, order.allocation, fulfilment, returns, closed=bool(order.closed_at))
    return Axes(commercial, payment, fulfilment, returns, stage, on_hold)


def _commercial(order: "Order") -> str:
    if order.cancelled_at:
        return Commercial.CANCELLED
    if order.closed_at:
        return Commercial.CLOSED
    return Commercial.CONFIRMED if order.stated.get("payment") in PAYMENT_OK else Commercial.PLACED


def _fulfilment(order: "Order", lines: list["Line"], shipments: list["Shipment"]) -> str:
    to_ship = [line for line in lines if line.requires_shipping]
    wanted = sum(line.ordered - line.cancelled for line in to_ship)
    shipped = sum(line.shipped for line in to_ship)
    delivered = sum(line.delivered for line in to_ship)
    if lines and not to_ship:
        return Fulfilment.NOT_REQUIRED
    if shipped and delivered >= wanted:
        return Fulfilment.DELIVERED
    if delivered:
        return Fulfilment.PARTIALLY_DELIVERED
    if shipped and shipped >= wanted:
        return Fulfilment.SHIPPED
    if shipped:
        return Fulfilment.PARTIALLY_SHIPPED
    if order.cancelled_at or (lines and not wanted):
        return Fulfilment.CANCELLED
    live = [shipment for shipment in shipments if shipment.status not in DEAD_SHIPMENTS]
    return Fulfilment.IN_PROGRESS if live else order.routed or Fulfilment.UNROUTED


def _stage(commercial: str, payment: str, risk: str, allocation: str, fulfilment: str, returns: str, *, closed: bool) -> str:
    if commercial == Commercial.CANCELLED:
        return Stage.CANCELLED
    if returns in {Returns.REQUESTED, Returns.IN_PROGRESS, Returns.PARTIALLY_RETURNED}:
        return Stage.RETURNS
    if fulfilment == Fulfilment.DELIVERED:
        return Stage.DONE if closed or returns == Returns.RETURNED else Stage.DELIVERED
    if fulfilment in {Fulfilment.SHIPPED, Fulfilment.PARTIALLY_DELIVERED}:
        return Stage.IN_TRANSIT
    if fulfilment == Fulfilment.PARTIALLY_SHIPPED:
        return Stage.SHIPPING
    if payment not in PAYMENT_OK and payment != Payment.DISPUTED:
        return Stage.PAYMENT
    if risk not in RISK_OK:
        return Stage.RISK
    if closed or fulfilment == Fulfilment.NOT_REQUIRED:
        return Stage.DONE
    return (
        Stage.SHIPPING
        if fulfilment == Fulfilment.IN_PROGRESS
        else Stage.ALLOCATION
        if allocation == Allocation.BACKORDERED
        else Stage.FULFILMENT
    )


def check_risk_transition(order: "Order", to: str) -> None:
    """Raise Conflict unless the risk axis may go from where it is to `to`."""
    if to not in RISK_TRANSITIONS[order.risk]:
        raise Conflict(
            f"Order {order} is “{Risk(order.risk).label}”; it cannot become “{Risk(to).label}” from there. Reload to see what changed."
        )
