"""Holding an order's fulfilment, and letting it go. A hold of ours is known by its handle, the id of the effect that made it."""

from typing import TYPE_CHECKING

from ordersops.effects.connectors import Seen
from ordersops.effects.connectors.shopify.act import Row, Writes, allowed, not_cancelled, order_state, supported
from ordersops.errors import Invalid
from ordersops.stores.platforms.reading import rows, text
from ordersops.stores.platforms.shopify.admin import Admin

if TYPE_CHECKING:
    from ordersops.effects.models import Effect

# FulfillmentHoldReason.
REASONS = {
    "fraud": "HIGH_RISK_OF_FRAUD",
    "address": "INCORRECT_ADDRESS",
    "stock": "INVENTORY_OUT_OF_STOCK",
    "payment": "AWAITING_PAYMENT",
    "other": "OTHER",
}
GONE = frozenset({"CLOSED", "CANCELLED", "INCOMPLETE"})


def ours(hold: Row) -> bool:
    """Placed by us, or by Shopify's own fraud analysis, which the review has answered."""
    return hold.get("heldByRequestingApp") is True or hold.get("reason") == "HIGH_RISK_OF_FRAUD"


class Hold:
    """Every fulfilment order that can be held gets a hold with our handle."""

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        order = order_state(admin, effect)
        live = [work for work in order["work"] if work.get("status") not in GONE]
        handles = {text(work["id"]): {text(hold.get("handle")) for hold in rows(work.get("fulfillmentHolds"))} for work in live}
        held = [key for key, found in handles.items() if str(effect.pk) in found]
        free = [text(work["id"]) for work in live if text(work["id"]) not in held and supported(work, "HOLD")]
        return Seen(
            done=bool(held) and not free,
            differs={"fulfilment holds of ours": (str(len(held)), str(len(held) + len(free)))},
            found={"free": free, "work": order["work"], "cancelled": order.get("cancelledAt")},
        )

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        not_cancelled(seen)
        if not seen.found["free"]:
            raise Invalid(f"The store does not allow a hold of this order now; {allowed(seen.found['work'])}.")
        hold = {
            "handle": str(effect.pk),
            "reason": REASONS.get(effect.arguments.get("reason", ""), "OTHER"),
            "reasonNotes": effect.arguments.get("note", ""),
            "notifyMerchant": False,
        }
        return [("hold", {"id": key, "hold": hold}) for key in seen.found["free"]]


class Release:
    """Every hold that is ours or for fraud ends; those of other apps and of the merchant stay."""

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        order = order_state(admin, effect)
        holds = {
            text(work["id"]): found
            for work in order["work"]
            if (found := [text(hold["id"]) for hold in rows(work.get("fulfillmentHolds")) if ours(hold)])
        }
        others = sum(not ours(hold) for work in order["work"] for hold in rows(work.get("fulfillmentHolds")))
        count = sum(map(len, holds.values()))
        return Seen(
            done=not holds,
            differs={"fulfilment holds": (str(count + others), str(others))},
            found={"holds": holds, "work": order["work"], "cancelled": order.get("cancelledAt")},
        )

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        not_cancelled(seen)
        held = [work for work in seen.found["work"] if text(work["id"]) in seen.found["holds"]]
        if not any(supported(work, "RELEASE_HOLD") for work in held):
            raise Invalid(f"The store does not allow a release of this order now; {allowed(held)}.")
        return [("release_hold", {"id": key, "holds": found}) for key, found in sorted(seen.found["holds"].items())]
