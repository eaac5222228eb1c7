"""The facts of the returns lane: one row each, with whose word it is. What goods are is the policy's word and stands in no fact."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ordersops.advice.facts import Fact, Kind, State, Trust


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    kind: Kind
    trust: Trust = "partner"
    source: str = "order"
    missing: State = "not_collected"
    unit: str = ""
    personal: bool = False


def _ours(label: str, kind: Kind, *, source: str = "request", unit: str = "", missing: State = "not_collected") -> Row:
    return Row(label, kind, "system", source, missing, unit)


FACTS: dict[str, Row] = {
    "request": _ours("Return request id", "text"),
    "number": _ours("Return number", "text"),
    "asked_at": _ours("Asked for at", "time"),
    "source": _ours("Came in by", "text"),
    "identity": _ours("Who is asking", "text"),
    "wish": _ours("What the customer wishes", "text"),
    "reason": _ours("Reason of the first line", "text"),
    "units": _ours("Units asked for", "count"),
    "units_left": _ours("Units that can still be returned of what is asked", "count"),
    "photos": _ours("Photos", "count"),
    "value": _ours("Paid for what is asked", "money", missing="unavailable"),
    "lines": Row("Lines", "list", source="request"),
    "message": Row("What the customer wrote", "list", "customer", "request", personal=True),
    "placed_at": Row("Order placed at", "time"),
    "delivered_at": Row("Delivered at", "time", missing="unavailable"),
    "days_since_delivery": _ours("Days since delivery", "count", source="order", unit="days"),
    "country": Row("Shipped to", "text", missing="unavailable"),
    "total": Row("Order total", "money", missing="unavailable"),
    "shipping": Row("Shipping paid", "money"),
    "left_to_refund": _ours("Left to refund", "money", source="order"),
    "order_tags": Row("Tags of the order", "list"),
    "whole_order": _ours("The whole order comes back", "flag"),
    "method_refundable": _ours("The means of payment takes money back", "flag", source="payment", missing="unavailable"),
    "dispute_open": Row("A dispute is open", "flag", source="payment"),
    "refund_issued": Row("Refunded without return already", "flag", source="payment"),
    "earlier_requests": _ours("Earlier returns of the order", "count", source="history"),
    "tier": Row("Customer tier", "text", source="customer"),
    "customer": Row("E-mail", "text", "customer", personal=True),
    "customer_orders": _ours("Orders of the customer", "count", source="history"),
    "customer_returns": _ours("Orders of the customer with returns", "count", source="history"),
    "customer_exceptions": _ours("Returns accepted against the rules", "count", source="history"),
    "customer_spent": _ours("Spent by the customer", "money", source="history"),
    "customer_disputes": _ours("Disputed orders of the customer", "count", source="history"),
    "claims": _ours("Claims of non-receipt", "list", source="history"),
    "reports": _ours("What inspections reported before", "list", source="history"),
    "claimants_at_address": _ours("Other customers at the address who claimed", "count", source="history"),
}


class Sheet:
    """Collects the values of one request, and states for each fact of the catalogue whether it is known."""

    def __init__(self, currency: str) -> None:
        self.values: dict[str, Any] = {}
        self.currency = currency

    def put(self, key: str, value: Any) -> None:
        if value is not None and value != "":
            self.values[key] = value

    def facts(self, *, as_of: datetime) -> list[Fact]:
        rows = []
        for key, row in FACTS.items():
            value = self.values.get(key)
            unit = self.currency if row.kind == "money" else row.unit
            state: State = "present" if value is not None else row.missing
            observed = as_of if value is not None and row.source == "history" else None
            rows.append(
                Fact(
                    key,
                    row.label,
                    row.kind,
                    value,
                    state,
                    row.source,
                    row.trust,
                    unit if value is not None else row.unit,
                    row.personal,
                    observed,
                )
            )
        return rows
