"""What follows from triage: the row of the order, its exceptions, and what is kept for it. Nothing outside: that needs a decision."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.following import Assessed
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import withdraw
from ordersops.cases.lanes import Lane, Outcome
from ordersops.errors import Conflict
from ordersops.orders.actions import set_routed
from ordersops.orders.lifecycle import PAYMENT_OK, RISK_OK, Allocation, Fulfilment
from ordersops.orders.models import Order
from ordersops.review.models import Decision
from ordersops.rollout.models import AUTOMATED
from ordersops.stock.actions import Wanted, backordered, release, reserve
from ordersops.stock.models import Level
from ordersops.stores.worktime import add
from triage import handing
from triage.classes import Triaged, triage
from triage.exceptions import best_way, next_look
from triage.facts import working_days
from triage.models import PLACED, OrderException, RoutingResult, RoutingState
from triage.plans import plan_of, table
from triage.policy import limits_of, routing_of

SOON = timedelta(seconds=15)  # another lane answers within seconds
LATER = timedelta(minutes=2)  # a person decides elsewhere: looked for, and asked about only when something came of it
ASKED_SOON = {"planned": LATER, "stuck": timedelta(hours=1)}  # the node was not asked yet
NOT_OURS = frozenset({"fraud_hold"})


def follow(this: Lane, assessed: Sequence[Assessed], by: User) -> list[Assessed]:
    """Write what the orders are, open and resolve exceptions, keep what standard orders need, and return those that need a person."""
    now = timezone.now()
    ids = [one.order.pk for one in assessed]
    rows = {row.order_id: row for row in RoutingResult.objects.filter(order__in=ids).select_for_update(of=("self",))}
    known: defaultdict[UUID, dict[str, OrderException]] = defaultdict(dict)
    for row in OrderException.objects.open().filter(order__in=ids):
        known[row.order_id][row.key] = row
    requests = handing.handed(ids)
    doubtful: list[Assessed] = []
    settled: list[Assessed] = []
    for one in assessed:
        limits = limits_of(one.policy)
        found = triage(one.evidence, limits)
        if not this.possible(one.order):  # cancelled or delivered: nothing about it is wrong any more
            found = replace(found, exceptions=(), kind="flagged" if found.flags else "standard")
        result = rows.get(one.order.pk) or RoutingResult(store_id=one.order.store_id, order=one.order)
        handing.settle(result, one.order, handing.in_force(requests.get(one.order.pk, ()), result))
        _describe(result, one, found, now)
        open_now = _exceptions(one, found, known[one.order.pk], by, now)
        needs = _needs_person(this, one, found, result, open_now, by)
        result.next_look_at = _next_look(one, limits, now)
        waits = not one.order.is_final and not may_go(one.order)
        result.waits_on, result.seen_version = "release" if waits else "", one.order.version
        result.save()
        (doubtful if needs else settled).append(one)
    withdraw(
        lane=this, subjects=[one.subject.pk for one in settled], because="its condition has cleared, nothing is left to decide", by=by,
        but_requested=[one.subject.pk for one in settled if this.possible(one.order)],
    )  # fmt: skip
    return doubtful


def _describe(result: RoutingResult, one: Assessed, found: Triaged, now: datetime) -> None:
    result.kind, result.label, result.priority, result.reasons = found.kind, found.label[:200], found.priority, list(found.reasons)
    result.assessed_at = now
    terms = table(one.evidence, routing_of(one.policy))
    if terms or not one.order.is_final:  # what has left keeps the plans that it was routed by
        result.terms = terms
    if one.order.is_final and result.state != RoutingState.DONE:
        result.state = RoutingState.DONE


def _exceptions(one: Assessed, found: Triaged, known: dict[str, OrderException], by: User, now: datetime) -> list[OrderException]:
    """Open what is new, resolve what has cleared, and leave the rest. Returns those that nobody has handled."""
    still = {each.of.key: each for each in found.exceptions}
    for key, row in known.items():
        if key not in still:
            row.resolved_at = now
            row.save(update_fields=["resolved_at"])
            record(Verb.EXCEPTION_RESOLVED, by=by, order=one.order, exception=row.label)
    left = []
    for key, each in still.items():
        held = known.get(key)
        if held is None:
            due = add(working_days(one.order), now, each.of.within) if each.of.working else now + each.of.within
            held = OrderException.objects.create(
                store_id=one.order.store_id, order=one.order, key=key, rule=each.rule.key, severity=each.of.severity, owner=each.of.owner,
                way=best_way(each, one.evidence).key, shared=str(one.evidence[each.of.shared] or "")[:200] if each.of.shared in _FACTS else "",
                opened_at=now, due_at=due,
            )  # fmt: skip
            record(
                Verb.EXCEPTION_OPENED,
                by=by,
                order=one.order,
                exception=held.label,
                severity=each.of.severity,
                owner=each.of.owner,
                due_at=due,
            )
        elif held.rule != each.rule.key:
            held.rule, held.way, held.handled_at = each.rule.key, best_way(each, one.evidence).key, None
            held.save(update_fields=["rule", "way", "handled_at"])
        if held.handled_at is None:
            left.append(held)
    return left


_FACTS = frozenset({"carrier", "node"})


def _needs_person(this: Lane, one: Assessed, found: Triaged, result: RoutingResult, left: Sequence[OrderException], by: User) -> bool:
    """Whether a person has to look; where nobody has to, what the order needs is kept for it."""
    order = one.order
    if not this.possible(order):
        return False
    if any(row.key == "out_of_stock" for row in left) and order.allocation != Allocation.BACKORDERED and not result.parcels:
        backordered(orders=[order])
    if any(row.key not in NOT_OURS for row in left):
        return True
    if any(each.of.key in NOT_OURS for each in found.exceptions) or not may_go(order) or order.is_final:
        return False
    if result.state in PLACED:
        if result.state == RoutingState.ACCEPTED or _stands(result):
            return False
        if result.decision_id is not None:
            return True  # others were told of it already: it is decided anew, not moved in silence
        limit = routing_of(one.policy).reroutes["expedited" if one.evidence["express"] else "standard"]
        if result.reroutes >= limit:
            return True
        result.reroutes, result.state = result.reroutes + 1, RoutingState.WAITING
    plan = plan_of(result.terms)
    if plan is None:
        return False
    unclear = any(seen.key == "routing" and seen.points for seen in one.seen)
    if any(flag.person for flag in found.flags) or unclear or one.recommendation.mode in AUTOMATED:
        return True
    try:
        with atomic():
            place(order, result, plan, why=str(result.terms["decided"]), by=by)
    except Conflict:
        return False  # somebody else was faster: it is looked at again soon
    return False


def may_go(order: Order) -> bool:
    """Paid or promised, cleared of fraud, and not held: law 5."""
    return order.payment in PAYMENT_OK and order.risk in RISK_OK and not order.on_hold


def _stands(result: RoutingResult) -> bool:
    """Whether the plan that it was routed by can still be carried out: it is among the plans of today."""
    nodes = "+".join(sorted({node for node, _, _ in result.parcels}))
    return any(row["key"] == nodes for row in result.terms.get("plans", ()))


def place(order: Order, result: RoutingResult, plan: Mapping[str, Any], *, why: str, by: User, decision: Decision | None = None) -> None:
    """Keep what the plan needs at its nodes, and say so. In the caller's unit, which has locked the order. Conflict where it is gone."""
    asked = [(row["node"], row["line"], row["sku"], row["units"]) for row in plan["parcels"]]
    levels = {
        (str(level.location_id), level.item.sku): level.pk
        for level in Level.objects.filter(store=order.store_id, location__in={node for node, *_ in asked}).select_related("item")
    }
    if gone := [sku for node, _, sku, _ in asked if (node, sku) not in levels]:
        raise Conflict(f"{gone[0] or 'An item'} is not stocked there any more. The order is routed again.")
    reserve(order=order, wanted=[Wanted(UUID(line), levels[node, sku], units) for node, line, sku, units in asked], by=by)
    result.parcels = [[node, line, units] for node, line, _, units in asked]
    result.node, result.state, result.routed_at, result.decision = plan["name"][:200], RoutingState.ROUTED, timezone.now(), decision
    set_routed(orders=[order], to=Fulfilment.ROUTED)
    record(Verb.ORDER_ROUTED, by=by, order=order, nodes=plan["name"], score=plan["score"], why=why)


