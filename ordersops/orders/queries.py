"""Reads of orders: the list, the page of one, and what links one with others."""

from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.search import SearchVectorField
from django.db import connection
from django.db.models import JSONField, QuerySet, TextField
from django.urls import reverse
from django.utils.module_loading import import_string

from ordersops.accounts.access import can, store_ids
from ordersops.accounts.roles import Perm
from ordersops.audit.models import Event
from ordersops.closed import TELLING, without_advice
from ordersops.lists import SIZE, Page, newest
from ordersops.orders.keys import fold
from ordersops.orders.lifecycle import HoldReason, parcels
from ordersops.orders.models import Order, Revision
from ordersops.orders.past import past_of
from ordersops.orders.revisions import dressed, tell
from ordersops.orders.search import query

if TYPE_CHECKING:
    from ordersops.accounts.models import User

FOUND_AT_MOST = 1000
DELIVERIES_SHOWN = 50
EVENTS_SHOWN = 50
ADDRESS = {
    "name": "Name", "company": "Company", "address1": "Street", "address2": "", "postal_code": "Postcode", "city": "City", "region": "Region",
    "country": "Country", "phone": "Phone",
}  # fmt: skip


# Columns that no list shows: documents, and the words of the search.
WIDE = [field.name for field in Order._meta.concrete_fields if isinstance(field, JSONField | SearchVectorField | TextField)]


def page_of(user: "User", asked: dict[str, Any], cursor: str = "", size: int = SIZE) -> Page[Order]:
    """One page of the orders that fit, the newest first. Each store is read from the newest end of its own index."""
    stores = [store for store in store_ids(user, Perm.VIEW_ORDERS) if asked["store"] in (None, "", store)]
    shown = Order.objects.select_related("store").defer(*WIDE)
    known = Order.objects.known()
    if not asked["q"]:
        return newest([_fitting(known.filter(store=store), asked) for store in stores], "placed_at", cursor, load=shown, size=size)
    ids = found(asked["q"])
    if ids is not None:
        return newest([_fitting(known.filter(pk__in=ids, store__in=stores), asked)], "placed_at", cursor, load=shown, size=size)
    # So many that the newest are soon found on the way through all.
    parts = [_fitting(known.filter(store=store).search(asked["q"]), asked) for store in stores]
    return newest(parts, "placed_at", cursor, load=shown, size=size)


def found(words: str) -> list[UUID] | None:
    """The ids of the orders that the words find, of all stores; None for more than FOUND_AT_MOST.

    The planner takes a prefix to be far more common than it is, and would rather walk through all orders from the newest;
    a materialised part is planned by itself, and takes the index of words.
    """
    asked = query(words)
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH found AS MATERIALIZED (SELECT id FROM orders_order WHERE search @@ %s::tsquery) SELECT id FROM found LIMIT %s",
            [asked, FOUND_AT_MOST + 1],
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    return ids if len(ids) <= FOUND_AT_MOST else None


def _fitting(orders: "QuerySet[Order]", asked: dict[str, Any]) -> "QuerySet[Order]":
    for axis in ("stage", "payment", "risk"):
        if asked[axis]:
            orders = orders.filter(**{axis: asked[axis]})
    if asked["on_hold"]:
        orders = orders.filter(on_hold=True)
    if asked["since"]:
        orders = orders.filter(placed_at__gte=asked["since"])
    if asked["until"]:
        orders = orders.filter(placed_at__lt=asked["until"])
    return orders


