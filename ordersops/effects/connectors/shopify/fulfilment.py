"""Acts on one fulfilment order: where it ships from, in how many parts, and what the warehouse is asked."""

from typing import TYPE_CHECKING

from ordersops.effects.connectors import Seen
from ordersops.effects.connectors.shopify.act import Row, Writes, order_state, supported, there
from ordersops.effects.connectors.shopify.holds import GONE
from ordersops.errors import Invalid
from ordersops.stores.platforms.reading import rows, table, text
from ordersops.stores.platforms.shopify.admin import Admin, gid

if TYPE_CHECKING:
    from ordersops.effects.models import Effect


def work_id(effect: "Effect") -> str:
    return gid("FulfillmentOrder", effect.arguments["fulfilment_order"])


def read(admin: Admin, key: str) -> Row:
    return there(admin.ask("fulfillment_order", id=key).fields.get("fulfillmentOrder"), f"fulfilment order {key.rpartition('/')[2]}")


def need(seen: Seen, action: str) -> None:
    """Raises Invalid unless Shopify offers the action now."""
    if not supported(seen.found["work"], action):
        status = text(seen.found["work"].get("status")).lower()
        raise Invalid(f"Shopify does not allow this for the fulfilment order now; it is {status or 'in a state of its own'}.")


def location_of(work: Row) -> str:
    return text(table(table(work.get("assignedLocation")).get("location")).get("id"))


def contents(work: Row) -> dict[str, int]:
    """Units that are still to ship, by the order's own line."""
    found: dict[str, int] = {}
    for line in rows(table(work.get("lineItems")).get("nodes")):
        key, left = text(table(line.get("lineItem")).get("id")), int(line.get("remainingQuantity") or 0)
        if left:
            found[key] = found.get(key, 0) + left
    return found


class Move:
    """Done where it lies at the location; where it was moved as a whole into another one there, it is closed itself."""

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        work, wanted = read(admin, work_id(effect)), gid("Location", effect.arguments["location"])
        now, done = location_of(work), location_of(work) == wanted
        if not done and work.get("status") == "CLOSED" and not contents(work):
            done = any(location_of(other) == wanted and other.get("status") not in GONE for other in order_state(admin, effect)["work"])
        return Seen(done, {"location": (now.rpartition("/")[2], wanted.rpartition("/")[2])}, {"work": work})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        need(seen, "MOVE")
        return [("move", {"id": work_id(effect), "location": gid("Location", effect.arguments["location"])})]


class Split:
    """Done where another open fulfilment order of the order holds exactly these units."""

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        work = read(admin, work_id(effect))
        wanted = {gid("LineItem", part["external_id"]): part["quantity"] for part in effect.arguments["lines"]}
        others = [text(found["id"]) for found in order_state(admin, effect)["work"] if found.get("status") not in GONE]
        done = any(contents(read(admin, key)) == wanted for key in others if key != work_id(effect))
        return Seen(done, {"shipments": (str(len(others)), str(len(others) + 1))}, {"work": work})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        need(seen, "SPLIT")
        held = {text(table(line.get("lineItem")).get("id")): line for line in rows(table(seen.found["work"].get("lineItems")).get("nodes"))}
        parts = []
        for part in effect.arguments["lines"]:
            line = held.get(gid("LineItem", part["external_id"]))
            if line is None or int(line.get("remainingQuantity") or 0) < part["quantity"]:
                raise Invalid(f"The fulfilment order does not hold {part['quantity']} units of line {part['external_id']} any more.")
            parts.append({"id": line["id"], "quantity": part["quantity"]})
        return [("split", {"splits": [{"fulfillmentOrderId": work_id(effect), "fulfillmentOrderLineItems": parts}]})]


class RequestIt:
    def look(self, admin: Admin, effect: "Effect") -> Seen:
        work = read(admin, work_id(effect))
        status = text(work.get("requestStatus"))
        return Seen(status in {"SUBMITTED", "ACCEPTED"}, {"request": (status.lower(), "submitted")}, {"work": work})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        need(seen, "REQUEST_FULFILLMENT")
        return [("request_fulfillment", {"id": work_id(effect), "message": effect.arguments.get("message") or None})]


class CancelRequest:
    """The warehouse may say no; then it was asked all the same."""

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        work = read(admin, work_id(effect))
        status = text(work.get("requestStatus"))
        done = status in {"CANCELLATION_REQUESTED", "CANCELLATION_ACCEPTED"} or work.get("status") == "CANCELLED"
        done = done or (status == "CANCELLATION_REJECTED" and effect.accepted_at is not None)
        return Seen(done, {"request": (status.lower(), "cancellation requested")}, {"work": work})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        need(seen, "REQUEST_CANCELLATION")
        return [("request_cancellation", {"id": work_id(effect), "message": effect.arguments.get("message") or None})]


class Create:
    """Done where a fulfilment that is not off carries the tracking number."""

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        work, number = read(admin, work_id(effect)), effect.arguments["tracking_number"]
        numbers = [
            text(found.get("number"))
            for made in rows(table(work.get("fulfillments")).get("nodes"))
            if made.get("status") not in {"CANCELLED", "ERROR", "FAILURE"}
            for found in rows(made.get("trackingInfo"))
        ]
        return Seen(number in numbers, {"tracking numbers": (", ".join(numbers), ", ".join([*numbers, number]))}, {"work": work})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        need(seen, "CREATE_FULFILLMENT")
        wanted = effect.arguments
        tracking = {"number": wanted["tracking_number"], "company": wanted["carrier"], "url": wanted.get("url") or None}
        fulfillment = {
            "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": work_id(effect)}],
            "trackingInfo": tracking,
            "notifyCustomer": bool(wanted.get("notify", False)),
        }
        return [("fulfillment_create", {"fulfillment": fulfillment})]
