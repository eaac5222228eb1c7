"""orderCreate: an order that an app makes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from graphql import GraphQLResolveInfo

from . import shopify_rows as rows
from .catalogue import Product, products
from .made import make
from .numbering import customer_key
from .shopify_once import Writes, refused
from .shopify_parts import gid, variant_key
from .shopify_rows import Row
from .shopify_stock import item_key
from .works import HOME
from .world import ZERO, Order

# MailingAddressInput in the world's words.
PLACE = {"address1": "address1", "address2": "address2", "city": "city", "company": "company", "phone": "phone", "zip": "postal_code",
         "province": "region", "provinceCode": "region_code", "countryCode": "country"}  # fmt: skip


class Made(Writes):
    def orderCreate(self, info: GraphQLResolveInfo, order: Row, options: Row | None = None) -> Row:
        """For a customer of the shop; with DECREMENT_OBEYING_POLICY only what is in stock."""
        like = self._of_customer(order)
        asked = [(self._variant(line.get("variantId")), line) for line in order.get("lineItems") or []]
        if like is None:
            return refused("order", "The customer does not exist", "customer", code="INVALID")
        items: list[tuple[Product, int]] = [(product, line["quantity"]) for product, line in asked if product]
        if not items or len(items) < len(asked) or any(quantity < 1 for _, quantity in items):
            return refused("order", "A line item is not one of the shop's products", "lineItems", code="INVALID")
        obeys = (options or {}).get("inventoryBehaviour") == "DECREMENT_OBEYING_POLICY"
        if obeys and any(self._director.stock(self._shop, item_key(product), HOME) < quantity for product, quantity in items):
            return refused("order", "There is not so much of a line item in stock", "lineItems", code="INVENTORY_CLAIM_FAILED")
        place = order.get("shippingAddress") or {}
        changed: Row = {ours: place[theirs] for theirs, ours in PLACE.items() if place.get(theirs) is not None}
        if name := " ".join(filter(None, (place.get("firstName"), place.get("lastName")))):
            changed["name"] = name
        where = replace(like.ship_to, **changed)
        made = make(
            self._director, like, items, paid=sum((_stated(product, line) for product, line in asked), ZERO), ship_to=where,
            tags=list(order.get("tags") or []), note=order.get("note"),
        )  # fmt: skip
        made.attributes = {pair["key"]: pair["value"] for pair in order.get("customAttributes") or []}
        return {"order": rows.order_row(made), "userErrors": []}

    def _of_customer(self, order: Row) -> Order | None:
        wanted = ((order.get("customer") or {}).get("toAssociate") or {}).get("id")
        found = reversed(self._director.orders(self._shop))
        return next(
            (o for o in found if wanted == gid("Customer", customer_key(o.person.email)) or order.get("email") == o.person.email), None
        )

    def _variant(self, id: str | None) -> Product | None:
        return next((p for p in products(self._shop.index) if gid("ProductVariant", variant_key(p)) == id), None)


def _stated(product: Product | None, line: Row) -> Decimal:
    price = ((line.get("priceSet") or {}).get("shopMoney") or {}).get("amount")
    each = (product.price if product else ZERO) if price is None else Decimal(str(price))
    return each * int(line["quantity"])
