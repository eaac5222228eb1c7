"""Where goods lie, how many, for whom they are kept, and what is on its way. Facts come through `actions.take_in`, our own settings by verbs."""

from ordersops.stock.models.levels import Inbound, InboundState, Level, Reservation, ReservationState
from ordersops.stock.models.places import Item, Kind, Location

__all__ = ["Inbound", "InboundState", "Item", "Kind", "Level", "Location", "Reservation", "ReservationState"]
