"""Merging facts into an order in memory: pure, and the same for any order of arrival.

A statement changes the fields that it states and no others, and of those only the ones in which it is the newest
(watermarks.py). So duplicates, reorderings and partial statements of the same deliveries end in the same state (law 2).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from ordersops.orders.keys import order_keys
from ordersops.orders.lifecycle import DEAD_SHIPMENTS, SHIPPED_STATUSES, Payment, derive, parcels
from ordersops.orders.models import Customer, Dispute, Fact, Hold, Line, Order, Refund, Shipment, Transaction, at_or_never
from ordersops.orders.search import lexemes
from ordersops.orders.watermarks import take, watermark
from ordersops.stores.facts import CoreFacts, OrderFacts

Part = TypeVar("Part", bound=Fact)
ZERO = Decimal(0)
PAID_STATES = frozenset({Payment.PAID, Payment.PARTIALLY_REFUNDED, Payment.REFUNDED, Payment.OVERPAID})
PERSONAL = ("email", "name", "phone", "shipping_address", "billing_address", "note")
# What an order says of itself; a change of one of these is told with before and after.
PLAIN = (
    "number", "placed_at", "cancelled_at", "cancel_reason", "closed_at", "currency", "total", "subtotal", "shipping_total", "tax_total",
    "discount_total", "authorized", "captured", "refunded", "shipping_method", "source", "is_test", "commercial", "payment", "fulfilment",
    "returns", "stage", "on_hold",
)  # fmt: skip


@dataclass(slots=True)
class Draft:
    """One order with all its parts while facts are merged into it."""

    order: Order
    is_new: bool
    lines: dict[str, Line] = field(default_factory=dict)
    transactions: dict[str, Transaction] = field(default_factory=dict)
    shipments: dict[str, Shipment] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    disputes: dict[str, Dispute] = field(default_factory=dict)
    holds: list[Hold] = field(default_factory=list)
    customer_before: Customer | None = None
    before: dict[str, Any] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    core_changed: bool = False
    written: set[tuple[str, str]] = field(default_factory=set)  # (name of the part dict, external id) to be written
    gone_lines: list[Any] = field(default_factory=list)

    def remember(self) -> None:
        """Keep the order as it stands in the database, to tell later what changed."""
        self.before = {name: getattr(self.order, name) for name in (*PLAIN, *PERSONAL)}
        self.customer_before = self.order.customer


def merge(draft: Draft, facts: OrderFacts) -> None:
    """Take in all that one delivery says of the order."""
    if facts.core is not None:
        _merge_core(draft, facts.core, facts.at)
    for transaction in facts.transactions:
        _merge_part(draft, "transactions", Transaction, transaction, "payment")
    for shipment in facts.shipments:
        _merge_part(draft, "shipments", Shipment, shipment, "shipment")
    for refund in facts.refunds:
        _merge_part(draft, "refunds", Refund, refund, "refund")
    for dispute in facts.disputes:
        _merge_part(draft, "disputes", Dispute, dispute, "dispute")
    if facts.risk is not None:
        _merge_risk(draft, facts)


# How a stated value stands in its column, where that is not as it is.
_STORED: dict[str, Callable[[Any], Any]] = {
    "card": lambda card: card.model_dump(exclude_defaults=True),
    "client": lambda client: client.model_dump(exclude_defaults=True),
    "shipping_address": lambda address: address.model_dump(exclude_defaults=True) if address else {},
    "billing_address": lambda address: address.model_dump(exclude_defaults=True) if address else {},
    "tags": list,
    "issues": list,
    "tracking_numbers": list,
    "quantities": lambda units: dict(sorted(units.items())),
    "items": lambda items: [list(item) for item in items],
}


def _set(row: Any, name: str, facts: Any, column: str = "") -> bool:
    """Put a stated value into its column; whether it is another than was there."""
    value = getattr(facts, name)
    value = _STORED[name](value) if name in _STORED else value
    before, column = getattr(row, column or name), column or name
    setattr(row, column, value)
    return bool(before != value)


def _merge_part(draft: Draft, parts: str, model: type[Part], facts: Any, kind: str) -> None:
    held: dict[str, Part] = getattr(draft, parts)
    part, is_new = held.get(facts.external_id), facts.external_id not in held
    if part is None:
        part = held[facts.external_id] = model(store_id=draft.order.store_id, order_id=draft.order.pk, external_id=facts.external_id)
    won = take(part, facts, facts.at)
    if won or is_new:
        draft.written.add((parts, part.external_id))
    changed = [name for name in sorted(won) if (name != "at" or hasattr(part, "at")) and _set(part, name, facts)]
    if changed or is_new:
        draft.kinds.add(kind)


def _merge_risk(draft: Draft, facts: OrderFacts) -> None:
    """An assessment is taken as a whole: its facts explain its level."""
    risk, held = facts.risk, draft.order.platform_risk
    assert risk is not None
    at = risk.at or facts.at
    mark = watermark(at, risk)
    if held and held["mark"] >= mark:
        return
    now = {"level": risk.level, "provider": risk.provider, "facts": [list(fact) for fact in risk.facts]}
    if any(held.get(name) != value for name, value in now.items()):
        draft.kinds.add("risk")
    draft.order.platform_risk = {**now, "at": at.astimezone(UTC).isoformat(), "mark": mark}
    draft.core_changed = True


_PLAINLY = frozenset({
    "number", "cancelled_at", "cancel_reason", "closed_at", "currency", "total", "subtotal", "shipping_total", "tax_total",
    "discount_total", "email", "phone", "shipping_address", "billing_address", "client", "shipping_method", "note", "tags", "source",
    "is_test", "issues",
})  # fmt: skip


def _merge_core(draft: Draft, core: CoreFacts, at: datetime) -> None:
    order = draft.order
    if core.placed_at is not None and (order.placed_at is None or core.placed_at < order.placed_at):
        # An order is placed once. A store that does not say when is taken at the time of its event, and a later one does not move it.
        order.placed_at, draft.core_changed = core.placed_at, True
    won = take(order, core, core.at or at)
    if not won:
        return
    draft.core_changed = True
    for name in won & _PLAINLY:
        _set(order, name, core)
    if "customer_id" in won:
        order.customer_key = core.customer_id
    if "stated" in won:
        payment = order.stated.get("payment")
        order.stated = dict(core.stated) | ({"payment": payment} if payment else {})
    if "payment" in won:
        words = {word: said for word, said in order.stated.items() if word != "payment"}
        order.stated = words | ({"payment": core.payment} if core.payment else {})
    if "lines" in won:
        _merge_lines(draft, core)


def _merge_lines(draft: Draft, core: CoreFacts) -> None:
    """The lines of an order are stated as a whole."""
    stated = {line.external_id: line for line in core.lines}
    for external_id in set(draft.lines) - set(stated):
        draft.gone_lines.append(draft.lines.pop(external_id))
    for position, facts in enumerate(stated.values()):
        line = draft.lines.get(facts.external_id)
        if line is None:
            line = draft.lines[facts.external_id] = Line(
                store_id=draft.order.store_id, order_id=draft.order.pk, external_id=facts.external_id
            )
        line.position, line.sku, line.title, line.price = position, facts.sku, facts.title, facts.price
        line.unit_cost = facts.unit_cost
        line.requires_shipping, line.gift_card = facts.requires_shipping, facts.gift_card
        line.ordered = facts.quantity
        line.removed = min(facts.removed, facts.quantity)


def _name_kinds(draft: Draft) -> None:
    """What is new about the order's head, for the lanes."""
    order, before = draft.order, draft.before
    if before["placed_at"] is None:
        if order.placed_at is not None:
            draft.kinds.add("placed")
        return
    if any(before[side] != getattr(order, side) for side in ("shipping_address", "billing_address")):
        draft.kinds.add("address")
    if any(before[way] != getattr(order, way) for way in ("email", "phone")):
        draft.kinds.add("contact")


