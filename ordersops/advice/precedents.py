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
    from ordersops.cases.lanes import Lane, Seen, Subject

KEY, LABEL = "precedents", "Similar orders decided before"
READ = 400  # newest decisions of the store that are looked at, whoever made them
COMPARED = 200  # of these, at most, by people in the lane
WITHIN = timedelta(days=180)
SHOWN = 5
SIGNALS_SHOWN = 5
LIKE_ENOUGH = 40  # per cent
AMOUNT_COUNTS = Decimal("0.15")

Asked = tuple["Subject", Evidence, Sequence["Seen"]]


@dataclass(frozen=True, slots=True)
class Precedent:
    """One subject that a person decided about, with what the rules had seen in it. The total is its order's."""

    subject: UUID
    decided_at: datetime
    outcome: str
    label: str
    reason: str
    total: Decimal | None
    currency: str
    points: Mapping[str, int]


def add(lane: "Lane", asked: Sequence[Asked]) -> dict[UUID, Evidence]:
    """The evidence of each subject with the fact `precedents`. Two queries for the batch; their cost does not grow with history.

    Call it when the signals are known and before the snapshot is frozen; no rule reads the fact.
    """
    dated = [subject for subject, _, _ in asked if subject.moment is not None]
    found = _read(lane, dated) if dated else {}
    words = sentences(lane) if any(found.values()) else {}
    return {one.pk: Evidence([*evidence, _fact(words, one, seen, found.get(one.pk, ()))]) for one, evidence, seen in asked}


def _fact(words: Mapping[str, str], subject: "Subject", seen: Sequence["Seen"], before: Sequence[Precedent]) -> Fact:
    own = {one.key: one.points for one in seen if one.points and one.state != "unavailable"}
    order, moment = subject.order, subject.moment
    alike = [(likeness(own, order.total, order.currency, one), one) for one in before]
    best = sorted((pair for pair in alike if pair[0] >= LIKE_ENOUGH), key=lambda pair: (-pair[0], -pair[1].decided_at.timestamp()))[:SHOWN]
    if not best or moment is None:
        return Fact(KEY, LABEL, "list", None, "not_collected", "history", "system")
    rows = [_row(words, percent, one, own, moment) for percent, one in best]
    return Fact(KEY, LABEL, "list", rows, "present", "history", "system", observed_at=moment)


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
        SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[]) WITH ORDINALITY AS asked(id, store_id, moment, place)
    ), newest AS MATERIALIZED (
        SELECT d.id, array_agg(asked.place) AS places
        FROM asked CROSS JOIN LATERAL (
            SELECT one.id FROM review_decision one
            WHERE one.store_id = asked.store_id AND one.decided_at < asked.moment AND one.decided_at >= asked.moment - make_interval(secs => %s)
            ORDER BY one.decided_at DESC, one.id DESC LIMIT %s
        ) d
        GROUP BY d.id
    )
    SELECT newest.places, r.subject, d.decided_at, d.outcome, d.label, d.reason, o.total, o.currency, seen.keys, seen.points
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


def _read(lane: "Lane", subjects: Sequence["Subject"]) -> dict[UUID, list[Precedent]]:
    """For each subject the precedents to compare it with, the newest first; of one decided more than once, the last decision."""
    columns = [[getattr(one, name) for one in subjects] for name in ("pk", "store_id", "moment")]
    found: defaultdict[UUID, dict[UUID, Precedent]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_READ, [*columns, WITHIN.total_seconds(), READ, lane.key, list(lane.outcomes)])
        for places, subject, decided_at, outcome, label, reason, total, currency, keys, points in cursor.fetchall():
            one = Precedent(subject, decided_at, outcome, label, reason, total, currency, dict(zip(keys, points, strict=True)))
            for place in places:
                of = found[subjects[place - 1].pk]
                if subject != subjects[place - 1].pk and subject not in of and len(of) < COMPARED:
                    of[subject] = one
    return {subject: list(precedents.values()) for subject, precedents in found.items()}
