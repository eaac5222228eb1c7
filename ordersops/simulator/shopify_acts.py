"""What Shopify's Admin interface does to the world. Impossible acts are user errors, as in a real shop."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo
from graphql.execution.values import get_directive_values

from . import shopify_rows as rows
from .config import Shop
from .director import Director
from .hooks import Hook, new_hook
from .shopify_parts import gid
from .shopify_reads import Reads
from .shopify_rows import Row
from .world import Hold, Line, Note, Order, Risk

MOST_TAGS = 250
_PLACE = {"address1": "address1", "address2": "address2", "city": "city", "company": "company", "phone": "phone", "zip": "postal_code",
          "province": "region", "provinceCode": "region_code", "countryCode": "country"}  # fmt: skip
_RESTOCK = {"RETURN": "return", "CANCEL": "cancel", "NO_RESTOCK": "none", "LEGACY_RESTOCK": "return"}


class Done:
    """Answers of writes that carried a key, for as long as the shop runs."""

    def __init__(self) -> None:
        self._answers: dict[tuple[int, str], tuple[str, Row]] = {}
        self._one_at_a_time = threading.RLock()

    def once(self, shop: Shop, info: GraphQLResolveInfo, asked: object, act: Callable[[], Row]) -> Row:
        """The act's answer, made once for each key. The same key for something else is an error."""
        directive = info.schema.get_directive("idempotent")
        found = get_directive_values(directive, info.field_nodes[0], info.variable_values) if directive else None
        if not found:
            raise GraphQLError("This write has to carry @idempotent with a key.")
        key, text = (shop.index, str(found["key"])), json.dumps(asked, sort_keys=True, default=str)
        with self._one_at_a_time:
            if key not in self._answers:
                self._answers[key] = (text, act())
            before, answer = self._answers[key]
        if before != text:
            raise GraphQLError("The key belongs to another request.", extensions={"code": "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"})
        return answer


