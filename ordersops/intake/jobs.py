"""Draining the inbox: deliveries become facts, facts become orders, and lanes are asked.

Claiming commits first, with the attempt counted and a lease taken; the work is one transaction over the whole batch;
so a worker that dies leaves rows that say so, and nothing half done.
"""

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.actions import ask
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import wake_linked, withdraw_finished
from ordersops.cases.lanes import lanes
from ordersops.errors import Invalid
from ordersops.intake import comparing
from ordersops.intake.models import Delivery, DeliveryState
from ordersops.intake.nodes import heard
from ordersops.jobs import LEASE, MAX_ATTEMPTS, backoff, enqueue
from ordersops.orders.actions import apply_facts
from ordersops.orders.customers import erased
from ordersops.orders.models import Order
from ordersops.privacy import actions as privacy
from ordersops.rows import Rows
from ordersops.stock import actions as stock
from ordersops.stock.queries import waiting_for
from ordersops.stores.facts import OrderFacts
from ordersops.stores.platforms import POLLED, platforms
from ordersops.stores.platforms.generic.node import NODE

log = logging.getLogger(__name__)
BATCH = 100
DELIVERIES = Rows(
    "intake_delivery",
    free="""(r.resource = '' OR NOT EXISTS (
        SELECT FROM intake_delivery other
        WHERE other.store_id = r.store_id AND other.resource = r.resource AND other.state = 'pending'
            AND other.lease_until > statement_timestamp()))""",
)


def drain() -> int:
    """Process what is ready now, one batch. Returns how many deliveries it took."""
    batch = _claim()
    if len(batch) == BATCH:
        enqueue("intake.drain")  # there is more than one batch: let another worker help
    understood = []
    system = User.objects.system() if batch else None
    for delivery in batch:
        assert system is not None
        try:
            if delivery.attempts > MAX_ATTEMPTS:
                raise Invalid("Every worker that took this delivery died at it.")
            understood.append((delivery, understand(delivery)))
        except Exception as error:  # noqa: BLE001  whatever a sender managed to break is shown on its row
            _fail([delivery], error, permanent=isinstance(error, Invalid), by=system)
    if understood:
        assert system is not None
        _apply(understood, by=system)
    return len(batch)


def oldest_ready() -> datetime | None:
    """Since when the oldest delivery has been ready."""
    return DELIVERIES.oldest()


def understand(delivery: Delivery) -> OrderFacts:
    """The facts that a delivery carries. Raises Invalid with what is wrong and where."""
    if delivery.body is None:
        raise Invalid("The raw body was forgotten after its retention time; ask the store to send it again.")
    raw = delivery.raw or b""
    try:
        payload = json.loads(raw, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError, InvalidOperation) as error:
        raise Invalid(f"The body is not JSON ({error}). Ask the sender to send it again; replaying the same bytes cannot help.") from None
    if delivery.location_id:
        facts = NODE.facts(topic=delivery.topic, payload=payload, at=delivery.source_at or delivery.received_at)
        return heard(delivery, facts)
    platform = platforms()[delivery.store.platform]
    return platform.facts(topic=delivery.topic, payload=payload, at=delivery.source_at or delivery.received_at)


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is not a JSON number")


def _claim() -> list[Delivery]:
    """Lease a batch and count the attempt. Deliveries about something that another worker holds are left to it."""
    ids = DELIVERIES.claim(BATCH, LEASE)
    if not ids:
        return []
    return list(Delivery.objects.filter(pk__in=ids).select_related("store", "location").order_by("received_at", "id"))


def _apply(understood: Sequence[tuple[Delivery, OrderFacts]], *, by: User) -> None:
    """Apply a batch in one transaction; if something in it cannot be written, each by itself, so that one cannot stop the others."""
    try:
        with atomic():
            # What was polled comes after what was sent, so that what it changes is what no webhook brought.
            _take_in([one for one in understood if one[0].topic != POLLED], by)
            polled = [one for one in understood if one[0].topic == POLLED]
            changed = _take_in(polled, by)
            orders = _finish(understood)
            privacy.take_in(requests=[(d.store_id, d.pk, d.received_at, f.personal) for d, f in understood if f.personal], by=by)
            _compare(polled, changed, orders, by)
    except (OperationalError, InterfaceError):
        raise  # the database, not the deliveries: their leases run out, and they are taken again
    except Exception as error:  # noqa: BLE001  whatever breaks, one delivery must not stop the others
        if len(understood) == 1:
            _fail([understood[0][0]], error, permanent=False, by=by)
            return
        log.warning("A batch of %d deliveries is applied one by one: %s", len(understood), error)
        for one in understood:
            _apply([one], by=by)