def order_page(order: Order, user: "User") -> dict[str, Any]:
    """The context of orders/order.html, in a constant number of queries. What lies above orders is reached by relations."""
    may_read_cases = can(user, Perm.VIEW_CASES, order.store_id)
    holds = list(order.holds.select_related("placed_by", "released_by"))
    found = list(order.cases.select_related("leased_by").order_by("-opened_at")) if may_read_cases else []
    found += (
        [member.case for member in order.memberships.select_related("case__leased_by").order_by("-added_at")[:20]] if may_read_cases else []
    )
    cases = without_advice(found, user)
    closed = any(case.advice_closed for case in cases)
    decisions = _decisions(order) if may_read_cases and not closed else []
    advice = order.recommendations.filter(shown=True).order_by("-advised_at").first() if may_read_cases and not closed else None
    if advice is not None:
        _say(advice, lanes().get(advice.lane))
    revisions, effects = revisions_of(order), order.effects.select_related("decision__by", "settled_by")
    return {
        "order": order,
        "customer": order.customer,
        "lines": list(order.lines.all()),
        "transactions": list(order.transactions.all()),
        "shipments": parcels(order.shipments.all()),
        "refunds": list(order.refunds.all()),
        "disputes": list(order.disputes.all()),
        "holds": holds,
        "cases": cases,
        "decisions": decisions,
        "effects": list(effects.filter(decision=None) if closed else effects) if may_read_cases else [],
        "revisions": dressed(revisions),
        "deliveries": list(order.deliveries.defer("body").order_by("-received_at")[:DELIVERIES_SHOWN])
        if can(user, Perm.VIEW_INTAKE, order.store_id)
        else [],
        "timeline_more": f"{reverse('audit')}?order={order.pk}" if can(user, Perm.VIEW_AUDIT, order.store_id) else "",
        "timeline": tell(timeline(order, user, closed=closed), revisions),
        "past": past_of(order),
        "recommendation": advice,
        "addresses": compare_addresses(order),
        "may": {
            "request_review": can(user, Perm.REQUEST_REVIEW, order.store_id)
            and order.placed_at is not None
            and order.commercial != "cancelled",
            "hold": can(user, Perm.PLACE_HOLD, order.store_id) and not order.is_final,
            "release_hold": {hold.pk for hold in holds if hold.released_at is None and hold.reason != HoldReason.FRAUD}
            if can(user, Perm.RELEASE_HOLD, order.store_id)
            else set(),
        },
    }


def revisions_of(order: Order) -> list[Revision]:
    """How personal fields changed, the newest first."""
    return list(order.revisions.order_by("-id")[:EVENTS_SHOWN])


def timeline(order: Order, user: "User", *, closed: bool = False) -> list[Event]:
    """What happened to the order, and to the attacks that it is part of, the newest first. `closed`: without what tells of the advice."""
    events = Event.objects.timeline_for(order=order).shown_to(user, order.store_id)
    return list((events.exclude(verb__in=TELLING) if closed else events)[:EVENTS_SHOWN])


def _decisions(order: Order) -> list[Any]:
    """Decisions on the order's own cases and on the attacks that it is part of, the newest first."""
    cases = [
        *order.cases.prefetch_related("decisions__by"),
        *[m.case for m in order.memberships.prefetch_related("case__decisions__by")[:20]],
    ]
    words = import_string("ordersops.review.models.Words")()
    found = []
    for case in cases:
        for decision in case.decisions.all():
            _say(decision, lanes().get(case.lane))
            decision.reason_sentence = words.of(case.lane, decision.reason, decision.reason_version)
            found.append(decision)
    return sorted(found, key=lambda decision: decision.decided_at, reverse=True)


@cache
def lanes() -> dict[str, Any]:
    """The lanes by key, for their words and rights. Reached by their dotted paths: orders lie below cases."""
    return {lane.key: lane for lane in (import_string(path)() for path in settings.LANES)}


def _say(row: Any, lane: Any) -> None:
    """Set the words of a decision's or recommendation's outcome, as its lane names them."""
    outcome = lane.outcomes.get(row.outcome) if lane else None
    row.outcome_label = outcome.label if outcome else "Taken back" if row.outcome == "undo" else row.outcome
    row.tone = outcome.tone if outcome else "neutral"


def compare_addresses(order: Order) -> dict[str, Any]:
    """Both addresses side by side. Only what both sides state can differ."""
    shipping, billing = order.shipping_address or {}, order.billing_address or {}
    rows, differences = [], []
    for field, label in ADDRESS.items():
        here, there = str(shipping.get(field) or ""), str(billing.get(field) or "")
        if not here and not there:
            continue
        differs = bool(here and there) and fold(here) != fold(there)
        rows.append({"label": label, "shipping": here, "billing": there, "differs": differs})
        if differs:
            differences.append(field)
    return {"shipping": shipping, "billing": billing, "differences": differences, "rows": rows}
