"""What is known of the customer of an order: the other orders, and the money that came back."""

from collections import defaultdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from ordersops.orders.lifecycle import Fulfilment, Risk
from ordersops.orders.links import LOST, READ, became
from ordersops.orders.models import Dispute, Order, Refund

READ_AT_MOST = 100  # newest orders of the customer
SHOWN = 5
ZERO = Decimal(0)


def past_of(order: Order) -> dict[str, Any]:
    """Counts, sums by currency and the last ones, from the newest hundred of the customer's other orders. Three queries."""
    rows = list(
        Order.objects.filter(customer=order.customer_id)
        .exclude(pk=order.pk)
        .only(*READ, "returns")
        .order_by("-placed_at")[: READ_AT_MOST + 1]
        if order.customer_id
        else ()
    )
    more, rows = len(rows) > READ_AT_MOST, rows[:READ_AT_MOST]
    ids = [row.pk for row in rows]
    disputes = list(Dispute.objects.filter(order__in=ids).order_by("-opened_at")) if ids else []
    refunds = list(Refund.objects.filter(order__in=ids).order_by("-at")) if ids else []
    of_order = {dispute.order_id: dispute for dispute in reversed(disputes)}
    by_id = {row.pk: row for row in rows}
    return {
        "more": more,
        "orders": len(rows),
        "counts": [row for row in _counts(rows, disputes, refunds) if row["count"]],
        "sums": _sums(rows, disputes),
        "last": [{"order": row, "became": became(row, of_order.get(row.pk))} for row in rows[:SHOWN]],
        "came_back": _came_back(by_id, disputes, refunds),
    }


def _counts(rows: list[Order], disputes: list[Dispute], refunds: list[Refund]) -> list[dict[str, Any]]:
    """Each count with its tone; what is nought is left out by the caller."""
    lost = sum(dispute.status in LOST for dispute in disputes)
    return [
        {"label": "delivered", "count": sum(row.fulfilment == Fulfilment.DELIVERED for row in rows), "tone": "good", "icon": "good"},
        {"label": "declined", "count": sum(row.risk == Risk.DECLINED for row in rows), "tone": "bad", "icon": "bad"},
        {"label": f"disputed{f', {lost} lost' if lost else ''}", "count": len({one.order_id for one in disputes}), "tone": "bad", "icon": "risk"},
        {"label": "refunded", "count": len({one.order_id for one in refunds}), "tone": "warn", "icon": "refund"},
        {"label": "with a return", "count": sum(row.returns != "none" for row in rows), "tone": "warn", "icon": "back"},
        {"label": "cancelled", "count": sum(row.cancelled_at is not None for row in rows), "tone": "plain", "icon": "cancel"},
    ]  # fmt: skip


def _sums(rows: list[Order], disputes: list[Dispute]) -> list[dict[str, Any]]:
    """Paid, given back and disputed, by currency."""
    sums: defaultdict[str, dict[str, Decimal]] = defaultdict(lambda: {"paid": ZERO, "back": ZERO, "disputed": ZERO})
    currencies: dict[UUID, str] = {}
    for row in rows:
        currencies[row.pk] = row.currency
        if row.captured:
            sums[row.currency]["paid"] += row.captured
            sums[row.currency]["back"] += row.refunded
    for dispute in disputes:
        sums[dispute.currency or currencies[dispute.order_id]]["disputed"] += dispute.amount or ZERO
    return [{"currency": currency, **amounts} for currency, amounts in sorted(sums.items())]


def _came_back(orders: dict[UUID, Order], disputes: list[Dispute], refunds: list[Refund]) -> list[dict[str, Any]]:
    """The last disputes and refunds, disputes first."""
    found = [
        {
            "what": "Dispute", "tone": "bad", "order": orders[one.order_id], "amount": one.amount, "currency": one.currency, "at": one.opened_at,
            "why": f"{one.reason} {one.status}".replace("_", " ").strip(),
        }
        for one in disputes[:SHOWN]
    ]  # fmt: skip
    found += [
        {
            "what": "Refund", "tone": "neutral", "order": orders[one.order_id], "amount": one.amount,
            "currency": orders[one.order_id].currency, "at": one.at, "why": one.reason,
        }
        for one in refunds[:SHOWN]
    ]  # fmt: skip
    return found[:SHOWN]
