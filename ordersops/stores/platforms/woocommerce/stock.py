"""Products of WooCommerce as stock. The shop knows one place: its own.

`stock_quantity` is what can still be sold; a product whose stock is not managed has no level, and routing does not count on it.
"""

from datetime import datetime
from typing import Any

from ordersops.stores.facts import ItemFacts, LevelFacts, LocationFacts, OrderFacts, StockFacts
from ordersops.stores.goods import is_configured, needs_of
from ordersops.stores.platforms.reading import number, rows, text
from ordersops.stores.platforms.woocommerce import parts

Body = dict[str, Any]
PLACE = "shop"
MOST = 1_000_000_000


def product(body: Body, at: datetime, key: str) -> OrderFacts:
    at = parts.since(body, "date_modified") or at
    words = [text(tag.get("name")) for tag in rows(body.get("tags"))]
    stated: dict[str, Any] = {}
    if isinstance(body.get("tags"), list):
        stated = {"needs": needs_of(words), "configured": is_configured(words)}
    item = ItemFacts(external_id=key, at=at, sku=text(body.get("sku")), title=text(body.get("name")), **stated)
    units, levels = number(body.get("stock_quantity")), tuple[LevelFacts, ...]()
    if body.get("manage_stock") is not False and units is not None and abs(units) <= MOST:
        levels = (LevelFacts(location=PLACE, item=key, at=at, units=int(units), net=True),)
    place = LocationFacts(external_id=PLACE, name="Shop")
    return OrderFacts(at=at, stock=StockFacts(locations=(place,), items=(item,), levels=levels))


def gone(key: str, at: datetime) -> OrderFacts:
    """A deleted product: nothing of it lies there."""
    return OrderFacts(at=at, stock=StockFacts(levels=(LevelFacts(location=PLACE, item=key, at=at, units=0),)))
