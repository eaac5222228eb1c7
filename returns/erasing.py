"""What is forgotten with an order: what the customer typed about its returns, the photos, and what was found of the goods in words."""

from collections.abc import Sequence

from ordersops.orders.models import Order
from returns.models import Photo, ReturnLine, ReturnLink, ReturnRequest


def forget(orders: Sequence[Order]) -> int:
    """Words, photos, findings, letters, parcels' numbers, and links.

    What was returned, for how much and by which check, stays: it is accounting.
    """
    lines = ReturnLine.objects.filter(request__order__in=[order.pk for order in orders])
    Photo.objects.filter(line__in=lines).delete()
    ReturnRequest.objects.filter(order__in=[order.pk for order in orders]).update(instructions="", carrier="", tracking_number="")
    ReturnLink.objects.filter(order__in=[order.pk for order in orders]).delete()
    return lines.exclude(words="", finding="").update(words="", finding="")
