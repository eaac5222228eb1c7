"""Verbs on orders: taking facts in, holds, and the risk axis."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import prefetch_related_objects
from django.utils import timezone

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Invalid
from ordersops.orders import write
from ordersops.orders.changes import Change
from ordersops.orders.customers import absorb
from ordersops.orders.forgetting import impersonal
from ordersops.orders.lifecycle import HoldReason, Risk, check_risk_transition, derive
from ordersops.orders.merge import PERSONAL, Draft, changed_fields, merge, settle
from ordersops.orders.models import Dispute, Hold, Line, Order, Refund, Shipment, Transaction
from ordersops.stores.facts import CustomerFacts, OrderFacts

PARTS: dict[str, Any] = {"lines": Line, "transactions": Transaction, "shipments": Shipment, "refunds": Refund, "disputes": Dispute}


@atomic
def apply_facts(*, facts: Sequence[tuple[UUID, OrderFacts]], by: User) -> list[Change]:
    """Take in facts from any source, as (store id, facts) in the order of arrival.

    The one way in. Facts older than what is known change nothing; the same facts twice change nothing. Of an order that was erased on
    a privacy request, only what is not personal is taken. The number of
    queries does not depend on how many facts there are, nor on the history. Returns one Change for each order that
    changed, and records one event for each: `order.placed` when its own facts arrive first, else `order.updated`.
    """
    named = {(store, fact.order) for store, fact in facts if fact.order}
    _lock(named)
    drafts = _load(named)
    told: list[tuple[UUID, CustomerFacts, datetime]] = []
    for store, fact in facts:
        if fact.order and drafts[store, fact.order].order.erased_at is not None:
            fact = impersonal(fact)
        if fact.order:
            merge(drafts[store, fact.order], fact)
        if fact.customer is not None:
            told.append((store, fact.customer, fact.customer.at or fact.at))
    touched = [draft for draft in drafts.values() if draft.core_changed or draft.written or draft.kinds]
    for draft in touched:
        settle(draft)
    absorb(told, touched)
    write.drafts(touched)
    changes = []
    for draft in touched:
        change = Change(draft.order, draft.kinds, changed_fields(draft))
        if change:
            changes.append(change)
            _tell(change, draft, by)
    write.days(touched)
    return changes


def _lock(named: Iterable[tuple[UUID, str]]) -> None:
    """Let no other worker apply facts to these orders until we commit, also to those that have no row yet."""
    keys = sorted(f"{store}/{external}" for store, external in named)
    if keys:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(key, 7101)) FROM unnest(%s::text[]) AS key", [keys])


def _load(named: set[tuple[UUID, str]]) -> dict[tuple[UUID, str], Draft]:
    stores, externals = {store for store, _ in named}, {external for _, external in named}
    drafts: dict[tuple[UUID, str], Draft] = {}
    rows = Order.objects.filter(store__in=stores, external_id__in=externals).order_by("pk").select_for_update(of=("self",))
    for order in rows.select_related("customer") if named else ():
        if (order.store_id, order.external_id) in named:
            drafts[order.store_id, order.external_id] = Draft(order, is_new=False)
    by_id = {draft.order.pk: draft for draft in drafts.values()}
    if by_id:
        for name, model in PARTS.items():
            for part in model.objects.filter(order__in=list(by_id)):
                getattr(by_id[part.order_id], name)[part.external_id] = part
        for hold in Hold.objects.open().filter(order__in=list(by_id)):
            by_id[hold.order_id].holds.append(hold)
    for store, external in named - set(drafts):
        drafts[store, external] = Draft(Order(store_id=store, external_id=external), is_new=True)
    for draft in drafts.values():
        draft.remember()
    return drafts


def _tell(change: Change, draft: Draft, by: User) -> None:
    order = change.order
    if "placed" in change.kinds:
        record(
            Verb.ORDER_PLACED,
            by=by,
            order=order,
            number=order.number or order.external_id,
            lines=len(draft.lines),
            total=order.total,
            currency=order.currency,
        )
        return
    told: dict[str, Any] = {}
    for name, (before, after) in change.fields.items():
        told[name] = {"changed": True} if name in PERSONAL else {"before": before, "after": after}
    record(Verb.ORDER_UPDATED, by=by, order=order, changed=told | {part: {"changed": True} for part in change.kinds - set(told)})


@atomic
def place_hold(*, order: Order, reason: str, by: User, note: str = "") -> Hold:
    """Stop the order from shipping. Needs `place_hold` in its store. A fraud hold comes with a case and is not placed by hand.

    Conflict if it has left already or is held for this reason.
    """
    require(by, Perm.PLACE_HOLD, order.store_id, to="hold orders", order=order)
    if reason not in HoldReason.values:
        raise Invalid(f"“{reason}” is no reason for a hold; choose one of {', '.join(HoldReason.labels)}.")
    if reason == HoldReason.FRAUD:
        raise Invalid("A fraud hold is placed with its case, whose decision ends it. Choose another reason.")
    order = Order.objects.select_for_update().get(pk=order.pk)
    if order.is_final:
        raise Conflict(f"Order {order} has shipped or is cancelled; holding it would stop nothing.")
    if order.holds.open().filter(reason=reason).exists():
        raise Conflict(f"Order {order} is already held for this reason.")
    hold = Hold.objects.create(store_id=order.store_id, order=order, reason=reason, note=note[:300], placed_by=by, placed_at=timezone.now())
    refresh_axes([order])
    record(Verb.ORDER_HELD, by=by, order=order, reason=reason, hold=hold.pk)
    return hold


@atomic
def release_hold(*, hold: Hold, by: User) -> Hold:
    """End a hold that is not a fraud hold; that one ends on a decision alone. Needs `release_hold` in the store."""
    require(by, Perm.RELEASE_HOLD, hold.store_id, to="release holds", order=hold.order_id)
    order = Order.objects.select_for_update().get(pk=hold.order_id)
    hold = Hold.objects.select_for_update().get(pk=hold.pk)
    if hold.reason == HoldReason.FRAUD:
        raise Conflict("A fraud hold ends with the decision of its case. Open the case to decide.")
    if hold.released_at:
        raise Conflict("This hold was released already.")
    hold.released_at, hold.released_by = timezone.now(), by
    hold.save(update_fields=["released_at", "released_by"])
    refresh_axes([order])
    record(Verb.HOLD_RELEASED, by=by, order=order, reason=hold.reason, hold=hold.pk, decision=None)
    return hold


def hold_for_fraud(*, orders: Sequence[Order], by: User) -> list[Hold]:
    """Automation's hold on orders that wait for review: one statement for many. In the caller's unit; orders are locked by the caller."""
    held = set(Hold.objects.open().filter(order__in=orders, reason=HoldReason.FRAUD).values_list("order_id", flat=True))
    now = timezone.now()
    holds = [
        Hold(store_id=order.store_id, order=order, reason=HoldReason.FRAUD, placed_by=by, placed_at=now)
        for order in orders
        if order.pk not in held and not order.is_final
    ]
    Hold.objects.bulk_create(holds)
    for hold in holds:
        require(by, Perm.PLACE_HOLD, hold.store_id, to="hold orders", order=hold.order_id)
        record(Verb.ORDER_HELD, by=by, order=hold.order, reason="fraud", hold=hold.pk)
    return holds


def release_fraud_holds(*, orders: Sequence[Order], decision: Any, by: User) -> None:
    """End the fraud holds of the orders on a decision. In the caller's unit; the caller has checked the right to decide."""
    now = timezone.now()
    for hold in Hold.objects.open().select_for_update().filter(order__in=orders, reason=HoldReason.FRAUD).select_related("order"):
        hold.released_at, hold.released_by, hold.decision = now, by, decision
        hold.save(update_fields=["released_at", "released_by", "decision"])
        record(Verb.HOLD_RELEASED, by=by, order=hold.order, reason=hold.reason, hold=hold.pk, decision=decision.pk)


