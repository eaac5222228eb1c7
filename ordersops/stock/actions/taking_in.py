"""Taking in what a store says about places and what lies there. The one way in."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.db import connection
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.orders.watermarks import take, watermark
from ordersops.stock.models import Inbound, Item, Kind, Level, Location, Reservation, ReservationState
from ordersops.stores.facts import Facts, InboundFacts, LevelFacts, LocationFacts, StockFacts

_PLACE = ("is_active", "region", "city", "postal_code", "latitude", "longitude", "cut_off", "capacity", "handling_days")
_ITEM_FIELDS = ["sku", "title", "grams", "origin", "hs_code", "needs", "configured", "unit_cost", "cost_currency"]
_LEVEL_FIELDS = ["on_hand", "net", "oversold", "source_at", "mark", "changed_at"]


@dataclass(slots=True)
class Moved:
    """What changed for orders: the SKUs of a store of which there is more or less, and the locations that changed."""

    skus: set[tuple[UUID, str]] = field(default_factory=set)
    locations: set[UUID] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.skus or self.locations)


@atomic
def take_in(*, facts: Sequence[tuple[UUID, StockFacts]], by: User) -> Moved:
    """Take in (store id, facts) in the order of arrival. Older facts and the same facts again change nothing.

    A level is an absolute count with a watermark, never a difference. Where less lies there than is kept for orders, the level is
    oversold until it is enough again. One event for each store in which something changed. The number of queries does not depend on
    how many facts there are.
    """
    moved = Moved()
    stores = sorted({store for store, _ in facts})
    if not stores:
        return moved
    with connection.cursor() as cursor:  # what has no row yet cannot be locked by row
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(key, 7103)) FROM unnest(%s::text[]) AS key", [[str(s) for s in stores]]
        )
    batch = _Batch(facts)
    batch.take_places(moved)
    batch.take_items(moved)
    batch.take_levels(moved)
    batch.take_inbound(moved)
    for store, counts in batch.told.items():
        record(
            Verb.STOCK_TOLD, by=by, store=store, locations=counts["locations"], items=counts["items"], levels=counts["levels"],
            inbound=counts["inbound"],
        )  # fmt: skip
    return moved


class _Batch:
    """The rows that these facts are about, by (store, external id)."""

    def __init__(self, facts: Sequence[tuple[UUID, StockFacts]]) -> None:
        self.facts = facts
        self.told: defaultdict[UUID, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        keys = {name: set[tuple[UUID, str]]() for name in ("places", "items", "inbound")}
        for store, fact in facts:
            keys["places"] |= {(store, one.external_id) for one in fact.locations}
            lying: list[LevelFacts | InboundFacts] = [*fact.levels, *fact.inbound]
            keys["places"] |= {(store, one.location) for one in lying}
            keys["items"] |= {(store, one.external_id) for one in fact.items} | {(store, one.item) for one in lying}
            keys["inbound"] |= {(store, one.external_id) for one in fact.inbound}
        self.places: dict[tuple[UUID, str], Location] = _rows(Location, keys["places"])
        self.items: dict[tuple[UUID, str], Item] = _rows(Item, keys["items"])
        self.inbound: dict[tuple[UUID, str], Inbound] = _rows(Inbound, keys["inbound"])
        # A level may be told before its place or item is.
        self.new_places = {key: Location(store_id=key[0], external_id=key[1]) for key in keys["places"] - self.places.keys()}
        self.new_items = {key: Item(store_id=key[0], external_id=key[1]) for key in keys["items"] - self.items.keys()}
        self.places |= self.new_places
        self.items |= self.new_items

    def take_places(self, moved: Moved) -> None:
        changed: dict[UUID, Location] = {}
        for store, fact in self.facts:
            for one in fact.locations:
                row = self.places[store, one.external_id]
                if _set(row, one, _place_values(one)):
                    changed[row.pk] = row
        self._write(
            Location, self.new_places, changed, "locations", ["name", "country", "kind", "capabilities", "serves", "time_zone", *_PLACE]
        )
        moved.locations |= changed.keys()

    def take_items(self, moved: Moved) -> None:
        changed: dict[UUID, Item] = {}
        for store, fact in self.facts:
            for one in fact.items:
                row = self.items[store, one.external_id]
                values = one.model_dump(exclude={"external_id", "at", "needs"}) | {"needs": list(one.needs)}
                values["origin"] = one.origin.upper() if len(one.origin) == 2 else ""
                values["hs_code"] = one.hs_code[:20]
                if _set(row, one, values):
                    changed[row.pk] = row
                    moved.skus.add((store, row.sku))
        self._write(Item, self.new_items, changed, "items", _ITEM_FIELDS)

    def take_levels(self, moved: Moved) -> None:
        told = [(store, one) for store, fact in self.facts for one in fact.levels]
        places = {self.places[store, one.location].pk for store, one in told}
        items = {self.items[store, one.item].pk for store, one in told}
        # In the order of their keys, as everybody locks them who keeps units.
        found = Level.objects.filter(location__in=places, item__in=items).order_by("pk").select_for_update() if told else []
        levels = {(level.location_id, level.item_id): level for level in found}
        new: dict[UUID, Level] = {}
        changed: dict[UUID, Level] = {}
        now = timezone.now()
        kept = _Kept(list(levels.values())) if any(one.net for _, one in told) else None
        for store, one in told:
            place, item = self.places[store, one.location], self.items[store, one.item]
            level = levels.get((place.pk, item.pk))
            if level is None:
                level = levels[place.pk, item.pk] = Level(store_id=store, location=place, item=item)
                new[level.pk] = level
            mark = watermark(one.at, one)
            if mark <= level.mark:
                continue
            level.mark, level.source_at, level.changed_at = mark, one.at, now
            units = one.units + (kept.taken_off(level, one.at) if kept and one.net else 0)
            if level.on_hand != units:
                moved.skus.add((store, item.sku))
            level.on_hand, level.net, level.oversold = units, one.net, level.reserved > max(units, 0)
            changed[level.pk] = level
        if kept:
            kept.write()
        self._write(Level, new, changed, "levels", _LEVEL_FIELDS)

    def take_inbound(self, moved: Moved) -> None:
        new: dict[UUID, Inbound] = {}
        changed: dict[UUID, Inbound] = {}
        for store, fact in self.facts:
            for one in fact.inbound:
                row = self.inbound.get((store, one.external_id))
                if row is None:
                    row = self.inbound[store, one.external_id] = Inbound(store_id=store, external_id=one.external_id)
                    new[row.pk] = row
                mark = watermark(one.at, one)
                if mark <= row.mark:
                    continue
                row.mark, row.source_at, row.units, row.expected_at, row.state = mark, one.at, one.units, one.expected_at, one.state
                row.location, row.item = self.places[store, one.location], self.items[store, one.item]
                moved.skus.add((store, row.item.sku))
                changed[row.pk] = row
        self._write(Inbound, new, changed, "inbound", ["location", "item", "units", "expected_at", "state", "source_at", "mark"])

    def _write(self, model: Any, new: Any, changed: dict[UUID, Any], counted: str, fields: list[str]) -> None:
        rows = {row.pk: row for row in new.values()}
        model.objects.bulk_create(rows.values())
        own = ["source_at", "marks"] if model in (Location, Item) else []
        if updated := [row for pk, row in changed.items() if pk not in rows]:
            model.objects.bulk_update(updated, list(dict.fromkeys([*fields, *own])))
        for row in {**rows, **changed}.values():
            self.told[row.store_id][counted] += 1


class _Kept:
    """What is kept at levels whose store states them after what it has sold: it has taken off its orders itself, once it knew of them.

    That is so for an order that was placed before the statement, where the units were kept here before it too: the store follows the
    routing (fulfilment.move). So they are added to the statement, and not taken off a second time.
    """

    def __init__(self, levels: Sequence[Level]) -> None:
        rows = Reservation.objects.filter(level__in=[level.pk for level in levels], state=ReservationState.HELD).select_related("order")
        self._of: defaultdict[UUID, list[Reservation]] = defaultdict(list)
        for row in rows:
            self._of[row.level_id].append(row)
        self._changed: list[Reservation] = []

    def taken_off(self, level: Level, at: datetime | None) -> int:
        units = 0
        for row in self._of[level.pk]:
            known = at is not None and row.order.placed_at is not None and max(row.order.placed_at, row.made_at) <= at
            if known and not row.netted:
                row.netted = True
                self._changed.append(row)
            units += row.units if row.netted else 0
        return units

    def write(self) -> None:
        if self._changed:
            Reservation.objects.bulk_update(self._changed, ["netted"])


def _rows(model: Any, keys: set[tuple[UUID, str]]) -> dict[tuple[UUID, str], Any]:
    if not keys:
        return {}
    found = model.objects.filter(store__in={store for store, _ in keys}, external_id__in={key for _, key in keys})
    return {(row.store_id, row.external_id): row for row in found if (row.store_id, row.external_id) in keys}


def _set(row: Any, facts: Facts, values: dict[str, Any]) -> bool:
    """Take the fields in which these facts are the newest statement; whether any of them changed anything."""
    changed = False
    for name in take(row, facts, getattr(facts, "at", None)) & values.keys():
        if getattr(row, name) != values[name]:
            setattr(row, name, values[name])
            changed = True
    return changed


def _place_values(one: LocationFacts) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(one, name) for name in _PLACE}
    values |= {"name": one.name[:200], "country": one.country.upper() if len(one.country) == 2 else ""}
    values |= {"region": one.region[:120], "city": one.city[:120]}
    values |= {"capabilities": list(one.capabilities), "serves": list(one.serves)}
    values["kind"] = one.kind if one.kind in Kind.values else Kind.WAREHOUSE.value
    values["time_zone"] = one.time_zone if one.time_zone in available_timezones() else "UTC"
    return values
