"""gather(): the evidence of the triage lane for a batch of orders, from a constant number of queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.utils import timezone

from ordersops.advice.facts import Evidence
from ordersops.orders.lifecycle import PAYMENT_OK, SHIPPED_STATUSES, parcels
from ordersops.orders.models import Line, Order, Shipment
from ordersops.stock.models import Item, Level, Location, Reservation, ReservationState
from ordersops.stock.queries import arriving, levels_for, queued
from ordersops.stores.worktime import Calendar, between
from triage.addresses import check
from triage.catalogue import Sheet
from triage.handing import OFF, Handed, answer, handed, in_force
from triage.limits import LIMITS
from triage.models import RoutingResult
from triage.routing import Ask, Node, Settings, Wanted, route
from triage.routing.filters import crosses
from triage.routing.freeze import freeze_ask, freeze_node

EXPRESS = ("express", "expedited", "next day", "next-day", "overnight", "priority", "eilversand", "same day")
NEXT_DAY = ("next day", "next-day", "overnight", "same day", "next_day")
GIFT = frozenset({"gift", "gift-wrap", "gift_wrap", "gift wrap", "gift wrapping"})
COMPANY = frozenset({"b2b", "wholesale", "company"})
SEEN_BY_CARRIER = frozenset(
    {"in_transit", "out_for_delivery", "ready_for_pickup", "attempted_delivery", "delivered", "delayed", "carrier_picked_up"}
)
LOST = frozenset({"lost"})
DEAD = frozenset({"cancelled", "error"})
WEEK = timedelta(days=7)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(slots=True)
class Around:
    """What the batch has in common, read once."""

    now: datetime
    items: Mapping[tuple[UUID, str], Item] = field(default_factory=dict)
    places: Mapping[UUID, list[Location]] = field(default_factory=dict)
    levels: Mapping[tuple[UUID, str], list[Level]] = field(default_factory=dict)
    kept: Mapping[tuple[UUID, UUID], int] = field(default_factory=dict)  # (order, level) -> units of the order itself
    demand: Mapping[UUID, int] = field(default_factory=dict)  # level -> units in seven days
    queued: Mapping[UUID, int] = field(default_factory=dict)
    inbound: Mapping[tuple[UUID, str], datetime] = field(default_factory=dict)
    twins: Mapping[UUID, Order] = field(default_factory=dict)
    routed: Mapping[UUID, RoutingResult] = field(default_factory=dict)
    requests: Mapping[UUID, list[Handed]] = field(default_factory=dict)
    settings: Mapping[UUID, Settings] = field(default_factory=dict)  # store -> how routing weighs there


def gather(orders: Sequence[Order], settings: Mapping[UUID, Settings] | None = None) -> dict[UUID, Evidence]:
    """The evidence for each order. The orders come with `store` and `customer`; the rest takes fifteen queries for the whole batch.

    What is counted of plans goes by `settings`, those of the policy that holds in each store.
    """
    prefetch_related_objects(orders, "lines", "transactions", "shipments")
    around = _around(orders, timezone.now())
    around.settings = settings or {}
    return {order.pk: _evidence(order, around) for order in orders}


def _around(orders: Sequence[Order], now: datetime) -> Around:
    skus = {(order.store_id, line.sku) for order in orders for line in order.lines.all() if line.sku}
    stores, ids = {order.store_id for order in orders}, [order.pk for order in orders]
    items = Item.objects.filter(store__in=stores, sku__in={sku for _, sku in skus})
    places: defaultdict[UUID, list[Location]] = defaultdict(list)
    for place in Location.objects.filter(store__in=stores):
        places[place.store_id].append(place)
    levels: defaultdict[tuple[UUID, str], list[Level]] = defaultdict(list)
    for level in levels_for(skus):
        levels[level.store_id, level.item.sku].append(level)
    lying = [level.pk for found in levels.values() for level in found]
    own: defaultdict[tuple[UUID, UUID], int] = defaultdict(int)
    for order_id, level_id, units in Reservation.objects.filter(order__in=ids, state=ReservationState.HELD).values_list(
        "order", "level", "units"
    ):
        own[order_id, level_id] += units
    demand: defaultdict[UUID, int] = defaultdict(int)
    recent = Reservation.objects.filter(level__in=lying, made_at__gte=now - WEEK).exclude(state=ReservationState.RELEASED)
    for level_id, order_id, units in recent.values_list("level", "order", "units"):
        demand[level_id] += units if order_id not in ids else 0
    return Around(
        now=now, items={(item.store_id, item.sku): item for item in items}, places=places, levels=levels, kept=own, demand=demand,
        queued=queued([place.pk for found in places.values() for place in found]), inbound=arriving(skus, now=now),
        twins=_twins(orders), routed={row.order_id: row for row in RoutingResult.objects.filter(order__in=ids)},
        requests=handed(ids),
    )  # fmt: skip


def _twins(orders: Sequence[Order]) -> dict[UUID, Order]:
    """The order before it of the same customer, with the same lines over the same total, where one was placed within an hour."""
    known = [order for order in orders if order.email_key is not None and order.placed_at is not None]
    if not known:
        return {}
    within = timedelta(minutes=int(LIMITS["duplicate_minutes"]))
    first, last = min(order.placed_at for order in known if order.placed_at), max(order.placed_at for order in known if order.placed_at)
    rows = Order.objects.filter(
        store__in={order.store_id for order in known}, email_key__in={order.email_key for order in known}, placed_at__gte=first - within,
        placed_at__lte=last, cancelled_at__isnull=True,
    ).prefetch_related("lines")  # fmt: skip
    others = list(rows.order_by("-placed_at"))
    found = {}
    for order in known:
        assert order.placed_at is not None
        for other in others:
            same = (other.store_id, other.email_key, other.total) == (order.store_id, order.email_key, order.total)
            assert other.placed_at is not None
            before = (other.placed_at, str(other.pk)) < (order.placed_at, str(order.pk)) and other.placed_at >= order.placed_at - within
            if other.pk != order.pk and same and before and _basket(other) == _basket(order):
                found[order.pk] = other
                break
    return found


def _basket(order: Order) -> list[tuple[str, int]]:
    return sorted((line.sku or line.title, line.ordered) for line in order.lines.all())


def _evidence(order: Order, around: Around) -> Evidence:
    sheet = Sheet()
    lines = [line for line in order.lines.all() if line.requires_shipping and line.ordered > line.cancelled]
    items = {line.pk: around.items.get((order.store_id, line.sku)) for line in lines}
    needs = _goods(sheet, order, lines, items)
    _head(sheet, order, around)
    _destination(sheet, order, lines, items, around)
    _money(sheet, order, around)
    _routing(sheet, order, lines, items, needs, around)
    _progress(sheet, order, lines, around)
    return Evidence(sheet.facts())


def _head(sheet: Sheet, order: Order, around: Around) -> None:
    words = f"{order.shipping_method} {' '.join(str(tag) for tag in order.tags)}".casefold()
    tags = {str(tag).casefold() for tag in order.tags}
    sheet.put("order", str(order.pk))
    sheet.put("number", order.number or order.external_id)
    sheet.put("placed_at", order.placed_at)
    sheet.put("total", order.total, unit=order.currency)
    sheet.put("tier", order.customer.tier if order.customer else "")
    sheet.put("company", bool(order.shipping_address.get("company")) and bool(tags & COMPANY))
    sheet.put("service", order.shipping_method)
    sheet.put("express", any(word in words for word in EXPRESS))
    sheet.put("next_day", any(word in words for word in NEXT_DAY))
    sheet.put("gift", bool(tags & GIFT))
    sheet.put("gift_message", bool(tags & GIFT) and bool(order.note.strip()))
    sheet.put("note", order.note[:500])
    sheet.put("risk", order.risk)
    sheet.put("on_hold", order.on_hold)
    if twin := around.twins.get(order.pk):
        assert order.placed_at is not None
        assert twin.placed_at is not None
        sheet.put("duplicate_of", str(twin.pk))
        sheet.put("duplicate_minutes", Decimal((order.placed_at - twin.placed_at) // timedelta(minutes=1)))


def _goods(sheet: Sheet, order: Order, lines: Sequence[Line], items: Mapping[UUID, Item | None]) -> frozenset[str]:
    known = [item for item in items.values() if item is not None]
    needs = {need for item in known for need in item.needs}
    if any((item.grams or 0) >= LIMITS["oversize_grams"] for item in known):
        needs.add("oversize")
    sheet.put("lines", len(lines))
    sheet.put("units", sum(line.ordered - line.cancelled for line in lines))
    sheet.put("needs", [{"need": need} for need in sorted(needs)])
    if known:
        for need in ("hazmat", "lithium", "oversize", "cold_chain"):
            sheet.put(need, need in needs)
        configured = sum(item.configured for item in known)
        sheet.put("configured", configured)
        sheet.put("unspecified", configured if configured and not order.note.strip() else 0)
    if {str(tag).casefold() for tag in order.tags} & GIFT:
        needs.add("gift_wrap")
    return frozenset(needs)


def _destination(sheet: Sheet, order: Order, lines: Sequence[Line], items: Mapping[UUID, Item | None], around: Around) -> None:
    address = order.shipping_address
    country, home = str(address.get("country") or "").upper(), _home(order, around)
    sheet.put("country", country)
    sheet.put("home_country", home)
    if country and home:
        sheet.put("international", country != home)
        sheet.put("customs", crosses(home, country))
        missing = [
            {"line": line.external_id, "sku": line.sku}
            for line in lines
            if (item := items[line.pk]) is None or not (item.hs_code and item.origin)
        ]
        if crosses(home, country):
            sheet.put("customs_missing", missing)
    if lines:
        found = check(address)
        sheet.put("address_state", None if found.state == "unknown" else found.state)
        sheet.put("address_problems", [{"field": one.field, "code": one.code, "says": one.says} for one in found.problems])
        sheet.put("address_correction", [{"field": one.field, "before": one.before, "after": one.after} for one in found.correction])


def _home(order: Order, around: Around) -> str:
    """The store's country: as it says, else that of its first location."""
    return order.store.country or next((place.country for place in around.places.get(order.store_id, ()) if place.country), "")


