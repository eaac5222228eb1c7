"""The classes of exceptions, one entry each, and which of them are open by the facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from triage.exceptions.after_shipping import AFTER
from triage.exceptions.before_shipping import BEFORE
from triage.exceptions.model import HOUR, MINUTE, ExceptionClass, Resolution, Wait
from triage.rules import Facts, Rule

__all__ = ["EXCEPTIONS", "ExceptionClass", "Found", "Resolution", "Wait", "best_way", "detect", "next_look"]

EXCEPTIONS: dict[str, ExceptionClass] = {one.key: one for one in (*BEFORE, *AFTER)}
FRAUD_CODES = frozenset({"fraud_suspected", "suspected_fraud", "card_testing", "pick_up_card", "pickup_card", "stolen_card", "lost_card"})
CANCEL_AFTER_HOURS = 168  # policies.md 4.5: cancel at seven days


@dataclass(frozen=True, slots=True)
class Found:
    """An open exception: its class, and the rule that holds."""

    of: ExceptionClass
    rule: Rule


def detect(facts: Facts, limits: Mapping[str, Any]) -> list[Found]:
    """The exceptions that are open by these facts, the most severe first."""
    found = []
    for one in EXCEPTIONS.values():
        rule = next((rule for rule in one.rules if rule.holds(facts, limits)), None)
        if rule is not None:
            found.append(Found(one, rule))
    return sorted(found, key=lambda each: each.of.severity)


def next_look(facts: Facts, limits: Mapping[str, Any]) -> timedelta | None:
    """After what time a number that grows reaches its limit, at the earliest; None where none does. Working days are counted as days: a
    look too early costs little, one too late nothing is made of."""
    left = [
        float(limits[wait.limit] - facts[wait.fact]) * wait.unit.total_seconds()
        for one in EXCEPTIONS.values()
        for wait in one.waits
        if facts[wait.fact] is not None and facts[wait.fact] < limits[wait.limit]
    ]
    hours = facts["authorised_hours_left"]
    if hours is not None and hours > limits["authorisation_left_hours"]:
        left.append(float(hours - limits["authorisation_left_hours"]) * HOUR.total_seconds())
    return max(timedelta(seconds=min(left)), MINUTE) if left else None


def best_way(found: Found, facts: Facts) -> Resolution:
    """The first resolution that fits the facts; the table's order is the best path (policies.md 4.5)."""
    ways = {way.key: way for way in found.of.resolutions}
    chosen = ""
    match found.of.key:
        case "payment_declined":
            chosen = (
                "fraud_review"
                if facts["declined_code"] in FRAUD_CODES
                else "cancel"
                if (facts["declined_hours"] or 0) >= 168
                else "payment_link"
            )
        case "address_unverified":
            chosen = "normalise" if facts["address_state"] == "normalise" else "ask"
        case "out_of_stock":
            chosen = "wait" if facts["inbound_days"] is not None else "substitute"
        case "fulfilment_rejected":
            chosen = REJECTED.get(str(facts["node_reason"] or ""), "reroute")
    return ways.get(chosen) or found.of.resolutions[0]


# Why a node said no -> what is done about it (policies.md 4.5; the words are Shopify's FulfillmentOrderRejectionReason).
REJECTED = {
    "incorrect_address": "address", "undeliverable_destination": "address", "incorrect_product_info": "mapping", "product_not_mapped": "mapping",
    "missing_customs_info": "documents", "order_too_large": "split",
}  # fmt: skip
