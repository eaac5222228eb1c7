"""What lies on the shelves of each shop when the world begins, told in the shop's own format: places, items, and absolute counts.

The first place has everything; the second has the small things, and of every seventh item nothing lies anywhere.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zlib import crc32

from . import works
from .catalogue import Product, products
from .config import Shop
from .lying import needs, units
from .messages import Message, encode, new_id
from .shopify_stock import item_key

# name, city, postal code, latitude, longitude; by currency, as the shops' customers live there
HOMES = {
    "USD": (("US", "Main warehouse", "Reno", "89501", 39.53, -119.81), ("US", "Second warehouse", "Columbus", "43215", 39.96, -83.0)),
    "EUR": (("DE", "Main warehouse", "Leipzig", "04103", 51.34, 12.37), ("DE", "Second warehouse", "Hamburg", "20457", 53.54, 9.99)),
}
EVERYTHING = ["hazmat", "lithium", "oversize", "gift_wrap", "customs"]


def told(shop: Shop, *, now: datetime) -> list[Message]:
    """The messages that tell it, in an order in which they make sense."""
    match shop.platform:
        case "generic":
            documents = _generic(shop, now)
        case "shopify":
            documents = _shopify(shop, now)
        case "woocommerce":
            documents = _woocommerce(shop, now)
    hooks: list[Any] = [None] if shop.platform == "generic" else shop.hooks
    return [
        Message(
            shop=shop, topic=topic, body=encode(document), webhook_id=new_id(shop), event_id=str(uuid.uuid4()), story="stock", about="stock", lane=0,
            triggered_at=now, hook=hook,
        )
        for topic, document in documents
        for hook in hooks
        if hook is None or (hook.topic == topic and hook.status == "active")
    ]  # fmt: skip


def _goods(shop: Shop) -> list[Product]:
    return [product for product in products(shop.index) if product.requires_shipping]


def _cost(one: Product) -> str:
    """What the shop paid for one: between 45 and 74 per cent of its price, the same each time."""
    return f"{one.price * (45 + crc32(one.title.encode()) % 30) / 100:.2f}"


def _homes(shop: Shop) -> Iterator[tuple[int, tuple[str, str, str, str, float, float]]]:
    return enumerate(HOMES.get(shop.currency, HOMES["EUR"]))


def _generic(shop: Shop, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    at = now.isoformat()
    places = [
        {
            "id": f"place-{number}", "name": name, "country": country, "city": city, "postal_code": code,
            "latitude": latitude, "longitude": longitude,
            "capabilities": EVERYTHING if number == 0 else ["gift_wrap", "lithium"], "time_zone": "Europe/Berlin", "capacity": 400,
            "handling_days": 1, "cut_off": ("16:00", "14:30")[number % 2],
        }
        for number, (country, name, city, code, latitude, longitude) in _homes(shop)
    ]  # fmt: skip
    items = [
        {
            "sku": one.sku, "title": one.title, "grams": one.grams, "origin": "DE", "needs": needs(one),
            "hs_code": f"{crc32(one.sku.encode()) % 900000 + 100000}", "unit_cost": _cost(one), "currency": shop.currency,
        }
        for one in _goods(shop)
    ]  # fmt: skip
    levels = [
        {"location": place["id"], "sku": one.sku, "on_hand": units(one, number), "updated_at": at}
        for one in _goods(shop)
        for number, place in enumerate(places)
    ]
    yield "stock.updated", {"event": "stock.updated", "occurred_at": at, "locations": places, "stock_items": items, "levels": levels}


def _shopify(shop: Shop, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    at, keys = now.isoformat(), (works.HOME, works.BRANCH)
    for number, (country, name, city, code, _, _) in _homes(shop):
        yield "locations/create", {
            "id": keys[number], "name": name, "active": True, "country_code": country, "city": city, "zip": code, "updated_at": at,
        }  # fmt: skip
    for one in _goods(shop):
        variant = {"id": item_key(one) + 1, "inventory_item_id": item_key(one), "sku": one.sku, "grams": one.grams}
        yield "products/create", {
            "id": item_key(one) + 2, "title": one.title, "tags": ", ".join(needs(one)), "updated_at": at, "variants": [variant],
        }  # fmt: skip
        yield "inventory_items/update", {
            "id": item_key(one), "sku": one.sku, "country_code_of_origin": "US", "harmonized_system_code": "950699", "updated_at": at,
            "cost": _cost(one),
        }  # fmt: skip
        for number, key in enumerate(keys):
            yield "inventory_levels/update", {
                "inventory_item_id": item_key(one), "location_id": key, "available": units(one, number), "updated_at": at,
            }  # fmt: skip


def _woocommerce(shop: Shop, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    at = now.replace(tzinfo=None).isoformat(timespec="seconds")
    for one in _goods(shop):
        yield "product.created", {
            "id": crc32(one.sku.encode()), "name": one.title, "sku": one.sku, "manage_stock": True, "stock_quantity": units(one, 0),
            "date_modified_gmt": at, "date_modified": at, "tags": [{"name": need} for need in needs(one)],
        }  # fmt: skip
