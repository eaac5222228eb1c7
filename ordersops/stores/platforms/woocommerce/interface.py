"""Reading a WooCommerce shop by ourselves: what changed, one order, and which webhooks it sends us.

Its sender never repeats what our door missed, and switches a webhook off after failures without telling anybody
(webhooks.md 6.2.3): both are found here alone.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from ordersops.stores.platforms import POLLED, Document, Page, Subscription
from ordersops.stores.platforms.reading import moment, table, text
from ordersops.stores.platforms.woocommerce.parts import since as time_of
from ordersops.stores.platforms.woocommerce.rest import PAGE, NotThere, Rest, goes_on, listed
from ordersops.stores.platforms.woocommerce.topics import READERS

SECOND = timedelta(seconds=1)
ASKED = 8.0  # seconds for what a person waits for on a page
RANK = ("active", "disabled", "elsewhere", "missing")


class WooCommerceInterface:
    """stores.platforms.Interface."""

    def changed(self, store: Any, *, since: datetime, until: datetime, cursor: str = "") -> Page:
        """Fifty orders in the order of their change.

        An order that changes while we page leaves the window, and all after it move up; so the next page is not counted from the
        beginning but starts at the last change that was read. Its second is read twice. Only where a whole page is of one second
        is there a second page of it: `cursor` is `<from>|<page>`.
        """
        start, page = _resume(cursor, since)
        reply = Rest(store).get(
            "orders", modified_after=_stamp(start - SECOND), modified_before=_stamp(until + SECOND), dates_are_gmt="true",
            orderby="modified", order="asc", per_page=PAGE, page=page,
        )  # fmt: skip
        documents = [found for row in listed(reply) if (found := _document(row, start))]
        if not goes_on(reply, page, len(reply.value)):
            return Page(documents)
        last = max((document.changed_at for document in documents), default=start).replace(microsecond=0)
        return Page(documents, f"{_stamp(last)}|1" if last > start else f"{_stamp(start)}|{page + 1}")

    def order(self, store: Any, external_id: str) -> Document | None:
        if not (external_id.isascii() and external_id.isdigit()):
            return None
        try:
            return _document(table(Rest(store).get(f"orders/{external_id}").value), datetime.now(UTC))
        except NotThere:
            return None

    def subscriptions(self, store: Any, *, address: str) -> list[Subscription]:
        return _compare(_hooks(Rest(store, whole=ASKED)), address)

    def subscribe(self, store: Any, *, address: str) -> list[Subscription]:
        """What goes to us and is active stays. One of ours that was switched off is switched on again, with our address and secret;
        of a topic that only goes elsewhere one of our own is made, as others may rest on it."""
        rest = Rest(store, whole=ASKED)
        wanted = {"delivery_url": address, "secret": store.webhook_secret, "status": "active"}
        for found in _compare(_hooks(rest), address):
            if found.state == "disabled":
                rest.send("PUT", rest.url(f"webhooks/{found.id}"), json.dumps(wanted))
            elif found.state != "active":
                rest.send("POST", rest.url("webhooks"), json.dumps({"name": f"ordersops {found.topic}", "topic": found.topic, **wanted}))
        return _compare(_hooks(rest), address)


def wanted_topics() -> list[str]:
    return [topic for topic in READERS if topic != POLLED]


def _resume(cursor: str, since: datetime) -> tuple[datetime, int]:
    stamp, _, page = cursor.partition("|")
    at = moment(f"{stamp}Z") if stamp else None
    return at or since.replace(microsecond=0), int(page) if page.isdecimal() else 1


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _document(row: dict[str, Any], otherwise: datetime) -> Document | None:
    key = text(row.get("id"))
    changed = time_of(row, "date_modified") or time_of(row, "date_created") or otherwise
    return Document(external_id=key, changed_at=changed, payload=row) if key else None


def _hooks(rest: Rest) -> list[dict[str, Any]]:
    return list(rest.rows("webhooks", status="all"))


def _compare(hooks: list[dict[str, Any]], address: str) -> list[Subscription]:
    """Every topic with the best that there is of it."""
    found = []
    for topic in wanted_topics():
        states = [(_state(hook, address), hook) for hook in hooks if hook.get("topic") == topic and text(hook.get("id")).isdigit()]
        state, hook = min(states, key=lambda pair: RANK.index(pair[0]), default=("missing", {}))
        found.append(Subscription(topic=topic, state=state, id=text(hook.get("id")), address=text(hook.get("delivery_url"))))
    return found


def _state(hook: dict[str, Any], address: str) -> str:
    if _trimmed(text(hook.get("delivery_url"))) != _trimmed(address):
        return "elsewhere"
    return "active" if hook.get("status") == "active" else "disabled"


def _trimmed(address: str) -> tuple[str, str, str]:
    parts = urlsplit(address.strip())
    return parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/")
