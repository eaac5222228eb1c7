"""Writing many orders in few statements. Only `actions` calls it, inside its transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, models

from ordersops.ids import uuid7
from ordersops.orders.keys import normal_email
from ordersops.orders.merge import PERSONAL, Draft, changed_fields
from ordersops.orders.models import Dispute, Line, Order, Refund, Revision, Shipment, Transaction
from ordersops.stores.facts import CustomerFacts, content_hash

_ORDER_FIELDS = [field.name for field in Order._meta.concrete_fields if field.name not in {"id", "store", "external_id", "received_at"}]
_PARTS: tuple[tuple[str, type[models.Model]], ...] = (
    ("transactions", Transaction), ("shipments", Shipment), ("refunds", Refund), ("disputes", Dispute),
)  # fmt: skip


def drafts(touched: Sequence[Draft]) -> None:
    """Orders, their parts and the revisions of personal fields."""
    for draft in touched:
        draft.order.version += 1
    _upsert(Order, [draft.order for draft in touched], _ORDER_FIELDS)
    gone = [line.pk for draft in touched for line in draft.gone_lines]
    if gone:
        Line.objects.filter(pk__in=gone).delete()
    _upsert(Line, [line for draft in touched for line in draft.lines.values()], _fields(Line))
    for name, model in _PARTS:
        rows = [getattr(draft, name)[key] for draft in touched for part, key in sorted(draft.written) if part == name]
        _upsert(model, rows, _fields(model))
    revisions = [
        Revision(order=draft.order, store_id=draft.order.store_id, at=draft.order.source_at, field=name, before=old, after=new)
        for draft in touched
        if draft.before.get("placed_at") is not None and draft.order.source_at is not None
        for name, (old, new) in changed_fields(draft).items()
        if name in PERSONAL
    ]
    if revisions:
        Revision.objects.bulk_create(revisions)


def axes(orders: Iterable[Order]) -> None:
    """The derived columns and the risk axis."""
    rows = [(o.pk, o.risk, o.commercial, o.payment, o.fulfilment, o.returns, o.stage, o.on_hold) for o in sorted(orders, key=lambda o: o.pk)]
    if rows:
        _run(
            """
            UPDATE orders_order AS o SET risk = v.risk, commercial = v.commercial, payment = v.payment, fulfilment = v.fulfilment,
                returns = v.returns, stage = v.stage, on_hold = v.on_hold, version = o.version + 1
            FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::boolean[])
                AS v(id, risk, commercial, payment, fulfilment, returns, stage, on_hold)
            WHERE o.id = v.id
            """,
            [list(column) for column in zip(*rows, strict=True)],
        )


def customers(alone: Sequence[tuple[UUID, CustomerFacts]], touched: Sequence[Draft]) -> None:
    """Insert or refresh the customers, count newly placed orders, and link the orders to them.

    The newer watermark wins inside the statement, so two workers with the same customer do not overwrite each other.
    """
    wanted: dict[tuple[UUID, str], dict[str, Any]] = {}
    for store, facts in alone:
        _want(wanted, store, facts.external_id, facts)
    of_draft: dict[int, tuple[UUID, str]] = {}
    for draft in touched:
        order = draft.order
        external = draft.customer_id or (draft.customer.external_id if draft.customer else "")
        if not external and order.placed_at and (email := normal_email(order.email)):
            external = f"email:{email}"
        if not external:
            continue
        facts = draft.customer if draft.customer and draft.customer.external_id == external else None
        row = _want(wanted, order.store_id, external, facts or CustomerFacts(external_id=external, email=order.email, name=order.name, phone=order.phone))
        of_draft[id(draft)] = order.store_id, external
        if "placed" in draft.kinds:
            row["orders"] += 1
            row["first"] = min(filter(None, (row["first"], order.placed_at)))
            row["last"] = max(filter(None, (row["last"], order.placed_at)))
    if not wanted:
        return
    rows = [_customer_row(store, external, want) for (store, external), want in sorted(wanted.items(), key=lambda item: (item[0][0].int, item[0][1]))]
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT_CUSTOMERS, [list(column) for column in zip(*rows, strict=True)])
        ids = {(store, external): pk for pk, store, external in cursor.fetchall()}
    for draft in touched:
        if id(draft) in of_draft:
            draft.order.customer_id = ids[of_draft[id(draft)]]


def _want(wanted: dict[tuple[UUID, str], dict[str, Any]], store: UUID, external: str, facts: CustomerFacts) -> dict[str, Any]:
    digest = content_hash(facts)
    row = wanted.setdefault((store, external), {"facts": facts, "digest": digest, "orders": 0, "first": None, "last": None})
    if (facts.at is not None, facts.at or 0, digest) > (row["facts"].at is not None, row["facts"].at or 0, row["digest"]):
        row["facts"], row["digest"] = facts, digest
    return row


def _customer_row(store: UUID, external: str, want: dict[str, Any]) -> tuple[Any, ...]:
    facts: CustomerFacts = want["facts"]
    return (
        uuid7(), store, external, facts.email, facts.name, facts.phone, facts.tier, facts.email_verified, facts.created_at, facts.at,
        want["digest"], want["orders"], want["first"], want["last"],
    )  # fmt: skip


_UPSERT_CUSTOMERS = """
    INSERT INTO orders_customer AS c (id, store_id, external_id, email, name, phone, tier, email_verified, account_created_at, source_at,
        content_hash, orders_count, first_order_at, last_order_at)
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::boolean[], %s::timestamptz[],
        %s::timestamptz[], %s::text[], %s::int[], %s::timestamptz[], %s::timestamptz[])
    ON CONFLICT (store_id, external_id) DO UPDATE SET
        (email, name, phone, tier, email_verified, account_created_at, source_at, content_hash) = (
            SELECT n.email, n.name, n.phone, n.tier, n.email_verified, n.account_created_at, n.source_at, n.content_hash
            FROM (VALUES
                (EXCLUDED.email, EXCLUDED.name, EXCLUDED.phone, EXCLUDED.tier, EXCLUDED.email_verified, EXCLUDED.account_created_at,
                    EXCLUDED.source_at, EXCLUDED.content_hash),
                (c.email, c.name, c.phone, c.tier, c.email_verified, c.account_created_at, c.source_at, c.content_hash)
            ) AS n(email, name, phone, tier, email_verified, account_created_at, source_at, content_hash)
            ORDER BY coalesce(n.source_at, '-infinity') DESC, n.content_hash DESC LIMIT 1),
        orders_count = c.orders_count + EXCLUDED.orders_count,
        first_order_at = least(c.first_order_at, EXCLUDED.first_order_at),
        last_order_at = greatest(c.last_order_at, EXCLUDED.last_order_at)
    RETURNING id, store_id, external_id
