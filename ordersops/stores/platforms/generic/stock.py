"""The sections about places, items, levels and arrivals as facts. An item is called by its SKU."""

from datetime import datetime
from typing import Any

from ordersops.stores.facts import InboundFacts, ItemFacts, LevelFacts, LocationFacts, StockFacts
from ordersops.stores.goods import NEEDS, needs_of
from ordersops.stores.platforms.generic.contract import Arriving, Event, Lying, Place, Section, Stocked

STATES = {"expected", "arrived", "cancelled"}


def stock_of(event: Event, at: datetime) -> StockFacts | None:
    """None where the event says nothing about stock."""
    if event.locations is None and event.stock_items is None and event.levels is None and event.inbound is None:
        return None
    named = [*(event.levels or ()), *(event.inbound or ())]
    stated = [_item(one, at) for one in event.stock_items or ()]
    known = {one.external_id for one in stated}
    stated += [ItemFacts(external_id=sku, sku=sku) for sku in dict.fromkeys(one.sku for one in named) if sku not in known]
    return StockFacts(
        locations=tuple(_location(one, at) for one in event.locations or ()),
        items=tuple(stated),
        levels=tuple(_level(one, at) for one in event.levels or ()),
        inbound=tuple(_inbound(one, at) for one in event.inbound or ()),
    )


def _said(section: Section, *names: str) -> dict[str, Any]:
    """What the sender stated; null is not a statement."""
    return {name: getattr(section, name) for name in names if getattr(section, name) is not None and name in section.model_fields_set}


def _location(part: Place, at: datetime) -> LocationFacts:
    stated = _said(
        part, "name", "kind", "country", "region", "city", "postal_code", "latitude", "longitude", "time_zone", "cut_off", "capacity",
        "handling_days",
    )  # fmt: skip
    if part.active is not None:
        stated["is_active"] = part.active
    if part.capabilities is not None:
        stated["capabilities"] = tuple(word for word in NEEDS if word in part.capabilities)
    if part.serves is not None:
        stated["serves"] = tuple(dict.fromkeys(word[:2] for word in part.serves if word))
    return LocationFacts(external_id=part.id, at=at, **stated)


def _item(part: Stocked, at: datetime) -> ItemFacts:
    stated = _said(part, "title", "grams", "origin", "hs_code")
    if part.needs is not None:
        stated["needs"] = needs_of(part.needs)
    if part.configured is not None:
        stated["configured"] = part.configured
    if part.unit_cost is not None:
        stated |= {"unit_cost": part.unit_cost, "cost_currency": part.currency}
    return ItemFacts(external_id=part.sku, at=at, sku=part.sku, **stated)


def _level(part: Lying, at: datetime) -> LevelFacts:
    return LevelFacts(location=part.location, item=part.sku, at=part.updated_at or at, units=part.on_hand)


def _inbound(part: Arriving, at: datetime) -> InboundFacts:
    return InboundFacts(
        external_id=part.id, at=at, location=part.location, item=part.sku, units=part.units, expected_at=part.expected_at,
        state=part.state if part.state in STATES else "expected",
    )  # fmt: skip