def settle(*, subjects: Sequence[Order], outcome: Outcome, decision: Decision, by: User) -> None:
    """The rows follow the decision: its exceptions are handled, and what is to be sent is kept at the node."""
    now = timezone.now()
    OrderException.objects.open().filter(order__in=subjects, handled_at=None).update(handled_at=now)
    if outcome.key != "route":
        return
    rows = {row.order_id: row for row in RoutingResult.objects.filter(order__in=subjects).select_for_update(of=("self",))}
    for order in subjects:
        plan = plan_of(decision.terms)
        if plan is None or order.pk not in rows:
            raise Conflict("No plan covers the order any more. Reload to see what changed.")
        result = rows[order.pk]
        result.reroutes += bool(result.parcels)
        place(order, result, plan, why=str(decision.terms.get("decided", "")), by=by, decision=decision)
        result.next_look_at = now + timedelta(seconds=settings.HOLD_WINDOW_SECONDS) + LATER  # whether the node was asked
        result.save()


def open_again(*, subjects: Sequence[Order], by: User) -> None:
    """What a decision kept is given back, and what it handled waits again."""
    release(orders=subjects, by=by, because="The decision was taken back.")
    set_routed(orders=subjects, to="")
    RoutingResult.objects.filter(order__in=subjects).exclude(state=RoutingState.DONE).update(
        state=RoutingState.WAITING, parcels=[], node="", decision=None, routed_at=None
    )
    OrderException.objects.open().filter(order__in=subjects).update(handled_at=None)


def _next_look(one: Assessed, limits: Mapping[str, Any], now: datetime) -> datetime | None:
    """When time alone may change the answer: a number that grows reaches its limit, or another lane has decided."""
    order = one.order
    if order.commercial == "cancelled" or order.fulfilment == Fulfilment.DELIVERED:
        return None
    left = [wait for wait in (next_look(one.evidence, limits),) if wait is not None]
    if not order.is_final and order.payment in PAYMENT_OK and (order.risk not in RISK_OK or order.on_hold):
        left.append(SOON if order.risk == "not_assessed" else LATER)
    elif one.evidence["node_answer"] in ASKED_SOON:
        left.append(ASKED_SOON[one.evidence["node_answer"]])
    elif not order.is_final and may_go(order) and order.allocation in {Allocation.NONE} and one.evidence["plans"]:
        left.append(LATER)
    return now + min(left) if left else None
