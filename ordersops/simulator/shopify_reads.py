"""What Shopify's Admin interface tells of the world: the root of a query."""

from __future__ import annotations

import base64
import operator
import re
from datetime import datetime

from graphql import GraphQLError, GraphQLResolveInfo

from . import shopify_rows as rows
from .config import Shop
from .director import Director
from .shopify_parts import gid
from .shopify_rows import Row
from .world import Order

_COMPARE = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}


class Reads:
    """graphql-core calls the method that has the field's name with the field's arguments."""

    def __init__(self, director: Director, shop: Shop) -> None:
        self._director, self._shop = director, shop

    def order(self, info: GraphQLResolveInfo, id: str) -> Row | None:
        order = self._order(id)
        return rows.order_row(order) if order else None

    def orders(
        self, info: GraphQLResolveInfo, first: int | None = None, after: str | None = None, query: str = "", sortKey: str = ""
    ) -> Row:
        """By the time of the last change; a cursor is the change that it stands behind, so that a page never skips one."""
        limits = [(_COMPARE[sign], _moment(text)) for sign, text in re.findall(r"updated_at:(>=|<=|>|<)'?([^'\s]+)'?", query)]
        found = [o for o in self._director.orders(self._shop) if all(holds(_changed(o), limit) for holds, limit in limits)]
        found.sort(key=lambda order: (_changed(order), order.key))
        if after:
            moment, _, key = base64.urlsafe_b64decode(after).decode().partition("|")
            behind = (datetime.fromisoformat(moment), int(key))
            found = [order for order in found if (_changed(order), order.key) > behind]
        shown = found[: first or 50]
        cursor = base64.urlsafe_b64encode(f"{_changed(shown[-1]).isoformat()}|{shown[-1].key}".encode()).decode() if shown else None
        return {"nodes": [rows.order_row(o) for o in shown], "pageInfo": {"hasNextPage": len(found) > len(shown), "endCursor": cursor}}

    def fulfillmentOrder(self, info: GraphQLResolveInfo, id: str) -> Row | None:
        order = self._order(id, "FulfillmentOrder")
        return rows.work_row(order) if order else None

    def fulfillment(self, info: GraphQLResolveInfo, id: str) -> Row | None:
        parts = ((o, s) for o in self._director.orders(self._shop) for s in o.shipments)
        return next((rows.fulfillment_row(o, s) for o, s in parts if gid("Fulfillment", s.key) == id), None)

    def refund(self, info: GraphQLResolveInfo, id: str) -> Row | None:
        parts = ((o, r) for o in self._director.orders(self._shop) for r in o.refunds)
        return next((rows.refund_row(o, r) for o, r in parts if gid("Refund", r.key) == id), None)

    def webhookSubscriptions(
        self, info: GraphQLResolveInfo, first: int | None = None, after: str | None = None, topics: list[str] | None = None
    ) -> Row:
        return rows.page([row for row in rows.hook_rows(self._shop) if not topics or row["topic"] in topics], first, after)

    def _order(self, id: str, kind: str = "Order") -> Order | None:
        """By a global id. An order's one fulfilment order has the number of the order."""
        prefix = gid(kind, 0)[:-1]
        key = id.removeprefix(prefix)
        return self._director.find(self._shop, key) if id.startswith(prefix) and key.isdecimal() else None


def _changed(order: Order) -> datetime:
    """To the second, as it is shown."""
    return order.updated_at.replace(microsecond=0)


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise GraphQLError(f"The time {text[:40]} cannot be read.")
    return found
