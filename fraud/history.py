"""What the store's earlier orders say about a batch of orders, in four queries however many orders there are.

For each order and key the 50 newest orders before it that share the key are looked at, through the index of that key, so the cost never
grows with history. A count of 50 therefore means fifty or more. Before means `(placed_at, id)` smaller: an order never sees itself or
anything later, whenever the question is asked.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from ordersops.orders.lifecycle import Fulfilment, Payment, Risk
from ordersops.orders.models import Order

NEWEST = 50
USUAL_DAYS = 90
KEYS = Order.KEYS
BIT = {key: 1 << number for number, key in enumerate(KEYS)}
# A shared BIN is a shared bank, which links nobody.
LINKING = sum(bit for key, bit in BIT.items() if key != "bin")

_FAILED = frozenset({Payment.FAILED, Payment.VOIDED, Payment.EXPIRED})


@dataclass(slots=True)
class Past:
    """An earlier order and what became of it, as far as is known now."""

    id: UUID
    number: str
    placed_at: datetime
    total: Decimal | None
    currency: str
    risk: str
    payment: str
    fulfilment: str
    cancelled: bool
    captured: Decimal
    refunded: Decimal
    keys: dict[str, int | None]
    country: str
    disputed: bool
    attempt_failed: bool
    label: str

    @property
    def fraud(self) -> bool:
        return self.label == "confirmed_fraud"

    @property
    def declined(self) -> bool:
        return self.risk == Risk.DECLINED

    @property
    def failed(self) -> bool:
        return self.attempt_failed or self.payment in _FAILED

    @property
    def good(self) -> bool:
        """Delivered, paid, and nobody came back about it."""
        return (
            self.fulfilment == Fulfilment.DELIVERED
            and not (self.disputed or self.declined or self.fraud or self.refunded)
            and self.captured > 0
        )

    @property
    def outcome(self) -> str:
        """The worst that is known of it, in one word."""
        if self.fraud:
            return "confirmed fraud"
        if self.disputed:
            return "disputed"
        if self.declined:
            return "declined"
        if self.cancelled:
            return "cancelled"
        if self.refunded:
            return "refunded"
        if self.payment in _FAILED:
            return "payment failed"
        if self.fulfilment in {Fulfilment.DELIVERED, Fulfilment.SHIPPED}:
            return str(self.fulfilment)
        return "in review" if self.risk == Risk.NEEDS_REVIEW else "open"


@dataclass(slots=True)
class History:
    """Of one order: earlier orders with the keys they share, the newest first; what the store usually sells; the lists it is on."""

    links: list[tuple[Past, int]] = field(default_factory=list)
    orders: int = 0
    total: Decimal = Decimal(0)
    squares: Decimal = Decimal(0)
    listed: list[tuple[str, str]] = field(default_factory=list)  # (block or allow, key)

    def sharing(self, key: str) -> list[Past]:
        return [past for past, bits in self.links if bits & BIT[key]]

    def linked(self) -> list[tuple[Past, int]]:
        return [(past, bits) for past, bits in self.links if bits & LINKING]


def read(orders: Sequence[Order]) -> dict[UUID, History]:
    """The history of each order. Four queries for the whole batch; orders without a time have no past."""
    found = {order.id: History() for order in orders}
    dated = [order for order in orders if order.placed_at is not None]
    if dated:
        _link(dated, found)
        _usual(dated, found)
        _listed(dated, found)
    return found


# Of a BIN only its bursts are counted; half a bank's customers would be read otherwise.
_SINCE = {"bin": "AND o.placed_at > asked.placed_at - interval '1 hour'"}
_BRANCH = """
    SELECT asked.id AS subject, {bit} AS bit, past.id
    FROM asked CROSS JOIN LATERAL (
        SELECT o.id FROM orders_order o
        WHERE o.store_id = asked.store_id AND o.{key}_key = asked.{key}_key AND (o.placed_at, o.id) < (asked.placed_at, asked.id) {since}
        ORDER BY o.placed_at DESC, o.id DESC LIMIT {newest}
    ) past
    WHERE asked.{key}_key IS NOT NULL
"""
_LINKS = """
    WITH asked AS MATERIALIZED (
        SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], {arrays}) AS asked(id, store_id, placed_at, {columns})
    ), links AS ({branches})
    SELECT subject, array_agg(id ORDER BY id), array_agg(bits ORDER BY id)
    FROM (SELECT subject, id, bit_or(bit) AS bits FROM links GROUP BY subject, id) shared GROUP BY subject
