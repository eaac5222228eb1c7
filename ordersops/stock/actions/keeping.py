"""Keeping units for orders. Nothing is ever kept that does not lie there: the level's row is locked, and its constraint says so again."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.db.models import F
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict
from ordersops.orders.actions import refresh_axes
from ordersops.orders.changes import Change
from ordersops.orders.lifecycle import Allocation
from ordersops.orders.models import Order
from ordersops.stock.models import Level, Reservation, ReservationState


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of a line that are to be kept at a level."""

    line: UUID
    level: UUID
    units: int


@atomic
def reserve(*, order: Order, wanted: Sequence[Wanted], by: User) -> list[Reservation]:
    """Keep all of this for the order, or nothing. In the caller's unit, who has locked the order and checked the right to decide.

    What the order had kept elsewhere is given back first. Conflict, naming the item and place, where less is free than is wanted:
    on hand, less what is kept for others, less the safety stock.
    """
    release(orders=[order], by=by, because="Kept elsewhere instead.")
    need: defaultdict[UUID, int] = defaultdict(int)
    for one in wanted:
        need[one.level] += one.units
    levels = {
        level.pk: level
        for level in Level.objects.filter(pk__in=need, store=order.store_id)
        .order_by("pk")
        .select_for_update(of=("self",))
        .select_related("item", "location")
    }
    netted = _netted(order, list(levels.values()))
    for key in netted & need.keys():
        levels[key].on_hand += need[key]
    for key, units in need.items():
        level = levels.get(key)
        if level is None or level.oversold or level.free < units:
            short = "is not stocked there any more" if level is None else f"at {level.location}: {level.free} free, {units} needed"
            raise Conflict(f"There is not enough of {level.item if level else 'an item'} {short}. The order is routed again.")
        level.reserved, level.changed_at = level.reserved + units, timezone.now()
    Level.objects.bulk_update(levels.values(), ["on_hand", "reserved", "changed_at"])
    made = [
        Reservation(
            store_id=order.store_id, order=order, line_id=one.line, level=levels[one.level], units=one.units, netted=one.level in netted
        )
        for one in wanted
    ]
    Reservation.objects.bulk_create(made)
    for place, units in _by_place(made).items():
        record(Verb.STOCK_RESERVED, by=by, order=order, units=units, location=place)
    _allocate([order])
    return made


def _netted(order: Order, levels: Sequence[Level]) -> set[UUID]:
    """The levels whose store has taken the order off already, where it states them after what it has sold (Shopify's `available`).

    It takes an order off at one place. That is the place which it has stated anew since the order was placed; where it has stated several,
    nobody can tell, and nothing is added: rather too little is promised than too much.
    """
    net = [level for level in levels if level.net]
    if not net or order.placed_at is None:
        return set()
    items = {level.item_id for level in net}
    since = Level.objects.filter(item__in=items, net=True, source_at__gte=order.placed_at).values_list("item", "pk")
    told: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for item, key in since:
        told[item].add(key)
    return {level.pk for level in net if told[level.item_id] == {level.pk}}


@atomic
def release(*, orders: Sequence[Order], by: User, because: str) -> int:
    """Give back what is kept for the orders. In the caller's unit, who has locked them. Returns how many units."""
    return _end(Reservation.objects.filter(order__in=orders), ReservationState.RELEASED, by, because, {order.pk: order for order in orders})


@atomic
def use(*, order: Order, lines: dict[UUID, int], by: User) -> int:
    """So many units of these lines have left: they are kept no longer and lie there no longer, until the store states the next count."""
    rows = [row for row in Reservation.objects.filter(order=order, line__in=lines) if lines[row.line_id] > 0]
    return _end(Reservation.objects.filter(pk__in=[row.pk for row in rows]), ReservationState.USED, by, "Shipped.", {order.pk: order})


@atomic
def follow_orders(*, changes: Sequence[Change], by: User) -> None:
    """What left is used up, and what is cancelled is given back. For changes of orders, in the caller's unit; they are locked."""
    orders = {change.order.pk: change.order for change in changes if "shipment" in change.kinds or change.order.is_final}
    if not orders:
        return
    rows = list(Reservation.objects.filter(order__in=orders, state=ReservationState.HELD).select_related("line"))
    gone = [row.pk for row in rows if row.line.shipped >= row.line.ordered - row.line.cancelled and row.line.shipped]
    off = [row.pk for row in rows if row.pk not in gone and (row.line.cancelled >= row.line.ordered or orders[row.order_id].cancelled_at)]
    _end(Reservation.objects.filter(pk__in=gone), ReservationState.USED, by, "Shipped.", orders)
    _end(Reservation.objects.filter(pk__in=off), ReservationState.RELEASED, by, "Cancelled.", orders)


