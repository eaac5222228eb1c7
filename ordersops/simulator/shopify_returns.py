"""Returns: a customer's request is approved or declined, and what came back is taken in."""

from __future__ import annotations

from graphql import GraphQLResolveInfo

from . import shopify_rows as rows
from .goods_back import Return, returnable
from .shopify_once import Writes, refused
from .shopify_parts import gid
from .shopify_rows import Row
from .world import Order


class Returns(Writes):
    def returnableFulfillments(self, info: GraphQLResolveInfo, orderId: str, first: int | None = None, after: str | None = None) -> Row:
        order = self._order(orderId)
        if order is None:
            return rows.page([], first, after)
        left, found = returnable(order), list[Row]()
        for shipment in order.shipments:
            lines = []
            for line, quantity in shipment.items:
                if here := min(left.get(line.key, 0), quantity) if shipment.status == "delivered" else 0:
                    left[line.key] -= here
                    lines.append({"quantity": here, "fulfillmentLineItem": rows.parcel_line(order, line, quantity)})
            if lines:
                found.append({
                    "id": gid("ReturnableFulfillment", shipment.key), "fulfillment": rows.fulfillment_row(order, shipment),
                    "returnableFulfillmentLineItems": rows.connection(lines),
                })  # fmt: skip
        return rows.page(found, first, after)

    def returnApproveRequest(self, info: GraphQLResolveInfo, input: Row) -> Row:
        order, back = self._return(input["id"])
        if order is None or back is None:
            return refused("return", "Return does not exist", "id", code="NOT_FOUND")
        with self._director.at(order) as scene:
            if back.status != "REQUESTED":
                return refused("return", "Return has been answered already", "id", code="INVALID_STATE")
            scene.move_back(order, back, "OPEN")
        return {"return": rows.return_row(order, back), "userErrors": []}

    def returnCancel(self, info: GraphQLResolveInfo, id: str, notifyCustomer: bool = False) -> Row:
        order, back = self._return(id)
        if order is None or back is None:
            return refused("return", "Return does not exist", "id", code="NOT_FOUND")
        with self._director.at(order) as scene:
            if back.status not in ("REQUESTED", "OPEN") or any(part.processed for part in back.items):
                return refused("return", "Return is over, or goods were taken in", "id", code="INVALID_STATE")
            scene.move_back(order, back, "CANCELED")
        return {"return": rows.return_row(order, back), "userErrors": []}

    def returnDeclineRequest(self, info: GraphQLResolveInfo, input: Row) -> Row:
        order, back = self._return(input["id"])
        if order is None or back is None:
            return refused("return", "Return does not exist", "id", code="NOT_FOUND")
        with self._director.at(order) as scene:
            if back.status != "REQUESTED":
                return refused("return", "Return has been answered already", "id", code="INVALID_STATE")
            back.decline = {"reason": input["declineReason"], "note": (input.get("declineNote") or "")[:500]}
            scene.move_back(order, back, "DECLINED")
        return {"return": rows.return_row(order, back), "userErrors": []}

    def returnProcess(self, info: GraphQLResolveInfo, input: Row) -> Row:
        """Take units in. The return is closed when all of them are; the money is given back by a refund of its own."""
        order, back = self._return(input["returnId"])
        if order is None or back is None:
            return refused("return", "Return does not exist", "returnId", code="NOT_FOUND")
        asked = {item["id"]: item["quantity"] for item in input.get("returnLineItems") or []}
        with self._director.at(order) as scene:
            parts = {gid("ReturnLineItem", part.key): part for part in back.items}
            if back.status != "OPEN" or not asked:
                return refused("return", "Return is not open, or nothing was named", "returnId", code="INVALID_STATE")
            if any(key not in parts or not 0 < n <= parts[key].quantity - parts[key].processed for key, n in asked.items()):
                return refused("return", "There is not so much left to process", "returnLineItems", code="LESS_THAN_OR_EQUAL_TO")
            for key, quantity in asked.items():
                parts[key].processed += quantity
            if all(part.processed == part.quantity for part in back.items):
                scene.move_back(order, back, "CLOSED")
            else:
                scene.edit(order)
        return {"return": rows.return_row(order, back), "userErrors": []}

    def _return(self, id: str) -> tuple[Order | None, Return | None]:
        found = ((order, back) for order in self._director.orders(self._shop) for back in order.returns if gid("Return", back.key) == id)
        return next(found, (None, None))


def _read_return(self: Returns, info: GraphQLResolveInfo, id: str) -> Row | None:
    order, back = self._return(id)
    return rows.return_row(order, back) if order and back else None


setattr(Returns, "return", _read_return)