""".format(  # noqa: S608  columns of ours; every value is a parameter
    arrays=", ".join("%s::bigint[]" for _ in KEYS),
    columns=", ".join(f"{key}_key" for key in KEYS),
    branches=" UNION ALL ".join(_BRANCH.format(bit=BIT[key], key=key, newest=NEWEST, since=_SINCE.get(key, "")) for key in KEYS),
)
# The label is that of the newest decision, on the order's own case or on the attack that it belongs to.
_PAST = """
    SELECT o.id, o.number, o.placed_at, o.total, o.currency, o.risk, o.payment, o.fulfilment, o.cancelled_at IS NOT NULL,
        o.captured, o.refunded,
        o.email_key, o.phone_key, o.ip_key, o.card_key, o.bin_key, o.ship_key, o.device_key,
        coalesce(o.shipping_address ->> 'country', ''),
        EXISTS (SELECT 1 FROM orders_dispute d WHERE d.order_id = o.id),
        EXISTS (SELECT 1 FROM orders_transaction t WHERE t.order_id = o.id AND t.status IN ('failure', 'error')),
        CASE WHEN o.risk IN ('approved', 'declined') THEN coalesce(
            (SELECT d.label FROM review_decision d JOIN cases_case c ON c.id = d.case_id
             WHERE c.order_id = o.id AND c.lane = 'fraud' ORDER BY d.decided_at DESC, d.id DESC LIMIT 1),
            (SELECT d.label FROM review_decision d JOIN cases_case c ON c.id = d.case_id JOIN cases_member m ON m.case_id = c.id
             WHERE m.order_id = o.id AND c.lane = 'fraud' ORDER BY d.decided_at DESC, d.id DESC LIMIT 1), '') ELSE '' END
    FROM orders_order o WHERE o.id = ANY(%s::uuid[])
"""


def _link(orders: Sequence[Order], found: dict[UUID, History]) -> None:
    ids, stores, times = ([getattr(order, name) for order in orders] for name in ("id", "store_id", "placed_at"))
    keys = [[getattr(order, f"{key}_key") for order in orders] for key in KEYS]
    with connection.cursor() as cursor:
        cursor.execute(_LINKS, [ids, stores, times, *keys])
        links = cursor.fetchall()
        # Asked even when nothing is linked: the number of queries is the same for every batch.
        cursor.execute(_PAST, [list({one for _, linked, _ in links for one in linked})])
        past = {row[0]: _past(*row) for row in cursor.fetchall()}
    for subject, linked, bits in links:
        pairs = [(past[one], shared) for one, shared in zip(linked, bits, strict=True)]
        found[subject].links = sorted(pairs, key=lambda pair: (pair[0].placed_at, pair[0].id), reverse=True)


def _past(*row: Any) -> Past:
    values = [*row[:11], dict(zip(KEYS, row[11:18], strict=True)), *row[18:]]
    return Past(*values)


_USUAL = """
    SELECT asked.store_id, asked.day, coalesce(sum(d.orders), 0), coalesce(sum(d.total), 0), coalesce(sum(d.squares), 0)
    FROM unnest(%s::uuid[], %s::date[]) AS asked(store_id, day)
    JOIN orders_storeday d ON d.store_id = asked.store_id AND d.day < asked.day AND d.day >= asked.day - %s::int
    GROUP BY asked.store_id, asked.day
"""


def _usual(orders: Sequence[Order], found: dict[UUID, History]) -> None:
    """Sums of the 90 days before the day of each order; the day itself is not over yet."""
    days: defaultdict[tuple[UUID, date], list[UUID]] = defaultdict(list)
    for order in orders:
        if order.placed_at:
            days[order.store_id, order.placed_at.date()].append(order.id)
    with connection.cursor() as cursor:
        cursor.execute(_USUAL, [[store for store, _ in days], [day for _, day in days], USUAL_DAYS])
        for store, day, number, total, squares in cursor.fetchall():
            for one in days[store, day]:
                found[one].orders, found[one].total, found[one].squares = int(number), total, squares


_LISTED = """
    SELECT e.store_id, e.key, e.digest, e.kind FROM fraud_listentry e
    JOIN unnest(%s::uuid[], %s::text[], %s::bigint[]) AS asked(store_id, key, digest)
    ON e.store_id = asked.store_id AND e.key = asked.key AND e.digest = asked.digest
"""


def _listed(orders: Sequence[Order], found: dict[UUID, History]) -> None:
    asked = sorted(
        {
            (order.store_id, key, digest)
            for order in orders
            for key in KEYS
            if key != "bin" and (digest := getattr(order, f"{key}_key")) is not None
        }
    )
    with connection.cursor() as cursor:
        cursor.execute(_LISTED, [[row[column] for row in asked] for column in range(3)])
        kinds = {(store, key, digest): kind for store, key, digest, kind in cursor.fetchall()}
    if kinds:
        for order in orders:
            found[order.id].listed = [
                (kind, key) for key in KEYS if (kind := kinds.get((order.store_id, key, getattr(order, f"{key}_key")))) is not None
            ]


def within(past: Sequence[Past], moment: datetime, window: timedelta) -> list[Past]:
    """The orders of the window that ends at the moment."""
    since = moment - window
    return [one for one in past if one.placed_at > since]
