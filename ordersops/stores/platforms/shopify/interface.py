"""Reading a Shopify store by ourselves: what changed, one order, and which webhooks it sends us."""

import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from ordersops.errors import Upstream
from ordersops.stores.platforms import Document, Page, Subscription
from ordersops.stores.platforms.reading import moment, rows, table, text
from ordersops.stores.platforms.shopify import topics
from ordersops.stores.platforms.shopify.admin import Admin, Denied, gid, next_cursor, plain

PAGE = 10  # orders; each is read by questions of its own
BUDGET = 45.0  # seconds of one page after which no further order is begun
WHOLE = 120.0  # seconds that one page may take at most; a window's lease is longer
ASKED = 8.0  # seconds for what a person waits for on a page
DISPUTES = "disputes:"  # how the cursor of a page of disputes begins


class ShopifyInterface:
    """stores.platforms.Interface."""

    def changed(self, store: Any, *, since: datetime, until: datetime, cursor: str = "") -> Page:
        """Orders in the order of their change, then those of the disputes that were opened in the window.

        An order that changes meanwhile moves to a later window, where it is met again. A slow store gives short pages: whatever
        was read within the budget, one order at least.
        """
        admin = Admin(store, seconds=WHOLE)
        if cursor.startswith(DISPUTES):
            return _disputed(admin, since, until, cursor.removeprefix(DISPUTES))
        window = f"updated_at:>='{_stamp(since)}' updated_at:<='{_stamp(until)}'"
        found = table(admin.ask("orders_changed", query=window, first=PAGE, after=cursor or None).fields.get("orders"))
        read, left_at = _read_all(admin, [(text(edge.get("cursor")), table(edge.get("node"))) for edge in rows(found.get("edges"))])
        return Page(read, left_at or next_cursor(found) or DISPUTES)

    def order(self, store: Any, external_id: str) -> Document | None:
        return _read(Admin(store), gid("Order", external_id))

    def subscriptions(self, store: Any, *, address: str) -> list[Subscription]:
        return _compare(_hooks(Admin(store, seconds=ASKED)), address)

    def subscribe(self, store: Any, *, address: str) -> list[Subscription]:
        """What goes to us already stays; of a topic that only goes elsewhere one subscription of our own is made, as others may rest on it.

        What a slow store did not take in time is made by asking again.
        """
        admin = Admin(store, seconds=ASKED)
        wanted = {"uri": address, "format": "JSON"}
        for missing in _compare(_hooks(admin), address):
            if missing.state == "disabled":
                admin.ask("subscription_update", id=missing.id, subscription=wanted | {"filter": "", "includeFields": []})
            elif missing.state != "active":
                admin.ask("subscription_create", topic=enum(missing.topic), subscription=wanted)
        return _compare(_hooks(admin), address)


def wanted_topics() -> list[str]:
    """The topics that we need and can subscribe to. Those about personal data are set up with the app itself."""
    return [topic for topic in topics.READERS if topic not in topics.PERSONAL]


def enum(topic: str) -> str:
    """A topic's name as a WebhookSubscriptionTopic."""
    return topic.replace("/", "_").upper()


def _disputed(admin: Admin, since: datetime, until: datetime, after: str) -> Page:
    """The orders of disputes. A store that gives us no leave to read disputes has none to compare."""
    window = f"initiated_at:>='{_stamp(since)}' initiated_at:<='{_stamp(until)}'"
    try:
        found = table(admin.ask("disputes_opened", query=window, first=PAGE, after=after or None).fields.get("disputes"))
    except Denied:
        return Page([])
    edges = [(text(edge.get("cursor")), table(table(edge.get("node")).get("order"))) for edge in rows(found.get("edges"))]
    read, left_at = _read_all(admin, edges)
    following = left_at or next_cursor(found)
    return Page(read, DISPUTES + following if following else "")


def _read_all(admin: Admin, edges: list[tuple[str, dict[str, Any]]]) -> tuple[list[Document], str]:
    """The orders of a page, and the cursor of the last one read where time ran out before the end."""
    start, documents = time.monotonic(), list[Document]()
    for number, (cursor, node) in enumerate(edges, 1):
        if key := text(node.get("id")):
            documents += filter(None, [_read(admin, key)])
        if cursor and number < len(edges) and time.monotonic() - start > BUDGET:
            return documents, cursor
    return documents, ""


