"""Orders, mirrored from the stores in one platform-neutral shape. Rows change only through `actions.apply_facts` and the hold verbs."""

from ordersops.orders.models.facts import Dispute, Fact, Refund, Shipment, Transaction, at_or_never
from ordersops.orders.models.holds import Hold
from ordersops.orders.models.kept import Revision, StoreDay
from ordersops.orders.models.order import Customer, Line, Order

__all__ = [
    "Customer", "Dispute", "Fact", "Hold", "Line", "Order", "Refund", "Revision", "Shipment", "StoreDay", "Transaction", "at_or_never",
]  # fmt: skip
