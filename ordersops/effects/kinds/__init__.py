"""The kinds of effect: one entry each, with everything that is to be known about it (policies.md 4.12).

A new kind is a new entry here, its arguments, its rules, and the connectors that can do it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ordersops.accounts.roles import Perm
from ordersops.effects.kinds import arguments as a
from ordersops.effects.kinds import rules

if TYPE_CHECKING:
    from ordersops.accounts.models import User
    from ordersops.effects.models import Effect
    from ordersops.orders.models import Order

Rule = Callable[["Order", a.Arguments, "User", "Effect | None"], Iterator[str]]
Inverse = tuple[str, dict[str, Any]]


def _no_money(order: "Order", arguments: a.Arguments, but: "Effect | None") -> Decimal | None:
    return None


@dataclass(frozen=True, slots=True)
class Kind:
    """`sentence` says what it does to the order; `instructions` what a person does in the store where we cannot."""

    key: str
    label: str
    sentence: str
    instructions: str
    arguments: type[a.Arguments]
    needs: Perm
    refuses: Rule
    since_decided: Callable[["Order"], Iterator[str]] = rules.not_cancelled  # where a decision planned it: looked at before it leaves
    asks_store: bool = False  # the store says by the order what it allows now (supportedActions), so it is asked before anything is planned
    most_an_hour: int = 20  # of this kind on one order
    asked: bool = True  # whether a person may ask for it on the order's page
    reversible: bool = False
    after_shipping: bool = False  # it is about what has left, so it is taken back all the same when the order has
    afterwards: str = ""  # where nothing takes it back: in a sentence, what a person does instead
    stays: str = ""  # in a sentence: why it needs no inverse where the decision that planned it is taken back
    money: Callable[["Order", a.Arguments, "Effect | None"], Decimal | None] = _no_money
    before: Callable[["Order", a.Arguments], dict[str, Any]] = lambda order, arguments: {}
    undoes: Callable[[dict[str, Any], dict[str, Any]], Inverse | None] = lambda arguments, before: None

    @property
    def moves_money(self) -> bool:
        return self.money is not _no_money

    def parse(self, raw: Any) -> a.Arguments:
        """Typed arguments out of what was typed. Invalid where they do not fit."""
        return a.parse(self.arguments, raw)

    def refusals(self, order: "Order", arguments: a.Arguments, by: "User", but: "Effect | None" = None) -> list[str]:
        """Why it cannot be done to this order now, in sentences; [] where it can."""
        return list(dict.fromkeys(self.refuses(order, arguments, by, but)))

    def overtaken(self, order: "Order") -> list[str]:
        """What has come since a decision planned it, and stands against it, in sentences. That it was right then, its lane has judged."""
        return list(dict.fromkeys(self.since_decided(order)))


def inverse(kind: str, arguments: dict[str, Any], before: dict[str, Any]) -> Inverse | None:
    """The act that takes this one back; None where there is none."""
    if kind not in KINDS or arguments.get("erased") is True:
        return None  # what it was about was erased on a privacy request
    return KINDS[kind].undoes(arguments, before)


# Of a kind that has an inverse, where this one act has none.
NOTHING_KNOWN = "What was there before is not known here, or it was so already. Where it has to change, change it in the store's admin."


def instead(kind: str) -> str:
    """What a person does where nothing takes the act back, in a sentence."""
    return (KINDS[kind].afterwards or NOTHING_KNOWN) if kind in KINDS else ""


def _cancelled_money(order: "Order", arguments: a.Arguments, but: "Effect | None") -> Decimal | None:
    owed = rules.left_to_refund(order, but)
    return owed if isinstance(arguments, a.Cancel) and arguments.refund and owed > 0 else None


def _refunded_money(order: "Order", arguments: a.Arguments, but: "Effect | None") -> Decimal | None:
    return arguments.amount if isinstance(arguments, a.Refund) else None


def _address_before(order: "Order", arguments: a.Arguments) -> dict[str, Any]:
    held = order.shipping_address
    names = {"province": "region"}
    kept = {name: str(held.get(names.get(name, name)) or held.get(name) or "") for name in a.Address.model_fields}
    return {"address": kept}


def _note_before(order: "Order", arguments: a.Arguments) -> dict[str, Any]:
    note: str = order.note
    return {"text": note[:1000]}


def _tags_before(order: "Order", arguments: a.Arguments) -> dict[str, Any]:
    """Only what the act really changes is taken back by its inverse."""
    assert isinstance(arguments, a.Tags)
    held = set(order.tags)
    return {"add": [tag for tag in arguments.remove if tag in held], "remove": [tag for tag in arguments.add if tag not in held]}


def _address_back(arguments: dict[str, Any], before: dict[str, Any]) -> Inverse | None:
    return ("order.update_address", before) if before else None


def _moved_back(arguments: dict[str, Any], before: dict[str, Any]) -> Inverse | None:
    """To where it was read to be before the move; under the id that it has there now."""
    if not before.get("location"):
        return None  # it lay there already: we moved nothing
    work = before.get("fulfilment_order") or arguments.get("fulfilment_order", "")
    return "fulfilment.move", {"fulfilment_order": work, "location": before["location"]}


def _field_back(arguments: dict[str, Any], before: dict[str, Any]) -> Inverse | None:
    """To the value that was read before; a field that was not there stays, as the store cannot be without what others may read by now."""
    return ("order.metafield", {**arguments, **before}) if before.get("value") else None


def _unshipped(arguments: dict[str, Any], before: dict[str, Any]) -> Inverse | None:
    """Only of a shipment that we made: what somebody else had marked before us is theirs."""
    if not before.get("ours"):
        return None
    return "fulfilment.cancel", {name: arguments[name] for name in ("fulfilment_order", "tracking_number")}


def _called_back(arguments: dict[str, Any], before: dict[str, Any]) -> Inverse | None:
    return ("node.cancel", {"location": arguments["location"], "request": before["request"]}) if before.get("request") else None


def _return_off(arguments: dict[str, Any], before: dict[str, Any]) -> Inverse | None:
    return ("return.cancel", {"return": arguments["return"]}) if before.get("ours") else None


def _merged(arguments: dict[str, Any], before: dict[str, Any]) -> Inverse | None:
    if not before.get("fulfilment_order") or not before.get("part"):
        return None  # it was split already: we made no part
    return "fulfilment.merge", {"fulfilment_order": before["fulfilment_order"], "part": before["part"]}


ENTRIES = [
    Kind(
        "order.release", "Release the order", "The store's fulfilment hold ends and the order may ship.",
        "Open order {order} in the store's admin and release its fulfilment hold, so that it can ship", a.Nothing, Perm.DECIDE_FRAUD,
        rules.releasable, asks_store=True, reversible=True, since_decided=rules.still_releasable,
        undoes=lambda arguments, before: ("order.hold", {"reason": "other", "note": "Released by mistake"}),
    ),
    Kind(
        "order.hold", "Hold the order", "The store does not ship the order until the hold is released.",
        "Open order {order} in the store's admin and hold its fulfilment", a.HoldOrder, Perm.PLACE_HOLD, rules.not_gone,
        asks_store=True, reversible=True, since_decided=rules.still_held, undoes=lambda arguments, before: ("order.release", {}),
    ),
    Kind(
        "order.cancel", "Cancel the order", "The order is cancelled for good; what was paid goes back.",
        "Open order {order} in the store's admin, cancel it with a full refund and restock the items", a.Cancel, Perm.CANCEL_ORDER,
        rules.cancellable, most_an_hour=2, money=_cancelled_money, since_decided=rules.still_here,
        afterwards="A cancelled order does not open again. Make the order anew in the store's admin, or ask the customer to order again.",
    ),
    Kind(
        "order.risk_assessment", "Tell the store our assessment", "The store's staff see beside the order how its risk was judged.",
        "Open order {order} in the store's admin and note there how its risk was judged", a.Assessment, Perm.DECIDE_FRAUD, rules.known,
        asked=False, since_decided=rules.anything, stays="What the store was told of the risk stays there until the next decision tells it anew.",
        afterwards="It stays until the next decision on the order tells the store anew; nothing else has to be done.",
    ),
    Kind(
        "order.tag", "Tag the order", "Tags are added to the order, or taken off.",
        "Open order {order} in the store's admin and change its tags as shown here", a.Tags, Perm.ACT_ON_ORDER, rules.known,
        reversible=True, before=_tags_before,
        undoes=lambda arguments, before: ("order.tag", before) if before.get("add") or before.get("remove") else None,
    ),
    Kind(
        "order.note", "Change the note", "The order's note in the store is replaced.",
        "Open order {order} in the store's admin and change its note as shown here", a.Note, Perm.ACT_ON_ORDER, rules.known,
        reversible=True, before=_note_before,
        undoes=lambda arguments, before: ("order.note", before),
    ),
    Kind(
        "order.metafield", "Set a metafield", "A field of the order in the store is set.",
        "Open order {order} in the store's admin and set the metafield as shown here", a.Metafield, Perm.ACT_ON_ORDER, rules.known,
        reversible=True, undoes=_field_back,
    ),
    Kind(
        "order.update_address", "Change the delivery address", "The order ships to another address in the same country.",
        "Open order {order} in the store's admin and change the delivery address as shown here", a.UpdateAddress, Perm.ACT_ON_ORDER,
        rules.address_can_change, most_an_hour=2, reversible=True, before=_address_before, undoes=_address_back,
    ),
    Kind(
        "refund.create", "Refund money", "Money goes back to the customer. It cannot be fetched again.",
        "Open order {order} in the store's admin and refund exactly what is shown here", a.Refund, Perm.REFUND, rules.refundable,
        most_an_hour=5, money=_refunded_money, since_decided=rules.anything,
        afterwards="Money that went back cannot be fetched. Send the customer an invoice for it from the store's admin.",
    ),
    Kind(
        "fulfilment.move", "Move to another location", "What is not yet requested ships from another location.",
        "Open order {order} in the store's admin and change the location that fulfils it", a.Move, Perm.ACT_ON_ORDER, rules.movable,
        most_an_hour=2, asks_store=True, reversible=True, undoes=_moved_back,
    ),
    Kind(
        "fulfilment.split", "Split the shipment", "Part of the order ships by itself.",
        "Open order {order} in the store's admin and split its fulfilment as shown here", a.Split, Perm.ACT_ON_ORDER, rules.divisible,
        most_an_hour=5, asks_store=True, reversible=True, undoes=_merged,
    ),
    Kind(
        "fulfilment.merge", "Merge two shipments", "What was split ships together again.",
        "Open order {order} in the store's admin and merge its fulfilments as shown here", a.Merge, Perm.ACT_ON_ORDER, rules.to_ship,
        most_an_hour=5, asks_store=True, afterwards="Ask for “Split the shipment” again.",
    ),
    Kind(
        "fulfilment.request", "Request fulfilment", "The warehouse is asked to ship.",
        "Open order {order} in the store's admin and request its fulfilment", a.Message, Perm.ACT_ON_ORDER, rules.releasable,
        asks_store=True, reversible=True, since_decided=rules.still_releasable,
        undoes=lambda arguments, before: ("fulfilment.cancel_request", {"fulfilment_order": arguments["fulfilment_order"], "message": ""}),
    ),
    Kind(
        "fulfilment.cancel_request", "Ask the warehouse to stop", "The warehouse is asked not to ship; it may refuse.",
        "Open order {order} in the store's admin and ask for a cancellation of its fulfilment", a.Message, Perm.ACT_ON_ORDER, rules.not_gone,
        asks_store=True, afterwards="Once the warehouse has let go of it, ask for “Request fulfilment” again; until then, call the warehouse.",
    ),
    Kind(
        "fulfilment.create", "Mark as shipped", "The order is fulfilled with this tracking number.",
        "Open order {order} in the store's admin and fulfil it with the tracking number shown here", a.Fulfil, Perm.ACT_ON_ORDER, rules.shippable,
        asks_store=True, reversible=True, undoes=_unshipped, after_shipping=True,
    ),
    Kind(
        "fulfilment.cancel", "Take a shipment back", "A shipment that was marked by mistake is off; its units are to be shipped again.",
        "Open order {order} in the store's admin and cancel the fulfilment with the tracking number shown here", a.Unship, Perm.ACT_ON_ORDER,
        rules.still_with_us, afterwards="Ask for “Mark as shipped” again, with its tracking number.",
    ),
    Kind(
        "node.request", "Send to the warehouse", "The warehouse gets the order, and answers whether it ships it.",
        "Send order {order} to the warehouse as shown here", a.ToNode, Perm.ACT_ON_ORDER, rules.sendable, asked=False, reversible=True,
        since_decided=rules.still_sendable, undoes=_called_back,
    ),
    Kind(
        "node.cancel", "Call back from the warehouse", "The warehouse is asked not to ship; it may have begun.",
        "Ask the warehouse not to ship order {order}", a.FromNode, Perm.ACT_ON_ORDER, rules.known, asked=False, since_decided=rules.anything,
        afterwards="Route the order again: then the warehouse is asked anew.",
    ),
    Kind(
        "return.approve", "Approve the return", "The customer may send the goods back.",
        "Open order {order} in the store's admin and approve the return", a.Return, Perm.ACT_ON_ORDER, rules.may_come_back,
        asks_store=True, reversible=True, undoes=_return_off, after_shipping=True,
    ),
    Kind(
        "return.cancel", "Cancel the return", "An approved return is off. The customer may ask again.",
        "Open order {order} in the store's admin and cancel the return", a.Return, Perm.ACT_ON_ORDER, rules.may_come_back,
        afterwards="The customer asks for the return again, or it is made anew in the store's admin.",
    ),
    Kind(
        "return.decline", "Decline the return", "The customer keeps the goods.",
        "Open order {order} in the store's admin and decline the return", a.DeclineReturn, Perm.ACT_ON_ORDER, rules.may_come_back,
        afterwards="A declined return does not open again. Make a new return of the same lines in the store's admin, and write to the customer.",
    ),
    Kind(
        "return.process", "Process the return", "The goods are back.",
        "Open order {order} in the store's admin and process the return as shown here", a.ProcessReturn, Perm.ACT_ON_ORDER, rules.may_come_back,
        afterwards="What was taken in stays so. Put the stock right by “Adjust stock”, and what was given back for it in the store's admin.",
    ),
    Kind(
        "replacement.create", "Send a replacement", "A new order for nothing is made, with a word on the one that it replaces.",
        "Open order {order} in the store's admin, duplicate it with the lines shown here at no price, and note which order it replaces",
        a.Replace, Perm.REFUND, rules.replaceable, most_an_hour=2,
        afterwards="The replacement is an order of its own: open it and cancel it, while it has not left.",
    ),
    Kind(
        "message.send", "Write to the customer", "An e-mail goes to the address of the order. It cannot be called back.",
        "Write to the customer of order {order} what is shown here", a.Letter, Perm.ACT_ON_ORDER, rules.may_write, most_an_hour=3,
        since_decided=rules.anything, afterwards="A letter cannot be called back. Write another one that puts it right.",
    ),
    Kind(
        "ticket.create", "Open a ticket", "The helpdesk gets a ticket about the order.",
        "Open a ticket about order {order} in the helpdesk as shown here", a.Ticket, Perm.ACT_ON_ORDER, rules.not_asked_before,
        most_an_hour=5, since_decided=rules.anything, afterwards="Close the ticket in the helpdesk, with a word on why.",
    ),
    Kind(
        "stock.adjust", "Adjust stock", "The stock of an item at one location changes by a difference.",
        "Change the stock in the store's admin as shown here; order {order} is the reason", a.Adjust, Perm.ACT_ON_ORDER, rules.known,
        most_an_hour=5, reversible=True,
        undoes=lambda arguments, before: ("stock.adjust", {**arguments, "delta": -arguments["delta"]}),
    ),
]  # fmt: skip
KINDS: dict[str, Kind] = {kind.key: kind for kind in ENTRIES}
