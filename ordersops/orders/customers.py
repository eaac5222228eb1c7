"""Customers as the facts about orders tell of them. Only `actions` calls it, inside its transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from ordersops.orders.forgetting import tombstone
from ordersops.orders.keys import normal_email
from ordersops.orders.merge import Draft
from ordersops.orders.models import Customer, Order
from ordersops.orders.watermarks import take
from ordersops.orders.write import upsert
from ordersops.stores.facts import CustomerFacts

Key = tuple[UUID, str]
_FIELDS = [field.name for field in Customer._meta.concrete_fields if field.name not in {"id", "store", "external_id"}]
_COLUMNS = {"created_at": "account_created_at"}


def absorb(told: Sequence[tuple[UUID, CustomerFacts, datetime]], touched: Sequence[Draft]) -> None:
    """Take in what was told of customers, link the touched orders to theirs, and keep the counts of orders placed.

    An order belongs to the customer whom its store names, else to the one behind its e-mail address. Customers are locked after
    all orders and in one order, so two workers that have one in common wait for each other and never for ever.

    Whoever was erased on request stays so, whatever is told of them, until they order again.
    """
    told = list(told)
    of_order: dict[UUID, Key] = {}
    for draft in touched:
        order = draft.order
        if order.erased_at is not None:
            continue
        if order.customer_key:
            of_order[order.pk] = order.store_id, order.customer_key
        elif order.placed_at and (email := normal_email(order.email)):
            of_order[order.pk] = order.store_id, f"email:{email}"
            if order.source_at:
                told.append((order.store_id, _guest(order, f"email:{email}"), order.source_at))
    left = {(row.store_id, row.external_id) for draft in touched if (row := draft.customer_before)}
    came_back = {key for draft in touched if draft.order.erased_at is None and (key := of_order.get(draft.order.pk))}
    gone = erased([(store, facts.external_id) for store, facts, _ in told]) - came_back
    told = [one for one in told if (one[0], one[1].external_id) not in gone]
    rows = _locked({(store, facts.external_id) for store, facts, _ in told} | set(of_order.values()) | left)
    for store, facts, at in told:
        row = rows[store, facts.external_id]
        row.erased_at = None
        for name in take(row, facts, at) - {"at"}:
            setattr(row, _COLUMNS.get(name, name), getattr(facts, name))
    for draft in touched:
        key, before = of_order.get(draft.order.pk), draft.customer_before
        _link(draft, rows[key] if key else None, rows[before.store_id, before.external_id] if before else None)
    upsert(Customer, rows.values(), _FIELDS)


def erased(told: Iterable[Key]) -> set[Key]:
    """Those customers, by store and its id, who were erased: under their id or, where that held words, under its digest."""
    called: dict[Key, Key] = {}
    for store, name in told:
        called[store, name] = called[store, tombstone(name)] = (store, name)
    stores, names = {store for store, _ in called}, {name for _, name in called}
    found = Customer.objects.filter(erased_at__isnull=False, store__in=stores, external_id__in=names) if called else []
    return {called[key] for row in found if (key := (row.store_id, row.external_id)) in called}


def _guest(order: Order, external_id: str) -> CustomerFacts:
    contact = {name: value for name in ("email", "name", "phone") if (value := getattr(order, name))}
    return CustomerFacts(external_id=external_id, **contact)


def _locked(named: set[Key]) -> dict[Key, Customer]:
    if not named:
        return {}
    with connection.cursor() as cursor:
        keys = sorted(f"{store}/{external}" for store, external in named)
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(key, 7103)) FROM unnest(%s::text[]) AS key", [keys])
    stores, externals = {store for store, _ in named}, {external for _, external in named}
    found = Customer.objects.filter(store__in=stores, external_id__in=externals)
    rows = {key: row for row in found if (key := (row.store_id, row.external_id)) in named}
    return {key: rows.get(key) or Customer(store_id=key[0], external_id=key[1]) for key in sorted(named, key=str)}


def _link(draft: Draft, row: Customer | None, before: Customer | None) -> None:
    """Count an order once, for the customer it belongs to now."""
    order = draft.order
    if order.erased_at is not None:
        return  # it stays with whom it was counted for
    order.customer = row
    counted = before is not None and draft.before["placed_at"] is not None
    if counted and before is not None and before is not row:
        before.orders_count = max(before.orders_count - 1, 0)
    if row is None or order.placed_at is None:
        return
    if not counted or before is not row:
        row.orders_count += 1
    row.first_order_at = min(filter(None, (row.first_order_at, order.placed_at)))
    row.last_order_at = max(filter(None, (row.last_order_at, order.placed_at)))