def settle(draft: Draft) -> None:
    """Recompute what follows from the facts: quantities, money, keys, search words, issues and axes."""
    order = draft.order
    order.name = order.shipping_address.get("name") or order.billing_address.get("name") or ""
    _name_kinds(draft)
    issues = [issue for issue in order.issues if not issue.startswith(DERIVED)]
    issues += _quantities(draft) + _money(draft)
    order.issues = issues
    for key, value in order_keys(
        email=order.email, phone=order.phone or order.shipping_address.get("phone", ""), address=order.shipping_address,
        client=order.client, cards=[transaction.card for transaction in _in_time(draft.transactions)],
    ).items():  # fmt: skip
        setattr(order, key, value)
    order.search = lexemes(
        [
            order.number, order.external_id, order.name, order.billing_address.get("name", ""), order.email,
            order.email.partition("@")[0], order.phone, *(line.sku for line in draft.lines.values()),
            *(number for shipment in draft.shipments.values() for number in shipment.tracking_numbers),
        ]
    )  # fmt: skip
    rederive(draft)


def rederive(draft: Draft) -> None:
    order = draft.order
    axes = derive(order, draft.lines.values(), draft.shipments.values(), draft.disputes.values(), draft.holds)
    order.commercial, order.payment, order.fulfilment = axes.commercial, axes.payment, axes.fulfilment
    order.returns, order.stage, order.on_hold = axes.returns, axes.stage, axes.on_hold