def _read(admin: Admin, key: str) -> Document | None:
    """The order with all its lines, fulfilments and refunds; None where the store does not have it (any more)."""
    answer = admin.ask("order", id=key).fields
    order, us = table(answer.get("order")), text(table(answer.get("app")).get("id"))
    if not order:
        return None
    if risk := table(order.get("risk")):
        # What we told the store ourselves is no news to us.
        risk["assessments"] = [row for row in rows(risk.get("assessments")) if not us or text(table(row.get("provider")).get("id")) != us]
    lines = table(order.get("lineItems"))
    if after := next_cursor(lines):
        more = _rest(admin, "order_lines", key, after, "order", "lineItems")
        order["lineItems"] = {"nodes": [*rows(lines.get("nodes")), *more]}
    changed = moment(order.get("updatedAt"))
    if changed is None:
        raise Upstream("Shopify gave an order without the time of its last change.", permanent=True)
    disputes = [_dispute(admin, row) for row in rows(order.get("disputes"))]
    opened = [at for row in disputes if (at := moment(row.get("initiatedAt")))]
    return Document(
        external_id=plain(order.get("id")),
        changed_at=max([changed, *opened]),
        payload={
            "order": order,
            "fulfillments": [_part(admin, "fulfillment", "fulfillmentLineItems", row) for row in rows(order.get("fulfillments"))],
            "refunds": [_part(admin, "refund", "refundLineItems", row) for row in rows(order.get("refunds"))],
            # A dispute states no time of change: what was read counts from when it was read.
            **({"disputes": disputes, "read_at": datetime.now(UTC).isoformat(timespec="seconds")} if disputes else {}),
        },
    )


def _dispute(admin: Admin, row: dict[str, Any]) -> dict[str, Any]:
    """A dispute with its amount, reason and day; its bare state where we may not read more."""
    try:
        found = table(admin.ask("dispute", id=gid("ShopifyPaymentsDispute", plain(row.get("id")))).fields.get("dispute"))
    except Denied:
        found = {}
    return found or {"id": row.get("id"), "type": row.get("initiatedAs"), "status": row.get("status")}


def _part(admin: Admin, name: str, lines: str, row: dict[str, Any]) -> dict[str, Any]:
    """A fulfilment or refund with all its lines."""
    key = text(row.get("id"))
    found = table(admin.ask(name, id=key, after=None).fields.get(name))
    if after := next_cursor(table(found.get(lines))):
        found[lines] = {"nodes": [*rows(table(found[lines]).get("nodes")), *_rest(admin, name, key, after, name, lines)]}
    return found


def _rest(admin: Admin, name: str, key: str, after: str, *path: str) -> list[dict[str, Any]]:
    """The rows of the pages from `after` on."""
    return list(admin.pages(name, *path, after=after, id=key))


def _hooks(admin: Admin) -> list[dict[str, Any]]:
    return list(admin.pages("subscriptions", "webhookSubscriptions", topics=[enum(topic) for topic in wanted_topics()]))


def _compare(hooks: list[dict[str, Any]], address: str) -> list[Subscription]:
    """Every topic with the best that there is of it. One that filters, leaves fields out or speaks XML does not bring us all."""
    found = []
    for topic in wanted_topics():
        own = [hook for hook in hooks if hook.get("topic") == enum(topic)]
        states = [(_state(hook, address), hook) for hook in own]
        state, hook = min(states, key=lambda pair: _RANK.index(pair[0]), default=("missing", {}))
        found.append(Subscription(topic=topic, state=state, id=text(hook.get("id")), address=text(hook.get("uri"))))
    return found


_RANK = ("active", "disabled", "elsewhere", "missing")


def _state(hook: dict[str, Any], address: str) -> str:
    if _trimmed(text(hook.get("uri"))) != _trimmed(address):
        return "elsewhere"
    whole = hook.get("format") == "JSON" and not hook.get("filter") and not hook.get("includeFields")
    return "active" if whole else "disabled"


def _trimmed(address: str) -> tuple[str, str, str]:
    parts = urlsplit(address.strip())
    return parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/")


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
