"""Answering a request to send goods back, and taking them in. A return's own state tells what was done."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordersops.effects.connectors import Seen
from ordersops.effects.connectors.shopify.act import Row, Writes, order_id, there
from ordersops.errors import Invalid, Upstream
from ordersops.stores.platforms.reading import rows, table, text, units
from ordersops.stores.platforms.shopify.admin import Admin, gid, plain

if TYPE_CHECKING:
    from ordersops.effects.models import Effect

DECLINES = {"return_period_ended": "RETURN_PERIOD_ENDED", "final_sale": "FINAL_SALE", "other": "OTHER"}  # ReturnDeclineReason


def return_id(effect: "Effect") -> str:
    return gid("Return", effect.arguments["return"])


def read(admin: Admin, effect: "Effect") -> Row:
    """The return as it stands. One of another order is none of this effect's."""
    found = there(admin.ask("return_state", id=return_id(effect)).fields.get("return"), f"return {effect.arguments['return']}")
    if (of := text(table(found.get("order")).get("id"))) and of != order_id(effect):
        raise Upstream(f"Return {effect.arguments['return']} is of another order in the store. Nothing was done.", permanent=True)
    return found


def requested(seen: Seen) -> None:
    if seen.found["status"] != "REQUESTED":
        raise Invalid(f"The return was answered already: it is {seen.found['status'].lower()} in the store.")


class Approve:
    """Only where what the customer asks to send back may come back; what the store counts as returnable is said."""

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        found = read(admin, effect)
        status = text(found.get("status"))
        done = status in {"OPEN", "CLOSED"}
        if status != "REQUESTED":
            return Seen(done, {"return": (status.lower(), "open")}, {"status": status})
        asked, more = asked_for(found), listed(admin, effect)
        names = {line.key: line.title for line in more} | {line.key: line.title for line in asked}
        free = {line.key: line.units for line in more}
        # What a request holds, the store has taken out of its list; and units that were refunded or taken off are not there to come back.
        here = {line.key: min(line.units + free.get(line.key, 0), line.current) for line in asked}
        short = [f"{line.units} × {line.title}, of which {here[line.key]} may come back" for line in asked if line.units > here[line.key]]
        whole = {**free, **here}
        says = f"May come back by the store's books: {', '.join(f'{n} × {names[key]}' for key, n in whole.items() if n) or 'nothing'}."
        differs = {"return": ("requested", "open"), "asked for": ("", ", ".join(f"{line.units} × {line.title}" for line in asked))}
        return Seen(False, differs, {"status": status, "short": short, "says": says}, {"ours": True}, (says,))

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        requested(seen)
        if seen.found["short"]:
            raise Invalid(f"Not all that was asked for is returnable: {'; '.join(seen.found['short'])}. {seen.found['says']}")
        return [("return_approve", {"input": {"id": return_id(effect)}})]


@dataclass(frozen=True, slots=True)
class Some:
    """Units of one line of the order; `current`: how many of it were neither refunded nor taken off."""

    key: str
    title: str
    units: int
    current: int = 0


def asked_for(found: Row) -> list[Some]:
    """What the customer asks to send back, by the order's lines."""
    return _by_line(
        (table(table(line.get("fulfillmentLineItem")).get("lineItem")), units(line.get("quantity")) or 0)
        for line in rows(table(found.get("returnLineItems")).get("nodes"))
    )


def listed(admin: Admin, effect: "Effect") -> list[Some]:
    """What the store lists as returnable, beyond what requests and returns hold."""
    return _by_line(
        (table(table(part.get("fulfillmentLineItem")).get("lineItem")), units(part.get("quantity")) or 0)
        for fulfilment in admin.pages("returnables", "returnableFulfillments", order=order_id(effect))
        for part in rows(table(fulfilment.get("returnableFulfillmentLineItems")).get("nodes"))
    )


def _by_line(found: Iterable[tuple[Row, int]]) -> list[Some]:
    lines: dict[str, Some] = {}
    for line, count in found:
        if key := text(line.get("id")):
            before = lines[key].units if key in lines else 0
            lines[key] = Some(key, text(line.get("title")) or plain(key), before + count, units(line.get("currentQuantity")) or 0)
    return list(lines.values())


class Cancel:
    """Only of a return of which nothing was taken in yet."""

    def look(self, admin: Admin, effect: "Effect") -> Seen:
        found = read(admin, effect)
        status, lines = text(found.get("status")), rows(table(found.get("returnLineItems")).get("nodes"))
        taken_in = sum(int(line.get("processedQuantity") or 0) for line in lines)
        return Seen(status == "CANCELED", {"return": (status.lower(), "canceled")}, {"status": status, "taken_in": taken_in})

    def writes(self, effect: "Effect", seen: Seen) -> Writes:
        if seen.found["status"] not in {"REQUESTED", "OPEN"} or seen.found["taken_in"]:
            raise Invalid("The return cannot be cancelled any more: it is over in the store, or goods were taken in.")
        return [("return_cancel", {"id": return_id(effect)})]


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
