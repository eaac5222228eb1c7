"""Locations, inventory items and levels of Shopify as facts.

A level states `available`: what can still be sold, after what Shopify itself has set aside for orders it knows.
"""

from datetime import datetime
from typing import Any

from ordersops.errors import Invalid
from ordersops.stores.facts import ItemFacts, LevelFacts, LocationFacts, OrderFacts, StockFacts
from ordersops.stores.goods import is_configured, needs_of
from ordersops.stores.platforms.reading import cost, moment, number, rows, table, text

Body = dict[str, Any]
MOST = 1_000_000_000


def is_stock(topic: str) -> bool:
    return topic.partition("/")[0] in {"locations", "inventory_items", "inventory_levels", "products"}


def location(body: Body, at: datetime) -> OrderFacts:
    """`active` where it is stated; a deleted location comes with its id alone and is inactive."""
    key = _id(body, "id", "location")
    at = moment(body.get("updated_at")) or at
    if not text(body.get("name")):
        return _stock(at, locations=(LocationFacts(external_id=key, at=at, is_active=False),))
    stated = LocationFacts(
        external_id=key, at=at, name=text(body.get("name")), is_active=body.get("active") is not False,
        country=text(body.get("country_code") or body.get("country")).upper(), region=text(body.get("province")),
        city=text(body.get("city")), postal_code=text(body.get("zip")),
    )  # fmt: skip
    return _stock(at, locations=(stated,))


def item(body: Body, at: datetime) -> OrderFacts:
    """Its `cost` is in the shop's currency, and is there only where the app may see what products cost."""
    at = moment(body.get("updated_at")) or at
    stated: dict[str, Any] = {"external_id": _id(body, "id", "inventory item"), "at": at}
    for ours, theirs in (("sku", "sku"), ("origin", "country_code_of_origin"), ("hs_code", "harmonized_system_code")):
        if body.get(theirs) is not None:
            stated[ours] = text(body.get(theirs))
    if body.get("cost") is not None:
        stated["unit_cost"] = cost(body.get("cost"))
    return _stock(at, items=(ItemFacts(**stated),))


def level(body: Body, at: datetime) -> OrderFacts:
    """An absolute count. One without `available` is not stocked there any more: nothing lies there."""
    at = moment(body.get("updated_at")) or at
    found = number(body.get("available"))
    units = int(found) if found is not None and abs(found) <= MOST else 0
    stated = LevelFacts(
        location=_id(body, "location_id", "location"), item=_id(body, "inventory_item_id", "inventory item"), at=at, units=units, net=True
    )
    return _stock(at, levels=(stated,))


def product(body: Body, at: datetime) -> OrderFacts:
    """Each variant is an item; what it needs stands in the tags of the product."""
    at = moment(body.get("updated_at")) or at
    tags = body.get("tags")
    words = [text(tag) for tag in tags] if isinstance(tags, list) else text(tags).split(",")
    found = []
    for variant in rows(body.get("variants")):
        key, grams = text(variant.get("inventory_item_id")), number(variant.get("grams"))
        if key:
            weight: dict[str, Any] = {"grams": int(grams)} if grams is not None and 0 <= grams <= MOST else {}
            found.append(
                ItemFacts(
                    external_id=key,
                    at=at,
                    sku=text(variant.get("sku")),
                    title=text(body.get("title")),
                    needs=needs_of(words),
                    configured=is_configured(words),
                    **weight,
                )
            )
    return _stock(at, items=tuple(found))


def _stock(at: datetime, **found: Any) -> OrderFacts:
    return OrderFacts(at=at, stock=StockFacts(**found))


def _id(body: Body, name: str, what: str) -> str:
    key = text(table(body).get(name))[:200]
    if not key:
        raise Invalid(f"The body names no {what}: “{name}” is empty. There is nothing to apply here.")
    return key