def _money(sheet: Sheet, order: Order, around: Around) -> None:
    sheet.put("payment", order.payment)
    asked = [one for one in order.transactions.all() if one.kind in {"authorization", "sale"}]
    tried = sorted(((one.at, one) for one in asked if one.at), key=lambda pair: (pair[0], pair[1].external_id))
    if tried:
        failed = [(at, one) for at, one in tried if one.status in {"failure", "error"}]
        sheet.put("declined", tried[-1][1].status in {"failure", "error"})
        if failed:
            sheet.put("declined_code", failed[-1][1].error_code.casefold())
            sheet.put("declined_hours", _hours(around.now - failed[0][0]))
            sheet.put("engaged", len(tried) > 1)
        ends = [one.expires_at for _, one in tried if one.status == "success" and one.expires_at]
        if ends and order.payment == "authorized":
            sheet.put("authorised_hours_left", max(_hours(ends[-1] - around.now), Decimal(0)))
    if order.placed_at and order.payment in {"pending", "unknown"}:
        sheet.put("payment_hours", _hours(around.now - order.placed_at))


def _routing(
    sheet: Sheet, order: Order, lines: Sequence[Line], items: Mapping[UUID, Item | None], needs: frozenset[str], around: Around
) -> None:
    places = around.places.get(order.store_id, [])
    row = around.routed.get(order.pk)
    sheet.put("routed", bool(row and row.parcels))
    sheet.put("node", row.node if row else "")
    sheet.put("reroutes", row.reroutes if row else 0)
    if row and row.refused_by:
        sheet.put("refused_by", [{"node": node} for node in row.refused_by])
    _handed(sheet, order, row, around)
    left = [line for line in lines if line.ordered - line.cancelled > line.shipped]
    if not places or not left:
        return
    ask = _ask(order, left, items, needs, row, around)
    nodes = tuple(_node(place, order, left, around) for place in places)
    found = route(ask, nodes, around.settings.get(order.store_id) or Settings())
    sheet.put("routing_ask", [freeze_ask(ask)])
    sheet.put("routing_nodes", [freeze_node(node) for node in nodes])
    sheet.put("plans", len(found.plans))
    sheet.put("missing_units", sum(found.missing.values()))
    sheet.put("hazmat_excluded", "hazmat" in needs and not found.plans and any("hazardous" in one.says for one in found.excluded))
    more = [at for line in left if (at := around.inbound.get((order.store_id, line.sku)))]
    if more and found.missing:
        sheet.put("inbound_days", Decimal((max(more) - around.now) // DAY))


def _handed(sheet: Sheet, order: Order, row: RoutingResult | None, around: Around) -> None:
    """What the warehouses said that the routing in force has asked; how long one has been silent counts by its own working days."""
    requests = in_force(around.requests.get(order.pk, ()), row)
    found = answer(requests)
    if found is None:
        return
    sheet.put("node_answer", "rejected" if found.state in OFF else found.state)
    sheet.put("node_reason", found.reason or ("cancelled" if found.state == "cancelled" else ""))
    sheet.put("node_address_old", any(one.state in {"sent", "accepted"} and not one.told(order) for one in requests))
    if found.state == "sent":
        place = next((one for one in around.places.get(order.store_id, ()) if one.external_id == found.location), None)
        sheet.put("unanswered_hours", _hours(between(place.calendar if place else working_days(order), found.since, around.now)))


def _ask(
    order: Order, lines: Sequence[Line], items: Mapping[UUID, Item | None], needs: frozenset[str], row: RoutingResult | None, around: Around
) -> Ask:
    address = order.shipping_address
    latitude, longitude = address.get("latitude"), address.get("longitude")
    words = order.shipping_method.casefold()
    wanted = []
    for line in lines:
        item, units = items[line.pk], line.ordered - line.cancelled - line.shipped
        grams = (item.grams or 0) if item else 0
        wanted.append(Wanted(str(line.pk), line.sku, units, (line.price or Decimal(0)) * units, grams))
    return Ask(
        lines=tuple(wanted), country=str(address.get("country") or "").upper(), now=around.now.astimezone(UTC).replace(second=0, microsecond=0),
        needs=needs, point=(float(latitude), float(longitude)) if latitude is not None and longitude is not None else None,
        channel=order.source, value=order.total or Decimal(0), service="expedited" if any(word in words for word in EXPRESS) else "standard",
        promised=(around.now + DAY).date() if any(word in words for word in NEXT_DAY) else None,
        not_from=frozenset(row.refused_by if row else ()),
    )  # fmt: skip


def _node(place: Location, order: Order, lines: Sequence[Line], around: Around) -> Node:
    """The place with what is free there for this order: what is kept for it already counts as free."""
    free: dict[str, int] = {}
    demand: dict[str, int] = {}
    for sku in {line.sku for line in lines if line.sku}:
        for level in around.levels.get((order.store_id, sku), ()):
            if level.location_id == place.pk:
                own = around.kept.get((order.pk, level.pk), 0)
                free[sku] = 0 if level.oversold and not own else max(level.on_hand - level.reserved - level.safety_stock + own, 0)
                demand[sku] = around.demand.get(level.pk, 0)
    point = (place.latitude, place.longitude) if place.latitude is not None and place.longitude is not None else None
    own_here = any(order_id == order.pk for order_id, _ in around.kept)
    return Node(
        id=str(place.pk), name=str(place), country=place.country, free=free, active=place.is_active,
        paused=(place.paused_note or "by hand") if place.paused else "", capabilities=frozenset(place.capabilities), serves=frozenset(place.serves),
        channels=frozenset(place.channels), calendar=place.calendar, cut_off=place.cut_off, handling_days=place.handling_days,
        capacity=place.capacity, queued=max(around.queued.get(place.pk, 0) - own_here, 0), point=point, pick_pack=place.pick_pack,
        priority=place.priority, demand=demand,
    )  # fmt: skip


def _progress(sheet: Sheet, order: Order, lines: Sequence[Line], around: Around) -> None:
    """How far it is: what has left, and how long the carrier has said nothing."""
    gone = bool(lines) and all(line.shipped >= line.ordered - line.cancelled for line in lines)
    sheet.put("shipped", gone or not lines)
    sheet.put("delivered", order.fulfilment == "delivered")
    if order.payment in PAYMENT_OK and not gone and lines and (since := _paid_at(order)):
        sheet.put("unshipped_hours", _hours(around.now - since))
    sent = [one for one in parcels(order.shipments.all()) if one.status not in DEAD]
    if not sent:
        return
    worst = max(sent, key=lambda one: around.now - (_told(one) or around.now))
    calendar = working_days(order)
    sheet.put("carrier", worst.carrier.strip()[:60])
    sheet.put("tracking", bool(worst.tracking_numbers))
    sheet.put("delivery_failed", any(one.status in {"attempted_delivery", "failure"} for one in sent))
    sheet.put("carrier_lost", any(one.status in LOST for one in sent))
    told = _told(worst)
    if told is None or worst.status == "delivered":
        return
    days = Decimal(between(calendar, told, around.now) // DAY)
    if worst.status in SEEN_BY_CARRIER:
        sheet.put("silent_days", days)
    elif worst.status in SHIPPED_STATUSES | {"pending", "label_purchased", "label_printed", "confirmed"}:
        sheet.put("unscanned_days", days)


def _told(shipment: Shipment) -> datetime | None:
    return shipment.source_at or shipment.shipped_at


def _paid_at(order: Order) -> datetime | None:
    good = [
        one.at
        for one in order.transactions.all()
        if one.status == "success" and one.at and one.kind in {"authorization", "sale", "capture"}
    ]
    return min(good) if good else order.placed_at


def working_days(order: Order) -> Calendar:
    """Working days as carriers and partners count them: Monday to Friday, without the public holidays of the store's country."""
    return Calendar(zone=order.store.time_zone, days=frozenset(range(5)), country=order.store.country)


def _hours(span: timedelta) -> Decimal:
    return Decimal(span // HOUR)
