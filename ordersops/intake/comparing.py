"""Comparing what a store says with what its webhooks announced, page by page.

When a change counts as announced. An order that the store says changed at T had been announced if

1. a webhook about it, of a topic that we use, was sent at T or later: by the sender's own clock where it states a time
   (never taken for more than five minutes after the arrival), else by the time of arrival; or
2. its facts here are from T or later, and no comparison brought them: a webhook's body may be newer than its time, as
   some platforms build it when they send.

Whether the webhook could be understood does not matter: it arrived. A change that an earlier comparison found is known and
counted there; one from before the store was connected could not be announced to us. Anything else was missed.

Every document that says something new is applied, announced or not, the same way as a webhook: as a delivery, sealed, once
for each content, drained by the workers.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone

from ordersops.audit.actions import atomic
from ordersops.ids import uuid7
from ordersops.intake.models import Delivery, PollWindow, Pulse, WindowState, sealed_body
from ordersops.jobs import enqueue
from ordersops.orders.models import Order
from ordersops.stores.models import Store
from ordersops.stores.platforms import POLLED, Document, Page

HOW = "found-by"  # a polled delivery's own headers: the window that found it, and whether a webhook had announced it
ANNOUNCED = "announced"
CLOCKS = timedelta(minutes=5)


@dataclass(slots=True)
class Standing:
    """What was known of one order before the page was read. None: nothing."""

    heard_at: datetime | None = None
    polled_at: datetime | None = None
    held_at: datetime | None = None

    def covers(self, changed_at: datetime, connected_at: datetime) -> str:
        """announced, known, older (than the connection) or missed."""
        polled = self.polled_at is not None and self.polled_at >= changed_at
        if self.heard_at is not None and self.heard_at >= changed_at:
            return "announced"
        if polled:
            return "known"
        if self.held_at is not None and self.held_at >= changed_at:
            return "announced"
        return "older" if changed_at < connected_at else "missed"


@atomic
def take(*, window: PollWindow, page: Page, lease: timedelta) -> bool:
    """Take in one page and keep the cursor, in one transaction. False, and nothing, if the window is another worker's by now."""
    held = PollWindow.objects.select_for_update().filter(pk=window.pk, state=WindowState.OPEN, lease_until=window.lease_until)
    if not held.exists():
        return False
    now = timezone.now()
    # One that changed while the page was read is of the next window: its webhook may be on its way.
    documents = [document for document in page.documents if document.changed_at <= window.until]
    standing = _standing(window.store, documents)
    said = [standing[document.external_id].covers(document.changed_at, window.store.created_at) for document in documents]
    _deliver(window, list(zip(documents, said, strict=True)), now)
    window.pages += 1
    window.found += len(said)
    window.announced += said.count("announced")
    window.missed += said.count("missed")
    window.cursor, window.attempts, window.last_error, window.lease_until = page.cursor, 0, "", now + lease
    if not page.cursor:
        window.state, window.finished_at, window.lease_until = WindowState.DONE, now, None
    window.save(update_fields=[
        "pages", "found", "announced", "missed", "cursor", "attempts", "last_error", "lease_until", "state", "finished_at"
    ])  # fmt: skip
    if missed := said.count("missed"):
        Pulse.objects.get_or_create(store_id=window.store_id, defaults={"counted_until": now})
        Pulse.objects.filter(store=window.store_id).update(missed=F("missed") + missed, last_missed_at=now)
    return True


def count_repaired(deliveries: Sequence[Delivery]) -> None:
    """Count those documents of comparisons that changed something here. In the transaction that applied them."""
    windows: dict[str, int] = {}
    stores: dict[Any, int] = {}
    for delivery in deliveries:
        windows[delivery.headers[HOW]] = windows.get(delivery.headers[HOW], 0) + 1
        stores[delivery.store_id] = stores.get(delivery.store_id, 0) + 1
    for window in sorted(windows):
        PollWindow.objects.filter(pk=window).update(repaired=F("repaired") + windows[window])
    for store in sorted(stores):
        Pulse.objects.get_or_create(store_id=store, defaults={"counted_until": timezone.now()})
        Pulse.objects.filter(store=store).update(repaired=F("repaired") + stores[store])


