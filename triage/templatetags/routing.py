"""The part of an order's page that tells what it is, what is wrong with it, and where it ships from."""

from typing import Any

from django import template

from ordersops.orders.models import Order
from ordersops.stock.queries import kept_for
from triage.models import RoutingResult

register = template.Library()


@register.inclusion_tag("triage/_order.html")
def routing_of(order: Order) -> dict[str, Any]:
    """Three queries; nothing is shown of an order that was not triaged."""
    found = RoutingResult.objects.filter(order=order).first()
    if found is None:
        return {"result": None}
    return {"result": found, "exceptions": list(order.exceptions.open()), "kept": kept_for(order), "routing": found.terms}
