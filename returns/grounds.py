"""Why goods come back: one table of return reasons, whose fault each is, and what other systems call it (policies.md 4.2).

Stores replaced their lists by words of their own: those are mapped by handle, and what is not known is kept verbatim as OTHER.
"""

from dataclasses import dataclass
from typing import Literal

Fault = Literal["customer", "merchant", "carrier", "warehouse", "none"]


@dataclass(frozen=True, slots=True)
class Ground:
    """`label` is what customers choose; `shopify` its enum; `owner` keeps what makes it frequent; `nothing_back`: there is nothing to send."""

    key: str
    label: str
    fault: Fault
    shopify: str
    owner: str
    photos: bool = False  # seen in a picture: asked for above an amount
    nothing_back: bool = False
    handles: tuple[str, ...] = ()
    offered: bool = True  # to customers, on the hosted page

    @property
    def is_ours(self) -> bool:
        """Merchant, carrier and warehouse answer to the customer alike."""
        return self.fault in {"merchant", "carrier", "warehouse"}


ENTRIES = (
    Ground("SIZE_TOO_SMALL", "Too small", "customer", "SIZE_TOO_SMALL", "merchandising", handles=("too-small", "size-small")),
    Ground("SIZE_TOO_LARGE", "Too large", "customer", "SIZE_TOO_LARGE", "merchandising", handles=("too-large", "too-big", "size-large")),
    Ground("COLOR", "I do not like the colour", "customer", "COLOR", "merchandising", handles=("colour",)),
    Ground("STYLE", "I do not like the style", "customer", "STYLE", "merchandising"),
    Ground("UNWANTED", "I changed my mind", "customer", "UNWANTED", "", handles=("changed-mind", "no-longer-needed")),
    Ground("NOT_AS_DESCRIBED", "Not as described", "merchant", "NOT_AS_DESCRIBED", "product data", photos=True),
    Ground("DEFECTIVE", "It does not work", "merchant", "DEFECTIVE", "quality", photos=True, handles=("faulty", "broken", "production-failure")),
    Ground("DAMAGED_IN_TRANSIT", "It arrived damaged", "carrier", "DEFECTIVE", "fulfilment", photos=True, handles=("damaged", "damaged-item")),
    Ground("WRONG_ITEM", "I got something else", "warehouse", "WRONG_ITEM", "fulfilment", photos=True, handles=("incorrect-item",)),
    Ground(
        "MISSING_ITEM", "Something was missing", "warehouse", "OTHER", "fulfilment", nothing_back=True, handles=("missing-parts", "missing")
    ),
    Ground("NOT_RECEIVED", "It never came", "carrier", "OTHER", "delivery", nothing_back=True, handles=("item-not-received",), offered=False),
    Ground("ARRIVED_LATE", "It came too late", "carrier", "OTHER", "operations", handles=("late",)),
    Ground("CANCELLED_YET_SHIPPED", "I had cancelled it", "merchant", "OTHER", "operations"),
    Ground("PRICING", "The price or the tax was wrong", "merchant", "OTHER", "finance", handles=("billing", "tax", "billing-error"), offered=False),
    Ground("GOODWILL", "Goodwill", "none", "OTHER", "support", offered=False),
    Ground("OTHER", "Something else", "none", "OTHER", "", handles=("unknown",)),
)  # fmt: skip
GROUNDS: dict[str, Ground] = {ground.key: ground for ground in ENTRIES}
_KNOWN = {name: ground.key for ground in reversed(ENTRIES) for name in (ground.key.lower().replace("_", "-"), *ground.handles)}


def read(word: str) -> str:
    """Our reason for a store's word: its enum, its handle or our own key; OTHER where it is none of them."""
    return _KNOWN.get("-".join(word.casefold().replace("_", " ").replace("-", " ").split()), "OTHER")


OFFERED = [(ground.key, ground.label) for ground in ENTRIES if ground.offered]
CHOICES = [(ground.key, ground.label) for ground in ENTRIES]
