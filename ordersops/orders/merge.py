"""Merging facts into an order in memory: pure, and the same for any order of arrival.

Every part has a watermark, the pair (source time, content hash). Of two statements about the same part the greater
watermark wins, so duplicates and reorderings of the same deliveries end in the same state (law 2).
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from ordersops.orders.keys import order_keys
from ordersops.orders.lifecycle import DEAD_SHIPMENTS, SHIPPED_STATUSES, Payment, derive
from ordersops.orders.models import Dispute, Fact, Hold, Line, Order, Refund, Shipment, Transaction, at_or_never
from ordersops.orders.search import lexemes
from ordersops.stores.facts import CoreFacts, CustomerFacts, OrderFacts, content_hash

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
    customer: CustomerFacts | None = None
    customer_id: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    core_changed: bool = False
    written: set[tuple[str, str]] = field(default_factory=set)  # (name of the part dict, external id) to be written
    gone_lines: list[Any] = field(default_factory=list)

    def remember(self) -> None:
        """Keep the order as it stands in the database, to tell later what changed."""
        self.before = {name: getattr(self.order, name) for name in (*PLAIN, *PERSONAL)}


def newer(at: datetime | None, digest: str, part: Fact | Order) -> bool:
    """Whether facts of this watermark replace what the part holds."""
    return not part.content_hash or (at_or_never(at), digest) > (at_or_never(part.source_at), part.content_hash)


def merge(draft: Draft, facts: OrderFacts) -> None:
    """Take in all that one delivery says."""
    if facts.core is not None:
        _merge_core(draft, facts.core, facts.at)
    if facts.customer is not None:
        draft.customer = facts.customer
    for transaction in facts.transactions:
        _merge_part(draft, "transactions", Transaction, transaction, "payment", card=transaction.card.model_dump(exclude_defaults=True))
    for shipment in facts.shipments:
        _merge_part(
            draft, "shipments", Shipment, shipment, "shipment",
            tracking_numbers=list(shipment.tracking_numbers), quantities=dict(sorted(shipment.quantities.items())),
        )  # fmt: skip
    for refund in facts.refunds:
        _merge_part(draft, "refunds", Refund, refund, "refund", items=[list(item) for item in refund.items])
    for dispute in facts.disputes:
        _merge_part(draft, "disputes", Dispute, dispute, "dispute")
    if facts.risk is not None:
        _merge_risk(draft, facts)


def _merge_part(draft: Draft, parts: str, model: type[Part], facts: Any, kind: str, **special: Any) -> None:
    held: dict[str, Part] = getattr(draft, parts)
    digest = content_hash(facts)
    part = held.get(facts.external_id)
    if part is None:
        part = held[facts.external_id] = model(store_id=draft.order.store_id, order_id=draft.order.pk, external_id=facts.external_id)
    elif not newer(facts.at, digest, part):
        return
    elif part.content_hash == digest:
        part.source_at = facts.at
        draft.written.add((parts, part.external_id))
        return
    for name in type(facts).model_fields:
        if name == "at":
            part.source_at = facts.at
        if name in special:
            setattr(part, name, special[name])
        elif name != "at" or hasattr(part, "at"):
            setattr(part, name, getattr(facts, name))
    part.content_hash = digest
    draft.written.add((parts, part.external_id))
    draft.kinds.add(kind)


def _merge_risk(draft: Draft, facts: OrderFacts) -> None:
    risk, held = facts.risk, draft.order.platform_risk
    assert risk is not None
    digest = content_hash(risk)
    at = risk.at or facts.at
    if held and (held["at"], held["hash"]) >= (at.isoformat(), digest):
        return
    if not held or held["hash"] != digest:
        draft.kinds.add("risk")
    draft.order.platform_risk = {
        "level": risk.level, "provider": risk.provider, "facts": [list(fact) for fact in risk.facts], "at": at.isoformat(), "hash": digest,
    }  # fmt: skip
    draft.core_changed = True


def _merge_core(draft: Draft, core: CoreFacts, at: datetime) -> None:
    order, digest = draft.order, content_hash(core)
    source_at = core.at or at
    if not newer(source_at, digest, order):
        return
    draft.core_changed = True
    order.source_at = source_at
    if order.content_hash == digest:
        return
    order.content_hash = digest
    for name in (
        "number", "cancelled_at", "cancel_reason", "closed_at", "currency", "total", "subtotal", "shipping_total", "tax_total",
        "discount_total", "email", "phone", "shipping_method", "note", "source", "is_test",
    ):  # fmt: skip
        setattr(order, name, getattr(core, name))
    order.placed_at = core.placed_at or order.placed_at or source_at
    order.shipping_address = core.shipping_address.model_dump(exclude_defaults=True) if core.shipping_address else {}
    order.billing_address = core.billing_address.model_dump(exclude_defaults=True) if core.billing_address else {}
    order.client = core.client.model_dump(exclude_defaults=True)
    order.name = order.shipping_address.get("name") or order.billing_address.get("name") or ""
    order.tags = list(core.tags)
    order.stated = {**core.stated, "payment": core.payment} if core.payment else dict(core.stated)
    order.issues = list(core.issues)
    if core.customer_id:
        draft.customer_id = core.customer_id
    _merge_lines(draft, core)
    if draft.before.get("placed_at") is None:
        draft.kinds.add("placed")
    else:
        if draft.before["shipping_address"] != order.shipping_address or draft.before["billing_address"] != order.billing_address:
            draft.kinds.add("address")
        if draft.before["email"] != order.email or draft.before["phone"] != order.phone:
            draft.kinds.add("contact")


def _merge_lines(draft: Draft, core: CoreFacts) -> None:
    stated = {line.external_id: line for line in core.lines}
    for external_id in set(draft.lines) - set(stated):
        draft.gone_lines.append(draft.lines.pop(external_id))
    for position, facts in enumerate(core.lines):
        line = draft.lines.get(facts.external_id)
        if line is None:
            line = draft.lines[facts.external_id] = Line(
                store_id=draft.order.store_id, order_id=draft.order.pk, external_id=facts.external_id
            )
        line.position, line.sku, line.title, line.price = position, facts.sku, facts.title, facts.price
        line.requires_shipping, line.gift_card = facts.requires_shipping, facts.gift_card
        line.ordered = facts.quantity
        line.removed = min(facts.removed, facts.quantity)


def settle(draft: Draft) -> None:
    """Recompute what follows from the facts: quantities, money, keys, search words, issues and axes."""
    order = draft.order
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


def _in_time(parts: dict[str, Transaction]) -> list[Transaction]:
    return sorted(parts.values(), key=lambda part: (at_or_never(part.at), part.external_id))


def _quantities(draft: Draft) -> list[str]:
    """Units per line from shipments and refunds, within the invariants; what does not fit is said, not stored."""
    issues, cancelled_order = [], draft.order.cancelled_at is not None
    shipped: dict[str, int] = {}
    delivered: dict[str, int] = {}
    for shipment in draft.shipments.values():
        if shipment.status in DEAD_SHIPMENTS:
            continue
        for line_id, units in shipment.quantities.items():
            if shipment.status in SHIPPED_STATUSES or shipment.shipped_at or shipment.delivered_at:
                shipped[line_id] = shipped.get(line_id, 0) + units
            if shipment.status == "delivered" or shipment.delivered_at:
                delivered[line_id] = delivered.get(line_id, 0) + units
    refunded: dict[str, int] = {}
    back: dict[str, int] = {}
    taken_off: dict[str, int] = {}
    for refund in draft.refunds.values():
        for line_id, units, restock in refund.items:
            refunded[line_id] = refunded.get(line_id, 0) + units
            if restock == "return":
                back[line_id] = back.get(line_id, 0) + units
            elif restock == "cancel":
                taken_off[line_id] = taken_off.get(line_id, 0) + units
    for line in draft.lines.values():
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


def _money(draft: Draft) -> list[str]:
    """Authorised, captured and refunded in the order's currency. A refund is told twice, by itself and by its money; the greater counts."""
    order = draft.order
    sums = {"authorization": ZERO, "capture": ZERO, "refund": ZERO}
    for transaction in draft.transactions.values():
        kind = "capture" if transaction.kind == "sale" else transaction.kind
        if transaction.status == "success" and kind in sums:
            sums[kind] += transaction.amount or ZERO
    captured = sums["capture"]
    if not captured and order.stated.get("payment") in PAID_STATES:
        captured = order.total or ZERO
    told = sum((refund.amount or ZERO for refund in draft.refunds.values()), ZERO)
    refunded = max(sums["refund"], told)
    issues = []
    if refunded > captured:
        issues.append(f"{DERIVED}{refunded} refunded, but {captured} captured so far.")
    order.authorized, order.captured, order.refunded = sums["authorization"], captured, min(refunded, captured)
    return issues


def changed_fields(draft: Draft) -> dict[str, tuple[Any, Any]]:
    """Field -> (before, after) for all fields that differ from the database."""
    return {name: (old, now) for name, old in draft.before.items() if (now := getattr(draft.order, name)) != old}

