"""What the customer answered on the link that they were sent (fraud.md 5.4, V1 to V3). That it was not them is outweighed by nothing."""

from collections.abc import Sequence
from dataclasses import replace

from fraud.signals.table import Hit, hit, is_false, is_true, signal
from ordersops.advice.facts import Evidence
from ordersops.cases.lanes import Seen

TYPED = ("confirmed_address", "confirmed_card")
DENIED = "customer_denied"


@signal("behaviour", "The customer says it was not them", "customer_confirmed", source="fraud.md 5.4 V1")
def customer_denied(e: Evidence) -> Hit | None:
    return (
        None if e["customer_confirmed"] else hit("The customer says by the link that they did not place it", is_false("customer_confirmed"))
    )


@signal("behaviour", "What the customer confirms differs", "customer_confirmed", source="fraud.md 5.4 V2, V3")
def confirmation_differs(e: Evidence) -> Hit | None:
    """Whoever holds the card knows its digits; of the address one may err."""
    if e["confirmed_card"] is False:
        return hit("The card digits or billing postcode typed on the link are not those of the order", is_false("confirmed_card"), level=1)
    if e["confirmed_address"] is False:
        return hit("The delivery address typed on the link is not that of the order", is_false("confirmed_address"))
    return None


@signal("behaviour", "The customer confirms the order", "customer_confirmed", source="fraud.md 5.4 V1 to V3")
def customer_confirmed(e: Evidence) -> Hit | None:
    """Little: the link goes to the mailbox that the order named. More where all that was asked for fits."""
    if not e["customer_confirmed"] or any(e[fact] is False for fact in TYPED):
        return None
    fitting = [is_true(fact) for fact in TYPED if e[fact]]
    return hit("The customer says by the link that they placed it", is_true("customer_confirmed"), *fitting, level=1 if fitting else 0)


def outweighed_by_nothing(seen: Sequence[Seen]) -> list[Seen]:
    """Where the customer says that it was not them, what clears is still shown, and weighs nothing."""
    if not any(one.key == DENIED for one in seen):
        return list(seen)
    return [replace(one, points=0) if one.points < 0 else one for one in seen]
