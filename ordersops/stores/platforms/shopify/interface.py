"""Reading a Shopify store by ourselves: what changed, one order, and which webhooks it sends us."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from ordersops.errors import Upstream
from ordersops.stores.platforms import Document, Page, Subscription
from ordersops.stores.platforms.reading import moment, rows, table, text
from ordersops.stores.platforms.shopify import topics
from ordersops.stores.platforms.shopify.admin import Admin, gid, next_cursor, plain

PAGE = 20  # orders; each is read by a question of its own


class ShopifyInterface:
    """stores.platforms.Interface."""

    def changed(self, store: Any, *, since: datetime, until: datetime, cursor: str = "") -> Page:
        """Twenty orders in the order of their change. One that changes meanwhile moves to a later window, where it is met again."""
        admin = Admin(store)
        window = f"updated_at:>='{_stamp(since)}' updated_at:<='{_stamp(until)}'"
        found = table(admin.ask("orders_changed", query=window, first=PAGE, after=cursor or None).fields.get("orders"))
        documents = [_read(admin, text(row.get("id"))) for row in rows(found.get("nodes"))]
        return Page([document for document in documents if document], next_cursor(found))

    def order(self, store: Any, external_id: str) -> Document | None:
        return _read(Admin(store), gid("Order", external_id))

    def subscriptions(self, store: Any, *, address: str) -> list[Subscription]:
        return _compare(_hooks(Admin(store)), address)

    def subscribe(self, store: Any, *, address: str) -> list[Subscription]:
        """What goes to us already stays; of a topic that only goes elsewhere one subscription of our own is made, as others may rest on it."""
        admin = Admin(store)
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


def _read(admin: Admin, key: str) -> Document | None:
    """The order with all its lines, fulfilments and refunds; None where the store does not have it (any more)."""
    order = table(admin.ask("order", id=key).fields.get("order"))
    if not order:
        return None
    lines = table(order.get("lineItems"))
    if after := next_cursor(lines):
        more = _rest(admin, "order_lines", key, after, "order", "lineItems")
        order["lineItems"] = {"nodes": [*rows(lines.get("nodes")), *more]}
    changed = moment(order.get("updatedAt"))
    if changed is None:
        raise Upstream("Shopify gave an order without the time of its last change.", permanent=True)
    return Document(
        external_id=plain(order.get("id")),
        changed_at=changed,
        payload={
            "order": order,
            "fulfillments": [_part(admin, "fulfillment", "fulfillmentLineItems", row) for row in rows(order.get("fulfillments"))],
            "refunds": [_part(admin, "refund", "refundLineItems", row) for row in rows(order.get("refunds"))],
        },
    )


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
