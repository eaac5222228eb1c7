"""The topics that are used: what each is about, and how its body becomes facts."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ordersops.errors import Invalid
from ordersops.stores.facts import OrderFacts
from ordersops.stores.platforms import POLLED
from ordersops.stores.platforms.reading import text
from ordersops.stores.platforms.woocommerce import parts, stock
from ordersops.stores.platforms.woocommerce.order import order_facts

Body = dict[str, Any]
Reader = Callable[[Body, datetime], OrderFacts]


def subject(topic: str) -> str:
    """`order`, `customer` or `product`; empty for topics that are not used."""
    if topic not in READERS:
        return ""
    subject, _, _ = topic.partition(".")
    return subject if subject in {"customer", "product"} else "order"


def _id(body: Body, what: str) -> str:
    key = text(body.get("id"))[:200]
    if not key:
        raise Invalid(f"The body names no {what}: “id” is empty. Find the {what} in WooCommerce; there is nothing to apply here.")
    return key


def _order(body: Body, at: datetime) -> OrderFacts:
    return order_facts(body, _id(body, "order"), at)


def _deleted(body: Body, at: datetime) -> OrderFacts:
    """The order's id alone: what was known of it stays, and the delivery tells that the store does not have it any more."""
    return OrderFacts(order=_id(body, "order"), at=at)


def _customer(body: Body, at: datetime) -> OrderFacts:
    _id(body, "customer")
    return OrderFacts(at=parts.since(body, "date_modified") or at, customer=parts.customer(body, at))


def _product(body: Body, at: datetime) -> OrderFacts:
    return stock.product(body, at, _id(body, "product"))


def _product_deleted(body: Body, at: datetime) -> OrderFacts:
    return stock.gone(_id(body, "product"), at)


READERS: dict[str, Reader] = {
    "order.created": _order,
    "order.updated": _order,
    "order.restored": _order,
    "order.deleted": _deleted,
    "customer.created": _customer,
    "customer.updated": _customer,
    "product.created": _product,
    "product.updated": _product,
    "product.restored": _product,
    "product.deleted": _product_deleted,
    POLLED: _order,
}