class Root(Reads):
    """One request to one shop."""

    def __init__(self, director: Director, shop: Shop, done: Done) -> None:
        super().__init__(director, shop)
        self._done = done

    # -- what an order says of itself

    def tagsAdd(self, info: GraphQLResolveInfo, id: str, tags: list[str]) -> Row:
        return self._tag(id, lambda before: [*before, *(tag for tag in tags if tag not in before)])

    def tagsRemove(self, info: GraphQLResolveInfo, id: str, tags: list[str]) -> Row:
        return self._tag(id, lambda before: [tag for tag in before if tag not in tags])

    def _tag(self, id: str, change: Callable[[list[str]], list[str]]) -> Row:
        order = self._order(id)
        if order is None:
            return _refused("node", "The order does not exist", "id")
        with self._director.at(order) as scene:
            after = change(order.tags)
            if len(after) > MOST_TAGS:
                return _refused("node", f"An order cannot have more than {MOST_TAGS} tags", "tags")
            if after != order.tags:
                order.tags = after
                scene.edit(order)
        return {"node": rows.order_row(order), "userErrors": []}

    def metafieldsSet(self, info: GraphQLResolveInfo, metafields: list[Row]) -> Row:
        owners = [self._order(field["ownerId"]) for field in metafields]
        if None in owners:
            return _refused("metafields", "Owner does not exist", "ownerId", code="INVALID")
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
            return _refused("order", "Order does not exist", "id")
        with self._director.at(order) as scene:
            before = (order.note, order.tags, order.ship_to)
            if "note" in input:
                order.note = input["note"] or None
            if "tags" in input:
                order.tags = list(input["tags"] or [])
            if place := input.get("shippingAddress"):
                changed: Row = {ours: place[theirs] for theirs, ours in _PLACE.items() if theirs in place}
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
            return _refused("orderRiskAssessment", "The order does not exist, or the level is not one of low, medium and high", "orderId")
        facts = [(fact["description"], fact["sentiment"].lower()) for fact in asked["facts"]]
        with self._director.at(order) as scene:
            scene.assess(order, Risk(levels[asked["riskLevel"]], "The product", facts))
        return {"orderRiskAssessment": rows.order_row(order)["risk"]["assessments"][0], "userErrors": []}

    # -- whether it goes out

    def fulfillmentOrderHold(self, info: GraphQLResolveInfo, id: str, fulfillmentHold: Row) -> Row:
        order = self._order(id, "FulfillmentOrder")
        if order is None:
            return _refused("fulfillmentHold", "Fulfillment order does not exist", "id", code="FULFILLMENT_ORDER_NOT_FOUND")
        handle = fulfillmentHold.get("handle") or ""
        with self._director.at(order) as scene:
            if any(hold.by_product and hold.handle == handle for hold in order.holds):
                return _refused("fulfillmentHold", "The handle is in use", "handle", code="DUPLICATE_FULFILLMENT_HOLD_HANDLE")
            if rows.work_state(order) not in ("OPEN", "ON_HOLD"):
                return _refused("fulfillmentHold", "The fulfillment order is not in a state that can be held", "id", code="TAKEN")
            hold = Hold(scene.numbering.key(), handle, fulfillmentHold["reason"], fulfillmentHold.get("reasonNotes") or "", by_product=True)
            order.holds.append(hold)
            scene.edit(order)
        return {"fulfillmentHold": rows.work_row(order)["fulfillmentHolds"][-1], "userErrors": []}

    def fulfillmentOrderReleaseHold(self, info: GraphQLResolveInfo, id: str, holdIds: list[str] | None = None) -> Row:
        """Without ids all holds go. When the last one is gone, the shop takes what is authorised and ships."""
        order = self._order(id, "FulfillmentOrder")
        if order is None:
            return _refused("fulfillmentOrder", "Fulfillment order does not exist", "id")
        with self._director.at(order) as scene:
            left = [hold for hold in order.holds if holdIds is not None and gid("FulfillmentHold", hold.key) not in holdIds]
            if rows.work_state(order) != "ON_HOLD" or len(left) == len(order.holds):
                return _refused("fulfillmentOrder", "The fulfillment order is not on hold, or not by these holds", "id")
            order.holds[:] = left
            if not left:
                order.word = "released"
                if order.authorised:
                    scene.pay(order)
                self._director.go_on(scene, scene.fulfil(order))
            scene.edit(order)
        return {"fulfillmentOrder": rows.work_row(order), "userErrors": []}

    def fulfillmentOrderMove(self, info: GraphQLResolveInfo, id: str, newLocationId: str) -> Row:
        """This shop has one place."""
        return _refused("movedFulfillmentOrder", "The location does not exist, or it is where the order is", "newLocationId")

    def fulfillmentCreate(self, info: GraphQLResolveInfo, fulfillment: Row) -> Row:
        (asked, *more) = fulfillment["lineItemsByFulfillmentOrder"] or [{"fulfillmentOrderId": ""}]
        order = self._order(asked["fulfillmentOrderId"], "FulfillmentOrder")
        if order is None or more:
            return _refused("fulfillment", "Fulfillment order does not exist", "fulfillment")
        tracking = fulfillment.get("trackingInfo") or {}
        with self._director.at(order) as scene:
            if rows.work_state(order) not in ("OPEN", "IN_PROGRESS"):
                return _refused("fulfillment", f"The fulfillment order is {rows.work_state(order).lower()}", "fulfillment")
            items = _items(order, asked.get("fulfillmentOrderLineItems"))
            shipment = scene.ship(order, items=items, tracking=tracking) if items is not None else None
            if shipment is None:
                return _refused("fulfillment", "There is not so much left to fulfill", "fulfillment")
        return {"fulfillment": rows.fulfillment_row(order, shipment), "userErrors": []}

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
            return _refused("refund", "Order does not exist", "orderId")
        lines = {gid("LineItem", line.key): line for line in order.lines}
        with self._director.at(order) as scene:
            moves, items = input.get("transactions") or [], input.get("refundLineItems") or []
            parents = {
                gid("OrderTransaction", t.key) for t in order.transactions if t.kind in ("sale", "capture") and t.status == "success"
            }
            try:
                amount = sum((Decimal(str(move["amount"])) for move in moves), Decimal(0))
            except InvalidOperation:
                return _refused("refund", "The amount is not a number", "transactions")
            if not amount.is_finite() or not 0 < amount <= order.captured - order.refunded:
                return _refused("refund", "The amount is more than can be refunded", "transactions")
            if any(move.get("parentId") not in parents for move in moves):
                return _refused("refund", "The parent is not a payment of this order", "transactions")
            if any(item["lineItemId"] not in lines or not 0 < item["quantity"] <= lines[item["lineItemId"]].current for item in items):
                return _refused("refund", "There is not so much of a line left to refund", "refundLineItems")
            restock = next((_RESTOCK[item["restockType"]] for item in items if item.get("restockType")), "none")
            chosen = [(lines[item["lineItemId"]], item["quantity"]) for item in items]
            back = scene.refund(order, reason=input.get("note") or "", items=chosen, restock=restock, amount=amount)
        return {"refund": rows.refund_row(order, back) if back else None, "userErrors": []}

    # -- subscriptions

    def webhookSubscriptionCreate(self, info: GraphQLResolveInfo, topic: str, webhookSubscription: Row) -> Row:
        name, address = _topic(topic), str(webhookSubscription.get("uri") or "")
        if not address.startswith(("http://", "https://")):
            return _refused("webhookSubscription", "The address is not one that can be called", "uri")
        if any((hook.topic, hook.delivery_url) == (name, address) for hook in self._shop.hooks):
            return _refused("webhookSubscription", "Address for this topic has already been taken", "uri")
        self._shop.hooks.append(new_hook(name, address, self._shop.secret))
        return {"webhookSubscription": rows.hook_rows(self._shop)[-1], "userErrors": []}

    def webhookSubscriptionUpdate(self, info: GraphQLResolveInfo, id: str, webhookSubscription: Row) -> Row:
        place = next((n for n, hook in enumerate(self._shop.hooks) if gid("WebhookSubscription", hook.id) == id), None)
        if place is None:
            return _refused("webhookSubscription", "Webhook subscription does not exist", "id")
        hook: Hook = self._shop.hooks[place]
        address = str(webhookSubscription.get("uri") or hook.delivery_url)
        if not address.startswith(("http://", "https://")):
            return _refused("webhookSubscription", "The address is not one that can be called", "uri")
        hook.delivery_url, hook.status = address, "active"
        return {"webhookSubscription": rows.hook_rows(self._shop)[place], "userErrors": []}


def _refused(name: str, message: str, *field: str, code: str | None = None) -> Row:
    return {name: None, "userErrors": [{"field": list(field), "message": message, "code": code}]}


def _items(order: Order, asked: list[Row] | None) -> list[tuple[Line, int]] | None:
    """What is to be shipped; all that is left if nothing is named, None if it is more than that."""
    left = {gid("FulfillmentOrderLineItem", line.key): line for line in order.lines if line.product.requires_shipping}
    if not asked:
        return [(line, line.fulfillable) for line in left.values() if line.fulfillable]
    if any(item["id"] not in left or not 0 < item["quantity"] <= left[item["id"]].fulfillable for item in asked):
        return None
    return [(left[item["id"]], item["quantity"]) for item in asked]


def _topic(name: str) -> str:
    """ORDERS_CREATE as the webhook's header has it."""
    known = {"ORDER_TRANSACTIONS_CREATE": "order_transactions/create", "FULFILLMENT_EVENTS_CREATE": "fulfillment_events/create"}
    resource, _, event = name.lower().partition("_")
    return known.get(name, f"{resource}/{event}")
