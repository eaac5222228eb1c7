"""What the rules of the fraud lane see: evidence in, signals out. Pure."""

from fraud.signals import address, basket, confirmation, contact, identity, network, origin, past, payment, velocity  # noqa: F401  each enters its rules in the table
from fraud.signals.confirmation import outweighed_by_nothing
from fraud.signals.table import GROUPS, SIGNALS, Hit, Signal
from ordersops.advice.facts import Evidence
from ordersops.cases.lanes import Seen

__all__ = ["GROUPS", "SIGNALS", "Hit", "Signal", "see"]


def see(evidence: Evidence) -> list[Seen]:
    """Every signal that fired or cleared, in the table's order; then one without points for each fact that was asked for and not given."""
    seen = outweighed_by_nothing([one for signal in SIGNALS.values() if (one := signal.see(evidence)) is not None])
    for key in evidence.missing():
        fact = evidence.facts[key]
        seen.append(
            Seen(f"no_{key}", _GROUP_OF.get(key, fact.source), "unavailable", 0, f"{fact.label} is not available", ((key, "absent", None),))
        )
    return seen


_GROUP_OF = {
    "total": "basket", "store_usual": "basket", "email": "email", "phone": "phone", "billing_country": "address", "ip": "geo",
    "cvv_match": "payment", "avs_street": "payment", "avs_postcode": "payment",
}  # fmt: skip
