"""Fulfilment orders: holding and letting go, moving, splitting, merging, asking the partner, and parcels."""

from __future__ import annotations

from graphql import GraphQLResolveInfo

from . import shopify_rows as rows
from . import works
from .scene import Scene, Story
from .shopify_once import Writes, refused
from .shopify_parts import gid
from .shopify_rows import Row
from .works import Work
from .world import Hold, Line, Order


class Works(Writes):
    def fulfillmentOrderHold(self, info: GraphQLResolveInfo, id: str, fulfillmentHold: Row) -> Row:
        order, work = self._work(id)
        if order is None or work is None:
            return refused("fulfillmentHold", "Fulfillment order does not exist", "id", code="FULFILLMENT_ORDER_NOT_FOUND")
        handle = fulfillmentHold.get("handle") or ""
        with self._director.at(order) as scene:
            if any(hold.by_product and hold.handle == handle and hold.work == work.key for hold in order.holds):
                return refused("fulfillmentHold", "The handle is in use", "handle", code="DUPLICATE_FULFILLMENT_HOLD_HANDLE")
            if "HOLD" not in works.actions(order, work):
                return refused("fulfillmentHold", "The fulfillment order is not in a state that can be held", "id", code="TAKEN")
            hold = Hold(scene.numbering.key(), handle, fulfillmentHold["reason"], fulfillmentHold.get("reasonNotes") or "", by_product=True)
            hold.work = work.key
            order.holds.append(hold)
            scene.edit(order)
        return {"fulfillmentHold": rows.hold_row(hold), "userErrors": []}

    def fulfillmentOrderReleaseHold(self, info: GraphQLResolveInfo, id: str, holdIds: list[str] | None = None) -> Row:
        """Without ids all holds go. When the order's last one is gone, the shop takes what is authorised and ships."""
        order, work = self._work(id)
        if order is None or work is None:
            return refused("fulfillmentOrder", "Fulfillment order does not exist", "id")
        with self._director.at(order) as scene:
            here = [hold for hold in order.holds if hold.work in (0, work.key)]
            going = [hold for hold in here if holdIds is None or gid("FulfillmentHold", hold.key) in holdIds]
            if not going:
                return refused("fulfillmentOrder", "The fulfillment order is not on hold, or not by these holds", "id")
            order.holds[:] = [hold for hold in order.holds if hold not in going]
            if not order.holds:
                order.word = "released"
                if order.authorised:
                    scene.pay(order)
                self._director.go_on(scene, scene.fulfil(order))
            scene.edit(order)
        return {"fulfillmentOrder": rows.work_row(order, work), "userErrors": []}

    def fulfillmentOrderMove(
        self, info: GraphQLResolveInfo, id: str, newLocationId: str, fulfillmentOrderLineItems: list[Row] | None = None
    ) -> Row:
        """As a whole it goes under its own id; some of its lines go into a new one."""
        order, work = self._work(id)
        place = next((key for key in works.PLACES if gid("Location", key) == newLocationId), None)
        if order is None or work is None or place is None or place == work.place:
            return refused("movedFulfillmentOrder", "The location does not exist, or it is where the order is", "newLocationId")
        with self._director.at(order) as scene:
            if "MOVE" not in works.actions(order, work):
                return refused("movedFulfillmentOrder", "The fulfillment order cannot be moved now", "id")
            moved = work
            if fulfillmentOrderLineItems and (units := _units(order, work, fulfillmentOrderLineItems)) != works.left(order)[work.key]:
                if units is None:
                    return refused("movedFulfillmentOrder", "There is not so much left", "fulfillmentOrderLineItems")
                moved = _part(order, work, units, scene)
            moved.place = place
            scene.edit(order)
        return {
            "movedFulfillmentOrder": rows.work_row(order, moved),
            "originalFulfillmentOrder": rows.work_row(order, work),
            "userErrors": [],
        }

    def fulfillmentOrderSplit(self, info: GraphQLResolveInfo, fulfillmentOrderSplits: list[Row]) -> Row:
        made: list[Row] = []
        for asked in fulfillmentOrderSplits:
            order, work = self._work(asked["fulfillmentOrderId"])
            if order is None or work is None:
                return refused("fulfillmentOrderSplits", "Fulfillment order does not exist", code="FULFILLMENT_ORDER_NOT_FOUND")
            with self._director.at(order) as scene:
                units = _units(order, work, asked["fulfillmentOrderLineItems"])
                if "SPLIT" not in works.actions(order, work) or not units or units == works.left(order)[work.key]:
                    return refused("fulfillmentOrderSplits", "The fulfillment order cannot be split like this")
                part = _part(order, work, units, scene)
                scene.edit(order)
            made.append({"fulfillmentOrder": rows.work_row(order, work), "remainingFulfillmentOrder": rows.work_row(order, part)})
        return {"fulfillmentOrderSplits": made, "userErrors": []}

    def fulfillmentOrderMerge(self, info: GraphQLResolveInfo, fulfillmentOrderMergeInputs: list[Row]) -> Row:
        """Parts of one order that wait in the same place become one; the others are closed."""
        made: list[Row] = []
        for asked in fulfillmentOrderMergeInputs:
            found = [self._work(intent["fulfillmentOrderId"]) for intent in asked["mergeIntents"]]
            parts = [work for _, work in found if work is not None]
            order = found[0][0] if found else None
            if order is None or len(parts) < max(len(found), 2) or {id(one) for one, _ in found} != {id(order)}:
                return refused("fulfillmentOrderMerges", "The fulfillment orders are not of one order", "mergeIntents")
            with self._director.at(order) as scene:
                if any("MERGE" not in works.actions(order, work) for work in parts) or len({work.place for work in parts}) > 1:
                    return refused("fulfillmentOrderMerges", "The fulfillment orders cannot be merged now", "mergeIntents")
                first = _merge(parts)
                scene.edit(order)
            made.append({"fulfillmentOrder": rows.work_row(order, first)})
        return {"fulfillmentOrderMerges": made, "userErrors": []}

    # -- the partner

    def fulfillmentOrderSubmitFulfillmentRequest(
        self, info: GraphQLResolveInfo, id: str, message: str | None = None, notifyCustomer: bool = False,
        fulfillmentOrderLineItems: list[Row] | None = None,
    ) -> Row:  # fmt: skip
        order, work = self._work(id)
        if order is None or work is None or fulfillmentOrderLineItems:
            return refused("submittedFulfillmentOrder", "Fulfillment order does not exist, or it is asked for in parts", "id")
        with self._director.at(order) as scene:
            if "REQUEST_FULFILLMENT" not in works.actions(order, work):
                return refused("submittedFulfillmentOrder", "No fulfillment can be requested for it now", "id")
            work.request, work.message = "SUBMITTED", (message or "")[:500]
            self._director.go_on(scene, _partner(scene, order, work))
            scene.edit(order)
        shown = rows.work_row(order, work)
        return {"submittedFulfillmentOrder": shown, "originalFulfillmentOrder": shown, "userErrors": []}

    def fulfillmentOrderSubmitCancellationRequest(self, info: GraphQLResolveInfo, id: str, message: str | None = None) -> Row:
        order, work = self._work(id)
        if order is None or work is None:
            return refused("fulfillmentOrder", "Fulfillment order does not exist", "id")
        with self._director.at(order) as scene:
            if "REQUEST_CANCELLATION" not in works.actions(order, work):
                return refused("fulfillmentOrder", "No cancellation can be requested for it now", "id")
            work.request, work.message = "CANCELLATION_REQUESTED", (message or "")[:500]
            self._director.go_on(scene, _let_go(scene, order, work))
            scene.edit(order)
        return {"fulfillmentOrder": rows.work_row(order, work), "userErrors": []}

    # -- parcels

    def fulfillmentCreate(self, info: GraphQLResolveInfo, fulfillment: Row) -> Row:
        (asked, *more) = fulfillment["lineItemsByFulfillmentOrder"] or [{"fulfillmentOrderId": ""}]
        order, work = self._work(asked["fulfillmentOrderId"])
        if order is None or work is None or more:
            return refused("fulfillment", "Fulfillment order does not exist", "fulfillment")
        with self._director.at(order) as scene:
            if "CREATE_FULFILLMENT" not in works.actions(order, work):
                return refused("fulfillment", f"The fulfillment order is {works.state(order, work).lower()}", "fulfillment")
            named = asked.get("fulfillmentOrderLineItems")
            units = _units(order, work, named) if named else works.left(order)[work.key]
            items = _items(order, units or {})
            shipment = scene.ship(order, items=items, tracking=fulfillment.get("trackingInfo") or {}, work=work) if items else None
            if shipment is None:
                return refused("fulfillment", "There is not so much left to fulfill", "fulfillment")
        return {"fulfillment": rows.fulfillment_row(order, shipment), "userErrors": []}

    def fulfillmentCancel(self, info: GraphQLResolveInfo, id: str) -> Row:
        """The units are to be shipped again. What a carrier has is on its way."""
        found = (
            (order, one) for order in self._director.orders(self._shop) for one in order.shipments if gid("Fulfillment", one.key) == id
        )
        order, shipment = next(found, (None, None))
        if order is None or shipment is None:
            return refused("fulfillment", "Fulfillment does not exist", "id")
        with self._director.at(order) as scene:
            if shipment.status != "shipped":
                return refused("fulfillment", f"The fulfillment is {shipment.status.replace('_', ' ')}", "id")
            scene.call_back(order, shipment)
        return {"fulfillment": rows.fulfillment_row(order, shipment), "userErrors": []}