DERIVED = "Counted: "
# Fields of the core that are not simply copied.
SPECIAL = {"shipping_address", "billing_address", "client", "tags", "stated", "payment", "issues", "customer_id", "lines"}


def _in_time(parts: dict[str, Transaction]) -> list[Transaction]:
    return sorted(parts.values(), key=lambda part: (at_or_never(part.at), part.external_id))


def _quantities(draft: Draft) -> list[str]:
    """Units per line from shipments and refunds, within the invariants; what does not fit is said, not stored."""
    issues, cancelled_order = [], draft.order.cancelled_at is not None
    shipped: dict[str, int] = {}
    delivered: dict[str, int] = {}
    for shipment in parcels(draft.shipments.values()):
        if shipment.status in DEAD_SHIPMENTS and not (shipment.shipped_at and shipment.status == "failure"):
            continue  # an undeliverable parcel has left all the same
        for line_id, units in shipment.quantities.items():
            units = max(units, 0)
            if shipment.status in SHIPPED_STATUSES or shipment.shipped_at or shipment.delivered_at:
                shipped[line_id] = shipped.get(line_id, 0) + units
            if shipment.status == "delivered" or shipment.delivered_at:
                delivered[line_id] = delivered.get(line_id, 0) + units
    refunded: dict[str, int] = {}
    back: dict[str, int] = {}
    taken_off: dict[str, int] = {}
    for refund in draft.refunds.values():
        for line_id, units, restock in refund.items:
            units = max(units, 0)
            refunded[line_id] = refunded.get(line_id, 0) + units
            if restock == "return":
                back[line_id] = back.get(line_id, 0) + units
            elif restock == "cancel":
                taken_off[line_id] = taken_off.get(line_id, 0) + units
    for line in sorted(draft.lines.values(), key=lambda line: (line.position, line.external_id)):
        key, ordered = line.external_id, line.ordered
        line.shipped = min(shipped.get(key, 0), ordered)
        line.delivered = min(delivered.get(key, 0), line.shipped)
        off = ordered if cancelled_order else max(line.removed, taken_off.get(key, 0))
        line.cancelled = min(off, ordered - line.shipped)
        line.returned = min(back.get(key, 0), line.shipped)
        line.refunded = min(refunded.get(key, 0), ordered)
        for word, claimed in (("shipped", shipped.get(key, 0)), ("refunded", refunded.get(key, 0))):
            if claimed > ordered:
                issues.append(f"{DERIVED}{claimed} units of {line.sku or line.title or key} {word}, {ordered} ordered.")
    for line_id in sorted((set(shipped) | set(refunded)) - set(draft.lines)):
        if draft.lines:
            issues.append(f"{DERIVED}line {line_id} was shipped or refunded, but the order does not have it.")
    return issues


MOST = Decimal("999999999999.99")  # what a money column holds


def _money(draft: Draft) -> list[str]:
    """Authorised, captured and refunded in the order's currency. A refund is told twice, by itself and by its money; the greater counts."""
    order = draft.order
    issues = []
    sums = {"authorization": ZERO, "capture": ZERO, "refund": ZERO}
    for transaction in _in_time(draft.transactions):
        kind = "capture" if transaction.kind == "sale" else transaction.kind
        if transaction.status != "success" or kind not in sums:
            continue
        if transaction.currency and order.currency and transaction.currency != order.currency:
            issues.append(f"{DERIVED}a {transaction.kind} in {transaction.currency} is left out of the sums in {order.currency}.")
            continue
        sums[kind] += transaction.amount or ZERO
    if not sums["capture"] and order.stated.get("payment") in PAID_STATES:
        sums["capture"] = order.total or ZERO
    sums["refund"] = max(sums["refund"], sum((refund.amount or ZERO for refund in draft.refunds.values()), ZERO))
    for kind, amount in sums.items():
        if not ZERO <= amount <= MOST:
            issues.append(f"{DERIVED}{amount:.2f} as the sum of every {kind} cannot be right.")
            sums[kind] = min(max(amount, ZERO), MOST)
    if sums["refund"] > sums["capture"]:
        issues.append(f"{DERIVED}{sums['refund']:.2f} refunded, but {sums['capture']:.2f} captured so far.")
    order.authorized, order.captured, order.refunded = sums["authorization"], sums["capture"], min(sums["refund"], sums["capture"])
    return issues


def changed_fields(draft: Draft) -> dict[str, tuple[Any, Any]]:
    """Field -> (before, after) for all fields that differ from the database."""
    return {name: (old, now) for name, old in draft.before.items() if (now := getattr(draft.order, name)) != old}