def set_risk(*, orders: Sequence[Order], to: str, by: User) -> None:
    """Move the risk axis of locked orders and what is derived from it. In the caller's unit; Conflict where the table forbids it."""
    moved = []
    for order in orders:
        if order.risk == to:
            continue
        check_risk_transition(order, to)
        before, order.risk = order.risk, Risk(to).value
        moved.append(order)
        record(Verb.RISK_CHANGED, by=by, order=order, before=before, after=order.risk)
    refresh_axes(orders)


def set_routed(*, orders: Sequence[Order], to: str) -> None:
    """How far the hand-over to a node is: routed, requested, accepted, rejected, or "". In the caller's unit, which has locked the orders."""
    for order in orders:
        order.routed = to
    Order.objects.bulk_update(orders, ["routed"])
    refresh_axes(orders)


def refresh_axes(orders: Sequence[Order]) -> None:
    """Derive the axes anew after holds or risk changed, and write them, in a constant number of queries.

    Lines, shipments and disputes that the caller has prefetched are used as they are.
    """
    prefetch_related_objects(orders, "lines", "shipments", "disputes")
    holds = defaultdict(list)
    for hold in Hold.objects.open().filter(order__in=orders):
        holds[hold.order_id].append(hold)
    for order in orders:
        axes = derive(order, order.lines.all(), order.shipments.all(), order.disputes.all(), holds[order.pk])
        order.commercial, order.payment, order.fulfilment = axes.commercial, axes.payment, axes.fulfilment
        order.returns, order.stage, order.on_hold = axes.returns, axes.stage, axes.on_hold
        order.version += 1
    write.axes(orders)