def was_missed(delivery: Delivery) -> bool:
    return delivery.topic == POLLED and delivery.headers.get(ANNOUNCED) == "no"


_HEARD = """
    SELECT external_id, topic = %(polled)s, max(LEAST(COALESCE(source_at, received_at), received_at + make_interval(secs => %(clocks)s))) FROM (
        SELECT o.external_id, d.topic, d.source_at, d.received_at FROM orders_order o
        JOIN intake_delivery d ON d.order_id = o.id AND d.state <> 'ignored'
        WHERE o.store_id = %(store)s AND o.external_id = ANY(%(ids)s)
        UNION ALL
        SELECT substr(d.resource, 7), d.topic, d.source_at, d.received_at FROM intake_delivery d
        WHERE d.store_id = %(store)s AND d.state = 'pending' AND d.resource = ANY(%(resources)s)
        UNION ALL
        SELECT substr(d.resource, 7), d.topic, d.source_at, d.received_at FROM intake_delivery d
        WHERE d.store_id = %(store)s AND d.state = 'dead' AND d.resource = ANY(%(resources)s)
    ) said GROUP BY 1, 2
"""


def _standing(store: Store, documents: Sequence[Document]) -> dict[str, Standing]:
    """What is known of these orders, in two queries whatever their number."""
    ids = [document.external_id for document in documents]
    found = {external: Standing() for external in ids}
    held = Order.objects.filter(store=store, external_id__in=ids, placed_at__isnull=False).values_list("external_id", "source_at")
    for external, at in held:
        found[external].held_at = at
    resources = [_resource(external) for external in ids]
    with connection.cursor() as cursor:
        cursor.execute(_HEARD, {"polled": POLLED, "clocks": CLOCKS.total_seconds(), "store": store.pk, "ids": ids, "resources": resources})
        for external, polled, at in cursor.fetchall():
            if external in found and polled:
                found[external].polled_at = at
            elif external in found:
                found[external].heard_at = at
    return found


def _deliver(window: PollWindow, said: Sequence[tuple[Document, str]], now: datetime) -> None:
    """A delivery for each document that was not read before with this content at this time."""
    new = {_key(document, raw := _raw(document)): (document, raw, how) for document, how in said}
    read = set(Delivery.objects.filter(store=window.store_id, dedupe_key__in=list(new)).values_list("dedupe_key", flat=True))
    rows = []
    for key, (document, raw, how) in new.items():
        if key in read:
            continue
        pk = uuid7()
        rows.append(Delivery(
            id=pk, store_id=window.store_id, topic=POLLED, resource=_resource(document.external_id), dedupe_key=key,
            body=sealed_body(pk, raw), body_sha256=hashlib.sha256(raw).hexdigest(), source_at=document.changed_at,
            headers={HOW: str(window.pk), ANNOUNCED: "no" if how == "missed" else "yes"}, received_at=now, not_before=now,
        ))  # fmt: skip
    if rows:
        Delivery.objects.bulk_create(rows, ignore_conflicts=True)
        enqueue("intake.drain")


def _resource(external_id: str) -> str:
    """The same as the platform's own webhooks about the order, so that one worker applies both."""
    return f"order:{external_id}"[:220]


def _raw(document: Document) -> bytes:
    return json.dumps(document.payload, ensure_ascii=False, separators=(",", ":"), default=_plain).encode("utf-8", "replace")


def _plain(value: Any) -> Any:
    """An amount keeps its digits: adapters read text as well as numbers."""
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot stand in a document")


def _key(document: Document, raw: bytes) -> str:
    """By order, time and content."""
    named = hashlib.sha256(document.external_id.encode("utf-8", "replace") + b"\x00" + raw).hexdigest()
    return f"polled:{document.changed_at.astimezone(UTC):%Y%m%dT%H%M%S.%f}:{named}"
