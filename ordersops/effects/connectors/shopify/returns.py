"""Answering a request to send goods back, and taking them in. A return's own state tells what was done."""

from typing import TYPE_CHECKING

from ordersops.effects.connectors import Seen
from ordersops.effects.connectors.shopify.act import Row, Writes, there
from ordersops.errors import Invalid
from ordersops.stores.platforms.reading import rows, table, text
from ordersops.stores.platforms.shopify.admin import Admin, gid

if TYPE_CHECKING:
    from ordersops.effects.models import Effect

DECLINES = {"return_period_ended": "RETURN_PERIOD_ENDED", "final_sale": "FINAL_SALE", "other": "OTHER"}  # ReturnDeclineReason


def return_id(effect: "Effect") -> str:
    return gid("Return", effect.arguments["return"])


def read(admin: Admin, effect: "Effect") -> Row:
    return there(admin.ask("return_state", id=return_id(effect)).fields.get("return"), f"return {effect.arguments['return']}")


def requested(seen: Seen) -> None:
    if seen.found["status"] != "REQUESTED":
        raise Invalid(f"The return was answered already: it is {seen.found['status'].lower()} in the store.")


class Approve:
    def look(self, admin: Admin, effect: "Effect") -> Seen:
        status = text(read(admin, effect).get("status"))
        return Seen(status in {"OPEN", "CLOSED"}, {"return": (status.lower(), "open")}, {"status": status})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        requested(seen)
        return [("return_approve", {"input": {"id": return_id(effect)}})]


class Decline:
    def look(self, admin: Admin, effect: "Effect") -> Seen:
        status = text(read(admin, effect).get("status"))
        return Seen(status == "DECLINED", {"return": (status.lower(), "declined")}, {"status": status})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        requested(seen)
        reason = DECLINES.get(effect.arguments.get("reason", ""), "OTHER")
        return [
            (
                "return_decline",
                {"input": {"id": return_id(effect), "declineReason": reason, "declineNote": effect.arguments.get("note", "")}},
            )
        ]


class Process:
    """Lines are those of the return, or of the order. Done where as many units of each were processed."""

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        found = read(admin, effect)
        lines = list(rows(table(found.get("returnLineItems")).get("nodes")))
        parts, done = [], True
        for part in effect.arguments["lines"]:
            line = next((line for line in lines if part["external_id"] in _names(line)), {})
            processed, left = int(line.get("processedQuantity") or 0), int(line.get("processableQuantity") or 0)
            done = done and processed >= part["quantity"]
            parts.append({"id": text(line.get("id")), "quantity": part["quantity"], "left": left, "named": part["external_id"]})
        now = sum(int(line.get("processedQuantity") or 0) for line in lines)
        after = now + sum(part["quantity"] for part in parts)
        return Seen(done, {"units processed": (str(now), str(after))}, {"status": text(found.get("status")), "parts": parts})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        for part in seen.found["parts"]:
            if not part["id"] or part["left"] < part["quantity"]:
                raise Invalid(f"Of line {part['named']} the return has only {part['left']} units that are still to be processed.")
        lines = [{"id": part["id"], "quantity": part["quantity"]} for part in seen.found["parts"]]
        return [("return_process", {"input": {"returnId": return_id(effect), "returnLineItems": lines, "notifyCustomer": False}})]


def _names(line: Row) -> set[str]:
    """By what a person may have named the line: its own id or that of the order's line, with or without the prefix."""
    inner = text(table(table(line.get("fulfillmentLineItem")).get("lineItem")).get("id"))
    known = {text(line.get("id")), inner} - {""}
    return known | {key.rpartition("/")[2] for key in known}
