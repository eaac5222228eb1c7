"""The panel on an order's page: what can be done about it now, and why the rest cannot."""

from typing import Any

from django import template
from django.template import Context

from ordersops.effects.queries import possible
from ordersops.orders.models import Order

register = template.Library()


@register.inclusion_tag("orders/_acts.html", takes_context=True)
def acts(context: Context, order: Order) -> dict[str, Any]:
    """Nothing for those who may do none of it."""
    found = possible(order, context["request"].user)
    return {"order": order, "acts": [act for act in found if not act.why_not], "not_now": [act for act in found if act.why_not]}
