"""What Shopify's Admin interface does to the world. Impossible acts are user errors, as in a real shop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from graphql import GraphQLResolveInfo

from . import shopify_rows as rows
from .hooks import Hook, new_hook
from .shopify_made import PLACE, Made
from .shopify_once import refused
from .shopify_parts import gid
from .shopify_returns import Returns
from .shopify_rows import Row
from .shopify_stock import Stock
from .shopify_works import Works
from .world import Note, Risk

MOST_TAGS = 250
_RESTOCK = {"RETURN": "return", "CANCEL": "cancel", "NO_RESTOCK": "none", "LEGACY_RESTOCK": "return"}


class Root(Works, Returns, Stock, Made):
    """One request to one shop."""

    # -- what an order says of itself

    def tagsAdd(self, info: GraphQLResolveInfo, id: str, tags: list[str]) -> Row:
        return self._tag(id, lambda before: [*before, *(tag for tag in tags if tag not in before)])

    def tagsRemove(self, info: GraphQLResolveInfo, id: str, tags: list[str]) -> Row:
        return self._tag(id, lambda before: [tag for tag in before if tag not in tags])

    def _tag(self, id: str, change: Callable[[list[str]], list[str]]) -> Row:
        order = self._order(id)
        if order is None:
            return refused("node", "The order does not exist", "id")
        with self._director.at(order) as scene:
            after = change(order.tags)
            if len(after) > MOST_TAGS:
                return refused("node", f"An order cannot have more than {MOST_TAGS} tags", "tags")
            if after != order.tags:
                order.tags = after
                scene.edit(order)
        return {"node": rows.order_row(order), "userErrors": []}

    def metafieldsSet(self, info: GraphQLResolveInfo, metafields: list[Row]) -> Row:
        owners = [self._order(field["ownerId"]) for field in metafields]
        if None in owners:
            return refused("metafields", "Owner does not exist", "ownerId", code="INVALID")
        written = []
        for order, field in zip(owners, metafields, strict=True):
            assert order is not None
            with self._director.at(order) as scene:
                name = f"{field.get('namespace')}.{field['key']}"
                number = order.meta[name][0] if name in order.meta else scene.numbering.key()
                order.meta[name] = (number, {"type": field.get("type") or "single_line_text_field", "value": field["value"]})
                scene.edit(order)
            written.append(rows.metafield_row(order, field.get("namespace"), field["key"]))
        return {"metafields": written, "userErrors": []}

    def orderUpdate(self, info: GraphQLResolveInfo, input: Row) -> Row:
        order = self._order(input["id"])
        if order is None:
            return refused("order", "Order does not exist", "id")
        with self._director.at(order) as scene:
            before = (order.note, order.tags, order.ship_to)
            if "note" in input:
                order.note = input["note"] or None
            if "tags" in input:
                order.tags = list(input["tags"] or [])
            if place := input.get("shippingAddress"):
                changed: Row = {ours: place[theirs] for theirs, ours in PLACE.items() if theirs in place}
                if {"firstName", "lastName"} & set(place):
                    changed["name"] = " ".join(filter(None, (place.get("firstName"), place.get("lastName"))))
                after = replace(order.ship_to, **changed)
                order.ship_to = after if after == order.ship_to else after.without_position()
            if before != (order.note, order.tags, order.ship_to):
                scene.edit(order)
        return {"order": rows.order_row(order), "userErrors": []}

    def orderRiskAssessmentCreate(self, info: GraphQLResolveInfo, orderRiskAssessmentInput: Row) -> Row:
        asked = orderRiskAssessmentInput
        order = self._order(asked["orderId"])
        levels: dict[str, Any] = {"LOW": "low", "MEDIUM": "medium", "HIGH": "high"}
        if order is None or asked["riskLevel"] not in levels:
            return refused("orderRiskAssessment", "The order does not exist, or the level is not one of low, medium and high", "orderId")
        facts = [(fact["description"], fact["sentiment"].lower()) for fact in asked["facts"]]
        with self._director.at(order) as scene:
            scene.assess(order, Risk(levels[asked["riskLevel"]], rows.APP["title"], facts), by_product=True)
        return {"orderRiskAssessment": rows.order_row(order)["risk"]["assessments"][-1], "userErrors": []}

    # -- money

    def orderCancel(
        self, info: GraphQLResolveInfo, orderId: str, reason: str, restock: bool, refundMethod: Row | None = None,
        notifyCustomer: bool = False, staffNote: str | None = None,
    ) -> Row:  # fmt: skip
        order = self._order(orderId)

        def no(message: str, code: str) -> Row:
            return {"job": None, "orderCancelUserErrors": [{"field": ["orderId"], "message": message, "code": code}]}

        if order is None:
            return no("Order does not exist", "NOT_FOUND")
        with self._director.at(order) as scene:
            if order.cancelled_at:
                return no("The order has been cancelled already", "INVALID")
            if order.shipments:
                return no("A fulfilled order cannot be cancelled", "INVALID")
            order.word = "cancelled"
            if staffNote:
                order.notes.append(Note(scene.numbering.key(), staffNote[:500], scene.now(), "The product"))
            scene.cancel(order, reason.lower(), refund=bool((refundMethod or {}).get("originalPaymentMethodsRefund")))
            return {"job": {"id": gid("Job", scene.numbering.key())}, "orderCancelUserErrors": []}

    def refundCreate(self, info: GraphQLResolveInfo, input: Row) -> Row:
        return self._done.once(self._shop, info, input, lambda: self._refund(input))

    def _refund(self, input: Row) -> Row:
        order = self._order(input["orderId"])
        if order is None:
            return refused("refund", "Order does not exist", "orderId")
        lines = {gid("LineItem", line.key): line for line in order.lines}
        with self._director.at(order) as scene:
            moves, items = input.get("transactions") or [], input.get("refundLineItems") or []
            parents = {
                gid("OrderTransaction", t.key) for t in order.transactions if t.kind in ("sale", "capture") and t.status == "success"
            }
            try:
                amount = sum((Decimal(str(move["amount"])) for move in moves), Decimal(0))
            except InvalidOperation:
                return refused("refund", "The amount is not a number", "transactions")
            if not amount.is_finite() or not 0 < amount <= order.captured - order.refunded:
                return refused("refund", "The amount is more than can be refunded", "transactions")
            if any(move.get("parentId") not in parents for move in moves):
                return refused("refund", "The parent is not a payment of this order", "transactions")
            if any(item["lineItemId"] not in lines or not 0 < item["quantity"] <= lines[item["lineItemId"]].current for item in items):
                return refused("refund", "There is not so much of a line left to refund", "refundLineItems")
            restock = next((_RESTOCK[item["restockType"]] for item in items if item.get("restockType")), "none")
            chosen = [(lines[item["lineItemId"]], item["quantity"]) for item in items]
            back = scene.refund(order, reason=input.get("note") or "", items=chosen, restock=restock, amount=amount)
        return {"refund": rows.refund_row(order, back) if back else None, "userErrors": []}

    # -- subscriptions

    def webhookSubscriptionCreate(self, info: GraphQLResolveInfo, topic: str, webhookSubscription: Row) -> Row:
        name, address = _topic(topic), str(webhookSubscription.get("uri") or "")
        if not address.startswith(("http://", "https://")):
            return refused("webhookSubscription", "The address is not one that can be called", "uri")
        if any((hook.topic, hook.delivery_url) == (name, address) for hook in self._shop.hooks):
            return refused("webhookSubscription", "Address for this topic has already been taken", "uri")
        self._shop.hooks.append(new_hook(name, address, self._shop.secret))
        return {"webhookSubscription": rows.hook_rows(self._shop)[-1], "userErrors": []}

    def webhookSubscriptionUpdate(self, info: GraphQLResolveInfo, id: str, webhookSubscription: Row) -> Row:
        place = next((n for n, hook in enumerate(self._shop.hooks) if gid("WebhookSubscription", hook.id) == id), None)
        if place is None:
            return refused("webhookSubscription", "Webhook subscription does not exist", "id")
        hook: Hook = self._shop.hooks[place]
        address = str(webhookSubscription.get("uri") or hook.delivery_url)
        if not address.startswith(("http://", "https://")):
            return refused("webhookSubscription", "The address is not one that can be called", "uri")
        hook.delivery_url, hook.status = address, "active"
        return {"webhookSubscription": rows.hook_rows(self._shop)[place], "userErrors": []}


def _topic(name: str) -> str:
    """ORDERS_CREATE as the webhook's header has it."""
    known = {"ORDER_TRANSACTIONS_CREATE": "order_transactions/create", "FULFILLMENT_EVENTS_CREATE": "fulfillment_events/create"}
    resource, _, event = name.lower().partition("_")
    return known.get(name, f"{resource}/{event}")
