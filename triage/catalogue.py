"""The facts of the triage lane: one row each, with whose word it is and what its absence means."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ordersops.advice.facts import Fact, Kind, State, Trust


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    kind: Kind
    trust: Trust
    source: str
    missing: State = "not_collected"
    unit: str = ""
    personal: bool = False


def _stated(label: str, kind: Kind = "text", *, source: str = "order", missing: State = "not_collected", personal: bool = False) -> Row:
    """Stated by the store, carrier or node."""
    return Row(label, kind, "partner", source, missing, personal=personal)


def _ours(label: str, kind: Kind = "flag", *, source: str = "rules", missing: State = "not_collected", unit: str = "") -> Row:
    """Counted or compared by us."""
    return Row(label, kind, "system", source, missing, unit)


FACTS: dict[str, Row] = {
    # the order
    "order": _stated("Order id"),
    "number": _stated("Order number"),
    "placed_at": _stated("Placed at", "time"),
    "total": _stated("Order total", "money", missing="unavailable"),
    "lines": _ours("Lines", "count"),
    "units": _ours("Units to send", "count"),
    "tier": _stated("Customer tier"),
    "company": _ours("Ordered by a company"),
    "service": _stated("Shipping method"),
    "express": _ours("Fast shipping"),
    "next_day": _ours("Promised for the next day"),
    "promised_on": _ours("Promised for", "text"),
    "gift": _ours("To be gift-wrapped"),
    "gift_message": _ours("With a gift message"),
    "note": Row("Note", "text", "customer", "order", personal=True),
    # the goods
    "needs": _stated("What the goods need", "list", source="stock"),
    "hazmat": _stated("Hazardous materials", "flag", source="stock"),
    "lithium": _stated("Lithium batteries", "flag", source="stock"),
    "oversize": _stated("Oversize", "flag", source="stock"),
    "cold_chain": _stated("Cold chain", "flag", source="stock"),
    "configured": _ours("Lines that are made to order", "count", source="stock"),
    "unspecified": _ours("Made to order without a specification", "count", source="stock"),
    # where to
    "country": _stated("Destination", missing="unavailable"),
    "home_country": _stated("The store's country", source="store"),
    "international": _ours("Goes abroad"),
    "customs": _ours("Passes customs"),
    "customs_missing": _ours("Customs details that are missing", "list", source="stock"),
    "address_state": _ours("Address check", "text", missing="unavailable"),
    "address_problems": _ours("What is wrong with the address", "list"),
    "address_correction": Row("Correction of the address", "list", "system", "rules", personal=True),
    # the money
    "payment": _stated("Payment"),
    "declined": _stated("Payment was declined", "flag", source="gateway"),
    "declined_code": _stated("Why it was declined", source="gateway"),
    "declined_hours": _ours("Hours since it was declined", "number", source="gateway", unit="h"),
    "engaged": _ours("The customer tried again after it", "flag", source="gateway"),
    "authorised_hours_left": _ours("Hours until the authorisation ends", "number", source="gateway", unit="h"),
    "payment_hours": _ours("Hours without payment", "number", unit="h"),
    # risk
    "risk": _stated("Risk", source="fraud review"),
    "on_hold": _ours("Held from shipping"),
    # history
    "duplicate_of": _ours("Same customer, lines and total within an hour", "text", source="history"),
    "duplicate_minutes": _ours("Minutes after the other order", "number", source="history", unit="min"),
    # stock and routing
    "routing_ask": _ours("What routing is asked for", "list", source="stock"),
    "routing_nodes": _ours("Nodes and what is free there", "list", source="stock"),
    "plans": _ours("Plans that cover the order", "count", source="routing", missing="unavailable"),
    "missing_units": _ours("Units that are nowhere", "count", source="routing"),
    "hazmat_excluded": _ours("No node may handle the hazardous goods", "flag", source="routing"),
    "clear_winner": _ours("One plan is clearly the best", "flag", source="routing"),
    "inbound_days": _ours("Days until more is expected", "number", source="stock", unit="d"),
    "routed": _ours("Routed", "flag", source="routing"),
    "routed_still_best": _ours("What it was routed by is still the best", "flag", source="routing"),
    "reroutes": _ours("Times it was routed again", "count", source="routing"),
    "refused_by": _ours("Nodes that said no", "list", source="node"),
    "node": _ours("Ships from", "text", source="routing"),
    "node_answer": _stated("The node's answer", source="node"),
    "node_reason": _stated("Why the node said no", source="node"),
    "node_address_old": _ours("The node knows another address", "flag", source="node"),
    "unanswered_hours": _ours("Working hours without the node's answer", "number", source="node", unit="h"),
    # how far it is
    "shipped": _ours("Everything has left"),
    "delivered": _ours("Everything was delivered"),
    "unshipped_hours": _ours("Hours paid and not shipped", "number", unit="h"),
    "carrier": _stated("Carrier", source="carrier"),
    "tracking": _stated("Has a tracking number", "flag", source="carrier"),
    "unscanned_days": _ours("Working days without a first scan", "number", source="carrier", unit="d"),
    "silent_days": _ours("Working days without news of the parcel", "number", source="carrier", unit="d"),
    "delivery_failed": _stated("Delivery was attempted in vain", "flag", source="carrier"),
    "carrier_lost": _stated("The carrier says it is lost", "flag", source="carrier"),
}


class Sheet:
    """Collects values and makes the facts. What has no value is missing in the way its row says."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._units: dict[str, str] = {}

    def put(self, key: str, value: Any, *, unit: str = "") -> None:
        """None, "" and nothing at all are no value; False and 0 are."""
        if key not in FACTS:
            raise KeyError(f"“{key}” is no fact of the triage lane: add its row to the catalogue.")
        if value is None or value == "" or value == []:
            return
        self._values[key] = value
        if unit:
            self._units[key] = unit

    def facts(self, *, as_of: datetime | None = None) -> list[Fact]:
        found = []
        for key, row in FACTS.items():
            value = self._values.get(key)
            found.append(
                Fact(
                    key,
                    row.label,
                    row.kind,
                    value,
                    "present" if value is not None else row.missing,
                    row.source,
                    row.trust,
                    self._units.get(key, row.unit),
                    row.personal,
                    None,
                )
            )
        return found
