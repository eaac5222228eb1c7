"""The facts of the inquiries lane: one row each, with whose word it is and what its absence means."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ordersops.advice.facts import Evidence, Fact, Kind, State, Trust


@dataclass(frozen=True, slots=True)
class Row:
    """`order`: it says something about the order, and is told only to whom the order belongs."""

    label: str
    kind: Kind
    trust: Trust
    source: str
    missing: State = "not_collected"
    unit: str = ""
    personal: bool = False
    order: bool = False


def _said(label: str, kind: Kind = "text", *, personal: bool = True) -> Row:
    """Written by the customer: quoted, never believed."""
    return Row(label, kind, "customer", "message", personal=personal)


def _read(label: str, kind: Kind = "text", *, unit: str = "") -> Row:
    """Read out of the message by us."""
    return Row(label, kind, "system", "message", unit=unit)


def _stated(label: str, kind: Kind = "text", *, personal: bool = False, missing: State = "not_collected") -> Row:
    """Stated by the store or the carrier, of the order."""
    return Row(label, kind, "partner", "order", missing, personal=personal, order=True)


def _ours(label: str, kind: Kind = "flag", *, source: str = "order", order: bool = True) -> Row:
    """Counted or compared by us."""
    return Row(label, kind, "system", source, order=order)


def _kept(label: str, kind: Kind = "flag") -> Row:
    """Counted by us over what was written before."""
    return _ours(label, kind, source="history", order=False)


FACTS: dict[str, Row] = {
    # the message
    "conversation": Row("Conversation", "text", "system", "message"),
    "channel": _read("Came by"),
    "said_at": _read("Written at", "time"),
    "subject_text": _said("Subject"),
    "message": _said("Message"),
    "language": _read("Language"),
    "intent": _read("What is wanted"),
    "confidence": _read("How sure", "number", unit="%"),
    "second_guess": _read("Or"),
    "sentiment": _read("Tone"),
    "machine": _read("Written by a machine", "flag"),
    "named": Row("Named in the message", "list", "customer", "message", personal=True),
    "heard": Row("Words that a person must hear", "list", "customer", "message", personal=True),
    "harm_words": _read("Speaks of harm", "flag"),
    "threat_words": _read("Threatens", "flag"),
    "dispute_words": _read("Speaks of a payment dispute", "flag"),
    "legal_words": _read("Speaks of legal steps", "flag"),
    "privacy_words": _read("Is about personal data", "flag"),
    "wants_person": _read("Asks for a person", "flag"),
    "angry_words": _read("Is angry", "flag"),
    # who asks
    "sender_email": Row("Sender", "text", "customer", "message", personal=True),
    "sender_is_customer": _ours("The sender's address is the order's", source="identity", order=False),
    "identity_known": _ours("It is known who asks", source="identity", order=False),
    "identity_how": _ours("How that is known", "text", source="identity", order=False),
    "order_found": _ours("The order was found", source="identity", order=False),
    "order_found_by": _ours("The order was found by", "text", source="identity", order=False),
    # the order
    "order": _stated("Order id"),
    "number": _stated("Order number"),
    "name": _stated("Name", personal=True),
    "email": _stated("E-mail of the order", personal=True),
    "placed_at": _stated("Placed at", "time"),
    "total": _stated("Order total", "money"),
    "commercial": _ours("Order", "text"),
    "payment": _ours("Payment", "text"),
    "fulfilment": _ours("Fulfilment", "text"),
    "items": _stated("Items", "list"),
    "shipping_country": _stated("Ships to"),
    "shipping_method": _stated("Shipping method"),
    "parcels": _ours("Parcels", "count"),
    "carrier": _stated("Carrier"),
    "tracking_number": _stated("Tracking number", personal=True),
    "carrier_status": _stated("Last word of the carrier"),
    "carrier_at": _stated("Last word of the carrier at", "time"),
    "shipped_at": _stated("Shipped at", "time"),
    "delivered_at": _stated("Delivered at", "time"),
    "delivery_from": _ours("Delivery expected from", "text"),
    "delivery_to": _ours("Delivery expected until", "text"),
    "delivery_basis": _ours("Delivery counted from", "text"),
    "delivery_late": _ours("Later than expected"),
    "refund_state": _ours("Refund", "text"),
    "refunded": _stated("Refunded", "money"),
    "refunded_at": _stated("Refunded at", "time"),
    "address_open": _ours("The address can still be changed"),
    "address_closed_because": _ours("Why the address stays", "list"),
    "asked_address": Row("Address asked for", "list", "customer", "message", personal=True),
    "asked_country_same": _ours("The address asked for is in the same country"),
    "on_hold": _ours("The order is held"),
    "being_reviewed": _ours("Another question about the order is open"),
    # what is sold, to whoever asks
    "product_asked": Row("Product asked about", "text", "partner", "stock"),
    "product_units": Row("Units that can be sold now", "count", "system", "stock"),
    "product_expected": Row("More is expected", "time", "partner", "stock"),
    # what was before
    "disputes_before": _kept("Disputes of this customer", "count"),
    "dispute_open": _kept("A payment is disputed"),
    "automatic_before": _kept("Automatic replies in this conversation", "count"),
    "answered_before": _kept("An automatic reply did not settle it"),
    "just_replied": _kept("An automatic reply went to this customer a moment ago"),
    "store_name": Row("Store", "text", "system", "store"),
    "zone": Row("Time zone", "text", "system", "store"),
    "today": Row("Day of the question", "text", "system", "store"),
}
ABOUT_ORDER = frozenset(key for key, row in FACTS.items() if row.order)


class Sheet:
    """Collects the values of one conversation, and states for each fact of the catalogue whether it is known."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.states: dict[str, State] = {}
        self.units: dict[str, str] = {}

    def put(self, key: str, value: Any, *, unit: str = "") -> None:
        """None, "" and an empty list say that there is no value."""
        if key not in FACTS:
            raise KeyError(key)
        if value is None or value in ("", []):
            return
        self.values[key] = value
        if unit:
            self.units[key] = unit

    def unavailable(self, *keys: str) -> None:
        """We looked, and there was nothing."""
        for key in keys:
            self.states[key] = "unavailable"

    def evidence(self, *, as_of: datetime | None = None) -> Evidence:
        rows = []
        for key, row in FACTS.items():
            value = self.values.get(key)
            state: State = "present" if value is not None else self.states.get(key, row.missing)
            observed = as_of if value is not None and row.source == "history" else None
            rows.append(
                Fact(key, row.label, row.kind, value, state, row.source, row.trust, self.units.get(key, row.unit), row.personal, observed)
            )
        return Evidence(rows)
