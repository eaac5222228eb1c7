"""Writing many orders in few statements. Only `actions` calls it, inside its transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, models

from ordersops.orders.merge import PERSONAL, Draft, changed_fields
from ordersops.orders.models import Dispute, Line, Order, Refund, Revision, Shipment, Transaction

_ORDER_FIELDS = [field.name for field in Order._meta.concrete_fields if field.name not in {"id", "store", "external_id", "received_at"}]
_PARTS: tuple[tuple[str, type[models.Model]], ...] = (
    ("transactions", Transaction), ("shipments", Shipment), ("refunds", Refund), ("disputes", Dispute),
)  # fmt: skip


def drafts(touched: Sequence[Draft]) -> None:
    """Orders, their parts and the revisions of personal fields."""
    for draft in touched:
        draft.order.version += 1
    upsert(Order, [draft.order for draft in touched], _ORDER_FIELDS)
    gone = [line.pk for draft in touched for line in draft.gone_lines]
    if gone:
        Line.objects.filter(pk__in=gone).delete()
    upsert(Line, [line for draft in touched for line in draft.lines.values()], _fields(Line))
    for name, model in _PARTS:
        rows = [getattr(draft, name)[key] for draft in touched for part, key in sorted(draft.written) if part == name]
        upsert(model, rows, _fields(model))
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
    rows = [
        (o.pk, o.risk, o.commercial, o.payment, o.fulfilment, o.returns, o.stage, o.on_hold) for o in sorted(orders, key=lambda o: o.pk)
    ]
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
    rows = [(store, day, *sums) for (store, day), sums in sorted(deltas.items(), key=_by_key) if any(sums)]
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


def _by_key(item: tuple[tuple[UUID, Any], Any]) -> tuple[int, Any]:
    """Workers that write the same rows take them in the same order."""
    (store, name), _ = item
    return store.int, name


def _add(sums: list[Any], total: Decimal | None, sign: int) -> None:
    if total is not None:
        sums[0] += sign
        sums[1] += sign * total
        sums[2] += sign * total * total


def _fields(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if field.name not in {"id", "store", "order", "external_id"}]


def upsert(model: type[models.Model], rows: Iterable[Any], fields: list[str]) -> None:
    """Insert new rows and overwrite these fields of known ones, in the order of their ids."""
    rows = list(rows)
    if rows:
        model._default_manager.bulk_create(
            sorted(rows, key=lambda row: row.pk), update_conflicts=True, unique_fields=["id"], update_fields=fields, batch_size=500
        )


def _run(sql: str, params: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
