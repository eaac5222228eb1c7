"""Verbs of stock: taking facts in, keeping units for orders, and saying what a place can do."""

from ordersops.stock.actions.keeping import Wanted, backordered, follow_orders, put_back, release, reserve, use
from ordersops.stock.actions.settings import keep_back, pause, release_by_hand, resume, set_node, set_up
from ordersops.stock.actions.taking_in import Moved, take_in

__all__ = [
    "Moved", "Wanted", "backordered", "follow_orders", "keep_back", "pause", "put_back", "release", "release_by_hand", "reserve", "resume",
    "set_node", "set_up", "take_in", "use",
]  # fmt: skip
