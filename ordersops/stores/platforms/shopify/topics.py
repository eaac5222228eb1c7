"""The topics that are used: what each is about, and how its body becomes facts."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings

from ordersops.errors import Invalid
from ordersops.stores.facts import OrderFacts, PersonalFacts
from ordersops.stores.platforms.reading import moment, table, text
from ordersops.stores.platforms.shopify import parts, stock
from ordersops.stores.platforms.shopify.order import order_facts

Body = dict[str, Any]
Reader = Callable[[Body, datetime], OrderFacts]

_OF_ORDER = ("order_id",)
_OF_RISK = ("order_id", "admin_graphql_api_order_id")
_OF_EDIT = ("order_edit.order_id",)
_OF_RETURN = ("order_id", "order.id", "order.admin_graphql_api_id")
# What the law has Shopify pass on to every app.
PERSONAL = {"customers/data_request": "access", "customers/redact": "erase", "shop/redact": "close"}
MOST_ORDERS = 10_000


def subject(topic: str) -> tuple[str, tuple[str, ...]]:
    """`order`, `customer` or `stock:…`, and the fields in which the body names it; an empty subject for topics that are not used."""
    if topic not in READERS:
        return "", ()
    if topic in PERSONAL:
        return "", ()  # each stands for itself
    resource, _, happening = topic.partition("/")
    if stock.is_stock(topic):
        return f"stock:{resource}", ("inventory_item_id" if resource == "inventory_levels" else "id",)
    if resource == "customers":
        return "customer", ("id",)
    if resource == "returns":
        return "order", _OF_RETURN
    if resource != "orders":
        return "order", _OF_ORDER
    return "order", {"risk_assessment_changed": _OF_RISK, "edited": _OF_EDIT}.get(happening, ("id",))


def subject_id(body: Body, names: tuple[str, ...]) -> str:
    """The first id that stands in one of the fields; of a global id, its last part."""
    for name in names:
        outer, _, inner = name.rpartition(".")
        key = text((table(body.get(outer)) if outer else body).get(inner)).rpartition("/")[2]
        if key:
            return key[:200]
    return ""


def _order_of(body: Body, names: tuple[str, ...] = _OF_ORDER) -> str:
    key = subject_id(body, names)
    if not key:
        raise Invalid(f"The body names no order: “{names[0]}” is empty. Find the order in Shopify; there is nothing to apply here.")
    return key


def _part_of(body: Body, what: str) -> str:
    key = text(body.get("id"))
    if not key:
        raise Invalid(f"The {what} has no id: “id” is empty. Send the delivery again from Shopify.")
    return key


def _order(body: Body, at: datetime) -> OrderFacts:
    return order_facts(body, _order_of(body, ("id",)), at)


def _edited(body: Body, at: datetime) -> OrderFacts:
    """The order's id alone. An edit is a delta, which is never applied: the state itself comes with orders/updated."""
    return OrderFacts(order=_order_of(body, _OF_EDIT), at=moment(table(body.get("order_edit")).get("committed_at")) or at)


def _deleted(body: Body, at: datetime) -> OrderFacts:
    """The order's id alone: what was known of it stays, and the delivery tells that the store does not have it any more."""
    return OrderFacts(order=_order_of(body, ("id",)), at=at)


def _risk(body: Body, at: datetime) -> OrderFacts:
    """The order's id alone where the assessment is our own: what we told the store is no news to us."""
    found = parts.risk(body, at)
    ours = found.provider.casefold() == settings.SHOPIFY_APP.casefold()
    return OrderFacts(order=_order_of(body, _OF_RISK), at=at, risk=None if ours else found)


def _refund(body: Body, at: datetime) -> OrderFacts:
    _part_of(body, "refund")
    refunds, transactions = parts.refunds([body])
    return OrderFacts(order=_order_of(body), at=refunds[0].at or at, refunds=refunds, transactions=transactions)


def _fulfillment(body: Body, at: datetime) -> OrderFacts:
    shipment = parts.shipment(body, _part_of(body, "fulfilment"), at)
    return OrderFacts(order=_order_of(body), at=shipment.at or at, shipments=(shipment,))


def _fulfillment_event(body: Body, at: datetime) -> OrderFacts:
    event = parts.shipment_event(body, at)
    if event is not None and not event.external_id:
        raise Invalid("The fulfilment event names no fulfilment: “fulfillment_id” is empty. Send the delivery again from Shopify.")
    return OrderFacts(order=_order_of(body), at=at, shipments=(event,) if event else ())


def _transaction(body: Body, at: datetime) -> OrderFacts:
    _part_of(body, "transaction")
    return OrderFacts(order=_order_of(body), at=at, transactions=parts.transactions([body]))


def _dispute(body: Body, at: datetime) -> OrderFacts:
    _part_of(body, "dispute")
    return OrderFacts(order=_order_of(body), at=at, disputes=(parts.dispute(body, at),))


def _return(body: Body, at: datetime) -> OrderFacts:
    """A return belongs to the order that it names; its lines name those of the order inside the fulfilment's."""
    key = _part_of(body, "return")
    return OrderFacts(order=_order_of(body, _OF_RETURN), at=at, returns=(parts.returned(body, key, at),))


def _customer(body: Body, at: datetime) -> OrderFacts:
    _part_of(body, "customer")
    return OrderFacts(at=moment(body.get("updated_at")) or at, customer=parts.customer(body, at))


def _personal(kind: str) -> Reader:
    def read(body: Body, at: datetime) -> OrderFacts:
        """It never fails: a request that cannot be read is still one that a person has to look at."""
        key = "orders_requested" if kind == "access" else "orders_to_redact"
        named = body.get(key)
        orders = [found for one in named[:MOST_ORDERS] if (found := text(one))] if isinstance(named, list) else []
        return OrderFacts(
            at=at, personal=PersonalFacts(kind=kind, customer_id=text(table(body.get("customer")).get("id")), orders=tuple(orders))
        )

    return read


READERS: dict[str, Reader] = {
    "orders/create": _order,
    "orders/updated": _order,
    "orders/paid": _order,
    "orders/cancelled": _order,
    "orders/fulfilled": _order,
    "orders/partially_fulfilled": _order,
    "orders/edited": _edited,
    "orders/delete": _deleted,
    "orders/risk_assessment_changed": _risk,
    "refunds/create": _refund,
    "fulfillments/create": _fulfillment,
    "fulfillments/update": _fulfillment,
    "fulfillment_events/create": _fulfillment_event,
    "order_transactions/create": _transaction,
    **{
        f"returns/{happening}": _return for happening in ("request", "approve", "decline", "update", "cancel", "close", "reopen", "process")
    },
    "disputes/create": _dispute,
    "disputes/update": _dispute,
    "customers/create": _customer,
    "customers/update": _customer,
    "customers/enable": _customer,
    "customers/disable": _customer,
    **{f"locations/{happening}": stock.location for happening in ("create", "update", "activate", "deactivate", "delete")},
    **{f"inventory_items/{happening}": stock.item for happening in ("create", "update")},
    **{f"inventory_levels/{happening}": stock.level for happening in ("connect", "update", "disconnect")},
    **{f"products/{happening}": stock.product for happening in ("create", "update")},
    **{topic: _personal(kind) for topic, kind in PERSONAL.items()},
}