"""


def days(touched: Sequence[Draft]) -> None:
    """Keep the sums per store and day. Last in the transaction: every worker updates the same row of today."""
    deltas: defaultdict[tuple[UUID, date], list[Any]] = defaultdict(lambda: [0, Decimal(0), Decimal(0)])
    for draft in touched:
        order, before = draft.order, draft.before
        if order.placed_at is None:
            continue
        if before.get("placed_at") is not None:
            _add(deltas[order.store_id, before["placed_at"].date()], before["total"], -1)
        _add(deltas[order.store_id, order.placed_at.date()], order.total, 1)
    rows = [(store, day, *sums) for (store, day), sums in sorted(deltas.items(), key=lambda item: (item[0][0].int, item[0][1])) if any(sums)]
    if rows:
        _run(
            """
            INSERT INTO orders_storeday AS d (store_id, day, orders, total, squares)
            SELECT * FROM unnest(%s::uuid[], %s::date[], %s::int[], %s::numeric[], %s::numeric[])
            ON CONFLICT (store_id, day) DO UPDATE SET orders = d.orders + EXCLUDED.orders, total = d.total + EXCLUDED.total,
                squares = d.squares + EXCLUDED.squares
            """,
            [list(column) for column in zip(*rows, strict=True)],
        )


def _add(sums: list[Any], total: Decimal | None, sign: int) -> None:
    if total is not None:
        sums[0] += sign
        sums[1] += sign * total
        sums[2] += sign * total * total


def _fields(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if field.name not in {"id", "store", "order", "external_id"}]


def _upsert(model: type[models.Model], rows: Sequence[Any], fields: list[str]) -> None:
    if rows:
        model._default_manager.bulk_create(
            sorted(rows, key=lambda row: row.pk), update_conflicts=True, unique_fields=["id"], update_fields=fields, batch_size=500
        )


def _run(sql: str, params: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
