"""The lists on the page of a case, which belongs to no lane and hence knows of none."""

from typing import Any

from django import template

from fraud.queries import Parts, parts_of
from ordersops.orders.models import Order

register = template.Library()


@register.simple_tag
def listable(order: Order, user: Any) -> Parts | None:
    """What of the order can be put on a list, for people who may."""
    return parts_of(order, user)
