"""The part of an order's page that tells what it is, what is wrong with it, and where it ships from."""

from typing import Any

from django import template

from ordersops.orders.models import Order
from ordersops.stock.models import Location
from ordersops.stock.queries import kept_for
from triage.handing import handed
from triage.models import RoutingResult

register = template.Library()
STATES = {
    "planned": "is about to be asked", "stuck": "was not reached", "sent": "has not answered yet", "accepted": "ships it", "rejected": "said no",
    "shipped": "has sent it", "cancelled": "let go of it",
}  # fmt: skip


@register.inclusion_tag("triage/_order.html")
def routing_of(order: Order) -> dict[str, Any]:
    """Six queries; nothing is shown of an order that was not triaged."""
    found = RoutingResult.objects.filter(order=order).first()
    if found is None:
        return {"result": None}
    asked = handed([order.pk]).get(order.pk, [])
    names = {
        one.external_id: str(one)
        for one in Location.objects.filter(store=order.store_id, external_id__in={each.location for each in asked})
    }
    told = [
        {"name": names.get(one.location, one.location), "one": one, "says": STATES[one.state], "reason": one.reason.replace("_", " ")}
        for one in asked
    ]
    return {
        "result": found, "exceptions": list(order.exceptions.open()), "kept": kept_for(order), "routing": found.terms,
        "asked": told,
    }  # fmt: skip
