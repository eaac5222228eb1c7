"""Reads of stock: the page's lists, what orders can be served from where, and who waits for what changed."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.utils import timezone

from ordersops.accounts.access import can, store_ids
from ordersops.accounts.roles import Perm
from ordersops.lists import Page, newest
from ordersops.orders.changes import Change
from ordersops.orders.lifecycle import Allocation, Commercial
from ordersops.orders.models import Order
from ordersops.stock.actions.taking_in import Moved
from ordersops.stock.models import Inbound, InboundState, Item, Level, Location, Reservation, ReservationState
from ordersops.stores.models import Store

if TYPE_CHECKING:
    from ordersops.accounts.models import User

MOST_WOKEN = 500  # orders asked about anew after one batch of stock; the rest follows with the next change
SHOWN = {"levels": "What lies where", "reservations": "What is kept", "inbound": "What is coming"}


def locations(user: "User", store: UUID | None) -> list[Location]:
    """The locations of the stores in which the person sees orders, with `units`, `kept` and `orders` that it works on. One query."""
    found = Location.objects.visible_to(user).select_related("store")
    if store:
        found = found.filter(store=store)
    rows = found.annotate(
        units=Sum("levels__on_hand"), kept=Sum("levels__reserved"), short=Count("levels", filter=Q(levels__oversold=True))
    )
    listed: list[Any] = list(rows.order_by("store__name", "priority", "name", "id")[:200])
    for one in listed:
        one.may_manage = can(user, Perm.MANAGE_STOCK, one.store_id)
    return listed


def page_of(user: "User", asked: dict[str, Any], cursor: str) -> Page[Any]:
    """Levels, reservations or arrivals of the person's stores, the newest first."""
    stores = [one for one in store_ids(user, Perm.VIEW_ORDERS) if asked["store"] in (None, "", one)]
    words: str = asked["q"]
    by: str
    model: Any
    load: Any
    if asked["show"] == "reservations":
        by, model, load = (
            "made_at",
            Reservation,
            Reservation.objects.select_related("order", "line", "level__location", "level__item", "store"),
        )
        narrowed = Q(state=ReservationState.HELD) & (Q(level__item__sku__istartswith=words) if words else Q())
        if asked["location"]:
            narrowed &= Q(level__location=asked["location"])
    else:
        narrowed = (Q(item__sku__istartswith=words) if words else Q()) & (Q(location=asked["location"]) if asked["location"] else Q())
        if asked["show"] == "inbound":
            by, model, load = "expected_at", Inbound, Inbound.objects.select_related("location", "item", "store")
            narrowed &= Q(state=InboundState.EXPECTED, expected_at__isnull=False)
        else:
            by, model, load = "changed_at", Level, Level.objects.select_related("location", "item", "store")
    parts = [model._default_manager.filter(narrowed, store=store) for store in stores]
    page: Page[Any] = newest(parts, by, cursor, load=load)
    for row in page.rows:
        row.may_manage = can(user, Perm.MANAGE_STOCK, row.store_id)
    return page


def waiting_for(moved: Moved) -> list[Change]:
    """The orders whose routing what changed can alter: those that wait for stock of these SKUs, and those whose kept units are no longer there."""
    if not moved.skus:
        return []
    stores, skus = {store for store, _ in moved.skus}, {sku for _, sku in moved.skus if sku}
    open_orders = Order.objects.filter(store__in=stores, placed_at__isnull=False).exclude(commercial=Commercial.CANCELLED)
    waiting = open_orders.filter(allocation=Allocation.BACKORDERED, lines__sku__in=skus)
    robbed = open_orders.filter(
        reservations__state=ReservationState.HELD, reservations__level__oversold=True, reservations__level__item__sku__in=skus
    )
    ids = {*waiting.values_list("pk", flat=True)[:MOST_WOKEN], *robbed.values_list("pk", flat=True)[:MOST_WOKEN]}
    return [Change(order, {"stock"}) for order in Order.objects.filter(pk__in=ids).order_by("placed_at")] if ids else []


def unit_costs(store: Store, skus: Iterable[str], currency: str) -> dict[str, Decimal]:
    """What one of each SKU costs the store, where that is known in the currency. A SKU that several items share costs what all of them
    say alike, else it is not known. At most one query."""
    asked = {sku for sku in skus if sku}
    if not asked:
        return {}
    found: dict[str, set[Decimal | None]] = {}
    for sku, cost, stated in Item.objects.filter(store=store, sku__in=asked).values_list("sku", "unit_cost", "cost_currency"):
        found.setdefault(sku, set()).add(cost if (stated or store.currency) == currency else None)
    return {sku: cost for sku, (cost, *others) in found.items() if cost is not None and not others}


def levels_for(skus: Iterable[tuple[UUID, str]]) -> list[Level]:
    """The levels of these SKUs of stores, each with its location and item. One query."""
    asked = set(skus)
    found = Level.objects.filter(store__in={store for store, _ in asked}, item__sku__in={sku for _, sku in asked if sku})
    rows = found.select_related("item", "location").order_by("pk")
    return [row for row in rows if (row.store_id, row.item.sku) in asked]


def arriving(skus: Iterable[tuple[UUID, str]], *, now: datetime | None = None) -> dict[tuple[UUID, str], datetime]:
    """When more of each SKU is expected, the earliest first. One query."""
    asked, now = set(skus), now or timezone.now()
    found = Inbound.objects.filter(
        store__in={store for store, _ in asked},
        item__sku__in={sku for _, sku in asked if sku},
        state=InboundState.EXPECTED,
        expected_at__gte=now,
    )
    known: dict[tuple[UUID, str], datetime] = {}
    for store, sku, at in found.order_by("-expected_at").values_list("store", "item__sku", "expected_at"):
        if at is not None and (store, sku) in asked:
            known[store, sku] = at
    return known


def queued(locations: Iterable[UUID]) -> dict[UUID, int]:
    """How many orders each location works on: those for which it keeps something. One query."""
    rows = Reservation.objects.filter(level__location__in=set(locations), state=ReservationState.HELD)
    return dict(rows.values_list("level__location").annotate(orders=Count("order", distinct=True)).order_by())


def nothing_of(order: Order, location: str) -> str:
    """Why nothing of the order can leave from the location, by the name that the store has for it: one sentence, "" where something can.

    Where we do not know the location, or what lies there, nothing stands against it: the store knows better.
    """
    place = Location.objects.filter(store=order.store_id, external_id__in={location, location.rpartition("/")[2]}).first()
    if place is None:
        return ""
    if not place.is_active:
        return f"{place.name or place.external_id} is closed."
    wanted = {line.sku for line in order.lines.all() if line.sku and line.ordered > line.removed + line.cancelled + line.shipped}
    there = list(place.levels.filter(item__sku__in=wanted).select_related("item"))
    own: dict[Any, int] = dict(
        Reservation.objects.filter(order=order, level__in=there, state=ReservationState.HELD).values_list("level").annotate(Sum("units"))
    )
    if any(level.free + own.get(level.pk, 0) > 0 for level in there) or not wanted or not place.levels.exists():
        return ""
    return f"Nothing of it lies at {place.name or place.external_id}: choose another location."


def kept_for(order: Order) -> list[Reservation]:
    """What is kept for the order, for its page."""
    return list(order.reservations.filter(state=ReservationState.HELD).select_related("line", "level__location"))