def _units(order: Order, work: Work, asked: list[Row]) -> dict[int, int] | None:
    """What was named of a part, by line; None if it is more than is left of it."""
    left, found = works.left(order)[work.key], dict[int, int]()
    for item in asked:
        key = next((key for key in left if rows.part_line(order, work, key) == item["id"]), None)
        if key is None or not 0 < item["quantity"] <= left[key]:
            return None
        found[key] = item["quantity"]
    return found


def _items(order: Order, units: dict[int, int]) -> list[tuple[Line, int]]:
    return [(line, units[line.key]) for line in order.lines if units.get(line.key)]


def _part(order: Order, work: Work, units: dict[int, int], scene: Scene) -> Work:
    """Take units out of a part and make another one of them."""
    part = Work(scene.numbering.key(), work.place, dict(units))
    if work.units is not None:
        work.units = {key: held - units.get(key, 0) for key, held in work.units.items()}
    order.works.append(part)
    return part


def _merge(parts: list[Work]) -> Work:
    first, *others = parts
    for work in others:
        if work.units is None:
            first.units = None
        elif first.units is not None:
            for key, units in work.units.items():
                first.units[key] = first.units.get(key, 0) + units
        work.units, work.merged = {}, True
    return first


def _partner(scene: Scene, order: Order, work: Work) -> Story:
    """The partner accepts within seconds, and sends the parcel when it comes to it."""
    yield scene.rng.uniform(3, 8)
    if work.request != "SUBMITTED" or order.cancelled_at:
        return
    work.request = "ACCEPTED"
    scene.edit(order)
    yield scene.rng.uniform(60, 130)
    if work.request != "ACCEPTED" or works.state(order, work) != "IN_PROGRESS":
        return
    shipment = scene.ship(order, items=_items(order, works.left(order)[work.key]), work=work)
    if shipment is None:
        return
    for status in ("in_transit", "out_for_delivery", "delivered"):
        yield scene.rng.uniform(40, 110)
        scene.move(order, shipment, status)


def _let_go(scene: Scene, order: Order, work: Work) -> Story:
    """The partner lets a part go that it has not sent."""
    yield scene.rng.uniform(3, 8)
    work.request = "CANCELLATION_ACCEPTED" if works.left(order)[work.key] else "CANCELLATION_REJECTED"
    scene.edit(order)
