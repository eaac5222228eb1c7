"""What lies on the shelves. Orders do not draw on it: this shop counts what is free to sell, and corrects it by hand."""

from __future__ import annotations

from zlib import crc32

from graphql import GraphQLResolveInfo

from . import works
from .catalogue import Product, products
from .shopify_once import Writes, refused
from .shopify_parts import gid
from .shopify_rows import Row


class Stock(Writes):
    def inventoryItem(self, info: GraphQLResolveInfo, id: str) -> Row | None:
        product = next((found for found in products(self._shop.index) if gid("InventoryItem", item_key(found)) == id), None)
        if product is None:
            return None

        def level(info: GraphQLResolveInfo, locationId: str) -> Row | None:
            place = _place(locationId)
            if place is None:
                return None
            there = self._director.stock(self._shop, item_key(product), place)
            return {
                "id": f"{gid('InventoryLevel', place)}?inventory_item_id={item_key(product)}",
                "quantities": lambda info, names: [{"name": name, "quantity": there} for name in names if name == "available"],
            }

        return {"id": id, "sku": product.sku, "inventoryLevel": level}

    def inventoryAdjustQuantities(self, info: GraphQLResolveInfo, input: Row) -> Row:
        return self._done.once(self._shop, info, input, lambda: self._adjust(input))

    def _adjust(self, input: Row) -> Row:
        if input["name"] != "available":
            return refused(
                "inventoryAdjustmentGroup", "The quantity name is not one that can be adjusted", "name", code="INVALID_QUANTITY_NAME"
            )
        items = {gid("InventoryItem", item_key(found)): item_key(found) for found in products(self._shop.index)}
        changes = []
        for change in input["changes"]:
            place, item = _place(change["locationId"]), items.get(change["inventoryItemId"])
            if item is None:
                return refused("inventoryAdjustmentGroup", "The item does not exist", "changes", code="INVALID_INVENTORY_ITEM")
            if place is None:
                return refused("inventoryAdjustmentGroup", "The location does not exist", "changes", code="INVALID_LOCATION")
            now, expected = self._director.stock(self._shop, item, place), change.get("changeFromQuantity")
            if expected is not None and expected != now:
                return refused("inventoryAdjustmentGroup", "The quantity has changed", "changes", code="CHANGE_FROM_QUANTITY_STALE")
            changes.append((item, place, int(change["delta"])))
        number = self._director.adjust(self._shop, changes)
        return {"inventoryAdjustmentGroup": {"id": gid("InventoryAdjustmentGroup", number)}, "userErrors": []}


def item_key(product: Product) -> int:
    return 44_000_000_000_000 + crc32(product.sku.encode())


def _place(id: str) -> int | None:
    return next((key for key in works.PLACES if gid("Location", key) == id), None)
