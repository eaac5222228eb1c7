"""What links an order with others of its store: which keys they share, and what became of them."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Value

from ordersops.orders.lifecycle import Fulfilment, Payment, Risk
from ordersops.orders.models import Dispute, Order

LINKED_PER_KEY = 10
SHARED = {"email": "e-mail", "phone": "phone", "card": "card", "ship": "address", "ip": "IP", "device": "device"}
READ = (
    "number", "external_id", "placed_at", "total", "currency", "risk", "payment", "fulfilment", "cancelled_at", "captured", "refunded",
)  # fmt: skip
JUDGED = frozenset(str(risk.label) for risk in Risk)
LOST = frozenset({"lost", "accepted", "charge_refunded"})


@dataclass(slots=True)
class Linked:
    """Another order: the keys it shares, and what became of it. `outcome` is the worst that is known, `tone` says how bad that is."""

    order_id: UUID
    number: str
    placed_at: datetime | None
    total: Decimal | None
    currency: str
    keys: list[str]
    outcome: str
    tone: str
    refunded: Decimal
    dispute: str = ""
    judged: bool = False  # the outcome is what the lane or a person made of the order, and no fact of the store
    decision: dict[str, Any] = field(default_factory=dict)  # filled in above orders: outcome, by, reason, url

    @property
    def shared(self) -> list[str]:
        return [SHARED[key] for key in self.keys]


def linked_to(order: Order) -> list[Linked]:
    """The newest orders of the store for each key that they share with this one, each read from that key's index. Three queries.

    Those that share the most come first, then the newest.
    """
    base = Order.objects.filter(store=order.store_id).exclude(pk=order.pk)
    picks = []
    for name in SHARED:
        key = getattr(order, f"{name}_key")
        if key is not None:
            linked = base.filter(**{f"{name}_key": key}).order_by("-placed_at").annotate(shared=Value(name))
            picks.append(linked.values_list("pk", "shared")[:LINKED_PER_KEY])
    if not picks:
        return []
    shared: defaultdict[UUID, list[str]] = defaultdict(list)
    rows: Any = picks[0] if len(picks) == 1 else picks[0].union(*picks[1:], all=True)
    for pk, name in rows:
        shared[pk].append(name)
    disputes: dict[UUID, Dispute] = {}
    for dispute in Dispute.objects.filter(order__in=shared).order_by("opened_at"):
        disputes[dispute.order_id] = dispute
    order_of_keys = list(SHARED)
    found = [
        _linked(one, sorted(shared[one.pk], key=order_of_keys.index), disputes.get(one.pk))
        for one in Order.objects.filter(pk__in=shared).only(*READ)
    ]
    return sorted(found, key=lambda row: (len(row.keys), row.placed_at is not None, row.placed_at, row.order_id), reverse=True)


def _linked(order: Order, keys: list[str], dispute: Dispute | None) -> Linked:
    outcome, tone = became(order, dispute)
    return Linked(
        order.pk, str(order), order.placed_at, order.total, order.currency, keys, outcome, tone, order.refunded,
        dispute=(dispute.status or "open").replace("_", " ") if dispute else "", judged=outcome in JUDGED,
    )  # fmt: skip


def became(order: Order, dispute: Dispute | None = None) -> tuple[str, str]:
    """What became of an order, in a word, and whether that is good or bad news."""
    if dispute is not None or order.payment == Payment.DISPUTED:
        won = dispute is not None and dispute.status == "won"
        lost = dispute is not None and dispute.status in LOST
        return ("Dispute won", "neutral") if won else ("Dispute lost", "bad") if lost else ("Disputed", "bad")
    if order.risk == Risk.DECLINED:
        return "Declined", "bad"
    if order.cancelled_at:
        return "Cancelled", "neutral"
    if order.captured and order.refunded >= order.captured:
        return "Refunded", "neutral"
    if order.payment in {Payment.FAILED, Payment.VOIDED, Payment.EXPIRED}:
        return f"Payment {Payment(order.payment).label.lower()}", "neutral"
    if order.fulfilment == Fulfilment.DELIVERED and order.risk != Risk.NEEDS_REVIEW:
        return "Delivered", "good"
    if order.risk in {Risk.APPROVED, Risk.CLEAR}:
        return Risk(order.risk).label, "good"
    return Risk(order.risk).label, "neutral"


def summary(linked: list[Linked]) -> dict[str, Any]:
    """How many share what, and how many of them went wrong. A key of which only the newest were read has a + behind its number."""
    by_key = Counter(key for row in linked for key in row.keys)
    return {
        "keys": [
            {"label": label, "count": f"{by_key[key]}{'+' if by_key[key] >= LINKED_PER_KEY else ''}"}
            for key, label in SHARED.items()
            if by_key[key]
        ],
        "bad": sum(row.tone == "bad" for row in linked),
        "good": sum(row.tone == "good" for row in linked),
    }