def put_back(*, store: UUID, units: Mapping[str, int], place: str) -> dict[str, int]:
    """Units that came back lie there again, by SKU, until the store states the next count. In the caller's unit, whose event tells it.

    At the place of that name or id where it has the item, else where the item lies already. Returns what was put back; the rest lies nowhere
    that we know.
    """
    levels = Level.objects.filter(store=store, item__sku__in=units).order_by("pk").select_for_update(of=("self",))
    chosen: dict[str, Level] = {}
    for level in levels.select_related("item", "location"):
        named = place.casefold() in {level.location.name.casefold(), level.location.external_id.casefold()}
        if named or level.item.sku not in chosen:
            chosen[level.item.sku] = level
    for sku, level in chosen.items():
        Level.objects.filter(pk=level.pk).update(on_hand=F("on_hand") + units[sku], changed_at=timezone.now())
    return {sku: units[sku] for sku in chosen}


def _end(chosen: "models.QuerySet[Reservation]", state: str, by: User, because: str, orders: dict[UUID, Order]) -> int:
    """End what is held among `chosen`: levels are locked first, in the order of their keys, as `reserve` does."""
    rows = list(chosen.filter(state=ReservationState.HELD).values_list("pk", "level"))
    if not rows:
        return 0
    levels = {
        level.pk: level
        for level in Level.objects.filter(pk__in={level for _, level in rows})
        .order_by("pk")
        .select_for_update(of=("self",))
        .select_related("location")
    }
    held = list(
        Reservation.objects.filter(pk__in=[pk for pk, _ in rows], state=ReservationState.HELD)
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    now = timezone.now()
    for row in held:
        row.level = level = levels[row.level_id]
        level.reserved, level.changed_at = level.reserved - row.units, now
        if state == ReservationState.USED or row.netted:
            level.on_hand -= row.units
        level.oversold = level.reserved > max(level.on_hand, 0)
        row.state, row.ended_at, row.because = state, now, because[:200]
    Level.objects.bulk_update(levels.values(), ["reserved", "on_hand", "oversold", "changed_at"])
    Reservation.objects.bulk_update(held, ["state", "ended_at", "because"])
    for order in {row.order_id for row in held}:
        for place, units in _by_place([row for row in held if row.order_id == order]).items():
            if state == ReservationState.USED:
                record(Verb.STOCK_USED, by=by, order=orders[order], units=units, location=place)
            else:
                record(Verb.STOCK_RELEASED, by=by, order=orders[order], units=units, location=place, because=because)
    if state == ReservationState.RELEASED:
        _allocate([orders[row] for row in {row.order_id for row in held}])
    return sum(row.units for row in held)


def _by_place(rows: Sequence[Reservation]) -> dict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        found[str(row.level.location)] += row.units
    return dict(sorted(found.items()))


def _allocate(orders: Sequence[Order]) -> None:
    """The allocation axis, from what is kept for the lines that are to be shipped."""
    kept: defaultdict[UUID, int] = defaultdict(int)
    for order_id, units in (
        Reservation.objects.filter(order__in=orders).exclude(state=ReservationState.RELEASED).values_list("order", "units")
    ):
        kept[order_id] += units
    for order in orders:
        wanted = sum(max(line.ordered - line.cancelled, 0) for line in order.lines.all() if line.requires_shipping)
        order.allocation = (
            Allocation.NONE if not kept[order.pk] else Allocation.ALLOCATED if kept[order.pk] >= wanted else Allocation.PARTIAL
        )
    Order.objects.bulk_update(orders, ["allocation"])
    refresh_axes(orders)


def backordered(*, orders: Sequence[Order]) -> None:
    """Nothing can be kept for these orders: they wait for stock. In the caller's unit, who has locked them."""
    for order in orders:
        order.allocation = Allocation.BACKORDERED
    Order.objects.bulk_update(orders, ["allocation"])
    refresh_axes(orders)
