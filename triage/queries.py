"""Reads of the triage lane: what is wrong with orders now, and which of it is one problem."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Sum
from django.urls import reverse

from ordersops.accounts.access import store_ids
from ordersops.accounts.roles import Perm
from ordersops.cases.models import Case, CaseState
from ordersops.cases.problems import Problem
from ordersops.lists import Page, newest
from triage.exceptions import EXCEPTIONS
from triage.limits import LIMITS
from triage.models import OrderException, RoutingResult, RoutingState
from triage.plans import plan_of

if TYPE_CHECKING:
    from ordersops.accounts.models import User

GROUPS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Group:
    """Many orders with the same exception that share a carrier or node: one problem, not many."""

    label: str
    key: str
    shared: str
    store: UUID
    orders: int
    since: datetime
    amount: Any


def groups(user: "User") -> list[Group]:
    """Five orders and more that share a warehouse or carrier, the largest first (policies.md 4.7). One query."""
    rows = (
        OrderException.objects.open().visible_to(user).exclude(shared="").values("store", "key", "shared")
        .annotate(orders=Count("id"), since=Min("opened_at"), amount=Sum("order__total"))
        .filter(orders__gte=LIMITS["group_from"]).order_by("-orders", "key", "shared")[:GROUPS_SHOWN]
    )  # fmt: skip
    return [
        Group(EXCEPTIONS[row["key"]].label, row["key"], row["shared"], row["store"], row["orders"], row["since"], row["amount"])
        for row in rows
        if row["key"] in EXCEPTIONS
    ]


def page_of(user: "User", asked: dict[str, Any], cursor: str) -> Page[OrderException]:
    """Open exceptions of the stores in which the person sees cases, the newest first."""
    narrowed = {name: asked[name] for name in ("key", "owner", "shared") if asked[name]}
    if asked["severity"]:
        narrowed["severity"] = int(asked["severity"])
    stores = [one for one in store_ids(user, Perm.VIEW_CASES) if asked["store"] in (None, "", one)]
    parts = [OrderException.objects.open().filter(store=store, **narrowed) for store in stores]
    return newest(parts, "opened_at", cursor, load=OrderException.objects.select_related("order", "store"))


def planned_at(order: UUID) -> set[UUID]:
    """Where the order is planned to ship from: the places of the plan by which it was routed, else of the plan that would be chosen now.
    One query."""
    row = RoutingResult.objects.filter(order=order).exclude(state=RoutingState.DONE).only("parcels", "terms").first()
    if row is None:
        return set()
    plan = plan_of(row.terms)
    nodes = [node for node, *_ in row.parcels] or [parcel["node"] for parcel in (plan["parcels"] if plan else ())]
    return {UUID(node) for node in nodes}


def problems(user: "User", stores: Sequence[UUID], most: int, *, of: tuple[str, str]) -> list[Problem]:
    """Open exceptions that no case is about: decided, and their condition has not cleared. `of`: the lane's key and label. One query."""
    lane, label = of
    visible = [one for one in store_ids(user, Perm.VIEW_CASES) if one in set(stores)]
    in_hand = Case.objects.filter(lane=lane, order=OuterRef("order"), state__in=[CaseState.OPEN, CaseState.WAITING])
    rows = OrderException.objects.open().filter(~Exists(in_hand), store__in=visible).order_by("due_at", "id")
    return [
        Problem(
            key=f"exception:{row.pk}", source=lane, source_label=label, store_id=row.store_id, store=row.store.name, about=str(row.order),
            url=reverse("order", args=[row.order_id]), what=row.label,
            signal="It was decided, and its condition has not cleared." if row.handled_at else "It waits for its condition to clear.",
            since=row.opened_at, due_at=row.due_at, amount=row.order.total, currency=row.order.currency, next_action="Look whether it goes on",
            next_url=reverse("order", args=[row.order_id]), kin=row.shared,
        )
        for row in rows.select_related("order", "store")[:most]
    ]  # fmt: skip
