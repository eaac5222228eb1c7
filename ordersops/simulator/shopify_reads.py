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
from .works import Work
from .world import Order

_COMPARE = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}


class Reads:
    """graphql-core calls the method that has the field's name with the field's arguments."""

    def __init__(self, director: Director, shop: Shop) -> None:
        self._director, self._shop = director, shop

    def app(self, info: GraphQLResolveInfo) -> Row:
        """Who is asking."""
        return rows.APP

    def order(self, info: GraphQLResolveInfo, id: str) -> Row | None:
        order = self._order(id)
        return rows.order_row(order) if order else None

    def orders(
        self, info: GraphQLResolveInfo, first: int | None = None, after: str | None = None, query: str = "", sortKey: str = ""
    ) -> Row:
        """By the time of the last change; a cursor is the change that it stands behind, so that a page never skips one."""
        limits = [(_COMPARE[sign], _moment(text)) for sign, text in re.findall(r"updated_at:(>=|<=|>|<)'?([^'\s]+)'?", query)]
        found = [o for o in self._director.orders(self._shop) if all(holds(_changed(o), limit) for holds, limit in limits)]
        if tag := re.search(r"(?<![\w_])tag:'?([\w-]+)", query):
            found = [order for order in found if tag[1] in order.tags]
        found.sort(key=lambda order: (_changed(order), order.key))
        if after:
            moment, _, key = base64.urlsafe_b64decode(after).decode().partition("|")
            behind = (datetime.fromisoformat(moment), int(key))
            found = [order for order in found if (_changed(order), order.key) > behind]
        shown = found[: first or 50]
        edges = [{"cursor": _cursor(order), "node": rows.order_row(order)} for order in shown]
        ends = {"hasNextPage": len(found) > len(shown), "endCursor": edges[-1]["cursor"] if edges else None}
        return {"nodes": [edge["node"] for edge in edges], "edges": edges, "pageInfo": ends}

    def disputes(self, info: GraphQLResolveInfo, first: int | None = None, after: str | None = None, query: str = "") -> Row:
        """The newest first, as the platform has them. `query` may name when they were opened."""
        limits = [(_COMPARE[sign], _moment(text)) for sign, text in re.findall(r"initiated_at:(>=|<=|>|<)'?([^'\s]+)'?", query)]
        found = [(dispute, order) for order in self._director.orders(self._shop) for dispute in order.disputes]
        found = [pair for pair in found if all(holds(pair[0].opened_at.replace(microsecond=0), limit) for holds, limit in limits)]
        found.sort(key=lambda pair: pair[0].opened_at, reverse=True)
        return rows.page([rows.dispute_row(order, dispute) for dispute, order in found], first, after)

    def dispute(self, info: GraphQLResolveInfo, id: str) -> Row | None:
        parts = ((o, d) for o in self._director.orders(self._shop) for d in o.disputes)
        return next((rows.dispute_row(o, d) for o, d in parts if gid("ShopifyPaymentsDispute", d.key) == id), None)

    def fulfillmentOrder(self, info: GraphQLResolveInfo, id: str) -> Row | None:
        order, work = self._work(id)
        return rows.work_row(order, work) if order and work else None

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

    def _order(self, id: str) -> Order | None:
        prefix = gid("Order", 0)[:-1]
        key = id.removeprefix(prefix)
        return self._director.find(self._shop, key) if id.startswith(prefix) and key.isdecimal() else None

    def _work(self, id: str) -> tuple[Order | None, Work | None]:
        """A part of an order that ships by itself. The first one has the number of its order."""
        found = ((o, work) for o in self._director.orders(self._shop) for work in o.works if gid("FulfillmentOrder", work.key) == id)
        return next(found, (None, None))


def _cursor(order: Order) -> str:
    return base64.urlsafe_b64encode(f"{_changed(order).isoformat()}|{order.key}".encode()).decode()


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
