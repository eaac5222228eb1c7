"""Acts on one fulfilment order: where it ships from, in how many parts, and what the warehouse is asked."""

from typing import TYPE_CHECKING

from ordersops.effects.connectors import Seen
from ordersops.effects.connectors.shopify.act import Row, Writes, allowed, order_state, supported, there
from ordersops.effects.connectors.shopify.holds import GONE
from ordersops.errors import Invalid
from ordersops.stores.platforms.reading import rows, table, text
from ordersops.stores.platforms.shopify.admin import Admin, gid, plain

if TYPE_CHECKING:
    from ordersops.effects.models import Effect


def work_id(effect: "Effect") -> str:
    return gid("FulfillmentOrder", effect.arguments["fulfilment_order"])


def read(admin: Admin, key: str) -> Row:
    return there(admin.ask("fulfillment_order", id=key).fields.get("fulfillmentOrder"), f"fulfilment order {key.rpartition('/')[2]}")


def need(work: Row, action: str, what: str) -> None:
    """Raises Invalid unless Shopify offers the action for the fulfilment order now, saying what it offers instead."""
    if not supported(work, action):
        raise Invalid(f"The store does not allow {what} of this fulfilment order now; {allowed([work])}.")


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
    """Done where it lies at the location; where it was moved as a whole into another one there, it is closed itself.

    Without a fulfilment order it is about the whole order: all that is open of it, as the store shows it then.
    """

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        if not effect.arguments.get("fulfilment_order"):
            return self._look_at_all(admin, effect)
        work, wanted = read(admin, work_id(effect)), gid("Location", effect.arguments["location"])
        now, lies = location_of(work), text(work.get("id")) if location_of(work) == wanted else ""
        if not lies and work.get("status") == "CLOSED" and not contents(work):
            there = (one for one in order_state(admin, effect)["work"] if location_of(one) == wanted and one.get("status") not in GONE)
            lies = next((text(one.get("id")) for one in there), "")
        differs = {"location": (plain(now), plain(wanted))}
        return Seen(bool(lies), differs, {"work": work}, {"fulfilment_order": plain(lies)} if lies else {"location": plain(now)})

    def _look_at_all(self, admin: Admin, effect: "Effect") -> Seen:
        wanted = gid("Location", effect.arguments["location"])
        live = [work for work in order_state(admin, effect)["work"] if work.get("status") not in GONE]
        elsewhere = [work for work in live if location_of(work) != wanted]
        places = sorted({plain(location_of(work)) for work in elsewhere})
        one = len(places) == 1 and len(elsewhere) == len(live)  # else nobody could say what goes back where
        differs = {"location": (", ".join(places), plain(wanted))}
        return Seen(bool(live) and not elsewhere, differs, {"all": elsewhere}, {"location": places[0]} if one else {})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        if "all" in seen.found:
            if not seen.found["all"]:
                raise Invalid("The store shows nothing of the order that is still to ship.")
            for work in seen.found["all"]:
                need(work, "MOVE", "a move")
            return [("move", {"id": work["id"], "location": gid("Location", effect.arguments["location"])}) for work in seen.found["all"]]
        need(seen.found["work"], "MOVE", "a move")
        return [("move", {"id": work_id(effect), "location": gid("Location", effect.arguments["location"])})]


class Split:
    """Done where another open fulfilment order of the order holds exactly these units."""

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        work = read(admin, work_id(effect))
        wanted = {gid("LineItem", part["external_id"]): part["quantity"] for part in effect.arguments["lines"]}
        others = [text(found["id"]) for found in order_state(admin, effect)["work"] if found.get("status") not in GONE]
        part = next((key for key in others if key != work_id(effect) and contents(read(admin, key)) == wanted), "")
        before = {"part": plain(part)} if part else {"fulfilment_order": plain(work_id(effect))}
        return Seen(bool(part), {"shipments": (str(len(others)), str(len(others) + 1))}, {"work": work}, before)

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        need(seen.found["work"], "SPLIT", "a split")
        held = {text(table(line.get("lineItem")).get("id")): line for line in rows(table(seen.found["work"].get("lineItems")).get("nodes"))}
        parts = []
        for part in effect.arguments["lines"]:
            line = held.get(gid("LineItem", part["external_id"]))
            if line is None or int(line.get("remainingQuantity") or 0) < part["quantity"]:
                raise Invalid(f"The fulfilment order does not hold {part['quantity']} units of line {part['external_id']} any more.")
            parts.append({"id": line["id"], "quantity": part["quantity"]})
        return [("split", {"splits": [{"fulfillmentOrderId": work_id(effect), "fulfillmentOrderLineItems": parts}]})]


class Merge:
    """Done where one of the two is closed without having shipped anything: its units are in the other."""

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        keys = [gid("FulfillmentOrder", effect.arguments[name]) for name in ("fulfilment_order", "part")]
        both = [read(admin, key) for key in keys]
        closed = [one.get("status") == "CLOSED" and not list(rows(table(one.get("fulfillments")).get("nodes"))) for one in both]
        return Seen(any(closed) and not all(closed), {"shipments": ("2", "1")}, {"both": both})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        for work in seen.found["both"]:
            need(work, "MERGE", "a merge")
        return [("merge", {"merges": [{"mergeIntents": [{"fulfillmentOrderId": work["id"]} for work in seen.found["both"]]}]})]


class RequestIt:
    def look(self, admin: Admin, effect: "Effect") -> Seen:
        work = read(admin, work_id(effect))
        status = text(work.get("requestStatus"))
        return Seen(status in {"SUBMITTED", "ACCEPTED"}, {"request": (status.lower(), "submitted")}, {"work": work})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        need(seen.found["work"], "REQUEST_FULFILLMENT", "a request")
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
        need(seen.found["work"], "REQUEST_CANCELLATION", "a request to cancel")
        return [("request_cancellation", {"id": work_id(effect), "message": effect.arguments.get("message") or None})]


class Create:
    """Done where a fulfilment that is not off carries the tracking number."""

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        work, number = read(admin, work_id(effect)), effect.arguments["tracking_number"]
        numbers = [text(found.get("number")) for made in standing(work) for found in rows(made.get("trackingInfo"))]
        done = number in numbers
        differs = {"tracking numbers": (", ".join(numbers), ", ".join([*numbers, number]))}
        return Seen(done, differs, {"work": work}, {} if done else {"ours": True})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        need(seen.found["work"], "CREATE_FULFILLMENT", "a shipment")
        wanted = effect.arguments
        tracking = {"number": wanted["tracking_number"], "company": wanted["carrier"], "url": wanted.get("url") or None}
        fulfillment = {
            "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": work_id(effect)}],
            "trackingInfo": tracking,
            "notifyCustomer": bool(wanted.get("notify", False)),
        }
        return [("fulfillment_create", {"fulfillment": fulfillment})]


class Cancel:
    """Done where no fulfilment that stands carries the tracking number."""

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        number = effect.arguments["tracking_number"]
        carries = [
            text(made.get("id"))
            for made in standing(read(admin, work_id(effect)))
            if number in {text(found.get("number")) for found in rows(made.get("trackingInfo"))}
        ]
        return Seen(not carries, {"shipment": (number, "off")}, {"carries": carries})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        return [("fulfillment_cancel", {"id": key}) for key in seen.found["carries"]]


def standing(work: Row) -> list[Row]:
    """The fulfilments of a fulfilment order that are not off."""
    return [
        made for made in rows(table(work.get("fulfillments")).get("nodes")) if made.get("status") not in {"CANCELLED", "ERROR", "FAILURE"}
    ]