def _take_in(understood: Sequence[tuple[Delivery, OrderFacts]], by: User) -> set[UUID]:
    """Apply facts, ask the lanes, withdraw what is finished. Returns the orders that changed; those that wait for stock did not."""
    if not understood:
        return set()
    changes = apply_facts(facts=[(delivery.store_id, facts) for delivery, facts in understood], by=by)
    stock.follow_orders(changes=changes, by=by)
    moved = stock.take_in(facts=[(delivery.store_id, facts.stock) for delivery, facts in understood if facts.stock], by=by)
    for lane in lanes().values():
        lane.take_in([(delivery.store_id, facts) for delivery, facts in understood], by)
    ask(changes=[*changes, *waiting_for(moved)])
    withdraw_finished(orders=[change.order for change in changes], by=by)
    wake_linked(changes=changes, by=by)
    return {change.order.pk for change in changes}


def _compare(polled: Sequence[tuple[Delivery, OrderFacts]], changed: set[UUID], orders: dict[tuple[UUID, str], Order], by: User) -> None:
    """Count what a comparison repaired, and tell in an order's history what no webhook announced."""
    repaired = {}
    for delivery, facts in polled:
        order = orders.get((delivery.store_id, facts.order))
        if order is not None and order.pk in changed:
            repaired[order.pk] = delivery
        if order is not None and comparing.was_missed(delivery):
            record(Verb.ORDER_MISSED, by=by, order=order, delivery=delivery.pk, changed_at=facts.at)
    comparing.count_repaired(list(repaired.values()))


def _finish(understood: Sequence[tuple[Delivery, OrderFacts]]) -> dict[tuple[UUID, str], Order]:
    """Mark the deliveries done. Returns the orders that they are about, by store and external id.

    The text of a delivery about somebody who was erased is not kept.
    """
    stores, externals = {d.store_id for d, _ in understood}, {f.order for _, f in understood if f.order}
    found = Order.objects.filter(store__in=stores, external_id__in=externals).only("id", "store_id", "external_id", "erased_at")
    orders = {(order.store_id, order.external_id): order for order in found}
    about = [orders.get((d.store_id, f.order)) for d, f in understood]
    gone = erased((d.store_id, f.customer.external_id) for d, f in understood if f.customer and not f.order)
    rows = [
        (
            d.pk,
            order.pk if order else None,
            bool(order and order.erased_at) or bool(f.customer and (d.store_id, f.customer.external_id) in gone),
        )
        for (d, f), order in zip(understood, about, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE intake_delivery d SET state = 'done', processed_at = clock_timestamp(), lease_until = NULL, last_error = '', order_id = v.order_id,
                body = CASE WHEN v.erased THEN NULL ELSE d.body END
            FROM unnest(%s::uuid[], %s::uuid[], %s::boolean[]) AS v(id, order_id, erased) WHERE d.id = v.id
            """,
            [list(column) for column in zip(*rows, strict=True)],
        )
    return orders


def _fail(deliveries: Sequence[Delivery], error: Exception, *, permanent: bool, by: User) -> None:
    """Put failed deliveries back with a doubled pause, or, after five attempts or where trying again cannot help, aside for a person."""
    says = error.message if isinstance(error, Invalid) else f"Our side could not take it in ({type(error).__name__}: {error})."
    if not isinstance(error, Invalid):
        log.warning("A delivery could not be processed.", exc_info=error)
    with atomic():
        for delivery in deliveries:
            dead = permanent or delivery.attempts >= MAX_ATTEMPTS
            delivery.state = DeliveryState.DEAD if dead else DeliveryState.PENDING
            delivery.not_before = timezone.now() + backoff(delivery.attempts)
            delivery.lease_until, delivery.last_error = None, says.replace("\x00", "")[:500]
            delivery.save(update_fields=["state", "not_before", "lease_until", "last_error"])
            if dead:
                record(
                    Verb.DELIVERY_DEAD, by=by, store=delivery.store, delivery=delivery.pk, topic=delivery.topic, attempts=delivery.attempts,
                    error=f"{type(error).__name__}",
                )  # fmt: skip
