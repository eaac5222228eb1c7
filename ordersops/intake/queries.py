"""Reads of the inbox: how each store's channel beats, and the deliveries."""

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from ordersops.accounts.access import can, store_ids
from ordersops.accounts.roles import Perm
from ordersops.advice.models import Question, QuestionState
from ordersops.intake.models import Delivery, Pulse
from ordersops.lists import CAP, Page, capped, newest
from ordersops.orders.queries import found
from ordersops.stores.models import Store
from ordersops.stores.platforms import POLLED

if TYPE_CHECKING:
    from ordersops.accounts.models import User

LOOKED_AT = 10_000  # deliveries of a store that rates are taken from, at most
DEAD_SHOWN = 25
ORDERS_SEARCHED = 50


def overview(user: "User") -> list[dict[str, Any]]:
    """Each store's channel: when it last spoke, what waits, what failed, how much it sends. Three queries for any number of stores."""
    stores = list(Store.objects.visible_to(user, Perm.VIEW_INTAKE).select_related("pulse"))
    counted = _counted([store.pk for store in stores])
    rows = []
    for store in stores:
        pulse: Pulse | None = getattr(store, "pulse", None)
        pending, dead, hour, failed, today, last = counted[store.pk]
        rows.append({
            "store": store,
            "pulse": pulse,
            "pending": capped(pending),
            "dead": capped(dead) if dead else 0,
            "done_today": _up_to(today),
            "per_hour": _up_to(hour),
            "failure_rate": f"{100 * failed / hour:.1f} %" if hour else "",
            "last_event_at": last,
            "silent": bool(pulse and pulse.silent_since),
        })  # fmt: skip
    return rows


def _up_to(count: int) -> str:
    return f"{LOOKED_AT:,}+" if count >= LOOKED_AT else f"{count:,}"


_COUNTED = """
SELECT s.id, waiting.n, dead.n, hour.n, hour.failed, today.n, newest.at
FROM unnest(%(stores)s::uuid[]) AS s (id)
CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT 1 FROM intake_delivery WHERE store_id = s.id AND state = 'pending' LIMIT %(cap)s) x) waiting
CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT 1 FROM intake_delivery WHERE store_id = s.id AND state = 'dead' LIMIT %(cap)s) x) dead
CROSS JOIN LATERAL (SELECT count(*) AS n, count(*) FILTER (WHERE state = 'dead') AS failed FROM (
    SELECT state FROM intake_delivery WHERE store_id = s.id AND received_at > %(hour)s ORDER BY received_at DESC LIMIT %(most)s) x) hour
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE state = 'done') AS n FROM (
    SELECT state FROM intake_delivery WHERE store_id = s.id AND received_at >= %(day)s ORDER BY received_at DESC LIMIT %(most)s) x) today
LEFT JOIN LATERAL (SELECT received_at AS at FROM intake_delivery
    WHERE store_id = s.id AND topic <> %(polled)s ORDER BY received_at DESC LIMIT 1) newest ON true
"""


def _counted(stores: list[UUID]) -> dict[UUID, tuple[Any, ...]]:
    now = timezone.now()
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        since = {"hour": now - timedelta(hours=1), "day": day}
        cursor.execute(_COUNTED, {"stores": stores, "cap": CAP + 1, "most": LOOKED_AT, "polled": POLLED, **since})
        return {row[0]: row[1:] for row in cursor.fetchall()}


def health(user: "User") -> dict[str, Any] | None:
    """The inbox in one line, for the home page; None for somebody who may not see it."""
    stores = store_ids(user, Perm.VIEW_INTAKE)
    if not stores:
        return None
    dead = Delivery.objects.filter(store__in=stores).dead()[: CAP + 1].count()
    silent = list(Store.objects.filter(pk__in=stores, pulse__silent_since__isnull=False, is_active=True))
    last = Pulse.objects.filter(store__in=stores).aggregate(at=Max("last_event_at"))["at"]
    return {"dead": capped(dead) if dead else 0, "silent_stores": silent, "last_event_at": last}


def page_of(user: "User", asked: dict[str, Any], cursor: str = "") -> Page[Delivery]:
    """One page of deliveries, the newest first. Bodies stay in the database."""
    stores = [store for store in store_ids(user, Perm.VIEW_INTAKE) if asked["store"] in (None, "", store)]
    named = _named(asked["q"]) if asked["q"] else None
    parts = [_fitting(Delivery.objects.filter(store=store), asked, named) for store in stores]
    page = newest(parts, "received_at", cursor, load=_shown())
    with_rights(page.rows, user)
    return page


def _shown() -> "QuerySet[Delivery]":
    return Delivery.objects.select_related("store", "order").defer("body")


def _fitting(deliveries: "QuerySet[Delivery]", asked: dict[str, Any], named: Q | None) -> "QuerySet[Delivery]":
    if asked["state"]:
        deliveries = deliveries.filter(state=asked["state"])
    if asked["topic"]:
        deliveries = deliveries.filter(topic=asked["topic"])
    return deliveries.filter(named) if named is not None else deliveries


def _named(words: str) -> Q:
    """Deliveries by their own id or key, or of the orders that the words find; each way has its index."""
    named = Q(order__in=(found(words) or [])[:ORDERS_SEARCHED]) | Q(dedupe_key=words)
    with suppress(ValueError):
        named |= Q(pk=UUID(words))
    return named


def dead(user: "User") -> list[Delivery]:
    """The newest failed deliveries."""
    parts = [Delivery.objects.filter(store=store).dead() for store in store_ids(user, Perm.VIEW_INTAKE)]
    return with_rights(newest(parts, "received_at", "", load=_shown()).rows[:DEAD_SHOWN], user)


def dead_questions(user: "User") -> list[Question]:
    """Orders that a lane could not answer for."""
    failed = Question.objects.filter(store__in=store_ids(user, Perm.VIEW_INTAKE), state=QuestionState.DEAD)
    return list(failed.select_related("order", "store").order_by("-asked_at")[:DEAD_SHOWN])


def with_rights(deliveries: list[Delivery], user: "User") -> list[Delivery]:
    """Set `may_replay` on each."""
    for delivery in deliveries:
        delivery.may_replay = can(user, Perm.REPLAY_DELIVERY, delivery.store_id)
    return deliveries
