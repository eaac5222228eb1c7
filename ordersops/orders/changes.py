"""What changed in an order when facts were applied: told to the lanes, which decide whether it raises their question."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ordersops.orders.models import Order


@dataclass(slots=True)
class Change:
    """`fields` maps a changed field to (before, after).

    `kinds` names the parts that changed: placed, address, contact, payment, shipment, refund, dispute, risk; and stock, where something
    that it waits for, or that is kept for it, lies elsewhere or in another number than before.
    """

    order: "Order"
    kinds: set[str] = field(default_factory=set)
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.kinds or self.fields)
