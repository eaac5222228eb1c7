"""Which order a message is about: by its number, the sender's address, or a tracking number. Reads only."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from inquiries.entities import Entity, of_kind
from ordersops.orders.keys import email_key
from ordersops.orders.models import Order, Shipment

LOOKED_AT = 5
RECENT = timedelta(days=180)  # an address alone leads to an order no older than this


def find_order(*, store_id: UUID, stated: str, sender_email: str, named: Iterable[Entity]) -> tuple[Order | None, str]:
    """The order, and what it was found by; (None, "") where nothing leads to exactly one.

    A number that was stated or written comes first, then a tracking number, then the sender's address where one recent order has it,
    or where the newest of several is the only one that is still under way.
    """
    named = list(named)
    numbers = [stated, *(one.text for one in of_kind(named, "order"))]
    for number in dict.fromkeys(filter(None, (number.strip() for number in numbers))):
        if order := _numbered(store_id, number):
            return order, "number"
    for one in of_kind(named, "tracking"):
        if order := _tracked(store_id, one.text):
            return order, "tracking"
    for email in dict.fromkeys([sender_email, *(one.text for one in of_kind(named, "email"))]):
        if order := _of_address(store_id, email):
            return order, "email"
    return None, ""


def _numbered(store_id: UUID, number: str) -> Order | None:
    rows = Order.objects.known().numbered(number).filter(store=store_id)
    return _only(list(rows.select_related("store", "customer")[:2]))


def _tracked(store_id: UUID, number: str) -> Order | None:
    rows = Shipment.objects.filter(store=store_id, tracking_numbers__contains=[number]).select_related("order__store", "order__customer")
    return _only([row.order for row in rows[:2]])


def _of_address(store_id: UUID, email: str) -> Order | None:
    key = email_key(email)
    if key is None:
        return None
    rows = Order.objects.known().newest_first().filter(store=store_id, email_key=key, placed_at__gte=timezone.now() - RECENT)
    found = list(rows.select_related("store", "customer")[:LOOKED_AT])
    under_way = [order for order in found if order.fulfilment != "delivered" and order.commercial != "cancelled"]
    return _only(found) or _only(under_way)


def _only(found: list[Order]) -> Order | None:
    return found[0] if len({order.pk for order in found}) == 1 else None
