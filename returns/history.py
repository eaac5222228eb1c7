"""What is known about who asks and what went before: read for a batch of requests with a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, Sum

from ordersops.orders.models import Order
from returns.models import OPEN, CheckRow, ReturnLine, ReturnRequest, ReturnState

Key = tuple[UUID, int]  # store and e-mail key


@dataclass(slots=True)
class Person:
    """A customer as one store knows them, by their e-mail address; this request and its order left in, the others too."""

    orders: int = 0
    with_returns: int = 0
    disputes: int = 0
    spent: Decimal = Decimal(0)
    exceptions: set[UUID] = field(default_factory=set)  # accepted against the rules
    claims: list[tuple[UUID, datetime]] = field(default_factory=list)  # (request, when) of non-receipt
    reports: list[tuple[UUID, str]] = field(default_factory=list)


@dataclass(slots=True)
class History:
    people: Mapping[Key, Person]
    of_order: Mapping[UUID, list[ReturnRequest]]
    claimants: Mapping[Key, set[int]]  # store and address key -> e-mail keys of others who claimed


def read(requests: Sequence[ReturnRequest]) -> History:
    """Four queries."""
    orders = [request.order for request in requests]
    stores = {order.store_id for order in orders}
    people: defaultdict[Key, Person] = defaultdict(Person)
    emails = {order.email_key for order in orders if order.email_key is not None}
    row: Any
    for row in _orders(stores, emails):
        one = people[row["store"], row["email_key"]]
        one.orders, one.disputes, one.spent = row["number"], row["disputed"], Decimal(row["captured"] or 0) - Decimal(row["refunded_"] or 0)
        one.with_returns = row["back"]
    lines = (
        ReturnLine.objects.filter(store__in=stores, request__order__email_key__in=emails)
        .annotate(against=Exists(CheckRow.objects.filter(line=OuterRef("pk"), result="denied")))
        .values("request", "request__requested_at", "request__order__email_key", "outcome", "store", "reason", "report", "against")
    )
    for row in lines:
        one = people[row["store"], row["request__order__email_key"]]
        if row["reason"] == "NOT_RECEIVED":
            one.claims.append((row["request"], row["request__requested_at"]))
        if row["against"] and row["outcome"] not in {"", "DECLINE"}:
            one.exceptions.add(row["request"])
        if row["report"]:
            one.reports.append((row["request"], row["report"]))
    of_order: defaultdict[UUID, list[ReturnRequest]] = defaultdict(list)
    for found in ReturnRequest.objects.filter(order__in=orders).prefetch_related("lines").order_by("requested_at", "id"):
        of_order[found.order_id].append(found)
    return History(people, of_order, _claimants(orders, stores))


def _orders(stores: Iterable[UUID], emails: Iterable[int]) -> list[Any]:
    rows = Order.objects.filter(store__in=stores, email_key__in=emails).values("store", "email_key")
    found = rows.annotate(
        number=Count("id", distinct=True), captured=Sum("captured"), refunded_=Sum("refunded"),
        back=Count("id", filter=~Q(returns="none"), distinct=True), disputed=Count("id", filter=Q(payment="disputed"), distinct=True),
    )  # fmt: skip
    return list(found.order_by())


def _claimants(orders: Sequence[Order], stores: set[UUID]) -> Mapping[Key, set[int]]:
    places = {order.ship_key for order in orders if order.ship_key is not None}
    found: defaultdict[Key, set[int]] = defaultdict(set)
    rows = ReturnLine.objects.filter(store__in=stores, reason="NOT_RECEIVED", request__order__ship_key__in=places)
    for store, place, email in rows.values_list("store", "request__order__ship_key", "request__order__email_key"):
        if email is not None and place is not None:
            found[store, place].add(email)
    return found


def earlier(request: ReturnRequest, history: History) -> list[ReturnRequest]:
    """Requests of the same order before this one that were neither declined nor given up."""
    gone = {ReturnState.DECLINED, ReturnState.CANCELLED, ReturnState.EXPIRED}
    before = (request.requested_at, request.pk)
    return [one for one in history.of_order[request.order_id] if (one.requested_at, one.pk) < before and one.state not in gone]


def asked_elsewhere(request: ReturnRequest, history: History) -> Mapping[UUID, int]:
    """Units by line in other open requests of the order."""
    units: defaultdict[UUID, int] = defaultdict(int)
    for one in history.of_order[request.order_id]:
        if one.pk != request.pk and one.state in OPEN:
            for line in one.lines.all():
                units[line.line_id] += line.quantity
    return units
