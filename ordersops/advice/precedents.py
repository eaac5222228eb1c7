"""Similar orders decided before: what people decided about orders in which the rules saw the same.

Of the store's newest decisions in the half year before the order was placed, those of people in this lane are compared with it; an order never
sees itself or anything later. What automation decided is no precedent, or it would confirm itself. What was undone is none either.

Likeness is the weighted Jaccard index of what the rules saw, with the points as weights (the sum of the smaller over the sum of the larger
ones; a signal that points the other way shares nothing), and for a part how near the amounts are in one currency. Ours, to be refitted.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from ordersops.advice.facts import Evidence, Fact
from ordersops.advice.reasons import sentences

if TYPE_CHECKING:
    from ordersops.cases.lanes import Lane, Seen
    from ordersops.orders.models import Order

KEY, LABEL = "precedents", "Similar orders decided before"
READ = 400  # newest decisions of the store that are looked at, whoever made them
COMPARED = 200  # of these, at most, by people in the lane
WITHIN = timedelta(days=180)
SHOWN = 5
SIGNALS_SHOWN = 5
LIKE_ENOUGH = 40  # per cent
AMOUNT_COUNTS = Decimal("0.15")

Asked = tuple["Order", Evidence, Sequence["Seen"]]


@dataclass(frozen=True, slots=True)
class Precedent:
    """One order that a person decided about, with what the rules had seen in it."""

    order_id: UUID
    decided_at: datetime
    outcome: str
    label: str
    reason: str
    total: Decimal | None
    currency: str
    points: Mapping[str, int]


def add(lane: "Lane", asked: Sequence[Asked]) -> dict[UUID, Evidence]:
    """The evidence of each order with the fact `precedents`. Two queries for the batch; their cost does not grow with history.

    Call it when the signals are known and before the snapshot is frozen; no rule reads the fact.
    """
    dated = [order for order, _, _ in asked if order.placed_at is not None]
    found = _read(lane, dated) if dated else {}
    words = sentences(lane) if any(found.values()) else {}
    return {order.pk: Evidence([*evidence, _fact(words, order, seen, found.get(order.pk, ()))]) for order, evidence, seen in asked}


def _fact(words: Mapping[str, str], order: "Order", seen: Sequence["Seen"], before: Sequence[Precedent]) -> Fact:
    own = {one.key: one.points for one in seen if one.points and one.state != "unavailable"}
    alike = [(likeness(own, order.total, order.currency, one), one) for one in before]
    best = sorted((pair for pair in alike if pair[0] >= LIKE_ENOUGH), key=lambda pair: (-pair[0], -pair[1].decided_at.timestamp()))[:SHOWN]
    if not best or order.placed_at is None:
        return Fact(KEY, LABEL, "list", None, "not_collected", "history", "system")
    rows = [_row(words, percent, one, own, order.placed_at) for percent, one in best]
    return Fact(KEY, LABEL, "list", rows, "present", "history", "system", observed_at=order.placed_at)


def likeness(own: Mapping[str, int], total: Decimal | None, currency: str, other: Precedent) -> int:
    """0 to 100; 0 where they share no signal."""
    shared = sum(min(abs(points), abs(other.points[key])) for key, points in own.items() if points * other.points.get(key, 0) > 0)
    if not shared:
        return 0
    every = sum(max(abs(own.get(key, 0)), abs(other.points.get(key, 0))) for key in own.keys() | other.points.keys())
    near = Decimal(0)
    if total and other.total and total > 0 and other.total > 0 and currency == other.currency:
        near = min(total, other.total) / max(total, other.total)
    return int(100 * ((1 - AMOUNT_COUNTS) * shared / every + AMOUNT_COUNTS * near))


def _row(words: Mapping[str, str], percent: int, one: Precedent, own: Mapping[str, int], moment: datetime) -> dict[str, Any]:
    """The precedent in words of ours: no id, and nothing of a person."""
    shared = sorted((key for key, points in own.items() if points * one.points.get(key, 0) > 0), key=lambda key: (-abs(own[key]), key))
    return {
        "likeness": percent,
        "outcome": one.outcome,
        "label": one.label,
        "reason": one.reason,
        "why": words.get(one.reason, ""),
        "amount": "" if one.total is None else format(one.total, "f"),
        "currency": one.currency,
        "days_before": (moment - one.decided_at) // timedelta(days=1),
        "shared": ", ".join(shared[:SIGNALS_SHOWN]),
    }


# The newest decisions come by the index review_newest, for each order of the batch; what they are about is then read once for all of them.
_READ = """
    WITH asked AS MATERIALIZED (
        SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[]) WITH ORDINALITY AS asked(id, store_id, placed_at, place)
    ), newest AS MATERIALIZED (
        SELECT d.id, array_agg(asked.place) AS places
        FROM asked CROSS JOIN LATERAL (
            SELECT one.id FROM review_decision one
            WHERE one.store_id = asked.store_id AND one.decided_at < asked.placed_at AND one.decided_at >= asked.placed_at - make_interval(secs => %s)
            ORDER BY one.decided_at DESC, one.id DESC LIMIT %s
        ) d
        GROUP BY d.id
    )
    SELECT newest.places, r.order_id, d.decided_at, d.outcome, d.label, d.reason, o.total, o.currency, seen.keys, seen.points
    FROM newest
    JOIN review_decision d ON d.id = newest.id
    JOIN advice_recommendation r ON r.id = d.recommendation_id
    JOIN orders_order o ON o.id = r.order_id
    CROSS JOIN LATERAL (
        SELECT array_agg(s.key) AS keys, array_agg(s.points) AS points
        FROM advice_signal s WHERE s.recommendation_id = r.id AND s.points <> 0 AND s.state <> 'unavailable'
    ) seen
    WHERE d.source = 'person' AND r.lane = %s AND seen.keys IS NOT NULL AND d.outcome = ANY(%s)
        AND NOT EXISTS (SELECT 1 FROM review_decision later WHERE later.supersedes_id = d.id)
    ORDER BY d.decided_at DESC, d.id DESC
"""


def _read(lane: "Lane", orders: Sequence["Order"]) -> dict[UUID, list[Precedent]]:
    """For each order the precedents to compare it with, the newest first; of an order decided more than once, the last decision."""
    columns = [[getattr(order, name) for order in orders] for name in ("pk", "store_id", "placed_at")]
    found: defaultdict[UUID, dict[UUID, Precedent]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_READ, [*columns, WITHIN.total_seconds(), READ, lane.key, list(lane.outcomes)])
        for places, order_id, decided_at, outcome, label, reason, total, currency, keys, points in cursor.fetchall():
            one = Precedent(order_id, decided_at, outcome, label, reason, total, currency, dict(zip(keys, points, strict=True)))
            for place in places:
                of = found[orders[place - 1].pk]
                if order_id != orders[place - 1].pk and order_id not in of and len(of) < COMPARED:
                    of[order_id] = one
    return {order: list(precedents.values()) for order, precedents in found.items()}
