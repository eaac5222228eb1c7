"""Changing the stock of an item at a location by a difference. Its value does not tell whether we did it; the key does."""

from typing import TYPE_CHECKING

from ordersops.effects.connectors import Seen
from ordersops.effects.connectors.shopify.act import Writes, there
from ordersops.stores.platforms.reading import rows
from ordersops.stores.platforms.shopify.admin import Admin, gid

if TYPE_CHECKING:
    from ordersops.effects.models import Effect

# What Shopify takes as a reason of an adjustment; anything else a person wrote is a correction.
REASONS = frozenset(
    {
        "correction", "cycle_count_available", "damaged", "movement_canceled", "movement_created", "movement_received", "movement_updated",
        "other", "promotion", "quality_control", "received", "reservation_created", "reservation_deleted", "reservation_updated", "restock",
        "safety_stock", "shrinkage",
    }
)  # fmt: skip


class Adjust:
    """Done as soon as Shopify accepted it. The expected quantity is left open: the key makes it happen once, and a repetition
    has to say the very same."""

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        item, location = gid("InventoryItem", effect.arguments["item"]), gid("Location", effect.arguments["location"])
        found = there(
            admin.ask("stock_level", item=item, location=location).fields.get("inventoryItem"), f"item {effect.arguments['item']}"
        )
        level = there(found.get("inventoryLevel"), f"stock of item {effect.arguments['item']} at this location")
        now = next((int(row["quantity"]) for row in rows(level.get("quantities")) if row.get("name") == "available"), 0)
        return Seen(effect.accepted_at is not None, {"available": (str(now), str(now + effect.arguments["delta"]))})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        wanted = effect.arguments
        change = {
            "inventoryItemId": gid("InventoryItem", wanted["item"]),
            "locationId": gid("Location", wanted["location"]),
            "delta": wanted["delta"],
            "changeFromQuantity": None,
        }
        adjustment = {
            "name": "available",
            "reason": wanted["reason"] if wanted["reason"] in REASONS else "correction",
            "referenceDocumentUri": f"gid://ordersops/Effect/{effect.pk}",
            "changes": [change],
        }
        return [("stock_adjust", {"input": adjustment, "key": effect.idempotency_key})]
